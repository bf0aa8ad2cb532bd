# shellcheck shell=bash
# stunnel4: puts TLS around connections. One at each end of a delayed link, with users on the near side and servers on the far one.
build() {
    make -C src clean
    make -j2 -C src stunnel
}

prepare() {
    mkdir "$WORK/ca"
    cd "$WORK/ca"
    chmod a+rx "$WORK" "$WORK/ca"
    make_text 2 "$WORK/text"
    head -c 1500000 /dev/urandom >"$WORK/noise"
    printf '[ca]\ndefault_ca=d\n[d]\ndatabase=index\nnew_certs_dir=.\ncertificate=ca.crt\nprivate_key=ca.key\ndefault_md=sha256\ndefault_crl_days=30\ndefault_days=30\nserial=serial\npolicy=p\ncopy_extensions=copy\n[p]\ncommonName=supplied\n' >ca.conf
    : >index && echo 1000 >serial
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=authority -keyout ca.key -out ca.crt
    for name in server user revoked other.example; do
        openssl req -newkey rsa:2048 -nodes -subj "/CN=$name" -addext "subjectAltName=DNS:$name,IP:10.77.0.2,email:$name@example.org" -keyout $name.key -out $name.csr
        openssl ca -batch -notext -config ca.conf -in $name.csr -out $name.crt
        cat $name.key $name.crt >$name.pem
    done
    openssl ca -config ca.conf -revoke revoked.crt
    openssl ca -config ca.conf -gencrl -out crl
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=stranger -keyout stranger.key -out stranger.crt && cat stranger.key stranger.crt >stranger.pem
    openssl ecparam -name prime256v1 -genkey -out ec.key && openssl req -x509 -new -key ec.key -days 30 -subj /CN=ec -out ec.crt && cat ec.key ec.crt >ec.pem
    openssl dhparam -dsaparam 2048 >dh && cat server.pem dh >server.dh.pem # else a thread looks for primes for a minute or more
    openssl pkcs12 -export -passout pass: -in user.crt -inkey user.key -out user.p12
    cat user.crt revoked.crt >peers && chmod a+r ./*
    printf 'one:0123456789abcdef0123456789abcdef\ntwo:fedcba9876543210fedcba9876543210\n' >psk
    echo 'two:fedcba9876543210fedcba9876543210' >psk.two && echo 'two:ffffffffffffffffffffffffffffffff' >psk.bad && chmod 600 psk*
    cat >"$WORK/peer.py" <<'PY'
"""Servers: 9000 echoes, 9001 late and slowly, 9002 sends much and ends, 9003 says nothing, 9004 takes slowly, 9025/9110/9143 greet as mail servers do,
9119 (news) and 9389 (LDAP) and 9433 (a database) start TLS when asked, 9808 is a proxy, 9999 takes all and breaks off."""
import base64, os, socket, socketserver, ssl, struct, sys, threading, time
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1])
def echo(c, pause=0.0):
    while data := c.recv(16384):
        time.sleep(pause)
        c.sendall(data)
def pump(a, b):
    try:
        while data := a.recv(16384): b.sendall(data)
        b.shutdown(socket.SHUT_WR)
    except OSError: pass
class Peer(socketserver.BaseRequestHandler):
    def handle(self):
        c, port = self.request, self.server.server_address[1]
        try:
            if port == 9000: echo(c)
            elif port == 9001: time.sleep(0.05); echo(c, 0.03)
            elif port == 9002:
                for i in range(80):
                    c.sendall(b"piece %d\n" % i * 2000)
                    time.sleep(0.004)
            elif port == 9003: time.sleep(5)
            elif port == 9004:
                while c.recv(4000): time.sleep(0.003)
            elif port == 9999: c.recv(10); c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            elif port in (9025, 9110, 9143):
                c.sendall({9025: b"220 mail ESMTP\r\n", 9110: b"+OK ready\r\n", 9143: b"* OK [CAPABILITY IMAP4] ready\r\n"}[port])
                f = c.makefile("rb")
                while line := f.readline():
                    time.sleep(0.01)
                    word = line.upper()
                    if word.startswith(b"EHLO"): c.sendall(b"250-mail\r\n250-AUTH PLAIN LOGIN\r\n250 HELP\r\n")
                    elif word.startswith(b"AUTH PLAIN"): c.sendall(b"235 welcome\r\n")
                    elif word.startswith(b"AUTH LOGIN"): c.sendall(b"334 VXNlcm5hbWU6\r\n"), f.readline(), c.sendall(b"334 UGFzc3dvcmQ6\r\n"), f.readline(), c.sendall(b"235 welcome\r\n")
                    elif b"CAPABILITY" in word: c.sendall(b"* CAPABILITY IMAP4\r\n" + line.split()[0] + b" OK\r\n")
                    elif word.startswith(b"QUIT"): c.sendall(b"221 bye\r\n"); return
                    else: c.sendall({9025: b"250 ", 9110: b"+OK ", 9143: b"* OK "}[port] + line)
            elif port == 9119:
                c.sendall(b"200 news\r\n"), c.recv(100), c.sendall(b"382 go on\r\n")
                echo(context.wrap_socket(c, server_side=True))
            elif port == 9389:
                c.recv(100), c.sendall(bytes([0x30, 0x0c, 2, 1, 1, 0x78, 7, 10, 1, 0, 4, 0, 4, 0]))
                echo(context.wrap_socket(c, server_side=True))
            elif port == 9433:
                c.recv(8), c.sendall(b"S")
                echo(context.wrap_socket(c, server_side=True))
            elif port == 9808:
                f = c.makefile("rb")
                while True:
                    lines = []
                    while (line := f.readline().strip()): lines.append(line)
                    if not lines: return
                    auth = [l for l in lines if l.lower().startswith(b"proxy-authorization")]
                    if b"refuse" in lines[0]: c.sendall(b"HTTP/1.1 403 No\r\nX: y\r\n\r\n"); return
                    if auth and b"NTLM" in auth[0] and len(auth[0]) < 120:
                        challenge = base64.b64encode(b"NTLMSSP\0" + struct.pack("<I", 2) + b"\0" * 12 + b"12345678" + b"\0" * 16)
                        c.sendall(b"HTTP/1.1 407 Who\r\nProxy-Authenticate: NTLM " + challenge + b"\r\nContent-Length: 5\r\n\r\nhello")
                        continue
                    break
                time.sleep(0.02)
                host, _, to = lines[0].split()[1].decode().rpartition(":")
                up = socket.create_connection((host, int(to)))
                c.sendall(b"HTTP/1.1 200 ok\r\nVia: me\r\n\r\n")
                threading.Thread(target=pump, args=(up, c), daemon=True).start()
                pump(c, up)
        except OSError: pass
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    request_queue_size = 100
for port in (9000, 9001, 9002, 9003, 9004, 9025, 9110, 9143, 9119, 9389, 9433, 9808, 9999):
    threading.Thread(target=Server(("10.77.0.2", port), Peer).serve_forever).start()
PY
    cat >"$WORK/use.py" <<'PY'
"""What users of the near ends do. use.py COMMAND ARGUMENTS…"""
import os, socket, subprocess, sys, threading, time
host = os.environ.get("TO", "10.77.0.1")
def connect(port):
    c = socket.create_connection((host, int(port)), timeout=3)
    c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return c
def drain(c, pause=0.0, size=65536, stop=None):
    n = 0
    try:
        while data := c.recv(size):
            n += len(data)
            if pause: time.sleep(pause)
            if stop and n > stop: break
    except OSError as e: print(type(e).__name__)
    return n
def send(port, data, pause=0.0, piece=1 << 20, read=0.0, stop=None):
    """Sends all, reads all meanwhile."""
    try:
        c, n = connect(port), []
        t = threading.Thread(target=lambda: n.append(drain(c, read, 20000 if read else 65536, stop)))
        t.start()
        for i in range(0, len(data), piece):
            c.sendall(data[i:i + piece])
            time.sleep(pause)
        if not stop: c.shutdown(socket.SHUT_WR)
        t.join()
        c.close()
        print(port, len(data), n)
    except OSError as e: print(port, type(e).__name__)
def chat(port, *lines):
    """Sends lines, waits for an answer to each."""
    try:
        c = connect(port)
        for line in lines:
            c.sendall(line.encode() + b"\r\n")
            c.recv(4000)
        c.close()
    except OSError as e: print(port, type(e).__name__)
what, args = sys.argv[1], sys.argv[2:]
if what == "small":
    for _ in range(int(args[1])): chat(args[0], "hello", "more", "bye")
elif what == "file": send(args[0], open(args[1], "rb").read())
elif what == "slow": send(args[0], open(args[1], "rb").read(60000), 0.01, 1000)
elif what == "reader": send(args[0], open(args[1], "rb").read(), read=0.004)
elif what == "leave": send(args[0], open(args[1], "rb").read(300000), stop=100000)
elif what == "many":
    threads = [threading.Thread(target=send, args=(args[0], os.urandom(20000), 0.005, 4000)) for _ in range(int(args[1]))]
    for t in threads: t.start()
    for t in threads: t.join()
elif what == "idle":
    c = connect(args[0]); c.sendall(b"x"); time.sleep(float(args[1])); print("idle", drain(c))
elif what == "chat": chat(*args)
elif what == "read": print(drain(connect(args[0])))
elif what == "talk":
    c = connect(args[0])
    f = c.makefile("rb")
    for line in args[1:]:
        if line == "-": print(f.readline()[:40])
        else: c.sendall(line.encode() + b"\r\n")
    c.close()
elif what == "inetd":
    """A tunnel for one connection: the program gets the socket as its input and output."""
    ours, theirs = socket.socketpair()
    p = subprocess.Popen(args, stdin=theirs, stdout=theirs)
    theirs.close()
    for i in range(10): ours.sendall(b"to a tunnel\n" * 300); ours.recv(8000)
    ours.shutdown(socket.SHUT_WR)
    print("inetd", drain(ours), p.wait())
elif what == "super":
    """A server that starts the program for each connection."""
    s = socket.create_server(("10.77.0.2", int(args[0])))
    for _ in range(int(args[1])):
        c, _ = s.accept()
        subprocess.Popen(args[2:], stdin=c, stdout=c)
        c.close()
    time.sleep(1)
PY
}

work() {
    local stunnel=$TREE/src/stunnel far=10.77.0.2 ca=$WORK/ca text=$WORK/text noise=$WORK/noise i pids=()
    cd "$RUN"
    chmod a+rwx "$RUN"
    mkdir more
    printf 'stty -echo\nwhile read -r a; do echo "got $a"; done\n' >program
    service() { printf '[%s]\n' "$1" && shift && printf '%s\n' "$@" && echo; } # NAME OPTION…
    {
        printf '; the far end\nforeground = yes\ndebug = info\nsyslog = no\noutput = %s\npid = %s\nsocket = l:TCP_NODELAY=1\nsocket = a:SO_REUSEADDR=1\ninclude = %s\n\n' "$RUN/far.log" "$RUN/far.pid" "$RUN/more"
        service echo "accept = $far:7000" "connect = $far:9000" "cert = $ca/server.pem"
        service late "accept = $far:7001" "connect = $far:9001" "cert = $ca/ec.pem"
        service source "accept = $far:7002" "connect = $far:9002" "cert = $ca/server.dh.pem" 'sslVersion = TLSv1.2' 'ciphers = ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384'
        service silent "accept = $far:7003" "connect = $far:9003" "cert = $ca/server.pem" 'TIMEOUTidle = 1' 'TIMEOUTclose = 1'
        service sink "accept = $far:7004" "connect = $far:9004" "cert = $ca/server.pem"
        service breaks "accept = $far:7005" "connect = $far:9999" "cert = $ca/server.pem"
        service dead "accept = $far:7006" "connect = $far:9" "cert = $ca/server.pem"
        service chain "accept = $far:7007" "connect = $far:9000" "cert = $ca/server.pem" "CAfile = $ca/ca.crt" "CRLfile = $ca/crl" 'verifyChain = yes' 'requireCert = yes' 'checkEmail = user@example.org' 'checkEmail = revoked@example.org'
        service peer "accept = $far:7008" "connect = $far:9000" "cert = $ca/server.pem" "CAfile = $ca/peers" 'verifyPeer = yes' "redirect = $far:9001"
        service ocsp "accept = $far:7009" "connect = $far:9000" "cert = $ca/server.pem" "CAfile = $ca/ca.crt" 'verifyChain = yes' "OCSP = http://$far:9800/" 'OCSPnonce = yes'
        service psk "accept = $far:7010" "connect = $far:9000" 'ciphers = PSK' "PSKsecrets = $ca/psk"
        service names "accept = $far:7011" "connect = $far:9000" "cert = $ca/server.pem"
        service name "sni = names:*.example" "connect = $far:9001" "cert = $ca/other.example.pem"
        service program "accept = $far:7012" 'exec = /bin/cat' 'execArgs = cat' "cert = $ca/server.pem"
        service terminal "accept = $far:7013" 'exec = /bin/sh' "execArgs = sh $RUN/program" 'pty = yes' "cert = $ca/server.pem"
        service balance "accept = $far:7014" "connect = $far:9" "connect = $far:9000" "connect = $far:9001" 'failover = rr' "cert = $ca/server.pem"
        service prefer "accept = $far:7015" "connect = $far:9" "connect = $far:9000" 'failover = prio' 'delay = yes' "cert = $ca/server.pem"
        service smtp "accept = $far:7025" "connect = $far:9025" 'protocol = smtp' "cert = $ca/server.pem"
        service pop3 "accept = $far:7110" "connect = $far:9110" 'protocol = pop3' "cert = $ca/server.pem"
        service imap "accept = $far:7143" "connect = $far:9143" 'protocol = imap' "cert = $ca/server.pem"
        service pgsql "accept = $far:7432" "connect = $far:9000" 'protocol = pgsql' "cert = $ca/server.pem"
        service cifs "accept = $far:7445" "connect = $far:9000" 'protocol = cifs' "cert = $ca/server.pem"
        service socks "accept = $far:7080" 'protocol = socks' "cert = $ca/server.pem"
        service connect "accept = $far:7808" "connect = $far:9000" 'protocol = connect' "cert = $ca/server.pem"
        service proxied "accept = $far:7016" "connect = $far:9000" 'protocol = proxy' "cert = $ca/server.pem"
        service tickets "accept = $far:7017" "connect = $far:9000" "cert = $ca/server.pem" 'sessionCacheSize = 3' 'sessionCacheTimeout = 2' "ticketKeySecret = $(printf '%064d' 7)" "ticketMacSecret = $(printf '%064d' 8)"
    } >far.conf
    printf '[included]\naccept = %s:7018\nconnect = %s:9000\ncert = %s\nrenegotiation = no\nreset = no\noptions = NO_SSLv3\ncurves = P-256\n' $far $far "$ca/server.pem" >more/one.conf
    near() { service "near$1" 'client = yes' "accept = 10.77.0.1:$1" "connect = $far:$2" "${@:3}"; }
    {
        printf '; the near end\nforeground = quiet\ndebug = debug\nsyslog = no\noutput = %s\nlog = overwrite\npid = %s\n\n' "$RUN/near.log" "$RUN/near.pid"
        for i in 7000 7001 7002 7003 7004 7005 7006 7012 7013 7014 7015 7016 7018; do near $i $i; done
        near 6007 7007 "cert = $ca/user.pem" "CAfile = $ca/ca.crt" 'verifyChain = yes' 'checkHost = server' "local = 10.77.0.1"
        near 6107 7007 "cert = $ca/revoked.pem"
        near 6207 7007
        near 6008 7008 "cert = $ca/user.p12" "CAfile = $ca/server.crt" 'verifyPeer = yes'
        near 6108 7008 "cert = $ca/stranger.pem"
        near 6009 7009 "cert = $ca/user.pem"
        near 6109 7009 "cert = $ca/revoked.pem"
        near 6209 7000 "CAfile = $ca/ca.crt" 'verifyChain = yes' 'checkHost = another' 'checkIP = 10.77.0.9'
        near 6010 7010 "PSKsecrets = $ca/psk.two" 'PSKidentity = two'
        near 6110 7010 "PSKsecrets = $ca/psk.bad"
        near 6011 7011 'sni = some.example'
        near 6111 7011 'sni = other.name'
        near 6017 7017 'sessionResume = yes'
        near 6117 7017 'sslVersionMax = TLSv1.2' 'TIMEOUTbusy = 5' 'TIMEOUTconnect = 2'
        near 6025 7025 'protocol = smtp'
        near 6210 7110 'protocol = pop3'
        near 6143 7143 'protocol = imap'
        near 6432 7432 'protocol = pgsql'
        near 6445 7445 'protocol = cifs'
        near 6119 9119 'protocol = nntp'
        near 6389 9389 'protocol = ldap'
        near 6433 9433 'protocol = pgsql'
        near 6125 7025 'protocol = smtp' 'protocolAuthentication = plain' 'protocolUsername = me' 'protocolPassword = secret'
        near 6225 7025 'protocol = smtp' 'protocolAuthentication = login' 'protocolUsername = me' 'protocolPassword = secret'
        near 6080 7080
        near 6180 7080 'protocol = socks'
        near 6808 9808 'protocol = connect' "protocolHost = $far:7000" 'protocolUsername = me' 'protocolPassword = secret' 'protocolAuthentication = basic' 'protocolHeader = X-More: yes'
        near 6908 9808 'protocol = connect' "protocolHost = $far:7000" 'protocolUsername = me' 'protocolPassword = secret' 'protocolAuthentication = ntlm' 'protocolDomain = here'
        near 6708 9808 'protocol = connect' 'protocolHost = refuse:1'
        near 6608 7808 'protocol = connect' "protocolHost = $far:9000"
        near 6300 9000 # no TLS there
        near 6301 9003 'TIMEOUTbusy = 1'
        near 6302 7000 'delay = yes' 'connect = localhost:9' 'failover = prio'
        near 6303 7000 'sslVersionMin = TLSv1.3' 'ciphersuites = TLS_CHACHA20_POLY1305_SHA256' 'config = Curves:P-384' 'logId = unique'
    } >near.conf
    start b python3 "$WORK/peer.py" "$ca/server.pem"
    pids+=($!)
    start b openssl ocsp -port 9800 -index "$ca/index" -CA "$ca/ca.crt" -rsigner "$ca/ca.crt" -rkey "$ca/ca.key" >ocsp.log 2>&1
    pids+=($!)
    for i in 9000 9143 9999; do wait_for_port b $far $i; done
    start b "$stunnel" "$RUN/far.conf" && local server=$!
    start a "$stunnel" "$RUN/near.conf" && local tunnel=$!
    for i in 7000 7018; do wait_for_port b $far $i; done
    for i in 7000 6303; do wait_for_port a 10.77.0.1 $i; done
    use() { client python3 "$WORK/use.py" "$@" 2>&1 | tail -2 || true; }
    # usual traffic
    use small 7000 15
    for i in 1 2; do
        use small 7001 3 && use file 7000 "$text" && use file 7000 "$noise" && use slow 7000 "$text" && use reader 7000 "$noise" && use leave 7000 "$text" && use read 7002 && use file 7004 "$noise"
        for p in 7012 7014 7015 7018 6011 6111 6303 6302 6010; do use chat $p hello more; done
        for p in 6007 6008 6108 6017 6117 6009; do use small $p 4; done
    done
    use many 7000 40
    use many 7001 20
    use many 6017 20
    use chat 7013 one two three
    use file 7012 "$text" && use file 6117 "$text" && use file 6010 "$noise"
    use idle 7000 1.5 && use idle 7003 1.5
    # protocols that start without TLS, and proxies
    for i in 1 2; do
        use talk 6025 - "EHLO me" - - - "NOOP" - "QUIT" -
        use talk 6125 - "EHLO me" - "QUIT" - && use talk 6225 - "EHLO me" - "QUIT" -
        use talk 6210 - "NOOP" - && use talk 6143 - "a CAPABILITY" - - "a NOOP" -
        for p in 6432 6445 6433 6389 6808 6908 6608; do use chat $p hello more; done
        use talk 6119 - hello -
        use chat 6708 hello
        client curl -s -m 5 --socks5 10.77.0.1:6080 "http://$far:9000/" -d x | head -1
        client curl -s -m 5 --socks4 10.77.0.1:6080 "http://$far:9001/" -d x | head -1
        client curl -s -m 5 --socks5-hostname 10.77.0.1:6080 "http://localhost:9/" | head -1
        client curl -s -m 5 --socks4a 10.77.0.1:6080 "http://nowhere.invalid/" | head -1
    done
    use file 6808 "$noise" && use file 6432 "$text" && use file 6445 "$text"
    # clients that know nothing of TLS, or too much
    export TO=$far
    use chat 7000 "GET / HTTP/1.0" "" && use talk 7025 - "EHLO x" - - - "NOOP" - && use talk 7025 - "nonsense" - && use talk 7143 - "a NOOP" - && use talk 7143 - "a LOGOUT" - - && use talk 7110 - "NOOP" - && use chat 7432 "nonsense" && use chat 7445 nonsense
    use talk 7110 - "CAPA" - - && use idle 7000 0.5
    export TO=10.77.0.1
    for i in 1 2 3; do echo hello | client timeout 5 openssl s_client -quiet -connect $far:7000 -tls1_2 2>/dev/null | tail -1; client timeout 5 openssl s_client -connect $far:7017 -reconnect -tls1_2 </dev/null 2>/dev/null | tail -1; client timeout 5 openssl s_client -connect $far:7018 -tls1_1 </dev/null 2>/dev/null | tail -1; done
    (echo hello; sleep 0.2; echo R; sleep 0.2; echo more; sleep 0.2) | client timeout 5 openssl s_client -connect $far:7018 -tls1_2 2>/dev/null | tail -1
    # what fails
    for i in 7005 7006 6107 6207 6109 6209 6110 6300 6180; do use chat $i hello more; done
    use idle 6301 1.5
    # signals, and one that reads its configuration again
    kill -HUP $server && kill -USR1 $server && sleep 0.3 && kill -USR2 $server
    echo nonsense >>near.conf && kill -HUP $tunnel && sleep 0.2
    use small 7000 5
    sed -i '$d' near.conf && kill -HUP $tunnel && sleep 0.3
    use small 7000 5
    # one connection each, started by another program
    printf 'client = yes\nforeground = yes\nsyslog = no\ndebug = err\nconnect = %s:7000\n' $far >one.conf
    printf 'foreground = yes\nsyslog = no\noutput = %s\nconnect = %s:9000\ncert = %s\n' "$RUN/one.log" $far "$ca/server.pem" >super.conf
    for i in 1 2 3; do use inetd "$stunnel" "$RUN/one.conf"; done
    start b python3 "$WORK/use.py" super 7200 4 "$stunnel" "$RUN/super.conf"
    pids+=($!)
    wait_for_port b $far 7200
    printf 'client = yes\nforeground = yes\nsyslog = no\ndebug = 3\nconnect = %s:7200\n' $far | client python3 "$WORK/use.py" inetd "$stunnel" "$RUN/one.conf"
    for i in 1 2 3; do echo hello | client timeout 5 openssl s_client -quiet -connect $far:7200 2>/dev/null | tail -1; done
    # a server that goes to the background as another user, and ends
    printf 'setuid = nobody\nsetgid = nogroup\nsyslog = no\noutput = %s\npid = %s\n[x]\naccept = %s:7300\nconnect = %s:9000\ncert = %s\n' "$RUN/daemon.log" "$RUN/daemon.pid" $far $far "$ca/server.pem" >daemon.conf
    server "$stunnel" "$RUN/daemon.conf"
    wait_for_port b $far 7300
    for i in 1 2 3; do echo hello | client timeout 5 openssl s_client -quiet -connect $far:7300 2>/dev/null | tail -1; done
    kill "$(cat daemon.pid)"
    # configurations that will not do
    bad() { printf 'foreground = yes\nsyslog = no\n%s\n' "$@" >bad.conf && timeout 3 "$stunnel" "$RUN/bad.conf" 2>&1 | tail -1 || true; }
    bad nonsense && bad 'nonsense = 1' && bad '[x]' && bad "[x]
accept = 1
connect = 2
cert = /no/such" && bad "[x]
accept = 99999999
connect = 1
client = yes" && bad "[x]
accept = 127.0.0.1:7400
connect = nowhere.invalid:1
client = yes
verify = 9" && bad "debug = 99" && bad "[x]
accept = 127.0.0.1:7400
connect = 1
cert = $ca/index" && bad "[x]
client = yes
accept = 127.0.0.1:7400
connect = 1
protocol = nonsense" && bad "[x]
accept = 127.0.0.1:7400
cert = $ca/server.pem
connect = 1
ciphers = NONSENSE
options = NONSENSE"
    "$stunnel" -version 2>&1 | head -1 && "$stunnel" -help 2>&1 | tail -1 && "$stunnel" -sockets 2>&1 | tail -1 && "$stunnel" -options 2>&1 | tail -1
    ! "$stunnel" -nonsense && ! "$stunnel" /no/such/file
    client timeout 3 "$stunnel" -fd 5 5<one.conf </dev/null || true
    kill $tunnel $server && wait $tunnel $server || true
    kill "${pids[@]}" || true
}

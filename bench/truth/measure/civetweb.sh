# shellcheck shell=bash
# civetweb: a web server with a thread for each connection, alone and inside a program of its own. Files, lists, CGI, uploads, passwords, websockets, TLS; clients are a delayed link away.
build() {
    local flags=(-O2 -Iinclude -DUSE_WEBSOCKET -DUSE_ZLIB -DUSE_SERVER_STATS -DNO_SSL_DL -DOPENSSL_API_3_0) libs=(-lssl -lcrypto -lz -lpthread -ldl) f
    for f in src/civetweb src/main examples/embedded_c/embedded_c; do gcc "${flags[@]}" -c $f.c -o $f.o; done
    gcc -o civetweb src/civetweb.o src/main.o "${libs[@]}"
    gcc -o embedded src/civetweb.o examples/embedded_c/embedded_c.o "${libs[@]}"
}

prepare() {
    local site=$WORK/site i
    chmod a+rx "$WORK"
    mkdir -p "$site/list/deep" "$site/cgi" "$site/private" "$site/errors" "$site/indexed" "$site/parts" "$site/store" "$WORK/other/list"
    make_text 4 "$site/large.txt"
    head -c 2000000 /dev/urandom >"$site/noise.tar.gz"
    head -c 20000 "$site/large.txt" >"$site/small.html"
    head -c 120000 "$site/large.txt" >"$site/style.css"
    head -c 9000 /dev/urandom >"$site/picture.jpg"
    gzip -c "$site/large.txt" >"$site/packed.js.gz"
    for i in $(seq 200); do head -c $((i * 37)) "$site/large.txt" >"$site/list/file <$i>.txt"; done
    cp "$site/small.html" "$site/indexed/index.html"
    cp "$site/small.html" "$site/private/index.html"
    cp "$site/small.html" "$site/errors/error404.html" && cp "$site/small.html" "$site/errors/error4xx.htm"
    cp "$site/small.html" "$site/picture.jpg" "$WORK/other" && cp "$site/small.html" "$WORK/other/list"
    : >"$site/empty" && echo hidden >"$site/secret.bak"
    echo "part" >"$site/parts/part.txt"
    printf '<html><!--#include file="part.txt" --> <!--#include virtual="/parts/part.txt" --> <!--#include "part.txt" --><!--#exec "sleep 0.02; date" --><!--#include file="none" --><!--#nonsense --><!-- text -->' >"$site/parts/page.shtml"
    for i in $(seq 300); do echo '<p>'"$i"'<!--#include file="part.txt" -->'; done >"$site/parts/many.shtml"
    printf '#!/bin/sh\nsleep 0.03\nprintf "Content-Type: text/plain\\r\\nX-Extra: yes\\r\\n\\r\\n"\nenv; [ -z "$CONTENT_LENGTH" ] || head -c "$CONTENT_LENGTH" | wc -c\n' >"$site/cgi/env.cgi"
    printf '#!/bin/sh\nprintf "Status: 403 No\\r\\nContent-Type: text/plain\\r\\n\\r\\n"\necho refused; echo to the error stream >&2\n' >"$site/cgi/refuse.cgi"
    printf '#!/bin/sh\nprintf "Location: /small.html\\n\\n"\n' >"$site/cgi/move.cgi"
    printf '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n"\nfor i in 1 2 3 4 5; do sleep 0.04; seq 3000; done\n' >"$site/cgi/slow.cgi"
    printf '#!/bin/sh\nexit 1\n' >"$site/cgi/fails.cgi"
    printf '#!/bin/sh\nsleep 4\n' >"$site/cgi/late.cgi"
    printf '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n"\nwc -c\n' >"$site/cgi/count.cgi"
    chmod 755 "$site"/cgi/*
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=web.example -keyout "$WORK/pem" -out "$WORK/cert" && cat "$WORK/cert" >>"$WORK/pem"
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=other.example -keyout "$WORK/pem2" -out "$WORK/cert2" && cat "$WORK/cert2" >>"$WORK/pem2"
    head -c 3000000 "$site/large.txt" >"$WORK/upload"
    cat >"$WORK/raw.py" <<'PY'
"""Requests as no browser sends them, and websockets. raw.py PORT [tls] [websockets]."""
import base64, os, socket, ssl, struct, sys, time
port = int(sys.argv[1])
def connect():
    c = socket.create_connection(("10.77.0.2", port), timeout=20)
    return ssl._create_unverified_context().wrap_socket(c) if "tls" in sys.argv else c
def ask(*pieces, pause=0.0, read=65536, stop=None):
    n, first = 0, b""
    if "websockets" in sys.argv: return
    try:
        c = connect()
        for piece in pieces:
            c.sendall(piece if isinstance(piece, bytes) else piece.encode())
            time.sleep(pause)
        while (data := c.recv(read)):
            first = first or data[:30]
            n += len(data)
            if read < 20000: time.sleep(0.002)
            if stop and n > stop: break
        c.close()
    except OSError as e: print(e)
    print(pieces[0][:30], n, first)
end = " HTTP/1.1\r\nHost: 10.77.0.2\r\nUser-Agent: raw\r\nConnection: close\r\n\r\n"
for line in ("GET /small.html HTTP/1.0\r\n\r\n", "GET /small.html HTTP/1.0\n\n", "GET /\r\n\r\n", "\r\n\r\n\r\n", "NONSENSE /" + end, "GET x" + end, "TRACE /" + end, "OPTIONS /" + end, "OPTIONS *" + end,
             "GET /a/../small.html" + end, "GET /../../etc/passwd" + end, "GET //list/./..//small.html" + end, "GET /%73mall%2ehtml" + end, "GET /list/%zz%" + end, "GET /list" + end, "GET /list/?nd" + end,
             "GET /list/?sa" + end, "GET /list/?dd" + end, "GET /cgi/env.cgi/more/path?a=b&c" + end, "HEAD /large.txt" + end, "HEAD /list/" + end, "GET http://10.77.0.2:8081/small.html" + end,
             "GET http://else.where/small.html" + end, "PROPFIND /list/" + end, "PROPFIND /none" + end, "GET /small.html HTTP/1.1\r\nno colon\r\n\r\n", "GET /small.html HTTP/3.7\r\n\r\n", "GET /small.html HTTP/1.0\r\nContent-Length: x\r\n\r\n",
             "CONNECT x:80" + end, "GET /private/ HTTP/1.0\r\nAuthorization: Digest x\r\n\r\n", "GET /private/ HTTP/1.0\r\nAuthorization: Digest username=\"one\", realm=x, nonce=\"7\", uri=/private/, qop=auth, nc=1, cnonce=\"2\", response=\"9\"\r\n\r\n",
             "OPTIONS /small.html HTTP/1.1\r\nOrigin: http://else.where\r\nAccess-Control-Request-Method: PUT\r\nAccess-Control-Request-Headers: X-A\r\n\r\n"):
    ask(line, read=60000)
for date in ("Sun, 06 Nov 2033 08:49:37 GMT", "Sunday, 06-Nov-33 08:49:37 GMT", "Sun Nov  6 08:49:37 2033", "06 Nov 1994 08:49:37 GMT", "06-Nov-2033 08:49:37", "06/Nov/2033 08:49:37", "nonsense"):
    ask(f"GET /small.html HTTP/1.1\r\nHost: 10.77.0.2\r\nConnection: close\r\nIf-Modified-Since: {date}\r\n\r\n")
for r in ("0-99", "100-", "-50", "1000000-2000000", "99999999-", "5-4", "x"):
    ask(f"GET /large.txt HTTP/1.1\r\nConnection: close\r\nRange: bytes={r}\r\n\r\n")
for _ in range(3):
    ask(*("GET /small.html" + end), pause=0.003)                    # a slow writer
    ask("GET /large.txt" + end, read=16000, stop=1500000)           # a slow reader, who leaves
    ask("GET /cgi/slow.cgi" + end, read=4000)
    ask("POST /cgi/env.cgi HTTP/1.0\r\nContent-Type: text/plain\r\nContent-Length: 30005\r\n\r\nstart", *["x" * 1000] * 30, pause=0.004)
    ask("POST /cgi/count.cgi HTTP/1.1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n", *["3e8\r\n" + "x" * 1000 + "\r\n"] * 20, "0\r\n\r\n", pause=0.003)
ask("GET /small.html HTTP/1.1\r\nHost: x\r\n\r\n" * 20 + "GET /small.html" + end)  # pipelined
ask("GET /large.txt" + end, stop=10)
ask("GET /" + "x" * 20000 + end)
ask("GET / HTTP/1.0\r\n" + "".join(f"X-{i}: y\r\n" for i in range(90)) + "\r\n")
ask("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", "zz\r\n")
if "websockets" not in sys.argv: connect().close()
def frame(data, op=1, last=True):
    n, mask = len(data), os.urandom(4)
    head = bytes([op | (128 if last else 0)]) + (bytes([128 | n]) if n < 126 else bytes([254]) + struct.pack(">H", n) if n < 65536 else bytes([255]) + struct.pack(">Q", n))
    return head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data))
def websocket(*frames, pause=0.02, version=13):
    try:
        c = connect()
        c.settimeout(0.06)
        c.sendall(f"GET /websocket HTTP/1.1\r\nHost: 10.77.0.2\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\nSec-WebSocket-Version: {version}\r\n\r\n".encode())
        n = 0
        for f in (b"",) + frames:
            c.sendall(f)
            time.sleep(pause)
            try: n += len(c.recv(65536))
            except TimeoutError: pass
        print("websocket", n)
        c.close()
    except OSError as e: print(e)
for i in range(4):
    websocket(frame(b"hello"), frame(b"x" * 200), frame(b"y" * 70000), frame(b"are you there", 9), frame(b"two", 1, False) + frame(b"parts", 0), frame(b"\x03\xe8", 8))
    websocket(*(frame(b"message %d" % k) for k in range(10)), pause=0.03)
w = frame(b"slowly written")
websocket(*(w[i:i + 1] for i in range(len(w))), pause=0.001)
websocket(version=12)
PY
    cat >"$WORK/source.py" <<'PY'
"""A server the program's own client asks: what it answers depends on the path."""
import http.server, sys, time
class Peer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        if "late" in self.path: time.sleep(0.3)
        self.send_response(404 if "none" in self.path else 200)
        body = b"some text\n" * (50000 if "large" in self.path else 50)
        chunked = "chunks" in self.path
        self.send_header(*(("Transfer-Encoding", "chunked") if chunked else ("Content-Length", str(len(body)))))
        self.end_headers()
        for i in range(0, len(body), 20000):
            piece = body[i:i + 20000]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
            time.sleep(0.005)
        if chunked: self.wfile.write(b"0\r\n\r\n")
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(("10.77.0.2", 8000), Peer).serve_forever()
PY
}

work() {
    local civetweb=$TREE/civetweb daemons=() url=http://10.77.0.2 site=$WORK/site up=civetweb-$LAB i p
    cd "$RUN"
    # passwords
    for i in one two three two $(seq 15); do "$civetweb" -A users 10.77.0.2 $i word; done
    "$civetweb" -R users 10.77.0.2 three
    ! "$civetweb" -A none/users 10.77.0.2 x y
    cp users "$site/private/.htpasswd"
    cat >conf <<END
# one server with most of what there is
listening_ports 10.77.0.2:8081,10.77.0.2:8443s,10.77.0.2:8082r
document_root $site
access_log_file $RUN/access.log
error_log_file $RUN/error.log
authentication_domain 10.77.0.2
enable_auth_domain_check no
put_delete_auth_file $RUN/users
ssl_certificate $WORK/pem
enable_keep_alive yes
keep_alive_timeout_ms 2000
request_timeout_ms 5000
num_threads 8
tcp_nodelay 1
extra_mime_types .abc=text/x-abc,.xyz=text/x-xyz
url_rewrite_patterns /moved/=$site/list/,**.old\$=$site/small.html
hide_files_patterns **.bak\$
access_control_list -0.0.0.0/0,+10.77.0.0/16,+127.0.0.1
access_control_allow_origin http://else.where
cgi_environment LANG=C,MORE=yes
static_file_max_age 600
add_domain $RUN/domain
throttle 10.77.0.7/32=10k,/list/*=3M
ssl_verify_peer no
ssi_pattern **.shtml\$
linger_timeout_ms 500
END
    printf 'authentication_domain other.example\ndocument_root %s\nssl_certificate %s\nprotect_uri /list=%s\n' "$WORK/other" "$WORK/pem2" "$RUN/users" >domain
    web() { start b "$civetweb" "$@" && daemons+=($!); }
    get() { client curl -s -m 20 -o /dev/null "$@" >/dev/null || true; } # some answers are none
    web "$RUN/conf"
    web -listening_ports 10.77.0.2:8083 -document_root "$site" -enable_directory_listing no -global_auth_file "$RUN/users" -authentication_domain 10.77.0.2 -enable_auth_domain_check no -allow_sendfile_call no -num_threads 3 -error_log_file "$RUN/error2.log" \
        -static_file_max_age 0 -decode_query_string yes -additional_header 'X-More: yes' -run_as_user nobody
    web -listening_ports 10.77.0.2:8085 -document_root "$site" -num_threads 4 -throttle '*=600k' -cgi_interpreter /bin/sh -strict_transport_security_max_age 60 -static_file_cache_control no-store -error_pages "$site/errors/"
    start b bash -c 'cd "$0/examples/embedded_c" && exec "$0/embedded"' "$TREE" >embedded.log
    local embedded=$!
    start b python3 "$WORK/source.py"
    local source=$!
    for i in 8081 8443 8082 8083 8085 8884 8843 8000; do wait_for_port b 10.77.0.2 $i; done
    # files, lists, programs
    for i in $(seq 10); do get "$url:8081/small.html?$i" "$url:8081/list/file%20%3C$i%3E.txt" "$url:8081/list/" "$url:8081/indexed/" "$url:8081/missing$i" "$url:8081/style.css" "$url:8081/moved/file%20%3C3%3E.txt" "$url:8081/x.old"; done
    for _ in 1 2 3; do get "$url:8081/large.txt" "$url:8081/noise.tar.gz" "$url:8081/" "$url:8081/empty" "$url:8081/secret.bak" "$url:8081/picture.jpg"; get --compressed "$url:8081/large.txt" "$url:8081/packed.js" "$url:8081/style.css" "$url:8081/list/"; done
    for i in 1 2 3 4; do get "$url:8081/cgi/env.cgi?$i" "$url:8081/cgi/refuse.cgi" "$url:8081/cgi/move.cgi" "$url:8081/cgi/slow.cgi" "$url:8081/cgi/fails.cgi" "$url:8081/parts/page.shtml" "$url:8081/parts/many.shtml"; done
    get "$url:8081/cgi/late.cgi"
    for i in 1 2 3; do get -d "name=$i&x=y" "$url:8081/cgi/env.cgi"; get --data-binary "@$WORK/upload" "$url:8081/cgi/env.cgi"; get -H Expect: -H 'Transfer-Encoding: chunked' --data-binary "@$WORK/upload" "$url:8081/cgi/count.cgi"; done
    for i in one two three none 9 15; do get --digest -u $i:word "$url:8081/private/" "$url:8083/small.html"; get --digest -u $i:wrong "$url:8081/private/"; done
    # what may be stored and taken away
    put() { get --digest -u one:word "$@"; }
    for i in 1 2; do
        put -T "$WORK/upload" "$url:8081/store/up$i" && put -T "$site/small.html" "$url:8081/store/a/b/c$i"
        put -X MKCOL "$url:8081/store/folder$i" && put -X PROPFIND -H 'Depth: 1' "$url:8081/store/" && put -X PROPFIND -H 'Depth: 0' "$url:8081/store/up$i"
        put -X PROPFIND -H 'Depth: 1' "$url:8081/list/"
        put -T "$site/small.html" -H 'Content-Range: bytes 100-20099/30000' "$url:8081/store/up$i"
        put -X DELETE "$url:8081/store/up$i" && put -X DELETE "$url:8081/store/folder$i" && put -X DELETE "$url:8081/store/none"
        get -T "$site/small.html" "$url:8081/store/no"
        put -X PATCH -d x "$url:8081/store/a/b/c$i"
    done
    put -X DELETE "$url:8081/store/a"
    # hosts, redirects, slow ones, many at once
    for i in 1 2 3; do get -k --connect-to "other.example:443:10.77.0.2:8443" "https://other.example/small.html" "https://other.example/picture.jpg" "https://other.example/list/"; get -H "Host: other.example" "$url:8081/picture.jpg"; done
    get -k -L "$url:8082/small.html"
    get "$url:8083/list/" "$url:8083/large.txt"
    put "$url:8083/large.txt" "$url:8083/noise.tar.gz" "$url:8083/list/" "$url:8083/small.html?a=%20b"
    get "$url:8085/noise.tar.gz" && get "$url:8085/cgi/env.cgi" "$url:8085/SMALL.html" "$url:8085/missing" "$url:8085/missing2" "$url:8085/cgi/refuse.cgi" "$url:8085/style.css"
    get --limit-rate 2M "$url:8081/large.txt"
    seq 60 | client xargs -P 12 -I{} curl -s -o /dev/null "$url:8081/list/" "$url:8081/small.html?{}" >/dev/null
    seq 8 | client xargs -P 8 -I{} curl -s -o /dev/null "$url:8081/large.txt?{}" "$url:8081/cgi/env.cgi" >/dev/null
    client python3 "$WORK/raw.py" 8081
    # TLS
    for i in $(seq 5); do get -k "https://10.77.0.2:8443/small.html?$i" "https://10.77.0.2:8443/list/" "https://10.77.0.2:8443/large.txt" "https://10.77.0.2:8443/cgi/env.cgi?$i" "https://10.77.0.2:8443/none"; done
    get -k --data-binary "@$WORK/upload" "https://10.77.0.2:8443/cgi/env.cgi"
    seq 8 | client xargs -P 4 -I{} curl -s -o /dev/null -k "https://10.77.0.2:8443/noise.tar.gz" >/dev/null
    get "$url:8443/" && get --tls-max 1.1 -k "https://10.77.0.2:8443/"
    client python3 "$WORK/raw.py" 8443 tls
    # the program with the server inside: pages, forms, uploads, cookies, websockets
    p=$url:8884
    for i in 1 2; do
        get "$p/example" "$p/A/x" "$p/A/B" "$p/B" "$p/B/A" "$p/B/B" "$p/x.foo" "$p/close" "$p/form" "$p/postresponse" "$p/websocket" "$p/README.md" "$p/"
        get -k -L "$url:8888/example" "$url:8888/form"
        get -c jar -b jar "$p/cookie" "$p/cookie" && get --digest -u user:pass "$p/auth" && get -u user:pass "$p/auth"
        get "$p/handle_form.embedded_c.example.callback?a=b&textin=some%20text&c=$i"
        get -d 'textin=hello&passwordin=x+y%21&radio=1&check=on' "$p/handle_form.embedded_c.example.callback"
        get -F textin=hello -F "filein=@$site/style.css;filename=$up.$i" -F "filesin=@$site/picture.jpg;filename=$up.$i.jpg" "$p/handle_form.embedded_c.example.callback"
        get -F "filein=@$site/style.css;filename=$up.$i" "$p/handle_form.embedded_c.example.callback" # is there by now
        get -F "file=@$WORK/upload" "$p/on_the_fly_form.md5.callback" && get -F a=b --limit-rate 1M -F "file=@$site/style.css" "$p/on_the_fly_form"
        get --data-binary "@$WORK/upload" "$p/postresponse" && get -H 'Transfer-Encoding: chunked' -d 'a=b' "$p/postresponse"
        get -H 'Content-Type: multipart/form-data; boundary=x' -d $'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nvalue\r\n--x\r\nbroken' "$p/handle_form.embedded_c.example.callback"
    done
    client python3 "$WORK/raw.py" 8884 websockets
    rm -f /tmp/"$up".*
    # the client inside
    for i in small large chunks late/large none; do client "$civetweb" -C "$url:8000/$i" | wc -c; done
    client "$civetweb" -C "https://10.77.0.2:8443/small.html" | wc -c
    ! client "$civetweb" -C "$url:9/" && ! client "$civetweb" -C nonsense && ! client "$civetweb" -C "http://nowhere.invalid/"
    # what fails
    fails() { timeout 2 "$@" || true; }
    fails "$civetweb" -document_root /no/such/folder
    server timeout 2 "$civetweb" -listening_ports 10.77.0.2:8081 -document_root "$site" || true
    fails "$civetweb" -nonsense x -listening_ports 127.0.0.1:8098 -document_root "$site" # which is not taken for a failure
    fails "$civetweb" -listening_ports 1x -document_root "$site"
    fails "$civetweb" -listening_ports 127.0.0.1:8099 -document_root "$site" -access_control_list nonsense
    fails "$civetweb" -listening_ports 127.0.0.1:8099s -document_root "$site" -ssl_certificate "$site/small.html"
    fails "$civetweb" -listening_ports 127.0.0.1:8099 -document_root "$site" -run_as_user no-such-user
    "$civetweb" -I && ! "$civetweb" -h
    sleep 0.3
    get "$p/exit"
    kill "${daemons[@]}" "$source" && wait "${daemons[@]}" || true
    for i in $(seq 100); do kill -0 "$embedded" 2>/dev/null || break; sleep 0.1; done
    ! kill -9 "$embedded" 2>/dev/null || echo "the inner server did not end"
    rm -rf "$site/private/.htpasswd" "$site"/store/*
}

# shellcheck shell=bash
# socat: a relay between two of anything: TCP, UDP, UNIX sockets, files, pipes, terminals, commands, proxies. Peers are a delayed link away.
build() {
    make clean
    make -j2 socat
}

prepare() {
    mkdir "$WORK/site"
    make_text 4 "$WORK/site/text"
    head -c 30000 "$WORK/site/text" >"$WORK/site/small"
    cat >"$WORK/proxy.py" <<'PY'
"""A proxy for CONNECT (port 3128) and SOCKS4 and SOCKS4A (port 1080), after a while."""
import socket, socketserver, sys, threading, time
def pump(a, b):
    try:
        while data := a.recv(65536):
            b.sendall(data)
        b.shutdown(socket.SHUT_WR)
    except OSError:
        pass
class Proxy(socketserver.BaseRequestHandler):
    def handle(self):
        c = self.request
        if c.getsockname()[1] == 3128:
            head = b""
            while b"\r\n\r\n" not in head:
                if not (more := c.recv(4096)):
                    return
                head += more
            if b"Proxy-auth" not in head:
                c.sendall(b"HTTP/1.0 407 Authenticate\r\n\r\n")
                return
            host, port = head.split()[1].decode().split(":")
            answer = b"HTTP/1.0 200 OK\r\nServer: one\r\n\r\n"
        else:
            head = c.recv(4096)
            port = int.from_bytes(head[2:4], "big")
            host = "127.0.0.1" if head[4:7] == b"\0\0\0" else socket.inet_ntoa(head[4:8])
            answer = b"\0\x5a" + head[2:8]
        time.sleep(0.02)
        far = socket.create_connection((host, int(port)))
        c.sendall(answer)
        t = threading.Thread(target=pump, args=(far, c))
        t.start()
        pump(c, far)
        t.join()
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
threading.Thread(target=Server((sys.argv[1], 1080), Proxy).serve_forever).start()
Server((sys.argv[1], 3128), Proxy).serve_forever()
PY
}

work() {
    local socat=$TREE/socat site=$WORK/site far=10.77.0.2 daemons="" i
    cd "$RUN"
    # on the far side
    start b python3 -m http.server -d "$site" --bind $far 8000 2>/dev/null
    local origin=$!
    start b python3 "$WORK/proxy.py" $far
    local proxy=$!
    far_side() { start b "$socat" "$@" && daemons="$daemons $!"; }
    far_side TCP-LISTEN:7001,fork,reuseaddr,bind=$far EXEC:cat
    far_side TCP4-LISTEN:7002,fork,reuseaddr,backlog=20,keepalive,nodelay,range=10.77.0.0/24 'SYSTEM:read -r line; date; echo "$line" | tr a-z A-Z; sleep 0.05; echo done'
    far_side -u TCP-LISTEN:7003,fork,reuseaddr,max-children=8 "OPEN:$RUN/received,creat,append,mode=0600"
    far_side -U TCP-LISTEN:7004,fork,reuseaddr "FILE:$site/text,rdonly"
    far_side UDP4-RECVFROM:7005,fork,reuseaddr 'EXEC:tr a-z A-Z'
    far_side -u UDP-RECV:7006 "CREATE:$RUN/datagrams"
    far_side TCP-LISTEN:7007,fork,reuseaddr EXEC:'bash -i',pty,setsid,ctty,stderr,echo=0
    far_side -T 3 UDP-LISTEN:7008,fork,reuseaddr PIPE
    far_side -d -d -lf "$RUN/log" TCP-LISTEN:7009,fork,reuseaddr,keepalive EXEC:cat
    far_side -u IP4-RECV:199 "CREATE:$RUN/raw"
    # on the near side: a forwarder, and a UNIX socket to the far side
    start a "$socat" TCP-LISTEN:6001,fork,reuseaddr,bind=10.77.0.1 TCP:$far:8000,nodelay && daemons="$daemons $!"
    start a "$socat" UNIX-LISTEN:"$RUN/sock",fork,unlink-early,mode=0666 TCP:$far:7001 && daemons="$daemons $!"
    start a "$socat" PTY,link="$RUN/tty",raw,echo=0,b9600,wait-slave,pty-interval=0.05 TCP:$far:7001 && daemons="$daemons $!"
    start a "$socat" ABSTRACT-LISTEN:hidden"$$",fork EXEC:'sort -n',pipes && daemons="$daemons $!"
    start a "$socat" UNIX-RECVFROM:"$RUN/dgram",fork SYSTEM:'wc -c >>count' && daemons="$daemons $!"
    for i in 7001 7002 7004 7007 8000 3128; do wait_for_port b $far $i; done
    wait_for_port a 10.77.0.1 6001
    near() { client "$socat" "$@"; }
    # TCP: lines, large files, both ways at once
    for i in $(seq 8); do echo "line $i" | near - TCP:$far:7001; done
    for i in $(seq 5); do echo "shout $i" | near STDIO TCP4:$far:7002,connect-timeout=3,sndbuf=20000; done
    near -d -d - TCP:$far:7009,crnl <"$site/small" 2>"$RUN/notes" | wc -c
    near - TCP:$far:7001,rcvbuf=40000 <"$site/text" | cmp - "$site/text"
    near -b 500 - TCP:$far:7001,bind=10.77.0.1,sourceport=5555,reuseaddr <"$site/small" | cmp - "$site/small"
    for i in 1 2 3; do near -u "FILE:$site/text" TCP:$far:7003; done
    near -u TCP:$far:7004 "CREATE:$RUN/copy,perm=0640" && cmp "$RUN/copy" "$site/text"
    near -u TCP:$far:7004,readbytes=100000 - | wc -c
    near -u TCP:$far:7004 - | while read -r -N 100000 _; do sleep 0.01; done
    for i in $(seq 50); do echo "$i slow"; sleep 0.01; done | near - TCP:$far:7001 | tail -1
    seq 12 | client xargs -P 6 -I{} sh -c "echo at once {} | '$socat' -t 2 - TCP:$far:7002" | sort | tail -1
    for i in $(seq 6); do client curl -s -o /dev/null -o /dev/null "http://10.77.0.1:6001/small?$i" http://10.77.0.1:6001/text; done
    seq 8 | client xargs -P 4 -I{} curl -s -o /dev/null "http://10.77.0.1:6001/text?{}"
    # UNIX sockets, a terminal line, a shell on a terminal
    for i in 1 2 3 4; do near - UNIX-CONNECT:"$RUN/sock" <"$site/small" | wc -c; seq 9 -1 1 | near - ABSTRACT-CONNECT:hidden"$$" | head -1; done
    for i in 1 2 3; do echo "datagram $i" | near -u - UNIX-SENDTO:"$RUN/dgram"; done
    (for i in $(seq 20); do echo "typed $i"; sleep 0.01; done; sleep 0.2) | near -t 1 - "$RUN/tty,raw,echo=0" | tail -1
    (for i in 'echo $((6 * 7))' 'ls /' 'sleep 0.2' 'echo end' exit; do sleep 0.3; echo "$i"; done; sleep 0.3) | near -t 2 - TCP:$far:7007 | tail -3
    # datagrams
    for i in $(seq 6); do echo "shout $i" | near -t 0.3 - UDP4-SENDTO:$far:7005; done
    (for i in $(seq 40); do echo "datagram $i"; sleep 0.005; done) | near -u - UDP:$far:7006
    (for i in $(seq 20); do echo "ping $i"; sleep 0.01; done) | near -t 0.3 - UDP-CONNECT:$far:7008 | tail -1
    for i in 1 2 3; do echo "raw $i" | near -u - IP4-SENDTO:$far:199; done
    # through proxies
    for i in 1 2 3; do
        printf 'GET /small HTTP/1.0\r\n\r\n' | near -t 2 - PROXY:$far:$far:8000,proxyport=3128,proxyauth=me:secret | wc -c
        printf 'GET /small HTTP/1.0\r\n\r\n' | near -t 2 - SOCKS4:$far:$far:8000,socksport=1080,socksuser=me | wc -c
    done
    ! near - PROXY:$far:$far:8000,proxyport=3128 </dev/null
    # files, pipes and commands on one machine
    for i in 1 2 3; do "$socat" -u "FILE:$site/text" "CREATE:$RUN/copy$i"; "$socat" -u -b 65536 "$site/text" "OPEN:$RUN/copy$i,trunc"; done
    "$socat" -u "FILE:$site/text,seek=1000000" - | wc -c
    "$socat" -u GOPEN:"$site/small" "GOPEN:$RUN/copy1,append" && "$socat" -u EXEC:"ls -l /usr/lib" - | tail -1
    (for i in $(seq 30); do echo "more $i"; sleep 0.01; done >"$RUN/growing") & near -u -T 0.5 "FILE:$RUN/growing,ignoreeof" - | tail -1
    "$socat" -u PIPE:"$RUN/fifo" - >"$RUN/out" & i=$!; while [ ! -p "$RUN/fifo" ]; do sleep 0.05; done; seq 2000 >"$RUN/fifo"; wait $i
    "$socat" -t 1 SYSTEM:'seq 500; sleep 0.1; seq 3' 'EXEC:sed s/^/x/,pipes!!STDOUT' | tail -1
    "$socat" - SYSTEM:'read a <&3; echo got line >&4',fdin=3,fdout=4 <"$site/small" || true
    "$socat" -v -x -r "$RUN/left" -R "$RUN/right" - EXEC:"sort -r",pipes <"$site/small" 2>"$RUN/hex" | tail -1
    "$socat" -d -d -d -d -lu -lh -lp relay - EXEC:cat <"$site/small" 2>"$RUN/debug" | wc -c
    "$socat" -D -L "$RUN/lock" -u EXEC:'echo locked' - 2>/dev/null
    echo "some text" | "$socat" - EXEC:'cat',pty,raw,echo=0 || true
    echo a | "$socat" -,cr PIPE | od -c | head -1
    # what fails
    ! near - TCP:$far:9,retry=2,interval=0.1 </dev/null
    ! near - TCP:nowhere.invalid:80 </dev/null
    ! "$socat" -u FILE:/no/such/file - || ! "$socat" - NONSENSE:1
    ! "$socat" - TCP:$far:7001,nonsense=1 </dev/null
    ! "$socat" - UNIX-CONNECT:/no/such/socket </dev/null
    ! "$socat" -
    ! "$socat" - EXEC:/no/such/program </dev/null
    "$socat" -V | head -1
    "$socat" -hh | tail -1
    kill -TERM $daemons "$origin" "$proxy" 2>/dev/null || true
    wait $daemons || true
}

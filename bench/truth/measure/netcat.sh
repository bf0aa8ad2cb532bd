# shellcheck shell=bash
# netcat: a pipe to and from the network (the traditional one). Clients, servers, scans, dumps, commands; peers are a delayed link away.
build() {
    rm -f nc
    make linux CC='gcc -O2' DFLAGS='-DTELNET -DGAPING_SECURITY_HOLE -DIP_TOS'
}

prepare() {
    mkdir "$WORK/s"
    make_text 3 "$WORK/s/text"
    head -c 20000 "$WORK/s/text" >"$WORK/s/small"
    head -c 300000 /dev/urandom >"$WORK/s/noise"
    seq 20 >"$WORK/s/lines"
    cat >"$WORK/peer.py" <<'PY'
"""Servers: 7000 echoes, 7001 echoes late and slowly, 7002 asks as telnet does, 7003 sends much and ends, 7004 says nothing, 7005 (UDP) echoes, 7006 takes slowly."""
import socket, socketserver, sys, threading, time
class Peer(socketserver.BaseRequestHandler):
    def handle(self):
        c, port = self.request, self.server.server_address[1]
        try:
            if port == 7002:
                c.sendall(b"\xff\xfd\x18\xff\xfb\x01\xff\xfe\x03\xff\xfc\x05login: ")
                time.sleep(0.05)
                c.sendall(b"\xff\xfd\x1fhello\r\n")
                c.recv(4000), time.sleep(0.2)
                return
            if port == 7003:
                for i in range(60):
                    c.sendall(b"piece %d\n" % i * 700)
                    time.sleep(0.005)
                return
            if port == 7004: time.sleep(3)
            while data := c.recv(2000 if port == 7006 else 8192):
                if port == 7001: time.sleep(0.03)
                if port == 7006: time.sleep(0.002)
                else: c.sendall(data)
        except OSError: pass
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
for port in (7000, 7001, 7002, 7003, 7004, 7006):
    threading.Thread(target=Server(("10.77.0.2", port), Peer).serve_forever).start()
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.bind(("10.77.0.2", 7005))
while True:
    data, peer = u.recvfrom(9000)
    if data.strip(): u.sendto(data.upper(), peer)
PY
    cat >"$WORK/slow.py" <<'PY'
"""Reads N bytes every few milliseconds."""
import os, sys, time
while os.read(0, int(sys.argv[1])): time.sleep(0.003)
PY
}

work() {
    local nc=$TREE/nc s=$WORK/s far=10.77.0.2 i f pids=()
    cd "$RUN"
    start b python3 "$WORK/peer.py"
    local peer=$!
    for i in 7000 7001 7002 7003 7004 7006; do wait_for_port b $far $i; done
    near() { client timeout 20 "$nc" "$@" 2>>notes || true; }
    bad() { near -q 0 "$@" </dev/null; }
    # listens N times, one visitor each; visit tries until somebody listens
    serve() { start b bash -c 'n=$1 nc=$0; shift; for _ in $(seq $n); do timeout 20 "$nc" "$@" || true; done' "$nc" "$@" 2>>notes </dev/null; pids+=($!); }
    visit() { for _ in $(seq 60); do ! client timeout 20 "$nc" "$@" 2>>notes || return 0; sleep 0.05; done; }
    # clients
    for i in $(seq 12); do echo "line $i" | near -q 0 $far 7000; done | tail -1
    for i in 1 2 3; do echo "late $i" | near -w 1 -v -n $far 7001; near -q 1 $far 7000 <$s/text | wc -c; near -n -q 0 $far 7001 <$s/small | wc -c; near -q 0 $far 7006 <$s/noise; done
    for i in 1 2; do near $far 7003 | wc -c; near -vv $far 7003 | python3 "$WORK/slow.py" 8000; near -t -w 1 $far 7002; done
    for i in "-o dump" "-C" "-k" "-T throughput" "-T 0x10" "-r" "-s 10.77.0.1 -p 5600" "-b" "-v -v -o dump2"; do near -q 0 $i $far 7000 <$s/small | wc -c; done
    near -o dump3 -q 0 $far 7000 <$s/noise | wc -c
    near -i 1 -q 0 $far 7000 < <(seq 3) | tail -1
    (for i in $(seq 60); do echo "$i slow"; sleep 0.01; done) | near -q 0 -C $far 7000 | tail -1
    near -w 1 $far 7004 </dev/null
    seq 16 | client xargs -P 4 -I{} sh -c "'$nc' -q 0 $far 7000 <$s/small | wc -c" | tail -1
    seq 6 | client xargs -P 3 -I{} sh -c "'$nc' -q 0 $far 7001 <$s/small | wc -c" | tail -1
    client timeout 20 "$nc" < <(echo "-q 0 -v $far 7000"; sleep 0.2; echo some text) 2>>notes || true
    near -e /bin/date $far 7000; near -c 'echo from a shell; sleep 0.1; head -1' $far 7000; near -q 0 localhost 9
    # datagrams
    for i in 1 2; do (for f in 1 2 3 4 5; do echo "datagram $i $f"; sleep 0.02; done) | near -u -w 1 $far 7005; done | tail -1
    near -u -q 1 -o dump4 $far 7005 <$s/lines | tail -1
    # scans
    near -z -v -w 1 $far 7000-7010; near -z -vv -n -r $far 6990-7010; near -z -v -i 1 $far 7000 7001; near -u -z -v -w 1 $far 7005 7015; near -w 1 -q 0 $far 7000-7001 <$s/lines | wc -c
    near -g 10.77.0.9 -w 1 -z $far 7000; near -G 4 -g 10.77.0.2 -w 1 -z $far 7000
    # servers: a file to each, what each sends, commands, one visitor only
    serve 6 -l -p 7101 -q 0 -c "cat $s/text"
    serve 6 -l -p 7102 -e /bin/cat
    serve 4 -l -n -v -p 7103 -s $far -w 5
    serve 4 -l -v -v -p 7104 -o served -w 5 10.77.0.1
    serve 2 -l -p 7105 -w 1 10.77.0.7
    serve 3 -l -t -k -p 7106 -c 'while read -r a; do echo "got $a"; sleep 0.01; done'
    serve 2 -u -l -p 7107 -w 2
    serve 1 -l -v -w 1 -p 7108
    for i in 1 2 3; do
        visit -v $far 7101 </dev/null | wc -c
        visit -q 1 $far 7102 <$s/noise | wc -c
        visit -q 0 $far 7103 <$s/small
        visit -q 0 -p $((5700 + i)) $far 7104 <$s/text
        visit -q 1 $far 7106 <$s/lines | tail -1
    done
    (for i in 1 2 3; do echo "to a server $i"; sleep 0.05; done) | near -u -w 1 $far 7107
    visit -w 1 $far 7105 <$s/lines
    # a proxy of two, and a copy through it
    mkfifo back
    start a bash -c '"$0" -l -p 6001 -q 1 <back 2>/dev/null | "$0" -q 1 '$far' 7000 >back' "$nc" && pids+=($!)
    sleep 0.3
    near -q 1 10.77.0.1 6001 <$s/small | wc -c
    # signals, and what fails
    start b "$nc" -l -p 7110 && i=$! && sleep 0.2 && kill $i && wait $i || true
    start a "$nc" -v $far 7004 2>/dev/null && i=$! && sleep 0.3 && kill -INT $i; kill $i || true; wait $i || true
    bad $far 9; bad -w 1 -n nowhere.invalid 80; bad nowhere.invalid 80; bad $far no-such-port; bad -v $far; bad -s 10.9.9.9 $far 7000; bad -p 70000 $far 7000; bad -T nonsense $far 7000; bad -o /no/such/file $far 7000; bad -e /no/such/program $far 7000; bad -l -p 7111 -w 1; bad -i; bad -G 5 -g 1.2.3.4 $far 7000; bad -w 0 $far 7000; bad -u -z -r $far 7005-7006
    bad -v -w 1 10.77.0.77 80; bad -h; bad -nonsense; bad -v localhost 1-3; bad -n $far 99999; bad -z $far http ftp\\-data
    kill "$peer" "${pids[@]}" 2>/dev/null || true
    wait "${pids[@]}" || true
}

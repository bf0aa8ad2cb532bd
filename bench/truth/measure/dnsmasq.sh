# shellcheck shell=bash
# dnsmasq: a caching name server with its own hosts, and a TFTP server. Clients and the server above are a delayed link away.
build() {
    make clean
    make -j2
}

prepare() {
    mkdir "$WORK/tftp"
    make_text 1 "$WORK/tftp/large"
    head -c 3000 "$WORK/tftp/large" >"$WORK/tftp/small"
    for i in $(seq 3000); do echo "10.1.$((i / 250)).$((i % 250)) host$i host$i.example"; done >"$WORK/hosts"
    cat >"$WORK/upstream.py" <<'PY'
"""A name server that knows everything, after a while."""
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], 53))
while True:
    query, peer = s.recvfrom(4096)
    end = query.index(b"\0", 12) + 5
    kind = query[end - 4:end - 2]
    if b"missing" in query:
        s.sendto(query[:2] + b"\x81\x83" + query[4:6] + b"\0\0\0\0\0\0" + query[12:end], peer)
        continue
    data = bytes([10, 2, query[13], query[14]]) if kind == b"\0\1" else bytes(16) if kind == b"\0\x1c" else b"\4some\4text\0"
    if kind not in (b"\0\1", b"\0\x1c"):
        s.sendto(query[:2] + b"\x81\x80" + query[4:6] + b"\0\0\0\0\0\0" + query[12:end], peer)
        continue
    answer = b"\xc0\x0c" + kind + b"\0\1\0\0\0\x3c" + len(data).to_bytes(2, "big") + data
    s.sendto(query[:2] + b"\x81\x80" + query[4:6] + b"\0\1\0\0\0\0" + query[12:end] + answer, peer)
PY
    cat >"$WORK/ask.py" <<'PY'
"""Asks a name server many things, over UDP and TCP, and reads files by TFTP."""
import random, socket, struct, sys
random.seed(9)
server = sys.argv[1]
def query(name, kind=1, number=7):
    parts = b"".join(bytes([len(p)]) + p.encode() for p in name.split(".") if p)
    return struct.pack(">HHHHHH", number, 0x0100, 1, 0, 0, 1) + parts + b"\0" + struct.pack(">HH", kind, 1) + b"\0\0\x29\x10\0\0\0\0\0\0\0"
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(2)
def ask(name, kind=1):
    s.sendto(query(name, kind, random.randrange(65536)), (server, 53))
    try:
        return s.recv(4096)
    except socket.timeout:
        return b""
for i in range(400):
    ask(f"host{random.randrange(3000)}.example")
for i in range(300):
    ask(f"w{i % 90}.far.test", random.choice((1, 1, 28)))
for i in range(120):
    ask(f"{i % 250}.{i % 9}.1.10.in-addr.arpa", 12)
for kind in (1, 28, 15, 16, 33, 255, 6, 2):
    for name in ("mail.example", "text.example", "service.example", "alias.example", "blocked.bad", "missing.test", "host5"):
        ask(name, kind)
for i in range(40):
    ask(f"missing{i}.test")
for i in range(30):
    with socket.create_connection((server, 53)) as tcp:
        for name in (f"host{i}.example", f"t{i}.far.test"):
            q = query(name)
            tcp.sendall(struct.pack(">H", len(q)) + q)
            tcp.recv(4096)
s.sendto(b"nonsense", (server, 53))
for name in ("small", "large", "none", "small", "small"):
    t = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    t.settimeout(1)
    t.sendto(b"\0\1" + name.encode() + b"\0octet\0blksize\x001024\0tsize\x000\0", (server, 69))
    size, got = 512, 0
    try:
        while True:
            data, peer = t.recvfrom(4096)
            if data[1] == 6:
                size = 1024
                t.sendto(b"\0\4\0\0", peer)
            elif data[1] == 3:
                t.sendto(b"\0\4" + data[2:4], peer)
                got += len(data) - 4
                if len(data) - 4 < size:
                    break
            else:
                break
    except socket.timeout:
        pass
PY
}

work() {
    cat >"$RUN/conf" <<END
no-resolv
no-hosts
port=53
listen-address=10.77.0.1
bind-interfaces
server=10.77.0.2
server=/other.test/10.77.0.2
addn-hosts=$WORK/hosts
expand-hosts
domain=example
cache-size=400
address=/blocked.bad/0.0.0.0
mx-host=mail.example,host1.example,10
txt-record=text.example,some text
srv-host=service.example,host2.example,80
cname=alias.example,host3.example
ptr-record=9.9.9.9.in-addr.arpa,nine.example
log-queries
log-facility=$RUN/log
enable-tftp
tftp-root=$WORK/tftp
stop-dns-rebind
bogus-priv
all-servers
user=root
END
    start b python3 "$WORK/upstream.py" 10.77.0.2
    local upstream=$!
    start a "$TREE/src/dnsmasq" -k -C "$RUN/conf" -x "$RUN/pid"
    local daemon=$!
    wait_for_port a 10.77.0.1 53
    client python3 "$WORK/ask.py" 10.77.0.1
    kill -USR1 "$daemon"
    for _ in 1 2 3; do client python3 "$WORK/ask.py" 10.77.0.1 & done
    wait $! || true
    kill -HUP "$daemon"
    server python3 "$WORK/ask.py" 10.77.0.1
    sleep 0.5
    kill -TERM "$daemon" && wait "$daemon" || true
    kill "$upstream"
    "$TREE/src/dnsmasq" --test -C "$RUN/conf"
    "$TREE/src/dnsmasq" --version | head -1
    ! "$TREE/src/dnsmasq" --nonsense
}

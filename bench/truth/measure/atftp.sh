# shellcheck shell=bash
# atftp: a client and a server of the trivial file transfer protocol, UDP; the server has a thread for each transfer. Also many at once (multicast, MTFTP). Clients are a delayed link away.
build() {
    make clean
    make -j2 atftp atftpd
}

prepare() {
    chmod a+rx "$WORK"
    mkdir -p "$WORK/site/sub" "$WORK/local"
    make_text 4 "$WORK/site/text"
    head -c 20000 "$WORK/sources" >"$WORK/site/small"
    head -c 300000 /dev/urandom >"$WORK/site/noise"
    head -c 5120 "$WORK/sources" >"$WORK/site/blocks"
    : >"$WORK/site/empty"
    printf 'one\rtwo\nthree\r\nfour\0five\n%.0s' $(seq 300) >"$WORK/site/sub/lines"
    echo secret >"$WORK/site/closed" && chmod 600 "$WORK/site/closed"
    cp "$WORK"/site/{text,small,noise,blocks,empty} "$WORK/local"
    chmod -R a+rX "$WORK/local" && chmod a+rwx "$WORK/site" "$WORK/site/sub"
    cat >"$WORK/odd.py" <<'PY'
"""odd.py client PORT: packets as they should not be. odd.py server: answers as they should not be. odd.py inetd COMMAND…: starts the server at the first packet, as inetd does."""
import os, select, socket, struct, sys, threading, time
FAR = "10.77.0.2"
def client(port):
    def new():
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(1.6)
        return s
    def hear(s):
        try:
            data, where = s.recvfrom(70000)
            return struct.unpack("!HH", data[:4]) + (len(data), data[4:40]), where
        except OSError as e:
            return str(e), None
    request = lambda op, *words: struct.pack("!H", op) + b"".join(w.encode() + b"\0" for w in words)
    ack = lambda n: struct.pack("!HH", 4, n)
    for packet in (b"", b"\0", b"\0\1", request(9, "x"), request(1, "small"), request(1, "small", "nonsense"), request(1, "no-such", "octet"), request(1, "/etc/passwd", "octet"), request(1, "../../etc/passwd", "octet"), request(1, "closed", "octet"), b"\0\1small\0octet", request(1, "x" * 400, "octet"),
                   request(1, "small", "octet", "blksize", "1"), request(1, "small", "octet", "blksize", "99999"), request(1, "small", "octet", "timeout", "0"), request(1, "small", "octet", "windowsize", "0"), request(1, "small", "octet", "tsize", "x", "what", "ever"), request(2, "sub/none/x", "octet"), ack(1), request(1, "", "octet"), request(1, "small", "mail")):
        s = new(); s.sendto(packet, (FAR, port))
        if packet[:2] == b"\0\1" and len(packet) > 4: print(packet[:20], hear(s)[0])
        s.sendto(struct.pack("!HH", 5, 0) + b"no\0", (FAR, port)); s.close()
    s = new(); s.sendto(request(1, "blocks", "octet"), (FAR, port)); what, there = hear(s)
    for _ in range(2): print("late:", hear(s)[0])                    # it says it again
    s.sendto(ack(1), there), s.sendto(ack(1), there), s.sendto(ack(7), there), s.sendto(b"\0\4", there); print(hear(s)[0], hear(s)[0])
    other = new(); other.sendto(ack(2), there); print("from elsewhere:", hear(other)[0])
    s.sendto(struct.pack("!HH", 5, 0) + b"enough\0", there)
    s = new(); s.sendto(request(2, "upload.odd", "octet", "blksize", "600", "timeout", "1", "tsize", "1200"), (FAR, port)); what, there = hear(s)
    if there:
        data = struct.pack("!HH", 3, 1) + b"d" * 600
        for packet in (data, data, struct.pack("!HH", 3, 5) + b"x" * 600, b"\0\3", struct.pack("!HH", 3, 2) + b"end"): s.sendto(packet, there); print(hear(s)[0])
    s = new(); s.sendto(request(2, "upload.lost", "octet"), (FAR, port)); what, there = hear(s)
    if there: s.sendto(struct.pack("!HH", 5, 3) + b"disk full\0", there)
    s = new(); s.sendto(request(1, "text", "octet", "blksize", "1400", "windowsize", "8"), (FAR, port)); what, there = hear(s)
    if there:
        s.sendto(ack(0), there)
        for n in range(1, 60):                                       # loses some of each window
            got = [hear(s)[0][1] for _ in range(8)] if n % 10 else [hear(s)[0][1]]
            s.sendto(ack(got[-1] if n % 7 else got[0]), there)
        s.sendto(struct.pack("!HH", 5, 0) + b"enough\0", there)
def server():
    def serve(port, *answers):
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind((FAR, port))
        while True:
            _, there = s.recvfrom(2000)
            for a in answers:
                if isinstance(a, float): time.sleep(a)
                else: s.sendto(a, there)
    data = lambda n, d: struct.pack("!HH", 3, n) + d
    for port, answers in ((7001, [struct.pack("!HH", 5, 4) + b"not this\0"]), (7002, [0.05, data(1, b"a" * 512), data(1, b"a" * 512), 0.05, data(9, b"?" * 512), data(2, b"end")]), (7003, [b"\0\6blksize\0" + b"99999\0"]), (7004, [b"\0\7xx", b"\0"]), (7005, [])):
        threading.Thread(target=serve, args=(port, *answers)).start()
def inetd(*command):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind((FAR, 6971))
    select.select([s], [], [])
    os.dup2(s.fileno(), 0)
    os.execv(command[0], command)
{"client": lambda p: client(int(p)), "server": server, "inetd": inetd}[sys.argv[1]](*sys.argv[2:])
PY
}

work() {
    local atftp=$TREE/atftp atftpd=$TREE/atftpd far=10.77.0.2 site=$WORK/site daemons=() several=() i odd
    cd "$RUN"
    find "$RUN" -maxdepth 1 -type d -exec chmod a+rwx {} + # processes of another user write here
    client ip route replace 224.0.0.0/4 dev nda
    server ip route replace 224.0.0.0/4 dev ndb
    printf '# what many get at once\n%s 225.1.2.3 3001\n%s 225.1.2.4 3002\n' "$site/small" "$site/noise" >"$RUN/mtftp.conf"
    # as root: a thread that starts after the process became another user leaves no record
    serve() { start b "$atftpd" --daemon --no-fork --bind-address $far --logfile - --user root --group root "$@" && daemons+=($!); }
    serve --port 6969 --verbose=7 --trace --retry-timeout 1 --maxthread 20 --mcast-ttl 2 --mcast-addr 239.255.0.0-7 --mcast-port 1758-1765 --pidfile "$RUN/pid" "$site" >"$RUN/log"
    serve --port 6970 --verbose=5 --no-timeout --no-tsize --no-blksize --no-windowsize --no-multicast --prevent-sas --no-source-port-checking --retry-timeout 1 --user root.root "$site" >"$RUN/log.plain"
    serve --port 6972 --mtftp "$RUN/mtftp.conf" --mtftp-port 3003 --mcast-switch-client --verbose=6 --retry-timeout 1 --maxthread 2 "$site" >"$RUN/log.mtftp"
    server "$atftpd" --daemon --port 6973 --bind-address $far --user nobody --group nogroup --pidfile "$RUN/pid.daemon" --logfile "$RUN/log.daemon" "$site" # goes to the background by itself
    start b python3 "$WORK/odd.py" inetd "$atftpd" --tftpd-timeout 3 --verbose=6 --logfile "$RUN/log.inetd" "$site"
    daemons+=($!)
    start b python3 "$WORK/odd.py" server
    odd=$!
    sleep 0.5
    get() { client "$atftp" --get --tftp-timeout 2 -l "$RUN/got" "$@"; }
    put() { client "$atftp" --put --tftp-timeout 2 "$@"; }
    # to and fro, with all options
    for i in small blocks empty sub/lines; do get -r $i $far 6969 && cmp "$RUN/got" "$site/$i"; done
    for i in "blksize 8192" "blksize 1428" "windowsize 16"; do get --option "$i" -r noise $far 6969 && cmp "$RUN/got" "$site/noise"; done
    for i in "timeout 3" "tsize" "tsize 0"; do get --option "$i" -r small $far 6969 && cmp "$RUN/got" "$site/small"; done
    get --option "blksize 1428" --option "windowsize 32" -r text $far 6969 && cmp "$RUN/got" "$site/text"
    get --option "blksize 16384" --option tsize --option "timeout 2" --trace --verbose -r text $far 6969 2>&1 | tail -1
    get --option "mode netascii" -r sub/lines $far 6969 && wc -c "$RUN/got"
    for i in small blocks empty; do put -l "$WORK/local/$i" -r "up.$i" $far 6969 && cmp "$WORK/local/$i" "$site/up.$i"; done
    for i in 8192 30000; do put --option "blksize $i" --option tsize -l "$WORK/local/text" -r up.text $far 6969 && cmp "$WORK/local/text" "$site/up.text"; done
    put --option "blksize 1400" --option "windowsize 8" -l "$WORK/local/noise" -r up.noise $far 6969
    put --option "mode netascii" --option "timeout 2" --trace -l "$site/sub/lines" -r up.lines $far 6969 2>&1 | tail -1
    put --option "blksize 1400" -P word -l "$WORK/local/noise" -r up.noise $far 6969 || true
    for i in 1 2 3; do get --option "blksize 4096" -r small $far 6970; put --option "blksize 4096" --option "windowsize 4" --prevent-sas -l "$WORK/local/blocks" -r up.plain $far 6970; get --no-source-port-checking --option "blksize 8192" -r noise $far 6973; done
    for i in 1 2 3; do get --option "blksize 1000" -r small $far 6971; done
    # commands
    {
        printf 'help\nhelp get\n?\nstatus\nconnect %s 6969\nmode octet\nverbose\ntrace\ntimeout 2\noption\noption tsize\noption blksize 2048\noption timeout 3\noption windowsize 4\nstatus\n' $far
        printf 'get small %s/one\nget small blocks %s/two\nput %s/local/small up.command\ntrace\nverbose\noption disable windowsize\noption disable blksize\noption nonsense 1\noption multicast\noption disable multicast\nmode netascii\n' "$RUN" "$RUN" "$WORK"
        printf 'get %s:sub/lines %s/three\nput %s/local/blocks %s:up.blocks2\nmode\nmode x\nget\nput\nconnect\nconnect a b c d\ntimeout\nmtftp\nmtftp client-port 3001\nmtftp nonsense 1\nnonsense\n\nget no-such %s/four\nput /no/such x\nstatus\nquit\n' $far "$RUN" "$WORK" $far "$RUN"
    } >"$RUN/commands"
    client "$atftp" <"$RUN/commands" 2>&1 | tail -3
    # many at once: threads, then groups
    seq 16 | client xargs -P 8 -I{} "$atftp" --get --option "blksize 1400" -r noise -l "$RUN/many.{}" $far 6969
    seq 8 | client xargs -P 8 -I{} "$atftp" --put --option "blksize 8192" -l "$WORK/local/noise" -r "up.many{}" $far 6969
    seq 6 | client xargs -P 6 -I{} sh -c "'$atftp' --get --tftp-timeout 1 -r small -l '$RUN/few.{}' $far 6972 || true"
    for i in 1 2 3 4; do
        start a "$atftp" --get --option multicast --option "blksize 1000" -r noise -l "$RUN/group.$i" $far 6969
        several+=($!)
    done
    for i in "${several[@]}"; do timeout 20 tail --pid="$i" -f /dev/null || kill "$i"; wait "$i" || true; done
    for i in 1 2 3; do
        client timeout 6 "$atftp" --mget --mtftp "server-port 3003" --mtftp "mcast-ip 225.1.2.3" --mtftp "client-port 3001" --mtftp "listen-delay 1" --mtftp "timeout-delay 1" -r "$site/small" -l "$RUN/mgot" $far 6972 || true
    done
    # slow and odd peers
    start a "$atftp" --get --option "blksize 512" -r noise -l "$RUN/slow" $far 6969
    i=$!
    sleep 0.5 && kill -STOP $i && sleep 1.3 && kill -CONT $i && sleep 0.3 && kill -INT $i && wait $i || true
    client python3 "$WORK/odd.py" client 6969 | tail -4
    for i in 7001 7002 7003 7004; do
        client timeout -s INT 1.2 "$atftp" --get --tftp-timeout 1 -r small -l "$RUN/none" $far $i || true
        client timeout -s INT 1.2 "$atftp" --put --tftp-timeout 1 -r small -l "$WORK/local/small" $far $i || true
    done
    client timeout -s INT 2.5 "$atftp" --get --tftp-timeout 1 --trace -r small -l "$RUN/none" $far 7005 || true
    # what fails
    ! get -r no-such $far 6969
    ! get -r closed $far 6973
    ! get -r /etc/passwd $far 6969
    ! put -l "$WORK/local/small" -r /no/such/place $far 6969
    ! put -l /no/such -r x $far 6969
    ! get -r small nowhere.invalid
    ! get -l /no/such/x -r small $far 6969
    for i in "blksize 7" "timeout 999" "nonsense x"; do get --option "$i" -r small $far 6969 || true; done
    client "$atftp" --nonsense || true
    "$atftpd" --nonsense || true
    ! "$atftpd" --daemon --no-fork --bind-address nowhere --logfile -
    server "$atftpd" --daemon --no-fork --bind-address $far --port 6969 --logfile - "$site" || true
    "$atftpd" --daemon --user no-such --no-fork --port 6999 --logfile - || true
    "$atftpd" --version && "$atftp" --version
    "$atftpd" --help | tail -1
    "$atftp" --help | tail -1 || true
    kill "$(cat "$RUN/pid.daemon")" "$odd"
    kill "${daemons[@]:0:3}"
    wait "${daemons[@]}" "$odd" || true
    rm -f "$site"/up.* "$site"/upload.*
}

# shellcheck shell=bash
# iperf3: measures the throughput of a network, as a client and a server around select. TCP and UDP, both ways, several streams; servers are a delayed link away.
build() {
    make -C src clean
    make -j2 -C src iperf3
}

prepare() {
    mkdir "$WORK/data"
    make_text 4 "$WORK/data/text"
    cat >"$WORK/strange.py" <<'PY'
"""Peers that do not keep to the protocol: strange.py client PORT | server."""
import json, socket, struct, sys, threading, time
FAR = "10.77.0.2"
def client(port):
    def talk(*parts, wait=0.1):
        s = socket.create_connection((FAR, port))
        s.settimeout(2)
        try:
            for part in parts:
                s.sendall(part)
                time.sleep(wait)
            print(s.recv(100)[:20])
        except OSError as e:
            print("as expected:", e)
        s.close()
    cookie = b"a" * 36 + b"\0"
    parameters = lambda **p: (lambda t: struct.pack("!I", len(t)) + t)(json.dumps(p).encode())
    talk()
    talk(b"short")
    talk(cookie)
    talk(cookie, b"\0\0\0\5{ no ")
    talk(cookie, parameters(tcp=True, time=1, parallel=1, len=1000), b"\x63")
    talk(cookie, parameters(udp=True, time=1, parallel=1, len=1000, bandwidth=1000000), b"\x0c")   # terminates
    talk(*(cookie[i:i + 9] for i in range(0, 37, 9)), *(parameters(tcp=True, time=1)[i:i + 5] for i in range(0, 25, 5)), wait=0.03) # in small pieces
def serve(port, answer):
    listener = socket.create_server((FAR, port))
    while True:
        c, _ = listener.accept()
        c.recv(37)
        time.sleep(0.02)
        try:
            c.sendall(answer)
            time.sleep(0.2)
        except OSError:
            pass
        c.close()
if sys.argv[1] == "client":
    client(int(sys.argv[2]))
else: # denies; breaks in many ways; knows states that are none; hangs up
    for port, answer in ((5301, b"\xff"), (5302, b"\xfe" + struct.pack("!II", 120, 32)), (5303, b"\x63"), (5304, b""), (5305, b"\x0b"), (5306, b"\x09\x0a\x01\x02\x04")):
        threading.Thread(target=serve, args=(port, answer)).start()
PY
}

work() {
    local iperf=$TREE/src/iperf3 far=10.77.0.2 text=$WORK/data/text daemons=() i
    cd "$RUN"
    start b "$iperf" -s -V --logfile "$RUN/log" --forceflush -I "$RUN/pid" -i 0.5
    daemons+=($!)
    start b "$iperf" -s -p 5202 -B $far -J --server-bitrate-limit 400M/1
    daemons+=($!)
    start b "$iperf" -s -p 5203 -4 -f K --timestamps='%H:%M ' -d
    daemons+=($!)
    start b python3 "$WORK/strange.py" server
    local strange=$!
    server "$iperf" -s -p 5204 -6 -D -I "$RUN/daemon.pid" --logfile "$RUN/log6"
    for i in 5201 5202 5203 5301 5306; do wait_for_port b $far $i; done
    near() { client timeout -s INT 9 "$iperf" -c $far "$@"; }
    # TCP: an amount of time, of bytes, of blocks; one way, the other, both
    near -t 2 -i 0.5 | tail -4
    near -n 20M -i 0.2 -f m | tail -4
    for i in 1 2 3 4 5 6; do near -k $((i * 5)) -l ${i}0K >/dev/null; near -n ${i}00K -l 1K >/dev/null; done
    near -t 1 -R -P 4 -i 0.25 -V | tail -4
    near -t 1 --bidir -P 2 -w 200K -f g -i 0.3 | tail -6
    near -t 1 -P 8 -l 8K -N -M 800 -S 0x10 -T title --timestamps -i 0.2 | tail -3
    near -t 2 -O 1 -C reno -i 0.5 --get-server-output | tail -9
    near -t 1 -Z -b 30M/4 --pacing-timer 2000 --dscp af21 --extra-data "more data" -J >"$RUN/zero.json"
    near -t 1 --fq-rate 100M -b 20M --cport 6001 -B 10.77.0.1 --connect-timeout 2000 --repeating-payload -R -J -i 0.1 --get-server-output >"$RUN/rate.json"
    near -n 4M -F "$text" -A 0,1 --logfile "$RUN/near.log" && tail -2 "$RUN/near.log"
    for i in k m g t K M G T; do near -n 50K -f $i -d >/dev/null; done
    # UDP
    near -u -t 1 -b 20M -i 0.2 | tail -4
    near -u -t 1 -b 40M/10 -l 1000 -R -P 3 -i 0.5 --udp-counters-64bit -V --get-server-output | tail -5
    near -u -t 1 --bidir -b 5M -w 100K -J -i 0.3 >"$RUN/udp.json"
    near -u -n 500K -b 0 -l 600 >/dev/null
    near -u -k 300 -b 8M -l 1400 -T blocks | tail -3
    near -u -O 1 -t 2 -b 3M -Z -i 1 | tail -3
    # the server that speaks JSON and has a limit, and the one that says what it does
    near -p 5202 -t 1 -b 10M | tail -2
    near -p 5202 -u -t 1 -b 10M -P 2 --get-server-output -J >/dev/null
    near -p 5202 -t 1 -P 2 -b 150M || true
    near -p 5202 -t 4 -n 0 -i 1 || true # faster than the limit
    near -p 5203 -t 1 -d -i 0.5 | tail -2
    near -p 5203 -t 1 --bidir -J -d >/dev/null
    for i in 1 2 3; do near -p 5203 -n ${i}M -u -b 50M >/dev/null; done
    # IPv6, and several at once, of which one is served
    server "$iperf" -6 -c ::1 -p 5204 -n 30M -L 5 -P 2 | tail -2
    server "$iperf" -6 -c ::1 -p 5204 -u -b 30M -t 1 -R | tail -2
    seq 6 | client xargs -P 6 -I{} sh -c "'$iperf' -c $far -n 3M -T {} || true" | tail -3
    # slow: a client that stands still for a while, one that is interrupted, one that goes away, a server that goes away
    start a "$iperf" -c $far -t 2 -R -i 0.5 >/dev/null
    i=$!
    sleep 0.6 && kill -STOP $i && sleep 0.7 && kill -CONT $i && wait $i
    start a "$iperf" -c $far -t 20 -V
    i=$!
    sleep 0.7 && kill -INT $i && wait $i || true
    start a "$iperf" -c $far -t 20 -R -J >/dev/null
    i=$!
    sleep 0.5 && kill -TERM $i && wait $i || true
    start b "$iperf" -s -1 -p 5205 -F "$RUN/received"
    i=$!
    sleep 0.4 && near -p 5205 -F "$text" -n 4M >/dev/null && wait $i && ls -l "$RUN/received"
    start b "$iperf" -s -p 5206
    i=$!
    wait_for_port b $far 5206
    (sleep 0.8 && kill -TERM $i) &
    near -p 5206 -t 5 || true
    wait $i || true
    # peers that do not keep to the protocol
    client python3 "$WORK/strange.py" client 5201
    client python3 "$WORK/strange.py" client 5202
    for i in 5301 5302 5303 5304 5305 5306; do ! timeout 5 "$NETDELAY" exec "$LAB" a "$iperf" -c $far -p $i; done
    # what fails
    ! near -p 9
    ! client "$iperf" -c nowhere.invalid -J
    ! client "$iperf" -c 10.77.0.99 --connect-timeout 100
    ! near -B 10.9.9.9 -n 1
    ! near -F /no/such/file -n 1M
    ! near -C nonsense -n 1M
    for i in "-s -c x" "-c x -l 9999M" "-c x -i 0.01" "-c x -t 99999999" "-c x -P 999" "-c x -w 9999M" "-s -P 2" "-c x -D" "-c x -M 99999" "-c x --bidir -R" "-c x -n 1 -k 1" "-c x -f q" "-c x -u -l 90000" \
        "-c x -S 999" "-c x --dscp none" "-c x -O 999" "-c x -A none" "-c x -b 1/9999" "--nonsense" ""; do
        # shellcheck disable=SC2086
        ! "$iperf" $i >/dev/null
    done
    "$iperf" -v | head -1
    "$iperf" --help | tail -1
    kill "$(cat "$RUN/daemon.pid")" "${daemons[@]}" "$strange" && wait "${daemons[@]}" "$strange" || true
}

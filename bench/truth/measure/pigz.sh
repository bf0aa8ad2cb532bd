# shellcheck shell=bash
# pigz: gzip with threads. Files, trees and streams; pipes with slow ends; senders and receivers are a delayed link away.
build() {
    make clean
    make pigz
}

prepare() {
    mkdir -p "$WORK/site" "$WORK/many/sub/deep"
    make_text 12 "$WORK/site/text"
    head -c 4000000 /dev/urandom >"$WORK/site/noise"
    head -c 6000000 /dev/zero >"$WORK/site/zeros"
    head -c 40000 "$WORK/site/text" >"$WORK/site/small"
    : >"$WORK/site/empty"
    split -b 20000 -a 3 "$WORK/sources" "$WORK/many/f"
    find "$WORK/many" -type f | sort | tail -n +41 | xargs -I{} mv {} "$WORK/many/sub/deep"
    ln -s fadd "$WORK/many/link"
    gzip -c "$WORK/site/text" >"$WORK/site/text.gz"
    gzip -1c "$WORK/site/noise" >"$WORK/site/noise.gz"
    for i in 1 2 3 4 5 6; do gzip -c "$WORK/site/small"; done >"$WORK/site/members.gz"
    cat >"$WORK/older.py" <<'PY'
"""Makes files of other kinds: LZW as compress(1) wrote it, zlib, zip."""
import sys, zlib, zipfile
site = sys.argv[1]
data = open(site + "/text", "rb").read(1500000)
acc = count = done = 0
out, table, free, bits, word = bytearray(b"\x1f\x9d\x90"), {bytes([i]): i for i in range(256)}, 257, 9, b""
def emit(code):
    global acc, count, done
    acc |= code << count
    count += bits
    done += 1
    while count >= 8:
        out.append(acc & 255)
        acc >>= 8
        count -= 8
for byte in data:
    longer = word + bytes([byte])
    if longer in table:
        word = longer
        continue
    emit(table[word])
    if free > (1 << bits) - 1 and bits < 16:
        while done % 8:
            emit(0)
        bits, done = bits + 1, 0
    if free < 65536:
        table[longer] = free
        free += 1
    word = bytes([byte])
emit(table[word])
if count:
    out.append(acc & 255)
open(site + "/old.Z", "wb").write(out)
open(site + "/z.zz", "wb").write(zlib.compress(data))
zipfile.ZipFile(site + "/one.zip", "w", zipfile.ZIP_DEFLATED).writestr("inside", data)
PY
    python3 "$WORK/older.py" "$WORK/site"
    cat >"$WORK/sink.py" <<'PY'
"""Reads what is sent, slowly on port 7001."""
import socketserver, sys, threading, time
class Sink(socketserver.BaseRequestHandler):
    def handle(self):
        while self.request.recv(65536):
            if self.server.server_address[1] == 7001:
                time.sleep(0.01)
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
threading.Thread(target=Server((sys.argv[1], 7001), Sink).serve_forever).start()
Server((sys.argv[1], 7000), Sink).serve_forever()
PY
}

work() {
    local pigz=$TREE/pigz site=$WORK/site
    cp -a "$WORK/many" "$site" "$RUN"
    cd "$RUN/site"
    # files: levels, threads, strategies, block sizes
    for level in 1 6 9; do "$pigz" -$level -kf -p 2 text && "$pigz" -t text.gz; done
    "$pigz" -kf -p 1 -b 64 text
    "$pigz" -kf -p 8 -b 1024 --best noise
    "$pigz" -0 -kf noise zeros
    "$pigz" -3 -kfi -S .ind text && "$pigz" -dc -S .ind text.ind | cmp - text
    "$pigz" -kfR text && "$pigz" -lv text.gz
    "$pigz" -Hkf text && "$pigz" -Ukf zeros text
    "$pigz" -kfz -C comment text && "$pigz" -t text.zz && "$pigz" -dkc text.zz | cmp - text
    "$pigz" -kfK -p 3 text small && "$pigz" -l text.zip && "$pigz" -dc text.zip | cmp - text
    "$pigz" -11 -kf small && "$pigz" -11 -F -I 4 -J 6 -kfz small && "$pigz" -11 -O -p 2 -b 32 -kf small && "$pigz" -tv small.gz
    "$pigz" -kfY small && "$pigz" -kfn empty && "$pigz" -NM -kf small && "$pigz" -l -- *.gz
    # back again; what others made
    for p in 1 2 4; do "$pigz" -dkf -p $p text.gz; done
    "$pigz" -dkf members.gz && "$pigz" -dc members.gz noise.gz | wc -c
    "$pigz" -dkf old.Z && "$pigz" -dc z.zz one.zip old.Z | wc -c
    "$pigz" -t old.Z z.zz one.zip members.gz && "$pigz" -lv old.Z z.zz one.zip members.gz
    "$TREE/unpigz" -kf noise.gz
    for i in $(seq 20); do "$pigz" -c small | "$pigz" -d >/dev/null; done
    # a tree, in place
    "$pigz" -r "$RUN/many" && "$pigz" -dr -p 1 "$RUN/many" && "$pigz" -rfq -p 1 -2 "$RUN/many" && "$pigz" -rt "$RUN/many"
    # streams: archives, slow writers, slow readers
    tar cf - -C "$TREE" . | "$pigz" -p 2 >tree.tgz && "$pigz" -dc tree.tgz | tar tf - | tail -1
    for i in $(seq 60); do head -c 30000 text; sleep 0.01; done | "$pigz" -p 4 -b 128 >slow.gz
    for i in $(seq 60); do head -c 30000 text; sleep 0.01; done | "$pigz" -p 1 >slow1.gz
    (head -c 200000 slow.gz; sleep 0.3; tail -c +200001 slow.gz) | "$pigz" -d | cmp - <("$pigz" -dc slow1.gz)
    "$pigz" -dc text.gz | while read -r -N 200000 _; do sleep 0.01; done
    "$pigz" -c -p 2 noise | while read -r -N 100000 _; do sleep 0.005; done 2>/dev/null
    "$pigz" -K -A name <small >stream.zip && "$pigz" -t <stream.zip && echo "not compressed" | "$pigz" -dcf
    # from and to other machines
    start b python3 -m http.server -d "$site" --bind 10.77.0.2 8000 2>/dev/null
    local origin=$!
    start b python3 "$WORK/sink.py" 10.77.0.2
    local sink=$!
    wait_for_port b 10.77.0.2 8000
    wait_for_port b 10.77.0.2 7000
    for name in text noise members; do client curl -s --limit-rate 4M "http://10.77.0.2:8000/$name.gz" | "$pigz" -dc | wc -c; done
    client curl -s --limit-rate 6M http://10.77.0.2:8000/text | "$pigz" -p 2 | wc -c
    client curl -s --limit-rate 6M http://10.77.0.2:8000/text | "$pigz" -p 1 -5 | wc -c
    client bash -c 'exec 3<>/dev/tcp/10.77.0.2/7000 && "$0" -c -p 2 text noise >&3' "$pigz"
    client bash -c 'exec 3<>/dev/tcp/10.77.0.2/7001 && "$0" -c -p 1 text >&3' "$pigz"
    client bash -c 'exec 3<>/dev/tcp/10.77.0.2/7001 && "$0" -dc text.gz >&3' "$pigz"
    client bash -c 'exec 3<>/dev/tcp/10.77.0.2/8000 && printf "GET /text.gz HTTP/1.0\r\n\r\n" >&3 && while read -r l <&3 && [ ${#l} -gt 1 ]; do :; done && "$0" -dc <&3 | wc -c' "$pigz"
    kill "$origin" "$sink"
    # what fails
    head -c 300000 text.gz >cut.gz
    (head -c 200000 text.gz; echo nonsense; tail -c 200000 text.gz) >bad.gz
    ! "$pigz" -t cut.gz
    ! "$pigz" -dc bad.gz >/dev/null
    ! "$pigz" -k text </dev/null
    ! "$pigz" /no/such/file
    ! "$pigz" -d small
    ! "$pigz" --nonsense
    ! "$pigz" -b 1 small
    ! "$pigz" -p 0 small
    "$pigz" -q "$RUN" link || true
    "$pigz" --version && "$pigz" -h | tail -1 && "$pigz" -L >/dev/null
    rm -rf "$RUN/site" "$RUN/many"
}

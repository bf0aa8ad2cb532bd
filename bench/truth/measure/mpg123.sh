# shellcheck shell=bash
# mpg123: a player of MPEG audio and its tools. Files of all layers, streams, remote control, signals, tags; servers are a delayed link away.
build() {
    make clean
    make -j2
}

prepare() {
    mkdir "$WORK/s"
    (cd "$WORK/s" && sounds)
}

sounds() {
    cat >"$WORK/make.py" <<'PY'
"""Makes a wave file of 8 seconds, and a file of layer I."""
import math, random, struct, wave
random.seed(1)
with wave.open("tone.wav", "wb") as w:
    w.setnchannels(2), w.setsampwidth(2), w.setframerate(44100)
    w.writeframes(b"".join(struct.pack("<hh", int(14000 * math.sin(i * 0.05) + random.randint(-3000, 3000)), int(9000 * math.sin(i * (0.01 + i * 1e-7)))) for i in range(8 * 44100)))
out = bytearray()
for i in range(400):
    mode = (0, 3, 1)[i // 134]
    channels = 1 if mode == 3 else 2
    bits = "".join(format(a, "04b") for sb in range(32) for a in [3 if sb < 10 else 0] * (1 if mode == 1 and sb >= 4 else channels))
    bits += "".join(format(random.randint(10, 40), "06b") for _ in range(10 * channels))
    bits += "".join(format(random.randint(0, 14), "04b") for _ in range(12 * (10 if channels == 1 else 14 if mode == 1 else 20)))
    frame = struct.pack(">I", 0xFFFF0000 | 14 << 12 | mode << 6) + int(bits.ljust(3840, "0"), 2).to_bytes(480, "big")
    out += frame
open("one.mp1", "wb").write(out)
PY
    python3 "$WORK/make.py"
    head -c 3000 /dev/urandom >picture.jpg
    lame --quiet -b 128 --tt Title --ta Artist --tl Album --ty 2001 --tn 3/9 --tg 17 --tc "a comment" tone.wav cbr.mp3
    lame --quiet -V 4 --id3v2-only --id3v2-utf16 --tt Tïtle --ta "Ärtist" --ti picture.jpg --tv "TXXX=key=value" --tv "USLT=some words of a song" tone.wav vbr.mp3
    lame --quiet -m m --resample 16 -b 32 --id3v1-only --tt Old --tg 5 tone.wav low.mp3
    lame --quiet --resample 8 -b 16 -t tone.wav lower.mp3
    lame --quiet --abr 150 -m j -p tone.wav joint.mp3
    lame --quiet -m s -b 320 --noreplaygain tone.wav stereo.mp3
    lame --quiet --freeformat -b 200 tone.wav free.mp3
    twolame --quiet -b 192 -m s tone.wav two.mp2 && twolame --quiet -b 96 -m j -p tone.wav joint.mp2 && twolame --quiet -b 64 -m m tone.wav mono.mp2
    lame --quiet -m s --resample 22.05 --decode-mp3delay 0 tone.wav x.mp3 || true
    cat cbr.mp3 vbr.mp3 joint.mp3 stereo.mp3 cbr.mp3 >long.mp3
    (head -c 40000 cbr.mp3; head -c 5000 /dev/urandom; tail -c +45000 cbr.mp3; cat mono.mp2; head -c 900 vbr.mp3) >damaged.mp3
    (head -c 3000 /dev/urandom; head -c 50000 joint.mp3) >junk.mp3
    head -c 90000 /dev/zero >zeros.mp3 && : >empty.mp3 && head -c 300 vbr.mp3 >cut.mp3
    printf '#EXTM3U\n#EXTINF:8,one\ncbr.mp3\nlow.mp3\nnone.mp3\njoint.mp2\n' >list.m3u
    printf '[playlist]\nNumberOfEntries=2\nFile1=cbr.mp3\nFile2=vbr.mp3\nTitle1=x\n' >list.pls
    printf 'http://10.77.0.2:8000/f/cbr.mp3\nhttp://10.77.0.2:8000/f/two.mp2\n' >net.m3u
    for i in $(seq 32); do echo "1.$((i % 7)) 0.$((i % 9 + 1))"; done >eq
    printf '%s\n' HELP SILENCE "LOADPAUSED $PWD/vbr.mp3" PAUSE "VOLUME 50" "VOLUME 3" TAG STATE FORMAT SAMPLE PROGRESS MUTE UNMUTE "JUMP 20" "JUMP +30" "JUMP -5" "JUMP 2s" "SEEK 50000" "SEEK +9000" SCAN "EQ 1 3 0.5" "EQ 3 31 1.5" \
        "EQFILE $PWD/eq" SHOWEQ "SEQ 1 0.8 1.2" "RVA mix" "RVA album" "RVA off" "PITCH 0.1" "PITCH -0.05" "PITCH 0" "LOADLIST -1 $PWD/list.m3u" "LOADLIST 1 $PWD/list.pls" STOP "L $PWD/two.mp2" P P S "LOAD $PWD/none" NONSENSE "JUMP" \
        "LOAD http://10.77.0.2:8000/f/low.mp3" STATE "LOAD $PWD/cbr.mp3" T >commands
    cat >"$WORK/web.py" <<'PY'
"""Files, streams with titles, playlists, moves and refusals over HTTP (port 8000; 8001 is a proxy), and a remote control (port 8002)."""
import http.server, os, socket, sys, threading, time
folder = sys.argv[1]
class Web(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_): pass
    def answer(self, code, body=b"", **headers):
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        for i in range(0, len(body), 8000):
            self.wfile.write(body[i:i + 8000])
            time.sleep(0.002)
    def do_GET(self):
        path = self.path.removeprefix("http://10.77.0.2:8000")
        kind, _, name = path[1:].partition("/")
        try:
            body = open(os.path.join(folder, name or "cbr.mp3"), "rb").read()
        except OSError:
            return self.answer(404, b"no")
        if kind == "f": self.answer(200, body, Content_Type="audio/mpeg", Content_Length=len(body))
        elif kind == "list": self.answer(200, body, Content_Type="audio/x-mpegurl" if name.endswith("m3u") else "audio/x-scpls")
        elif kind == "move": self.answer(302, Location="/f/" + name)
        elif kind == "wrong": self.answer(200, body, Content_Type="text/html")
        elif kind == "secret" and "Authorization" not in self.headers: self.answer(401, WWW_Authenticate='Basic realm="x"')
        elif kind == "secret": self.answer(200, body, Content_Type="audio/mpeg")
        elif kind == "radio":
            meta, out = b"StreamTitle='Song %d';StreamUrl='http://x/';", b""
            for n, i in enumerate(range(0, len(body), 4000)):
                text = meta % n if n % 3 == 0 else b""
                size = -(-len(text) // 16)
                piece = body[i:i + 4000]
                out += piece + (bytes([size]) + text.ljust(size * 16, b"\0") if len(piece) == 4000 else b"")
            self.answer(200, out, Content_Type="audio/mpeg", icy_metaint="4000", icy_name="radio", icy_url="http://x/", icy_genre="any")
        elif kind == "slow":
            self.answer(200, b"", Content_Type="audio/mpeg")
            for i in range(0, 60000, 1500):
                self.wfile.write(body[i:i + 1500])
                time.sleep(0.03)
        else: self.answer(500)
def web(port):
    http.server.ThreadingHTTPServer.allow_reuse_address = True
    http.server.ThreadingHTTPServer(("10.77.0.2", port), Web).serve_forever()
def control():
    s = socket.create_server(("10.77.0.2", 8002))
    while True:
        c = s.accept()[0]
        def drain():
            try:
                while c.recv(65536): pass
            except OSError: pass
        threading.Thread(target=drain, daemon=True).start()
        try:
            for line in open(folder + "/commands", "rb"):
                c.sendall(line)
                time.sleep(0.03)
            c.sendall(b"QUIT\n")
        except OSError: pass
threading.Thread(target=web, args=(8000,), daemon=True).start()
threading.Thread(target=web, args=(8001,), daemon=True).start()
control()
PY
    cat >"$WORK/slow.py" <<'PY'
"""Reads N bytes every few milliseconds."""
import os, sys, time
while os.read(0, int(sys.argv[1])): time.sleep(0.004)
PY
}

work() {
    local p=$TREE/src/mpg123 o=$TREE/src/out123 s=$WORK/s url=http://10.77.0.2:8000 i f
    cp -a "$s" "$RUN/s" && cd "$RUN/s"
    start b python3 "$WORK/web.py" "$RUN/s"
    local origin=$!
    for i in 8000 8001; do wait_for_port b 10.77.0.2 $i; done
    m() { timeout 20 "$p" "$@" </dev/null 2>>"$RUN/notes" || true; }
    n() { client timeout 20 "$p" "$@" </dev/null 2>>"$RUN/notes" || true; }
    # files of all kinds, to all kinds
    for f in cbr vbr low lower joint stereo free long damaged junk zeros empty cut; do m -q -w out.wav $f.mp3; m -v -t $f.mp3; done
    for f in two.mp2 joint.mp2 mono.mp2 one.mp1; do m -q -w out.wav $f; m -vvv -t $f; done
    for i in generic generic_dither x86-64 AVX; do for f in cbr.mp3 two.mp2 one.mp1 low.mp3; do m -q --cpu $i -w out.wav $f; m -q --cpu $i --float -t $f; m -q --cpu $i -e s32 -t $f; m -q --cpu $i -m -t $f; done; for e in -2 -4 "--resample NtoM -r 30000" --8bit; do m -q --cpu $i $e -t cbr.mp3; m -q --cpu $i $e -m --float -t cbr.mp3; m -q --cpu $i -e s32 $e -t cbr.mp3; m -q --cpu $i -m $e -t cbr.mp3; done; done
    for i in s16 u16 s24 u24 u32 s32 f32 s8 u8 ulaw alaw; do m -q -e $i -O out.raw cbr.mp3; done
    for i in "--au out" "--cdr out" "-0 -s" "-1 -s" "--stereo -s" "-d 3 -t" "-h 2 -t" "-f 60000 -c -t" "--rva-mix -t" "--rva-album -t" "--equalizer eq -t" "--no-gapless -t" "--no-infoframe -t" "-k 50 -n 60 -t" "--fuzzy -k 100 -t" "--pitch 0.1 -t" "--resample dirty -r 48000 -t" \
        "--resample fine -r 22050 -t" "-F -t" "-y -t" "-i --index-size 50 -k 60 -t" "--loop 2 -t" "-o dummy --devbuffer 0.1" "--preframes 4 -k 30 -t" "--streamdump dump -t" "--long-tag -v -t" "--lyrics --utf8 -v -t" "--skip-id3v2 -t" "--no-seekbuffer -t" "-b 512 --preload 0.5 -s" "--smooth -b 200 -w out.wav" "-D 1 -o dummy" "-o sleep -n 50" "-o hex -n 9 -O out" "-o txt -n 9 -O out"; do
        m $i vbr.mp3 low.mp3 >/dev/null
    done
    m -q -t -@ list.m3u; m -q -t -@ list.pls; m -@ list.m3u -l -1; m -@ list.m3u -l 2 -t; m -q -t -z cbr.mp3 low.mp3 two.mp2; m -q -t --continue --list list.m3u; m -t -q - <cbr.mp3; ls *.mp3 | m -q -t -@ -
    cat cbr.mp3 | timeout 20 "$p" -q -t - ; (for i in $(seq 0 39); do dd if=long.mp3 bs=4000 skip="$i" count=1 2>/dev/null; sleep 0.01; done) | timeout 20 "$p" -q -s - | wc -c
    # slow ends, buffers, signals
    for i in "" "-b 300" "-b 2000 --preload 0.1 --smooth"; do timeout 20 "$p" -q $i -s cbr.mp3 two.mp2 | python3 "$WORK/slow.py" 20000; done
    for i in INT USR1 TERM HUP; do "$p" -q -s long.mp3 long.mp3 2>>"$RUN/notes" > >(python3 "$WORK/slow.py" 30000) & f=$!; sleep 0.3; kill -$i $f; sleep 0.1; kill -USR2 $f 2>/dev/null || true; kill -USR1 $f 2>/dev/null || true; sleep 0.2; kill -INT $f 2>/dev/null || true; kill -TERM $f 2>/dev/null || true; wait $f || true; done
    "$p" -q -Z -o dummy -b 100 cbr.mp3 low.mp3 two.mp2 2>>"$RUN/notes" & f=$!; sleep 0.5; kill $f; wait $f || true
    # a user at a terminal
    (for i in h s s p . : , ';' '>' '<' + - '*' / u v v l t k r c C x X d D i m M f b 0 n N 1 q q q; do sleep 0.08; printf %s "$i"; done; sleep 0.3) | timeout 30 script -qec "$p -C -v --title -s long.mp3 long.mp3 cbr.mp3 | python3 $WORK/slow.py 8000" /dev/null >typed || true
    # remote control: by pipe, fifo, and from another machine
    (while read -r i; do echo "$i"; sleep 0.02; done <commands; sleep 0.3; echo QUIT) | client timeout 30 "$p" -R --keep-open -o sleep >said 2>&1 || true
    mkfifo cmd; timeout 20 "$p" -R --fifo cmd --remote-err -s 2>said > >(python3 "$WORK/slow.py" 20000) & f=$!; sleep 0.3; (while read -r i; do echo "$i"; sleep 0.02; done <commands; echo QUIT) >cmd; wait $f || true
    for i in 1 2; do client timeout 30 bash -c 'exec 3<>/dev/tcp/10.77.0.2/8002 && exec "$0" -R -o dummy <&3 >&3' "$p" 2>>"$RUN/notes" || true; done
    # streams
    for i in 1 2 3 4; do for f in cbr.mp3 vbr.mp3 two.mp2; do n -q -t $url/f/$f; done; n -v -t $url/radio/long.mp3; n -t -q $url/move/low.mp3 $url/none/x $url/f/none; done
    n -q -s $url/radio/cbr.mp3 | wc -c; n -q -t --no-icy-meta $url/radio/cbr.mp3; n -v -t --streamdump dump2 $url/slow/stereo.mp3; n -q -b 300 -s $url/slow/cbr.mp3 | wc -c
    n -q -t -u me:secret $url/secret/cbr.mp3 $url/secret/low.mp3; n -q -t $url/secret/cbr.mp3; n -q -t $url/wrong/cbr.mp3; n -q -t --ignore-mime $url/wrong/cbr.mp3; n -q -t -@ $url/list/net.m3u; n -q -t -@ net.m3u; n -q -t -@ $url/list/list.pls
    for i in 1 2; do n -q -t -p 10.77.0.2:8001 $url/f/low.mp3; n -q -t --network curl $url/f/cbr.mp3; n -q -t --network curl $url/radio/long.mp3; n -q -t --network wget $url/f/cbr.mp3; n -q -s $url/f/stereo.mp3 | python3 "$WORK/slow.py" 60000; done
    n -q -t http://10.77.0.2:9/x http://nowhere.invalid/x nonsense://x; n -q -t --timeout 1 $url/slow/cbr.mp3; seq 6 | client xargs -P 3 -I{} "$p" -q -t $url/f/long.mp3
    # tags and frames
    "$TREE/src/mpg123-id3dump" *.mp3 *.mp2 2>&1 | tail -1; "$TREE/src/mpg123-id3dump" -p -n vbr.mp3 | tail -1; ! "$TREE/src/mpg123-id3dump" none
    for f in cbr.mp3 damaged.mp3 junk.mp3 two.mp2; do "$TREE/src/mpg123-strip" -v <$f 2>/dev/null | wc -c; "$TREE/src/mpg123-strip" -n <$f | wc -c; done
    # sounds that are made, changed and sent
    q() { timeout 20 "$o" -q "$@" 2>>"$RUN/notes" || true; }
    m -q -s cbr.mp3 >raw
    for i in "-w out.wav" "--au out" "--cdr out" "-t" "-o dummy" "-o sleep --seconds 1" "-b 300 -s" "-S -o dummy" "-m -C 2 -O out" "-R 48000 -r 44100 -t" "-R 44100 -r 48000 --resample dirty -t" "--speed 1.3 -t" "-e f32 -E s16 -O out" "-e s24 -E s16 --dither -O out" "-e ulaw -E s16 -O out" "-e u8 -E s16 -O out" "-E s16 -e alaw -O out" \
        "-P 6 --clip soft -E s16 -e s16 -t" "--mix 0.5,0.5 -C 2 -c 1 -t" "--filter 0.5,0.5,1,0 -E s16 -t" "--offset 0.1 -t" "--byteswap -O out" "--endian big --inputend little -O out" "--seconds 2 -t" "--timelimit 9000 -t"; do q $i raw >/dev/null; done
    for i in "--wave-freq 300,500 --wave-pat sine,square" "--wave-freq 200,300,400,500 --wave-pat triangle,sawtooth,gauss,pulse --wave-phase 0.2" "--wave-freq 50 --wave-pat shot" "--wave-sweep 4000 --wave-freq 100 --sweep-time 1" "--wave-sweep 3000 --sweep-type exp --sweep-hard" "--wave-sweep 3000 --sweep-type lin --sweep-count 2" "--pink-rows 8" "--geiger-activity 60" "--source white" "--source pink --genbuffer 0"; do q $i --seconds 3 -w out.wav; q $i --seconds 1 -e f32 -c 1 -s | wc -c; done
    (for i in $(seq 40); do head -c 20000 raw; sleep 0.005; done) | q -s - | python3 "$WORK/slow.py" 20000
    client timeout 20 "$p" -q -s $url/f/stereo.mp3 2>/dev/null | q -b 500 -s - | python3 "$WORK/slow.py" 40000
    q --list-modules; q --list-devices; q --list-encodings >/dev/null; q --test-encodings >/dev/null; q --query-format; q --test-format; q --nonsense; q -o nonsense raw; q /no/such; q --version; q --longhelp >/dev/null; q -v -t raw
    # what fails, and what only tells
    m --nonsense; m -o nonsense cbr.mp3; m /no/such; m -w /no/such/x cbr.mp3; m -r 5 -t cbr.mp3; m --cpu nonsense -t cbr.mp3; m --equalizer none -t cbr.mp3; m -@ none; m -s cbr.mp3 >/dev/full; m; m --auth-file none -t cbr.mp3
    for i in --version --libversion --longhelp --help --list-cpu --test-cpu --list-modules --list-devices; do m $i >/dev/null; done
    kill "$origin"
    rm -rf "$RUN/s"
}

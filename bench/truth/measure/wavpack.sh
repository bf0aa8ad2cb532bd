# shellcheck shell=bash
# wavpack: an audio codec with its library (C only, no assembler). Sounds of many kinds, containers, tags, gains, damage; pipes and servers, some slow, a delayed link away.
build() {
    make clean
    make -j2
}

prepare() {
    mkdir -p "$WORK/site" "$WORK/many"
    python3 - "$WORK/site" "$WORK/many" <<'PY'
import math, random, struct, sys
random.seed(7)
site, many = sys.argv[1:]
def tone(i, rate): return 0.5 * math.sin(2 * math.pi * 440 * i / rate) + 0.2 * math.sin(2 * math.pi * 1333 * i / rate)
def noise(i, rate): return random.uniform(-0.9, 0.9)
def silence(i, rate): return 0.0
def speech(i, rate): return tone(i, rate) * (0.5 + 0.5 * math.sin(i / 9000)) + random.gauss(0, 0.01)
def clicks(i, rate): return 0.9 if i % 11000 < 4 else 0.02 * math.sin(i / 9)
def samples(sound, seconds, rate, channels, bits):
    data, top = bytearray(), (1 << (abs(bits) - 1)) - 1
    for i in range(int(seconds * rate)):
        for c in range(channels):
            x = sound(i + 20 * c, rate)
            if bits < 0: data += struct.pack("<f", x * 1.3 if i % 5000 > 4000 else x)
            elif bits == 8: data.append(int(x * 127) + 128)
            else: data += int(x * top).to_bytes(bits // 8, "little", signed=True)
    return bytes(data)
def wav(path, data, rate, channels, bits, more=b""):
    frame = channels * abs(bits) // 8
    kind = struct.pack("<HHIIHH", 3 if bits < 0 else 1, channels, rate, rate * frame, frame, abs(bits))
    if channels > 2:
        kind = struct.pack("<H", 0xfffe) + kind[2:] + struct.pack("<HHIH", 22, abs(bits), 0x3f, 1) + bytes.fromhex("000000001000800000aa00389b71")
    body = b"WAVEfmt " + struct.pack("<I", len(kind)) + kind + b"data" + struct.pack("<I", len(data)) + data + more
    open(path, "wb").write(b"RIFF" + struct.pack("<I", len(body)) + body)
def frame3(name, data): return name + struct.pack(">IH", len(data), 0) + data
def id3():
    frames = frame3(b"TIT2", b"\0Title of it") + frame3(b"TPE1", "\x01\ufeffTön".encode("utf-16-le").replace(b"\x01\0", b"\x01", 1)) + frame3(b"TRCK", b"\x003/9") + frame3(b"TYER", b"\x002021")
    frames += frame3(b"TXXX", b"\0MOOD\0calm") + frame3(b"APIC", b"\0image/png\0\x03cover\0" + random.randbytes(20000))
    n = len(frames)
    return b"ID3\x03\0\0" + bytes([n >> 21 & 127, n >> 14 & 127, n >> 7 & 127, n & 127]) + frames
def save(name, sound, seconds, rate, channels, bits, more=b""): wav(f"{site}/{name}.wav", samples(sound, seconds, rate, channels, bits), rate, channels, bits, more)
def chunk(name, data): return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) & 1)
save("speech", speech, 6, 44100, 2, 16, chunk(b"LIST", b"INFO" + chunk(b"ICMT", b"a comment\0")))
save("tone", tone, 2, 48000, 1, 16)
save("noise", noise, 1.5, 44100, 2, 16)
save("silence", silence, 4, 44100, 2, 16)
save("same", lambda i, rate: speech(i - i % 4, rate) if i % 4 == 0 else 0.1, 1, 32000, 2, 16)
save("deep", speech, 1.5, 96000, 2, 24, chunk(b"id3 ", id3()))
save("float", speech, 1.5, 44100, 2, -32)
save("wide", speech, 0.8, 48000, 2, 32)
save("round", clicks, 0.8, 48000, 6, 16)
save("byte", speech, 2, 22050, 1, 8)
save("tiny", tone, 0.02, 44100, 1, 16)
for i in range(24): wav(f"{many}/f{i:02}.wav", samples([tone, speech, clicks, noise][i % 4], 0.15, 44100, 2, 16), 44100, 2, 16)
def bits(seconds):
    out, n = [bytearray(), bytearray()], int(seconds * 2822400) // 8
    for c in (0, 1):
        error = 0.0
        for i in range(n):
            x, byte = 0.4 * math.sin(i / 500 + c), 0
            for _ in range(8):
                error += x
                byte <<= 1
                if error > 0: byte, error = byte | 1, error - 1
                else: error += 1
            out[c].append(byte)
    return out
left, right = bits(0.8)
n = len(left) // 4096 * 4096
back = bytes(int(f"{i:08b}"[::-1], 2) for i in range(256))
blocks = b"".join(left[i:i + 4096].translate(back) + right[i:i + 4096].translate(back) for i in range(0, n, 4096))
data, tag = b"data" + struct.pack("<Q", 12 + len(blocks)) + blocks, id3()
head = b"fmt " + struct.pack("<QIIIIIIQII", 52, 1, 0, 2, 2, 2822400, 1, n * 8, 4096, 0)
size = 28 + len(head) + len(data)
open(f"{site}/one.dsf", "wb").write(b"DSD " + struct.pack("<QQQ", 28, size + len(tag), size) + head + data + tag)
open(f"{site}/one.dsd", "wb").write(bytes(b for pair in zip(left, right) for b in pair))
PY
    head -c 300000 /dev/urandom >"$WORK/site/cover.png"
    printf 'FILE "x.wav" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n' >"$WORK/site/sheet.cue"
}

work() {
    local pack=$TREE/cli/wavpack unpack=$TREE/cli/wvunpack gain=$TREE/cli/wvgain tag=$TREE/cli/wvtag name options i
    cp -a "$WORK/site" "$WORK/many" "$RUN"
    cd "$RUN/site"
    exec 2>"$RUN/notes"
    # files, in each way
    for name in speech tone noise silence same deep float wide round byte tiny; do
        "$pack" -qm $name.wav && "$unpack" -qm $name.wv -o again.wav -y && cmp again.wav $name.wav && "$unpack" -qv $name.wv
    done
    for options in -f -h -hh -x -x3 "-hx2" "-j0" "-j1" "-g --blocksize=2000" "--blocksize=256 --merge-blocks -m" "-r" "-i"; do
        "$pack" -qy $options speech.wav -o out.wv && "$unpack" -qv out.wv && "$unpack" -qvv out.wv
    done
    for options in -x4 -x5 -fx6; do "$pack" -qy $options same.wav -o out.wv && "$pack" -qy $options tiny.wav -o out2.wv && "$unpack" -q out.wv out2.wv -o - | wc -c; done
    for options in "-b256" "-b3.5 -c" "-b384 -cc -n" "-hb200 -s0" "-b4 -s0.5 -f" "-b4 --use-dns" "-b4 -s-0.4 -x2" "-hhb5c --cross-decorr"; do
        "$pack" -qy $options speech.wav -o hybrid.wv && "$unpack" -qy hybrid.wv -o out.wav && "$unpack" -qvi hybrid.wv
        rm -f hybrid.wvc
    done
    for name in float wide deep round byte tone; do "$pack" -y -b5 -c $name.wav -o h$name.wv && "$unpack" -my h$name.wv -o out.wav && cmp out.wav $name.wav; done
    "$pack" -qya float.wav -o out.wv && "$unpack" -qy --normalize-floats out.wv -o out.wav
    "$pack" -qy --pre-quantize=20 deep.wav -o out.wv && "$pack" -qy --pre-quantize=16 float.wav -o out.wv
    "$pack" -v -t deep.wav -o out.wv -y && "$pack" -qv many.none ../many/*.wav -o "$RUN" || true
    "$pack" -z1 -m ../many/*.wav && "$unpack" ../many/*.wv -o "$RUN" && "$unpack" -q --raw ../many/*.wv -o - | "$pack" -q --raw-pcm - -o joined.wv
    "$pack" -qdm ../many/f0*.wav -y && "$unpack" -qd ../many/f0*.wv
    # containers
    for options in --wav --aif --aif-le --w64 --caf-be --caf-le --raw; do
        for name in speech float deep round byte; do "$unpack" -qy $options $name.wv -o $name.conv && { [ $options = --raw ] || "$pack" -qym $name.conv -o out.wv; }; done
    done
    for options in "44100,16s,2,le" "48000,24s,1,be" "44100,32f,2" "22050,8u,1"; do "$pack" -qy --raw-pcm=$options --raw-pcm-skip=44 speech.wav -o out.wv && "$unpack" -qy --raw out.wv -o out.raw; done
    "$pack" -qy --channel-order=FL,FR,FC,LFE,SL,SR round.wav -o out.wv && "$unpack" -s out.wv
    "$pack" -qm one.dsf && "$pack" -qhm one.dsf -o high.wv && "$pack" -qhmx one.dsf --import-id3 -o import.wv
    for name in one high; do
        "$unpack" -qm $name.wv -o out.dsf -y && cmp out.dsf one.dsf
        for options in --dff --dsf --raw --wav --raw-pcm; do "$unpack" -qy $options $name.wv -o out.any; done
        "$unpack" -qy --dff $name.wv -o out.dff && "$pack" -qym out.dff -o out.wv && "$pack" -qyhm out.dff -o out.wv && "$unpack" -vq out.wv
    done
    "$pack" -qy --raw-pcm=2822400,1,2 one.dsd -o out.wv && "$pack" -qym high.wv -o out2.wv
    "$pack" -qy speech.wv -o new.wv -hh && "$pack" -qy hfloat.wv -o new.wv && "$pack" -qyb4c deep.wv -o new.wv && "$unpack" -f new.wv
    # parts, facts, tags
    for options in "--skip=20000 --until=90000" "--skip=0:0:02.5" "--skip=-30000" "--skip=1000 --until=+500" "--until=-0:0:1"; do "$unpack" -qy $options speech.wv -o out.wav && { "$unpack" -qy $options hround.wv -o out.wav || true; }; done
    for i in $(seq 12); do "$unpack" -q --raw --skip=$((i * 20000)) --until=+3000 speech.wv -o - | wc -c; done
    for i in 1 2 3 4 5 6 7 8 9 10; do "$unpack" -f$i speech.wv; done
    "$unpack" -s ./*.wv >facts && "$unpack" -ss import.wv deep.wv >>facts && "$unpack" -f one.wv
    "$pack" -qy --import-id3 deep.wav -o tagged.wv -w "Artist=Tön" -w "Title=a" -w "Cuesheet=@sheet.cue" --write-binary-tag "Cover Art (Front)=@cover.png" -w Encoder -w Settings
    "$unpack" -ss tagged.wv && "$unpack" -c tagged.wv && "$unpack" -qyn -xx "Cover Art (Front)=%a.%e" tagged.wv -o it.wav && "$unpack" -x Title tagged.wv && LC_ALL=C.UTF-8 "$unpack" -qycc tagged.wv -o it.wav
    for i in $(seq 20); do "$tag" -q -w "Note=$i of many" -w "Year=20$i" -d Title tagged.wv; done
    for name in ../many/*.wv; do "$tag" -q -w "Album=many" -w "Track=$name" "$name"; done
    LC_ALL=C.UTF-8 "$tag" -l -w "Title=Ünï" tagged.wv && "$tag" -x Note tagged.wv && "$tag" -xx "Cuesheet=%a.out" -y tagged.wv && "$tag" -qc tagged.wv && "$tag" -cc -y tagged.wv && "$tag" --import-id3 -y one.wv && "$tag" -l one.wv
    "$tag" -y --write-binary-tag "Cover Art (Back)=@cover.png" -w "Log=@facts" speech.wv && "$tag" -y -d "Cover Art (Back)" speech.wv && "$tag" --clean -y import.wv
    "$gain" -d speech.wv tone.wv && "$gain" -q speech.wv && "$gain" -a ../many/f*.wv && "$gain" -n speech.wv hfloat.wv && "$gain" -s speech.wv ../many/f10.wv && "$gain" -i -d htone.wv && "$gain" -c speech.wv && "$gain" -q deep.wv byte.wv one.wv && ! "$gain" round.wv
    # pipes, slow writers, slow readers, slow users
    tail -c +1 speech.wav | "$pack" - -o - -q | "$unpack" -q - -o - | cmp - speech.wav
    python3 "$PEERS/pace.py" 20000 <speech.wav | "$pack" -q - -o slow.wv && python3 "$PEERS/pace.py" 7000 <speech.wv | "$unpack" -q - -o slow.wav
    python3 "$PEERS/pace.py" 20000 <speech.wav | "$pack" -qiym - -o - | "$unpack" -qb --raw - -o - | wc -c
    python3 "$PEERS/pace.py" 16000 <one.dsf | "$pack" -qh - -o - | "$unpack" -qm - -o - | wc -c
    python3 "$PEERS/pace.py" 30000 <out.dff | "$pack" -q - -o slow.wv -y && python3 "$PEERS/pace.py" 9000 <hybrid.wv | "$unpack" -qv -
    "$unpack" -q speech.wv -o - | python3 "$PEERS/pace.py" 30000 | wc -c
    "$unpack" -q --caf-be deep.wv -o - | python3 "$PEERS/pace.py" 30000 | wc -c
    "$pack" -q noise.wav -o - | python3 "$PEERS/pace.py" 12000 | wc -c
    for i in 1 2 3; do (sleep 0.1; echo y) | "$pack" tiny.wav; (sleep 0.1; echo n) | "$unpack" tone.wv || true; (sleep 0.05; echo a) | "$unpack" tone.wv tiny.wv byte.wv; done
    # from and to other machines
    start b python3 "$PEERS/source.py" 10.77.0.2 8001 "$PWD/speech.wav" 30000 8002 "$PWD/speech.wv" 9000 8003 "$PWD/hround.wv" 15000 8004 "$PWD/one.wv" 6000 8005 "$PWD/float.wav" 8000
    local source=$!
    start b python3 "$PEERS/sink.py" 10.77.0.2 0.006 32768
    local sink=$!
    for i in 7000 7001 8001 8002 8003 8004 8005; do wait_for_port b 10.77.0.2 $i; done
    from() { client bash -c 'exec 3<>"/dev/tcp/10.77.0.2/$0" && "$@" <&3' "$@"; }
    to() { client bash -c 'exec 3<>"/dev/tcp/10.77.0.2/$0" && "$@" >&3' "$@"; }
    from 8001 "$pack" -q - -o - | wc -c
    from 8001 "$pack" -qb4 - -o far.wv
    from 8005 "$pack" -qhm - -o - | wc -c
    for i in 8002 8003 8004; do from $i "$unpack" -q - -o - | wc -c; from $i "$unpack" -qvm -; done
    to 7000 "$pack" -q speech.wav -o -
    to 7001 "$pack" -qf noise.wav -o -
    to 7001 "$unpack" -q speech.wv -o -
    to 7001 "$unpack" -q --w64 float.wv -o -
    to 7001 "$unpack" -q --raw-pcm one.wv -o -
    kill "$source" "$sink"
    # damage, and what cannot be
    (head -c 200000 speech.wv; echo nonsense; tail -c 200000 speech.wv) >bad.wv
    head -c 150000 speech.wv >cut.wv && head -c 90000 speech.wav >cut.wav && head -c 40000 one.wv >cutdsd.wv && head -c 50000 one.dsf >cut.dsf
    for name in bad cut cutdsd; do "$unpack" -qy $name.wv -o out.any || true; "$unpack" -qv $name.wv || true; "$unpack" -qvv $name.wv || true; "$gain" -qd $name.wv || true; done
    ! "$unpack" -qyb bad.wv -o out.wav
    for name in cut.wav cut.dsf cover.png sheet.cue /no/such/file "$RUN"; do "$pack" -qy "$name" -o out.wv || true; "$unpack" -qy "$name" -o out.any || true; "$tag" -q -l "$name" || true; done
    "$pack" -q --no-overwrite tone.wav || true
    "$pack" -qyi cut.wav -o out.wv && "$unpack" -v out.wv
    "$pack" --nonsense || "$unpack" --nonsense || "$gain" --nonsense || "$tag" -Q || true
    "$pack" -qy -b1 tone.wav || "$pack" -qy speech.wav -o /no/such/place.wv || "$unpack" -q one.wv --aif -o /no/such || true
    "$pack" -qy -hhx5 speech.wav -o out.wv & i=$! && sleep 0.3 && kill -INT $i || true
    wait $i || true
    for name in "$pack" "$unpack" "$gain" "$tag"; do "$name" --version || true; "$name" --help | tail -1 || true; "$name" || true; done
    rm -rf "$RUN/site" "$RUN/many"
}

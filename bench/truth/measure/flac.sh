# shellcheck shell=bash
# flac: an audio coder and its tagger. Sounds of several kinds at several levels; tags, pictures; slow pipes, a server.
build() {
    make -C src clean
    make -j2 -C src
}

prepare() {
    mkdir "$WORK/site" "$WORK/wav"
    python3 - "$WORK/wav" <<'PY'
import math, random, struct, sys, zlib
random.seed(3)
def tone(i, rate): return 0.5 * math.sin(2 * math.pi * 440 * i / rate) + 0.2 * math.sin(2 * math.pi * 1333 * i / rate + i * i * 1e-9)
def noise(i, rate): return random.uniform(-0.9, 0.9)
def silence(i, rate): return 0.0
def speech(i, rate): return tone(i, rate) * (0.5 + 0.5 * math.sin(i / 9000)) + random.gauss(0, 0.004)
def square(i, rate): return 0.6 if i // 64 % 2 else -0.6
def save(name, sound, seconds, rate, bits, channels, times=1):
    top, data = (1 << bits - 1) - 1, bytearray()
    for i in range(int(seconds * rate)):
        for c in range(channels):
            v = int(sound(i + 20 * c, rate) * top)
            data += (v + 128 & 255).to_bytes(1, "little") if bits == 8 else (v & (1 << bits) - 1).to_bytes(bits // 8, "little")
    frame = channels * bits // 8
    data, frame, wide = data * times, channels * bits // 8, channels > 2 or bits > 16
    kind = struct.pack("<HHIIHH", 0xFFFE if wide else 1, channels, rate, rate * frame, frame, bits)
    if wide: # extensible: what the channels are, and the guid of PCM
        kind += struct.pack("<HHI", 22, bits, 63 if channels == 6 else 3) + b"\1\0\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71"
    body = b"WAVEfmt " + struct.pack("<I", len(kind)) + kind + b"data" + struct.pack("<I", len(data)) + data
    open(f"{sys.argv[1]}/{name}.wav", "wb").write(b"RIFF" + struct.pack("<I", len(body)) + body)
save("speech", speech, 4, 44100, 16, 2, 8)
save("tone", tone, 4, 44100, 16, 1)
save("noise", noise, 2, 44100, 16, 2)
save("silence", silence, 5, 44100, 16, 2)
save("deep", speech, 3, 48000, 24, 2)
save("coarse", speech, 4, 22050, 8, 1)
save("square", square, 3, 32000, 16, 2)
save("tiny", tone, 0.01, 8000, 16, 1)
save("many", speech, 1, 48000, 16, 6)
def chunk(kind, body): return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
rows = b"".join(b"\0" + random.randbytes(300) for _ in range(100))
open(sys.argv[1] + "/cover.png", "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 100, 100, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
PY
    printf 'FILE "x.wav" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n  TRACK 02 AUDIO\n    INDEX 00 00:02:00\n    INDEX 01 00:03:00\n' >"$WORK/sheet.cue"
    cp "$WORK/wav/deep.wav" "$WORK/site/sound.wav"
    "$TREE/src/flac/flac" -s -0 -o "$WORK/site/sound.flac" "$WORK/wav/deep.wav"
}

work() {
    local flac="$TREE/src/flac/flac -s -f" meta=$TREE/src/metaflac/metaflac wav=$WORK/wav
    cd "$RUN"
    for level in 0 2 5 8; do
        $flac -$level -o "speech.$level.flac" "$wav/speech.wav"
        $flac -d -o "speech.$level.wav" "speech.$level.flac"
        cmp "speech.$level.wav" "$wav/speech.wav"
    done
    for i in tone noise silence deep coarse square tiny many; do
        $flac -5 -V -o "$i.flac" "$wav/$i.wav"
        $flac -d -c "$i.flac" | cmp - "$wav/$i.wav"
    done
    $flac -t ./*.flac
    $flac -6 -e -p -o exhaustive.flac "$wav/tone.wav"
    $flac -b 1152 -m -r 3,5 -l 4 -q 10 -o adaptive.flac "$wav/speech.wav"
    $flac --no-mid-side -l 0 -b 576 -o fixed.flac "$wav/speech.wav"
    $flac -8 --lax -l 32 -b 16384 -A 'tukey(0.5);partial_tukey(2);punchout_tukey(3);gauss(0.2);hann;welch' -o windows.flac "$wav/tone.wav"
    $flac -5 -A 'bartlett;blackman;flattop;hamming;kaiser_bessel;nuttall;rectangle;triangle;bartlett_hann;connes;subdivide_tukey(3)' -o more.flac "$wav/coarse.wav"
    $flac --skip=0:01.00 --until=0:03.00 -o cut.flac "$wav/speech.wav"
    $flac -d --skip=20000 --until=-20000 -o part.wav speech.5.flac
    $flac -d --cue=1.1-2.1 -o track.wav speech.5.flac || true
    $flac -S 1s -S 10x -P 4096 -T 'TITLE=a tone' -T 'ARTIST=a synthesizer' --picture="$wav/cover.png" --cuesheet="$WORK/sheet.cue" --replay-gain -o tagged.flac "$wav/speech.wav"
    $flac -d --cue=1.1-2.1 -o track.wav tagged.flac
    $flac -d --apply-replaygain-which-is-not-lossless=0aLn1 -o gain.wav tagged.flac
    $flac -a -o tone.ana tone.flac
    $flac --force-raw-format --endian=little --sign=signed --channels=2 --bps=16 --sample-rate=44100 -o raw.flac "$wav/speech.wav"
    $flac -d --force-raw-format --endian=big --sign=unsigned -o speech.raw speech.5.flac
    for format in aiff wave64 rf64; do
        $flac -d --force-$format-format -o "speech.$format" speech.5.flac
        $flac --keep-foreign-metadata -1 -o "again.$format.flac" "speech.$format"
        $flac -d --keep-foreign-metadata --force-$format-format -o "back.$format" "again.$format.flac"
    done
    $flac --sector-align tone.flac 2>/dev/null || true
    $flac -3 -o recoded.flac tagged.flac
    for i in $(seq 15); do $flac -0 -c "$wav/tiny.wav" | $flac -t -; done
    # tags, pictures and seek points, with room and without
    "$meta" --list tagged.flac | tail -1
    "$meta" --list --block-type=VORBIS_COMMENT,SEEKTABLE --data-format=text tagged.flac >listing
    for i in --show-md5sum --show-sample-rate --show-channels --show-bps --show-total-samples --show-vendor-tag --show-min-framesize --show-max-blocksize; do "$meta" $i ./*.flac | tail -1; done
    for i in $(seq 12); do "$meta" --set-tag="TRACK$i=$i" --set-tag="COMMENT=number $i" speech.5.flac; done
    "$meta" --remove-tag=TRACK3 --remove-first-tag=COMMENT speech.5.flac
    "$meta" --export-tags-to=tags speech.5.flac && "$meta" --remove-all-tags --import-tags-from=tags speech.5.flac
    "$meta" --import-picture-from="3|image/png|cover||$wav/cover.png" speech.2.flac
    "$meta" --export-picture-to=cover.png speech.2.flac && cmp cover.png "$wav/cover.png"
    "$meta" --add-seekpoint=100x --add-seekpoint=0.5s speech.2.flac
    "$meta" --import-cuesheet-from="$WORK/sheet.cue" speech.2.flac && "$meta" --export-cuesheet-to=- speech.2.flac | tail -1
    "$meta" --add-padding=100000 speech.0.flac && "$meta" --sort-padding speech.0.flac && "$meta" --merge-padding speech.0.flac
    "$meta" --remove --block-type=PICTURE,PADDING --dont-use-padding speech.2.flac
    "$meta" --add-replay-gain speech.5.flac speech.8.flac && "$meta" --scan-replay-gain speech.5.flac && "$meta" --remove-replay-gain speech.8.flac
    "$meta" --remove-all speech.8.flac && $flac -t speech.8.flac
    # slow writers and readers, and a server
    for _ in $(seq 40); do dd bs=22000 count=1 status=none; sleep 0.008; done <"$wav/speech.wav" | $flac -1 --ignore-chunk-sizes -c - >slow.flac
    for _ in $(seq 40); do dd bs=15000 count=1 status=none; sleep 0.008; done <speech.5.flac | $flac -d -c - | wc -c
    $flac -d -c speech.5.flac | { for _ in $(seq 60); do head -c 16000 >/dev/null; sleep 0.008; done; cat >/dev/null; }
    $flac -0 -c "$wav/noise.wav" | { for _ in $(seq 30); do head -c 8000 >/dev/null; sleep 0.01; done; cat >/dev/null; }
    start b python3 -m http.server -d "$WORK/site" --bind 10.77.0.2 8000 2>/dev/null
    local origin=$!
    wait_for_port b 10.77.0.2 8000
    for _ in 1 2 3; do client curl -s --limit-rate 1M http://10.77.0.2:8000/sound.flac | $flac -t -; done
    client curl -s --limit-rate 1M http://10.77.0.2:8000/sound.flac | $flac -d -c - | wc -c
    client curl -s --limit-rate 1M http://10.77.0.2:8000/sound.wav | $flac -2 -c - | wc -c
    kill "$origin"
    # what fails
    head -c 200000 speech.2.flac >broken.flac
    cp speech.0.flac damaged.flac && head -c 3000 /dev/urandom | dd of=damaged.flac bs=1 seek=200000 conv=notrunc 2>/dev/null
    ! $flac -t broken.flac damaged.flac
    $flac -d -F -o damaged.wav damaged.flac || true
    ! $flac -d -c "$wav/tone.wav" >/dev/null
    ! $flac -t /no/such/file
    ! $flac -o x.flac "$wav/cover.png"
    ! "$meta" --list "$wav/tone.wav"
    ! "$meta" --set-tag=nonsense tone.flac
}

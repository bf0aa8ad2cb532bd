# shellcheck shell=bash
# lame: an MP3 coder. Sounds of several kinds at many settings; tags; slow pipes and a server.
build() {
    make clean
    make -j2
}

prepare() {
    mkdir "$WORK/site" "$WORK/wav"
    python3 - "$WORK/wav" <<'PY'
import math, random, struct, sys
random.seed(5)
def tone(i, rate): return 0.5 * math.sin(2 * math.pi * 440 * i / rate) + 0.2 * math.sin(2 * math.pi * 1333 * i / rate)
def noise(i, rate): return random.uniform(-0.9, 0.9)
def silence(i, rate): return 0.0
def clicks(i, rate): return 0.9 if i % 11000 < 4 else 0.02 * math.sin(i / 9)
def speech(i, rate): return tone(i, rate) * (0.5 + 0.5 * math.sin(i / 9000)) + random.gauss(0, 0.01)
def save(name, sound, seconds, rate, channels):
    top, data = 32767, bytearray()
    for i in range(int(seconds * rate)):
        for c in range(channels):
            data += struct.pack("<h", int(sound(i + 20 * c, rate) * top))
    frame = channels * 2
    kind = struct.pack("<HHIIHH", 1, channels, rate, rate * frame, frame, 16)
    body = b"WAVEfmt " + struct.pack("<I", len(kind)) + kind + b"data" + struct.pack("<I", len(data)) + bytes(data)
    open(f"{sys.argv[1]}/{name}.wav", "wb").write(b"RIFF" + struct.pack("<I", len(body)) + body)
save("speech", speech, 4, 44100, 2)
save("tone", tone, 3, 48000, 1)
save("noise", noise, 1.5, 44100, 2)
save("silence", silence, 4, 44100, 2)
save("clicks", clicks, 3, 32000, 2)
save("narrow", speech, 3, 22050, 1)
save("tiny", tone, 0.02, 44100, 1)
PY
    cp "$WORK/wav/speech.wav" "$WORK/site/"
}

work() {
    local lame="$TREE/frontend/lame --silent" wav=$WORK/wav
    cd "$RUN"
    for i in speech tone noise silence clicks narrow tiny; do $lame "$wav/$i.wav" "$i.mp3"; done
    for quality in 0 2 5 7 9; do $lame -q $quality -b 128 "$wav/tone.wav" "q$quality.mp3"; done
    for rate in 32 64 192 320; do $lame -b $rate "$wav/speech.wav" "b$rate.mp3"; done
    for v in 0 4 9; do $lame -V $v "$wav/speech.wav" "v$v.mp3"; done
    $lame --vbr-old -V 3 "$wav/clicks.wav" old.mp3
    $lame --abr 140 "$wav/speech.wav" abr.mp3
    for mode in j s m d f; do $lame -m $mode "$wav/clicks.wav" "mode$mode.mp3"; done
    $lame --preset insane "$wav/clicks.wav" insane.mp3
    $lame --preset voice "$wav/narrow.wav" voice.mp3
    $lame --resample 16 --lowpass 6 --highpass 0.1 "$wav/speech.wav" resampled.mp3
    $lame -p --nores --strictly-enforce-ISO "$wav/tone.wav" strict.mp3
    $lame --freeformat -b 400 "$wav/tone.wav" free.mp3 || true
    $lame --scale 0.5 --nogap "$wav/tone.wav" "$wav/tone.wav" || true
    $lame -r -s 44.1 --signed --bitwidth 16 "$wav/noise.wav" raw.mp3
    $lame --replaygain-accurate "$wav/speech.wav" gain.mp3 || true
    $lame --tt title --ta artist --tl album --ty 2023 --tc comment --tn 3/9 --tg Rock --add-id3v2 "$wav/tone.wav" tagged.mp3
    $lame --id3v2-only --id3v2-utf16 --tt "Tön" --pad-id3v2-size 2000 "$wav/tiny.wav" tagged2.mp3
    $lame --genre-list | tail -1
    for _ in $(seq 20); do $lame -f "$wav/tiny.wav" - | wc -c; done
    # slow writers and readers, and a server
    for _ in $(seq 40); do dd bs=17000 count=1 status=none; sleep 0.008; done <"$wav/speech.wav" | $lame -f - slow.mp3
    $lame -f "$wav/speech.wav" - | { for _ in $(seq 30); do head -c 2000 >/dev/null; sleep 0.01; done; cat >/dev/null; }
    start b python3 -m http.server -d "$WORK/site" --bind 10.77.0.2 8000 2>/dev/null
    local origin=$!
    wait_for_port b 10.77.0.2 8000
    for _ in 1 2; do client curl -s --limit-rate 1M http://10.77.0.2:8000/speech.wav | $lame -f - served.mp3; done
    kill "$origin"
    ! $lame /no/such/file.wav x.mp3
    ! $lame "$WORK/site" x.mp3
    ! $lame --nonsense
}

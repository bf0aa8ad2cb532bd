# shellcheck shell=bash
# zstd: a compressor with worker threads. Files, pipes and a slow reader; levels from fast to ultra; dictionaries.
build() {
    make -C programs clean
    make -j2 -C programs zstd HAVE_ZLIB=0 HAVE_LZMA=0 HAVE_LZ4=0 BACKTRACE=0
}

prepare() {
    make_text 12 "$WORK/text"
    head -c 3000000 /dev/urandom >"$WORK/noise"
    mkdir "$WORK/samples"
    split -b 4000 -a 4 "$WORK/sources" "$WORK/samples/s"
    find "$WORK/samples" -type f | sort | tail -n +601 | xargs rm -f
}

work() {
    local zstd=$TREE/programs/zstd
    cd "$RUN"
    for level in 1 3 7; do
        "$zstd" -q -$level -o "text.$level" "$WORK/text"
        "$zstd" -q -d -o "text.$level.out" "text.$level"
    done
    head -c 2000000 "$WORK/text" >short
    "$zstd" -q -13 -o short.13 short
    "$zstd" -q --ultra -20 -o short.20 short
    "$zstd" -q --fast=5 -o short.fast short
    "$zstd" -q -T2 -5 -o text.threads "$WORK/text"
    "$zstd" -q -T0 --long -3 -o text.long "$WORK/text"
    "$zstd" -q --single-thread -2 -o text.single "$WORK/text"
    "$zstd" -q -3 -o noise.zst "$WORK/noise"
    "$zstd" -q -t text.3 noise.zst text.threads
    "$zstd" -l text.3 noise.zst
    "$zstd" -q --train "$WORK"/samples/* -o dictionary
    "$zstd" -q -D dictionary -o short.dict short
    "$zstd" -q -d -D dictionary -c short.dict | cmp - short
    "$zstd" -q -b1e2 -i0 short
    # from and to other processes, and a slow one
    "$zstd" -q -c <"$WORK/text" | "$zstd" -q -d -c | md5sum
    for i in $(seq 30); do head -c 2000 short; sleep 0.005; done | "$zstd" -q -c >slow.zst
    ! "$zstd" -q -d -c short >/dev/null
}

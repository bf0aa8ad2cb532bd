# shellcheck shell=bash
# xz-utils: compressors with worker threads. Levels, formats, checks and filters; files, pipes, slow readers, a server.
build() {
    make -C src clean
    make -j2 -C src
}

prepare() {
    mkdir "$WORK/site" "$WORK/many"
    make_text 3 "$WORK/text"
    head -c 500000 "$WORK/text" >"$WORK/short"
    head -c 1000000 /dev/urandom >"$WORK/noise"
    truncate -s 4M "$WORK/sparse"
    echo tail >>"$WORK/sparse"
    head -c 600000 "$TREE/src/xz/xz" >"$WORK/program"
    printf 'x' >"$WORK/tiny"
    : >"$WORK/empty"
    python3 - "$WORK/samples" <<'PY'
import math, struct, sys
open(sys.argv[1], "wb").write(b"".join(struct.pack("<hh", int(9000 * math.sin(i / 40)), int(5000 * math.sin(i / 7))) for i in range(100000)))
PY
    split -b 20000 -a 3 "$WORK/short" "$WORK/many/f"
    "$TREE/src/xz/xz" -0 -c "$WORK/text" >"$WORK/site/text.xz"
    "$TREE/src/xz/xz" -0 --block-size=300000 -c "$WORK/text" >"$WORK/site/blocks.xz"
}

work() {
    local xz=$TREE/src/xz/xz xzdec=$TREE/src/xzdec/xzdec lzmadec=$TREE/src/xzdec/lzmadec
    cd "$RUN"
    for level in 0 1 3 6; do
        "$xz" -$level -T1 -c "$WORK/text" >"text.$level.xz"
        "$xz" -d -c "text.$level.xz" | cmp - "$WORK/text"
    done
    "$xz" -9e -c "$WORK/short" >short.9.xz
    "$xz" -T2 -1 --block-size=600000 -c "$WORK/text" >threads.xz
    "$xz" -T2 -d -c threads.xz | cmp - "$WORK/text"
    "$xz" -T0 -0 --flush-timeout=20 -c <"$WORK/short" >flushed.xz
    "$xz" -d -T2 --memlimit-mt-decompress=3MiB -c threads.xz >/dev/null
    "$xz" -1 --block-list=200000,100000,0 -c "$WORK/short" >list.xz
    for check in none crc32 crc64 sha256; do "$xz" -0 --check=$check -c "$WORK/short" >"check.$check.xz"; done
    "$xz" -t check.*.xz
    "$xz" -t --ignore-check check.sha256.xz
    for filter in x86 arm arm64 armthumb powerpc ia64 sparc; do
        "$xz" --$filter --lzma2=preset=1 -c "$WORK/program" >"$filter.xz"
        "$xz" -d -c "$filter.xz" | cmp - "$WORK/program"
    done
    "$xz" --delta=dist=4 --lzma2=preset=2,lc=0,lp=2,pb=2 -c "$WORK/samples" >samples.xz
    "$xz" -d -c samples.xz | cmp - "$WORK/samples"
    for finder in hc3 hc4 bt2 bt3 bt4; do
        "$xz" --lzma2=dict=256KiB,mf=$finder,mode=normal,nice=64,depth=20 -c "$WORK/short" >"finder.$finder.xz"
    done
    "$xz" --lzma2=mf=hc4,mode=fast,lc=4,lp=0,pb=0 -c "$WORK/short" >finder.fast.xz
    "$xz" --format=lzma -2 -c "$WORK/short" >short.lzma
    "$xz" --format=auto -d -c short.lzma | cmp - "$WORK/short"
    "$xz" --format=raw --lzma1=preset=1 -c "$WORK/short" >short.raw
    "$xz" --format=raw --lzma1=preset=1 -d -c short.raw | cmp - "$WORK/short"
    "$lzmadec" short.lzma | cmp - "$WORK/short"
    "$xzdec" text.6.xz short.9.xz >/dev/null
    "$TREE/src/lzmainfo/lzmainfo" short.lzma
    "$xz" -1 -k -c "$WORK/noise" "$WORK/sparse" "$WORK/tiny" "$WORK/empty" >joined.xz
    "$xz" -d -c joined.xz | wc -c
    "$xz" -0 -k -S .sparse -c "$WORK/sparse" >sparse.xz && "$xz" -d -k sparse.xz
    "$xz" -l ./*.xz
    "$xz" -l -vv threads.xz joined.xz list.xz | tail -1
    "$xz" --robot -lv ./*.xz | tail -1
    "$xz" --info-memory && "$xz" --robot --info-memory && "$xz" -V && "$xz" -H | tail -1
    # files in place, many of them
    cp -r "$WORK/many" many
    "$xz" -2 -v many/* 2>/dev/null
    find many -type f | "$xz" -d --files
    find many -type f -print0 | "$xz" -q -0 --files0
    for i in $(seq 25); do "$xz" -0 -c "$WORK/tiny" | "$xz" -dc >/dev/null; done
    # slow writers and readers, and a server
    for i in $(seq 80); do head -c 3000 "$WORK/short"; sleep 0.01; done | "$xz" -1 -c >slow.xz
    for i in $(seq 40); do head -c 3000 "$WORK/short"; sleep 0.01; done | "$xz" -T2 -0 --block-size=30000 -c >slow.threads.xz
    for i in $(seq 24); do dd bs=40000 count=1 status=none; sleep 0.01; done <text.1.xz | "$xz" -dc | wc -c
    for i in $(seq 24); do dd bs=60000 count=1 status=none; sleep 0.01; done <threads.xz | "$xz" -dc -T2 | wc -c
    "$xz" -dc text.0.xz | { for i in $(seq 60); do head -c 60000 >/dev/null; sleep 0.01; done; cat >/dev/null; }
    "$xz" -T2 -0 -c "$WORK/noise" | { for i in $(seq 40); do head -c 30000 >/dev/null; sleep 0.01; done; cat >/dev/null; }
    start b python3 -m http.server -d "$WORK/site" --bind 10.77.0.2 8000 2>/dev/null
    local origin=$!
    wait_for_port b 10.77.0.2 8000
    for i in 1 2 3; do client curl -s --limit-rate 2M http://10.77.0.2:8000/text.xz | "$xz" -dc | tail -c 20 | wc -c; done
    client curl -s --limit-rate 2M http://10.77.0.2:8000/blocks.xz | "$xz" -dc -T2 | wc -c
    client curl -s http://10.77.0.2:8000/text.xz | "$xzdec" | wc -c
    client curl -s --limit-rate 1M http://10.77.0.2:8000/text.xz | "$xz" -dc | "$xz" -1 >again.xz
    kill "$origin"
    # what fails
    head -c 100000 text.6.xz >cut.xz
    cp text.1.xz damaged.xz && printf 'damage' | dd of=damaged.xz bs=1 seek=50000 conv=notrunc 2>/dev/null
    ! "$xz" -t cut.xz damaged.xz "$WORK/short" /no/such/file
    ! "$xz" -l cut.xz "$WORK/noise"
    ! "$xz" -d -M 1MiB -c text.6.xz >/dev/null
    ! "$xz" --lzma2=lc=9 -c "$WORK/tiny"
    ! "$xz" text.6.xz many
    ! "$xzdec" cut.xz >/dev/null
    "$xz" -z -0 -M 20MiB -9 -c "$WORK/short" >limited.xz
}

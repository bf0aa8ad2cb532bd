# shellcheck shell=bash
# rsync: synchronises trees, on one machine and to a daemon behind a delayed link.
build() {
    make clean
    make -j2 rsync
}

prepare() {
    mkdir -p "$WORK/from/many" "$WORK/from/large"
    make_text 6 "$WORK/from/large/text"
    head -c 2000000 /dev/urandom >"$WORK/from/large/noise"
    split -b 6000 -a 3 "$WORK/sources" "$WORK/from/many/f"
    ln -s large/text "$WORK/from/link"
}

work() {
    local rsync=$TREE/rsync
    cat >"$RUN/conf" <<END
use chroot = no
pid file = $RUN/pid
log file = $RUN/log
[data]
    path = $RUN/remote
    read only = no
    uid = root
    gid = root
END
    mkdir "$RUN/remote"
    cp -a "$WORK/from" "$RUN/from"
    "$rsync" -a "$RUN/from/" "$RUN/local/"
    "$rsync" -ac --delete "$RUN/from/" "$RUN/local/"
    start b "$rsync" --daemon --no-detach --config="$RUN/conf"
    local daemon=$!
    wait_for_port b 10.77.0.2 873
    client "$rsync" -a "$RUN/from/" rsync://10.77.0.2/data/
    # a change in the middle of a large file, some files gone, some new
    printf 'changed' | dd of="$RUN/from/large/text" bs=1 seek=3000000 conv=notrunc 2>/dev/null
    find "$RUN/from/many" -name '*a' -delete
    cp "$RUN/from/large/noise" "$RUN/from/new"
    client "$rsync" -az --delete --no-whole-file --stats "$RUN/from/" rsync://10.77.0.2/data/
    client "$rsync" -a --list-only rsync://10.77.0.2/data/many/ | tail -1
    client "$rsync" -a --checksum --exclude='*b' rsync://10.77.0.2/data/ "$RUN/back/"
    client "$rsync" -a --bwlimit=2000 --partial rsync://10.77.0.2/data/large/noise "$RUN/slow"
    client "$rsync" rsync://10.77.0.2/
    "$rsync" -an --itemize-changes --delete "$RUN/back/" "$RUN/local/" | tail -1
    kill "$daemon" && wait "$daemon" || true
}

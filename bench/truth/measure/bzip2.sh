# shellcheck shell=bash
# bzip2: a block sorting codec with its library. Files, streams, damaged archives, slow ends; senders and receivers are a delayed link away.
build() {
    make clean
    rm -f dlltest unzcrash
    make -j2 libbz2.a bzip2 bzip2recover
    make dlltest unzcrash LDFLAGS=-L. LDLIBS=-lbz2
}

prepare() {
    mkdir -p "$WORK/site" "$WORK/many"
    make_text 6 "$WORK/site/text"
    head -c 2500000 /dev/urandom >"$WORK/site/noise"
    head -c 5000000 /dev/zero >"$WORK/site/zeros"
    head -c 40000 "$WORK/site/text" >"$WORK/site/small"
    : >"$WORK/site/empty"
    for i in $(seq 40000); do echo "abcabcab$((i % 3))"; done >"$WORK/site/repeats"
    head -c 900000 /dev/urandom | base64 -w 0 | tr -d '\n' >"$WORK/site/letters"
    split -b 20000 -a 3 "$WORK/sources" "$WORK/many/f"
    find "$WORK/many" -type f | sort | tail -n +41 | xargs rm -f
}

work() {
    local bzip2=$TREE/bzip2 site=$RUN/site name level
    cp -a "$WORK/site" "$WORK/many" "$RUN"
    cd "$site"
    # files, in each way
    for level in 1 5 9; do "$bzip2" -k -c -$level text >text.$level.bz2 && "$bzip2" -t text.$level.bz2; done
    for name in text noise zeros small empty repeats letters; do
        "$bzip2" -kv "$name" 2>>"$RUN/notes" && "$bzip2" -tvv "$name.bz2" 2>>"$RUN/notes"
        "$bzip2" -dc "$name.bz2" | cmp - "$name" && "$bzip2" -dsc "$name.bz2" | cmp - "$name"
    done
    "$bzip2" -kfvvv small repeats 2>>"$RUN/notes" && "$bzip2" -tvvv small.bz2 2>>"$RUN/notes"
    "$bzip2" -vvvv -c repeats 2>>"$RUN/notes" | "$bzip2" -dvvvv 2>>"$RUN/notes" | wc -c
    "$bzip2" --exponential --best --keep --stdout repeats | wc -c
    "$bzip2" --repetitive-best --repetitive-fast --fast -c small 2>/dev/null | wc -c
    cp small copy && chmod 640 copy && "$bzip2" copy && "$bzip2" -d copy.bz2 && "$bzip2" -z copy && "$TREE/bzip2" --decompress --keep --force --quiet copy.bz2
    cat small.bz2 repeats.bz2 empty.bz2 small.bz2 >members.bz2 && "$bzip2" -dc members.bz2 | wc -c
    cp small.bz2 one.tbz2 && "$bzip2" -d one.tbz2 && cp small.bz2 two.tbz && "$bzip2" -df two.tbz && cp small.bz2 odd && "$bzip2" -d odd 2>/dev/null && ls odd.out
    "$bzip2" "$RUN"/many/* && "$bzip2" -t "$RUN"/many/*.bz2 && "$bzip2" -dk "$RUN"/many/f*a.bz2 && "$bzip2" -ds "$RUN"/many/f*b.bz2
    BZIP2=-9 BZIP="-k -q" "$bzip2" -f -- small
    ln -sf "$bzip2" "$RUN/bunzip2" && ln -sf "$bzip2" "$RUN/bzcat" && "$RUN/bzcat" text.bz2 small.bz2 | wc -c && cp text.bz2 again.bz2 && "$RUN/bunzip2" again.bz2
    # streams: archives, slow writers, slow readers
    tar cf - -C "$TREE" . | "$bzip2" -4 >tree.tbz && "$bzip2" -dc tree.tbz | tar tf - | tail -1
    for i in $(seq 60); do head -c 20000 text; sleep 0.01; done | "$bzip2" >slow.bz2
    for i in $(seq 60); do head -c 20000 text; sleep 0.01; done | "$bzip2" -1 >slow1.bz2
    (head -c 30000 slow.bz2; sleep 0.3; tail -c +30001 slow.bz2) | "$bzip2" -d | cmp - <("$bzip2" -dc slow1.bz2)
    (head -c 30000 text.bz2; sleep 0.2; tail -c +30001 text.bz2) | "$bzip2" -t
    "$bzip2" -dc text.bz2 | while read -r -N 200000 _; do sleep 0.01; done
    "$bzip2" -c noise | while read -r -N 100000 _; do sleep 0.005; done 2>/dev/null
    # the library's other callers: files and streams by handle, damage to every bit
    "$TREE/dlltest" -9 text other.bz2 && "$TREE/dlltest" -d other.bz2 other && cmp other text
    for name in noise small repeats; do "$TREE/dlltest" -1 "$name" other.bz2 && "$TREE/dlltest" -d other.bz2 | cmp - "$name"; done
    for i in $(seq 60); do head -c 20000 text; sleep 0.005; done | "$TREE/dlltest" -3 | (head -c 60000; sleep 0.1; cat) | "$TREE/dlltest" -d | wc -c
    for name in 300 900; do head -c $name text >tiny; "$TREE/unzcrash" tiny 2>>"$RUN/notes"; done
    # from and to other machines
    start b python3 "$PEERS/source.py" 10.77.0.2 8001 "$site/text" 30000 8002 "$site/text.bz2" 3000 8003 "$site/noise.bz2" 15000 8004 "$site/members.bz2" 200
    local source=$!
    start b python3 "$PEERS/sink.py" 10.77.0.2 0.005
    local sink=$!
    for i in 7000 7001 8001 8002 8003 8004; do wait_for_port b 10.77.0.2 $i; done
    from() { client bash -c 'exec 3<>"/dev/tcp/10.77.0.2/$0" && "$@" <&3' "$@"; }
    to() { client bash -c 'exec 3<>"/dev/tcp/10.77.0.2/$0" && "$@" >&3' "$@"; }
    from 8001 "$bzip2" -c | wc -c
    from 8001 "$bzip2" -1 -c | wc -c
    for i in 8002 8003 8004; do from $i "$bzip2" -dc | wc -c; from $i "$bzip2" -t; done
    from 8002 "$bzip2" -ds | wc -c
    from 8002 "$TREE/dlltest" -d | wc -c
    from 8001 "$TREE/dlltest" -5 | wc -c
    to 7000 "$bzip2" -c text noise
    to 7001 "$bzip2" -1 -c noise
    to 7001 "$bzip2" -dc text.bz2 noise.bz2
    to 7001 "$TREE/dlltest" -d text.bz2
    kill "$source" "$sink"
    # damage, and what can be saved
    (head -c 200000 text.1.bz2; echo nonsense; tail -c 200000 text.1.bz2) >bad.bz2
    head -c 300000 text.1.bz2 >cut.bz2
    "$TREE/bzip2recover" bad.bz2 2>>"$RUN/notes" && "$bzip2" -t rec*bad.bz2 2>/dev/null || true
    "$TREE/bzip2recover" text.1.bz2 2>>"$RUN/notes" && "$bzip2" -dc rec*text.1.bz2 | cmp - text
    ! "$TREE/bzip2recover" small || ! "$TREE/bzip2recover" none
    ! "$bzip2" -tvv bad.bz2
    ! "$bzip2" -d cut.bz2
    ! "$bzip2" -dc bad.bz2 >/dev/null
    ! "$bzip2" -k text </dev/null
    ! "$bzip2" /no/such/file small.bz2 "$RUN"
    ! "$bzip2" -d small
    (cat small.bz2; echo trailing) >trailing.bz2 && "$bzip2" -dc trailing.bz2 2>/dev/null | wc -c
    "$bzip2" -dcf small | wc -c
    ! "$bzip2" --nonsense
    "$bzip2" -c text >/dev/null & i=$! && sleep 0.2 && kill -INT $i || true
    "$bzip2" -k9f noise & i=$! && sleep 0.2 && kill $i && wait $i || true
    "$bzip2" --version </dev/null >/dev/null 2>&1 && "$bzip2" --help 2>&1 | tail -1
    rm -rf "$site" "$RUN/many"
}

# shellcheck shell=bash
# brotli: a codec with its library. Pages, texts, noise at all levels and windows; slow pipes, servers and receivers a delayed link away, damage.
build() {
    make clean
    make -j2 brotli
}

prepare() {
    mkdir -p "$WORK/site" "$WORK/many"
    make_text 1 "$WORK/site/text" && truncate -s 500K "$WORK/site/text"
    head -c 300000 /dev/urandom >"$WORK/site/noise"
    head -c 2000000 /dev/zero >"$WORK/site/zeros"
    head -c 40000 "$WORK/site/text" >"$WORK/site/small"
    : >"$WORK/site/empty"
    printf x >"$WORK/site/one"
    head -c 300000 /bin/bash >"$WORK/site/program"
    cat "$WORK/site/text" "$WORK/site/noise" "$WORK/site/program" "$WORK/site/noise" >"$WORK/site/mixed"
    python3 - "$WORK/site" <<'PY'
import json, random, struct, sys
random.seed(3)
words = "the of and time people water through which government that house between light of international history".split()
site = sys.argv[1]
with open(f"{site}/page.html", "w", encoding="utf-8") as page:
    page.write("<!DOCTYPE html><html><head><title>A page</title></head><body>")
    for i in range(900):
        text = " ".join(random.choice(words) for _ in range(random.randrange(5, 40)))
        page.write(f'<div class="row item-{i % 7}"><a href="/items/{i}.html">{text.capitalize()}.</a><p>Grüße, {text} — «{i * 37}»</p></div>\n')
    page.write("</body></html>")
with open(f"{site}/list.json", "w") as out:
    json.dump([{"id": i, "name": random.choice(words), "price": round(random.uniform(1, 99), 2), "tags": random.sample(words, 3)} for i in range(4000)], out)
with open(f"{site}/numbers", "wb") as out:
    for i in range(100000): out.write(struct.pack("<If", i * 3, random.gauss(0, 1)))
with open(f"{site}/russian", "w", encoding="utf-8") as out:
    for i in range(6000): out.write(random.choice(["время ", "человек ", "страна ", "между ", "история ", "вода "]))
PY
    split -b 9000 -a 3 "$WORK/sources" "$WORK/many/f"
    find "$WORK/many" -type f | sort | tail -n +61 | xargs rm -f
}

work() {
    local brotli=$TREE/bin/brotli name i
    cp -a "$WORK/site" "$WORK/many" "$RUN"
    cd "$RUN/site"
    exec 2>"$RUN/notes"
    # levels, windows, kinds of data
    for i in 0 1 2 3 4 5 6 7 8 9; do
        for name in text page.html list.json noise program mixed; do "$brotli" -$i -c "$name" >out.br && "$brotli" -dc out.br | cmp - "$name"; done
    done
    for name in text page.html list.json small one empty numbers russian; do
        for i in 10 11; do "$brotli" -q $i -kf "$name" && "$brotli" -t "$name.br"; done
        "$brotli" -dc "$name.br" | cmp - "$name"
    done
    for name in noise zeros program mixed; do "$brotli" -q 6 -kfv "$name" && "$brotli" -tv "$name.br"; done
    "$brotli" -Zkf noise && "$brotli" --best -c zeros | wc -c
    for i in 10 12 16 18 20 22 24 0; do "$brotli" -q 5 -w $i -c mixed | "$brotli" -d | wc -c; "$brotli" -q 9 --lgwin=$i -c text | "$brotli" -d | wc -c; "$brotli" -q 1 -w $i -c text | wc -c; done
    for i in 2 4 9 11; do "$brotli" -q $i --large_window=26 -c text >large.br && "$brotli" --large_window=30 -dc large.br | cmp - text; ! "$brotli" -t large.br; done
    # pages, as a server's files are made ready; files by name
    "$brotli" -9 "$RUN"/many/* && "$brotli" -t "$RUN"/many/*.br && "$brotli" -df "$RUN"/many/*.br && "$brotli" -j -q 4 -f "$RUN"/many/f*a && "$brotli" --rm -d "$RUN"/many/f*a.br
    for name in "$RUN"/many/f*[bc]; do "$brotli" -q 11 -f "$name"; "$brotli" -dc "$name.br" | cmp - "$name"; done
    for i in $(seq 30); do "$brotli" -3 -c small | wc -c; done
    cp small copy && chmod 640 copy && "$brotli" --quality=4 --output=copy.out copy && "$brotli" -d -o copy.back copy.out && "$brotli" -n -S .b copy && "$brotli" -dknf --suffix=.b copy.b && "$brotli" -5kf -- copy
    "$brotli" -6fo big.br text - <small || "$brotli" -v6fk text page.html list.json
    # streams: slow writers, slow readers
    tar cf - -C "$TREE" c | "$brotli" -5 >tree.br && "$brotli" -d <tree.br | tar tf - | tail -1
    for i in 0 1 4 9; do python3 "$PEERS/pace.py" 20000 <text | "$brotli" -$i >slow.br && python3 "$PEERS/pace.py" 4000 <slow.br | "$brotli" -d | cmp - text; done
    python3 "$PEERS/pace.py" 2000 <page.html | "$brotli" -q 11 -c | wc -c
    python3 "$PEERS/pace.py" 500 <page.html.br | "$brotli" -dc | wc -c
    python3 "$PEERS/pace.py" 9000 <noise.br | "$brotli" -t
    for i in $(seq 60); do echo "line $i of a log"; sleep 0.01; done | "$brotli" -q 3 | "$brotli" -d | tail -1
    "$brotli" -dc mixed.br | python3 "$PEERS/pace.py" 50000 | wc -c
    "$brotli" -1c noise | python3 "$PEERS/pace.py" 12000 | wc -c
    "$brotli" -dc numbers.br | (sleep 0.3; python3 "$PEERS/pace.py" 20000) | wc -c
    # from and to other machines
    start b python3 "$PEERS/source.py" 10.77.0.2 8001 "$PWD/text" 16000 8002 "$PWD/text.br" 2500 8003 "$PWD/mixed.br" 15000 8004 "$PWD/page.html.br" 300 8005 "$PWD/list.json" 5000
    local source=$!
    start b python3 "$PEERS/sink.py" 10.77.0.2 0.005
    local sink=$!
    for i in 7000 7001 8001 8002 8003 8004 8005; do wait_for_port b 10.77.0.2 $i; done
    from() { client bash -c 'exec 3<>"/dev/tcp/10.77.0.2/$0" && "$@" <&3' "$@"; }
    to() { client bash -c 'exec 3<>"/dev/tcp/10.77.0.2/$0" && "$@" >&3' "$@"; }
    for i in 8001 8005; do from $i "$brotli" -5 | wc -c; from $i "$brotli" -1 -o "far.$i" -f; from $i "$brotli" -q 10 -c | wc -c; done
    for i in 8002 8003 8004; do from $i "$brotli" -d | wc -c; from $i "$brotli" -t -; done
    to 7000 "$brotli" -4c text
    to 7001 "$brotli" -1c noise
    to 7001 "$brotli" -9c mixed
    to 7001 "$brotli" -dc mixed.br
    to 7001 "$brotli" -d <text.br
    kill "$source" "$sink"
    # damage, and what cannot be
    (head -c 60000 text.br; echo nonsense; tail -c 60000 text.br) >bad.br
    head -c 50000 text.br >cut.br
    (cat small.br; echo trailing) >trailing.br
    for name in bad cut trailing; do ! "$brotli" -t $name.br; ! "$brotli" -dc $name.br >/dev/null; ! "$brotli" -dkf $name.br; done
    for i in $(seq 40); do head -c $((i * 900)) noise | tail -c 900 | "$brotli" -d >/dev/null || true; done
    for i in $(seq 40); do (head -c $((i * 700)) page.html.br; printf '\377'; tail -c +$((i * 700 + 2)) page.html.br) | "$brotli" -d >/dev/null || true; done
    for name in /no/such/file "$RUN" small; do "$brotli" -d "$name" || true; "$brotli" -k "$name" || true; done
    "$brotli" -k small || true
    "$brotli" --nonsense || "$brotli" -q 12 small || "$brotli" -w 9 small || "$brotli" -o x small text || "$brotli" -o /no/such/x small || "$brotli" -kq || "$brotli" -dt -c small || true
    "$brotli" -q 11 -c mixed >/dev/null & i=$! && sleep 0.3 && kill $i || true
    wait $i || true
    "$brotli" --version && "$brotli" -h | tail -1
    rm -rf "$RUN/site" "$RUN/many"
}

# shellcheck shell=bash
# jq: an interpreter of filters over JSON; files, pipes, and a producer behind a delayed link.
build() {
    make clean
    make src/builtin.inc
    make -j2 jq
}

prepare() {
    mkdir "$WORK/site"
    python3 - "$WORK/site/data.json" <<'END'
import json, random, sys
random.seed(1)
rows = [{"id": i, "name": f"name {i}", "tags": random.sample("abcdefgh", 3), "score": random.random() * 100,
         "nested": {"list": list(range(i % 20)), "text": "é" * (i % 7)}} for i in range(6000)]
json.dump(rows, open(sys.argv[1], "w"))
END
}

work() {
    local jq=$TREE/jq data=$WORK/site/data.json
    "$jq" . "$data" | tail -1
    "$jq" -c '.[]' "$data" >"$RUN/lines"
    "$jq" -c 'map(select(.score > 50)) | group_by(.id % 10) | map({n: length, sum: (map(.score) | add)})' "$data"
    "$jq" '[.[].nested.list | add // 0] | sort | unique | length' "$data"
    "$jq" -r '.[0:800][] | [.id, .name, .score] | @csv' "$data" | tail -1
    "$jq" -n '[range(30000)] | map(. * 2 + 1) | map(tostring) | join(",") | length'
    "$jq" -n 'def fib: if . < 2 then . else (. - 1 | fib) + (. - 2 | fib) end; 16 | fib'
    "$jq" -n 'reduce range(20000) as $i ({}; .["k\($i % 500)"] += $i) | to_entries | max_by(.value)'
    "$jq" --stream -c 'select(length == 2 and .[0][1] == "id") | .[1]' "$data" | tail -1
    "$jq" -s 'length' "$RUN/lines"
    "$jq" -c '[.[] | .tags |= map(ascii_upcase) | del(.nested)] | .[10:12], (.[] | select(.id == 77) | @base64 "\(.name)")' "$data"
    "$jq" -n '"a,b, c" | split(",") | map(ltrimstr(" ")), ("x" * 1000 | length), ([1, [2, [3]]] | flatten), (now | type)'
    "$jq" -n '[limit(50; repeat(1))] | add, (try error("no") catch .), ([paths] | length), ({} | tojson | fromjson)'
    ! "$jq" '.[' "$data"
    ! echo '{"a": [1, 2' | "$jq" .
    # input that arrives slowly: a pipe, and a server
    head -200 "$RUN/lines" | while read -r line; do echo "$line"; sleep 0.002; done | "$jq" -c .id | tail -1
    start b python3 -m http.server -d "$WORK/site" --bind 10.77.0.2 8000 2>/dev/null
    local origin=$!
    wait_for_port b 10.77.0.2 8000
    client curl -s http://10.77.0.2:8000/data.json | "$jq" 'length'
    kill "$origin"
}

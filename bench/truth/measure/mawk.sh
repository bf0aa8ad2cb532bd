# shellcheck shell=bash
# mawk: an interpreter of awk. Fields, expressions, arrays, functions; files, commands, slow pipes and a server.
build() {
    make clean
    make -j2 mawk
}

prepare() {
    mkdir "$WORK/site" "$WORK/awk" "$WORK/many"
    make_text 3 "$WORK/site/text"
    split -b 8000 -a 3 "$WORK/sources" "$WORK/many/f"
    find "$WORK/many" -type f | sort | tail -n +61 | xargs rm -f
    python3 - "$WORK" <<'PY'
import random, sys
random.seed(2)
with open(sys.argv[1] + "/site/records", "w") as out:
    for i in range(30000):
        print(i, f"name{random.randrange(900)}", random.choice("north south east west".split()),
              f"{random.random() * 1000:.3f}", f"20{random.randrange(24):02}-{random.randrange(1, 13):02}-11", sep="\t", file=out)
with open(sys.argv[1] + "/site/access.log", "w") as out:
    for i in range(20000):
        print(f'10.0.{i % 7}.{i % 251} - - [11/Oct/2023:13:{i % 60:02}:36 +0000] "GET /page/{random.randrange(300)}?q={i} HTTP/1.1" '
              f'{random.choice([200, 200, 200, 304, 404, 500])} {random.randrange(90000)} "-" "Agent/{i % 9}.0 (X; U)"', file=out)
with open(sys.argv[1] + "/paragraphs", "w") as out:
    for i in range(3000):
        print("Name: person %d\nStreet: %d Long Road\nCity: town %d\n\n" % (i, i % 90, i % 17), end="\n" * (i % 3 == 0), file=out)
PY
    (cd "$WORK/awk" && scripts)
}

scripts() {
    cat >functions.awk <<'AWK'
function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) }
function swap(a, i, j, t) { t = a[i]; a[i] = a[j]; a[j] = t }
function sort(a, left, right, i, last) {
    if (left >= right) return
    swap(a, left, int((left + right) / 2)); last = left
    for (i = left + 1; i <= right; i++) if (a[i] < a[left]) swap(a, ++last, i)
    swap(a, left, last); sort(a, left, last - 1); sort(a, last + 1, right)
}
function join(a, n, sep, i, s) { for (i = 1; i <= n; i++) s = s (i > 1 ? sep : "") a[i]; return s }
function hanoi(n, from, to, via) { if (n == 0) return 0; return hanoi(n - 1, from, via, to) + 1 + hanoi(n - 1, via, to, from) }
function fill(a, n, local, i) { for (i = 0; i < n; i++) { local[i] = i; a[i, i % 3] = i }; delete local; return n }
BEGIN {
    srand(7); n = 6000
    for (i = 1; i <= n; i++) { a[i] = int(rand() * 100000); words[i] = "w" a[i] }
    sort(a, 1, n); sort(words, 1, 1500)
    print fib(20), hanoi(12, "a", "b", "c"), length(join(a, n, ",")), length(join(words, 300, "; ")), srand()
    for (i = 2; i < 60000; i++) if (!(i in composite)) { primes++; for (j = i * i; j < 60000; j += i) composite[j] = 1 }
    print primes, fill(grid, 3000), ((5, 2) in grid), ((5, 1) in grid), length(composite)
    for (key in grid) { split(key, part, SUBSEP); sum += part[1] - part[2]; if (part[2] == 1) delete grid[key] }
    for (key in grid) count++
    for (i = 0; i < 300; i++) { many["x" i % 50, i] = i; delete many["x" i % 50, i]; s = s sprintf("%c", 65 + i % 26) }
    do { x = x * 1.5 + 1; if (x > 1e6) break; if (x % 2 > 1) continue; y -= x } while (1)
    for (i = 0; i < 3000; i++) { t += sin(i) * cos(i) + atan2(i, 3) + exp(i % 5) + log(i + 1) + sqrt(i) - int(i / 3) ^ 2 + i % 7; t = -t; u = !t || (i > 5 && t); v += +("0" i) + (i "e1"); x = y = i; x += 1; x -= 2; x *= 3; x /= 2; x %= 9; x ^= 2; x++; --x }
    for (i = 0; i < 2000; i++) line = sprintf("%5d|%-10s|%05.2f|%e|%g|%x|%o|%c|%%|%*d", i, "ab" i, i / 7, i * 1e9, i / 3, i, i, i % 95 + 32, 8, i)
    print sum, count, s, t, u, v, length(), length(line), substr(line, 3, 9), substr(line, 0), substr(line, -1, 3), index(line, "ab"), toupper(line), tolower("ÄBC DEF")
    print 1 == 1.0, "a" < "b", "10" < "9", 10 < 9, "abc" ~ /b+/, "abc" !~ "^c", 1e300 * 1e300, -"3x", 2 ^ 3, length(ENVIRON["HOME"]), ARGC, ARGV[0], CONVFMT, RLENGTH
    OFMT = "%.3g"; print 3.14159265, 1000000 * 1000000, 2 ^ 53; CONVFMT = "%d"; a[12.7] = 1; print (12 in a)
    exit 3
}
END { print "at the end" }
AWK
    cat >regular.awk <<'AWK'
/struct +[a-z_]+ *\{/ { structs++ }
/^#[ \t]*(if|ifdef|ifndef|else|elif|endif)/ { conditions++ }
/^[a-z_]+ *\(.*\)$/, /^\}/ { body++ }
!/;/ && NF > 3 { plain++ }
$1 ~ /^(static|extern|const)$/ { starts[$1]++ }
match($0, /"[^"]*"/) { strings++; chars += RLENGTH; text = substr($0, RSTART, RLENGTH) }
{ spaces += gsub(/[ \t]+/, " "); commas += gsub(/,/, ", &"); sub(/\/\*.*\*\//, ""); n += split($0, parts, /[^A-Za-z0-9_]+/) }
length > 70 { long++; if (long > 20000) next }
{ for (i in parts) if (parts[i] ~ /^[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?$/) numbers++ }
NR % 500 == 0 { s = $0; gsub(/./, "<&>", s); gsub("", "-", s); gsub(/[[:space:]]*$/, "", s); gsub(/x*/, "y\\&", s); dynamic = dynamic (s ~ ("a" (NR % 7) "|b.{0}c?")); chopped = split(s, letters, "") }
END { print structs, conditions, body, plain, strings, chars, text, spaces, commas, n, long, numbers, dynamic, chopped; for (k in starts) print k, starts[k] | "sort" }
AWK
    cat >fields.awk <<'AWK'
BEGIN { FS = "\t"; OFS = ":" }
{ total[$3] += $4; names[$2]++; year[substr($5, 1, 4)] += $4 > 500; if ($4 > max) { max = $4; at = NR } }
NR % 3 == 0 { $2 = toupper($2); $7 = "new"; kept += length($0) }
NR % 5 == 0 { NF = 3; kept += length($0); $0 = "a\tb c\td"; kept += NF }
NR % 7 == 0 { $(NF + 2) = $NF; $NF = ""; kept -= NF; $1 = $1 }
END {
    for (r in total) printf "%-8s %12.2f\n", r, total[r] | "sort -k2n"
    close("sort -k2n"); for (n in names) distinct++
    print distinct, max, at, kept, NR, FNR, FILENAME
}
AWK
    cat >files.awk <<'AWK'
BEGIN {
    while ((getline line < records) > 0) n += length(line)
    close(records)
    while ((getline < records) > 0 && NF) if (++m > 5000) break
    print n, m, (getline line < "/no/such/file"), close("never opened")
    for (i = 0; i < 20000; i++) print i, i / 3 > (dir "/out" i % 8)
    for (i = 0; i < 8; i++) { close(dir "/out" i); printf "more %d\n", i >> (dir "/out" i) }
    for (i = 0; i < 400; i++) { printf "%d %s\n", i, "flushed" > (dir "/flushed"); fflush(dir "/flushed") }
    for (i = 0; i < 60; i++) { print i > (dir "/once" i); close(dir "/once" i); getline back < (dir "/once" i); sum += back }
    for (i = 0; i < 12; i++) { "sleep 0.0" i % 4 "; echo result " i | getline line; close("sleep 0.0" i % 4 "; echo result " i); "date +%s" | getline now; close("date +%s") }
    while (("for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.02; done" | getline x) > 0) sum += x
    for (i = 0; i < 150; i++) print "to a slow reader", sprintf("%3000d", i) | "while read l; do sleep 0.002; done"
    print close("while read l; do sleep 0.002; done"), sum, line
    for (i = 0; i < 10; i++) { status += system("sleep 0.01"); status += system("exit 2") }
    for (i = 0; i < 5; i++) { print "b" i, "a" | "sort -r"; close("sort -r"); system(""); print i | "cat 1>&2" }
    print status; fflush(); printf "error\n" > "/dev/stderr"; print "out" > "/dev/stdout"
}
AWK
}

# What any awk can do. OPTION makes it read what arrives slowly as it comes, if it needs one.
work_of_awk() { # AWK [OPTION…]
    local awk=$1 site=$WORK/site
    shift
    cd "$WORK/awk"
    "$awk" -f functions.awk || [ $? = 3 ]
    "$awk" -f regular.awk "$site/text"
    "$awk" -f regular.awk "$WORK"/many/* | tail -1
    "$awk" -f fields.awk "$site/records"
    "$awk" -v dir="$RUN" -v records="$site/records" -f files.awk 2>/dev/null
    "$awk" '{ hits[$9]++; bytes[$1] += $10; split($7, url, "[?/=]"); page[url[3]]++ } $9 >= 500 { bad++ } END { for (s in hits) print s, hits[s]; for (p in page) if (page[p] > best) best = page[p]; print best, bad }' "$site/access.log"
    "$awk" -F'[]["]' '{ n[$2 ? substr($2, 13, 5) : "none"]++; agents[$7]++ } END { for (a in agents) print a, agents[a]; print length(n) }' "$site/access.log"
    "$awk" -F: -v OFS=, '{ $1 = $1; if (NF > 1) print }' "$WORK/paragraphs" >"$RUN/commas"
    "$awk" 'BEGIN { RS = ""; FS = "\n" } { city[$3]++; n += NF } END { for (c in city) print c, city[c] | "sort"; print NR, n }' "$WORK/paragraphs" | tail -2
    "$awk" 'BEGIN { RS = "[;{}]+" } { n++; c += length } END { print n, c }' "$site/text"
    "$awk" 'BEGIN { RS = "x" } { n += NF } END { print n, NR }' "$site/text"
    "$awk" '{ line[NR] = $0 } END { for (i = NR; i > 0; i--) print line[i] }' "$site/records" | tail -1
    "$awk" 'seen[$0]++ == 0' "$site/text" | "$awk" '{ w += NF; c += length + 1 } END { print NR, w, c }'
    "$awk" '{ for (i = 1; i <= NF; i++) count[tolower($i)]++ } END { for (w in count) if (count[w] > 400) print count[w], w }' "$site/text" | sort -n | tail -1
    "$awk" 'NR == FNR { name[$2] = $1; next } FNR == 1 { print FILENAME } $2 in name { n++ } FNR > 5000 { nextfile; } END { print n }' "$site/records" x=1 "$site/records" || true
    "$awk" '{ printf "%s %08.3f %-12s|%5d%%\n", $1, $4, $2, $4 / 10 }' "$site/records" >"$RUN/formatted"
    "$awk" 'BEGIN { while (i++ < 30000) s = s "x"; print length(s); while (match(s, /x{1}/) && j++ < 200) s = substr(s, 2); gsub(/x/, "yz", s); print length(s) }'
    # input that arrives slowly: lines, blocks, and a server
    for i in $(seq 80); do echo "$i slow line"; sleep 0.01; done | "$awk" "$@" '{ n += $1; print n }' >"$RUN/slow"
    for i in $(seq 60); do head -n 40 "$site/records"; sleep 0.01; done | "$awk" '{ n += $4 } END { print n }'
    for i in $(seq 30); do echo "$i"; sleep 0.01; done | "$awk" 'BEGIN { while ((getline x < "-") > 0) n += x; print n }'
    "$awk" '{ print $2, $4 }' "$site/records" | while read -r -N 20000 _; do sleep 0.01; done
    start b python3 -m http.server -d "$site" --bind 10.77.0.2 8000 2>/dev/null
    local origin=$!
    wait_for_port b 10.77.0.2 8000
    for _ in 1 2 3; do client curl -s --limit-rate 2M http://10.77.0.2:8000/records | "$awk" -F'\t' '{ s[$3] += $4 } END { for (k in s) print k, s[k] }'; done
    client curl -s --limit-rate 3M http://10.77.0.2:8000/access.log | "$awk" '$9 == 404 { print $7 }' | tail -1
    client "$awk" 'BEGIN { for (i = 0; i < 8; i++) { c = "curl -s http://10.77.0.2:8000/?" i; while ((c | getline l) > 0) n++; close(c) }; print n }'
    kill "$origin"
    for i in $(seq 40); do echo "$i $i" | "$awk" '{ print $1 + $2 }' >/dev/null; done
    # what fails
    ! "$awk" 'BEGIN { print 1'
    ! "$awk" 'BEGIN { getline x < "/no/such"; print x; f() }'
    ! "$awk" '{ print }' /no/such/file
    ! "$awk" 'BEGIN { if ("a" ~ /(b/) print }'
    ! "$awk" -f /no/such/script
    ! "$awk" 'BEGIN { printf "%d %s\n", 1 }'
}
export -f work_of_awk

work() {
    work_of_awk "$TREE/mawk" -W interactive
    "$TREE/mawk" -W version
    "$TREE/mawk" -W dump 'function f(a) { return a + 1 } { print f($1) > "x"; getline } END { exit }' | tail -1
}

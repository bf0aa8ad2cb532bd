# shellcheck shell=bash
# gawk: an interpreter of awk. What mawk runs, and extensions of its own.
# shellcheck source=mawk.sh
. "${BASH_SOURCE%/*}/mawk.sh"

build() {
    make clean
    make -j2 -C support
    make -j2 gawk
}

work() {
    local gawk=$TREE/gawk site=$WORK/site
    work_of_awk "$gawk"
    "$gawk" --version | head -1
    "$gawk" 'BEGIN { n = split("b10 a9 c2 b1", a); asort(a, b); PROCINFO["sorted_in"] = "@ind_str_asc"; for (i in a) s = s i a[i]; for (i = 0; i < 3000; i++) { c[i % 70][i] = i; s2 = gensub(/([0-9])([0-9])/, "\\2\\1", "g", i ""); t += and(i, 255) + or(i, 8) + xor(i, 5) + lshift(i, 2) + rshift(i, 1) + strtonum("0x" i) }; print s, s2, t, length(c), isarray(c[1]), strftime("%Y", 0), mktime("2023 10 11 12 13 14") > 0; patsplit("a1b22c333", p, /[0-9]+/); print p[3], asorti(p, q), typeof(p) }'
    "$gawk" 'BEGIN { FIELDWIDTHS = "3 5 2" } { n += length($2) } END { print n }' "$site/records"
    "$gawk" 'BEGIN { FPAT = "([^,]+)|(\"[^\"]+\")" } { n += NF } END { print n }' "$site/access.log"
    "$gawk" -v IGNORECASE=1 '/STRUCT/ { n++ } END { print n }' "$site/text"
    "$gawk" '@namespace "x"; function f(a) { return a + 1 } BEGIN { g = "f"; for (i = 0; i < 20000; i++) n += @g(i); switch (n) { case 1: print 1; break; case /2/: print 2; break; default: print 3 } }' || true
    "$gawk" -o"$RUN/pretty" -f "$WORK/awk/functions.awk" || [ $? = 3 ]
}

# shellcheck shell=bash
# bc: GNU bc and dc, calculators of any precision. Programs, sessions, slow writers and readers; users are a delayed link away.
build() {
    make SUBDIRS='lib bc dc' clean
    make -j2 SUBDIRS='lib bc dc'
}

prepare() {
    mkdir "$WORK/p"
    cat >"$WORK/inetd.py" <<'PY'
"""Runs a command for each connection."""
import socket, subprocess, sys, threading
s = socket.create_server((sys.argv[1], int(sys.argv[2])))
def serve(c):
    subprocess.run(sys.argv[3:], stdin=c, stdout=c, stderr=c)
    c.close()
while True:
    threading.Thread(target=serve, args=(s.accept()[0],), daemon=True).start()
PY
    cat >"$WORK/client.py" <<'PY'
"""Types the lines of a file, one every now and then, and reads what comes. client.py ADDRESS PORT FILE PAUSE TIMES"""
import socket, sys, threading, time
def session():
    c, n = socket.create_connection((sys.argv[1], int(sys.argv[2]))), 0
    def write():
        for line in open(sys.argv[3], "rb"):
            c.sendall(line)
            time.sleep(float(sys.argv[4]))
        c.shutdown(socket.SHUT_WR)
    threading.Thread(target=write).start()
    while data := c.recv(4096):
        n += len(data)
    print(n)
for _ in range(int(sys.argv[5])):
    session()
PY
    (cd "$WORK/p" && programs)
}

programs() {
    cat >numbers.b <<'BC'
/* all operators */
scale = 30; a = 12345678901234567890.123456789; b = -98765.4321; c = 7
a + b; a - b; a * b; a / b; a % c; b ^ c; b ^ -3; a += b; a -= c; a *= 2; a /= 3; a %= 1000; c ^= 2; -a; +b
a < b; a <= b; a > b; a >= b; a == b; a != b; !a; a && b; a || 0; (a > 1) * 3; ++c; c++; --c; c--; c; last; . + 1
sqrt(2); sqrt(a * a); sqrt(0.0001); length(a); scale(b); length(0); scale(7)
2 ^ 3000; 3 ^ 2000 / 2 ^ 1500; 9 ^ 0; 0 ^ 5; (10 ^ 500 - 1) * (10 ^ 500 + 1) % 97
obase = 16; 255; a; -b; 3.14159; obase = 2; 1000; obase = 60; 123456.75; obase = 1000; 987654321.5; obase = 7; 2 ^ 200; obase = 10
ibase = 16; FF; A.8; ABCDEF * 2; ibase = A; ibase = 2; 101101; 1.01; ibase = 1010; ibase; obase; scale
"a string with \"quotes\"
"; print "printed ", a, "\t\q\n", 5 * 3, "\\n"
if (a > b) "more
" else "less
"
for (i = 0; i < 20; i++) { if (i == 3) continue; if (i > 9) break; i }
while (i > 0) i -= 3
for (;;) { if (j++ > 5) break }
x[0] = 1; x[1] = 1; for (i = 2; i < 300; i++) x[i] = x[i - 1] + x[i - 2]; x[299]; x[2000] = 5; x[2000] + x[1999]; long_name = 5; arr_name[3] = 7; long_name * arr_name[3]++ ; --arr_name[3]
1,2
halt
BC
    cat >functions.b <<'BC'
define f(n) { if (n < 2) return (n); return (f(n - 1) + f(n - 2)) }
define g(a, b) { auto t; while (b) { t = a % b; a = b; b = t }; return (a) }
define void p(n) { print n, " " ; }
define sum(a[], n) { auto i, s; for (i = 0; i < n; i++) s += a[i]; return (s) }
define void sort(*a[], n) { auto i, j, t
  for (i = 1; i < n; i++) { t = a[i]; for (j = i - 1; j >= 0; j--) { if (a[j] <= t) break; a[j + 1] = a[j] }; a[j + 1] = t } }
define h(n) { auto b[], i; for (i = 0; i < n; i++) b[i] = i ^ 2; return (sum(b[], n)) }
define fact(n) { if (n <= 1) return 1; return n * fact(n - 1) }
define modpow(b, e, m) { auto r; r = 1; while (e > 0) { if (e % 2) r = r * b % m; e /= 2; b = b * b % m }; return (r) }
f(17); g(2 ^ 60 * 3, 6 ^ 40); h(200); fact(300); modpow(3, 10 ^ 60 + 7, 10 ^ 50 + 9)
s = 42; for (i = 0; i < 120; i++) { s = s * 1103515245 + 12345; s %= 2147483648; v[i] = s }
sort(v[], 120); for (i = 0; i < 120; i += 30) p(v[i])
for (i = 0; i < 10; i++) r[i] = random()
"
"
warranty
limits
quit
BC
    printf 'x = read(); y = read(); x * y; for (i = 0; i < 25; i++) s += read() * 2; s\n' >reads.b # read() at the end of input never ends
    cat >library.b <<'BC'
scale = 40
s(1); c(1); a(1) * 4; l(2); e(1); j(0, 1); s(100.5); c(-30); a(0.001); a(50); l(0.0001); l(10 ^ 30); e(-20); e(33.3); j(3, 12.5); j(-2, 4)
for (i = 1; i < 12; i++) { e(l(i)); s(i) ^ 2 + c(i) ^ 2 }
scale = 600; 4 * a(1); e(1); sqrt(2)
scale = 5; e(1.5); l(100); s(0.5)
BC
    cat >digits.b <<'BC'
scale = 4000; a = sqrt(3); b = sqrt(7); c = a * b; c - sqrt(21); a / b
scale = 0; n = 7 ^ 6000; m = 11 ^ 3500; n * n % m; n / m; length(n * m); obase = 16; n % 10 ^ 400
BC
    cat >wrong.b <<'BC'
1 / 0
5 % 0
sqrt(-1)
none(3)
define f(x) { return (x
2 +
)
define g(x, y) { auto x; return (x) }
g(1)
scale = -1
ibase = 99
obase = 1
x[-1] = 2
2 ^ 1.5
@
`
break
return
a[3
"end"
5 5
3 =+ 4
if (1) { 2 } else 3
f (5
e(
123abc
BC
    cat >operators.dc <<'DC'
20k 5 3 + p 7 - p 12.5 * p 3 / p 100 7 % p 100 7 ~ f c 2 100 ^ p 3 50 97 | p 2 v p _5 p 0.001 v p
16 o 255 p 3.75 p 10 o 16i FF p A i 2 o 1000 p A o 36 o 123456789 p A o 1000 o 987654321 p 10 o
[hello] p n 10 P [world
] P 65 P 1024 1024 * P 3 z p d r f c 1 2 3 4 R f c K p I p O p
[a string] Z p 12345.678 Z p X p [abc] Z p 65 a p c
5 sa la p 1 Sa 2 Sa La p La p 7 3 :b 3 ;b p 9 ;b p 12 100 :b 100 ;b p
[lx 1 + d sx 20 >l] sl 0 sx lx lll lx p # a comment
[d 1 - d 1 <f *] sf 20 lf x p
1 2 [[equal] p] se 3 3 =e 3 4 !=e 3 4 >e 3 4 !<e 3 4 <e 4 3 !>e c
!echo from a command
[[1 p 2 Q 3 p] x 4 p] x 5 p [q] x 6 p
DC
    cat >long.dc <<'DC'
[d 2 % 0 =h d 3 * 1 + sz lz] sc 0 k
[la lb + d lb sa sb ln 1 - d sn 0 <f] sf 0 sa 1 sb 1500 sn lf x lb p
[ln * sm ln 1 - sn lm ln 1 <g] sg 250 sn 1 lg x p
[d d * li % si lk 1 - d sk 0 <r] sr
3 2000 ^ 7 900 ^ / p 3 2000 ^ 7 900 ^ % p 3 2000 ^ v p 500 k 2 v p 1 7 / p 2 3 500 ^ 5 301 ^ | p 0 k
[lp d * ln 1 + d sn :t ln 300 >a] sa 5 sp 0 sn la x 20 ;t p
DC
    cat >wrong.dc <<'DC'
+ 5 0 / 5 0 % 5 0 ~ 1 2 0 | _4 v [a] 1 + 99 o 1 o 77 i 3 _1 :a 2 .5 ^ 0 ls x Ls p _1 k [a] k Q 1 2 0 Q " u M
c p d f r s
DC
    cat >session.b <<'BC'
x = 5; y = 7
x * y
define f(n) { auto r
r = 1
while (n > 1) { r *= n
n -= 1 }
return (r) }
f(30)
scale = 20
sqrt(x / y)
f(
5 / 0
s(1) + c(1)
obase = 16
f(20)
4 * a(1)
BC
    for i in $(seq 30); do echo "$i ^ 3 + sqrt($i)"; done >>session.b
    cat >session.dc <<'DC'
10 k 2 v p
[1 + d p] sa
1 la x la x la x
? 5 + p
7
2 100 ^ p f c
[unfinished
string] p
_3 4 * p
DC
    for i in $(seq 30); do echo "$i 3 ^ $i v + p"; done >>session.dc
    for i in $(seq 400); do echo "$i * $((i * 7919)) - ${i}.5 / 3; a[$i] = $i"; done >lines.b
    for i in $(seq 400); do echo "$i $((i * 7919)) * $i 3 / - p s$(printf "\\$(printf %o $((97 + i % 26)))") c"; done >lines.dc
}

work() {
    local bc=$TREE/bc/bc dc=$TREE/dc/dc p=$WORK/p t=$TREE/Test x=$TREE/Examples i
    cd "$RUN"
    # programs
    for i in 1 2 3; do for f in numbers functions digits; do "$bc" -q "$p/$f.b" </dev/null >"$f.out" 2>&1; done; "$bc" -l "$p/library.b" </dev/null | tail -1; done
    "$bc" <"$p/functions.b" | tail -1
    for i in jn array arrayp aryprm atan exp ln mul raise sine sqrt sqrt1 sqrt2 fact div; do timeout 20 "$bc" -l "$t/$i.b" </dev/null 2>&1 | tail -1; done
    "$bc" -q "$x/primes.b" <<<'primes(1500)' | tail -1
    "$bc" -q "$x/twins.b" <<<'twins(1000)' | tail -1
    "$bc" -lq "$x/pi.b" <<<'pi(300)
quit' | tail -1
    printf '1 100\n-20\n-30.50\n0\n' | sed 's/^1 //' | timeout 20 "$bc" -q "$x/ckbook.b" | tail -1
    BC_ENV_ARGS="-l -q" BC_LINE_LENGTH=40 "$bc" "$p/library.b" </dev/null | tail -1
    BC_LINE_LENGTH=0 POSIXLY_CORRECT=1 "$bc" -w "$p/functions.b" </dev/null 2>&1 | tail -1
    "$bc" -c <"$p/functions.b" | wc -c
    "$bc" -s "$p/library.b" "$p/wrong.b" </dev/null 2>&1 | tail -1
    "$bc" -w "$p/wrong.b" </dev/null 2>&1 | tail -1
    for i in 1 2 3; do "$dc" "$p/operators.dc" 2>&1 | tail -1; "$dc" -f "$p/long.dc" | wc -c; "$dc" "$p/wrong.dc" 2>/dev/null | wc -c; done
    "$dc" -e '5 3 + p' -e '[la 2 * p] sb 4 sa lb x' --expression='2 20 ^ p' --file="$p/operators.dc" - <<<'1 p' | tail -1
    DC_LINE_LENGTH=30 "$dc" "$p/long.dc" | wc -l
    for i in $(seq 40); do echo "scale = 8; $i / 7" | "$bc"; "$dc" -e "8 k $i 7 / p"; done | tail -1
    # slow writers, slow readers, commands that take a while
    for i in 1 2; do while read -r line; do echo "$line"; sleep 0.005; done <"$p/lines.b" | "$bc" -l | tail -1; done
    while read -r line; do echo "$line"; sleep 0.005; done <"$p/lines.dc" | "$dc" | tail -1
    for i in 1 2; do (for i in $(seq 30); do sleep 0.01; echo "$i.5"; done) | timeout 20 "$bc" -q "$p/reads.b" | tail -1; done
    (for i in $(seq 40); do sleep 0.01; echo "$i d * p"; done) | "$dc" -e '[? z 0 <a] sa [? li 1 + d si 30 >b] sb lb x' 2>/dev/null | tail -1
    "$dc" -e '[!sleep 0.05' -e '!date' -e 'ln 1 - d sn 0 <a] sa' -e '8 sn !sleep 0.02' -e '!echo done' | tail -1
    for i in 1 2 3 4 5; do echo '!sleep 0.05'; echo "$i p"; done | "$dc" | tail -1
    for i in 1 2; do
        echo 'for (i = 0; i < 4000; i++) i ^ 20' | "$bc" | while read -r -N 8000 _; do sleep 0.01; done
        "$dc" -e '[ln 20 ^ p ln 1 + d sn 4000 >a] sa 1 sn la x' | while read -r -N 8000 _; do sleep 0.01; done
    done
    # a user at a terminal, who interrupts
    (while read -r line; do echo "$line"; sleep 0.02; done <"$p/session.b"; echo quit) | script -qec "$bc -l" /dev/null | tail -1
    (echo 'while (1) x += 1'; sleep 0.8; echo '2 + 2'; sleep 0.1; echo quit) | "$bc" -i >typed 2>&1 & i=$!; sleep 0.3; kill -INT $i; wait $i || true
    (sleep 0.3; echo '3 + 4'; sleep 0.1; echo quit) | "$bc" -i >typed 2>&1 & i=$!; sleep 0.1; kill -INT $i; wait $i || true
    (echo '[1 + d 0 <a] sa 1 la x'; sleep 0.5; echo '5 p') | "$dc" >typed 2>&1 & i=$!; sleep 0.3; kill -INT $i; sleep 0.1; kill $i; wait $i || true
    # users on other machines
    start b python3 "$WORK/inetd.py" 10.77.0.2 7000 "$bc" -lq
    local bcs=$!
    start b python3 "$WORK/inetd.py" 10.77.0.2 7001 "$dc"
    local dcs=$!
    wait_for_port b 10.77.0.2 7000
    wait_for_port b 10.77.0.2 7001
    for i in 0 1; do
        client python3 "$WORK/client.py" 10.77.0.2 700$i "$p/$([ $i = 0 ] && echo session.b || echo session.dc)" 0.02 3
        client python3 "$WORK/client.py" 10.77.0.2 700$i "$p/$([ $i = 0 ] && echo lines.b || echo lines.dc)" 0.002 1
        client python3 "$WORK/client.py" 10.77.0.2 700$i "$p/$([ $i = 0 ] && echo wrong.b || echo wrong.dc)" 0.02 1
    done
    seq 4 | client xargs -P 4 -I{} python3 "$WORK/client.py" 10.77.0.2 7000 "$p/session.b" 0.01 1
    client bash -c 'exec 3<>/dev/tcp/10.77.0.2/7000 && echo "for (i = 0; i < 3000; i++) i ^ 30; quit" >&3 && while read -r -N 8000 _ <&3; do sleep 0.01; done'
    kill "$bcs" "$dcs"
    # what fails
    ! "$bc" /no/such/file </dev/null
    ! "$bc" --nonsense </dev/null
    "$bc" --version | head -1 && "$bc" --help | tail -1 && "$dc" --version | head -1 && "$dc" --help | tail -1
    ! "$dc" /no/such/file || ! "$dc" --nonsense
    ! "$dc" -e p >/dev/full || ! "$bc" <<<'2 ^ 99999' >/dev/full || true
}

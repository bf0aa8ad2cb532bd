# shellcheck shell=bash
# dash: a shell. Arithmetic, strings, loops over files and slow pipes, commands, jobs, traps; servers are a delayed link away.
build() {
    make -C src clean
    make -j2 -C src
}

prepare() {
    mkdir "$WORK/site" "$WORK/sh" "$WORK/many" "$WORK/conf"
    make_text 2 "$WORK/site/text"
    head -c 60000 "$WORK/site/text" >"$WORK/site/short"
    split -b 6000 -a 3 "$WORK/sources" "$WORK/many/f"
    find "$WORK/many" -type f | sort | tail -n +81 | xargs rm -f
    for i in $(seq 4000); do echo "$i:user$((i % 97)):/home/u$i:$((i * 37 % 1000)) north \\t x"; done >"$WORK/site/records"
    (cd "$TREE" && tar cf - --exclude='*.o' --exclude=config.status --exclude=config.h --exclude=Makefile --exclude=src/dash . | tar xf - -C "$WORK/conf")
    cat >"$WORK/inetd.py" <<'PY'
"""Runs a command for each connection."""
import socket, subprocess, sys, threading
s = socket.create_server((sys.argv[1], int(sys.argv[2])))
def serve(c):
    subprocess.run(sys.argv[3:], stdin=c, stdout=c)
    c.close()
while True:
    threading.Thread(target=serve, args=(s.accept()[0],), daemon=True).start()
PY
    cat >"$WORK/client.py" <<'PY'
import socket, sys
for i in range(12):
    c = socket.create_connection((sys.argv[1], int(sys.argv[2])))
    f = c.makefile("rwb", buffering=0)
    for line in ("hello me", "add 3 4", "date", "list", "nonsense", "put 5\n1\n2\n3\n4\n5", "quit"):
        f.write(line.encode() + b"\n")
        f.readline()
    c.close()
PY
    (cd "$WORK/sh" && scripts)
}

scripts() {
    cat >arithmetic <<'SH'
fib() { local a b; [ $1 -lt 2 ] && { r=$1; return; }; fib $(($1 - 1)); a=$r; fib $(($1 - 2)); b=$r; r=$((a + b)); }
gcd() { while [ $2 -ne 0 ]; do set -- $2 $(($1 % $2)); done; echo $1; }
fib 15; echo fib $r; echo gcd $(gcd 1071 462) $(gcd 17 5)
n=2; while [ $n -lt 900 ]; do
    d=2; prime=1; while [ $((d * d)) -le $n ]; do [ $((n % d)) = 0 ] && { prime=0; break; }; d=$((d + 1)); done
    test $prime -eq 1 && primes="$primes $n" count=$((count + 1)); : $((n += 1))
done; echo $count ${primes##* }
i=0; until [ $i -ge 3000 ]; do i=$((i + 1)); s=$((s ^ i << 3 | i & 5)); t=$((i > 5 && t ? ~i : -i)); [ $((i % 3)) -eq 0 ] && continue; done; echo $s $t $((0x1f + 010)) $((1 ? 2 : 3))
SH
    cat >strings <<'SH'
while IFS=: read -r n user home rest; do
    base=${home##*/} up=${home%/*}; long="$long${user#user},"; total=$((total + ${rest%% *}))
    case $user in user1?) a=$((a + 1)) ;; user[2-4]* | *9) b=$((b + 1)) ;; "user$((n % 9))") c=$((c + 1)) ;; *) d=$((d + 1)) ;; esac
    if [ "$base" = "u$n" -a -n "$up" ] && [ ! "$user" \> "user5" -o -z "$rest" ]; then e=$((e + 1)); fi
    case $n in *[!0-9]* | "") exit 9 ;; *000) IFS=,; set -- $long; echo $# ${#long} "${1:-none}" "${unset:=it}" "${nothing+set}"; long= ;; esac
done <"$1"
echo $a $b $c $d $e $total; x="a'b \"c\" \$d"; y=abcabcabc; echo "${y%b*} ${y%%b*} ${y#*b} ${y##*b} ${#x}" '*' "$@" | wc -c
IFS=' '; for w in $(printf '%s ' "$x" $y 'q*' {a}); do printf '%-8s|%5d|%05x|%c|%b|%%\n' "$w" ${#w} 77 "$w" 'a\tb\n'; done; echo ~/x ~root
SH
    cat >files <<'SH'
walk() { local f; for f in "$1"/*; do if [ -d "$f" ] && [ ! -L "$f" ]; then walk "$f"; elif [ -f "$f" -a -r "$f" ]; then files=$((files + 1)); [ -s "$f" ] || empty=$((empty + 1)); [ "$f" -nt "$0" ] && new=$((new + 1)); [ -x "$f" ] && x=$((x + 1)); fi; done; }
walk "$2"; walk "$3"; echo $files $empty $new $x; set -- "$1" "$2"/f[a-c]* "$2"/*[0-9]* "$2"/?aa?; echo $#
for f in "$2" "$3" "$4"; do while read -r line; do n=$((n + 1)); case $line in '#include'*) i=$((i + 1)) ;; *\;) s=$((s + 1)) ;; esac; done <"$f"; done; echo $n $i $s
i=0; while [ $i -lt 400 ]; do i=$((i + 1)); echo "line $i" >>"$1/log"; echo "$i" >"$1/one"; read v <"$1/one"; { echo $v; echo error >&2; } >"$1/both" 2>&1; done
exec 3<>"$1/log" 4>"$1/four"; i=0; while read -r line <&3 && [ $i -lt 300 ]; do i=$((i + 1)); echo "$line" >&4; done; exec 3<&- 4>&-; cd "$1" && mkdir -p a/b && cd a/b && pwd -P && cd - >/dev/null && cd ..; wc -l <"$1/four"; umask 027; umask -S; set -C; ! echo x >"$1/one"; echo y >|"$1/one"; set -f; echo *; rm -rf "$1/a"
SH
    cat >commands <<'SH'
for f in "$2"/*; do n=$(wc -l <"$f"); b=$(basename "$f"); d=`dirname $f`; sum=$((sum + n)); head -1 "$f" >"$1/head"; grep -q struct "$f" && s=$((s + 1)); done; echo $sum $s $b $d
for i in 1 2 3 4 5 6 7 8; do cat "$2"/* | tr -s ' ' '\n' | sort | uniq -c | sort -rn | head -3; (cd "$2"; ls | wc -l; exit 3) || echo $?; ! false | true; done | tail -2
for i in 1 2 3 4 5; do x=$(sleep 0.05; echo $i; seq 2000); y=$(printf %s "$x" | while read l; do t=$((t + l)); [ $l = 500 ] && break; done; echo $t); date +%s >/dev/null; done; echo ${#x} "$y"
i=0; while [ $i -lt 60 ]; do i=$((i + 1)); cat >>"$1/here" <<END; cat <<-'END' >>"$1/here"; done
$i $(echo sub) ${HOME} $((i * 2)) `echo back` \$x "quoted" $(seq 5)
END
	tabs $i are not expanded
	END
big=$(cat "$3"); for i in 1 2 3 4; do wc -c <<END; done; { echo a; sleep 0.1; echo b; } | { read a; read b; echo $a$b; }; eval 'for q in x y; do eval "v_$q=\$q"; done'; echo $v_x$v_y; type cat wc cd walk if; command -v sed; hash; PATH=/bin:$PATH env A=1 sh -c 'exit 4'; echo $?
$big
END
SH
    cat >jobs <<'SH'
trap 'echo bye; rm -f "$1/lock"' EXIT; trap 'u=$((u + 1))' USR1; trap '' HUP; trap
: >"$1/lock"; for i in 1 2 3 4 5 6; do (sleep 0.$i; echo done $i) & p="$p $!"; done; jobs >/dev/null; for x in $p; do wait $x; done
for i in 1 2 3 4 5; do sleep 1 & b=$!; (sleep 0.06; kill -USR1 $$) & wait $b; kill $b 2>/dev/null; wait; done; echo usr1 $u
for i in 1 2 3 4; do (trap 'exit 7' TERM; while :; do sleep 0.02; done) & q=$!; sleep 0.1; kill $q; wait $q; echo $?; done
work() { n=0; while [ $n -lt $1 ]; do n=$((n + 1)); done; echo "$n" >>"$2"; }; for i in 1 2 3 4; do work 20000 "$1/sum" & done; wait; wc -l <"$1/sum"
mkfifo "$1/fifo"; (for i in $(seq 40); do echo "item $i"; sleep 0.01; done >"$1/fifo") & while read -r a b; do t=$((t + b)); done <"$1/fifo"; wait; echo $t; kill -l 15; times; ulimit -n; sleep 0.1 & wait $!; set -e; (exit 0); false; echo never
SH
    cat >server <<'SH'
while read -r word a b; do case $word in hello) echo "hello $a" ;; add) echo $((a + b)) ;; date) date ;; list) echo $(ls | wc -l) ;; put) n=0; while [ $n -lt $a ] && read -r x; do n=$((n + 1)); done; echo $n ;; quit) echo bye; exit ;; *) echo "what is $word?" ;; esac; done
SH
    cat >options <<'SH'
usage() { echo "usage: $0 [-v] [-n N] FILE" >&2; return 2; }; while getopts vn: o; do case $o in v) v=1 ;; n) n=$OPTARG ;; *) usage ;; esac; done; shift $((OPTIND - 1))
alias ll='ls -l'; export v; readonly n; unset o; . "$1"; echo $v $n $# "$*" $- $PPID >&2; set | grep -c =; export -p | wc -l; alias; unalias ll; ll; no_such_command; cd /no/such; : <"/no/such/file" ; shift 99
SH
}

work() {
    local dash=$TREE/src/dash site=$WORK/site s=$WORK/sh
    cd "$RUN"
    "$dash" "$s/arithmetic"
    for _ in 1 2 3; do "$dash" "$s/strings" "$site/records"; done
    "$dash" "$s/files" "$RUN" "$WORK/many" "$TREE" 2>/dev/null
    "$dash" "$s/commands" "$RUN" "$WORK/many" "$site/short"
    ! "$dash" "$s/jobs" "$RUN"
    echo 'echo sourced; return' >lib
    "$dash" "$s/options" -v -n 5 -z ./lib x y || true
    # a configure script, as a builder would run it; and commands on standard input, one at a time
    (cd "$WORK/conf" && CONFIG_SHELL=$dash "$dash" ./configure >"$RUN/configure.log" && "$dash" config.status | tail -1)
    for i in $(seq 30); do echo "echo $i \$((i + $i)); sleep 0.01"; sleep 0.01; done | "$dash" | tail -1
    for i in $(seq 60); do echo "$i slow line"; sleep 0.01; done | "$dash" -c 'while read n rest; do t=$((t + n)); done; echo $t $0 $1' me one
    "$dash" -c 'while read -r l; do echo "$l"; done' <"$site/short" | while read -r -N 4000 _; do sleep 0.02; done
    for i in $(seq 60); do "$dash" -c 'x=$(echo $1); [ "$x" -gt 3 ] && cat "$2" >/dev/null; exec true' sh "$i" "$s/jobs"; done
    printf 'echo hi\nsleep 0.2 &\njobs\nfg\nsleep 0.1\nset -o\nfc -l\nnope\necho ${x?}\nexit\n' | script -qec "$dash -i" /dev/null >typed || true
    # what comes from other machines
    start b python3 -m http.server -d "$site" --bind 10.77.0.2 8000 2>/dev/null
    local origin=$!
    start b python3 "$WORK/inetd.py" 10.77.0.2 7000 "$dash" "$s/server"
    local inetd=$!
    wait_for_port b 10.77.0.2 8000
    wait_for_port b 10.77.0.2 7000
    client "$dash" -c 'for i in 1 2 3 4 5 6; do page=$(curl -s "$1/records?$i"); echo ${#page}; curl -s --limit-rate 1M "$1/short" | while read -r l; do n=$((n + 1)); done; done; for i in 1 2 3 4; do curl -s -o "out$i" "$1/text" & done; wait; ls -l out? | wc -l; curl -sf "$1/none" || echo failed $?' sh http://10.77.0.2:8000
    client python3 "$WORK/client.py" 10.77.0.2 7000
    kill "$origin" "$inetd"
    # what fails, and what only looks
    "$dash" -n "$s/commands"
    "$dash" -xvec 'a=1; f() { echo $a "$@"; }; f 2' 2>/dev/null
    ! "$dash" -uc 'echo $nothing'
    ! "$dash" /no/such/script
    ! "$dash" -c 'if then'
    ! "$dash" --nonsense
    ! "$dash" -c '(echo "${x:?is not set}"); kill -9 $$'
    ! "$dash" -c 'echo $((1 / 0))'
    ! "$dash" -c "$RUN/lib"
}

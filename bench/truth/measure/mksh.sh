# shellcheck shell=bash
# mksh: a Korn shell. Arithmetic, strings, arrays, files, coprocesses, jobs, line editing with slow typists, its own library of functions; peers are a delayed link away.
build() {
    rm -f ./*.o mksh
    sh Rebuild.sh
}

prepare() {
    mkdir "$WORK/sh" "$WORK/many" "$WORK/site"
    make_text 1 "$WORK/site/text"
    head -c 40000 "$WORK/site/text" >"$WORK/site/short"
    split -b 7000 -a 3 "$WORK/sources" "$WORK/many/f"
    find "$WORK/many" -type f | sort | tail -n +71 | xargs rm -f
    for i in $(seq 2500); do echo "$i,host$((i % 53)),GET,/a/$((i * 7 % 400)).html,$((200 + i % 7 * 50)),$((i * 911 % 20000))"; done >"$WORK/site/log"
    cat >"$WORK/inetd.py" <<'PY'
"""Runs a command for each connection to PORT; to PORT + 1, sends lines slowly; on PORT + 2, takes lines slowly."""
import socket, subprocess, sys, threading, time
def serve(c, kind):
    try:
        if kind == 0: subprocess.run(sys.argv[3:], stdin=c, stdout=c)
        if kind == 1:
            for i in range(60):
                c.sendall(b"sensor %d %d.%d ok\n" % (i % 7, i * 13 % 40, i % 10))
                time.sleep(0.01)
        if kind == 2:
            while c.recv(3000): time.sleep(0.004)
    except OSError: pass
    c.close()
def listen(kind):
    s = socket.create_server((sys.argv[1], int(sys.argv[2]) + kind))
    while True:
        threading.Thread(target=serve, args=(s.accept()[0], kind), daemon=True).start()
for kind in (1, 2): threading.Thread(target=listen, args=(kind,), daemon=True).start()
listen(0)
PY
    cat >"$WORK/client.py" <<'PY'
import socket, sys, time
for i in range(10):
    c = socket.create_connection((sys.argv[1], int(sys.argv[2])))
    f = c.makefile("rwb", buffering=0)
    for line in ("set a 5", "set b hello world", "get a", "sum 3 4 5", "keys", "nonsense", "time", "dir", "quit"):
        f.write(line.encode() + b"\n")
        f.readline()
        time.sleep(0.005 * (i % 3))
    c.close()
PY
    cat >"$WORK/type.py" <<'PY'
"""Types what FILE has into a terminal where a command runs, a few keys at a time. \\N waits N tenths."""
import os, pty, re, signal, sys, threading, time
keys = open(sys.argv[1], encoding="utf-8").read()
pid, fd = pty.fork()
if pid == 0: os.execv(sys.argv[2], sys.argv[2:])
def read():
    try:
        while os.read(fd, 4096): pass
    except OSError: pass
t = threading.Thread(target=read, daemon=True)
t.start()
time.sleep(0.3)
for part in re.split(r"(\\\d|\n)", keys):
    if re.fullmatch(r"\\\d", part): time.sleep(int(part[1]) / 10); continue
    for word in re.findall(r"\S+|\s+", part):
        word = re.sub(r"\^(.)", lambda m: chr(ord(m[1]) & 31), word.replace("\n", "\r")).replace("^[", "\x1b")
        try: os.write(fd, word.encode())
        except OSError: break
        time.sleep(0.02)
for _ in range(20):
    if os.waitpid(pid, os.WNOHANG)[0]: sys.exit()
    time.sleep(0.1)
os.kill(pid, signal.SIGHUP) # it waits for more
os.waitpid(pid, 0)
PY
    (cd "$WORK/sh" && scripts)
}

scripts() {
    cat >numbers <<'SH'
function fib { typeset -i n=$1 a b; (( n < 2 )) && { REPLY=$n; return; }; fib $((n - 1)); a=$REPLY; fib $((n - 2)); b=$REPLY; REPLY=$((a + b)); }
fib 14; print fib $REPLY
typeset -i i=2 j n; set -A sieve; while (( i < 1500 )); do if [[ -z ${sieve[i]} ]]; then let n+=1; j=i*i; while (( j < 1500 )); do sieve[j]=1; (( j += i )); done; fi; (( ++i )); done
print primes $n ${#sieve[*]}; typeset -i16 h=255; typeset -i2 two=10; typeset -Uui u=-1; typeset -Z5 z=42; typeset -L4 l=abcdefg; typeset -R6 r=right; print $h $two $u $z $l $r $((16#ff + 8#17 + 2#101)) $((0x1f ^ 7))
i=0; while (( i < 4000 )); do (( i += 1, s = (s ^ i << 2) & 0xffff, t = i > 9 && t ? ~i : -i, q = s % 7 ? s / 3 : s >> 2, v = s ^< 3 )); done; print $i $s $t $q $v
a=(one two three [9]=nine); a+=(ten); print ${#a[@]} ${!a[*]} ${a[-1]} "${a[1]:1:2}" "${a[2]/e/E}"; unset a[1]; set -sA b -- pear fig apple; print ${b[*]}; bubble() { nameref arr=$1; typeset -i x=0 y k=${#arr[*]}; typeset t; while (( x < k )); do y=0; while (( y < k - 1 )); do if [[ ${arr[y]} < ${arr[y + 1]} ]]; then t=${arr[y]}; arr[y]=${arr[y + 1]}; arr[y + 1]=$t; fi; (( ++y )); done; (( ++x )); done; }; bubble b; print ${b[*]}; print $RANDOM >/dev/null; print $SECONDS >/dev/null
SH
    cat >strings <<'SH'
typeset -A none 2>/dev/null; set -A hits; while IFS=, read -r n host verb path code bytes; do
    base=${path##*/} dir=${path%/*}; k=${host#host}; hits[k]=$((hits[k] + 1)); (( total += bytes ))
    case $code in 2*) (( ok++ )) ;; 3@(00|50)) (( moved++ )) ;; [45]??) (( bad++ )) ;; esac
    if [[ $path = */+([0-9]).html && $base != @(1|2|3)* && ( -n $verb || $n -gt 5 ) ]]; then (( c++ )); fi
    x=${path//a/b} y=${base/.html/.txt} z=${host/#host/h} w=${path:2:3}; [[ $x < $y ]] && (( d++ )); (( n % 100 )) || { long+="$x;"; print -r -- "$n ${long@Q}" >/dev/null; }
done <"$1"; print $total $ok $moved $bad $c $d ${#hits[*]}
s=$(<"$2"); print ${#s} ${%s} "${s:100:20}" ${s@#}; i=0; while (( i < 25 )); do t=${s//int/long}; t=${t%%+([!x])x*}; (( i++ )); done; print ${#t}; set -U; u='Grüße — 日本語 и'; print "${#u} ${%u} ${u:3:4}" "${u#*ü}" "${u//[а-я]/x}"; typeset -u up="$u mixed"; typeset -l lo=ABC; print $up $lo
set -f; IFS=$' \t\n()'; set -- $s; print $#; n=0; for w; do case $w in ('#'*) ;; (*[0-9]*) (( n++ )) ;; (if|for|while|return) (( k2++ )) ;; (!(*_*)) (( m++ )) ;; esac; done; print $n $k2 $m; set +f; print -r -- "${u@Q}" $'a\tb\x41\u00e4' "a\\b"; print -- "\ttab\0101 $'x'"; echo -e 'a\nb'; echo -n x; print -n y; print -u2 error; v=${ echo funsub; } w=${|REPLY=valsub;}; print $v $w ${v:-a} ${nope:-b} ${nope:=c} ${nope:+d} ${v:?}; print {a,b}{1,2}
SH
    cat >files <<'SH'
walk() { typeset f; for f in "$1"/*; do if [[ -d $f && ! -L $f ]]; then walk "$f"; elif [[ -f $f && -r $f ]]; then (( files++ )); [[ -s $f ]] || (( empty++ )); [[ $f -nt $0 ]] && (( new++ )); [[ -x $f && -O $f ]] && (( x++ )); fi; done; }
walk "$2"; walk "$3"; print $files $empty $new $x; set -- "$1" "$2"/f[a-c]* "$2"/*[0-9]* "$2"/?(f)aa? "$3"/*.@(c|h) "$3"/!(*.c); print $#; shift $(($# - 1)); cd "$D"
for f in "$M"/*; do while read -r line; do (( n++ )); case $line in '#'*) (( i++ )) ;; *\;) (( s++ )) ;; esac; done <"$f"; done; print $n $i $s
i=0; while (( i < 300 )); do (( ++i )); print "line $i" >>log; print $i >one; read v <one; { print $v; print -u2 error; } >both 2>&1; done
exec 3<>log 4>four; i=0; while read -ru3 line && (( i < 250 )); do (( ++i )); print -ru4 -- "$line"; done; exec 3<&- 4>&-; mkdir -p a/b; cd a/b; pwd -P; cd - >/dev/null; cd ..; cd "$D"; wc -l <four; umask 027; umask -S; set -C; ! print x >one; print y >|one; rename four five; realpath a/../five; cat five one >six; cat - <five | cat >seven; read -n 4 q <five; read -N 9 -r q2 <five; read -d ' ' q3 <five; read -A words <five; read -rA w2 <<<"a b c"; print $q "$q2" $q3 ${#words[*]} ${#w2[*]}; rm -rf a; [ -e five -a ! -d five -o -z "" ] && test -f six -a five -ot six; test 3 -lt 4; [[ five -ef ./five ]]; print -- ?(f)*; ls *.none; ulimit -n; ulimit -a | wc -l; mknod ./pipe p || mkfifo pipe; (sleep 0.1; print to pipe >pipe) & read p <pipe; print $p; . ./lib 2>/dev/null
SH
    cat >commands <<'SH'
for f in "$M"/*; do n=$(wc -l <"$f"); b=$(basename "$f"); d=`dirname $f`; (( sum += n )); head -1 "$f" >head; grep -q struct "$f" && (( s++ )); done; print $sum $s $b $d
for i in 1 2 3 4 5; do cat "$M"/* | tr -s ' ' '\n' | sort | uniq -c | sort -rn | head -3; (cd "$M"; ls | wc -l; exit 3) || print $?; ! false | true; set -o pipefail; false | true || print pf; print ${PIPESTATUS[*]}; done | tail -2
cat |& i=0; while (( i < 60 )); do (( ++i )); print -p "line $i"; read -p l; done; exec 5>&p; exec 5>&-; print co $l; bc_() { while read -r a op b; do sleep 0.01; print $((a $op b)); done; }; bc_ |& for i in 1 2 3 4 5 6 7 8; do print -p "$i + $i"; read -p r; done; print $r; exec 6>&p; exec 6>&-; wait; (while sleep 0.05; do print tick; done) |& read -t 0.2 -p x; read -t 0.2 -p y; print $x $y; kill %% 2>/dev/null; kill $! 2>/dev/null
time sleep 0.05; time { i=0; while (( i < 300 )); do (( ++i )); done; }; i=0; while (( i < 50 )); do (( ++i )); cat >>here <<-END; cat <<'END' >>here; cat <<<"string $i" >>here; done
	$i $(print sub) ${HOME} $((i * 2)) `print back` \$x "quoted" ${ print fun; }
	END
$i not expanded
END
big=$(<"$T"); for i in 1 2 3; do wc -c <<END; done; { print a; sleep 0.1; print b; } | { read a; read b; print $a$b; }; eval 'for q in x y; do eval "v_$q=\$q"; done'; print $v_x$v_y; whence -v cat wc cd walk if; command -v sed; type print; hash; hash -r; alias ll='ls -l' w='whence'; w ls; unalias ll; PATH=/bin:$PATH env A=1 sh -c 'exit 4'; print $?; whence -p sh; builtin print x; command ls >/dev/null; \ls >/dev/null; typeset -f bc_; typeset | wc -l; typeset -p big | wc -c; export E=1 F; readonly R=2; export -p | wc -l; (R=3); local_() { local x=1; typeset y=2; global z=3; return $((x + y)); }; local_; print $? $z; select c in red green blue; do print $c; break; done <<<2; getopts ab: o -a -b 5; print $o; let 'x = 4 * 5' 'y = x - 20' || print zero; set -o | wc -l; bind 2>/dev/null | wc -l; [[ abc = *(a|b)c ]]; pwd; no_such_command; cd /no/such; print ${bad@}; : <"/no/such/file"
$big
END
SH
    cat >jobs <<'SH'
trap 'print bye; rm -f lock' EXIT; trap '(( u++ ))' USR1; trap '' HUP; trap 'print err' ERR; false; trap - ERR; trap; : >lock
p=; for i in 1 2 3 4 5; do (sleep 0.$i; print done $i) & p="$p $!"; done; jobs; jobs -l >/dev/null; for x in $p; do wait $x; done
for i in 1 2 3 4 5; do sleep 1 & b=$!; (sleep 0.06; kill -USR1 $$) & wait $b; kill $b 2>/dev/null; wait; done; print usr1 $u
for i in 1 2 3 4; do (trap 'exit 7' TERM; while :; do sleep 0.02; done) & q=$!; sleep 0.1; kill $q; wait $q; print $?; done
work() { typeset -i n=0; while (( n < $1 )); do (( ++n )); done; print $n >>sum; }; for i in 1 2 3 4; do work 15000 & done; wait; wc -l <sum; kill -l 15; kill -l | wc -l; kill -s TERM 999999; times; set -m; sleep 0.2 & fg; sleep 0.1 & bg; wait; sleep 5 & kill %%; wait $!; (sleep 0.3; print late) & disown 2>/dev/null; suspend_=1; cat lock & wait -n 2>/dev/null; ulimit -t 60; set -e; (exit 0); false; print never
SH
    cat >server <<'SH'
while read -r word a b; do case $word in set) eval "v_$a=\$b"; print ok ;; get) eval "print -r -- \"\$v_$a\"" ;; sum) t=0; for x in $a $b; do (( t += x )); done; print $t ;; keys) typeset | grep -c v_ ;; time) date ;; dir) print * ;; quit) print bye; exit ;; *) print "what is $word?" ;; esac; done
SH
    cat >library <<'SH'
set +u; . "$1" >/dev/null 2>&1; Lb64encode "$(head -c 900 "$2")" >b64 2>/dev/null; Lb64decode "$(<b64)" >plain 2>/dev/null; wc -c <b64; Lbafh_init; Lbafh_add "$(head -c 3000 "$2")" 2>/dev/null; Lbafh_finish; print $Lbafh_v; Lstripcom "$1" | wc -l; hd_mksh "$2.tiny" 2>/dev/null | tail -1; hd "$2.tiny" | head -2; pushd /tmp; pushd /usr; dirs -v; popd; cd_csh / 2>/dev/null; setenv A b; which sed; smores "$2.tiny" </dev/null | wc -l; enable -n cat 2>/dev/null; chpwd
SH
    cat >typed <<'KEYS'
echo hello there
echo one two^A^E^[b^[f^B^F^D^Hxx
ls /us^I\1/bi^I/tr^I^I
for i in 1 2 3; do
echo $i
done
^P^P^P^N^N
^Rhello^M
sleep 0.2 &
jobs
fg
sleep 3^M\2^Z\1bg
kill %1
set -o | head -3
fc -l
r echo
history | tail -2
echo ünïcödé^W^Y^T^U^K
a=5; cd /tmp; pwd^[.^[u^[l^[c
x^V^A^C
/etc/host^X^E^G
bind | head -3
bind '^X^F'=complete-file
cat << EOF^M body^M EOF^M
print ${HISTFILE} $?
echo $((1+^C
exit
KEYS
    cat >typed-vi <<'KEYS'
set -o vi
echo alpha beta gamma^[0wcwdelta^[$bdwu.p
ls /us^[\\^[=^[*
^[kkjk
^[/alp^M^M
echo number^[Fnrx~yyP^[xXIhead ^[Atail^[D
^[?ls^Mnn^M
echo a^[3htbfbdd^[iecho again^M
^[kcc
sleep 0.3
set -o emacs
false || echo $?
^C^Uexit
KEYS
    head -c 400 "$WORK/site/text" >"$WORK/site/text.tiny"
}

work() {
    local mksh=$TREE/mksh s=$WORK/sh site=$WORK/site i
    export D=$RUN/d M=$WORK/many T=$WORK/site/short HISTFILE=$RUN/history
    mkdir "$D"
    cd "$D"
    exec 2>"$RUN/notes"
    for i in 1 2; do "$mksh" "$s/numbers"; done
    for i in 1 2; do "$mksh" "$s/strings" "$site/log" "$site/short"; done
    "$mksh" "$s/files" "$D" "$M" "$TREE" || true
    "$mksh" "$s/commands" || true
    "$mksh" "$s/jobs" || true
    "$mksh" "$s/library" "$TREE/dot.mkshrc" "$site/text" || true
    # its own scripts, and what is typed or piped in
    cp -a "$TREE/FAQ2HTML.sh" "$TREE/mksh.faq" "$TREE/sh.h" "$RUN" && "$mksh" "$RUN/FAQ2HTML.sh" && wc -c FAQ.htm
    for i in 1 2; do "$mksh" -c '. "$1"; bind | wc -l' mksh "$TREE/dot.mkshrc" || true; done
    for i in $(seq 40); do echo "print $i \$((i + $i)); sleep 0.01"; sleep 0.01; done | "$mksh" | tail -1
    for i in $(seq 80); do echo "$i slow line"; sleep 0.01; done | "$mksh" -c 'while read -r n rest; do (( t += n )); done; print $t $0 $1' me one
    "$mksh" -c 'while read -r l; do print -r -- "$l"; done' <"$site/short" | while read -r -N 4000 _; do sleep 0.02; done
    "$mksh" -c 'cat; print end' <"$site/text" | while read -r -N 60000 _; do sleep 0.02; done
    for i in $(seq 60); do "$mksh" -c 'x=$(print $1); [[ $x -gt 3 ]] && cat "$2" >/dev/null; exec true' sh "$i" "$s/jobs"; done
    for i in -n -v -x -e -u -f -C; do "$mksh" $i -c 'for a in 1 2; do [[ $a = 2 ]] && print "$a"; done; f() { case $1 in x) ;; esac; }; f $nope; print *' | wc -l || true; done
    "$mksh" -o posix -c 'echo "a\nb"; x=1; export x; : ${x:=5}' && "$mksh" -r -c 'cd /' || true
    for i in 1 2; do python3 "$WORK/type.py" "$s/typed" "$mksh" -i; python3 "$WORK/type.py" "$s/typed-vi" "$mksh" -il; done
    # peers: a server of its lines, slow ones
    start b python3 "$WORK/inetd.py" 10.77.0.2 7000 "$mksh" "$s/server"
    local server=$!
    for i in 7000 7001 7002; do wait_for_port b 10.77.0.2 $i; done
    client python3 "$WORK/client.py" 10.77.0.2 7000
    for i in 1 2; do
        client bash -c 'exec 3<>/dev/tcp/10.77.0.2/7001 && "$0" -c '\''while read -r w n v ok; do (( t += n )); [[ $ok = ok ]] && (( k++ )); done; print $t $k'\'' <&3' "$mksh"
        client bash -c 'exec 3<>/dev/tcp/10.77.0.2/7002 && "$0" -c '\''i=0; while (( i < 3000 )); do (( ++i )); print "record $i of the shell with some more text"; done; cat "$1"'\'' m "$1" >&3' "$mksh" "$site/short"
        client bash -c 'exec 3<>/dev/tcp/10.77.0.2/7000 && "$0" -c '\''for i in 1 2 3 4 5 6 7 8; do print -u3 "sum $i 4 5"; read -ru3 x; print -u3 "get $x"; read -ru3 y; done; print $x $y; print -u3 quit; read -t 2 -u3 z; print $z'\''' "$mksh"
    done
    kill "$server"
    # what fails
    for i in 'if' 'echo "x' '${' 'case x in' '(( 1 + ))' 'x=$((1/0))' 'for in' 'f() {' 'a=(1' '[[ x' 'typeset -Z' 'return 5' 'exec /no/such' 'set -o nonsense' 'print -u9 x' 'shift 5' '. /no/such' 'readonly x=1; x=2' 'unset -f nope; break' 'kill' 'cat <<X' 'wait 1' 'fc -l' 'let' '${x:?no}'; do "$mksh" -c "$i" || true; done
    "$mksh" /no/such/script || "$mksh" -o nonsense || "$mksh" -Z || "$mksh" "$RUN" || true
    "$mksh" -c 'while :; do (( i++ )); done' & i=$! && sleep 0.3 && kill $i || true
    wait $i || true
    rm -rf "$D"
}

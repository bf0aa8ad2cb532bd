# shellcheck shell=bash
# jimtcl: a small Tcl interpreter. Sums, texts, lists, objects, files, commands, events; clients and servers of sockets a delayed link away, a slow typist.
build() {
    make clean
    make -j2
}

prepare() {
    mkdir "$WORK/s" "$WORK/site" "$WORK/many"
    make_text 1 "$WORK/site/text" && truncate -s 400K "$WORK/site/text"
    split -b 8000 -a 3 "$WORK/sources" "$WORK/many/f"
    find "$WORK/many" -type f | sort | tail -n +81 | xargs rm -f
    for i in $(seq 3000); do echo "2023-05-$((i % 28 + 1)) host$((i % 37)) sshd[$((i * 7))]: user=u$((i % 91)) took $((i * 911 % 5000)) ms, status $((200 + i % 5 * 50))"; done >"$WORK/site/log"
    python3 - "$WORK/site/data.json" <<'PY'
import json, sys
json.dump({"items": [{"id": i, "name": f"thing {i}", "tags": ["a", "b", "ü"], "price": i * 1.25, "ok": i % 2 == 0, "none": None} for i in range(400)], "deep": {"a": {"b": [1, [2, [3]]]}}}, open(sys.argv[1], "w"))
PY
    cat >"$WORK/peer.py" <<'PY'
"""Servers: 7000 echoes lines, 7001 sends lines slowly, 7002 takes slowly, 7003 speaks HTTP after a while, 7005 (UDP) echoes."""
import socket, socketserver, threading, time
class Peer(socketserver.BaseRequestHandler):
    def handle(self):
        c, port = self.request, self.server.server_address[1]
        try:
            if port == 7001:
                for i in range(50):
                    c.sendall(b"sensor %d %d.%d ok\n" % (i % 7, i * 13 % 40, i % 10))
                    time.sleep(0.01)
                return
            while data := c.recv(3000 if port == 7002 else 8192):
                if port == 7002: time.sleep(0.004)
                elif port == 7003 and b"\r\n\r\n" in data:
                    time.sleep(0.02)
                    body = b"<p>some words</p>\n" * 3000
                    c.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\nServer: test\r\n\r\n" % len(body) + body)
                    return
                elif port == 7000: c.sendall(data.upper())
        except OSError: pass
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
for port in (7000, 7001, 7002, 7003):
    threading.Thread(target=Server(("10.77.0.2", port), Peer).serve_forever).start()
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.bind(("10.77.0.2", 7005))
while True:
    data, peer = u.recvfrom(9000)
    u.sendto(data.upper(), peer)
PY
    cat >"$WORK/client.py" <<'PY'
import socket, sys, threading, time
def talk(i):
    c = socket.create_connection((sys.argv[1], int(sys.argv[2])))
    f = c.makefile("rwb", buffering=0)
    for line in ("set a 5", "set b hello", "get a", "eval expr {3 * 14}", "eval nonsense", "list", "big 300", "quit"):
        f.write(line.encode() + b"\n")
        f.readline()
        time.sleep(0.004 * i)
    c.close()
for _ in range(4):
    threads = [threading.Thread(target=talk, args=(i,)) for i in range(4)]
    for t in threads: t.start()
    for t in threads: t.join()
c = socket.create_connection((sys.argv[1], int(sys.argv[2])))
c.sendall(b"stop\n")
c.recv(100)
PY
    cat >"$WORK/type.py" <<'PY'
"""Types what FILE has into a terminal where a command runs, a word at a time. ^X is control X."""
import fcntl, os, pty, re, signal, struct, sys, termios, threading, time
keys = open(sys.argv[1], encoding="utf-8").read()
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    os.execv(sys.argv[2], sys.argv[2:])
def read():
    try:
        while os.read(fd, 4096): pass
    except OSError: pass
threading.Thread(target=read, daemon=True).start()
time.sleep(0.3)
for word in re.findall(r"\n|[^\s]+|[ \t]+", keys):
    word = re.sub(r"\^(.)", lambda m: chr(ord(m[1]) & 31), word.replace("\n", "\r"))
    try: os.write(fd, word.encode())
    except OSError: break
    time.sleep(0.03)
for _ in range(20):
    if os.waitpid(pid, os.WNOHANG)[0]: sys.exit()
    time.sleep(0.1)
os.kill(pid, signal.SIGHUP) # it waits for more
os.waitpid(pid, 0)
PY
    (cd "$WORK/s" && scripts)
}

scripts() {
    cat >compute.tcl <<'TCL'
proc fib n { if {$n < 2} { return $n }; expr {[fib [- $n 1]] + [fib [- $n 2]]} }
puts "fib [fib 17]"
proc sieve n { for {set i 2} {$i <= $n} {incr i} { set a($i) 1 }; for {set i 2} {$i * $i <= $n} {incr i} { if {$a($i)} { for {set j [expr {$i * $i}]} {$j <= $n} {incr j $i} { set a($j) 0 } } }; set c 0; foreach {k v} [array get a] { incr c $v }; return $c }
puts "primes [sieve 4000]"
proc matrix {n} { set m {}; for {set i 0} {$i < $n} {incr i} { set row {}; for {set j 0} {$j < $n} {incr j} { lappend row [expr {($i * $j) % 7 + 1.5}] }; lappend m $row }; return $m }
proc mul {a b} { set r {}; set n [llength $a]; foreach row $a { set out {}; for {set j 0} {$j < $n} {incr j} { set s 0.0; for {set k 0} {$k < $n} {incr k} { set s [expr {$s + [lindex $row $k] * [lindex $b $k $j]}] }; lappend out $s }; lappend r $out }; return $r }
set m [matrix 22]; puts [lindex [mul $m $m] 3 4]
set l {}; for {set i 0} {$i < 3000} {incr i} { lappend l [expr {($i * 7919) % 3001}] }
puts [lrange [lsort -integer $l] 0 4]; puts [lrange [lsort -decreasing -command {apply {{a b} {expr {$a - $b}}}} [lrange $l 0 400]] 0 3]; puts [lindex [lsort -unique [concat $l $l]] end]; puts [lsearch -exact [lsort -integer $l] 1500] 
puts [lsort -index 1 -real {{a 2.5} {b 1.5} {c 9}}]; puts [lsort -nocase {b A c}]; puts [lsearch -all -inline -glob $l 29*]; puts [lsearch -regexp $l {^1..5$}]; puts [llength [lreplace $l 5 10 x]] ; puts [lindex [linsert $l 4 q] 4]; puts [lreverse {a b c}]; puts [lrepeat 3 x y]; puts [lassign {1 2 3} p q]; lset l 3 99; puts [range_ok_ [lmap x {1 2 3} {expr {$x * $x}}]]
TCL
    sed -i 's/\[range_ok_ \(.*\)\]$/\1/' compute.tcl
    cat >>compute.tcl <<'TCL'
set d [dict create]; for {set i 0} {$i < 2000} {incr i} { dict set d k[expr {$i % 211}] n $i; dict incr d total $i; dict lappend d list$i $i; dict append d text x }; puts [dict size $d]; dict unset d total; foreach k [lrange [dict keys $d k1*] 0 3] { dict with d { set x 1 } }; puts [dict exists $d k5 n]; puts [dict get [dict merge $d {a 1}] a]; dict for {k v} {a 1 b 2} { append o $k=$v; }; puts $o; puts [llength [dict values $d]]; puts [dict getdef {a 1} b none]; dict update d k3 v3 { set v3 new }; puts [dict replace {a 1} a 2]; dict info $d
puts [expr {sin(1) + cos(2) * sqrt(3) ** 2 - int(7.9) % 4 + round(2.5) + (5 > 3 ? 1 : 0) + (1 << 10 >> 3 ^ 5 | 2 & 7) + abs(-4) + double(3) + pow(2, 8) + floor(2.7) + hypot(3, 4)}]; puts [expr {"abc" eq "abd" || "a" in {a b} && "z" ni {a b} && !("a" ne "a")}]; puts [expr {0x1f + 0b101 + 0o17}] ; puts [* 5 3]; puts [rand 10 11]; expr {srand(5)}; puts [expr {rand() < 2}]
proc counter {} {{n 0}} { incr n }; counter; counter; puts [counter]; set add [lambda {x y} { expr {$x + $y} }]; puts [$add 3 4]; puts [apply {{x {y 5} args} {list $x $y $args}} 1 2 3 4]; proc up {name} { upvar $name v; incr v; uplevel 1 { set here 1 } }; set z 1; up z; puts $z$here; set plus [curry + 10]; puts [$plus 5]
proc again {n} { if {$n == 0} { return done }; tailcall again [- $n 1] }; puts [again 2000]; set r [ref value tag]; puts [getref $r]; setref $r other; for {set i 0} {$i < 200} {incr i} { ref $i t {lambda {r v} {}} }; puts [collect]; unset r
proc risky n { switch -exact $n { 0 { error oops } 1 { return -code break } 2 { return -code error -errorcode {A B} bad } 3 { throw X } default { return fine$n } } }; for {set i 0} {$i < 400} {incr i} { catch { risky [expr {$i % 5}] } msg opts; append all $msg; try { risky 0 } on error {e o} { append all $e } finally { incr fin } }; puts [string length $all]$fin; catch {error a b c} m o; puts [dict keys $o]; puts [info errorinfo_ok] 
class Account { balance 0 name none }
Account method deposit {n} { incr balance $n }
Account method see {} { return $balance }
Account method boom {} { error "no money" }
class Saver Account { rate 2 }
Saver method deposit {n} { super deposit [* $n 2] }
set a [Account new {name joe}]; set s [Saver new]; for {set i 0} {$i < 300} {incr i} { $a deposit $i; $s deposit $i }; puts "[$a see] [$s see] [$s classname] [llength [Account methods]] [$a get name]"; catch { $a boom }; $a destroy
set t [tree]; set n [$t insert root]; for {set i 0} {$i < 60} {incr i} { $t set [$t insert $n] v $i }; $t walk root dfs {action node} { incr walked }; puts $walked; $t destroy
namespace eval geo { variable pi 3.14; proc area r { variable pi; expr {$pi * $r * $r} }; namespace export area }; puts [geo::area 2]; namespace import geo::*; puts [area 3]; namespace eval a::b { proc c {} { namespace current } }; puts [a::b::c]; puts [namespace which geo::area]; namespace delete geo; alias lst list; puts [lst 1 2]; rename lst lst2; rename lst2 ""; local proc tmp {} {}; puts [info exists nope] ; puts [llength [info commands]]; puts [info body fib]; puts [info args sieve]; puts [llength [info procs]]; puts [info level]; puts [info complete "a \{"]; puts [info source $m]; puts [llength [info locals]]; puts [exists -proc fib]; puts [info version]; eval {set q 5}; puts [subst {a $q [list b] \t}]; puts [subst -nocommands {[x] $q}]
set i [interp]; $i eval { proc f x { expr {$x * 2} } ; set v 0; for {set i 0} {$i < 200} {incr i} { incr v [f $i] } }; puts [$i eval {set v}]; $i alias say puts; $i eval {say hi}; catch {$i eval nonsense}; $i delete; for {set i 0} {$i < 300} {incr i} { eval "set v$i \[expr {$i + 1}\]"; if {[string length [set v$i]] > 9} break else continue }; foreach {a b} {1 2 3 4} c {x y} { append w $a$b$c }; puts $w; while 1 { if {[incr cnt] > 500} break }; loop k 0 300 { incr cnt $k }; puts $cnt; puts [time {fib 8} 20]; proc dying {} { defer { incr ::deferred }; return }; dying; puts $deferred; stacktrace
TCL
    cat >text.tcl <<'TCL'
set f [open [lindex $argv 0]]; while {[gets $f line] >= 0} {
    if {[regexp {^(\S+) host(\d+) sshd\[(\d+)\]: user=(\w+) took (\d+) ms, status ([45]\d\d)?} $line - day host pid user ms code]} { incr hosts($host); incr total $ms; if {$code ne ""} { incr bad } }
    set words [split $line " =,"]; if {[string match "*u1?*" $line]} { incr u1 }; append out [string map {host HOST user U} [string range $line 5 20]] ; if {[string compare -length 4 $line 2023] == 0 && [string first took $line] > 0} { incr k }
}; close $f; puts "[array size hosts] $total $bad $u1 $k [string length $out]"
set f [open [lindex $argv 1]]; set s [$f read]; $f close; foreach w [regexp -all -inline {[a-zA-Z_]\w+} [string range $s 0 60000]] { dict incr count $w }; set top {}; foreach {w n} $count { lappend top [list $n $w] }; puts [lrange [lsort -integer -decreasing -index 0 $top] 0 4]
set t [string range $s 0 20000]; puts [regsub -all {\m(int|char|void)\M} $t {<\1>} t2]; puts [string length $t2]; puts [regsub -all -nocase {/\*.*?\*/} $t "" t3]; regexp -indices {(\w+)\s*\(} $t w x; puts $w; puts [regexp -line -all {^#} $t]; puts [regexp -start 3 {b+} "abbabb"]; catch {regexp {(} x} e; puts $e; puts [switch -regexp -- abc12 {^\d {set x 1} {[a-c]+\d} {set x 2}}]; puts [switch -glob foo {f* {set x g}}]
foreach line [split [string range $s 0 40000] \n] { lappend lens [string length [string trim $line]]; set u [string toupper $line]; set r [string reverse $line]; append j [join [lrange [split $line] 0 2] -] }; puts [llength $lens]; puts [string length $j]; puts [format "%-10s|%5d|%05.2f|%x|%c|%+d|%s|%%|%08b|%o" abc 42 3.14159 255 65 7 ü 5 8]; puts [scan "12 3.5 abc 0x1f x" "%d %f %s %x %c" a b c d e]; puts $a$b$c$d; for {set i 0} {$i < 500} {incr i} { append fm [format "%04d:%s;" $i [string repeat x [expr {$i % 5}]]]; scan $fm %d q }; puts [string length $fm]
set u "Grüße — 日本語 и ещё"; puts [string length $u],[string bytelength $u]; puts [string toupper $u] ; puts [string index $u 3][string range $u 8 10]; puts [string totitle élan]; puts [string first 日 $u]; puts [string last е $u]; puts [string equal -nocase É é]; puts [string is integer 5][string is alpha a1][string is double 1e5][string is space " "]; puts [string byterange $u 0 3]; puts [string replace hello 1 2 XX]; puts [string trimleft xxa x][string trimright abb b]; puts [string cat a b]; foreach c [split $u ""] { incr n [scan $c %c] }; puts $n; puts [string tolower ABC]; puts [utf8_ok]
TCL
    sed -i 's/; puts \[utf8_ok\]$//; s/; puts \[info errorinfo_ok\] $//' text.tcl compute.tcl
    cat >>text.tcl <<'TCL'
set b [binary format a4Sic3H4 abcd 258 99999 {1 2 3} beef]; binary scan $b a4Sic3H4 p q r v h; puts "$p $q $r $v $h"; for {set i 0} {$i < 200} {incr i} { append bin [binary format iS $i $i] }; binary scan $bin i10 nums; puts $nums; pack v 500 -intle 16; puts [unpack $v -uintle 0 16]
package require json; package require json::encode_ok
TCL
    sed -i 's/^package require json; .*/package require json/' text.tcl
    cat >>text.tcl <<'TCL'
set f [open [lindex $argv 2]]; set js [$f read]; close $f; set d [json::decode $js]; puts [llength [dict get $d items]]; puts [json::decode -schema {{"a": [1, "x", null, true]}}]; catch {json::decode {{"a":}}} e; catch { package require jsonencode; puts [string length [json::encode [lrange [dict get $d items] 0 30] {list obj id num price num}]] }
puts [clock format 1700000000 -format "%Y-%m-%d %H:%M:%S" -gmt 1]; puts [clock scan "2023-05-06 01:02:03" -format "%Y-%m-%d %H:%M:%S" -gmt 1]; for {set i 0} {$i < 100} {incr i} { clock format [expr {[clock seconds] + $i * 86400}] }; puts [expr {[clock milliseconds] > 0}]; catch {package require nonsense} e; puts $e; package provide mine 1.0; puts [llength [package names]]; parray_ok
TCL
    sed -i 's/; parray_ok$//' text.tcl
    cat >files.tcl <<'TCL'
lassign $argv dir many text; cd $dir; foreach p [lsort [glob $many/*]] { set f [open $p]; set n 0; while {[$f gets line] >= 0} { incr n; if {[string match #include* $line]} { incr inc } }; $f close; incr lines $n; incr size [file size $p]; incr kind([file extension $p]) ; file stat $p st; incr blocks $st(size); file mtime $p }; puts "$lines $inc $size $blocks"
proc walk {d} { foreach p [glob -nocomplain -directory $d *] { if {[file isdirectory $p]} { walk $p } else { incr ::files; if {[file executable $p] || [file readable $p]} { set ::last [file tail [file rootname $p]] } } } }; walk [lindex $argv 3]; puts $files; puts [llength [readdir $many]]; puts [file join a b /c]; puts [file normalize ./..]; puts [file dirname /a/b]; puts [file exists nope]; puts [file type .]
set f [open out w]; for {set i 0} {$i < 2000} {incr i} { puts $f "line $i of a file" }; close $f; set f [open out a+]; $f puts -nonewline more; $f seek 0; gets $f first; $f seek 100 start; puts [$f tell]; puts [$f read 20]; $f seek -10 end; puts [$f read]; puts [$f eof]; $f close; set f [open out r+]; $f buffering none; $f puts changed; $f flush; $f sync; $f lock; $f unlock; $f close; file copy out out2; file copy -force out out2; file rename -force out2 out3; set i [open $text]; set o [open copy w]; puts [$i copyto $o]; close $i; close $o; file mkdir a/b/c; file delete -force a; file delete out3; catch {file delete nodir/x}; file link -symbolic ln out; puts [file readlink ln]; set t [file tempfile]; set f [open $t w]; close $f; file delete $t; for {set i 0} {$i < 150} {incr i} { set f [open small w]; puts $f $i; close $f; set f [open small]; set v [read $f]; close $f; file delete small }; puts $v
for {set i 0} {$i < 25} {incr i} { set x [exec date +%s]; set y [exec cat << "some $i text" | tr a-z A-Z] }; puts $y; catch {exec false} m o; puts [dict get $o -errorcode]; catch {exec /no/such} m; puts $m; puts [exec sh -c {sleep 0.1; echo out; echo err >&2} 2>@1]; exec ls $many > listing 2> errs; exec sort < listing >> listing; puts [exec wc -l < listing]; set pid [exec sleep 0.2 &]; puts [lindex [wait $pid] 1]; for {set i 0} {$i < 5} {incr i} { exec sleep 0.03 }; puts [string length [exec cat $text | sort | uniq -c | sort -rn]]
set p [open "|cat $text | tr a-z b-za" r]; while {[gets $p l] >= 0} { incr pl }; close $p; puts $pl; set p [open "|sh -c {for i in 1 2 3 4 5 6 7 8; do echo part \$i; sleep 0.02; done}"]; while {[gets $p l] >= 0} { append parts $l }; close $p; puts $parts; set p [open {|sh -c "while read x; do sleep 0.005; done"} w]; for {set i 0} {$i < 6000} {incr i} { puts $p "a longer line for a slow reader $i"; if {$i == 300} break }; $p close
lassign [socket pipe] r w; if {[set pid [os.fork]] == 0} { close $r; foreach i {1 2 3 4 5} { $w puts "child $i"; $w flush; sleep 0.03 }; exit 0 }; close $w; while {[gets $r l] >= 0} { append got $l }; wait $pid; puts $got; close $r; lassign [socket pair] a b; $a puts ping; $a flush; puts [$b gets]; close $a; close $b; source lib.tcl; puts [lib 3]; puts [env HOME none]; set env(X) 1; puts [exec sh -c {echo $X}]; puts [pid]; puts [os.gethostname]; os.getids; os.uptime; foreach {s} {1 2 3} { signal handle ALRM; catch -signal { alarm 0.1; sleep 5 } m; append sig $m }; puts $sig; signal ignore USR1; kill USR1 [pid]; signal default USR1; puts [signal check]; catch {open /no/such} m; puts $m; catch {cd /no/such} m; catch {source nope.tcl} m; puts $m; catch {gets nofile}; pwd; sleep 0.1; stdout puts end
TCL
    cat >lib.tcl <<'TCL'
proc lib n { set r {}; while {$n > 0} { lappend r $n; incr n -1 }; return $r }
TCL
    cat >events.tcl <<'TCL'
set n 0; proc tick {} { if {[incr ::n] >= 25} { set ::done 1; return }; after 8 tick }; after 5 tick; set id [after 5000 {puts never}]; after cancel $id; after idle {incr ::idle}; vwait done; puts "$n $idle"; update; puts [llength [after info]]; after 30; after 10 {error in-event}; after 20 {set x 1}; catch {vwait x}
set p [open "|sh -c {for i in 1 2 3 4 5 6 7 8 9 10; do echo a \$i; sleep 0.02; done}"]; $p readable { if {[$p gets l] < 0} { $p readable {}; close $p; set over 1 } else { incr got } }; set q [open "|sh -c {for i in 1 2 3 4 5 6; do echo b \$i; sleep 0.03; done}"]; $q ndelay 1; $q readable { if {[$q eof]} { $q readable {}; set over2 1 } else { append b [$q read] } }; vwait over; vwait over2; puts $got$b
set w [open "|sh -c {while read x; do sleep 0.002; done}" w]; set left 60; $w writable { puts $w [string repeat y 700]; if {[incr left -1] == 0} { $w writable {}; set sent 1 } }; vwait sent; close $w; proc work {i} { for {set j 0} {$j < 300} {incr j} { incr ::sum $j }; if {$i > 0} { after 1 [list work [- $i 1]] } else { set ::fin 1 } }; work 40; vwait fin; puts $sum; stdin readable { if {[stdin gets l] < 0} { stdin readable {}; set eof 1 } else { incr typed } }; vwait eof; puts "typed $typed"
TCL
    cat >client.tcl <<'TCL'
set host [lindex $argv 0]; foreach i {1 2 3} { set s [socket stream $host:7000]; for {set j 0} {$j < 12} {incr j} { $s puts "hello $i $j"; $s flush; $s gets answer }; puts $answer; puts [$s sockname]; $s close }
set s [socket stream $host:7001]; while {[$s gets l] >= 0} { lassign [split $l] k id v ok; lappend by($id) $v }; close $s; foreach id [lsort [array names by]] { set t 0; foreach v $by($id) { set t [expr {$t + $v}] }; puts "$id [format %.2f [expr {$t / [llength $by($id)]}]]" }
proc get {host path} { set s [socket stream $host:7003]; $s puts -nonewline "GET $path HTTP/1.0\r\nHost: $host\r\n\r\n"; $s flush; set n 0; while {[$s gets line] > 1} { if {[regexp -nocase {^content-length: (\d+)} $line - n]} {} }; set body [$s read $n]; $s close; return $body }; foreach i {1 2 3 4} { puts [string length [get $host /page$i]] }
set s [socket stream $host:7002]; for {set i 0} {$i < 4000} {incr i} { puts $s "record $i of a client that has much to say to a slow server" }; $s close; set s [socket stream $host:7002]; set f [open [lindex $argv 1]]; $f copyto $s; $f close; $s close
set u [socket dgram]; for {set i 0} {$i < 10} {incr i} { $u sendto "datagram $i" $host:7005; puts [$u recvfrom 200 addr] }; close $u; set c [socket dgram $host:7005]; $c puts -nonewline hi; $c flush; puts [$c read 2]; close $c; set s [socket stream $host:7001]; $s ndelay 1; $s readable { if {[$s eof]} { $s readable {}; set over 1 } else { append data [$s read] } }; vwait over; puts [string length $data]; close $s; catch {socket stream $host:9} m; puts $m; catch {socket stream nowhere.invalid:80} m; puts $m; catch {socket nonsense} m
TCL
    cat >server.tcl <<'TCL'
set srv [socket stream.server [lindex $argv 0]]; set clients 0
proc answer {c} { if {[$c gets line] < 0 || [$c eof]} { drop $c; return }; set rest [lassign [split $line] cmd a]; switch -- $cmd { set { set ::var($a) [join $rest]; set r ok } get { set r $::var($a) } eval { catch { uplevel #0 [join [concat $a $rest]] } r } list { set r [lsort [array names ::var]] } big { set r [string repeat "data " $a] } quit { $c puts bye; drop $c; return } stop { $c puts stopped; $c flush; set ::stop 1; return } default { set r "what is $cmd?" } }; $c puts [string map {\n " "} $r]; $c flush }
proc drop {c} { $c readable {}; $c close; incr ::clients -1 }
$srv readable { set c [$srv accept addr]; incr clients; incr all; $c readable [list answer $c] }
vwait stop; puts "served $all"
TCL
    cat >typed <<'KEYS'
puts hello
set x [expr {3 * 14}]
proc f {a} {
return [+ $a 1]
}
f 5
^P^P^A^Exx^H^H^M
string re^I^I length abc
^Rhello^M
nonsense
foreach i {1 2 3} { puts $i; sleep 0.05 }
abc^A^F^Bd^Kx^Y^W^U
puts "ünï"
history show
set y "two
lines"
info ver^Ision
exit
KEYS
}

work() {
    local jim=$TREE/jimsh s=$WORK/s site=$WORK/site i
    export HOME=$RUN
    cd "$RUN"
    exec 2>"$RUN/notes"
    cp "$s/lib.tcl" "$RUN"
    for i in 1 2; do "$jim" "$s/compute.tcl"; "$jim" "$s/text.tcl" "$site/log" "$site/text" "$site/data.json"; done
    "$jim" "$s/files.tcl" "$RUN" "$WORK/many" "$site/text" "$TREE"
    (for i in 1 2 3 4 5 6; do echo "line $i"; sleep 0.05; done) | "$jim" "$s/events.tcl"
    for i in $(seq 40); do "$jim" -e "set x $i; incr x; string repeat ab \$x" | wc -c; done | tail -1
    for i in $(seq 40); do echo "puts [expr {$i * 2}]"; sleep 0.01; done | "$jim" - | tail -1
    for i in $(seq 60); do echo "$i slow line"; sleep 0.01; done | "$jim" -e 'while {[gets stdin l] >= 0} { incr t [lindex $l 0] }; set t'
    echo 'while {[gets stdin l] >= 0} { puts [string toupper $l] }' >upper.tcl
    "$jim" upper.tcl <"$site/text" | while read -r -N 40000 _; do sleep 0.02; done
    (cd "$TREE/tests" && for i in regexp string expr-new list dict2 format proc event; do timeout 60 "$jim" "$i.test" | tail -1; done) || true
    for i in 1 2; do python3 "$WORK/type.py" "$s/typed" "$jim"; done
    # peers
    start b python3 "$WORK/peer.py"
    local peer=$!
    for i in 7000 7001 7002 7003; do wait_for_port b 10.77.0.2 $i; done
    client "$jim" "$s/client.tcl" 10.77.0.2 "$site/text"
    client bash -c 'exec 3<>/dev/tcp/10.77.0.2/7001 && "$0" upper.tcl <&3' "$jim" | tail -1
    client bash -c 'exec 3<>/dev/tcp/10.77.0.2/7002 && "$0" upper.tcl <"$1" >&3' "$jim" "$site/log"
    start b "$jim" "$s/server.tcl" 10.77.0.2:7010
    local server=$!
    wait_for_port b 10.77.0.2 7010
    client python3 "$WORK/client.py" 10.77.0.2 7010
    wait "$server"
    kill "$peer"
    # what fails
    for i in 'error x' 'nope' 'expr {1 +}' 'expr {1 / 0}' 'set' 'if 1' 'proc' 'foreach a' 'puts $nope' 'lindex {a {b} x' 'string nope' 'source none' 'return -code 5 x' 'exit 3' 'dict get {a 1} b' 'open x nope' 'while {' 'expr {sin(}' 'proc r {} r; r' 'incr x y' 'info nope' 'uplevel 99 x' 'rename nope x'; do "$jim" -e "$i" || true; done
    "$jim" none.tcl || "$jim" "$RUN" || "$jim" --nonsense || true
    printf 'proc a {} { b }\nproc b {} { error deep }\na\n' >deep.tcl && ! "$jim" deep.tcl
    "$jim" -e 'while 1 {incr x}' & i=$! && sleep 0.3 && kill $i || true
    wait $i || true
    "$jim" --version && "$jim" --help | tail -1
}

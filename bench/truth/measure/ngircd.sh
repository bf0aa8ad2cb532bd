# shellcheck shell=bash
# ngircd: an IRC server around an event loop, with processes that look names up. Two servers that are linked, services, and users a delayed link away.
build() {
    make -C src clean
    make -j2 -C src
}

prepare() {
    chmod a+rx "$WORK"
    make_text 1 "$WORK/text"
    head -60 "$WORK/text" | cut -c1-70 >"$WORK/motd"
    printf -- '- Intro\nThis is help.\n\n- JOIN\nJOIN <channel>\n\tjoins it\n\n- NICK\nNICK <name>\n' >"$WORK/help"
    printf 'k3y\nme:me:one\n*:*:two\n' >"$WORK/keys"
    printf '127.0.0.1 localhost\n10.77.0.1 irc.near.example near.example\n10.77.0.2 irc.far.example far.example\n' >"$WORK/hosts"
    chmod a+r "$WORK"/{motd,help,keys,hosts}
    # shellcheck disable=SC2016
    printf 'mount --bind "$WORK/hosts" /etc/hosts\nexec "$@"\n' >"$WORK/serve" # the names of both ends
    cat >"$WORK/use.py" <<'PY'
"""Users, operators, services and strangers. use.py talk|operate|services|crowd|strange|locked|last"""
import socket, sys, threading, time
FAR, NEAR = ("10.77.0.2", 6667), ("10.77.0.1", 6667)
text = open(sys.argv[2], errors="replace").read().splitlines()
class User:
    def __init__(self, nick, server=FAR, before=(), user=None, ready=True):
        self.nick, self.data, self.lines = nick, b"", []
        self.s = socket.create_connection(server, timeout=20)
        self.send(*before, "NICK " + nick, f"USER {user or nick} 0 * :The user {nick}")
        if ready: self.until(" 376 ", " 422 ", " 462 ")
    def send(self, *lines):
        self.s.sendall("".join(line + "\r\n" for line in lines).encode())
    def line(self):
        while b"\n" not in self.data:
            if not (more := self.s.recv(65536)): raise EOFError(self.nick)
            self.data += more
        line, self.data = self.data.split(b"\n", 1)
        line = line.decode(errors="replace").strip()
        if line.startswith("PING"): self.send("PONG " + line[5:])
        self.lines.append(line)
        return line
    def until(self, *what):
        while line := self.line() or " ":
            if any(w in line for w in what): break
            if line.startswith("ERROR"): raise EOFError(line)
        return line
    def do(self, *lines):                       # one after the other, and waits for the end
        self.lines = []
        for line in lines:
            self.send(line)
        self.send("PING end")
        self.until("PONG", " 409 ")
        return len(self.lines)
    def leave(self, why="bye"):
        self.send("QUIT :" + why)
        try:
            while True: self.line()
        except (EOFError, OSError): pass
        self.s.close()
def expect_end(make):
    try:
        u = make()
        while True: u.line()
    except (EOFError, OSError) as e:
        print("as expected:", str(e)[:80])
def talk():
    me, you, near = User("me", before=["CAP LS 302", "CAP REQ :multi-prefix userhost-in-names", "CAP LIST", "CAP REQ :-multi-prefix nothing", "CAP REQ multi-prefix", "CAP CLEAR", "CAP NONSENSE", "CAP END"]), User("you"), User("near", NEAR)
    silent = User("silent")                     # the server ends it after a while
    for _ in range(3):
        for u in me, you, near: u.do("MOTD", "LUSERS", "VERSION", "TIME", "ADMIN", "INFO", "USERS", "SUMMON x", "HELP", "HELP JOIN", "HELP none", "STATS u", "STATS m", "STATS l", "STATS x", "LINKS", "MOTD irc.near.example", "MOTD no.such", "TIME irc.far.example",
            "VERSION irc.near.example", "ADMIN irc.far.example", "LUSERS * irc.near.example", "LINKS irc.far.example *", "INFO irc.near.example", "STATS m irc.near.example", "TRACE", "TRACE near", "PING", "PONG x", "SERVLIST")
    for u in me, you, near:
        u.do("JOIN #main,#second,+plain,&local", "JOIN #bad,name,#", "JOIN nonsense", "JOIN #keys wrong", "JOIN #keys k3y", "JOIN #keyfile one", "JOIN &SERVER", "NAMES", "NAMES #main", "NAMES #none,#main", "LIST", "LIST #m*", "LIST >1,<9", "LIST #none irc.near.example", "WHO", "WHO #main",
             "WHO *e* o", "WHO near", "WHO #none", "TOPIC #main", f"TOPIC #main :{u.nick} says so", "TOPIC #main", "TOPIC #none x", "MODE #main", "MODE #none")
    for u, other in ((me, near), (you, me), (near, you)):
        n = other.nick
        u.do(f"WHOIS {n}", f"WHOIS {n} {n}", f"WHOIS irc.near.example {n},none,*e*", f"WHOIS *", f"WHOWAS {n}", "WHOWAS none 3", f"ISON {n} me you none", f"USERHOST {n} me none", f"PRIVMSG {n} :hello", f"NOTICE {n} :note", f"PRIVMSG {n},#main,none,#none :to many", "PRIVMSG", "PRIVMSG x", "NOTICE",
             f"PRIVMSG {n}!{n}@near.example :by mask", "PRIVMSG $*.example :all servers", "PRIVMSG #*.example :all", f"PRIVMSG {n} :\1VERSION\1", f"PRIVMSG {n} :\1ACTION waves\1", f"SQUERY {n} :x", "SQUERY NickServ :help", "AWAY :gone to lunch", f"INVITE {n} #main", f"INVITE {n} #new{n}", "INVITE none #main")
        other.do(f"PRIVMSG {u.nick} :there?", f"WHOIS {u.nick}")
        u.do("AWAY")
        for m in ("+i", "+s", "+w", "+x", "-x", "+b", "+C", "-bC", "+B", "+I", "+c", "+o", "+r", "+q", "+F", "+R", "+a", "+Z", "-i+i", ""): u.do(f"MODE {u.nick} {m}")
        u.do(f"MODE {n} +i", f"MODE {u.nick} +x", f"WHOIS {u.nick}", f"MODE {u.nick} -r")
        other.do(f"PRIVMSG {u.nick} :when blocked", f"WHOIS {u.nick}")
    me.do("JOIN #mine")
    for mode in ("+nt", "+m", "+i", "+s", "+l 3", "+k word", "+b bad!*@*", "+b *!*@nowhere", "+e good!*@*", "+I you!*@*", "b", "e", "I", "+V", "+Q", "+N", "+M", "+R", "+O", "+P", "+z", "-l", "-k word", "-i", "-VQNMRs", "-b bad!*@*", "-e good!*@*", "-z", "+l x", "+k", "+Y", "+tnml-tn 5", "-b none", ""): me.do("MODE #mine " + mode)
    for u in you, near:
        u.do("JOIN #mine", "JOIN #mine word", "NAMES #mine", "PRIVMSG #mine :may I?", "MODE #mine +o me", "TOPIC #mine :no", "KICK #mine me", "PART #none", "KNOCK #mine")
    me.do("MODE #mine -lmR")
    for u in you, near:
        u.do("JOIN #mine")
        for mode in "vhoaq": me.do(f"MODE #mine +{mode} {u.nick}")
        u.do("PRIVMSG #mine :now I may", "TOPIC #mine :mine now")
        for mode in "vhoaq": me.do(f"MODE #mine -{mode} {u.nick}")
        me.do(f"MODE #mine +vh {u.nick} {u.nick}", f"KICK #mine {u.nick} :out", f"KICK #mine none", f"KICK #mine,#main {u.nick},{u.nick}", f"KICK #none {u.nick}", f"INVITE {u.nick} #mine")
        u.do("JOIN #mine", "JOIN #main", "PART #mine :leaving", "NICK " + u.nick + "2", "NICK me", "NICK 0bad", "NICK " + u.nick, "NICK")
    for line in text[:150]: me.send("PRIVMSG #main :" + line[:200])
    print(me.do("PRIVMSG #main :end"), you.do("NOTICE #main :heard"), near.do("PRIVMSG #second :x"))
    for i in range(40): you.do(f"JOIN #room{i}"), you.do(f"TOPIC #room{i} :room {i}")
    near.do("LIST", "WHO *", "NAMES"), you.do("JOIN 0", "LIST"), you.do(f"PART #room1,#room2")
    me.do("NONSENSE", "USER again 0 * :x", "PASS x", "SERVER x 1 :y", "SERVICE a b c d e f", "WEBIRC a b c d", "NJOIN #a b", "KILL you :x", "DIE", "RESTART", "REHASH", "WALLOPS :x", "SQUIT irc.near.example :x", "CONNECT x", "DISCONNECT x", "KLINE x 1 :y", "GLINE", "OPER x y", "OPER admin wrong", "STATS k", ":you PRIVMSG me :forged",
          "CHANINFO #x +n", "METADATA a b c", "JOIN", "MODE", "TOPIC", "WHOIS", "CAP LS", "CAP REQ :userhost-in-names", "NAMES #main", "USERHOST", "ERROR :x", "PRIVMSG you :" + "long " * 90)
    you.leave(), near.leave("so long")
    me.do("WHOWAS you", "WHOWAS near 1 irc.near.example")
    me.leave()
    try:
        silent.s.settimeout(14)
        while silent.s.recv(4096): pass
    except OSError as e: print(e)
def operate():
    op, near = User("op"), User("nearop", NEAR)
    victims = [User("victim1"), User("victim2", NEAR), User("victim3")]
    for u in op, near:
        u.do("OPER admin secret", "OPER second secret", f"MODE {u.nick} +sc", "JOIN &SERVER", "STATS g", "STATS k", "STATS l", "STATS L", "STATS m", "TRACE", "TRACE irc.far.example", "TRACE victim1", "WALLOPS :hear", "WHOIS victim1", "WHOIS victim2", "LINKS", "JOIN #mine", "MODE #welcome +o op", "MODE #welcome +Pn",
             "KLINE *!*@bad.example 60 :bad", "GLINE *!nobody@*.example 60 :worse", "KLINE *!*@bad.example 1 :short", "STATS k", "STATS g", "KLINE *!*@bad.example", "GLINE x", "GLINE *!*bad*@* 2 :soon over", "MODE victim1 +i", f"MODE {u.nick} +F", f"MODE {u.nick} +q", "KICK #welcome victim1", "CONNECT 6667", "CONNECT no.such", "CONNECT irc.far.example 0", "DISCONNECT no.such",
             "JOIN #opers", "MODE #opers +O", "PRIVMSG $*.example :all of you", "NOTICE #* :x", "KILL irc.near.example :no", "KILL none :no", "REHASH")
    op.do("KILL victim1 :go", "KILL victim2 :go away", "WHOWAS victim2")
    near.do("KILL victim3 :from the other side")
    for v in victims: expect_end(lambda: v)
    expect_end(lambda: User("bad1", user="bad"))
    op.do("SQUIT irc.near.example :apart", "LINKS", "LUSERS")
    time.sleep(0.3)
    near.do("LINKS", "CONNECT irc.far.example 6667")
    time.sleep(0.5)
    near.do("LINKS", "DISCONNECT irc.far.example", "CONNECT irc.far.example 6667 far.example me2far far2me")
    time.sleep(0.7)
    print(near.do("LINKS", "LUSERS", "CONNECT services.example 6667 irc.far.example"), op.do("LINKS", "WHOIS nearop", "SQUIT no.such :x"))
    time.sleep(1)                               # while it looks names up, another process holds its port
    near.send("RESTART")
    expect_end(lambda: near)
    op.leave()
def services():
    def server(name, secret, flags="0210-IRC+ test|1:CHLMSX"):
        s = User.__new__(User)
        s.nick, s.data, s.lines, s.s = name, b"", [], socket.create_connection(FAR, timeout=10)
        s.send(f"PASS {secret} {flags}".rstrip(), f"SERVER {name} 1 :some services")
        return s
    wait = lambda s: (s.send(f":{s.nick} PING {s.nick} irc.far.example"), s.until("PONG"))
    u, v = User("guest"), User("guest2", NEAR)
    u.do("JOIN #serve"), v.do("JOIN #serve")
    s = server("services.example", "serve")
    s.until("SERVER")
    s.send(":services.example 005 irc.far.example NICKLEN=20 CHANNELLEN=50 :are supported on this server", ":services.example 376 irc.far.example :end")
    me = ":services.example "
    s.send(me + "NICK NickServ 1 ~serv services.example 1 +oi :Nick service", me + "NICK fake 1 ~f fake.example 1 +x :A user", me + "SERVER sub.example 2 2 :below", me + "NICK deep 2 ~d deep.example 2 + :deeper", me + "SERVICE ChanServ@services.example 1 * 0 1 :Channels")
    wait(s)
    s.send(me + "NJOIN #serve :@NickServ,+fake,%deep,none", me + "CHANINFO #serve +nt :not taken", me + "CHANINFO #made +ntkl word 7 :made by services", me + "NJOIN #made :~&@fake", ":NickServ MODE guest +R", ":NickServ MODE #serve +o guest", ":NickServ SVSNICK guest2 renamed", ":fake PRIVMSG #serve :hello", ":fake PRIVMSG guest :you",
           ":deep NOTICE guest2 :far", ":fake AWAY :not here", ":fake NICK faked", ":faked TOPIC #made :new", ":NickServ KICK #serve deep :out", ":NickServ GLINE *!x@y 30 :from services", ":faked JOIN #more", ":faked PART #more :bye", me + "METADATA guest cloakhost :cloak.example", me + "METADATA guest accountname :account",
           me + "METADATA renamed host :host.example", me + "METADATA guest info :other", me + "METADATA guest user :usr", me + "METADATA guest nonsense :x", me + "METADATA guest cloakhost :", me + "METADATA fake certfp :ab", ":NickServ WALLOPS :all", ":faked WHOIS irc.near.example guest", ":faked WHOWAS guest", ":faked INVITE guest #made", ":faked LIST", ":faked MOTD irc.far.example", ":faked LUSERS * irc.near.example",
           ":faked NAMES", ":faked STATS m irc.near.example", ":faked TIME irc.near.example", ":faked ADMIN irc.far.example", ":faked TRACE guest", ":faked LINKS irc.far.example *", ":faked MODE faked +i", ":none PRIVMSG guest :x", me + "NONSENSE", me + "SQUERY NickServ :x", ":services.example 401 guest none :No such nick")
    wait(s)
    u.do("WHOIS faked", "WHOIS deep", "WHO #serve", "PRIVMSG NickServ :help", "SQUERY ChanServ :list", "NAMES #made", "SERVLIST", "NICK ThisServ", "LINKS", "WHOIS renamed", "MODE guest +x"), v.do("WHOIS guest", "PRIVMSG deep :hello", "LINKS", "VERSION services.example")
    for i in range(60): s.send(f"{me}NICK bot{i} 1 ~b bot.example 1 +i :Bot", f"{me}NJOIN #bots :bot{i}", f":bot{i} PRIVMSG #serve :{text[i][:100]}")
    wait(s)
    s.send(":NickServ KILL deep :over", ":bot1 QUIT :bye", me + "NICK guest 1 ~x y.example 1 + :collision", me + "SQUIT sub.example :gone", me + "NICK lost 9 ~x y.example 1 + :no server")
    try: wait(s)
    except EOFError: pass
    t = server("services.example", "serve"); expect_end(lambda: t)
    t = server("old.example", "aged", ""); t.until("SERVER"); t.send(":old.example NICK oldie :1", ":oldie USER old old.example x :Old one", ":oldie JOIN #serve", ":oldie MODE oldie +i", ":oldie PRIVMSG #serve :hello"); time.sleep(0.2); t.s.close()
    for name, word in (("services.example", "wrong"), ("unknown.example", "x")): expect_end(lambda: server(name, word))
    s.send("ERROR :over"); time.sleep(0.1); s.s.close()
    v.leave()
    try: u.leave()
    except OSError: pass
def crowd():
    def one(i):
        u = User(f"crowd{i}", FAR if i % 3 else NEAR)
        u.do("JOIN #crowd,#crowd%d" % (i % 5))
        for k in range(12):
            u.send(f"PRIVMSG #crowd :{text[i * 12 + k][:150]}")
            time.sleep(0.02)
            if k % 4 == 0: u.do("WHO #crowd", "NAMES #crowd", f"PRIVMSG crowd{(i + 1) % 36} :hey", f"WHOIS crowd{(i + 7) % 36}")
        u.leave() if i % 4 else u.s.close()
    lazy = User("lazy")                         # never reads
    lazy.s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    lazy.send("JOIN #crowd")
    threads = [threading.Thread(target=one, args=(i,)) for i in range(36)]
    for t in threads: t.start()
    for t in threads: t.join()
    print(len(text))
    try:
        for _ in range(300): lazy.send("LIST", "INFO", "MOTD", "STATS m", "HELP")
    except OSError as e: print("as expected:", e)
    time.sleep(0.5)
    lazy.s.close()
def strange():
    def raw(*parts, server=FAR, wait=0.02):
        s = socket.create_connection(server, timeout=3)
        try:
            for part in parts: s.sendall(part); time.sleep(wait)
            print(s.recv(400)[-60:])
        except OSError as e: print("as expected:", e)
        s.close()
    raw(b"GET / HTTP/1.0\r\n\r\n"), raw(b"POST / HTTP/1.0\r\n\r\n"), raw(b"QUIT\r\n"), raw(b"\0\0\0\n"), raw(b"x" * 600 + b"\r\n"), raw(b"\r\n\r\n:\r\n: \r\n:a b\r\n"), raw(b"JOIN #a\r\nPRIVMSG a :b\r\n"), raw(b"y" * 5000)
    raw(*(b"NICK slow\nUSER slow 0 * :Slow\n"[i:i + 2] for i in range(0, 32, 2))), raw(b"NICK me too\r\nNICK bad!nick\r\nNICK NickServ\r\nUSER\r\n"), raw(b"ERROR :x\r\n"), raw(b"SERVER x\r\n"), raw(b"PASS\r\n"), raw(b"WEBIRC wrong a b c\r\n")
    web = User("webby", before=["WEBIRC webword web host.example 10.1.2.3"]); web.do("WHOIS webby"); web.leave()
    many = [socket.create_connection(NEAR) for _ in range(12)]     # more than it takes
    time.sleep(0.2)
    for s in many: s.close()
    fast = User("fast", NEAR)
    fast.do(*["PRIVMSG fast :" + line[:60] for line in text[:12]])
    fast.leave()
def locked():
    there = ("10.77.0.2", 6669)
    expect_end(lambda: User("no", there)), expect_end(lambda: User("no", there, before=["PASS wrong"]))
    u, v = [User(n, there, before=["PASS letmein"]) for n in ("private", "other")]
    u.do("JOIN #a", "WHOIS private", "PRIVMSG other :\1VERSION\1", "JOIN &no", "MODE #a +k x", "MOTD") # in no hurry: it makes those wait who ask much
    v.do("WHOWAS x", "USERHOST private", "JOIN #b,#c,#d,#e", "LUSERS", "NAMES")
    u.leave(), v.leave()
def last():
    op = User("lastop", NEAR); op.do("OPER admin secret", "LINKS"); op.send("DIE :the end"); expect_end(lambda: op)
globals()[sys.argv[1]]()
PY
}

work() {
    local ngircd=$TREE/src/ngircd/ngircd daemons=() far near
    cd "$RUN"
    find "$RUN" -maxdepth 1 -type d -exec chmod a+rwx {} + # processes of another user write here
    config() { # NAME ADDRESS PORT GLOBAL LIMITS OPTIONS MORE: the lines of each section
        printf '# %s\n[Global]\nName = %s\nInfo = The server %s\nListen = %s\nPorts = %s\nAdminInfo1 = some\nAdminInfo2 = where\nAdminEMail = admin@example.org\nNetwork = Example\nServerUID = nobody\nServerGID = nogroup\nHelpFile = %s\n%b' "$1" "$1" "$1" "$2" "$3" "$WORK/help" "$4"
        printf '[Limits]\nMaxConnectionsIP = 0\nPingTimeout = 5\nPongTimeout = 5\nMaxListSize = 30\n%b[Options]\nDNS = yes\nIdent = no\nPAM = no\n%b' "$5" "$6"
        printf '[Operator]\nName = admin\nPassword = secret\nMask = *!*@*\n[Operator]\nName = second\nPassword = secret\nMask = *!*@nowhere\n%b' "$7"
    }
    local server='[Server]\nName = %s\nMyPassword = %s\nPeerPassword = %s\n%b'
    local channels="[Channel]\nName = #welcome\nTopic = Welcome here\nModes = +tn\nAutojoin = yes\n[Channel]\nName = #keys\nKey = k3y\nModes = tnk k3y\nMaxUsers = 20\n[Channel]\nName = #keyfile\nKeyFile = $WORK/keys\n[Channel]\nName = #busy\nModes = +mnl 9\nModes = +b x!*@*\n"
    # shellcheck disable=SC2059
    {
        config irc.far.example 10.77.0.2 6667,6668 "MotdFile = $WORK/motd\nPidFile = $RUN/pid\n" "MaxJoins = 50\nMaxNickLength = 20\nMaxPenaltyTime = 0\nConnectRetry = 5\n" \
            "AllowRemoteOper = yes\nCloakHost = cloak.%x\nCloakHostModeX = x.%x\nCloakHostSalt = salt\nOperCanUseMode = yes\nOperServerMode = yes\nWebircPassword = webword\nIncludeDir = $RUN/more\n" \
            "$(printf "$server" irc.near.example near2far far2near)\n$(printf "$server" services.example serve serve 'ServiceMask = *Serv,*Bot\n')\n$(printf "$server" old.example aged aged 'Passive = yes\n')\n$channels" >"$RUN/far.conf"
        config irc.near.example 10.77.0.1 6667 "MotdPhrase = A short one\n" "MaxJoins = 50\nMaxNickLength = 20\nMaxPenaltyTime = 0\nMaxConnections = 24\nConnectRetry = 5\n" "AllowRemoteOper = yes\nDefaultUserModes = i\nOperCanUseMode = yes\n" \
            "$(printf "$server" irc.far.example far2near near2far 'Host = irc.far.example\nPort = 6667\nGroup = 1\n')\n[Channel]\nName = #near\n" >"$RUN/near.conf"
        config irc.locked.example 10.77.0.2 6669 "Password = letmein\nMotdFile = /no/such\nPidFile = $RUN/pid.locked\n" "IdleTimeout = 2\nMaxJoins = 3\nMaxPenaltyTime = 1\n" \
            "RequireAuthPing = yes\nMorePrivacy = yes\nNoticeBeforeRegistration = yes\nScrubCTCP = yes\nCloakHost = hidden.example\nCloakUserToNick = yes\nAllowedChannelTypes = #+\nDNS = no\n" "" >"$RUN/locked.conf"
    }
    mkdir "$RUN/more" && printf '[Operator]\nName = included\nPassword = x\n' >"$RUN/more/one.conf" && chmod -R a+rX "$RUN/more" "$RUN"/*.conf
    for i in far near locked; do "$ngircd" --configtest --config "$RUN/$i.conf" </dev/null | tail -1; done
    start b unshare -m bash "$WORK/serve" "$ngircd" -n -f "$RUN/far.conf" >"$RUN/far.log"
    far=$!
    wait_for_port b 10.77.0.2 6667
    start a unshare -m bash "$WORK/serve" "$ngircd" --nodaemon --config "$RUN/near.conf" >"$RUN/near.log"
    near=$!
    wait_for_port a 10.77.0.1 6667
    server "$ngircd" -f "$RUN/locked.conf" # goes to the background by itself, and ends when nobody is left
    sleep 1
    use() { client python3 "$WORK/use.py" "$1" "$WORK/text"; }
    use talk &
    daemons+=($!)
    use services
    use locked &
    daemons+=($!)
    use strange
    kill -USR1 "$far" # says more
    kill -USR2 "$far"
    sleep 0.1
    kill -USR1 "$far"
    use crowd
    sed -i -e 's/Welcome here/Changed/' -e 's/^MaxJoins = 50/MaxJoins = 60/' -e 's/^Ports = .*/Ports = 6667/' -e 's/PeerPassword = aged/PeerPassword = older/' "$RUN/far.conf"
    kill -HUP "$far"
    use operate
    wait "${daemons[@]}"
    # what fails
    ! "$ngircd" --nonsense
    ! "$ngircd" -f "$RUN/none.conf" -t </dev/null
    printf '[Global]\nName = no dot\nPorts = 999999\nnonsense = 1\n[Limits]\nMaxJoins = x\n[Nonsense]\n[Server]\nName=\nPort = 0\n[Operator]\nMask\n' >"$RUN/bad.conf"
    "$ngircd" -f "$RUN/bad.conf" -t </dev/null || true
    "$ngircd" --version | head -1
    "$ngircd" --help | tail -1
    use last
    wait "$near" || true
    kill "$far" && wait "$far" || true
}

# shellcheck shell=bash
# msmtp: sends mails from standard input to a server. The servers are a delayed link away.
build() {
    make -C src clean
    make -j2 -C src
}

prepare() {
    mkdir "$WORK/mail" "$WORK/home"
    make_text 4 "$WORK/text"
    cat >"$WORK/write.py" <<'PY'
"""Writes mails of many kinds and sizes."""
import base64, random, sys
random.seed(4)
out, text = sys.argv[1], open(sys.argv[2], errors="replace").read()
def write(name, body, *more):
    with open(f"{out}/{name}", "w") as f:
        f.write("From: Me Myself <me@example.org>\nTo: You <you@example.com>, other@example.net\nSubject: mail " + name + "\n")
        f.write("".join(line + "\n" for line in more) + "\n" + body)
for i in range(40):
    write(f"short{i:02}", text[i * 500:i * 500 + random.randrange(2000)])
write("large", text[:3000000], "Date: Mon, 2 Jan 2023 03:04:05 +0000", "Message-ID: <1@example.org>")
write("medium", text[:200000], "Cc: third@example.com,\n four@example.com (a comment), \"Quoted, Name\" <five@example.com>", "Bcc: hidden@example.com, alias1")
write("dots", ".\n..\n.x\n" * 4000 + "no end")
write("list", text[:3000], "Cc: " + ",\n\t".join(f"Person {i} <person{i}@example.com>" for i in range(150)))
write("attachment", base64.encodebytes(random.randbytes(1500000)).decode(), "MIME-Version: 1.0", "Content-Transfer-Encoding: base64")
write("headers", text[:1000], *(f"X-Header-{i}: {'value ' * 10}" for i in range(400)))
write("resent", text[:1000], "Resent-To: again@example.com", "Resent-From: me@example.org")
open(f"{out}/bare", "w").write("To: you@example.com\n\n" + text[:900])
open(f"{out}/crlf", "w", newline="").write(("To: you@example.com\nFrom: me@example.org\n\n" + text[:90000]).replace("\n", "\r\n"))
PY
    python3 "$WORK/write.py" "$WORK/mail" "$WORK/text"
    cat >"$WORK/server.py" <<'PY'
"""SMTP servers: 2525 takes all, 2526 takes time and wants authentication, 2527 refuses things, 2528 knows only HELO, 2529 breaks off, 2424 is LMTP."""
import asyncio, base64, hashlib, hmac, sys
class Peer:
    def __init__(self, port): self.port = port
    async def __call__(self, r, w):
        try:
            await self.talk(r, w)
        except (OSError, asyncio.IncompleteReadError):
            pass
        w.close()
    async def talk(self, r, w):
        port, to = self.port, []
        def say(text): w.write(text.replace("\n", "\r\n").encode() + b"\r\n")
        line = lambda: r.readline()
        say("220-welcome\n220 mail.example.com ESMTP")
        while command := (await line()).decode(errors="replace").strip():
            if port == 2526:
                await asyncio.sleep(0.02)
            word, _, rest = command.partition(" ")
            word = word.upper()
            if word in ("EHLO", "LHLO"):
                say("502 unknown" if port == 2528 else "250-mail.example.com\n" + ("" if port == 2525 else "250-AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2 OAUTHBEARER\n") + "250-PIPELINING\n250-DSN\n250-SIZE 4000000\n250-ETRN\n250-8BITMIME\n250 HELP")
            elif word == "AUTH":
                how, _, data = rest.partition(" ")
                if how == "LOGIN":
                    say("334 VXNlcm5hbWU6"); await line(); say("334 UGFzc3dvcmQ6"); data = (await line()).decode()
                elif how == "CRAM-MD5":
                    say("334 " + base64.b64encode(b"<1@mail>").decode())
                    user, digest = base64.b64decode(await line()).decode().split()
                    data = base64.b64encode(b"secret" if hmac.new(b"secret", b"<1@mail>", hashlib.md5).hexdigest() == digest else b"").decode()
                elif how in ("PLAIN", "XOAUTH2") and not data:
                    say("334 "); data = (await line()).decode()
                ok = b"secret" in base64.b64decode(data) or how in ("EXTERNAL",)
                say("235 welcome" if ok else "535-not you\n535 go away")
            elif word == "MAIL": say("550 not from you" if "bad" in rest else "250 ok"); to = []
            elif word == "RCPT": bad = port == 2527 and "you" not in rest; say("550 no such user" if bad else "250 ok"); to += [] if bad else [rest]
            elif word == "DATA":
                say("354 go on")
                await w.drain()
                size = 0
                while (l := await line()) not in (b".\r\n", b""):
                    size += len(l)
                    if port == 2529 and size > 3000: return
                if port == 2526: await asyncio.sleep(0.05)
                for _ in to if port == 2424 else "1":
                    say("552 too large" if port == 2527 and size > 100000 else f"250 queued {size}")
            elif word == "QUIT": say("221 bye"); break
            elif word in ("RSET", "HELO", "NOOP", "ETRN"): say("250 ok")
            else: say("500 what?")
            await w.drain()
        await w.drain()
async def main():
    for port in (2424, 2525, 2526, 2527, 2528, 2529):
        server = await asyncio.start_server(Peer(port), sys.argv[1], port, limit=1 << 20)
        if len(sys.argv) > 2 and port == 2424:
            await asyncio.start_unix_server(Peer(2424), sys.argv[2])
    await server.serve_forever()
asyncio.run(main())
PY
}

work() {
    local msmtp=$TREE/src/msmtp mail=$WORK/mail home=$RUN/home several=""
    cp -a "$WORK/home" "$home"
    export HOME=$home
    account() { printf 'account %s\n' "$1" && shift && printf '    %s\n' "$@"; }
    {
        printf '# accounts that build on others\ndefaults\nport 2525\ntimeout 20\nlogfile %s\ndomain me.example.org\naliases %s\n\n' "$RUN/log" "$home/aliases"
        account far 'host 10.77.0.2' 'from me@example.org'
        account 'login : far' 'port 2526' 'auth login' 'user me' 'password secret'
        account 'plain : login' 'auth plain'
        account 'cram : login' 'auth cram-md5'
        account 'eval : login' 'auth plain' 'password' 'passwordeval "sleep 0.1; echo secret"'
        account 'netrc : login' 'auth plain' 'password'
        account 'token : login' 'auth xoauth2'
        account 'bearer : login' 'auth oauthbearer'
        account 'unsafe : login' 'auth on'
        account 'wrong : login' 'auth plain' 'password nothing'
        account 'choosy : far' 'port 2527'
        account 'old : far' 'port 2528'
        account 'breaks : far' 'port 2529'
        account 'lmtp : far' 'port 2424' 'protocol lmtp'
        account 'socket : lmtp' "socket $RUN/lmtp"
        account 'auto : far' 'auto_from on' 'maildomain example.org' 'logfile_time_format %Y' 'set_msgid_header auto' 'set_from_header on' 'undisclosed_recipients on' 'syslog LOG_MAIL'
        account 'default : far'
    } >"$home/.msmtprc"
    chmod 600 "$home/.msmtprc"
    printf 'alias1: one@example.com, two@example.com\nme: alias1\n# more\ndefault: root@example.com\n' >"$home/aliases"
    printf 'machine other login x password y\nmachine 10.77.0.2\n  login me\n  password secret\n' >"$home/.netrc" && chmod 600 "$home/.netrc"
    start b python3 "$WORK/server.py" 10.77.0.2 "$RUN/lmtp"
    local server=$!
    for port in 2525 2529; do wait_for_port b 10.77.0.2 $port; done
    send() { client "$msmtp" "$@"; }
    for i in "$mail"/short*; do send you@example.com <"$i"; done
    for i in 1 2 3; do send -t <"$mail/medium"; send you@example.com other@example.com <"$mail/large"; done
    send -t --read-envelope-from -v <"$mail/list" | tail -1
    send -d -t <"$mail/list" | tail -2
    for i in dots attachment headers resent crlf bare; do send you@example.com <"$mail/$i"; send -t -a auto <"$mail/$i"; done
    for a in login plain cram eval netrc token bearer; do for i in 01 02 03; do send -a $a you@example.com <"$mail/short$i"; done; send -a $a -t <"$mail/attachment"; done
    for a in old lmtp socket choosy; do send -a $a you@example.com <"$mail/short05" && send -a $a you@example.com <"$mail/dots"; send -a $a -t <"$mail/list" || true; done
    send alias1 me nobody someone@example.com <"$mail/short07"
    send -f other@example.org -N success,failure,delay -R full -X "$RUN/log2" you@example.com <"$mail/short08"
    send --host=10.77.0.2 --port=2525 --from=me@example.org --logfile=- --domain=here --set-date-header=off --remove-bcc-headers=off you@example.com <"$mail/medium"
    send -C /dev/null --host=10.77.0.2 --port=2526 --auth=plain --user=me --passwordeval='echo secret' -f me@example.org -oi -i -- you@example.com <"$mail/short09"
    send --source-ip=10.77.0.1 you@example.com <"$mail/short10"
    # from slow writers; several at once; what is said about a server
    (head -c 3000 "$mail/medium"; for i in $(seq 40); do echo "slow line $i"; sleep 0.01; done) | send you@example.com
    for i in "$mail"/short1*; do client "$msmtp" -a plain you@example.com <"$i" & several="$several $!"; done
    wait $several || true
    for a in far login old; do send -a $a --serverinfo; done
    send --rmqs=@example.com && send --rmqs=example.com
    send -P you@example.com | tail -3
    send --configure=me@example.invalid || true
    # what fails
    ! send -a wrong you@example.com <"$mail/short01"
    ! send -a unsafe you@example.com <"$mail/short01"
    ! send -a choosy -t <"$mail/list"
    ! send -a choosy you@example.com <"$mail/large"
    ! send -a breaks you@example.com <"$mail/medium"
    ! send -f bad@example.org you@example.com <"$mail/short01"
    ! send --host=10.77.0.2 --port=9 -f me@example.org you@example.com <"$mail/short01"
    ! send --host=nowhere.invalid -f me@example.org you@example.com <"$mail/short01"
    ! send -a nonsense you@example.com <"$mail/short01"
    ! send -C /no/such/file you@example.com <"$mail/short01"
    ! send --tls=on --host=10.77.0.2 --port=2525 you@example.com <"$mail/short01"
    ! send -t </dev/null
    ! send --nonsense
    send --version | head -1
    send --help | tail -1
    kill "$server"
    wait "$server" || true
}

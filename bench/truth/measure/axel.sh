# shellcheck shell=bash
# axel: downloads a file over several connections at once, in threads. The servers are a delayed link away.
build() {
    make clean
    make -j2
}

prepare() {
    mkdir "$WORK/site" "$WORK/home"
    head -c 9000000 /dev/urandom >"$WORK/site/large"
    make_text 3 "$WORK/site/text"
    head -c 20000 "$WORK/site/text" >"$WORK/site/small"
    : >"$WORK/site/empty"
    cat >"$WORK/origin.py" <<'PY'
"""HTTP with ranges, each connection at some speed: /slow/… at 400 kB/s, /fall/… ends early now and then, /plain/… knows no ranges,
/to/… redirects, /named/… has a name of its own, /part/… and /chunk/… are odd; and a proxy; and FTP on port 2121."""
import http.server, itertools, os, socket, socketserver, sys, threading, time
site, address = sys.argv[1:3]
falls = itertools.count()
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self, body=True):
        time.sleep(0.01)
        way, _, name = self.path.split("?")[0].removeprefix(f"http://{address}:8000").strip("/").rpartition("/")
        if way.startswith("to"):
            self.send_response(302)
            self.send_header("Location", f"/{name}" if way == "to" else f"http://{address}:8000/to/{name}" if way == "to2" else self.path)
            return self.end_headers()
        if way == "busy":
            return self.send_error(503)
        if way == "secret" and self.headers.get("Authorization") != "Basic bWU6c2VjcmV0":
            return self.send_error(401)
        try:
            data = open(f"{site}/{name}", "rb").read()
        except OSError:
            return self.send_error(404)
        total, first, last, asked = len(data), 0, len(data) - 1, self.headers.get("Range")
        if asked and way != "plain":
            a, b = asked.split("=")[1].split("-")
            first, last = int(a), int(b or last)
            if first >= total > 0:
                return self.send_error(416)
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{min(last, total - 1)}/{total}")
        else:
            self.send_response(200)
        data = data[first:last + 1]
        if way != "unsized":
            self.send_header("Content-Length", str(len(data)))
        if way == "named":
            self.send_header("Content-Disposition", 'attachment; filename="own name"')
        for i in range(12):
            self.send_header(f"X-Header-{i}", "some value " * 3)
        self.end_headers()
        if way == "fall" and next(falls) % 3 == 1:
            data = data[:len(data) // 2]
        for i in range(0, len(data) if body else 0, 20000):
            self.wfile.write(data[i:i + 20000])
            time.sleep(0.05 if way == "slow" else 0.002)
    def do_HEAD(self):
        self.do_GET(False)
    def log_message(self, *_):
        pass
class Ftp(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")
    def handle(self):
        self.say("220-welcome\r\n220 ready")
        at, listener = 0, None
        for line in self.rfile:
            word, _, rest = line.decode().strip().partition(" ")
            size = os.path.getsize(f"{site}/{rest}") if rest and os.path.exists(f"{site}/{rest}") else -1
            if word == "USER": self.say("331 password")
            elif word == "PASS": self.say("230 in")
            elif word == "TYPE" or word == "CWD": self.say("250 done")
            elif word == "SIZE": self.say(f"213 {size}" if size >= 0 else "550 none")
            elif word == "REST": at = int(rest); self.say("350 go on")
            elif word == "PASV":
                listener = socket.create_server((address, 0))
                port = listener.getsockname()[1]
                self.say(f"227 passive ({address.replace('.', ',')},{port >> 8},{port & 255})")
            elif word == "RETR" and size >= 0 or word == "LIST":
                self.say("150 coming")
                data, _ = listener.accept()
                try:
                    data.sendall(open(f"{site}/{rest}", "rb").read()[at:] if word == "RETR" else b"-rw-r--r-- 1 me me 20000 Jan  1 2020 small\r\n")
                except OSError:
                    pass
                data.close()
                self.say("226 all")
            elif word == "QUIT": return self.say("221 bye")
            else: self.say("550 what?")
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    request_queue_size = 50
    def handle_error(self, *_):
        pass
for port in (8001, 3128):
    threading.Thread(target=Server((address, port), Handler).serve_forever).start()
threading.Thread(target=Server((address, 2121), Ftp).serve_forever).start()
Server((address, 8000), Handler).serve_forever()
PY
}

work() {
    local site=$WORK/site url=http://10.77.0.2:8000 other=http://10.77.0.2:8001
    cd "$RUN"
    cp -a "$WORK/home" home && export HOME=$RUN/home
    start b python3 "$WORK/origin.py" "$site" 10.77.0.2
    local origin=$!
    wait_for_port b 10.77.0.2 8000
    wait_for_port b 10.77.0.2 2121
    get() { client timeout 30 "$TREE/axel" "$@"; }
    for n in 1 2 4 8; do get -n $n -o large$n $url/large | tail -1; cmp large$n "$site/large"; done
    get -q $url/text && get -q -n 3 $url/text && cmp text.0 "$site/text"
    for i in $(seq 6); do get -q -n 2 -o small$i "$url/small?$i"; done
    get -a -n 6 -o a1 $url/large >shown && get -p -n 5 -o a2 $url/slow/text >>shown && get -v -n 3 -o a3 $url/slow/small
    get -s 2000000 -n 4 -o limited $url/text && get -s 900000 -n 2 -a -o limited2 $url/text >>shown
    get -q -n 6 -o mirrors $url/large $other/large && cmp mirrors "$site/large"
    get -q -o redirected $url/to2/text && get -o named $url/named/text | tail -1 && get $url/named/small | tail -1
    get -n 4 -o plain $url/plain/text | tail -2 && get -q -o unsized $url/unsized/small || true
    get -q -H 'Authorization: Basic bWU6c2VjcmV0' -U 'me 1.0' -H 'X-One: 1' -o secret $url/secret/text && get -q -o secret2 http://me:secret@10.77.0.2:8000/secret/small
    http_proxy=http://10.77.0.2:3128 get -q -n 2 -o proxied $url/text && http_proxy=http://10.77.0.2:3128 get -N -q -o direct $url/small
    get -q -n 3 -o ftp1 ftp://10.77.0.2:2121/large && cmp ftp1 "$site/large"
    get -q -o ftp2 ftp://me:secret@10.77.0.2:2121/small || true
    get -n 4 -o empty $url/empty | tail -1 || true
    # stopped halfway and taken up again; connections that break
    for i in 1 2 3; do client timeout -s INT 1 "$TREE/axel" -n 4 -o resumed $url/slow/large | tail -1 || true; ls resumed.st || true; done
    get -n 4 -q -o resumed $url/large && cmp resumed "$site/large"
    printf 'reconnect_delay = 1\nnum_connections = 5\nbuffer_size = 20000\nsave_state_interval = 1\nprogress_style = alternative\nmax_redirect = 5\nconnection_timeout = 5\n# comment\n' >home/.axelrc
    get -o fallen -T 5 $url/fall/text | tail -2 || true
    get -q -o configured $url/large && get -q -c -o configured $url/large || true
    rm -f fallen* && printf 'reconnect_delay = 1\nnum_connections = 3\nuse_protocol = ipv4\n' >home/.axelrc
    get -4 -o again $url/slow/text >>shown && echo $url/small | client xargs "$TREE/axel" -q -o piped
    seq 6 | client xargs -P 3 -I{} "$TREE/axel" -q -n 3 -o together{} $url/large && cmp together6 "$site/large"
    # what fails
    ! get $url/none
    ! get -q $url/busy/text
    ! get $url/to3/text
    ! get http://10.77.0.2:9/text
    ! get -q http://nowhere.invalid/text
    ! get -o /no/such/folder/file $url/text
    ! get --nonsense
    ! get
    get --version | head -1
    kill "$origin"
    wait "$origin" || true
    find . -maxdepth 1 -type f -delete
}

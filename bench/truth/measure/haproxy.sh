# shellcheck shell=bash
# haproxy: a proxy of events and threads, in HTTP and TCP mode. Clients are a delayed link away from it, its servers on its own side or beyond.
build() {
    make clean
    make -j2 TARGET=linux-glibc USE_GETADDRINFO=1 USE_BACKTRACE= haproxy
}

prepare() {
    mkdir "$WORK/site"
    make_text 4 "$WORK/site/large.txt"
    head -c 20000 "$WORK/site/large.txt" >"$WORK/site/small.txt"
    head -c 300000 /dev/urandom >"$WORK/site/noise"
    printf 'HTTP/1.0 503 Busy\r\nContent-Type: text/plain\r\n\r\nsorry\n' >"$WORK/503.http"
    for i in $(seq 2000); do echo "10.$((i % 200)).$((i / 200)).0/24 net$i"; done >"$WORK/nets.map"
    printf '/static app1\n/api app2\n' >"$WORK/paths.map"
    cat >"$WORK/serve.py" <<'PY'
"""A web server: serve.py ADDRESS PORT NAME FOLDER"""
import http.server, sys, time
address, port, name, folder = sys.argv[1:5]
class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def __init__(self, *a): super().__init__(*a, directory=folder)
    def log_message(self, *a): pass
    def end_headers(self): self.send_header("X-Served-By", name); super().end_headers()
    def answer(self, status, data, *headers):
        self.send_response(status)
        for k, v in headers: self.send_header(k, v)
        self.send_header("Content-Length", str(len(data))); self.end_headers()
        if self.command != "HEAD": self.wfile.write(data)
    def do_GET(self):
        self.path = self.path.replace("/static", "").replace("/api", "")
        if self.path.startswith("/slow"): time.sleep(0.2); self.answer(200, b"slow\n", ("Cache-Control", "no-store"))
        elif self.path.startswith("/health"): self.answer(200, b"ok\n")
        elif self.path.startswith("/error"): self.answer(500, b"broken\n")
        elif self.path.startswith("/login"): self.answer(302, b"", ("Location", "/small.txt"), ("Set-Cookie", "session=%d; path=/" % time.time()))
        elif self.path.startswith("/cached"): self.answer(200, b"c" * 3000, ("Cache-Control", "max-age=60"))
        elif self.path.startswith("/chunked"):
            self.send_response(200); self.send_header("Transfer-Encoding", "chunked"); self.send_header("Content-Type", "text/plain"); self.end_headers()
            for i in range(30): self.wfile.write(b"400\r\n" + b"line of text %3d\n" % i * 60 + b"x" * 4 + b"\r\n"); time.sleep(0.005)
            self.wfile.write(b"0\r\n\r\n")
        else: super().do_GET()
    do_HEAD = do_GET
    def do_POST(self): self.answer(200, b"%d\n" % len(self.rfile.read(int(self.headers.get("Content-Length") or 0))))
http.server.ThreadingHTTPServer((address, int(port)), Handler).serve_forever()
PY
    cat >"$WORK/use.py" <<'PY'
"""A client that keeps connections, sends odd requests and many of them."""
import http.client, socket, threading
def session(n):
    c = http.client.HTTPConnection("10.77.0.2", 8080, timeout=20)
    for i in range(n):
        path = ("/small.txt", "/static/small.txt", "/api/chunked", "/cached", "/slow", "/login", "/error", "/none", "/old/page", "/denied", "/noise")[i % 11]
        c.request("GET", f"{path}?n={i}", headers={"X-Number": str(i), "Cookie": f"SRV=s{i % 3}; a=b", "User-Agent": "bot" if i % 9 == 8 else "use", "Accept-Encoding": "gzip", "X-Forwarded-For": f"10.{i % 200}.3.4"})
        r = c.getresponse(); r.read()
        if r.will_close: c.close()
    c.close()
threads = [threading.Thread(target=session, args=(66,)) for _ in range(6)]
[t.start() for t in threads], [t.join() for t in threads]
for text in (b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET /small.txt HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", b"GET /small.txt HTTP/1.0\r\n\r\n", b"GET /small.txt HTTP/1.1\r\nHost: a\r\n\r\n" * 8 + b"GET /small.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
             b"POST /post HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nhello\r\n0\r\n\r\n", b"GET /" + b"x" * 20000 + b" HTTP/1.1\r\n\r\n", b"GET /never"):
    with socket.create_connection(("10.77.0.2", 8080), timeout=3) as s:
        s.sendall(text)
        try:
            while s.recv(65536): pass
        except OSError: pass
PY
}

work() {
    sed 's/ | /\n    /g' <<END >"$RUN/conf"
global | maxconn 500 | nbthread 2 | stats socket $RUN/admin level admin | log 127.0.0.1:5140 local0 | hard-stop-after 5s
defaults | mode http | log global | option httplog | option forwardfor | retries 2 | timeout connect 2s | timeout client 4s | timeout server 4s
    timeout http-request 2s | errorfile 503 $WORK/503.http
cache small | total-max-size 4 | max-age 60
userlist people | user admin insecure-password secret
frontend web | bind 10.77.0.2:8080 | acl bot hdr_sub(user-agent) -i bot | acl own src 10.77.0.0/16
    stick-table type ip size 10k expire 30s store http_req_rate(10s),conn_cur,bytes_out_rate(10s) | http-request track-sc0 src
    http-request deny deny_status 403 if { path_beg /denied } or { sc0_http_req_rate gt 100000 }
    http-request redirect location /small.txt code 301 if { path_beg /old } | http-request set-header X-Net %[req.hdr(x-forwarded-for),map_ip($WORK/nets.map,none)]
    http-request set-var(txn.key) path,lower,crc32,mod(7) | http-request auth realm stats if { path_beg /private } !{ http_auth(people) }
    http-request cache-use small if { path_beg /cached } | http-response cache-store small | http-response set-header X-Key %[var(txn.key)]
    http-response del-header Server | compression algo gzip | compression type text/plain text/html | capture request header User-Agent len 30
    use_backend app2 if bot own | use_backend %[path,map_beg($WORK/paths.map,app1)] | stats enable | stats uri /stats
backend app1 | balance roundrobin | cookie SRV insert indirect nocache | option httpchk GET /health | server s0 127.0.0.1:8000 check inter 300 cookie s0 weight 2
    server s1 10.77.0.1:8001 check inter 300 cookie s1 | server s2 127.0.0.1:9 check inter 300 cookie s2
backend app2 | balance uri | hash-type consistent | http-reuse always | http-request replace-path /api(.*) \\1 | server s0 127.0.0.1:8000 maxconn 4
    server s1 10.77.0.1:8001 maxconn 20
listen plain | mode tcp | option tcplog | bind 10.77.0.2:8090 | balance leastconn | tcp-request inspect-delay 1s | tcp-request content accept if HTTP
    server s0 127.0.0.1:8000 check | server s1 10.77.0.1:8001 check
listen nobody | bind 10.77.0.2:8091 | server s0 127.0.0.1:9
END
    local haproxy=$TREE/haproxy others curl="curl -s -o /dev/null" web=http://10.77.0.2:8080 i daemon worker
    start b python3 "$WORK/serve.py" 127.0.0.1 8000 near "$WORK/site" 2>/dev/null
    others=($!)
    start a python3 "$WORK/serve.py" 10.77.0.1 8001 far "$WORK/site" 2>/dev/null
    others+=($!)
    wait_for_port b 127.0.0.1 8000 && wait_for_port a 10.77.0.1 8001
    "$haproxy" -c -f "$RUN/conf"
    "$haproxy" -vv | head -3
    ! "$haproxy" -c -f "$RUN/none"
    ! printf 'frontend x\n    bind nonsense\n    frobnicate\n' | "$haproxy" -c -f /dev/stdin
    admin() { python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.sendall(sys.argv[2].encode() + b"\n"); n = 0
while d := s.recv(65536): n += len(d)
print(sys.argv[2], n)' "$RUN/admin" "$1"; }
    start b "$haproxy" -db -f "$RUN/conf"
    daemon=$!
    wait_for_port b 10.77.0.2 8080
    client python3 "$WORK/use.py"
    for i in $(seq 20); do client $curl "$web/small.txt?$i"; done
    for i in 1 2 3; do client $curl "$web/large.txt"; client $curl --compressed "$web/static/large.txt"; client $curl http://10.77.0.2:8090/large.txt; done
    seq 24 | client xargs -P 8 -I{} $curl "$web/api/small.txt?{}"
    seq 12 | client xargs -P 6 -I{} $curl "http://10.77.0.2:8090/slow?{}"
    client $curl --data-binary "@$WORK/site/noise" "$web/post"
    client $curl -T "$WORK/site/large.txt" -X POST -H Expect: "$web/api/post"
    client $curl --limit-rate 4M "$web/large.txt"
    client $curl -I "$web/small.txt"
    client $curl -u admin:secret "$web/private" "$web/stats" "$web/stats;csv"
    client $curl http://10.77.0.2:8091/
    client timeout 0.3 curl -s -o /dev/null --limit-rate 100k "$web/large.txt" || true
    for i in help "show info" "show stat" "show table web" "show servers state" "show sess" "show map $WORK/paths.map" "disable server app1/s1" "show activity" \
        "set weight app1/s0 50%" "enable server app1/s1" "show cache" "show errors" "clear counters" "show pools" "show threads" "show fd" nonsense; do admin "$i"; done
    kill -USR1 "$daemon" && wait "$daemon" || true
    # a master with a worker that is replaced
    start b "$haproxy" -W -db -f "$RUN/conf"
    daemon=$!
    wait_for_port b 10.77.0.2 8080
    for i in $(seq 10); do client $curl "$web/small.txt?$i"; done
    kill -USR2 "$daemon"
    sleep 1
    client python3 "$WORK/use.py"
    kill -USR1 "$daemon" && wait "$daemon" || true
    kill "${others[@]}"
}

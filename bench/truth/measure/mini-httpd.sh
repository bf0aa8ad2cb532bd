# shellcheck shell=bash
# mini-httpd: a web server that starts a process for each request. Files, lists, CGI, passwords, hosts, TLS; clients are a delayed link away.
build() {
    make clean
    make -j2 mini_httpd htpasswd
}

prepare() {
    local site=$WORK/site
    chmod a+rx "$WORK"
    mkdir -p "$site/list/deep" "$site/cgi-bin" "$site/private" "$site/errors" "$site/indexed" "$site/run" "$WORK/hosts/one.example/list" "$WORK/hosts/10.77.0.2"
    make_text 4 "$site/large.txt"
    head -c 2000000 /dev/urandom >"$site/noise.tar.gz"
    head -c 20000 "$site/large.txt" >"$site/small.html"
    head -c 9000 /dev/urandom >"$site/picture.jpg"
    for i in $(seq 60); do echo "$i" >"$site/list/file <$i>.txt"; done
    cp "$site/small.html" "$site/indexed/index.html"
    cp "$site/small.html" "$site/errors/err404.html"
    : >"$site/empty"
    echo hidden >"$site/closed.html" && chmod 600 "$site/closed.html"
    cp "$site/small.html" "$site/picture.jpg" "$WORK/hosts/one.example" && cp "$site/small.html" "$WORK/hosts/one.example/list"
    cp "$site/small.html" "$WORK/hosts/10.77.0.2/index.htm"
    printf '#!/bin/sh\nsleep 0.03\nprintf "Content-Type: text/plain\\r\\nX-Extra: yes\\r\\n\\r\\n"\nenv; [ -z "$CONTENT_LENGTH" ] || head -c "$CONTENT_LENGTH" | wc -c\n' >"$site/cgi-bin/env"
    printf '#!/bin/sh\nprintf "Status: 403 No\\r\\nContent-Type: text/plain\\r\\n\\r\\n"\necho refused; echo to the error stream >&2\n' >"$site/cgi-bin/refuse"
    printf '#!/bin/sh\nprintf "Location: /small.html\\n\\n"\n' >"$site/cgi-bin/move"
    printf '#!/bin/sh\nprintf "HTTP/1.0 200 OK\\r\\n\\r\\n"\nfor i in 1 2 3; do sleep 0.05; seq 2000; done\n' >"$site/cgi-bin/nph-slow"
    printf '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n"\nfor i in 1 2 3 4 5; do sleep 0.04; seq 3000; done\n' >"$site/cgi-bin/slow"
    cp "$site/cgi-bin/env" "$site/run/index.cgi"
    chmod 755 "$site"/cgi-bin/* "$site/run/index.cgi"
    echo "no program" >"$site/cgi-bin/broken" && chmod 755 "$site/cgi-bin/broken"
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=web -keyout "$WORK/pem" -out "$WORK/cert" && cat "$WORK/cert" >>"$WORK/pem"
    head -c 3000000 "$site/large.txt" >"$WORK/upload"
    cat >"$WORK/raw.py" <<'PY'
"""Requests as no browser sends them. raw.py PORT [tls]"""
import socket, ssl, sys, time
def connect():
    c = socket.create_connection(("10.77.0.2", int(sys.argv[1])), timeout=20)
    return ssl._create_unverified_context().wrap_socket(c) if "tls" in sys.argv else c
def ask(*pieces, pause=0.0, read=65536, stop=None):
    c, n, first = connect(), 0, b""
    try:
        for piece in pieces:
            c.sendall(piece if isinstance(piece, bytes) else piece.encode())
            time.sleep(pause)
        while (data := c.recv(read)):
            first = first or data[:30]
            n += len(data)
            if read < 20000:
                time.sleep(0.002)
            if stop and n > stop:
                break
    except OSError as e:
        print(e)
    c.close()
    print(pieces[0][:30] if pieces else "", n, first)
end = " HTTP/1.0\r\nHost: 10.77.0.2\r\nUser-Agent: raw\r\n\r\n"
for line in ("GET /small.html HTTP/1.0\n\n", "GET\r\n\r\n", "GET /\r\n\r\n", "\r\n\r\n", "NONSENSE /" + end, "GET x" + end, "PUT /x" + end, "DELETE /small.html" + end, "TRACE /" + end,
             "OPTIONS /" + end, "GET /a/../small.html" + end, "GET /../../etc/passwd" + end, "GET //../x/./y/../../small.html" + end, "GET /%73mall%2ehtml" + end, "GET /list/%zz%" + end,
             "GET /list" + end, "GET /list?q=1" + end, "GET /small.html/more/path" + end, "GET /cgi-bin/env/more/path?a=b&c" + end, "GET /cgi-bin/env?one+two+th%20ree" + end,
             "GET /small.html HTTP/1.0\r\nHost: .x\r\n\r\n", "GET /small.html HTTP/1.0\r\nAuthorization: Basic !!!\r\nCookie: a=b\r\nReferrer: http://x/\r\n\r\n", "POST /small.html" + end, "GET /private/" + end,
             "GET /private/x HTTP/1.0\r\nAuthorization: Digest x\r\n\r\n", "GET /private/ HTTP/1.0\r\nAuthorization: Basic bm9jb2xvbg==\r\n\r\n", "HEAD /large.txt" + end, "HEAD /list/" + end, "GET /.htpasswd" + end, "GET /private/.htpasswd" + end):
    ask(line)
for date in ("Sun, 06 Nov 2033 08:49:37 GMT", "Sunday, 06-Nov-33 08:49:37 GMT", "Sun Nov  6 08:49:37 2033", "Sun, 06 Nov 1994 08:49:37 GMT", "06 Nov 2033 08:49:37 GMT", "08:49:37 06-Nov-33 GMT", "nonsense"):
    ask(f"GET /small.html HTTP/1.1\r\nHost: 10.77.0.2\r\nIf-Modified-Since: {date}\r\n\r\n")
for _ in range(3):
    ask(*("GET /small.html" + end), pause=0.003)                    # a slow writer
    ask("GET /large.txt" + end, read=16000, stop=1500000)           # a slow reader, who leaves
    ask("GET /cgi-bin/slow" + end, read=4000)
    ask("POST /cgi-bin/env HTTP/1.0\r\nContent-Type: text/plain\r\nContent-Length: 30000\r\n\r\nstart", *["x" * 1000] * 40, pause=0.004)
ask("GET /cgi-bin/nph-slow" + end, stop=100)
ask("GET /large.txt" + end, stop=10)
ask("GET /" + "x" * 9000 + end)
connect().close()
PY
}

work() {
    local daemons=() url=http://10.77.0.2 site=$WORK/site curl="curl -s -o /dev/null" i
    find "$RUN" -maxdepth 1 -type d -exec chmod a+rwx {} + # processes of another user write here
    cd "$RUN"
    for i in one two three two $(seq 15); do printf 'word\nword\n' | setsid -w "$TREE/htpasswd" $([ -e users ] || echo -c) users $i; done
    printf 'word\nother\n' | setsid -w "$TREE/htpasswd" users four || true
    ! "$TREE/htpasswd" || ! "$TREE/htpasswd" none/users five
    cp users "$site/private/.htpasswd" && cp "$site/small.html" "$site/private/index.html" && chmod a+r "$site/private/.htpasswd"
    cat >conf <<END
# hosts with names, one folder each
port=8082 host=10.77.0.2
dir=/ data_dir=$WORK/hosts chroot
user=www-data   vhost debug
logfile=$RUN/hosts.log
charset=iso-8859-1 max_age=60
urlpat=**.jpg|**.png localpat=**.example noemptyreferers=1
cgipat=cgi-bin/*
END
    echo nonsense=1 >bad1 && echo chroot=1 >bad2 && echo port >bad3
    get() { client curl -s -o /dev/null "$@" >/dev/null || true; } # some answers are none
    web() { start b "$TREE/mini_httpd" "$@" && daemons+=($!); }
    web -D -h 10.77.0.2 -p 8081 -d "$site" -c '**.cgi|cgi-bin/*' -u nobody -l "$RUN/log" -T utf-8 -P 'CP="NOI"' -M 600
    web -D -C "$RUN/conf"
    web -D -S -E "$WORK/pem" -Y DEFAULT -h 10.77.0.2 -p 8443 -d "$site" -c 'cgi-bin/*' -l "$RUN/tls.log"
    server "$TREE/mini_httpd" -p 8084 -d / -dd "$site" -r -v -i "$RUN/pid" -u www-data -l "$RUN/daemon.log"
    for i in 8081 8082 8443; do wait_for_port b 10.77.0.2 $i; done
    for i in $(seq 12); do get "$url:8081/small.html?$i" "$url:8081/list/file%20%3C$i%3E.txt" "$url:8081/list/" "$url:8081/indexed/" "$url:8081/missing$i"; done
    for _ in 1 2 3; do get "$url:8081/large.txt" "$url:8081/noise.tar.gz" "$url:8081/" "$url:8081/empty" "$url:8081/closed.html" "$url:8081/picture.jpg"; done
    for i in 1 2 3 4; do get "$url:8081/cgi-bin/env?$i" "$url:8081/run/" "$url:8081/cgi-bin/refuse" "$url:8081/cgi-bin/move" "$url:8081/cgi-bin/nph-slow" "$url:8081/cgi-bin/slow" "$url:8081/cgi-bin/broken"; done
    for i in 1 2 3; do get -d "name=$i&x=y" "$url:8081/cgi-bin/env"; get -H Expect: --data-binary "@$WORK/upload" "$url:8081/cgi-bin/env"; done
    for i in one two three four none 5 one two 9 15; do get -u $i:word "$url:8081/private/"; get -u $i:wrong "$url:8081/private/"; done
    get --limit-rate 2M "$url:8081/large.txt"
    client python3 "$WORK/raw.py" 8081
    kill -HUP "${daemons[0]}"
    mv log old.log && kill -HUP "${daemons[0]}"
    seq 40 | client xargs -P 8 -I{} $curl "$url:8081/list/" "$url:8081/small.html?{}" "$url:8081/cgi-bin/env" >/dev/null
    seq 6 | client xargs -P 6 -I{} $curl "$url:8081/large.txt?{}"
    # hosts by name, and who may link to pictures
    for i in 1 2 3; do
        for host in one.example ONE.example two.example 10.77.0.2; do get -H "Host: $host" "$url:8082/" "$url:8082/small.html" "$url:8082/list/"; done
        for from in http://one.example/ http://else.where/x nonsense ''; do get -H "Host: one.example" -e "$from" "$url:8082/picture.jpg"; done
    done
    get -0 "$url:8082/picture.jpg"
    get "$url:8084/" "$url:8084/small.html" -H "Host: x" "$url:8084/x"
    server curl -s -o /dev/null -g "http://[::1]:8084/" http://127.0.0.1:8084/ || true
    # TLS
    for i in $(seq 5); do get -k "https://10.77.0.2:8443/small.html?$i" "https://10.77.0.2:8443/list/" "https://10.77.0.2:8443/large.txt" "https://10.77.0.2:8443/cgi-bin/env?$i" "https://10.77.0.2:8443/none"; done
    get -k --data-binary "@$WORK/upload" "https://10.77.0.2:8443/cgi-bin/env"
    get -k "https://10.77.0.2:8443/cgi-bin/nph-slow" "https://10.77.0.2:8443/cgi-bin/slow" -u one:word "https://10.77.0.2:8443/private/"
    seq 8 | client xargs -P 4 -I{} $curl -k "https://10.77.0.2:8443/noise.tar.gz"
    get "$url:8443/"
    client python3 "$WORK/raw.py" 8443 tls
    # what fails
    for i in bad1 bad2 bad3 none; do ! "$TREE/mini_httpd" -D -C $i; done
    ! "$TREE/mini_httpd" --nonsense
    ! "$TREE/mini_httpd" -D -u no-such-user
    ! "$TREE/mini_httpd" -D -l /no/such/log
    ! "$TREE/mini_httpd" -D -h no-such-host.invalid -p 8099
    ! "$TREE/mini_httpd" -D -p 8099 -h 127.0.0.1 -d /no/such/folder
    ! "$TREE/mini_httpd" -D -p 8099 -h 127.0.0.1 -S -E /no/such/file
    ! server "$TREE/mini_httpd" -D -h 10.77.0.2 -p 8081
    "$TREE/mini_httpd" -V || true
    sleep 0.3
    kill "$(cat pid)" "${daemons[@]}" && wait "${daemons[@]}" || true
    rm -f "$site/private/.htpasswd"
}

# shellcheck shell=bash
# nginx: a server of worker processes around event loops. Files, a proxied and cached origin, rewriting, filters, errors;
# clients are a delayed link away.
build() {
    # "make clean" would take configure's Makefile as well
    find objs -name '*.o' -delete
    rm -f objs/nginx
    make -j2
}

prepare() {
    mkdir "$WORK/site" "$WORK/site/list" "$WORK/site/private"
    make_text 4 "$WORK/site/large.txt"
    head -c 20000 "$WORK/site/large.txt" >"$WORK/site/small.html"
    head -c 300000 "$WORK/site/large.txt" >"$WORK/site/middle.txt"
    head -c 500000 /dev/urandom >"$WORK/site/noise.bin"
    for i in $(seq 200); do echo "$i" >"$WORK/site/list/$i.txt"; done
    echo secret >"$WORK/site/private/page.html"
    printf 'user:{PLAIN}word\nother:$apr1$salt$S8Gvhw3sVXYZ6Gy3Zkn0U0\n' >"$WORK/users"
    cat >"$WORK/site/page.shtml" <<'END'
<html><!--#config timefmt="%H:%M" --><!--#echo var="date_local" -->
<!--#set var="word" value="yes" --><!--#if expr="$word = yes" -->set<!--#else -->unset<!--#endif -->
<!--#include virtual="/list/1.txt" --><!--#include virtual="/origin/small.html" --></html>
END
    mkdir "$WORK/origin"
    ln -s "$WORK/site" "$WORK/origin/files"
    cp "$WORK/site/small.html" "$WORK/site/middle.txt" "$WORK/origin/"
}

work() {
    mkdir -p "$RUN/logs" "$RUN/cache" "$RUN/upload" "$RUN/temp"
    cat >"$RUN/conf" <<END
daemon off;
user root;
worker_processes 2;
error_log $RUN/logs/error.log info;
pid $RUN/pid;
thread_pool files threads=2;
events { worker_connections 256; }
http {
    types { text/html html shtml; text/plain txt; application/octet-stream bin; }
    log_format long '\$remote_addr \$time_iso8601 "\$request" \$status \$body_bytes_sent \$request_time \$upstream_response_time \$kind';
    access_log $RUN/logs/access.log long;
    client_body_temp_path $RUN/temp/body; proxy_temp_path $RUN/temp/proxy; fastcgi_temp_path $RUN/temp/fastcgi;
    uwsgi_temp_path $RUN/temp/uwsgi; scgi_temp_path $RUN/temp/scgi;
    proxy_cache_path $RUN/cache levels=1:2 keys_zone=pages:1m max_size=8m inactive=1m;
    limit_req_zone \$binary_remote_addr zone=few:1m rate=20r/s;
    limit_conn_zone \$binary_remote_addr zone=clients:1m;
    map \$http_user_agent \$kind { default other; ~*curl curl; "" none; }
    geo \$near { default 0; 10.77.0.0/24 1; }
    split_clients \$request_uri \$half { 50% first; * second; }
    upstream back { server 10.77.0.1:8000 max_fails=0; keepalive 4; }
    upstream pair { least_conn; server 10.77.0.1:8000 weight=2; server 10.77.0.1:8001 backup; }
    upstream broken { server 10.77.0.1:9 max_fails=1; server 10.77.0.1:8000; }
    sendfile on;
    gzip_types text/plain; gzip_min_length 500; gzip_vary on;
    open_file_cache max=100 inactive=10s;
    server {
        listen 10.77.0.2:8080;
        server_name main *.example.org ~^www\\.(?<zone>[a-z]+)\\.net\$;
        root $WORK/site;
        index small.html;
        add_header X-Near "\$near \$half" always;
        error_page 404 /list/1.txt;
        location /list/ { autoindex on; autoindex_exact_size off; expires 1h; }
        location /json/ { alias $WORK/site/list/; autoindex on; autoindex_format json; }
        location /zip/ { alias $WORK/site/; gzip on; gzip_comp_level 5; open_file_cache off; }
        location /threads/ { alias $WORK/site/; aio threads=files; directio 1m; sendfile off; output_buffers 2 64k; }
        location /slow/ { alias $WORK/site/; limit_rate 400k; limit_rate_after 50k; }
        location /sub/ { alias $WORK/site/; sub_filter 'include' 'exclude'; sub_filter_once off; }
        location /added/ { alias $WORK/site/; addition_types *; add_before_body /list/2.txt; add_after_body /origin/small.html; }
        location /private/ { auth_basic "private"; auth_basic_user_file $WORK/users; }
        location /asked/ { alias $WORK/site/; auth_request /list/3.txt; }
        location /denied/ { allow 10.78.0.0/16; deny all; }
        location /few/ { alias $WORK/site/; limit_req zone=few burst=4; limit_conn clients 3; }
        location ~ \\.shtml\$ { ssi on; }
        location ~* ^/old/(?<page>.+)\\.htm\$ { rewrite ^/old/(.+)\\.htm\$ /\$1.html last; }
        location /moved/ { return 301 http://\$host:8080/list/\$arg_n.txt; }
        location /try/ { try_files \$uri /try\$uri /small.html =404; }
        location = /status { stub_status; }
        location = /pixel { empty_gif; }
        location /origin/ { proxy_pass http://back/; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header X-From \$remote_addr; }
        location /cached/ { proxy_pass http://pair/; proxy_cache pages; proxy_cache_valid any 1m; proxy_cache_use_stale error; proxy_ignore_headers Expires Cache-Control; add_header X-Cache \$upstream_cache_status; }
        location /broken/ { proxy_pass http://broken/; proxy_connect_timeout 1s; }
        location /unbuffered/ { proxy_pass http://back/; proxy_buffering off; }
        location /mirrored/ { mirror /origin/small.html; alias $WORK/site/; }
        location /echo/ { proxy_pass http://10.77.0.1:8001/; client_max_body_size 8m; client_body_buffer_size 16k; }
        if (\$http_x_stop) { return 403 "stopped"; }
    }
    server {
        listen 10.77.0.2:8081;
        server_name _;
        access_log $RUN/logs/other.log;
        location / { proxy_pass http://10.77.0.2:8080; proxy_redirect default; gunzip on; proxy_set_header Accept-Encoding gzip; proxy_cookie_path / /x/; }
    }
}
END
    cat >"$RUN/echo.py" <<'END'
import http.server, time
class Echo(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        time.sleep(0.01)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", "a=b; Path=/")
        self.end_headers()
        self.wfile.write(body)
    do_PUT = do_POST
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        for i in range(20):
            self.wfile.write(b"line %d\n" % i * 50)
            time.sleep(0.005)
http.server.ThreadingHTTPServer(("10.77.0.1", 8001), Echo).serve_forever()
END
    server "$TREE/objs/nginx" -p "$RUN" -c "$RUN/conf" -t
    start a python3 -m http.server -d "$WORK/origin" --bind 10.77.0.1 8000 2>"$RUN/origin.log"
    local origin=$!
    start a python3 "$RUN/echo.py" 2>"$RUN/echo.log"
    local echo=$!
    start b "$TREE/objs/nginx" -p "$RUN" -c "$RUN/conf"
    local daemon=$!
    wait_for_port a 10.77.0.1 8000
    wait_for_port a 10.77.0.1 8001
    wait_for_port b 10.77.0.2 8080
    local url=http://10.77.0.2:8080 get="curl -s -o /dev/null"
    for i in $(seq 20); do client $get "$url/small.html?$i" "$url/list/$i.txt" "$url/old/small.htm"; done
    for _ in 1 2 3; do client $get "$url/large.txt" "$url/threads/large.txt" "$url/threads/noise.bin"; done
    client $get -r 1000-90000 "$url/large.txt"
    client $get -r 0-99,5000-5099,-50 "$url/large.txt"
    client $get -r 99999999- "$url/large.txt" "$url/small.html"
    for _ in 1 2 3; do client $get "$url/list/" "$url/json/" "$url/" "$url/list" "$url/missing" "$url/try/none" "$url/denied/x" "$url/pixel" "$url/status"; done
    client $get -L "$url/moved/?n=7" -H 'Host: 10.77.0.2'
    client $get -H 'X-Stop: 1' "$url/small.html"
    client $get -I "$url/small.html" "$url/large.txt"
    client $get -H 'If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT' -H 'If-None-Match: "none"' "$url/small.html" "$url/middle.txt"
    client $get -H 'Host: www.some.net' "$url/small.html"
    for who in user:word user:wrong other:word; do client $get -u $who "$url/private/page.html"; done
    client $get "$url/private/page.html" "$url/asked/small.html"
    for _ in 1 2 3; do client $get --compressed "$url/zip/large.txt" "$url/zip/middle.txt" "$url/zip/small.html" "$url/zip/noise.bin"; done
    for _ in 1 2; do client $get "$url/sub/large.txt" "$url/sub/small.html" "$url/added/small.html" "$url/page.shtml"; done
    client $get "$url/slow/middle.txt"
    for i in $(seq 8); do client $get "$url/origin/small.html" "$url/cached/middle.txt?$((i % 3))" "$url/unbuffered/middle.txt" "$url/broken/small.html"; done
    client $get "$url/origin/files/large.txt" "$url/cached/files/large.txt" "$url/cached/none" "$url/mirrored/small.html" "$url/echo/"
    for _ in 1 2; do client $get --data-binary "@$WORK/site/large.txt" "$url/echo/post"; done
    client $get -T "$WORK/site/middle.txt" -H 'Transfer-Encoding: chunked' "$url/echo/put"
    client $get --data-binary "@$WORK/site/small.html" "$url/echo/post" "$url/small.html"
    client $get "http://10.77.0.2:8081/small.html" "http://10.77.0.2:8081/zip/middle.txt" "http://10.77.0.2:8081/moved/?n=2"
    printf 'GET /small.html HTTP/1.1\r\nHost: x\r\n\r\nGET /list/4.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' |
        client timeout 5 bash -c 'exec 3<>/dev/tcp/10.77.0.2/8080; cat >&3; cat <&3 >/dev/null' || true
    printf 'nonsense\r\n\r\n' | client timeout 5 bash -c 'exec 3<>/dev/tcp/10.77.0.2/8080; cat >&3; cat <&3 >/dev/null' || true
    seq 100 | client xargs -P 8 -I{} $get "$url/list/{}.txt" "$url/small.html" "$url/cached/middle.txt?{}"
    seq 24 | client xargs -P 8 -I{} $get --compressed "$url/few/{}" "$url/zip/middle.txt" "$url/origin/small.html"
    kill -USR1 "$daemon" # logs anew
    client $get "$url/small.html"
    kill -HUP "$daemon" # the configuration anew: other workers
    sleep 0.5
    client $get "$url/small.html" "$url/origin/small.html" "$url/cached/middle.txt?1"
    kill -QUIT "$daemon" && wait "$daemon" || true
    kill "$origin" "$echo"
}

# shellcheck shell=bash
# lighttpd: a server around an event loop. Files, CGI, a proxied origin, errors; clients are a delayed link away.
build() {
    make clean
    make -j2
}

prepare() {
    mkdir "$WORK/site" "$WORK/site/list"
    make_text 4 "$WORK/site/large.txt"
    head -c 20000 "$WORK/site/large.txt" >"$WORK/site/small.html"
    for i in $(seq 40); do echo "$i" >"$WORK/site/list/$i.txt"; done
    printf '#!/bin/sh\nsleep 0.02\nprintf "Content-Type: text/plain\\r\\n\\r\\n"\nenv | head -c 2000\n' >"$WORK/site/run.cgi"
    chmod +x "$WORK/site/run.cgi"
}

work() {
    cat >"$RUN/conf" <<END
server.document-root = "$WORK/site"
server.port = 8080
server.bind = "10.77.0.2"
server.errorlog = "$RUN/error.log"
server.upload-dirs = ( "$RUN" )
server.modules = ( "mod_access", "mod_accesslog", "mod_dirlisting", "mod_cgi", "mod_proxy", "mod_rewrite",
                   "mod_redirect", "mod_status", "mod_expire", "mod_setenv", "mod_auth", "mod_authn_file" )
accesslog.filename = "$RUN/access.log"
mimetype.assign = ( ".html" => "text/html", ".txt" => "text/plain" )
index-file.names = ( "small.html" )
dir-listing.activate = "enable"
cgi.assign = ( ".cgi" => "" )
url.access-deny = ( ".secret" )
status.status-url = "/status"
expire.url = ( "/list/" => "access 1 hours" )
setenv.add-response-header = ( "X-Test" => "yes" )
auth.backend = "plain"
auth.backend.plain.userfile = "$RUN/users"
auth.require = ( "/status" => ( "method" => "basic", "realm" => "status", "require" => "valid-user" ) )
\$HTTP["url"] =~ "^/origin/" { proxy.server = ( "" => ( ( "host" => "10.77.0.1", "port" => 8000 ) ) ) }
END
    sed -i '/=~/s/=~ "^/=^ "/' "$RUN/conf"
    echo 'user:word' >"$RUN/users"
    mkdir "$RUN/origin" && cp "$WORK/site/small.html" "$RUN/origin/"
    mkdir "$RUN/origin/origin" && cp "$WORK/site/small.html" "$RUN/origin/origin/"
    start a python3 -m http.server -d "$RUN/origin" --bind 10.77.0.1 8000 2>"$RUN/origin.log"
    local origin=$!
    start b "$TREE/src/lighttpd" -D -m "$TREE/src/.libs" -f "$RUN/conf"
    local daemon=$!
    wait_for_port a 10.77.0.1 8000
    wait_for_port b 10.77.0.2 8080
    local url=http://10.77.0.2:8080 get="curl -s -o /dev/null"
    for i in $(seq 20); do client $get "$url/small.html?$i" "$url/list/$i.txt"; done
    for _ in 1 2 3; do client $get "$url/large.txt"; done
    client $get -r 1000-90000 "$url/large.txt"
    client $get "$url/list/" "$url/" "$url/missing" "$url/x.secret" -u user:word "$url/status"
    for _ in $(seq 6); do client $get "$url/run.cgi" "$url/origin/small.html"; done
    client $get --data-binary "@$WORK/site/large.txt" "$url/run.cgi"
    seq 30 | client xargs -P 8 -I{} $get "$url/list/{}.txt" "$url/small.html"
    client $get --http2-prior-knowledge "$url/small.html" "$url/large.txt" || true
    kill "$daemon" && wait "$daemon" || true
    kill "$origin"
}

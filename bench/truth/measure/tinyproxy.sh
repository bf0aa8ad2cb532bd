# shellcheck shell=bash
# tinyproxy: a forwarding proxy of threads. Clients and the origin server are a delayed link away.
build() {
    make -C src clean
    make -j2 -C src
}

prepare() {
    mkdir "$WORK/site"
    make_text 4 "$WORK/site/large.txt"
    head -c 20000 "$WORK/site/large.txt" >"$WORK/site/small.txt"
}

work() {
    cat >"$RUN/conf" <<END
Port 8888
Listen 10.77.0.1
Timeout 20
LogFile "$RUN/log"
LogLevel Info
PidFile "$RUN/pid"
MaxClients 50
ViaProxyName "proxy"
Filter "$RUN/filter"
ConnectPort 8000
END
    printf '^blocked\\.example$\n^other.*\n' >"$RUN/filter"
    start b python3 -m http.server -d "$WORK/site" --bind 10.77.0.2 8000 2>"$RUN/origin.log"
    local origin=$!
    start a "$TREE/src/tinyproxy" -d -c "$RUN/conf"
    local proxy=$!
    wait_for_port b 10.77.0.2 8000
    wait_for_port a 10.77.0.1 8888
    local get="curl -s -o /dev/null -x http://10.77.0.1:8888"
    for _ in $(seq 15); do client $get http://10.77.0.2:8000/small.txt; done
    for _ in 1 2 3; do client $get http://10.77.0.2:8000/large.txt; done
    for _ in $(seq 4); do client $get -p http://10.77.0.2:8000/small.txt; done
    client $get http://blocked.example/ http://10.77.0.2:9/ || true
    seq 12 | client xargs -P 6 -I{} $get "http://10.77.0.2:8000/small.txt?{}"
    printf 'nonsense\r\n\r\n' | client timeout 5 bash -c 'exec 3<>/dev/tcp/10.77.0.1/8888; cat >&3; cat <&3' || true
    kill -TERM "$proxy" && wait "$proxy" || true
    kill "$origin"
}

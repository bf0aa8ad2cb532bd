# shellcheck shell=bash
# mosquitto: a broker of messages around an event loop, with its clients. Subscribers, a bridge between two brokers,
# and a store on disk; publishers are a delayed link away.
build() {
    local with="WITH_TLS=no WITH_CJSON=no WITH_SYSTEMD=no WITH_DOCS=no WITH_SHARED_LIBRARIES=no WITH_STATIC_LIBRARIES=yes"
    # shellcheck disable=SC2086
    for part in lib client src; do make -C $part $with clean; done
    # shellcheck disable=SC2086
    make -j2 DIRS="lib client src" $with
}

prepare() {
    mkdir "$WORK/data"
    make_text 1 "$WORK/data/text"
    head -c 200000 "$WORK/data/text" >"$WORK/data/large"
    seq 400 | awk '{printf "line %d with a reading of %.3f\n", $1, $1 * 7.919}' >"$WORK/data/lines"
}

work() {
    mkdir "$RUN/store" "$RUN/far"
    cat >"$RUN/conf" <<END
per_listener_settings false
listener 1883 10.77.0.2
listener 1884 10.77.0.2
max_connections 60
allow_anonymous true
acl_file $RUN/acl
user root
persistence true
persistence_location $RUN/store/
autosave_interval 50
autosave_on_changes true
persistent_client_expiration 1d
max_inflight_messages 10
max_queued_messages 2000
sys_interval 1
log_dest file $RUN/log
log_type all
connection_messages true
END
    printf 'topic readwrite #\ntopic read $SYS/#\ntopic deny closed/#\npattern read %%c/own\nuser some\ntopic read a/+/c\n' >"$RUN/acl"
    cat >"$RUN/bridge" <<END
listener 1883 10.77.0.1
allow_anonymous true
user root
persistence true
persistence_location $RUN/far/
connection main
address 10.77.0.2:1883
topic bridged/# both 1 near/ far/
topic house/+/state in 2
topic up/# out 0
cleansession false
keepalive_interval 5
notifications true
restart_timeout 1
log_dest file $RUN/log.bridge
END
    local pub="$TREE/client/mosquitto_pub -h 10.77.0.2" sub="$TREE/client/mosquitto_sub -h 10.77.0.2" data=$WORK/data
    start b "$TREE/src/mosquitto" -c "$RUN/conf"
    local broker=$!
    wait_for_port a 10.77.0.2 1883
    start a "$TREE/src/mosquitto" -c "$RUN/bridge"
    local bridge=$!
    wait_for_port a 10.77.0.1 1883
    # who listens, with all kinds of topics, qualities and versions
    start a $sub -t '#' -q 0 -v >"$RUN/all"
    local all=$!
    start a $sub -t 'house/+/state' -t 'lines/#' -q 1 -i one -c -V mqttv311 >"$RUN/one"
    local one=$!
    start a $sub -t 'house/#' -T 'house/2/#' -U lines/none -q 2 -i two -V mqttv5 -F '%I %t %q %r %l %p %x %J' >"$RUN/two"
    local two=$!
    start b $sub -p 1884 -t '$share/group/lines/x' -q 1 -V 5 -R -D connect session-expiry-interval 60 >"$RUN/shared1"
    local shared1=$!
    start b $sub -p 1884 -t '$share/group/lines/x' -q 0 -V 5 -i shared -x 60 >"$RUN/shared2"
    local shared2=$!
    start a "$TREE/client/mosquitto_sub" -h 10.77.0.1 -t '#' -q 2 -v >"$RUN/far.all"
    local far=$!
    start b $sub -t '$SYS/#' -v >"$RUN/sys"
    local sys=$!
    start a $sub -t will/one --will-topic will/two --will-payload gone --will-qos 1 --will-retain -k 5 >"$RUN/will"
    local will=$!
    sleep 0.5
    for i in $(seq 12); do
        client $pub -t "house/$i/state" -m "on $i" -q $((i % 3)) -r
        client $pub -t "house/$((i % 4))/deep/er/$i" -m "reading $i" -q 2 -V mqttv5 -D publish user-property k "v$i" -D publish content-type text
        client $pub -t "bridged/a/$i" -m "to the other side $i" -q 1
    done
    for q in 0 1 2; do
        client $pub -t lines/x -l -q $q -V 5 <"$data/lines"
        server $pub -t "lines/y" -l -q $q <"$data/lines"
        client $pub -t large -f "$data/large" -q $q
        server $pub -p 1884 -t large/text -s -q $q <"$data/text"
    done
    client $pub -t repeated -m again --repeat 20 --repeat-delay 0.02 -q 1
    client $pub -t expiring -m soon -r -V 5 -D publish message-expiry-interval 1 -D publish topic-alias 3
    client $pub -t empty -n -q 1
    client $pub -t house/3/state -r -n # forgotten again
    client $pub -t closed/door -m no -q 1 -V 5 -d || true
    client $pub -t a/b/c -m x -u some -P word -V 31 --will-topic will/three --will-payload over || true
    ! client $pub -t 'wrong/#' -m x
    client "$TREE/client/mosquitto_pub" -h 10.77.0.1 -t bridged/back -m 'from the other side' -q 2
    client "$TREE/client/mosquitto_pub" -h 10.77.0.1 -t up/b -l -q 1 <"$data/lines"
    # messages for one who is away, kept on disk over a restart
    kill "$one" && wait "$one" || true
    client $pub -t lines/away -l -q 1 <"$data/lines"
    kill -KILL "$will" # its will is done
    client $sub -t 'retained/none' -W 1 || true
    client $sub -t 'house/#' -C 8 --retained-only -N >"$RUN/retained"
    client $sub -t 'house/#' -t will/# --remove-retained -W 1 >"$RUN/removed" || true
    for i in $(seq 30); do client $pub -t "slow/$((i % 5))" -m "$i" -q 1 -r & [ $((i % 6)) != 0 ] || wait $!; done
    seq 40 | client xargs -P 8 -I{} $pub -t many/{} -m {} -q 2
    kill -USR1 "$broker" # saves
    kill -HUP "$broker"  # reads its configuration again
    kill -USR2 "$broker" # prints its tree of subscriptions
    client $pub -t other -m x
    kill "$broker" && wait "$broker" || true
    start b "$TREE/src/mosquitto" -c "$RUN/conf"
    broker=$!
    wait_for_port a 10.77.0.2 1883
    client $sub -t 'lines/#' -q 1 -i one -c -C 300 -W 10 -V mqttv311 >"$RUN/away" || true
    client "$TREE/client/mosquitto_rr" -h 10.77.0.2 -t ask -e answer -m question -W 1 -V 5 || true
    server $pub -t lines/y -l -q 1 <"$data/lines"
    sleep 1.5
    for who in $all $two $shared1 $shared2 $far $sys; do kill "$who" 2>/dev/null || true; done
    kill "$bridge" && wait "$bridge" || true
    kill "$broker" && wait "$broker" || true
}

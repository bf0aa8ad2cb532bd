# shellcheck shell=bash
# dropbear: an SSH server, its client, scp and key tools. The client is a delayed link away from the server.
build() {
    make clean
    make -j2 PROGRAMS="dropbear dbclient dropbearkey dropbearconvert scp"
}

prepare() {
    chmod a+rx "$WORK"
    mkdir -p "$WORK/from/many" "$WORK/site"
    make_text 2 "$WORK/from/text"
    head -c 800000 /dev/urandom >"$WORK/from/noise"
    split -b 9000 -a 3 "$WORK/sources" "$WORK/from/many/f"
    find "$WORK/from/many" -type f | sort | tail -n +41 | xargs rm -f
    head -c 400000 "$WORK/from/text" >"$WORK/site/page"
    # an account of our own, which only the server sees
    cp /etc/passwd "$WORK/passwd" && cp /etc/shadow "$WORK/shadow"
    echo "tester:x:4242:4242::$WORK/remote:/bin/bash" >>"$WORK/passwd"
    # shellcheck disable=SC2016
    echo 'tester:$6$measured$DgNJGB5pz6ra3VzWbs6mhoPVpeQ6E7VJSML2snCLI.iFteBy1Jx.KdSv6As2IVLXJ5BzcaDit6bmc6BvERUwX1:19000:0:99999:7:::' >>"$WORK/shadow"
    cat >"$WORK/serve" <<'END'
mount --bind "$WORK/passwd" /etc/passwd
mount --bind "$WORK/shadow" /etc/shadow
exec "$@"
END
}

work() {
    local ssh="setsid -w $TREE/dbclient -p 2222" to=tester@10.77.0.2 kind i
    export HOME=$RUN/home PATH=$TREE:$PATH
    find "$RUN" -maxdepth 1 -type d -exec chmod a+rwx {} + # processes of other users write here
    rm -rf "$WORK/remote"
    mkdir -p "$HOME/.ssh" "$WORK/remote/.ssh"
    # keys
    for kind in rsa ecdsa ed25519; do
        "$TREE/dropbearkey" -t $kind -f "$RUN/host_$kind"
        "$TREE/dropbearkey" -t $kind -f "$HOME/.ssh/id_$kind" | grep '^[es]' >>"$WORK/remote/.ssh/authorized_keys"
    done
    "$TREE/dropbearkey" -t rsa -s 3072 -f "$RUN/large_key"
    "$TREE/dropbearkey" -t ed25519 -f "$RUN/wrong_key"
    "$TREE/dropbearkey" -y -f "$HOME/.ssh/id_rsa" | tail -1
    for kind in rsa ecdsa ed25519; do
        "$TREE/dropbearconvert" dropbear openssh "$HOME/.ssh/id_$kind" "$RUN/open_$kind"
        "$TREE/dropbearconvert" openssh dropbear "$RUN/open_$kind" "$RUN/back_$kind"
    done
    ! "$TREE/dropbearkey" -t nonsense -f "$RUN/x"
    ! "$TREE/dropbearconvert" openssh dropbear "$WORK/from/noise" "$RUN/x"
    cp "$HOME/.ssh/id_ed25519" "$HOME/.ssh/id_dropbear"
    sed -i '1s/^/no-X11-forwarding,command="echo forced $SSH_ORIGINAL_COMMAND" /' "$WORK/remote/.ssh/authorized_keys"
    chmod 700 "$WORK/remote/.ssh" "$HOME/.ssh" && chmod 600 "$WORK/remote/.ssh/authorized_keys"
    chown -R 4242:4242 "$WORK/remote"
    echo "Welcome to the machine" >"$RUN/banner"

    start b unshare -m bash "$WORK/serve" "$TREE/dropbear" -F -e -m -p 10.77.0.2:2222 -P "$RUN/pid" -b "$RUN/banner" \
        -r "$RUN/host_rsa" -r "$RUN/host_ecdsa" -r "$RUN/host_ed25519" -K 5 -I 60 2>"$RUN/log"
    local daemon=$! origin others=()
    start b python3 -m http.server -d "$WORK/site" --bind 127.0.0.1 8000 2>/dev/null
    origin=$!
    wait_for_port b 10.77.0.2 2222
    wait_for_port b 127.0.0.1 8000
    ! echo n | client $ssh $to true # the host's key is not known yet
    echo y | client $ssh $to true
    # commands: short ones, much output, much input, both, an exit status, one that takes its time
    for i in 1 2 3 4 5 6; do client $ssh $to "echo $i; hostname; id -u"; done
    client $ssh $to "cat $WORK/from/text" | md5sum
    client $ssh $to "cat >copy; wc -c copy" <"$WORK/from/noise"
    client $ssh $to "sort | uniq -c | sort -n | tail -3" <"$WORK/from/text"
    client $ssh $to "gzip -c | md5sum" <"$WORK/from/text"
    client $ssh $to 'exit 7' || [ $? = 7 ]
    client $ssh $to 'ls /no/such/file' || true
    client $ssh $to 'for i in 1 2 3 4 5; do echo $i; sleep 0.2; done; echo bad >&2'
    for i in 1 2 3 4 5 6 7 8; do echo "line $i"; sleep 0.1; done | client $ssh -T $to "while read l; do echo got \$l; done"
    (sleep 0.3; for i in 'ls -l' 'echo $TERM; tty' 'for i in 1 2 3; do date; sleep 0.1; done' exit; do echo "$i"; sleep 0.3; done) |
        client script -qec "$TREE/dbclient -p 2222 -t $to" /dev/null
    # who one is: keys, passwords, and what fails
    client $ssh -i "$HOME/.ssh/id_rsa" $to date
    for i in 1 2; do client $ssh -i "$HOME/.ssh/id_ecdsa" $to date; done
    rm "$HOME/.ssh/id_dropbear"
    client env DROPBEAR_PASSWORD=secret $ssh $to 'echo by password'
    ! client env DROPBEAR_PASSWORD=wrong $ssh $to 'echo not reached' </dev/null
    ! client $ssh -i "$RUN/wrong_key" $to true </dev/null
    ! client env DROPBEAR_PASSWORD=x $ssh nobody-here@10.77.0.2 true </dev/null
    ! client $ssh -i "$WORK/from/text" $to true </dev/null
    ! client $ssh -p 9 $to true
    ! client $ssh -c nonsense $to true
    client $ssh -c help -m help || true
    ! "$TREE/dbclient"
    client bash -c 'exec 3<>/dev/tcp/10.77.0.2/2222; echo nonsense >&3; timeout 2 cat <&3 | head -c 300' | head -1 || true
    cp "$HOME/.ssh/id_ecdsa" "$HOME/.ssh/id_dropbear"
    # ways to encrypt
    for kind in aes128-ctr aes256-ctr chacha20-poly1305@openssh.com; do
        client $ssh -c $kind -m hmac-sha2-256 $to "head -c 600000 $WORK/from/noise" | md5sum
    done
    client $ssh -W 1000000 -K 1 $to "cat $WORK/from/text" | md5sum
    # forwarding: local, remote, a single stream, a host behind a host
    start a "$TREE/dbclient" -p 2222 -N -L 9001:127.0.0.1:8000 -R 9002:127.0.0.1:9003 $to
    others+=($!)
    start a python3 -m http.server -d "$WORK/site" --bind 127.0.0.1 9003 2>/dev/null
    others+=($!)
    wait_for_port a 127.0.0.1 9001
    for i in 1 2 3; do client curl -s http://127.0.0.1:9001/page | md5sum; done
    seq 4 | client xargs -P 4 -I{} curl -s -o /dev/null "http://127.0.0.1:9001/page?{}"
    for i in 1 2; do server curl -s http://127.0.0.1:9002/page | md5sum; done
    printf 'GET /page HTTP/1.0\r\n\r\n' | client $ssh -B 127.0.0.1:8000 $to | wc -c
    client $ssh -y -J "$TREE/dbclient -p 2222 -B 10.77.0.2:2222 $to" tester@10.77.0.2 'echo behind'
    # copies of files
    local scp="$TREE/scp -S $TREE/dbclient -P 2222"
    client $scp "$WORK/from/text" "$WORK/from/noise" $to:
    client $scp -r -p "$WORK/from/many" $to:many
    client $scp -r -q $to:many "$RUN/many" && client $scp $to:noise "$RUN/noise"
    client $scp -l 8000 "$to:text" "$RUN/slow"
    ! client $scp "$to:no-such-file" "$RUN/x"
    cmp "$RUN/slow" "$WORK/from/text"
    for i in 1 2 3 4; do client $ssh $to "md5sum many/* | tail -1; sleep 0.2" & others+=($!); done
    wait "${others[@]:2}"
    ! server "$TREE/dropbear" -i -r "$RUN/host_ed25519" </dev/null # this mode wants syslog
    ! "$TREE/dropbear" -p nonsense:x:1 -F -r /no/such/key
    kill "${others[@]:0:2}" "$origin"
    wait "${others[0]}" || true
    kill -TERM "$daemon" && wait "$daemon" || true
}

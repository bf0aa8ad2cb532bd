# shellcheck shell=bash
# vsftpd: an FTP server that starts processes for each session; plain, with TLS, and one process per session. Clients are a delayed link away.
build() {
    make clean
    make -j2 LINK=
}

prepare() {
    chmod a+rx "$WORK"
    mkdir -p "$WORK/site/pub/many" "$WORK/site/pub/incoming" "$WORK/local"
    make_text 4 "$WORK/site/pub/text"
    head -c 2000000 /dev/urandom >"$WORK/site/pub/noise"
    head -c 20000 "$WORK/sources" >"$WORK/site/pub/small"
    split -b 3000 -a 3 "$WORK/sources" "$WORK/site/pub/many/f"
    find "$WORK/site/pub/many" -type f | sort | tail -n +151 | xargs rm -f
    echo "Welcome to this folder" >"$WORK/site/pub/.message"
    cp -a "$WORK/site/pub/text" "$WORK/site/pub/noise" "$WORK/site/pub/small" "$WORK/local"
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=ftp -keyout "$WORK/pem" -out "$WORK/cert" && cat "$WORK/cert" >>"$WORK/pem"
    # an account of our own, which only the server sees
    cp /etc/passwd "$WORK/passwd" && cp /etc/shadow "$WORK/shadow"
    echo "tester:x:4242:4242::$WORK/site:/bin/bash" >>"$WORK/passwd"
    echo "ftp:x:4243:4243::$WORK/site:/bin/false" >>"$WORK/passwd"
    # shellcheck disable=SC2016
    echo 'tester:$6$measured$DgNJGB5pz6ra3VzWbs6mhoPVpeQ6E7VJSML2snCLI.iFteBy1Jx.KdSv6As2IVLXJ5BzcaDit6bmc6BvERUwX1:19000:0:99999:7:::' >>"$WORK/shadow"
    chown -R 4242:4242 "$WORK/site" && chmod 777 "$WORK/site/pub/incoming"
    printf 'mount --bind "$WORK/passwd" /etc/passwd\nmount --bind "$WORK/shadow" /etc/shadow\nexec "$@"\n' >"$WORK/serve"
    cat >"$WORK/use.py" <<'PY'
"""Sessions of an FTP client. use.py PORT FOLDER LOCAL user|anonymous plain|tls HOW-MANY-LARGE"""
import ftplib, io, socket, sys, ssl, time
port, folder, local, who, mode, large = int(sys.argv[1]), *sys.argv[2:6], int(sys.argv[6])
def session(user=who, password="secret", wrong=False):
    f = ftplib.FTP_TLS(context=ssl._create_unverified_context()) if mode == "tls" else ftplib.FTP()
    f.connect("10.77.0.2", port, timeout=20)
    f.login("tester" if user == "user" else "anonymous", "wrong" if wrong else password if user == "user" else "me@example")
    if mode == "tls": f.prot_p()
    return f
def fails(call, *arguments):
    try: call(*arguments)
    except (ftplib.Error, OSError, EOFError) as e:
        print("as expected:", str(e)[:70])
f = session()
print(f.getwelcome())
f.cwd(folder)
for c in ("SYST", "FEAT", "HELP", "STAT", "NOOP", "PWD", "TYPE I", "MODE S", "STRU F", "ALLO 5", "OPTS UTF8 ON", "SITE HELP", "EPSV ALL" if mode == "none" else "REST 0"):
    fails(f.sendcmd, c)
def get(name, rest=None, kind="I"):
    n = [0]; f.voidcmd("TYPE " + kind)
    with f.transfercmd("RETR " + name, rest) as c:
        while data := c.recv(65536): n[0] += len(data)
        if mode == "tls": fails(c.unwrap)
    f.voidresp()
    return n[0]
print([get("small") for _ in range(6)], [get("text") for _ in range(large)], get("noise"), get("noise", rest=1500000), get("small", kind="A"))
for name in ("many", "many/f*b", "", "-a", "-R", "-l many", "no-such"):
    lines = []; f.retrlines("LIST " + name, lines.append)
    lines and print(len(lines), lines[-1][-20:])
for _ in range(5): print(len(f.nlst("many")))
f.cwd("many")
for name in f.nlst("*a"): get(name), f.size(name), f.sendcmd("MDTM " + name)
f.cwd("../incoming")
for i, name in enumerate(("small", "noise", "text", "small", "small")):
    with open(f"{local}/{name}", "rb") as data: f.storbinary(f"STOR {who}{mode}{i}", data)
    with open(f"{local}/small", "rb") as data: fails(f.storbinary, f"APPE {who}{mode}{i}", data)
fails(f.storlines, f"STOR {who}{mode}lines", io.BytesIO(b"a line\n" * 5000))
fails(f.storbinary, "STOU", io.BytesIO(b"unique" * 900))
fails(f.storbinary, f"STOR {who}{mode}1", io.BytesIO(b"end"), 8192, None, 900)
for c in ("MKD new", "MKD new", "RNFR new", "RNTO newer", "RMD newer", f"DELE {who}{mode}1", "SITE CHMOD 600 usernone0", "SITE UMASK 022", f"MDTM 20200102030405 {who}{mode}0",
          "DELE no-such", "CWD /no/such", "RETR no-such", "NONSENSE", "PORT 1,2,3", "PORT 10,9,9,9,4,5", "EPRT |1|10.77.0.1|9|", "TYPE X", "RNTO x", "REST x", "CDUP", "XPWD", "ABOR", "SIZE many", "STAT many"):
    fails(f.sendcmd, c)
if mode != "tls":
    f.set_pasv(False)
    f.cwd(folder)
    print([get("small") for _ in range(3)], len(f.nlst("many")))
    f.set_pasv(True)
    c = f.transfercmd("RETR text")      # a reader that is slow, and one that goes away
    for _ in range(20): c.recv(20000), time.sleep(0.02)
    c.close()
    fails(f.voidresp)
f.quit()
fails(session, "user", "", True)
s = socket.create_connection(("10.77.0.2", port))
s.recv(100), s.sendall(b"LIST\r\nUSER nobody\r\nPASS x\r\n\xff\xf4\r\nQUIT\r\n")
while s.recv(500): pass
session().sock.close()                  # ends without a word
PY
}

work() {
    local common="listen=YES listen_address=10.77.0.2 background=NO seccomp_sandbox=NO isolate=NO isolate_network=NO secure_chroot_dir=/ \
        anonymous_enable=YES anon_root=/ anon_upload_enable=YES anon_mkdir_write_enable=YES anon_other_write_enable=YES write_enable=YES ls_recurse_enable=YES \
        xferlog_enable=YES vsftpd_log_file=$RUN/log dual_log_enable=YES xferlog_file=$RUN/xferlog log_ftp_protocol=YES dirmessage_enable=YES use_localtime=YES \
        ascii_upload_enable=YES ascii_download_enable=YES max_clients=40 max_per_ip=30 tilde_user_enable=YES delay_failed_login=0 setproctitle_enable=NO"
    find "$RUN" -maxdepth 1 -type d -exec chmod a+rwx {} + # processes of other users write here
    printf '%s\n' $common listen_port=2121 local_enable=YES ssl_enable=YES rsa_cert_file="$WORK/pem" allow_anon_ssl=YES force_local_logins_ssl=NO \
        force_local_data_ssl=NO require_ssl_reuse=NO "ftpd_banner=Files are here" local_umask=022 text_userdb_names=YES >"$RUN/two.conf"
    printf '%s\n' $common listen_port=2122 one_process_model=YES hide_ids=YES anon_max_rate=3000000 connect_from_port_20=NO >"$RUN/one.conf"
    local daemons=() config pub=$WORK/site/pub
    for config in two one; do
        start b unshare -m bash "$WORK/serve" "$TREE/vsftpd" "$RUN/$config.conf"
        daemons+=($!)
    done
    wait_for_port b 10.77.0.2 2121 && wait_for_port b 10.77.0.2 2122
    client python3 "$WORK/use.py" 2121 "$pub" "$WORK/local" user plain 2
    client python3 "$WORK/use.py" 2121 "$pub" "$WORK/local" user tls 1
    client python3 "$WORK/use.py" 2122 "$pub" "$WORK/local" anonymous plain 2
    client python3 "$WORK/use.py" 2121 "$pub" "$WORK/local" anonymous plain 1
    for _ in 1 2 3 4 5 6; do client curl -s "ftp://tester:secret@10.77.0.2:2121/pub/small" | wc -c; done
    client curl -s --limit-rate 2M "ftp://tester:secret@10.77.0.2:2121/pub/text" | md5sum
    seq 8 | client xargs -P 4 -I{} curl -s -o /dev/null "ftp://tester:secret@10.77.0.2:2121/pub/noise"
    client curl -s -T "$WORK/local/noise" "ftp://tester:secret@10.77.0.2:2121/pub/incoming/curl" --ftp-create-dirs
    client curl -s "ftp://10.77.0.2:2122$pub/many/" | tail -1
    ! client curl -s "ftp://10.77.0.2:2122/no/such"
    kill -HUP "${daemons[@]}"
    client curl -s -l "ftp://10.77.0.2:2122$pub/" | tail -1
    echo nonsense=YES >"$RUN/bad.conf"
    ! "$TREE/vsftpd" "$RUN/bad.conf"
    ! "$TREE/vsftpd" "$RUN/none.conf"
    "$TREE/vsftpd" -v 0>&1 || true
    sleep 0.5
    rm -rf "$pub"/incoming/*
    kill "${daemons[@]}" && wait "${daemons[@]}" || true
}

# shellcheck shell=bash
# postgresql: its client side (psql, pg_dump, pg_restore, libpq); the server, Debian's, is a delayed link away.
build() {
    make -C src/bin/psql clean
    make -C src/bin/pg_dump clean
    make -C src/interfaces/libpq clean
    make -C src/fe_utils clean
    make -C src/common clean
    make -C src/port clean
    # libpq's build refuses a library that names "exit", as the hook does; not where coverage is measured
    make -j2 -C src/bin/psql enable_coverage=yes
    make -j2 -C src/bin/pg_dump enable_coverage=yes
}

prepare() {
    local bin=/usr/lib/postgresql/15/bin
    [ -x $bin/initdb ] || { echo "install postgresql-15"; return 1; }
    mkdir "$WORK/data" && chown postgres "$WORK/data" && chmod a+rx "$WORK"
    su postgres -s /bin/bash -c "$bin/initdb -D $WORK/data -A trust --no-sync >/dev/null"
    echo "host all all 10.77.0.0/24 trust" >>"$WORK/data/pg_hba.conf"
    find "$TREE/src/interfaces/libpq" -name 'libpq.so.5*'
}

work() {
    local bin=/usr/lib/postgresql/15/bin
    export LD_LIBRARY_PATH=$TREE/src/interfaces/libpq PGHOST=10.77.0.2 PGUSER=postgres
    start b su postgres -s /bin/bash -c "env -u LD_LIBRARY_PATH $bin/postgres -D $WORK/data -c listen_addresses=10.77.0.2 -c unix_socket_directories=$WORK/data" 2>"$RUN/server.log"
    local daemon=$!
    wait_for_port b 10.77.0.2 5432
    sleep 0.5
    local psql="$TREE/src/bin/psql/psql -X -q"
    client $psql -c 'drop database if exists test' -c 'create database test'
    export PGDATABASE=test
    client $psql <<'END'
create table item (id serial primary key, name text not null, price numeric, made timestamp default now());
create table sale (id serial primary key, item int references item, amount int);
create view summary as select i.name, sum(s.amount) as total from item i join sale s on s.item = i.id group by i.name;
create function twice(x int) returns int language sql as 'select x * 2';
insert into item (name, price) select 'item ' || n, n * 1.5 from generate_series(1, 5000) n;
insert into sale (item, amount) select 1 + n % 5000, n % 17 from generate_series(1, 20000) n;
create index on sale (item);
END
    for _ in $(seq 8); do client $psql -c 'select pg_sleep(0.01), count(*) from sale' -o /dev/null; done
    client $psql -o /dev/null -c 'select * from item'
    client $psql -o /dev/null --csv -c 'select * from sale'
    client $psql -o /dev/null -H -x -c 'select * from item limit 500'
    client $psql -o /dev/null -c '\d' -c '\d+ item' -c '\df twice' -c '\l' -c '\dt+' -c '\du' -c '\dn' -c '\di' -c '\?'
    client $psql -c "\\copy sale to '$RUN/sale.txt'" -c 'truncate sale' -c "\\copy sale from '$RUN/sale.txt'"
    client $psql -v ON_ERROR_STOP=0 -c 'select nonsense' || true
    printf '\\set n 5\n\\set FETCH_COUNT 100\nselect :n;\nbegin;\nselect * from sale;\nrollback;\n\\if true\nselect 1 \\gset\n\\endif\n\\echo done\n' |
        client $psql -o /dev/null
    client $psql -c "notify x, 'y'" -c 'explain analyze select * from summary' -o /dev/null
    client "$TREE/src/bin/pg_dump/pg_dump" test -f "$RUN/dump.sql"
    client "$TREE/src/bin/pg_dump/pg_dump" test -Fc -Z0 -f "$RUN/dump.custom"
    client "$TREE/src/bin/pg_dump/pg_dump" test -Fd -Z0 -j 2 -f "$RUN/dump.dir"
    client $psql -c 'create database copy' && client "$TREE/src/bin/pg_dump/pg_restore" -d copy "$RUN/dump.custom"
    client "$TREE/src/bin/pg_dump/pg_restore" --clean --if-exists -j 2 -d copy "$RUN/dump.dir"
    client "$TREE/src/bin/pg_dump/pg_restore" -l "$RUN/dump.custom" >/dev/null
    client $psql -c 'drop database copy'
    kill -INT "$(head -1 "$WORK/data/postmaster.pid")"
    wait "$daemon" || true
}

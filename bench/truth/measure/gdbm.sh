# shellcheck shell=bash
# gdbm: a database in a file. Records are stored, fetched, deleted and listed, with and without syncing each store.
build() {
    make clean
    make -j2
}

work() {
    cd "$RUN"
    seq 1 4000 | awk '{printf "key%d %s%d\n", $1, "value of some length, as records have ", $1 * 7919}' >pairs
    head -60 pairs | awk '{printf "store %s \"%s\"\n", $1, $2}' >synced
    { echo 'set sync'; echo 'open store.db'; cat synced; echo close; } | "$TREE/tools/gdbmtool" -n
    awk '{printf "store %s \"%s\"\n", $1, $2}' pairs >stores
    { echo 'open bulk.db'; cat stores; echo count; echo 'first'; echo avail; echo 'hash key1'; echo status; echo header; } |
        "$TREE/tools/gdbmtool" -n >/dev/null
    awk 'NR % 3 == 0 {print "delete " $1} NR % 2 {print "fetch " $1}' pairs >mix
    { echo 'open bulk.db'; cat mix; echo list; echo reorganize; echo close; } | "$TREE/tools/gdbmtool" -n >/dev/null
    for i in 1 2 3; do
        "$TREE/tools/gdbm_dump" bulk.db "dump$i"
        "$TREE/tools/gdbm_load" --replace "dump$i" "loaded$i.db"
        "$TREE/tools/gdbm_dump" --format=binary bulk.db "binary$i"
    done
    # from a slow writer: input arrives line by line
    { for i in $(seq 40); do echo "store slow$i value$i"; sleep 0.01; done; } | "$TREE/tools/gdbmtool" -n slow.db
}

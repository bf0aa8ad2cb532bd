/* sqlite-insert: one durable insert into a database that all workers share. */
#include "probes/database.h"

#include <errno.h>

static const char file[] = "insert.db";

static int insert_prepare(struct concprobe_call *call)
{
    (void)call;
    return database_create(file, "PRAGMA journal_mode = WAL;"
                                 "CREATE TABLE IF NOT EXISTS items (id INTEGER PRIMARY KEY, name TEXT)");
}

static int insert_open(struct concprobe_call *call)
{
    return database_open(call, file, "INSERT OR REPLACE INTO items VALUES (?, 'an item that is put on the shelf')");
}

static int insert_call(struct concprobe_call *call)
{
    struct database *database = call->worker;
    sqlite3_bind_int64(database->statement, 1, (sqlite3_int64)(call->number % 100000));
    int stepped = sqlite3_step(database->statement);
    int outcome = sqlite3_reset(database->statement);
    if (stepped != SQLITE_DONE || outcome != SQLITE_OK)
        return outcome == SQLITE_BUSY ? EBUSY : EIO;
    return concprobe_result(call, &call->number, sizeof call->number);
}

const struct concprobe_probe probe_sqlite_insert = {
    .abi = CONCPROBE_ABI,
    .name = "sqlite-insert",
    .summary = "one durable insert into an SQLite database that all share",
    .stands_for = "writes to an embedded database: the disk, and one writer at a time",
    .call = insert_call,
    .run_start = insert_prepare,
    .worker_start = insert_open,
    .worker_stop = database_close,
    .needs_disk = true,
};

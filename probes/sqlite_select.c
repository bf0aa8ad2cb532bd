/* sqlite-select: a range of an SQLite table. */
#include "probes/database.h"
#include "probes/inputs.h"

#include <errno.h>

enum { ROWS = 20000, RANGE = 500 };

static const char file[] = "select.db";

static int select_prepare(struct concprobe_call *call)
{
    (void)call;
    return database_create(file, "CREATE TABLE items (id INTEGER PRIMARY KEY, price INTEGER, name TEXT);"
                                 "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
                                 "INSERT INTO items SELECT i, i * 7919 % 1000, 'item ' || i FROM n");
}

static int select_open(struct concprobe_call *call)
{
    return database_open(call, file, "SELECT sum(price), sum(length(name)) FROM items WHERE id BETWEEN ?1 AND ?2");
}

static int select_call(struct concprobe_call *call)
{
    struct database *database = call->worker;
    const sqlite3_int64 first = (sqlite3_int64)input_choice(call, 0, ROWS - RANGE);
    sqlite3_bind_int64(database->statement, 1, first);
    sqlite3_bind_int64(database->statement, 2, first + RANGE - 1);
    int stepped = sqlite3_step(database->statement);
    const sqlite3_int64 sums[] = {sqlite3_column_int64(database->statement, 0),
                                  sqlite3_column_int64(database->statement, 1)};
    sqlite3_reset(database->statement);
    return stepped == SQLITE_ROW ? concprobe_result(call, sums, sizeof sums) : EIO;
}

const struct concprobe_probe probe_sqlite_select = {
    .abi = CONCPROBE_ABI,
    .name = "sqlite-select",
    .summary = "adds up 500 rows of an SQLite table that is in the page cache",
    .stands_for = "queries of an embedded database: computing with some system calls",
    .call = select_call,
    .run_start = select_prepare,
    .worker_start = select_open,
    .worker_stop = database_close,
    .needs_disk = true,
};

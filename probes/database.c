/* SQLite databases of probes. */
#include "probes/database.h"

#include <errno.h>
#include <stdlib.h>

enum { BUSY_MS = 8000 }; /* writers wait for each other that long */

static sqlite3 *connect_to(const char *file)
{
    sqlite3 *connection = NULL;
    if (sqlite3_open(file, &connection) != SQLITE_OK || sqlite3_busy_timeout(connection, BUSY_MS) != SQLITE_OK ||
        sqlite3_exec(connection, "PRAGMA synchronous = FULL; PRAGMA cache_size = -256", NULL, NULL, NULL) !=
            SQLITE_OK) {
        sqlite3_close(connection);
        return NULL;
    }
    return connection;
}

int database_create(const char *file, const char *sql)
{
    sqlite3 *connection = connect_to(file);
    if (!connection)
        return EIO;
    int outcome = sqlite3_exec(connection, sql, NULL, NULL, NULL);
    sqlite3_close(connection);
    return outcome == SQLITE_OK ? 0 : EIO;
}

int database_open(struct concprobe_call *call, const char *file, const char *sql)
{
    struct database *database = calloc(1, sizeof *database);
    if (!database)
        return ENOMEM;
    call->worker = database;
    database->connection = connect_to(file);
    if (database->connection &&
        sqlite3_prepare_v2(database->connection, sql, -1, &database->statement, NULL) == SQLITE_OK)
        return 0;
    database_close(call);
    return EIO;
}

int database_close(struct concprobe_call *call)
{
    struct database *database = call->worker;
    sqlite3_finalize(database->statement);
    sqlite3_close(database->connection);
    free(database);
    return 0;
}

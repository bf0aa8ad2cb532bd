/* SQLite databases of probes, in the working directory. */
#ifndef PROBES_DATABASE_H
#define PROBES_DATABASE_H

#include "runtime/concprobe.h"

#include <sqlite3.h>

/* A worker's connection with its one statement. */
struct database {
    sqlite3 *connection;
    sqlite3_stmt *statement;
};

/* For a run_start: makes the file by some SQL. 0 or an errno value. */
int database_create(const char *file, const char *sql);

/* For a worker_start: leaves a struct database as the worker's state. 0 or an errno value. */
int database_open(struct concprobe_call *call, const char *file, const char *sql);
/* The worker_stop for it. */
concprobe_function database_close;

#endif

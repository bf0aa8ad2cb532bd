/* compile_commands.json: which command compiles which file.
 *
 * Ownership: the database owns everything in it; compile_database_close releases it. Strings that were made go to the
 * arena given.
 */
#ifndef ANALYZER_COMPILE_DATABASE_H
#define ANALYZER_COMPILE_DATABASE_H

#include "analyzer/flags.h"

struct json_object;

struct database_entry {
    const char *directory; /* absolute */
    const char *file;      /* absolute, folded; not necessarily there */
    struct json_object *command;
};

struct compile_database {
    const char *path;
    struct json_object *document;
    ARRAY(struct database_entry) entries; /* in the file's order */
};

/* Reads a database. A syntax error is a problem with line and column and gives false; an entry of the wrong shape is a
 * warning that names its number, and the rest is read. */
bool compile_database_open(struct compile_database *database, struct arena *arena, const char *path,
                           struct problems *problems);
void compile_database_close(struct compile_database *database);

/* Appends the words of an entry's command. */
void compile_database_words(const struct database_entry *entry, struct arena *arena, struct words *words);

#endif

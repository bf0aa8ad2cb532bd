/* The command line: one table of options (options.def), one of commands (commands.def), and what was given.
 *
 * Ownership: struct options borrows the strings of argv; options_free releases its lists.
 * Errors: options_parse adds one problem for each mistake, with the nearest valid name.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "base/array.h"
#include "base/error.h"
#include "report/report.h"

#include <stdbool.h>
#include <stddef.h>

enum command_id {
#define COMMAND(id, name, arguments, text, details) COMMAND_##id,
#include "cli/commands.def"
    COMMAND_COUNT
};

struct command {
    const char *name;
    const char *arguments;
    const char *text;
    const char *details;
};

extern const struct command commands[COMMAND_COUNT];

/* A command by name, or COMMAND_COUNT. */
enum command_id command_find(const char *name);

enum fail_level { FAIL_NONE, FAIL_INFO, FAIL_WARNING, FAIL_ERROR };
enum sort_key { SORT_PLACE, SORT_COST };
enum color_choice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

typedef ARRAY(const char *) string_list;

struct output_request {
    const struct report_format *format;
    const char *file; /* NULL: standard output */
};

struct options {
    struct arena arena;
    enum command_id command;
    unsigned concurrency;  /* 0: not given */
    unsigned cores;        /* 0: not given */
    unsigned workers;      /* 0: not given */
    unsigned fail_level;   /* enum fail_level */
    unsigned sort;         /* enum sort_key */
    unsigned color;        /* enum color_choice */
    unsigned classes;      /* a bit for each enum class_kind; 0: all */
    unsigned off_cpu_unit; /* 0: us, 1: ns, 2: ms */
    double timeout;        /* seconds; 0: not given */
    double sample_rate;    /* Hz; 0: not given */
    const char *database;
    const char *profile;
    const char *library;
    const char *http;
    const char *disk;
    const char *symbols;
    const char *output;
    ARRAY(struct output_request) outputs; /* none given: full, to standard output */
    const char *levels;                   /* of the probe: the numbers of calls at once, as given */
    const char *budget;                   /* likewise */
    const char *block;                    /* likewise */
    const char *restarts;                 /* likewise */
    const char *seed;                     /* likewise */
    const char *lock;                     /* likewise */
    const char *probe_format;             /* likewise */
    string_list models;                   /* likewise */
    string_list units;
    string_list files;
    string_list functions;
    string_list rules;
    string_list apis;
    string_list headers;
    string_list prefixes;
    string_list extra_args;
    string_list imports;
    string_list arguments;     /* what is no option, in order */
    char *const *after_dashes; /* what follows "--" */
    unsigned after_dashes_count;
    bool dashes; /* there was a "--" */
    bool all;
    bool list;
    bool bundle;
    bool exit_zero;
    bool unreviewed;
    bool missing;
    bool derive;
    bool measure_only;
    bool no_prefix_sharing;
    bool quiet;
    bool verbose;
    bool help;
};

enum option_kind {
    OPTION_FLAG,     /* bool */
    OPTION_TEXT,     /* const char *, not empty */
    OPTION_LIST,     /* string_list, one string each time */
    OPTION_WHOLE,    /* unsigned, from 1 */
    OPTION_POSITIVE, /* double, above 0 */
    OPTION_CHOICE,   /* unsigned, the word's number in `choices` */
    OPTION_CHOICES,  /* unsigned, a bit for each word; commas separate words */
    OPTION_OUTPUTS   /* the list of struct output_request */
};

struct option_row {
    const char *name;
    const char *metavar; /* NULL: a flag */
    const char *text;
    const char *const *choices;
    size_t offset; /* in struct options */
    enum option_kind kind;
    unsigned commands; /* a bit for each enum command_id */
    char letter;       /* or 0 */
};

/* All rows, in the order of the table. */
extern const struct option_row option_rows[];
extern const unsigned option_row_count;

bool option_is_for(const struct option_row *row, enum command_id command);

/* The words that an option's value may be, for completions and messages; NULL where it may be anything. */
const char *const *option_words(const struct option_row *row);

struct example {
    enum command_id command;
    const char *line;
    const char *text;
};

extern const struct example examples[];
extern const unsigned example_count;

/* Reads what follows the command's name: `arguments` is like argv, with the command in place of the program. */
bool options_parse(struct options *options, enum command_id command, int count, char **arguments,
                   struct problems *problems);
void options_free(struct options *options);

#endif

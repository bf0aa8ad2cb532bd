/* The command line of a program of probes. */
#ifndef RUNTIME_COMMAND_LINE_H
#define RUNTIME_COMMAND_LINE_H

#include "runtime/concprobe.h"

struct command_line {
    const struct concprobe_probe *probes; /* of the program */
    size_t probe_count;

    const struct concprobe_probe *probe; /* the one that was named */
    struct concprobe_options options;
    bool list, help, json;
    const char **models;   /* what options.models points to */
    unsigned *concurrency; /* what options.concurrency points to */
};

/* Reads it. false, with a message on standard error, where something is wrong. */
bool command_line_read(struct command_line *line, int count, char **arguments);
void command_line_free(struct command_line *line);

void command_line_help(const char *program, FILE *stream);

#endif

/* `concadvise api --missing`: entries to fill in. */
#include "cli/analysis.h"
#include "cli/api_modes.h"
#include "cli/terminal.h"

#include <ctype.h>
#include <fnmatch.h>
#include <string.h>

const char *header_as_included(const char *path)
{
    static const char folder[] = "include/";
    const char *rest = path;
    for (const char *at = path; (at = strstr(at, folder)) != NULL; at += strlen(folder))
        if (at == path || at[-1] == '/')
            rest = at + strlen(folder);
    const char *slash = strchr(rest, '/');
    if (slash && rest != path && fnmatch("*-linux-gnu*/*", rest, 0) == 0) /* Debian's folder of an architecture */
        rest = slash + 1;
    return rest;
}

/* "fd, , count" → "fd, argument2, count" */
static void print_parameters(const char *names, FILE *stream)
{
    unsigned number = 1;
    for (const char *at = names; *names; number++) {
        size_t length = strcspn(at, ",");
        if (length)
            fprintf(stream, "%.*s", (int)length, at);
        else
            fprintf(stream, "argument%u", number);
        if (!at[length])
            break;
        fputs(", ", stream);
        at += length + strlen(", ");
    }
}

static void print_stub(const struct unknown_callee *callee, FILE *stream)
{
    fprintf(stream, "  # %u call%s, ", callee->count, callee->count == 1 ? "" : "s");
    if (callee->count > 1)
        fputs("one at ", stream);
    fprintf(stream, "%s:%u\n  %s(", callee->site.file, callee->site.line, callee->name);
    print_parameters(callee->parameters, stream);
    fputs("): {", stream);
    if (*callee->header) {
        fputs("header: ", stream);
        knowledge_write_scalar(header_as_included(callee->header), stream);
        fputs(", ", stream);
    }
    fputs("source: unreviewed}\n", stream);
}

/* Names that YAML cannot have as a key here come from assembler labels and the like; nobody can write an entry. */
static bool is_identifier(const char *name)
{
    for (const char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '_')
            return false;
    return *name && !isdigit((unsigned char)*name);
}

static void print_missing(const struct coverage *coverage, FILE *stream)
{
    fputs(
        "# What is called here and nobody knows, most-called first. Fill in what each costs (`cpu: 2 us`), waits for\n"
        "# (`wait: network for network-wait`) and does (`effects: [calls callback later]`), and where you read it up\n"
        "# (`source: …`); docs/knowledge.md has the words. Load it with --api, or put it below .concadvise/apis/.\n"
        "source: unreviewed\n",
        stream);
    uint32_t printed = 0;
    for (uint32_t i = 0; i < coverage->unknown_callee_count; i++) {
        if (!is_identifier(coverage->unknown_callees[i].name))
            continue;
        if (!printed++)
            fputs("functions:\n", stream);
        print_stub(&coverage->unknown_callees[i], stream);
    }
    if (!printed)
        fputs("functions: {}\n", stream);
}

int api_missing(struct session *session)
{
    struct analyzer_options options;
    struct progress progress;
    struct result result;
    if (!session_load_knowledge(session) || !analysis_options(session, 0, &options))
        return EXIT_MISTAKE;
    result_init(&result);
    progress_begin(&progress, !session->options.quiet);
    options.progress = progress_show;
    options.progress_data = &progress;
    bool analysed = analyze(&options, session->knowledge, &result);
    progress_end(&progress);
    session_print_problems(session, &result.problems);
    int status = EXIT_MISTAKE;
    if (analysed) {
        print_missing(&result.coverage, stdout);
        session_close_output(session, stdout, NULL);
        status = analysis_status(&result);
    }
    result_free(&result);
    return status;
}

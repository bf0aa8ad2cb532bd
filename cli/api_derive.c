/* `concadvise api --derive`: a library's own source → a file of entries. */
#include "analyzer/derive.h"
#include "base/path.h"
#include "base/text.h"
#include "cli/analysis.h"
#include "cli/api_modes.h"
#include "cli/symbols.h"
#include "cli/terminal.h"

#include <string.h>

/* "zlib 1.2.13" → "zlib" */
static const char *library_name(struct arena *arena, const char *library)
{
    return arena_strndup(arena, library, strcspn(library, " "));
}

static const char *tree_name(struct session *session)
{
    const string_list *paths = &session->options.arguments;
    const char *path = path_real(&session->arena, paths->count ? paths->items[0] : ".");
    return path ? path_base(path) : "library";
}

static void print_head(struct session *session, const struct derived *derived, FILE *stream)
{
    const char *given = session->options.library ? session->options.library : tree_name(session);
    const char *profile = session->options.profile ? session->options.profile : "server-lan";
    struct text source = {0};
    text_printf(&source, "derived from %s by concadvise %s, profile %s", given, CONCADVISE_VERSION, profile);
    if (derived->flags_guessed)
        text_add(&source, ", compiler flags guessed");
    if (derived->failed_units)
        text_printf(&source, ", %u of %u translation units failed", derived->failed_units, derived->units);
    fputs(
        "# Made by concadvise api --derive; nobody has checked it. Where you have checked an entry, say against what:\n"
        "# `reviewed: …`. An entry of the same name that somebody wrote wins.\n",
        stream);
    fputs("library: ", stream);
    knowledge_write_scalar(library_name(&session->arena, given), stream);
    fputs("\nderived: true\nsource: ", stream);
    knowledge_write_scalar(text_string(&source), stream);
    fputs("\n", stream);
    text_free(&source);
}

static void print_library(struct session *session, struct derived *derived, FILE *stream)
{
    print_head(session, derived, stream);
    fputs(derived->count ? "functions:\n" : "functions: {}\n", stream);
    for (uint32_t i = 0; i < derived->count; i++) {
        derived->entries[i].header = header_as_included(derived->entries[i].header);
        knowledge_write_entry(&derived->entries[i], stream);
    }
}

static bool derive_options_of(struct session *session, struct derive_options *which)
{
    const struct options *given = &session->options;
    *which = (struct derive_options){.headers = given->headers.items,
                                     .header_count = given->headers.count,
                                     .prefixes = given->prefixes.items,
                                     .prefix_count = given->prefixes.count};
    if (!given->symbols)
        return true;
    which->has_symbols = true;
    return symbols_read(session, given->symbols, &which->symbols, &which->symbol_count);
}

static int derive(struct session *session, struct analyzer_options *options, const struct derive_options *which)
{
    struct progress progress;
    struct derived derived;
    progress_begin(&progress, !session->options.quiet);
    options->progress = progress_show;
    options->progress_data = &progress;
    bool analysed = analyze_library(options, which, session->knowledge, &derived);
    progress_end(&progress);
    session_print_problems(session, &derived.problems);
    int status = EXIT_MISTAKE;
    if (analysed && !derived.count) {
        session_mistake(session, "name the library's headers with --header, or its shared object with --symbols",
                        "no exported function was found in %u translation unit%s", derived.units,
                        derived.units == 1 ? "" : "s");
    } else if (analysed) {
        print_library(session, &derived, stdout);
        session_close_output(session, stdout, NULL);
        status = derived.failed_units ? EXIT_INCOMPLETE : EXIT_CLEAN;
    }
    derived_free(&derived);
    return status;
}

int api_derive(struct session *session)
{
    struct analyzer_options options;
    struct derive_options which;
    if (!session_load_knowledge(session) || !analysis_options(session, 0, &options) ||
        !derive_options_of(session, &which))
        return EXIT_MISTAKE;
    return derive(session, &options, &which);
}

/* libclang: from flags to a syntax tree, and from its diagnostics to problems. */
#include "analyzer/parse.h"

#include "analyzer/flags.h"
#include "analyzer/include_lines.h"
#include "base/path.h"
#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Before each unit's flags. Warnings are not ours to give, and what gcc only warns of is no error; no error may end the
 * parse; the wrappers of _FORTIFY_SOURCE hide the calls. */
static const char *const first_flags[] = {
    "-xc",
    "-w",
    "-Wno-error=implicit-function-declaration",
    "-Wno-error=implicit-int",
    "-Wno-error=incompatible-function-pointer-types",
    "-Wno-error=int-conversion",
    "-Wno-error=return-mismatch",
    "-Wno-error=return-type",
    "-ferror-limit=0",
    "-fno-spell-checking",
    "-U_FORTIFY_SOURCE",
};

enum { FIRST_FLAG_COUNT = sizeof first_flags / sizeof *first_flags };

static const unsigned parse_options = CXTranslationUnit_KeepGoing | CXTranslationUnit_IgnoreNonErrorsFromIncludedFiles;

void parser_init(struct parser *parser, const char *root)
{
    struct text map = {0};
    text_printf(&map, "-fmacro-prefix-map=%s%s=", root, strcmp(root, "/") == 0 ? "" : "/");
    parser->index = clang_createIndex(1, 0);
    parser->prefix_map = map.string;
    parser->root = root;
}

void parser_free(struct parser *parser)
{
    clang_disposeIndex(parser->index);
    free(parser->prefix_map);
}

static void add_flags(const struct parser *parser, const struct translation_unit *unit, bool machine_flags,
                      struct words *flags)
{
    for (size_t i = 0; i < FIRST_FLAG_COUNT; i++)
        words_add(flags, first_flags[i]);
    words_add(flags, parser->prefix_map);
    for (unsigned i = 0; i < unit->flag_count; i++)
        if (machine_flags || !string_starts_with(unit->flags[i], "-m"))
            words_add(flags, unit->flags[i]);
}

static enum CXErrorCode parse(struct parser *parser, const struct translation_unit *unit, bool machine_flags,
                              CXTranslationUnit *tree)
{
    struct words flags = {0};
    add_flags(parser, unit, machine_flags, &flags);
    enum CXErrorCode error = clang_parseTranslationUnit2(parser->index, unit->path, flags.list.items,
                                                         (int)flags.list.count, NULL, 0, parse_options, tree);
    array_free(&flags.list);
    return error;
}

/* Parses a unit with a precompiled file in place of its first #include line. */
static enum CXErrorCode parse_precompiled(struct parser *parser, const struct translation_unit *unit,
                                          const char *precompiled, CXTranslationUnit *tree)
{
    size_t length;
    char *text = text_behind_first_include(unit->path, &length);
    if (!text)
        return CXError_Failure;
    struct words flags = {0};
    add_flags(parser, unit, true, &flags);
    words_add(&flags, "-include-pch");
    words_add(&flags, precompiled);
    struct CXUnsavedFile rest = {.Filename = unit->path, .Contents = text, .Length = length};
    enum CXErrorCode error = clang_parseTranslationUnit2(parser->index, unit->path, flags.list.items,
                                                         (int)flags.list.count, &rest, 1, parse_options, tree);
    array_free(&flags.list);
    free(text);
    return error;
}

static bool is_error(CXDiagnostic diagnostic)
{
    return clang_getDiagnosticSeverity(diagnostic) >= CXDiagnostic_Error;
}

/* "analysed in spite of 3 errors: 'x.h' file not found", at the first error's place. */
static void report_error(struct parser *parser, const struct translation_unit *unit, CXDiagnostic diagnostic,
                         unsigned errors, struct problems *problems)
{
    CXFile file;
    struct place place = {0};
    clang_getExpansionLocation(clang_getDiagnosticLocation(diagnostic), &file, &place.line, &place.column, NULL);
    CXString name = clang_getFileName(file);
    CXString text = clang_getDiagnosticSpelling(diagnostic);
    char *path = file ? path_join(NULL, unit->directory, clang_getCString(name)) : NULL;
    place.file = path ? path_relative(parser->root, path) : unit->name;
    problems_add(problems, SEVERITY_WARNING, place, NULL, "%s (analysed in spite of %u error%s in %s)",
                 clang_getCString(text), errors, errors == 1 ? "" : "s", unit->name);
    free(path);
    clang_disposeString(name);
    clang_disposeString(text);
}

/* Counts the errors; reports the first, where `problems` is given. */
static unsigned count_errors(struct parser *parser, const struct translation_unit *unit, CXTranslationUnit tree,
                             struct problems *problems)
{
    unsigned errors = 0;
    CXDiagnostic first = NULL;
    unsigned count = clang_getNumDiagnostics(tree);
    for (unsigned i = 0; i < count; i++) {
        CXDiagnostic diagnostic = clang_getDiagnostic(tree, i);
        if (!is_error(diagnostic)) {
            clang_disposeDiagnostic(diagnostic);
            continue;
        }
        errors++;
        if (first)
            clang_disposeDiagnostic(diagnostic);
        else
            first = diagnostic;
    }
    if (first && problems)
        report_error(parser, unit, first, errors, problems);
    if (first)
        clang_disposeDiagnostic(first);
    return errors;
}

static const char *error_text(enum CXErrorCode error)
{
    switch (error) {
    case CXError_Crashed:
        return "the parser crashed";
    case CXError_InvalidArguments:
        return "the parser does not accept its arguments";
    case CXError_ASTReadError:
        return "the syntax tree cannot be read";
    default:
        return "the parser gave up";
    }
}

bool parse_unit(struct parser *parser, const struct translation_unit *unit, const char *precompiled,
                struct parsed_unit *parsed, struct problems *problems)
{
    *parsed = (struct parsed_unit){0};
    if (precompiled) {
        if (parse_precompiled(parser, unit, precompiled, &parsed->unit) == CXError_Success &&
            count_errors(parser, unit, parsed->unit, NULL) == 0) {
            parsed->shared = true;
            return true;
        }
        parse_dispose(parsed);
    }
    enum CXErrorCode error = parse(parser, unit, true, &parsed->unit);
    if (error != CXError_Success) /* a machine that this Clang does not know? */
        error = parse(parser, unit, false, &parsed->unit);
    if (error != CXError_Success) {
        problems_add(problems, SEVERITY_ERROR, (struct place){.file = unit->name}, NULL, "not analysed: %s",
                     error_text(error));
        return false;
    }
    parsed->errors = count_errors(parser, unit, parsed->unit, problems);
    return true;
}

static CXTranslationUnit parse_header(struct parser *parser, const struct prefix_group *group)
{
    struct words flags = {0};
    add_flags(parser, &group->unit, true, &flags);
    flags.list.items[0] = "-xc-header";
    struct CXUnsavedFile only = {.Filename = group->unit.path, .Contents = group->text, .Length = strlen(group->text)};
    unsigned options = parse_options | CXTranslationUnit_Incomplete | CXTranslationUnit_ForSerialization;
    CXTranslationUnit tree = NULL;
    clang_parseTranslationUnit2(parser->index, group->unit.path, flags.list.items, (int)flags.list.count, &only, 1,
                                options, &tree);
    array_free(&flags.list);
    return tree;
}

static enum CXChildVisitResult count_declaration(CXCursor cursor, CXCursor parent, CXClientData count)
{
    (void)cursor;
    (void)parent;
    ++*(uint32_t *)count;
    return CXChildVisit_Continue;
}

/* What sharing saves grows with the header's declarations, once for each unit; writing and loading cost a fixed time as
 * well. Measured on redis, curl, wget, zlib and sqlite3. */
static bool is_worth_sharing(CXTranslationUnit tree, uint32_t members)
{
    uint32_t declarations = 0;
    clang_visitChildren(clang_getTranslationUnitCursor(tree), count_declaration, &declarations);
    return declarations >= 100 && (uint64_t)declarations * members >= 1000;
}

static bool save_precompiled(CXTranslationUnit tree, const char *file, struct problems *problems)
{
    errno = 0;
    if (clang_saveTranslationUnit(tree, file, CXSaveTranslationUnit_None) == CXSaveError_None)
        return true;
    problems_add(problems, SEVERITY_NOTE, (struct place){.file = file}, "set TMPDIR to a directory with room",
                 "headers are not shared between files, which takes longer: %s",
                 errno ? strerror(errno) : "the precompiled header cannot be written");
    return false;
}

bool parse_prefix(struct parser *parser, const struct prefix_group *group, struct parsed_unit *parsed,
                  struct problems *problems)
{
    *parsed = (struct parsed_unit){.unit = parse_header(parser, group)};
    if (parsed->unit && count_errors(parser, &group->unit, parsed->unit, NULL) == 0 &&
        is_worth_sharing(parsed->unit, group->members) && save_precompiled(parsed->unit, group->precompiled, problems))
        return true;
    parse_dispose(parsed);
    return false;
}

void parse_dispose(struct parsed_unit *parsed)
{
    if (parsed->unit)
        clang_disposeTranslationUnit(parsed->unit);
    parsed->unit = NULL;
}

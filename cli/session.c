/* One run of a command. */
#include "cli/session.h"

#include "base/suggest.h"
#include "base/text.h"
#include "cli/data_directory.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

static const struct place nowhere = {NULL, 0, 0};

void session_begin(struct session *session)
{
    *session = (struct session){0};
    arena_init(&session->arena);
}

void session_end(struct session *session)
{
    session_print_problems(session, &session->problems);
    struct problems *late = session->knowledge ? knowledge_late_problems(session->knowledge) : NULL;
    if (late)
        session_print_problems(session, late);
    if (session->knowledge)
        knowledge_free(session->knowledge);
    if (session->rules)
        rules_free(session->rules);
    options_free(&session->options);
    arena_free(&session->arena);
}

void session_mistake(struct session *session, const char *advice, const char *format, ...)
{
    struct text message = {0};
    va_list args;
    va_start(args, format);
    text_vprintf(&message, format, args);
    va_end(args);
    problems_add(&session->problems, SEVERITY_ERROR, nowhere, advice, "%s", text_string(&message));
    text_free(&message);
    session->mistaken = true;
}

/* The problems of one severity, at most `most` of them; the number of those left out. */
static uint32_t print_severity(const struct problems *problems, enum severity severity, uint32_t most)
{
    uint32_t printed = 0, left_out = 0;
    for (uint32_t i = 0; i < problems->list.count; i++) {
        if (problems->list.items[i].severity != severity)
            continue;
        if (printed == most) {
            left_out++;
            continue;
        }
        printed++;
        struct problems one = {.list = {.items = &problems->list.items[i], .count = 1}};
        problems_print(&one, stderr);
    }
    return left_out;
}

void session_print_problems(struct session *session, struct problems *problems)
{
    const uint32_t enough = 20; /* the rest would hide the report */
    uint32_t most = session->options.verbose ? UINT32_MAX : enough;
    uint32_t left_out = print_severity(problems, SEVERITY_ERROR, most);
    if (!session->options.quiet)
        left_out += print_severity(problems, SEVERITY_WARNING, most);
    if (session->options.verbose)
        print_severity(problems, SEVERITY_NOTE, most);
    if (left_out)
        fprintf(stderr, "note: %u more problems; --verbose prints them all\n", left_out);
    problems_free(problems);
}

bool session_load_knowledge(struct session *session)
{
    const char *directory = data_directory(&session->arena, "knowledge", &session->problems);
    if (directory)
        session->knowledge = knowledge_load(directory, &session->problems);
    if (session->knowledge)
        session_add_apis(session);
    session->mistaken |= session->problems.errors > 0;
    session_print_problems(session, &session->problems);
    return session->knowledge != NULL;
}

void session_add_apis(struct session *session)
{
    for (uint32_t i = 0; i < session->options.apis.count; i++)
        knowledge_add_file(session->knowledge, session->options.apis.items[i], &session->problems);
    session->mistaken |= session->problems.errors > 0;
    session_print_problems(session, &session->problems);
}

static bool load_profile_file(struct session *session)
{
    const struct profile *profile =
        knowledge_add_profile(session->knowledge, session->options.profile, &session->problems);
    session->mistaken |= session->problems.errors > 0;
    session_print_problems(session, &session->problems);
    if (profile)
        session->options.profile = profile->name;
    return profile != NULL;
}

bool session_check_profile(struct session *session)
{
    const char *name = session->options.profile;
    if (!name || knowledge_profile(session->knowledge, name))
        return true;
    if (strchr(name, '/') || string_ends_with(name, ".yaml"))
        return load_profile_file(session);
    size_t count = knowledge_profile_count(session->knowledge);
    const char **names = ARENA_ARRAY(&session->arena, const char *, count + 1);
    struct text all = {0};
    for (size_t i = 0; i < count; i++) {
        names[i] = knowledge_profile_at(session->knowledge, i)->name;
        text_printf(&all, "%s%s", i ? ", " : "the profiles are ", names[i]);
    }
    const char *near = suggest(name, names);
    const char *advice = near ? arena_printf(&session->arena, "did you mean '%s'?", near) : text_string(&all);
    session_mistake(session, advice, "there is no cost profile '%s'", name);
    text_free(&all);
    return false;
}

bool session_load_rules(struct session *session)
{
    const char *directory = data_directory(&session->arena, "rules", &session->problems);
    if (directory)
        session->rules = rules_load(directory, &session->problems);
    for (uint32_t i = 0; session->rules && i < session->options.rules.count; i++)
        rules_add_file(session->rules, session->options.rules.items[i], &session->problems);
    session->mistaken |= session->problems.errors > 0;
    session_print_problems(session, &session->problems);
    return session->rules != NULL;
}

FILE *session_open_output(struct session *session, const char *file)
{
    FILE *stream = file ? fopen(file, "w") : stdout;
    if (!stream)
        session_mistake(session, NULL, "cannot write %s: %s", file, strerror(errno));
    return stream;
}

bool session_close_output(struct session *session, FILE *stream, const char *file)
{
    bool good = !ferror(stream);
    int reason = good ? 0 : errno;
    if (fflush(stream) != 0 && good) {
        good = false;
        reason = errno;
    }
    if (file && fclose(stream) != 0 && good) {
        good = false;
        reason = errno;
    }
    if (!good && !file && reason == EPIPE)
        session->mistaken = true; /* the reader has seen enough (`| head`): nothing to tell */
    else if (!good)
        session_mistake(session, NULL, "cannot write %s: %s", file ? file : "to standard output",
                        reason ? strerror(reason) : "writing failed");
    return good;
}

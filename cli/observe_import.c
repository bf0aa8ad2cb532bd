/* Imported profiles: which file is of which kind, and which names are whose. */
#include "cli/observe_import.h"

#include "base/path.h"
#include "base/text.h"
#include "cli/observe_stacks.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum profile_kind { PROFILE_PERF, PROFILE_ON_CPU, PROFILE_OFF_CPU, PROFILE_KINDS };
static const char *const kind_names[PROFILE_KINDS] = {"perf", "on-cpu", "off-cpu"};

/* Less time than this in a profile is an accident. */
static const double least_ns = 1e7;

/* "KIND:FILE": the file, and the kind where it is given. */
static const char *split_kind(const char *given, enum profile_kind *kind)
{
    for (*kind = 0; *kind < PROFILE_KINDS; ++*kind) {
        size_t length = strlen(kind_names[*kind]);
        if (strncmp(given, kind_names[*kind], length) == 0 && given[length] == ':')
            return given + length + 1;
    }
    return given;
}

static enum profile_kind detect(const char *text)
{
    if (stacks_is_perf(text))
        return PROFILE_PERF;
    return stacks_is_off_cpu(text) ? PROFILE_OFF_CPU : PROFILE_ON_CPU;
}

static bool read_text(struct stacks *stacks, const char *file, const char *text, enum profile_kind kind,
                      struct problems *problems)
{
    if (kind == PROFILE_PERF)
        return stacks_read_perf(stacks, file, text, problems);
    return stacks_read_folded(stacks, file, text, kind == PROFILE_ON_CPU ? STACK_ON : STACK_OFF, problems);
}

static void import_file(struct session *session, struct stacks *stacks, const char *given)
{
    const size_t largest = (size_t)1 << 32;
    enum profile_kind kind;
    const char *file = split_kind(given, &kind);
    size_t length;
    char *text = file_read(file, largest, &length);
    if (!text) {
        session_mistake(session, NULL, "cannot read %s: %s", file, strerror(errno));
        return;
    }
    bool detected = kind == PROFILE_KINDS;
    if (detected)
        kind = detect(text);
    bool good = read_text(stacks, file, text, kind, &session->problems);
    free(text);
    session_print_problems(session, &session->problems);
    if (!good)
        session_mistake(session, "perf script's output, or folded stacks ('main;work;read 123'), are wanted",
                        "%s has no stack that can be read%s%s", file, detected ? "" : " as ",
                        detected ? "" : kind_names[kind]);
    else if (detected && !session->options.quiet)
        fprintf(stderr, "note: %s is read as %s; --import %s:%s says so\n", file, kind_names[kind], kind_names[kind],
                file);
}

/* Which function of the tree has a name of the profiles. */
struct owner {
    const struct function_result *function; /* NULL: none */
    bool ambiguous;                         /* functions of several files have it */
};

/* By the name's number, from 0 on. The caller frees the list. */
static struct owner *find_owners(const struct stacks *stacks, const struct result *result)
{
    struct owner *owners = must_malloc((stacks->times.count + 1) * sizeof *owners);
    memset(owners, 0, (stacks->times.count + 1) * sizeof *owners);
    for (uint32_t i = 0; i < result->function_count; i++) {
        const struct function_result *function = &result->functions[i];
        struct owner *owner = &owners[names_find(&stacks->names, function->name)]; /* 0: no profile has it */
        if (owner->function)
            owner->ambiguous |= strcmp(owner->function->file, function->file) != 0;
        else
            owner->function = function;
    }
    return owners;
}

static struct observed_function make_function(struct arena *arena, const struct stacks *stacks,
                                              const struct stack_times *times, const struct function_result *owner)
{
    double wall = times->on_ns + times->off_ns;
    bool whole = stacks->has_on && stacks->has_off;
    struct observed_function function = {.file = arena_strdup(arena, owner->file),
                                         .name = arena_strdup(arena, owner->name),
                                         .line = owner->line,
                                         .calls = -1,
                                         .outer_calls = -1,
                                         .unfinished_calls = -1,
                                         .wall_ns = whole ? wall : -1,
                                         .cpu_ns = stacks->has_on ? times->on_ns : -1,
                                         .wall_self_ns = -1,
                                         .cpu_self_ns = -1,
                                         .offcpu_share = whole && wall > 0 ? times->off_ns / wall : -1,
                                         .lock_share = whole && wall > 0 ? times->lock_ns / wall : -1,
                                         .iocall_share = -1,
                                         .agree = -1};
    function.labelled = whole && wall >= least_ns;
    if (function.labelled)
        function.label = observed_class(-1, function.offcpu_share, function.lock_share);
    return function;
}

static void make_functions(const struct stacks *stacks, const struct result *result, struct observed *observed,
                           uint32_t *ambiguous)
{
    struct owner *owners = find_owners(stacks, result);
    observed->functions = ARENA_ARRAY(&observed->arena, struct observed_function, stacks->times.count);
    for (uint32_t i = 0; i < stacks->times.count; i++) {
        const struct stack_times *times = &stacks->times.items[i];
        const struct owner *owner = &owners[i + 1];
        if (!owner->function || times->on_ns + times->off_ns <= 0)
            continue;
        *ambiguous += owner->ambiguous;
        if (!owner->ambiguous)
            observed->functions[observed->function_count++] =
                make_function(&observed->arena, stacks, times, owner->function);
    }
    free(owners);
    observed_sort(observed);
}

void observe_import(struct session *session, const struct result *result, struct observed *observed)
{
    static const double unit_ns[] = {1e3, 1, 1e6}; /* in the order of the option's words */
    const struct options *options = &session->options;
    const double usual_rate = 99, ns_per_second = 1e9;
    struct stacks stacks;
    stacks_init(&stacks);
    stacks.sample_ns = ns_per_second / (options->sample_rate > 0 ? options->sample_rate : usual_rate);
    stacks.off_unit_ns = unit_ns[options->off_cpu_unit];
    for (uint32_t i = 0; i < options->imports.count; i++)
        import_file(session, &stacks, options->imports.items[i]);
    uint32_t ambiguous = 0;
    make_functions(&stacks, result, observed, &ambiguous);
    if (ambiguous)
        fprintf(stderr, "note: %u names in the profiles are those of several files' functions and are left out\n",
                ambiguous);
    if (stacks.count && !(stacks.has_on && stacks.has_off))
        fprintf(
            stderr,
            "note: the profiles have no time %s the processor; without it no class is measured: import both kinds\n",
            stacks.has_on ? "off" : "on");
    stacks_free(&stacks);
}

/* Evidence: the way from a function to what most of its time goes to, a step for each call. */
#include "analyzer/stages.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

#define LONGEST_WAY 12 /* steps; a longer one is cut, for people */

static double total_of(const struct stages *stages, const struct cost *cost, bool waiting)
{
    double waits[WAIT_COUNT];
    return waiting ? cost_typical_waits(knowledge_expectations(stages->knowledge), cost, waits) : cost->cpu;
}

static const char *step_text(const struct stages *stages, const struct cost_entry *entry,
                             const struct cost_source *source, bool waiting, struct arena *arena)
{
    struct text text = {0};
    const char *name = stage_name(stages, entry->function);
    const char *what = waiting ? "waiting" : "CPU time";
    double percent = source->share * 100;
    if (source->call == SUMMARY_NONE) {
        text_printf(&text, "%s: %.0f %% of its %s is its own code", name, percent, what);
    } else if (source->api) {
        double each = total_of(stages, &entry->total, waiting) * source->share / fmax(source->frequency, 1e-12);
        text_printf(&text, "%s calls %s: %.0f %% of its %s, about ", name, source->api->name, percent, what);
        text_add_duration(&text, each);
        text_printf(&text, " a call (%s)", source->api->source);
    } else if (source->function != NO_FUNCTION) {
        text_printf(&text, "%s calls %s: %.0f %% of its %s", name, stage_name(stages, source->function), percent, what);
    } else {
        text_printf(&text, "%s makes a call that nobody knows: %.0f %% of its %s", name, percent, what);
    }
    if (source->call != SUMMARY_NONE && source->frequency > 1.5)
        text_printf(&text, ", %.0f times", source->frequency);
    const char *copy = arena_strdup(arena, text_string(&text));
    text_free(&text);
    return copy;
}

uint32_t evidence_of(const struct stages *stages, uint32_t function, bool waiting, struct arena *arena,
                     const struct evidence **evidence)
{
    const struct costs *costs = stage_costs(stages, function);
    const struct cost_entry *entry = costs ? costs_function(costs, function) : NULL;
    struct evidence steps[LONGEST_WAY];
    uint32_t seen[LONGEST_WAY];
    uint32_t count = 0;
    double weight = 1;
    while (entry && count < LONGEST_WAY) {
        const struct cost_source *source = waiting ? &entry->most_wait : &entry->most_cpu;
        if (source->share <= 0)
            break;
        unsigned line = stage_function(stages, entry->function)->line, column = 0;
        if (source->call != SUMMARY_NONE) {
            const struct call *call = &stage_function(stages, entry->function)->calls.items[source->call];
            line = call->line;
            column = call->column;
        }
        weight *= source->share;
        seen[count] = entry->function;
        steps[count++] = (struct evidence){step_text(stages, entry, source, waiting, arena),
                                           stage_place(stages, entry->function, line, column), weight};
        entry = source->entry == SUMMARY_NONE ? NULL : costs_entry(costs, source->entry);
        for (uint32_t i = 0; entry && i < count; i++)
            if (seen[i] == entry->function)
                entry = NULL; /* recursion: the way goes round */
    }
    for (uint32_t i = 0; i < count; i++)
        steps[i].place.file = arena_strdup(arena, steps[i].place.file);
    *evidence = count ? arena_copy(arena, steps, count * sizeof *steps) : NULL;
    return count;
}

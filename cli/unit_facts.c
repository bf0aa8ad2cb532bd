/* The facts of a unit of work. What nothing assesses yet stays absent. */
#include "cli/unit_facts.h"

#include <string.h>

/* Handing a call to a worker that has to be woken, and its answer back: two wake-ups with the scheduling. */
static const double wake_up_ns = 10000;
/* Where calls keep coming, a busy worker takes the next from a queue: 2.4 µs calls run 1.9 times as fast on two threads
 * (bench/regret, file-read), 0.1 µs calls 1.3 times. */
static const double busy_worker_ns = 2000;
/* What one wait costs an event loop: catching the call and the hand-over (bench/async). */
static const double loop_wait_ns = 4000;
/* From here on a thread for each call costs too much (see facts.def). */
static const double high_concurrency_from = 256;

static struct program_traits *find_program(const program_list *programs, const char *program)
{
    for (array_each(struct program_traits, traits, programs))
        if (traits->program == program || strcmp(traits->program, program) == 0)
            return traits;
    return NULL;
}

static const char *program_of(const struct result *result, const struct unit *unit)
{
    const char *program = result->functions[unit->function].program;
    return program ? program : "";
}

void program_list_make(program_list *programs, const struct result *result)
{
    *programs = (program_list){0};
    for (uint32_t i = 0; i < result->unit_count; i++) {
        const struct unit *unit = &result->units[i];
        const char *program = program_of(result, unit);
        struct program_traits *traits = find_program(programs, program);
        if (!traits) {
            array_push(programs, (struct program_traits){.program = program});
            traits = array_last(programs);
        }
        traits->has_threads |= unit->kind == UNIT_THREAD_ENTRY;
        traits->has_event_loop |= unit->kind == UNIT_HANDLER;
    }
}

static void set_text(struct facts *facts, enum fact_id fact, const char *value)
{
    if (value)
        facts_set_word(facts, fact, value);
}

/* What the function that would run K times costs. */
static void set_costs(struct facts *facts, const struct function_result *function)
{
    facts_set_word(facts, FACT_CLASS, class_name(function->class_kind));
    facts_set_number(facts, FACT_CONFIDENCE, function->confidence);
    facts_set_number(facts, FACT_CPU_NS, function->cpu_ns);
    facts_set_number(facts, FACT_CPU_LOW_NS, function->cpu_low_ns);
    facts_set_number(facts, FACT_WAIT_NS, function->wait_ns);
    facts_set_number(facts, FACT_WAIT_SHARE, function->wait_share);
    unsigned most = 0;
    for (unsigned kind = 1; kind < WAIT_COUNT; kind++)
        if (function->waits[kind] > function->waits[most])
            most = kind;
    if (function->wait_ns > 0 && function->waits[most] > 0)
        facts_set_word(facts, FACT_WAIT_KIND, wait_name(most));
    if (function->gil_assessed)
        facts_set_word(facts, FACT_GIL, gil_name(function->gil));
}

/* Whether the calls are worth workers, and how busy they keep an event loop. */
static void set_load(struct facts *facts, const struct unit *unit, const struct function_result *function, double k)
{
    bool kept_busy = unit->kind == UNIT_NAMED && unit->context == CONTEXT_NATIVE;
    double gains = function->cpu_ns + (function->class_kind == CLASS_CPU ? 0 : function->wait_ns);
    facts_set_boolean(facts, FACT_ENOUGH_WORK, gains >= (kept_busy ? busy_worker_ns : wake_up_ns));
    double call_ns = function->cpu_ns + function->wait_ns;
    if (function->wait_ns > 0)
        facts_set_number(facts, FACT_LOOP_LOAD, k * (function->cpu_ns + loop_wait_ns) / call_ns);
}

static void set_chain(struct facts *facts, const struct unit *unit)
{
    set_text(facts, FACT_BLOCKING_CALL, unit->blocking_call);
    if (unit->blocking_call)
        facts_set_boolean(facts, FACT_BLOCKING_LIKELY, unit->blocking_likely);
    facts_set_boolean(facts, FACT_BLOCKING_EVIDENT, unit->blocking_call && unit->blocking_evident);
    if (unit->blocking_call)
        facts_set_number(facts, FACT_CHAIN_LENGTH, unit->chain_length);
    if (unit->blocking_call && unit->chain_sites)
        facts_set_number(facts, FACT_CHAIN_SITES, unit->chain_sites);
    set_text(facts, FACT_ASYNC_FORM, unit->async_form);
    if (unit->async_known)
        facts_set_boolean(facts, FACT_ASYNC_POSSIBLE, unit->async_possible);
    set_text(facts, FACT_ASYNC_MISSING, unit->async_missing);
    set_text(facts, FACT_UNSAFE_CALL, unit->unsafe_call);
    if (unit->shared_known)
        facts_set_word(facts, FACT_SHARED_STATE, concept_names(CONCEPT_SHARED)[unit->shared_state]);
    set_text(facts, FACT_SHARED_NAMES, unit->shared_names);
    set_text(facts, FACT_SHARED_ARGUMENT, unit->shared_argument);
    set_text(facts, FACT_DEPENDENCE, unit->dependence);
    if (unit->shared_argument || unit->items_known)
        facts_set_boolean(facts, FACT_ITEMS_INDEPENDENT, !unit->shared_argument && unit->items_independent);
}

void unit_facts(const struct result *result, const program_list *programs, const struct unit *unit,
                const struct question *question, struct facts *facts)
{
    memset(facts, 0, sizeof *facts);
    facts_set_word(facts, FACT_CONTEXT, context_name(unit->context));
    facts_set_word(facts, FACT_UNIT_KIND, unit_name(unit->kind));
    set_costs(facts, &result->functions[unit->function]);
    set_chain(facts, unit);
    set_load(facts, unit, &result->functions[unit->function], question->k);
    facts_set_number(facts, FACT_K, question->k);
    facts_set_boolean(facts, FACT_K_ASSUMED, question->k_assumed);
    facts_set_boolean(facts, FACT_HIGH_CONCURRENCY, question->k >= high_concurrency_from);
    facts_set_number(facts, FACT_CORES, question->cores);
    if (unit->trip_known)
        facts_set_number(facts, FACT_TRIP_COUNT, unit->trip_count);
    if (unit->kind == UNIT_LOOP_CALL)
        facts_set_number(facts, FACT_CALLS_PER_RUN, unit->calls_per_run);
    const struct program_traits *traits = find_program(programs, program_of(result, unit));
    facts_set_boolean(facts, FACT_PROGRAM_HAS_THREADS, traits && traits->has_threads);
    facts_set_boolean(facts, FACT_PROGRAM_HAS_EVENT_LOOP, traits && traits->has_event_loop);
}

bool fact_not_assessed(enum fact_id fact)
{
    switch ((int)fact) {
    case FACT_SHARED_STATE:
    case FACT_GIL:
    case FACT_TRANSFER_PAYS:
    case FACT_ITEMS_INDEPENDENT:
    case FACT_ASYNC_POSSIBLE:
    case FACT_ASYNC_LIBRARY:
    case FACT_PROGRAM_FORKS:
        return true;
    default:
        return false;
    }
}

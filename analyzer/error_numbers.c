/* Parameters that all calls give the number of an error: `handle_nonblock(fd, POLLIN, errno)`. */
#include "analyzer/traits.h"

#define ROUNDS 3 /* of functions that pass theirs on */

struct search {
    struct trait_table *table;
    struct arena arena;  /* emptied for every function */
    uint64_t *gets;      /* by function: parameters that some call gives such a number */
    uint64_t *gets_else; /* … something else */
};

/* CALL_ERROR_NUMBER of each call, or NULL: none is of that kind. */
static uint16_t *flag_calls(struct search *search, const struct function *body)
{
    const struct linked *linked = search->table->linked;
    uint16_t *flags = NULL;
    for (uint32_t call = 0; call < body->calls.count; call++) {
        name_id symbol;
        if (!call_symbol(body, call, &symbol) || !linked->apis[symbol] ||
            program_definition(search->table->program, symbol) != NO_FUNCTION ||
            !api_has_effect(linked->apis[symbol], EFFECT_ERROR_NUMBER))
            continue;
        if (!flags)
            flags = ARENA_ARRAY(&search->arena, uint16_t, body->calls.count);
        flags[call] = CALL_ERROR_NUMBER;
    }
    return flags;
}

static void look_at_calls(struct search *search, uint32_t function)
{
    const struct function *body = &search->table->linked->functions.items[function].body;
    struct frequency_input input = {.function = body, .calls = flag_calls(search, body)};
    input.error_numbers = search->table->of[function].error_numbers;
    const uint8_t *slots = input.calls || input.error_numbers ? likelihood_slots(&input, &search->arena) : NULL;
    for (uint32_t call = 0; call < body->calls.count; call++) {
        const struct call *site = &body->calls.items[call];
        name_id symbol;
        uint32_t callee =
            call_symbol(body, call, &symbol) ? program_definition(search->table->program, symbol) : NO_FUNCTION;
        for (uint32_t i = 0; callee != NO_FUNCTION && i < site->argument_count && i < 64; i++) {
            bool is_error = likelihood_is_error_number(&input, slots, body->arguments.items[site->first_argument + i]);
            *(is_error ? &search->gets[callee] : &search->gets_else[callee]) |= UINT64_C(1) << i;
        }
    }
    arena_free(&search->arena);
}

/* The parameters that may be descriptors. */
static uint64_t numbers_of(const struct function *function)
{
    uint64_t numbers = 0;
    for (uint32_t i = 0; i < function->parameters.count && i < 64; i++)
        if (!function->parameters.items[i].pointer)
            numbers |= UINT64_C(1) << i;
    return numbers;
}

void traits_find_error_numbers(struct trait_table *table)
{
    struct arena arena;
    arena_init(&arena);
    uint32_t count = table->linked->functions.count;
    struct search search = {.table = table};
    arena_init(&search.arena);
    bool changed = true;
    for (int round = 0; changed && round < ROUNDS; round++) {
        changed = false;
        search.gets = ARENA_ARRAY(&arena, uint64_t, count);
        search.gets_else = ARENA_ARRAY(&arena, uint64_t, count);
        for (array_each(const uint32_t, function, &table->program->functions))
            look_at_calls(&search, *function);
        for (array_each(const uint32_t, function, &table->program->functions)) {
            uint64_t found = search.gets[*function] & ~search.gets_else[*function];
            changed = changed || found != table->of[*function].error_numbers;
            table->of[*function].error_numbers = found;
            if (found) /* whether the descriptor that failed may be non-blocking decides what that number is */
                table->of[*function].parameters |= numbers_of(&table->linked->functions.items[*function].body);
        }
    }
    arena_free(&arena);
}

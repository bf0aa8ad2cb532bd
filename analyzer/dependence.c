/* Do the turns of a loop depend on one another through memory? From the effects of the call and of the rest of a turn:
 * a dependence is told where one object may be the same in several turns, independence only where it is shown. */
#include "analyzer/effects.h"
#include "analyzer/units_internal.h"

#include "base/text.h"

#include <string.h>

/* A symbol for people: "record.member", "variable". */
static void add_place_name(struct text *text, const struct effects *effects, uint32_t place)
{
    bool content = place >= effects->content;
    const char *symbol = names_string(&effects->stages->linked.names, content ? place - effects->content : place);
    const char *member = strstr(symbol, "@FI@"), *end = strrchr(symbol, '@');
    if (!*symbol) {
        text_add(text, "memory");
        return;
    }
    const char *record = member;
    while (record && record > symbol && record[-1] != '@')
        record--;
    text_add(text, content ? "what " : "");
    if (record && record < member && (*record < '0' || *record > '9'))
        text_printf(text, "%.*s.", (int)(member - record), record);
    text_printf(text, "%s%s", end ? end + 1 : symbol, content ? " points to" : "");
}

static bool is_member(const struct effects *effects, uint32_t place)
{
    name_id symbol = place >= effects->content ? place - effects->content : place;
    return strstr(names_string(&effects->stages->linked.names, symbol), "@FI@") != NULL;
}

/* May the rest of a turn write what the call has in another turn? Two variables around the loop that both point
 * directly to their objects are taken to point to different ones. */
static bool may_meet(origins call, origins rest)
{
    const origins reached = ORIGIN_REACHED | ORIGIN_GLOBAL;
    call &= ORIGIN_SHARED;
    rest &= ORIGIN_SHARED | ORIGIN_ITEM;
    if (!call || !rest)
        return false;
    return (call & reached) || (rest & reached) || (call & rest & ORIGIN_ROOTS);
}

/* What ties the turns together most: the write that happens most often, of objects that were all seen if there is one.
 */
struct tie {
    uint32_t place; /* SUMMARY_NONE: none */
    const struct write *write;
    enum side side;
};

/* Where nothing unknown had a part in it, it is told rather. */
static bool ties_more(const struct write *write, const struct write *most)
{
    bool unsure = write->of & ORIGIN_UNKNOWN, was_unsure = most->of & ORIGIN_UNKNOWN;
    return unsure != was_unsure ? was_unsure : write->often > most->often;
}

static void consider(const struct effects *effects, uint32_t place, enum side side, struct tie *most)
{
    const struct write *write = &effects->of[place].written[side];
    if (most->place == SUMMARY_NONE || ties_more(write, most->write))
        *most = (struct tie){place, write, side};
}

static struct tie find_tie(const struct effects *effects)
{
    struct tie most = {.place = SUMMARY_NONE};
    for (array_each(const uint32_t, place, &effects->touched)) {
        const struct place_effects *at = &effects->of[*place];
        if (*place == effects->content) /* what nobody names ties nothing together that could be told */
            continue;
        if (may_meet(at->read | at->written[SIDE_CALL].of, at->written[SIDE_REST].of))
            consider(effects, *place, SIDE_REST, &most);
        if ((at->written[SIDE_CALL].of & ORIGIN_SHARED) && is_member(effects, *place))
            consider(effects, *place, SIDE_CALL, &most); /* variables: see shared.c */
    }
    return most;
}

/* Shown: nothing that the call writes outlives it, nobody writes what it reads, and it does nothing else. */
static bool is_independent(const struct effects *effects)
{
    if (!effects->complete || effects->outside)
        return false;
    bool reads_memory = false, writes_memory = false;
    for (array_each(const uint32_t, place, &effects->touched)) {
        const struct place_effects *at = &effects->of[*place];
        if (at->written[SIDE_CALL].of || (at->read && at->written[SIDE_REST].of))
            return false;
        reads_memory = reads_memory || at->read;
        writes_memory = writes_memory || (*place == effects->content && at->written[SIDE_REST].of);
    }
    return !(reads_memory && writes_memory); /* written through a pointer that nobody named */
}

static void describe_tie(struct finder *finder, const struct loop_call *call, const struct tie *tie, struct unit *unit)
{
    const struct stages *stages = finder->stages;
    const struct function *body = stage_function(stages, call->function);
    bool own = tie->write->through == SUMMARY_NONE;
    struct text text = {0};
    unit->dependence_place = stage_place(stages, tie->write->function, tie->write->line, 0);
    if (tie->side == SIDE_CALL) {
        text_add(&text, "every call writes ");
        add_place_name(&text, finder->effects, tie->place);
        text_add(&text, " of an object that the turns share");
    } else {
        if (own) {
            text_add(&text, "the loop also writes ");
        } else {
            const struct value *callee = &body->values.items[body->calls.items[tie->write->through].callee];
            const char *name =
                callee->kind == VALUE_FUNCTION ? names_string(&stages->linked.names, callee->name) : NULL;
            const char *at = name ? strrchr(name, '@') : NULL;
            text_printf(&text, "the loop also calls %s, which writes ",
                        at     ? at + 1
                        : name ? name
                               : "a function pointer");
        }
        add_place_name(&text, finder->effects, tie->place);
        text_add(&text, ", which the call uses");
    }
    unit->dependence = arena_strdup(&finder->result->arena, text_string(&text));
    unit->dependence_place.file = arena_strdup(&finder->result->arena, unit->dependence_place.file);
    text_free(&text);
}

/* The member of its items that the call writes most often; SUMMARY_NONE: of none. */
static uint32_t written_of_items(const struct effects *effects)
{
    uint32_t most = SUMMARY_NONE;
    for (array_each(const uint32_t, place, &effects->touched)) {
        const struct write *write = &effects->of[*place].written[SIDE_CALL];
        if (!(write->of & (ORIGIN_ITEM | ORIGIN_PICKED)) || (write->of & ORIGIN_UNKNOWN) || !is_member(effects, *place))
            continue;
        if (most == SUMMARY_NONE || write->often > effects->of[most].written[SIDE_CALL].often)
            most = *place;
    }
    return most;
}

/* What remains to be looked at where neither is shown. */
static void describe_doubt(struct finder *finder, struct unit *unit)
{
    const struct effects *effects = finder->effects;
    struct text text = {0};
    uint32_t written = written_of_items(effects);
    if (written != SUMMARY_NONE) {
        text_add(&text, "that no two items lead to the same object: the call writes ");
        add_place_name(&text, effects, written);
    }
    if (effects->outside)
        text_printf(&text,
                    "%sthat what the calls do outside of memory, or in functions that are not known, needs no order",
                    text.length ? "; and " : "");
    if (!text.length)
        text_add(&text, "that no call needs what another one writes behind pointers: none was found, but not all "
                        "objects could be told apart");
    unit->doubt = arena_strdup(&finder->result->arena, text_string(&text));
    text_free(&text);
}

void unit_find_dependence(struct finder *finder, const struct loop_call *call, struct unit *unit)
{
    if (!finder->effects) {
        finder->effects = must_malloc(sizeof *finder->effects);
        effects_init(finder->effects, finder->stages);
    }
    effects_find(finder->effects, call);
    struct tie tie = find_tie(finder->effects);
    unit->items_independent = tie.place == SUMMARY_NONE && is_independent(finder->effects);
    unit->items_known = tie.place != SUMMARY_NONE || unit->items_independent;
    if (tie.place != SUMMARY_NONE)
        describe_tie(finder, call, &tie, unit);
    else if (!unit->items_independent)
        describe_doubt(finder, unit);
}

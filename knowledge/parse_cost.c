/* Reads what a function costs: variants with conditions, and shapes, which are lists of variants with parameters. */
#include "knowledge/internal.h"

#include <string.h>

/* "1 s * seconds": a time for each unit of an argument; else a plain duration. */
static bool parse_waiting(struct phrase *phrase, struct duration *duration)
{
    if (!parse_duration(phrase, duration))
        return false;
    if (!phrase_accept(phrase, "*"))
        return true;
    if (duration->kind != DURATION_FIXED)
        return phrase_wrong(phrase, NULL, "only a fixed time can be multiplied by an argument");
    double factor = duration->fixed.median;
    *duration = (struct duration){.kind = DURATION_ARGUMENT, .factor = factor, .argument = -1};
    if (!phrase_argument(phrase, &duration->argument))
        return false;
    if (duration->argument < 0)
        *duration = (struct duration){.kind = DURATION_NONE, .argument = -1};
    return true;
}

/* "cached-io + copy-byte * count": a time for each call, a time for each unit of a size, or both. */
static bool parse_cpu(struct phrase *phrase, struct api_cost_variant *variant)
{
    do {
        struct duration duration;
        if (!parse_duration(phrase, &duration))
            return false;
        struct duration *goal = &variant->cpu_call;
        if (phrase_accept(phrase, "*")) {
            goal = &variant->cpu_byte;
            if (!parse_size(phrase, &variant->bytes))
                return false;
        }
        if (goal->kind != DURATION_NONE)
            return phrase_wrong(phrase, NULL, "only one time a call and one time a byte can be given");
        *goal = duration;
    } while (phrase_accept(phrase, "+"));
    return phrase_finish(phrase);
}

static bool parse_wait_kind(struct phrase *phrase, struct api_cost_variant *variant)
{
    if (phrase_accept(phrase, "kind-of")) {
        if (!phrase_accept(phrase, "("))
            return phrase_wrong(phrase, NULL, "`kind-of` needs an argument in parentheses");
        if (!phrase_argument(phrase, &variant->fd_argument))
            return false;
        if (!phrase_accept(phrase, ")"))
            return phrase_wrong(phrase, NULL, "a `)` is missing");
        variant->wait_kind_from_fd = true;
        return true;
    }
    int kind = phrase_choice(phrase, "a kind of waiting or `kind-of(ARGUMENT)`", concept_names(CONCEPT_WAIT));
    variant->wait_kind = (enum wait_kind)kind;
    return kind >= 0;
}

static bool is_probability(const struct duration *share)
{
    if (share->kind == DURATION_FIXED)
        return share->fixed.median <= 1;
    return strcmp(quantity_units[share->quantity], "probability") == 0;
}

/* "disk for 20 us or disk-read-miss of disk-read-wait at-most 1 ms * timeout" */
static bool parse_wait(struct phrase *phrase, struct api_cost_variant *variant)
{
    variant->waits = true;
    if (!parse_wait_kind(phrase, variant))
        return false;
    if (phrase_accept(phrase, "for") && !parse_waiting(phrase, &variant->wait))
        return false;
    if (phrase_accept(phrase, "or")) {
        if (!parse_duration(phrase, &variant->tail_share))
            return false;
        if (!is_probability(&variant->tail_share))
            return phrase_wrong(phrase, NULL, "`or` is followed by a probability");
        if (!phrase_accept(phrase, "of"))
            return phrase_wrong(phrase, NULL, "`of` and a time are missing after the probability");
        if (!parse_duration(phrase, &variant->wait_tail))
            return false;
    }
    if (phrase_accept(phrase, "at-most") && !parse_waiting(phrase, &variant->at_most))
        return false;
    if (variant->wait.kind == DURATION_NONE && variant->wait_tail.kind == DURATION_NONE &&
        variant->at_most.kind == DURATION_NONE)
        return phrase_wrong(phrase, NULL, "the waiting has no length: `for DURATION` or `or PROBABILITY of DURATION`");
    return phrase_finish(phrase);
}

bool parse_cost_variant(struct parse *parse, const struct scope *scope, const struct yaml_node *map,
                        struct api_cost_variant *variant)
{
    struct phrase phrase;
    const struct yaml_node *when = yaml_get(map, "when");
    const struct yaml_node *cpu = yaml_get(map, "cpu");
    const struct yaml_node *wait = yaml_get(map, "wait");
    *variant = (struct api_cost_variant){.fd_argument = -1, .bytes = {-1, -1, false}};
    if (!cpu) {
        yaml_problem(parse->tree, map, parse->problems, "add `cpu: DURATION`", "the CPU time is missing");
        return false;
    }
    if (!phrase_begin(&phrase, parse, scope, cpu, "cpu") || !parse_cpu(&phrase, variant))
        return false;
    if (wait && (!phrase_begin(&phrase, parse, scope, wait, "wait") || !parse_wait(&phrase, variant)))
        return false;
    return !when || (phrase_begin(&phrase, parse, scope, when, "when") &&
                     parse_conditions(&phrase, &variant->when, &variant->when_count) && phrase_finish(&phrase));
}

bool parse_cost_list(struct parse *parse, const struct scope *scope, const struct yaml_node *list,
                     const struct api_cost_variant **costs, unsigned *count)
{
    static const char *const keys[] = {"when", "cpu", "wait", NULL};
    if (list->kind != YAML_LIST || !list->count) {
        yaml_problem(parse->tree, list, parse->problems, "write one map for each variant",
                     "costs are a list of variants");
        return false;
    }
    if (list->count > MOST_VARIANTS) {
        yaml_problem(parse->tree, list, parse->problems, NULL, "there are more than %d variants", MOST_VARIANTS);
        return false;
    }
    struct api_cost_variant *variants = ARENA_ARRAY(&parse->knowledge->arena, struct api_cost_variant, list->count);
    for (size_t i = 0; i < list->count; i++) {
        if (!yaml_check_keys(parse->tree, list->items[i], "a cost", keys, parse->problems) ||
            !parse_cost_variant(parse, scope, list->items[i], &variants[i]))
            return false;
        if (!variants[i].when_count && i + 1 < list->count) {
            yaml_problem(parse->tree, list->items[i + 1], parse->problems, "put the variant without `when` last",
                         "this variant is never reached: the one before it has no condition");
            return false;
        }
    }
    *costs = variants;
    *count = (unsigned)list->count;
    return true;
}

/* Reads "a, b, c)" after the opening parenthesis, as names that the arena owns. */
static bool read_parameters(struct phrase *phrase, struct shape *shape)
{
    ARRAY(const char *) list = {0};
    struct arena *arena = &phrase->parse->knowledge->arena;
    while (!phrase_accept(phrase, ")")) {
        if (!phrase_next(phrase)) {
            array_free(&list);
            return phrase_wrong(phrase, NULL, "a `)` is missing");
        }
        array_push(&list, arena_strdup(arena, phrase->word));
        phrase_accept(phrase, ",");
    }
    shape->parameter_count = list.count;
    shape->parameters = arena_copy(arena, list.items, list.count * sizeof *list.items);
    array_free(&list);
    return phrase_finish(phrase);
}

static bool parse_shape(struct parse *parse, const struct yaml_node *key, const struct yaml_node *costs)
{
    struct phrase phrase;
    struct shape *shape = ARENA_NEW(&parse->knowledge->arena, struct shape);
    *shape = (struct shape){.tree = parse->tree, .costs = costs};
    if (!phrase_begin(&phrase, parse, NULL, key, "a shape") || !phrase_next(&phrase))
        return false;
    struct symbol *symbol = symbol_add(parse->knowledge, phrase.word);
    if (symbol->shape)
        return phrase_wrong(&phrase, NULL, "the shape `%s` is there already", phrase.word);
    if (phrase_accept(&phrase, "(") && !read_parameters(&phrase, shape))
        return false;
    struct scope scope = {shape->parameters, NULL, shape->parameter_count};
    const struct api_cost_variant *checked;
    unsigned count;
    if (!parse_cost_list(parse, &scope, costs, &checked, &count)) /* so that mistakes are found where they are */
        return false;
    symbol->shape = shape;
    return true;
}

bool parse_shapes(struct parse *parse, const struct yaml_node *shapes)
{
    bool fine = true;
    if (shapes->kind != YAML_MAP) {
        yaml_problem(parse->tree, shapes, parse->problems, NULL, "shapes are a map from `NAME(PARAMETERS)` to costs");
        return false;
    }
    for (size_t i = 0; i < shapes->count; i++)
        fine = parse_shape(parse, shapes->keys[i], shapes->items[i]) && fine;
    return fine;
}

static bool wrong_shape(struct phrase *phrase)
{
    const struct knowledge *knowledge = phrase->parse->knowledge;
    const char *candidates[256];
    unsigned count = 0;
    for (name_id name = 0; name < knowledge->symbols.count && count < 255; name++)
        if (knowledge->symbols.items[name].shape)
            candidates[count++] = names_string(&knowledge->names, name);
    candidates[count] = NULL;
    return phrase_wrong(phrase, candidates, "there is no shape `%s`", phrase->word);
}

/* The arguments of a use, in the order of the shape's parameters; `_` leaves one out. */
static bool read_use_arguments(struct phrase *phrase, const struct shape *shape, int *indexes)
{
    for (unsigned i = 0; i < shape->parameter_count; i++)
        indexes[i] = -1;
    if (!phrase_accept(phrase, "("))
        return phrase_finish(phrase);
    for (unsigned i = 0; !phrase_accept(phrase, ")"); i++) {
        if (i >= shape->parameter_count && phrase_next(phrase))
            return phrase_wrong(phrase, NULL, "the shape has only %u parameter(s)", shape->parameter_count);
        if (i >= shape->parameter_count)
            return phrase_wrong(phrase, NULL, "a `)` is missing");
        if (!phrase_accept(phrase, "_") && !phrase_argument(phrase, &indexes[i]))
            return false;
        phrase_accept(phrase, ",");
    }
    return phrase_finish(phrase);
}

bool parse_shape_use(struct parse *parse, const struct scope *scope, const struct yaml_node *use,
                     const struct api_cost_variant **costs, unsigned *count)
{
    struct phrase phrase;
    if (!phrase_begin(&phrase, parse, scope, use, "cost"))
        return false;
    if (!phrase_next(&phrase))
        return phrase_wrong(&phrase, NULL, "the name of a shape is missing");
    const struct symbol *symbol = symbol_find(parse->knowledge, phrase.word);
    const struct shape *shape = symbol ? symbol->shape : NULL;
    if (!shape)
        return wrong_shape(&phrase);
    int *indexes = ARENA_ARRAY(&parse->knowledge->arena, int, shape->parameter_count);
    if (!read_use_arguments(&phrase, shape, indexes))
        return false;
    struct scope inner = {shape->parameters, indexes, shape->parameter_count};
    struct parse in_shape = {parse->knowledge, shape->tree, parse->problems};
    return parse_cost_list(&in_shape, &inner, shape->costs, costs, count);
}

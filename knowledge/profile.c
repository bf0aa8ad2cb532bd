/* Reads a cost profile: a median and a spread for every quantity, what descriptors may be, and what it builds on. */
#include "base/path.h"
#include "base/text.h"
#include "knowledge/internal.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

const struct profile *knowledge_profile(const struct knowledge *knowledge, const char *name)
{
    for (uint32_t i = 0; i < knowledge->profiles.count; i++)
        if (strcmp(knowledge->profiles.items[i]->name, name) == 0)
            return knowledge->profiles.items[i];
    return NULL;
}

size_t knowledge_profile_count(const struct knowledge *knowledge)
{
    return knowledge->profiles.count;
}

const struct profile *knowledge_profile_at(const struct knowledge *knowledge, size_t index)
{
    return knowledge->profiles.items[index];
}

/* "250 us ~ 0.5": a time with its unit, or a bare number for what is no time. */
static bool parse_amount(struct parse *parse, const struct yaml_node *node, enum quantity quantity,
                         struct amount *amount)
{
    struct phrase phrase;
    struct duration duration;
    if (!phrase_begin(&phrase, parse, NULL, node, quantity_names[quantity]) || !parse_duration(&phrase, &duration))
        return false;
    if (duration.kind != DURATION_FIXED)
        return phrase_wrong(&phrase, NULL, "a quantity is a number, not another quantity");
    bool fine = duration.fixed.median >= 0 && isfinite(duration.fixed.median);
    if (strcmp(quantity_units[quantity], "probability") == 0)
        fine = fine && duration.fixed.median <= 1;
    if (!fine)
        return phrase_wrong(&phrase, NULL, "`%s` is out of range", quantity_names[quantity]);
    if (!phrase_finish(&phrase))
        return false;
    *amount = duration.fixed;
    return true;
}

static bool parse_quantities(struct parse *parse, const struct yaml_node *map, struct profile *profile)
{
    if (!yaml_check_keys(parse->tree, map, "the quantities", quantity_names, parse->problems))
        return false;
    for (size_t i = 0; i < map->count; i++)
        for (unsigned quantity = 0; quantity < QUANTITY_COUNT; quantity++)
            if (strcmp(map->keys[i]->scalar, quantity_names[quantity]) == 0 &&
                !parse_amount(parse, map->items[i], (enum quantity)quantity, &profile->quantities[quantity]))
                return false;
    return true;
}

static bool parse_share(struct parse *parse, const struct yaml_node *node, const char *what, double *share)
{
    if (!node)
        return true;
    if (!yaml_number(parse->tree, node, what, share, parse->problems))
        return false;
    if (*share >= 0 && *share <= 1)
        return true;
    yaml_problem(parse->tree, node, parse->problems, NULL, "%s is a number from 0 to 1", what);
    return false;
}

/* "{network: 0.9, pipe: 0.1, disk: 0, …, non-blocking: 0.1}": kinds that are not named have no share, those with a 0
 * are never given; the shares sum to 1. */
static bool parse_prior(struct parse *parse, const struct yaml_node *map, struct fd_prior *prior)
{
    const char *keys[FD_KIND_COUNT + 2];
    double sum = 0;
    memcpy(keys, fd_kind_names, sizeof(char *) * FD_KIND_COUNT);
    keys[FD_KIND_COUNT] = "non-blocking";
    keys[FD_KIND_COUNT + 1] = NULL;
    if (!yaml_check_keys(parse->tree, map, "a family of descriptors", keys, parse->problems))
        return false;
    *prior = (struct fd_prior){.nonblocking = 0};
    if (!parse_share(parse, yaml_get(map, "non-blocking"), "non-blocking", &prior->nonblocking))
        return false;
    for (int kind = 0; kind < FD_KIND_COUNT; kind++) {
        const struct yaml_node *share = yaml_get(map, fd_kind_names[kind]);
        if (!parse_share(parse, share, fd_kind_names[kind], &prior->kinds[kind]))
            return false;
        if (share && prior->kinds[kind] == 0)
            prior->never |= FD_BIT(kind, false) | FD_BIT(kind, true);
        sum += prior->kinds[kind];
    }
    if (fabs(sum - 1) < 0.001)
        return true;
    yaml_problem(parse->tree, map, parse->problems, NULL, "the shares sum to %g, not to 1", sum);
    return false;
}

static bool parse_priors(struct parse *parse, const struct yaml_node *map, struct profile *profile)
{
    if (!yaml_check_keys(parse->tree, map, "the descriptors", fd_family_names, parse->problems))
        return false;
    for (int family = 0; family < FD_FAMILY_COUNT; family++) {
        const struct yaml_node *node = yaml_get(map, fd_family_names[family]);
        if (node && !parse_prior(parse, node, &profile->fd_priors[family]))
            return false;
    }
    return true;
}

/* A quantity that nothing sets is a mistake of the whole profile: unset, it would count as free. */
static bool check_complete(struct parse *parse, const struct profile *profile)
{
    for (unsigned quantity = 0; quantity < QUANTITY_COUNT; quantity++)
        if (isnan(profile->quantities[quantity].median)) {
            yaml_problem(parse->tree, parse->tree->root, parse->problems, "add it, or `extends` a profile that has it",
                         "the quantity `%s` is missing", quantity_names[quantity]);
            return false;
        }
    for (unsigned family = 0; family < FD_FAMILY_COUNT; family++)
        if (isnan(profile->fd_priors[family].nonblocking)) {
            yaml_problem(parse->tree, parse->tree->root, parse->problems, "add it below `descriptors`",
                         "the family `%s` is missing", fd_family_names[family]);
            return false;
        }
    return true;
}

/* The profile that another one extends is loaded first, whatever the order of the files. */
static const struct profile *load_base(struct parse *parse, const struct yaml_node *node, const char *name)
{
    struct knowledge *knowledge = parse->knowledge;
    if (!symbol_add(knowledge, name)->is_profile) {
        const char *directory = path_directory(&knowledge->arena, parse->tree->file);
        const char *file = arena_printf(&knowledge->arena, "%s.yaml", name);
        const char *path = path_join(&knowledge->arena, directory, file);
        if (access(path, F_OK) == 0)
            load_file(knowledge, path, parse_profile, parse->problems);
    }
    const struct profile *base = knowledge_profile(knowledge, name);
    if (!base)
        yaml_problem(parse->tree, node, parse->problems, "name a file of the same folder, without .yaml",
                     "there is no usable profile `%s`", name);
    return base;
}

static bool begin_profile(struct parse *parse, struct profile *profile)
{
    const struct yaml_node *node = yaml_get(parse->tree->root, "extends");
    const char *name;
    for (unsigned quantity = 0; quantity < QUANTITY_COUNT; quantity++)
        profile->quantities[quantity] = (struct amount){NAN, 0};
    for (unsigned family = 0; family < FD_FAMILY_COUNT; family++)
        profile->fd_priors[family].nonblocking = NAN;
    if (!node)
        return true;
    if (!yaml_string(parse->tree, node, "extends", &name, parse->problems))
        return false;
    const struct profile *base = load_base(parse, node, name);
    if (base)
        *profile = *base;
    return base != NULL;
}

const struct profile *knowledge_add_profile(struct knowledge *knowledge, const char *path, struct problems *problems)
{
    uint32_t before = knowledge->profiles.count;
    load_file(knowledge, path, parse_profile, problems);
    if (knowledge->profiles.count > before)
        return *array_last(&knowledge->profiles);
    struct place place = {path, 0, 0};
    if (!problems->errors)
        problems_add(problems, SEVERITY_ERROR, place, "give the file another name",
                     "there is a cost profile of this name already");
    return NULL;
}

/* A string of the profile; `what` is required. */
static bool parse_text(struct parse *parse, const char *what, const char **text)
{
    const struct yaml_node *node = yaml_get(parse->tree->root, what);
    if (!node) {
        yaml_problem(parse->tree, parse->tree->root, parse->problems, NULL, "`%s` is missing", what);
        return false;
    }
    if (!yaml_string(parse->tree, node, what, text, parse->problems))
        return false;
    *text = arena_strdup(&parse->knowledge->arena, *text);
    return true;
}

/* "costs/server-lan.yaml" → "server-lan" */
static const char *profile_name(struct parse *parse)
{
    const char *base = path_base(parse->tree->file);
    size_t length = strlen(base);
    if (string_ends_with(base, ".yaml"))
        length -= strlen(".yaml");
    return arena_strndup(&parse->knowledge->arena, base, length);
}

bool parse_profile(struct parse *parse)
{
    static const char *const keys[] = {"description", "extends", "source", "quantities", "descriptors", NULL};
    const struct yaml_node *root = parse->tree->root;
    const char *name = profile_name(parse);
    if (symbol_add(parse->knowledge, name)->is_profile) /* another profile needed it before */
        return true;
    symbol_add(parse->knowledge, name)->is_profile = true;
    if (!root) {
        struct place place = {parse->tree->file, 0, 0};
        problems_add(parse->problems, SEVERITY_ERROR, place, "add quantities, or delete it", "the profile is empty");
        return false;
    }
    if (!yaml_check_keys(parse->tree, root, "a profile", keys, parse->problems))
        return false;
    struct profile *profile = ARENA_NEW(&parse->knowledge->arena, struct profile);
    const struct yaml_node *quantities = yaml_get(root, "quantities");
    const struct yaml_node *descriptors = yaml_get(root, "descriptors");
    if (!begin_profile(parse, profile) || !parse_text(parse, "description", &profile->description) ||
        !parse_text(parse, "source", &profile->source))
        return false;
    if ((quantities && !parse_quantities(parse, quantities, profile)) ||
        (descriptors && !parse_priors(parse, descriptors, profile)) || !check_complete(parse, profile))
        return false;
    profile->name = name;
    array_push(&parse->knowledge->profiles, profile);
    return true;
}

/* Costs as text: `concadvise dump cost`. */
#include "analyzer/cost_internal.h"

#include "base/text.h"

#define TARGETS_SHOWN 8

static void add_time(struct text *text, const char *label, double ns)
{
    text_add(text, label);
    text_add_char(text, ' ');
    text_add_duration(text, ns);
}

static void add_cost(struct text *text, const struct cost *cost)
{
    add_time(text, "cpu", cost->cpu);
    text_printf(text, " ~%.2f", cost->cpu_spread);
    add_time(text, ", wait", cost_wait(cost));
    if (cost_wait(cost) > 0)
        text_printf(text, " ~%.2f", cost->wait_spread);
    const char *separator = ": ";
    for (int kind = 0; kind < WAIT_COUNT; kind++) {
        if (cost->wait[kind] <= 0)
            continue;
        text_add(text, separator);
        add_time(text, wait_name((enum wait_kind)kind), cost->wait[kind]);
        separator = ", ";
    }
    if (cost->unknown > 0)
        text_printf(text, ", %.3g unknown calls", cost->unknown);
    if (cost->unreviewed > 0.005)
        text_printf(text, ", %.0f %% unreviewed", 100 * cost->unreviewed);
}

static const char *target_name(const struct costs *costs, const struct cost_target *target)
{
    const struct names *names = &costs->linked->names;
    if (target->entry != SUMMARY_NONE)
        return names_string(names, function_of(costs, costs->entries.items[target->entry].function)->name);
    if (target->api)
        return target->api->name;
    return target->symbol ? names_string(names, target->symbol) : "(an unresolved call)";
}

static void add_target(struct text *text, const struct costs *costs, const struct cost_target *target)
{
    text_printf(text, " %s", target_name(costs, target));
    if (target->weight < 1)
        text_printf(text, " x%.2g", target->weight);
    if (target->entry != SUMMARY_NONE && costs->nodes.items[target->entry].binding.count)
        text_printf(text, " [bound, entry %u]", target->entry);
    text_add(text, ": ");
    add_cost(text, target->entry != SUMMARY_NONE ? &costs->entries.items[target->entry].total
                                                 : &costs->known.items[target->known]);
}

static void add_site(struct text *text, const struct costs *costs, uint32_t function, const struct cost_site *site)
{
    text_printf(text, "    line %u, %.3g times:", function_of(costs, function)->calls.items[site->call].line,
                site->frequency);
    for (uint32_t i = 0; i < site->target_count && i < TARGETS_SHOWN; i++) {
        if (site->target_count > 1)
            text_add(text, "\n       ");
        add_target(text, costs, &costs->targets.items[site->first_target + i]);
    }
    if (site->target_count > TARGETS_SHOWN)
        text_printf(text, "\n        and %u more", site->target_count - TARGETS_SHOWN);
    text_add_char(text, '\n');
}

static void add_class(struct text *text, const struct expectations *expect, const struct cost *cost)
{
    struct classification class;
    classify(expect, cost, 1, &class);
    text_printf(text, "%s (%.2f), share of waiting %.2f (%.2f to %.2f)\n", class_name(class.class_kind),
                class.confidence, class.share, class.share_low, class.share_high);
}

static void add_entry(struct text *text, const struct costs *costs, uint32_t index)
{
    const struct cost_entry *entry = &costs->entries.items[index];
    const struct cost_node *node = &costs->nodes.items[index];
    text_add(text, node->binding.count ? "  bound: " : "  ");
    add_class(text, costs->expect, &entry->total);
    text_add(text, "    ");
    add_cost(text, &entry->total);
    add_time(text, ", own", entry->self_cpu);
    text_add(text, entry->noreturn ? ", does not return\n" : "\n");
    for (uint32_t i = 0; i < node->site_count; i++)
        add_site(text, costs, entry->function, &costs->sites.items[node->first_site + i]);
}

void costs_print(const struct costs *costs, uint32_t function, FILE *stream)
{
    if (!costs_function(costs, function))
        return;
    struct text text = {0};
    const struct function *body = function_of(costs, function);
    text_printf(&text, "%s\n", names_string(&costs->linked->names, body->id));
    for (uint32_t entry = costs->first_entry[function]; entry != SUMMARY_NONE; entry = costs->nodes.items[entry].next)
        add_entry(&text, costs, entry);
    fputs(text_string(&text), stream);
    text_free(&text);
}

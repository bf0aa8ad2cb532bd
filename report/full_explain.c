/* `explain` for people: the whole evidence about a function. */
#include "report/describe.h"
#include "report/full.h"
#include "report/index.h"

#include <string.h>

static void print_title(const struct printer *printer, const struct function_result *function)
{
    struct text text = {0};
    print_tinted(printer, TINT_BOLD, function->name);
    text_add(&text, "  ");
    text_add_place(&text, (struct place){function->file, function->line, function->column});
    print_tinted(printer, TINT_DIM, text_string(&text));
    putc('\n', printer->stream);
    text_free(&text);
}

static void print_share(const struct printer *printer, const struct function_result *function)
{
    const double visible = 0.005;
    const double seldom = 0.3; /* of a typical call; with a mean that says otherwise */
    struct text text = {0};
    text_add_percent(&text, function->wait_share);
    text_add(&text, " of a call is waiting");
    if (function->wait_share_high - function->wait_share_low > visible) {
        text_add(&text, "; 8 in 10 times between ");
        text_add_percent(&text, function->wait_share_low);
        text_add(&text, " and ");
        text_add_percent(&text, function->wait_share_high);
    }
    full_line(printer, "Share", &text);
    if (function->wait_ns > 0) {
        text_add_cost(&text, function->wait_ns, function->measured_costs);
        text_add(&text, " (");
        describe_waits(&text, function);
        text_add(&text, ")");
        if (function->wait_share < seldom && function->wait_ns > function->cpu_ns)
            text_add(&text, " on average: few calls wait, and these for long");
        full_line(printer, "Waits", &text);
    }
    text_free(&text);
}

static void print_cpu(const struct printer *printer, const struct function_result *function)
{
    const double nearly_all = 0.99;
    const double wide = 100; /* a range that an order of magnitude does not tell */
    struct text text = {0};
    if (!(function->cpu_ns > 0))
        return;
    text_add_cost(&text, function->cpu_ns, function->measured_costs);
    if (function->self_cpu_ns >= nearly_all * function->cpu_ns) {
        text_add(&text, ", all of it in its own code");
    } else if (function->self_cpu_ns > 0) {
        text_add(&text, ", of which ");
        text_add_cost(&text, function->self_cpu_ns, function->measured_costs);
        text_add(&text, " in its own code");
    }
    if (function->cpu_low_ns > 0 && function->cpu_high_ns > wide * function->cpu_low_ns) {
        text_add(&text, "; 8 in 10 times between ");
        text_add_cost(&text, function->cpu_low_ns, function->measured_costs);
        text_add(&text, " and ");
        text_add_cost(&text, function->cpu_high_ns, function->measured_costs);
    }
    full_line(printer, "CPU", &text);
    text_free(&text);
}

static void print_costs(const struct printer *printer, const struct result *result,
                        const struct function_result *function)
{
    struct text measured = {0};
    print_share(printer, function);
    print_cpu(printer, function);
    if (function->measured)
        describe_measured(&measured, function);
    full_line(printer, "Measured", &measured);
    text_free(&measured);
    if (function->measured_costs)
        return;
    struct text text = {0};
    text_printf(&text, "costs are orders of magnitude from the profile %s", result->profile);
    if (result->profile_description)
        text_printf(&text, " (%s)", result->profile_description);
    text_add(&text, ": nobody measured them here");
    full_line(printer, "Source", &text);
    text_free(&text);
}

static void print_doubts(const struct printer *printer, const struct function_result *function)
{
    struct text text = {0};
    if (function->unresolved_calls) {
        text_add_counted(&text, function->unresolved_calls, "call");
        text_printf(&text, " inside %s to unknown code; ", function->unresolved_calls == 1 ? "leads" : "lead");
        text_add(&text, function->class_kind == CLASS_UNKNOWN ? "it could change the class"
                                                              : "it is unlikely to change the class");
        full_line(printer, "Unknown", &text);
    }
    for (uint32_t i = 0; i < function->flip_count; i++)
        text_printf(&text, "%s%s under the profile %s", i ? ", " : "", class_name(function->flips[i].class_kind),
                    function->flips[i].profile);
    full_line(printer, "But", &text);
    text_free(&text);
}

static void print_evidence(const struct printer *printer, const struct function_result *function)
{
    if (!function->evidence_count)
        return;
    putc('\n', printer->stream);
    print_tinted(printer, TINT_BOLD, "Evidence");
    fputs(", the weightiest first:\n", printer->stream);
    struct text text = {0};
    for (uint32_t i = 0; i < function->evidence_count; i++) {
        const struct evidence *evidence = &function->evidence[i];
        struct text share = {0};
        text_add_percent(&share, evidence->weight);
        text_add(&text, evidence->text);
        if (evidence->place.file) {
            text_add(&text, " (");
            text_add_place(&text, evidence->place);
            text_add(&text, ")");
        }
        print_wrapped(printer, FULL_INDENT, text_string(&share), FULL_LABEL, text_string(&text));
        text_clear(&text);
        text_free(&share);
    }
    text_free(&text);
}

/* What would make the answer another one. */
static void print_what_would_change(const struct printer *printer, const struct function_result *function,
                                    const struct advice *advice)
{
    struct text text = {0};
    if (advice->k_change > 0) {
        text_add(&text, "another K (");
        describe_k(&text, advice);
        text_add(&text, ")");
    }
    if (function->flip_count)
        text_printf(&text, "%sthe profile %s", text.length ? "; " : "", function->flips[0].profile);
    if (function->unresolved_calls && function->class_kind == CLASS_UNKNOWN)
        text_printf(&text, "%sknowing what the unknown calls do (--api FILE)", text.length ? "; " : "");
    for (uint32_t i = 0; i < advice->not_assessed_count; i++) {
        text_add(&text, i ? ", " : text.length ? "; not assessed: " : "not assessed: ");
        describe_fact(&text, advice->not_assessed[i]);
    }
    full_line(printer, "Changes", &text);
    text_free(&text);
}

static void print_unit(const struct printer *printer, const struct result *result, const struct advice *advice)
{
    const struct unit *unit = &result->units[advice->unit];
    struct text text = {0};
    putc('\n', printer->stream);
    print_tinted(printer, TINT_BOLD, "Advice");
    fputs(": ", printer->stream);
    print_tinted(printer, full_model_tint(advice->model), model_name(advice->model));
    putc('\n', printer->stream);
    describe_unit(&text, result, unit);
    full_line(printer, "Where", &text);
    full_advice(printer, result, advice);
    for (uint32_t i = 0; i < advice->rule_count; i++) {
        text_printf(&text, "%s: %s", advice->rules[i].rule, advice->rules[i].because);
        full_line(printer, i ? "" : "Rules", &text);
    }
    print_what_would_change(printer, &result->functions[unit->function], advice);
    if (unit->chain_count) {
        text_add(&text, unit->blocking_evident ? "every step is evident from the source" : "the most likely way");
        full_line(printer, "Chain", &text);
        full_chain(printer, FULL_INDENT + FULL_LABEL, unit->chain, unit->chain_count, false);
    }
    text_free(&text);
}

/* A function that is no unit of its own points to the one that it is part of. */
static void print_membership(const struct printer *printer, const struct result *result,
                             const struct function_result *function)
{
    struct text text = {0};
    putc('\n', printer->stream);
    if (function->belongs_to < 0 || (uint32_t)function->belongs_to >= result->unit_count) {
        text_add(&text, "No advice: it is no unit of work (no thread starts with it, no loop over items or event loop "
                        "calls it). 'concadvise explain --unit ");
        text_printf(&text, "%s %s' asks for advice on many calls of it.", function->name, function->name);
    } else {
        const struct unit *unit = &result->units[function->belongs_to];
        const struct function_result *whole = &result->functions[unit->function];
        text_printf(&text, "Part of the unit %s (", whole->name);
        text_add_place(&text, (struct place){whole->file, whole->line, 0});
        text_printf(&text, "): 'concadvise explain %s' has the advice.", whole->name);
    }
    print_wrapped(printer, 0, "", 0, text_string(&text));
    text_free(&text);
}

static void print_findings_of(const struct printer *printer, const struct result *result,
                              const struct function_result *function)
{
    struct text text = {0};
    for (uint32_t i = 0; i < result->finding_count; i++) {
        const struct finding *finding = &result->findings[i];
        if (!finding->function || strcmp(finding->function, function->id) != 0)
            continue;
        putc('\n', printer->stream);
        print_tinted(printer, TINT_BOLD, "Finding");
        text_printf(&text, ": %s: %s [%s]", describe_severity(finding->severity), finding->message, finding->rule);
        print_wrapped(printer, 0, "", 0, text_string(&text));
        text_clear(&text);
        text_add(&text, finding->todo ? finding->todo : "");
        full_line(printer, "Do", &text);
    }
    text_free(&text);
}

static void explain_function(const struct printer *printer, const struct result *result,
                             const struct advice_index *index, uint32_t number)
{
    const struct function_result *function = &result->functions[number];
    print_title(printer, function);
    struct text text = {0};
    text_printf(&text, "%s, ", class_name(function->class_kind));
    text_add_percent(&text, function->confidence);
    text_printf(&text, " sure: %s",
                function->class_kind == CLASS_UNKNOWN && function->unknown_because
                    ? function->unknown_because
                    : concept_texts(CONCEPT_CLASS)[function->class_kind]);
    full_line(printer, "Class", &text);
    text_free(&text);
    print_costs(printer, result, function);
    print_doubts(printer, function);
    print_evidence(printer, function);
    print_findings_of(printer, result, function);
    if (index->first[number] == ADVICE_NONE)
        print_membership(printer, result, function);
    for (uint32_t a = index->first[number]; a != ADVICE_NONE; a = index->next[a])
        print_unit(printer, result, &result->advice[a]);
}

void full_explain(const struct printer *printer, const struct result *result, const struct report_options *options)
{
    struct advice_index index;
    advice_index_make(&index, result);
    for (uint32_t i = 0; i < options->function_count; i++) {
        if (i)
            putc('\n', printer->stream);
        explain_function(printer, result, &index, options->functions[i]);
    }
    advice_index_free(&index);
}

/* The objects that the JSON reports share: what nothing assessed is absent, never null. */
#include "report/json_parts.h"

#include "report/describe.h"

/* Keys: file, line, column, each where it is known. */
static void write_place(struct json_writer *json, struct place place)
{
    if (!place.file)
        return;
    json_member_string(json, "file", place.file);
    if (place.line)
        json_member_integer(json, "line", place.line);
    if (place.line && place.column)
        json_member_integer(json, "column", place.column);
}

static void write_coverage(struct json_writer *json, const struct coverage *coverage)
{
    json_key(json, "coverage");
    json_object_begin(json);
    json_member_integer(json, "units", coverage->units);
    json_member_integer(json, "failed_units", coverage->failed_units);
    json_member_integer(json, "broken_units", coverage->broken_units);
    json_member_integer(json, "programs", coverage->programs);
    json_member_integer(json, "functions", coverage->functions);
    json_member_integer(json, "call_sites", coverage->call_sites);
    json_member_integer(json, "indirect_sites", coverage->indirect_sites);
    json_member_integer(json, "indirect_resolved", coverage->indirect_resolved);
    json_key(json, "unknown_callees");
    json_array_begin(json);
    for (uint32_t i = 0; i < coverage->unknown_callee_count; i++) {
        json_object_begin(json);
        json_member_string(json, "name", coverage->unknown_callees[i].name);
        json_member_integer(json, "count", coverage->unknown_callees[i].count);
        json_object_end(json);
    }
    json_array_end(json);
    json_object_end(json);
}

void json_head(struct json_writer *json, const struct result *result, const char *version)
{
    json_member_string(json, "version", version);
    json_member_string(json, "root", result->root);
    json_member_string(json, "profile", result->profile);
    write_coverage(json, &result->coverage);
}

static void write_evidence(struct json_writer *json, const char *key, const struct evidence *evidence, uint32_t count)
{
    json_key(json, key);
    json_array_begin(json);
    for (uint32_t i = 0; i < count; i++) {
        json_object_begin(json);
        json_member_string(json, "text", evidence[i].text);
        write_place(json, evidence[i].place);
        json_member_number(json, "weight", evidence[i].weight);
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_blocked(struct json_writer *json, const struct advice *advice)
{
    json_key(json, "blocked");
    json_array_begin(json);
    for (uint32_t i = 0; i < advice->blocked_count; i++) {
        json_object_begin(json);
        json_member_string(json, "model", model_name(advice->blocked[i].model));
        json_member_string(json, "because", advice->blocked[i].because);
        write_place(json, advice->blocked[i].place);
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_rules(struct json_writer *json, const struct advice *advice, bool reasons)
{
    json_key(json, "rules");
    json_array_begin(json);
    for (uint32_t i = 0; i < advice->rule_count; i++)
        json_string(json, advice->rules[i].rule);
    json_array_end(json);
    if (!reasons)
        return;
    json_key(json, "reasons");
    json_array_begin(json);
    for (uint32_t i = 0; i < advice->rule_count; i++) {
        json_object_begin(json);
        json_member_string(json, "rule", advice->rules[i].rule);
        json_member_string(json, "because", advice->rules[i].because);
        json_object_end(json);
    }
    json_array_end(json);
}

/* Keys: k, k_assumed, and change where another K changes the answer. */
static void write_k(struct json_writer *json, const struct advice *advice)
{
    json_member_number(json, "k", advice->k);
    json_member_boolean(json, "k_assumed", advice->k_assumed);
    if (advice->k_change <= 0)
        return;
    json_key(json, "change");
    json_object_begin(json);
    json_member_number(json, "k", advice->k_change);
    json_member_string(json, "model", model_name(advice->model_at_change));
    json_object_end(json);
}

static void write_not_assessed(struct json_writer *json, const struct advice *advice)
{
    json_key(json, "not_assessed");
    json_array_begin(json);
    for (uint32_t i = 0; i < advice->not_assessed_count; i++)
        json_string(json, advice->not_assessed[i]);
    json_array_end(json);
}

void json_advice(struct json_writer *json, const struct result *result, const struct advice *advice, bool with_function,
                 bool reasons)
{
    const struct unit *unit = &result->units[advice->unit];
    json_object_begin(json);
    if (with_function) {
        json_member_string(json, "function", result->functions[unit->function].id);
        json_member_string(json, "name", result->functions[unit->function].name);
    }
    json_member_string(json, "unit", unit_name(unit->kind));
    json_member_string(json, "context", context_name(unit->context));
    json_key(json, "site");
    json_object_begin(json);
    write_place(json, unit->site);
    json_object_end(json);
    write_k(json, advice);
    json_member_string(json, "model", model_name(advice->model));
    json_member_string(json, "because", advice->because);
    if (advice->todo)
        json_member_string(json, "todo", advice->todo);
    if (unit->doubt && advice->model != MODEL_SERIAL)
        json_member_string(json, "check", unit->doubt);
    write_blocked(json, advice);
    write_rules(json, advice, reasons);
    write_not_assessed(json, advice);
    if (reasons)
        write_evidence(json, "chain", unit->chain, unit->chain_count);
    json_object_end(json);
}

void json_finding(struct json_writer *json, const struct finding *finding)
{
    json_object_begin(json);
    json_member_string(json, "rule", finding->rule);
    json_member_string(json, "severity", describe_severity(finding->severity));
    json_member_string(json, "message", finding->message);
    if (finding->todo)
        json_member_string(json, "todo", finding->todo);
    write_place(json, finding->place);
    if (finding->end_column > finding->place.column) {
        json_member_integer(json, "end_line", finding->place.line);
        json_member_integer(json, "end_column", finding->end_column);
    }
    json_member_string(json, "function", finding->function);
    json_member_string(json, "name", finding->name);
    write_evidence(json, "chain", finding->chain, finding->chain_count);
    json_object_end(json);
}

static void write_costs(struct json_writer *json, const struct function_result *function)
{
    json_key(json, "wait_share");
    json_object_begin(json);
    json_member_number(json, "low", function->wait_share_low);
    json_member_number(json, "mid", function->wait_share);
    json_member_number(json, "high", function->wait_share_high);
    json_object_end(json);
    json_member_number(json, "cpu_ns", function->cpu_ns);
    json_member_number(json, "self_cpu_ns", function->self_cpu_ns);
    json_member_number(json, "wait_ns", function->wait_ns);
    json_key(json, "waits");
    json_object_begin(json);
    for (unsigned kind = 0; kind < WAIT_COUNT; kind++)
        if (function->waits[kind] > 0)
            json_member_number(json, wait_name(kind), function->waits[kind]);
    json_object_end(json);
}

static void write_contexts(struct json_writer *json, unsigned contexts)
{
    json_key(json, "contexts");
    json_array_begin(json);
    for (unsigned context = 0; context < CONTEXT_COUNT; context++)
        if (contexts & (1u << context))
            json_string(json, context_name(context));
    json_array_end(json);
}

static void write_flips(struct json_writer *json, const struct function_result *function)
{
    json_key(json, "flips");
    json_array_begin(json);
    for (uint32_t i = 0; i < function->flip_count; i++) {
        json_object_begin(json);
        json_member_string(json, "profile", function->flips[i].profile);
        json_member_string(json, "class", class_name(function->flips[i].class_kind));
        json_object_end(json);
    }
    json_array_end(json);
}

void json_function(struct json_writer *json, const struct result *result, const struct advice_index *index,
                   uint32_t number, bool reasons)
{
    const struct function_result *function = &result->functions[number];
    json_member_string(json, "id", function->id);
    json_member_string(json, "name", function->name);
    write_place(json, (struct place){function->file, function->line, function->column});
    json_member_integer(json, "end_line", function->end_line);
    json_member_string(json, "program", function->program ? function->program : "");
    json_member_string(json, "class", class_name(function->class_kind));
    json_member_number(json, "confidence", function->confidence);
    if (function->unknown_because)
        json_member_string(json, "unknown_because", function->unknown_because);
    write_costs(json, function);
    write_contexts(json, function->contexts);
    if (function->gil_assessed)
        json_member_string(json, "gil", gil_name(function->gil));
    json_member_integer(json, "unresolved_calls", function->unresolved_calls);
    write_flips(json, function);
    json_member_string(json, "model", model_name(function->model));
    if (function->belongs_to >= 0 && (uint32_t)function->belongs_to < result->unit_count)
        json_member_string(json, "belongs_to", result->functions[result->units[function->belongs_to].function].id);
    json_key(json, "advice");
    json_array_begin(json);
    for (uint32_t a = index->first[number]; a != ADVICE_NONE; a = index->next[a])
        json_advice(json, result, &result->advice[a], false, reasons);
    json_array_end(json);
    write_evidence(json, "evidence", function->evidence, function->evidence_count);
    if (function->measured) {
        json_key(json, "measured");
        json_object_begin(json);
        observed_write_measures(json, function->measured);
        json_object_end(json);
    }
}

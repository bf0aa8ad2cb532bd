/* Rules and facts for people (Markdown) and for programs (JSON). */
#include "rules/internal.h"

#include <math.h>
#include <string.h>

static const char *const effect_keys[] = {
    [RULE_RECOMMENDS] = "recommend", [RULE_FORBIDS] = "forbid", [RULE_REPORTS] = "report"};

static const char *severity_word(enum severity severity)
{
    return severity == SEVERITY_WARNING ? "warning" : "info";
}

/* ---- Markdown ---- */

static void print_range(struct number_range range, FILE *stream)
{
    if (range.below == nextafter(range.at_least, INFINITY)) {
        fprintf(stream, "is %g", range.at_least);
        return;
    }
    if (isfinite(range.at_least))
        fprintf(stream, "is at least %g", range.at_least);
    if (isfinite(range.below))
        fprintf(stream, "%s below %g", isfinite(range.at_least) ? " and" : "is", range.below);
}

static void print_words(const struct condition *condition, FILE *stream)
{
    fputs("is ", stream);
    for (size_t i = 0; i < condition->as.words.count; i++)
        fprintf(stream, "%s%s", i ? " or " : "", condition->as.words.items[i]);
}

static void print_fact(const struct condition *condition, FILE *stream)
{
    fprintf(stream, "`%s` ", fact_name(condition->fact));
    if (condition->kind == CONDITION_PRESENT)
        fputs(condition->as.boolean ? "is assessed" : "is not assessed", stream);
    else if (condition->kind == CONDITION_BOOLEAN)
        fputs(condition->as.boolean ? "is true" : "is false", stream);
    else if (condition->kind == CONDITION_NUMBER)
        print_range(condition->as.range, stream);
    else
        print_words(condition, stream);
}

static void print_condition(const struct condition *condition, unsigned depth, FILE *stream)
{
    static const char *const heads[] = {
        [CONDITION_ALL] = "all of:", [CONDITION_ANY] = "at least one of:", [CONDITION_NOT] = "not:"};
    fprintf(stream, "%*s- ", (int)depth * 2, "");
    if (condition->kind > CONDITION_NOT) {
        print_fact(condition, stream);
        fputc('\n', stream);
        return;
    }
    fprintf(stream, "%s\n", heads[condition->kind]);
    for (size_t i = 0; i < condition->as.children.count; i++)
        print_condition(condition->as.children.items[i], depth + 1, stream);
}

static void print_effect(const struct rule *rule, FILE *stream)
{
    if (rule->effect == RULE_REPORTS) {
        fprintf(stream, "Reports a finding: %s.\n", severity_word(rule->severity));
        return;
    }
    fputs(rule->effect == RULE_RECOMMENDS ? "Recommends " : "Forbids ", stream);
    for (size_t i = 0; i < rule->model_count; i++)
        fprintf(stream, "%s%s", i ? ", " : "", model_name(rule->models[i]));
    if (rule->effect == RULE_RECOMMENDS)
        fprintf(stream, ", with weight %d", rule->weight);
    fputs(".\n", stream);
}

static void print_fact_row(enum fact_id fact, FILE *stream)
{
    static const char *const types[] = {
        [FACT_BOOLEAN] = "true or false", [FACT_NUMBER] = "number", [FACT_WORD] = "", [FACT_TEXT] = "text"};
    const char *const *words = fact_words(fact);
    fprintf(stream, "| `%s` | %s", fact_name(fact), types[fact_type(fact)]);
    for (size_t i = 0; words && words[i]; i++)
        fprintf(stream, "%s%s", i ? ", " : "", words[i]);
    fprintf(stream, " | %s |\n", fact_text(fact));
}

static void print_facts(const bool *wanted, FILE *stream)
{
    fputs("| fact | values | meaning |\n|---|---|---|\n", stream);
    for (int fact = 0; fact < FACT_COUNT; fact++)
        if (!wanted || wanted[fact])
            print_fact_row((enum fact_id)fact, stream);
}

static void print_rule(const struct rule *rule, FILE *stream)
{
    fprintf(stream, "## %s\n\n%s\n\n", rule->id, rule->summary);
    print_effect(rule, stream);
    fputs("\nWhen:\n", stream);
    if (rule->when->kind == CONDITION_ALL) {
        for (size_t i = 0; i < rule->when->as.children.count; i++)
            print_condition(rule->when->as.children.items[i], 0, stream);
    } else {
        print_condition(rule->when, 0, stream);
    }
    fprintf(stream, "\nBecause: %s\n", template_source(rule->because));
    if (rule->todo)
        fprintf(stream, "\nWhat to do: %s\n", template_source(rule->todo));
    if (rule->why)
        fprintf(stream, "\nWhy: %s\n", rule->why);
}

bool rules_document(const struct rules *rules, const char *id, FILE *stream)
{
    const struct rule *rule = rules_find(rules, id);
    if (!rule)
        return false;
    bool used[FACT_COUNT] = {false};
    condition_mark_facts(rule->when, used);
    print_rule(rule, stream);
    fputs("\nFacts:\n\n", stream);
    print_facts(used, stream);
    return true;
}

void rules_document_all(const struct rules *rules, FILE *stream)
{
    fputs("# Rules\n\n", stream);
    for (array_each(const struct rule, rule, &rules->list)) {
        print_rule(rule, stream);
        fputc('\n', stream);
    }
    fputs("# Facts\n\n", stream);
    print_facts(NULL, stream);
}

/* ---- JSON ---- */

static void write_strings(struct json_writer *json, const char *key, const char *const *strings, size_t count)
{
    json_key(json, key);
    json_array_begin(json);
    for (size_t i = 0; i < count; i++)
        json_string(json, strings[i]);
    json_array_end(json);
}

static void write_range(struct json_writer *json, struct number_range range)
{
    if (range.below == nextafter(range.at_least, INFINITY)) {
        json_number(json, range.at_least);
        return;
    }
    json_object_begin(json);
    if (isfinite(range.at_least)) {
        json_member_number(json, "at_least", range.at_least);
    }
    if (isfinite(range.below)) {
        json_member_number(json, "below", range.below);
    }
    json_object_end(json);
}

static void write_presence(struct json_writer *json, bool present)
{
    json_object_begin(json);
    json_member_boolean(json, "present", present);
    json_object_end(json);
}

/* As in the rule file, each condition an object with one key. */
static void write_condition(struct json_writer *json, const struct condition *condition)
{
    static const char *const heads[] = {[CONDITION_ALL] = "all", [CONDITION_ANY] = "any", [CONDITION_NOT] = "not"};
    json_object_begin(json);
    switch (condition->kind) {
    case CONDITION_ALL:
    case CONDITION_ANY:
        json_key(json, heads[condition->kind]);
        json_array_begin(json);
        for (size_t i = 0; i < condition->as.children.count; i++)
            write_condition(json, condition->as.children.items[i]);
        json_array_end(json);
        break;
    case CONDITION_NOT:
        json_key(json, heads[condition->kind]);
        write_condition(json, condition->as.children.items[0]);
        break;
    case CONDITION_PRESENT:
        json_key(json, fact_name(condition->fact));
        write_presence(json, condition->as.boolean);
        break;
    case CONDITION_BOOLEAN:
        json_member_boolean(json, fact_name(condition->fact), condition->as.boolean);
        break;
    case CONDITION_NUMBER:
        json_key(json, fact_name(condition->fact));
        write_range(json, condition->as.range);
        break;
    case CONDITION_WORDS:
        write_strings(json, fact_name(condition->fact), condition->as.words.items, condition->as.words.count);
        break;
    }
    json_object_end(json);
}

static void write_text(struct json_writer *json, const char *key, const char *text)
{
    if (text)
        json_member_string(json, key, text);
}

static void write_effect(struct json_writer *json, const struct rule *rule)
{
    const char *names[MODEL_COUNT] = {NULL};
    for (size_t i = 0; i < rule->model_count; i++)
        names[i] = model_name(rule->models[i]);
    if (rule->effect == RULE_REPORTS) {
        write_text(json, effect_keys[rule->effect], severity_word(rule->severity));
    } else if (rule->effect == RULE_FORBIDS) {
        write_strings(json, effect_keys[rule->effect], names, rule->model_count);
    } else {
        write_text(json, effect_keys[rule->effect], names[0]);
        json_member_integer(json, "weight", rule->weight);
    }
}

static void write_rule(struct json_writer *json, const struct rule *rule)
{
    json_object_begin(json);
    write_text(json, "id", rule->id);
    write_text(json, "summary", rule->summary);
    write_text(json, "why", rule->why);
    json_key(json, "when");
    write_condition(json, rule->when);
    write_effect(json, rule);
    write_text(json, "because", template_source(rule->because));
    write_text(json, "do", rule->todo ? template_source(rule->todo) : NULL);
    json_object_end(json);
}

static void write_fact(struct json_writer *json, enum fact_id fact)
{
    static const char *const types[] = {
        [FACT_BOOLEAN] = "boolean", [FACT_NUMBER] = "number", [FACT_WORD] = "word", [FACT_TEXT] = "text"};
    const char *const *words = fact_words(fact);
    size_t count = 0;
    while (words && words[count])
        count++;
    json_object_begin(json);
    write_text(json, "name", fact_name(fact));
    write_text(json, "type", types[fact_type(fact)]);
    if (words)
        write_strings(json, "values", words, count);
    write_text(json, "text", fact_text(fact));
    json_object_end(json);
}

void rules_write_json(const struct rules *rules, struct json_writer *json)
{
    json_object_begin(json);
    json_key(json, "rules");
    json_array_begin(json);
    for (array_each(const struct rule, rule, &rules->list))
        write_rule(json, rule);
    json_array_end(json);
    json_key(json, "facts");
    json_array_begin(json);
    for (int fact = 0; fact < FACT_COUNT; fact++)
        write_fact(json, (enum fact_id)fact);
    json_array_end(json);
    json_object_end(json);
}

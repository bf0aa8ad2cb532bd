/* Rules over facts → the outcome: what fires, which recommendation counts, and what stays undecided. */
#include "rules/internal.h"

#include <stdlib.h>
#include <string.h>

/* A rule that fired, with what the order of the outcome needs. */
struct candidate {
    struct fired fired;
    int weight;
};

typedef ARRAY(struct candidate) candidate_list;

static void add_candidates(candidate_list *candidates, const struct rule *rule, const struct facts *facts,
                           struct arena *arena)
{
    struct candidate candidate = {
        .fired = {.rule = rule->id,
                  .effect = rule->effect,
                  .severity = rule->severity,
                  .because = template_fill(rule->because, facts, arena),
                  .todo = rule->todo ? template_fill(rule->todo, facts, arena) : NULL},
        .weight = rule->weight,
    };
    if (rule->effect == RULE_REPORTS)
        array_push(candidates, candidate);
    for (size_t i = 0; i < rule->model_count; i++) {
        candidate.fired.model = rule->models[i];
        array_push(candidates, candidate);
    }
}

/* The order that rules.h promises. */
static int compare_candidates(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    if (a->fired.effect != b->fired.effect)
        return a->fired.effect < b->fired.effect ? -1 : 1;
    if (a->weight != b->weight)
        return a->weight > b->weight ? -1 : 1;
    if (a->fired.severity != b->fired.severity)
        return a->fired.severity > b->fired.severity ? -1 : 1;
    if (a->fired.effect == RULE_RECOMMENDS && a->fired.model != b->fired.model)
        return a->fired.model < b->fired.model ? -1 : 1;
    int by_id = strcmp(a->fired.rule, b->fired.rule);
    return by_id ? by_id : (int)a->fired.model - (int)b->fired.model;
}

/* The first recommendation that no rule forbids counts; those of another model are overruled. */
static void choose(struct outcome *outcome)
{
    bool forbidden[MODEL_COUNT] = {false};
    for (array_each(struct fired, fired, &outcome->fired))
        if (fired->effect == RULE_FORBIDS)
            forbidden[fired->model] = true;
    for (array_each(struct fired, fired, &outcome->fired))
        if (fired->effect == RULE_RECOMMENDS && !forbidden[fired->model] && !outcome->chosen)
            outcome->chosen = fired;
    outcome->model = outcome->chosen ? outcome->chosen->model : MODEL_SERIAL;
    for (array_each(struct fired, fired, &outcome->fired))
        fired->overruled = fired->effect == RULE_RECOMMENDS && fired->model != outcome->model;
}

void rules_apply(const struct rules *rules, const struct facts *facts, struct arena *arena, struct outcome *outcome)
{
    candidate_list candidates = {0};
    *outcome = (struct outcome){.model = MODEL_SERIAL};
    for (array_each(const struct rule, rule, &rules->list)) {
        enum fact_id missing;
        enum truth truth = condition_holds(rule->when, facts, &missing);
        if (truth == TRUTH_YES)
            add_candidates(&candidates, rule, facts, arena);
        else if (truth == TRUTH_UNDECIDED)
            array_push(&outcome->undecided, (struct undecided){rule->id, missing});
    }
    if (candidates.count)
        qsort(candidates.items, candidates.count, sizeof *candidates.items, compare_candidates);
    for (array_each(struct candidate, candidate, &candidates))
        array_push(&outcome->fired, candidate->fired);
    array_free(&candidates);
    choose(outcome);
}

void outcome_free(struct outcome *outcome)
{
    array_free(&outcome->fired);
    array_free(&outcome->undecided);
    outcome->chosen = NULL;
}

/* The table of facts, made from facts.def, and their setters. */
#include "rules/rules.h"

#include <string.h>

struct fact_row {
    const char *name;
    enum fact_type type;
    const char *values;
    const char *text;
};

static const struct fact_row rows[] = {
#define FACT(id, name, type, values, text) {name, FACT_##type, values, text},
#include "model/facts.def"
};

/* The vocabularies that the table refers to as "@name". */
static const struct {
    const char *reference;
    enum concept concept;
} vocabularies[] = {
    {"@class", CONCEPT_CLASS}, {"@wait", CONCEPT_WAIT}, {"@context", CONCEPT_CONTEXT},
    {"@unit", CONCEPT_UNIT},   {"@gil", CONCEPT_GIL},   {"@shared", CONCEPT_SHARED},
};

const char *fact_name(enum fact_id fact)
{
    return rows[fact].name;
}

enum fact_type fact_type(enum fact_id fact)
{
    return rows[fact].type;
}

const char *fact_text(enum fact_id fact)
{
    return rows[fact].text;
}

const char *const *fact_words(enum fact_id fact)
{
    if (rows[fact].type != FACT_WORD)
        return NULL;
    for (size_t i = 0; i < sizeof vocabularies / sizeof *vocabularies; i++)
        if (strcmp(vocabularies[i].reference, rows[fact].values) == 0)
            return concept_names(vocabularies[i].concept);
    return NULL;
}

int fact_find(const char *name)
{
    for (int i = 0; i < FACT_COUNT; i++)
        if (strcmp(rows[i].name, name) == 0)
            return i;
    return -1;
}

void facts_set_boolean(struct facts *facts, enum fact_id fact, bool value)
{
    facts->values[fact] = (struct fact_value){.present = true, .boolean = value};
}

void facts_set_number(struct facts *facts, enum fact_id fact, double value)
{
    facts->values[fact] = (struct fact_value){.present = true, .number = value};
}

void facts_set_word(struct facts *facts, enum fact_id fact, const char *value)
{
    facts->values[fact] = (struct fact_value){.present = value != NULL, .word = value};
}

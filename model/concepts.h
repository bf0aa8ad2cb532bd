/* The nouns that everything speaks: enums and names, made from concepts.def. */
#ifndef MODEL_CONCEPTS_H
#define MODEL_CONCEPTS_H

#include <stdbool.h>

enum model {
#define MODEL(id, name, text) MODEL_##id,
#include "model/concepts.def"
    MODEL_COUNT
};

enum class_kind {
#define CLASS(id, name, text) CLASS_##id,
#include "model/concepts.def"
    CLASS_COUNT
};

enum wait_kind {
#define WAIT(id, name, text) WAIT_##id,
#include "model/concepts.def"
    WAIT_COUNT
};

enum context {
#define CONTEXT(id, name, text) CONTEXT_##id,
#include "model/concepts.def"
    CONTEXT_COUNT
};

enum unit_kind {
#define UNIT(id, name, text) UNIT_##id,
#include "model/concepts.def"
    UNIT_COUNT
};

enum gil_state {
#define GIL(id, name, text) GIL_##id,
#include "model/concepts.def"
    GIL_COUNT
};

enum shared_state {
#define SHARED(id, name, text) SHARED_##id,
#include "model/concepts.def"
    SHARED_COUNT
};

/* Which vocabulary a name belongs to. */
enum concept { CONCEPT_MODEL, CONCEPT_CLASS, CONCEPT_WAIT, CONCEPT_CONTEXT, CONCEPT_UNIT, CONCEPT_GIL, CONCEPT_SHARED };

/* The names of a vocabulary in the order of its enum, NULL-terminated; and what each means. Static storage. */
const char *const *concept_names(enum concept concept);
const char *const *concept_texts(enum concept concept);

/* The number of a name, or -1. */
int concept_find(enum concept concept, const char *name);

#define model_name(model) (concept_names(CONCEPT_MODEL)[model])
#define class_name(class_kind) (concept_names(CONCEPT_CLASS)[class_kind])
#define wait_name(wait_kind) (concept_names(CONCEPT_WAIT)[wait_kind])
#define context_name(context) (concept_names(CONCEPT_CONTEXT)[context])
#define unit_name(unit_kind) (concept_names(CONCEPT_UNIT)[unit_kind])
#define gil_name(gil) (concept_names(CONCEPT_GIL)[gil])

/* The borders of the classes (design: below 1 µs trivial; waiting share up to 0.3 cpu, from 0.7 io or wait). */
#define TRIVIAL_BELOW_NS 1000.0
#define CPU_UP_TO_SHARE 0.3
#define IO_FROM_SHARE 0.7

/* Waiting that is neither input nor output: locks, children, idleness. Most of it makes a function `wait`, not `io`. */
bool wait_is_io(enum wait_kind kind);

#endif

/* Names and meanings of the vocabulary. */
#include "model/concepts.h"

#include <stddef.h>
#include <string.h>

#define NAME_ROW(id, name, text) name,
#define TEXT_ROW(id, name, text) text,

static const char *const model_names[] = {
#define MODEL NAME_ROW
#include "model/concepts.def"
    NULL};
static const char *const class_names[] = {
#define CLASS NAME_ROW
#include "model/concepts.def"
    NULL};
static const char *const wait_names[] = {
#define WAIT NAME_ROW
#include "model/concepts.def"
    NULL};
static const char *const context_names[] = {
#define CONTEXT NAME_ROW
#include "model/concepts.def"
    NULL};
static const char *const unit_names[] = {
#define UNIT NAME_ROW
#include "model/concepts.def"
    NULL};
static const char *const gil_names[] = {
#define GIL NAME_ROW
#include "model/concepts.def"
    NULL};
static const char *const shared_names[] = {
#define SHARED NAME_ROW
#include "model/concepts.def"
    NULL};

static const char *const model_texts[] = {
#define MODEL TEXT_ROW
#include "model/concepts.def"
    NULL};
static const char *const class_texts[] = {
#define CLASS TEXT_ROW
#include "model/concepts.def"
    NULL};
static const char *const wait_texts[] = {
#define WAIT TEXT_ROW
#include "model/concepts.def"
    NULL};
static const char *const context_texts[] = {
#define CONTEXT TEXT_ROW
#include "model/concepts.def"
    NULL};
static const char *const unit_texts[] = {
#define UNIT TEXT_ROW
#include "model/concepts.def"
    NULL};
static const char *const gil_texts[] = {
#define GIL TEXT_ROW
#include "model/concepts.def"
    NULL};
static const char *const shared_texts[] = {
#define SHARED TEXT_ROW
#include "model/concepts.def"
    NULL};

const char *const *concept_names(enum concept concept)
{
    static const char *const *const all[] = {model_names, class_names, wait_names,  context_names,
                                             unit_names,  gil_names,   shared_names};
    return all[concept];
}

const char *const *concept_texts(enum concept concept)
{
    static const char *const *const all[] = {model_texts, class_texts, wait_texts,  context_texts,
                                             unit_texts,  gil_texts,   shared_texts};
    return all[concept];
}

int concept_find(enum concept concept, const char *name)
{
    const char *const *names = concept_names(concept);
    for (int i = 0; names[i]; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

bool wait_is_io(enum wait_kind kind)
{
    return kind != WAIT_LOCK && kind != WAIT_PROCESS && kind != WAIT_IDLE;
}

/* Which units can share what they include first.
 *
 * Units with equal flags whose text begins with an #include of the same header read that header alike: it is compiled
 * once and stands for their first #include line. Nothing comes before it in any of them, so this is exact.
 *
 * Ownership: the plan owns everything in it.
 */
#ifndef ANALYZER_PREFIX_H
#define ANALYZER_PREFIX_H

#include "analyzer/unit_list.h"

#include <stdint.h>

enum prefix_state {
    PREFIX_PLANNED,
    PREFIX_STARTED,
    PREFIX_READY,   /* the precompiled file can be used */
    PREFIX_USELESS, /* it cannot: its units read their headers themselves */
};

struct prefix_group {
    struct translation_unit unit; /* stands for the header; its path is that of no file */
    const char *text;             /* that unit's text: one #include line */
    const char *precompiled;      /* the file to make, once the plan has a directory */
    uint32_t members;             /* units that share it */
    uint32_t unfinished;          /* of these, the ones that still need it */
    enum prefix_state state;
};

struct prefix_plan {
    struct arena arena;
    ARRAY(struct prefix_group) groups; /* in the order in which the list's units first need them */
    int32_t *group_of;                 /* for each unit of the list: its group, or -1 */
    const char *directory;             /* where precompiled files are put; NULL: there are none */
};

/* Plans the groups and makes a private directory for their files. Where that cannot be, there are no groups, and a note
 * says so. Not `share`: there are no groups. */
void prefix_plan_make(struct prefix_plan *plan, const struct unit_list *list, bool share, struct problems *problems);

/* Removes the group's file. */
void prefix_group_remove(struct prefix_group *group);

/* Removes all files and the directory. */
void prefix_plan_free(struct prefix_plan *plan);

#endif

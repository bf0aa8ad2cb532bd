/* The expectations that concadvise ships, for tests of single passes. */
#ifndef TESTS_UNIT_ANALYZER_EXPECT_H
#define TESTS_UNIT_ANALYZER_EXPECT_H

#include "knowledge/knowledge.h"

/* Loaded once; good until the test ends. */
static inline const struct expectations *shipped_expectations(void)
{
    static struct knowledge *knowledge;
    struct problems problems = {0};
    if (!knowledge)
        knowledge = knowledge_load(SOURCE_DIR "/knowledge", &problems);
    problems_free(&problems);
    return knowledge_expectations(knowledge);
}

#endif

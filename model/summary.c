/* The life of a summary. */
#include "model/summary.h"

void summary_init(struct summary *summary)
{
    *summary = (struct summary){.shares = SUMMARY_NONE};
    names_init(&summary->names);
}

void summary_free(struct summary *summary)
{
    for (array_each(struct function, function, &summary->functions))
        function_free(function);
    array_free(&summary->functions);
    array_free(&summary->declarations);
    array_free(&summary->globals);
    names_free(&summary->names);
    *summary = (struct summary){0};
}

void function_free(struct function *function)
{
    array_free(&function->parameters);
    array_free(&function->slots);
    array_free(&function->values);
    array_free(&function->conditions);
    array_free(&function->nodes);
    array_free(&function->operations);
    array_free(&function->calls);
    array_free(&function->arguments);
    array_free(&function->flows);
}

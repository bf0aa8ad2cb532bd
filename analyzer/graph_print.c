/* The call graph of a program as text: what each call names. Indirect calls are listed without their targets. */
#include "analyzer/graph_print.h"

#include <inttypes.h>

static void print_function_name(const struct linked *linked, uint32_t number, FILE *stream)
{
    const struct linked_function *function = &linked->functions.items[number];
    const struct names *names = &linked->names;
    fprintf(stream, "%s", names_string(names, function->body.name));
    if (function->variant)
        fprintf(stream, "~%016" PRIx64, function->body.body_hash);
    fprintf(stream, " %s:%" PRIu32, names_string(names, function->body.file), function->body.line);
}

static void print_callee(const struct linked *linked, const struct program *program, const struct value *callee,
                         FILE *stream)
{
    if (callee->kind != VALUE_FUNCTION) {
        fputs("(indirect)", stream);
        return;
    }
    uint32_t definition = program_definition(program, callee->name);
    if (definition != NO_FUNCTION) {
        print_function_name(linked, definition, stream);
        return;
    }
    const struct api *api = linked->apis[callee->name];
    fprintf(stream, "%s (%s)", names_string(&linked->names, callee->name), api ? api->header : "not known");
}

static void print_calls(const struct linked *linked, const struct program *program, uint32_t number, FILE *stream)
{
    const struct function *body = &linked->functions.items[number].body;
    print_function_name(linked, number, stream);
    fputc('\n', stream);
    for (array_each(const struct call, call, &body->calls)) {
        fprintf(stream, "  line %" PRIu32 ": ", call->line);
        print_callee(linked, program, &body->values.items[call->callee], stream);
        fputc('\n', stream);
    }
}

void linked_print_graph(const struct linked *linked, const struct program *program, uint32_t function, FILE *stream)
{
    if (function != NO_FUNCTION) {
        print_calls(linked, program, function, stream);
        return;
    }
    for (array_each(const uint32_t, one, &program->functions))
        print_calls(linked, program, *one, stream);
}

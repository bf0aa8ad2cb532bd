/* A function's summary as text for people, one statement a line. */
#include "model/summary.h"

#include <inttypes.h>

#define DEEPEST_VALUE 6 /* operands below are left out: values share operands, and could double at each level */

struct printer {
    const struct names *names;
    const struct function *function;
    FILE *stream;
};

static const char *string_of(const struct printer *printer, name_id name)
{
    return names_string(printer->names, name);
}

static void print_indent(const struct printer *printer, uint32_t depth)
{
    fprintf(printer->stream, "%*s", (int)(depth * 2), "");
}

static void print_quoted(const struct printer *printer, name_id name)
{
    fputc('"', printer->stream);
    for (uint32_t i = 0; i < printer->names->lengths[name]; i++) {
        unsigned char c = (unsigned char)string_of(printer, name)[i];
        if (c < ' ' || c == 0x7f)
            fprintf(printer->stream, "\\x%02x", c);
        else if (c == '"' || c == '\\')
            fprintf(printer->stream, "\\%c", c);
        else
            fputc(c, printer->stream);
    }
    fputc('"', printer->stream);
}

static void print_slot(const struct printer *printer, uint32_t index)
{
    const struct slot *slot = &printer->function->slots.items[index];
    const char *name;
    switch (slot->kind) {
    case SLOT_PARAMETER:
        name = string_of(printer, printer->function->parameters.items[slot->number].name);
        if (*name)
            fprintf(printer->stream, "param %s", name);
        else
            fprintf(printer->stream, "param %" PRIu32, slot->number);
        break;
    case SLOT_LOCAL:
        fprintf(printer->stream, "local %" PRIu32, slot->number);
        break;
    case SLOT_GLOBAL:
        fprintf(printer->stream, "global %s", string_of(printer, slot->symbol));
        break;
    case SLOT_FIELD:
        fprintf(printer->stream, "field %s", string_of(printer, slot->symbol));
        break;
    case SLOT_RETURN:
        fputs("return", printer->stream);
        break;
    }
}

static void print_value(const struct printer *printer, uint32_t index, unsigned depth);

/* What is called: a direct callee by its name. */
static void print_callee(const struct printer *printer, uint32_t call, unsigned depth)
{
    uint32_t callee = printer->function->calls.items[call].callee;
    const struct value *value = &printer->function->values.items[callee];
    if (value->kind == VALUE_FUNCTION)
        fputs(string_of(printer, value->name), printer->stream);
    else
        print_value(printer, callee, depth);
}

static void print_pair(const struct printer *printer, const struct value *value, const char *between, unsigned depth)
{
    fputc('(', printer->stream);
    print_value(printer, value->a, depth);
    fputs(between, printer->stream);
    print_value(printer, value->b, depth);
    fputc(')', printer->stream);
}

static void print_value(const struct printer *printer, uint32_t index, unsigned depth)
{
    const struct value *value = &printer->function->values.items[index];
    if (depth > DEEPEST_VALUE) {
        fputs("…", printer->stream);
        return;
    }
    switch (value->kind) {
    case VALUE_UNKNOWN:
        if (value->a && value->b)
            print_pair(printer, &(struct value){.a = value->a - 1, .b = value->b - 1}, " - ", depth + 1);
        else
            fputc('?', printer->stream);
        break;
    case VALUE_INTEGER:
        fprintf(printer->stream, "%" PRId64, value->number);
        break;
    case VALUE_STRING:
        print_quoted(printer, value->name);
        break;
    case VALUE_FUNCTION:
        fprintf(printer->stream, "function %s", string_of(printer, value->name));
        break;
    case VALUE_SLOT:
        print_slot(printer, value->a);
        break;
    case VALUE_ADDRESS:
        fputs("address of ", printer->stream);
        print_slot(printer, value->a);
        break;
    case VALUE_DEREF:
        fputs("target of ", printer->stream);
        print_value(printer, value->a, depth + 1);
        break;
    case VALUE_CALL:
        fputs("result of ", printer->stream);
        print_callee(printer, value->a, depth + 1);
        break;
    case VALUE_JOIN:
        print_pair(printer, value, " or ", depth + 1);
        break;
    case VALUE_OR:
        print_pair(printer, value, " | ", depth + 1);
        break;
    case VALUE_SUM:
        print_pair(printer, value, " + ", depth + 1);
        break;
    case VALUE_PRODUCT:
        print_pair(printer, value, " * ", depth + 1);
        break;
    case VALUE_MASKED:
        print_value(printer, value->a, depth + 1);
        fprintf(printer->stream, " & %lld", (long long)value->number);
        break;
    }
}

static void print_condition(const struct printer *printer, uint32_t index, unsigned depth)
{
    static const char *const between[] = {"", " == ", " != ", " < ", " <= ", " > ", " >= ", " & ", "", " && ", " || "};
    static const char *const hints[] = {"", " (likely)", " (unlikely)"};
    const struct condition *condition = &printer->function->conditions.items[index];
    if (depth > DEEPEST_VALUE) {
        fputs("…", printer->stream);
        return;
    }
    if (condition->op == CONDITION_NOT || condition->op == CONDITION_AND || condition->op == CONDITION_OR) {
        fputs(condition->op == CONDITION_NOT ? "!(" : "(", printer->stream);
        print_condition(printer, condition->a, depth + 1);
        fputs(between[condition->op], printer->stream);
        if (condition->op != CONDITION_NOT)
            print_condition(printer, condition->b, depth + 1);
        fputc(')', printer->stream);
    } else {
        print_value(printer, condition->a, depth + 1);
        fputs(between[condition->op], printer->stream);
        if (condition->op != CONDITION_TRUTH)
            print_value(printer, condition->b, depth + 1);
    }
    fputs(hints[condition->hint], printer->stream);
}

static void print_call(const struct printer *printer, uint32_t index)
{
    const struct call *call = &printer->function->calls.items[index];
    fputs("call ", printer->stream);
    print_callee(printer, index, 0);
    fputc('(', printer->stream);
    for (uint32_t i = 0; i < call->argument_count; i++) {
        fputs(i ? ", " : "", printer->stream);
        print_value(printer, printer->function->arguments.items[call->first_argument + i], 0);
    }
    fputs(call->result_used ? ") used" : ")", printer->stream);
}

static void print_loop(const struct printer *printer, const struct node *node)
{
    static const char *const kinds[] = {"counted", "condition", "list", "string", "call", "endless", "once", "goto"};
    fprintf(printer->stream, "loop %s", kinds[node->flags]);
    if (node->b != SUMMARY_NONE) {
        fputs(" trip=", printer->stream);
        print_value(printer, node->b, 0);
    }
    if (node->a != SUMMARY_NONE) {
        fputs(" while ", printer->stream);
        print_condition(printer, node->a, 0);
    }
}

static void print_arm(const struct printer *printer, const struct node *node)
{
    if (node->a != SUMMARY_NONE) {
        fputs("case ", printer->stream);
        print_value(printer, node->a, 0);
        if (node->b > 1)
            fprintf(printer->stream, " and %" PRIu32 " more", node->b - 1);
    }
    if (node->flags & ARM_DEFAULT)
        fputs(node->a != SUMMARY_NONE ? ", default" : "default", printer->stream);
    if (node->flags & ARM_FALLS_THROUGH)
        fputs(", falls through", printer->stream);
}

static void print_operations(const struct printer *printer, uint32_t index)
{
    const struct operations *operations = &printer->function->operations.items[index];
    fprintf(printer->stream,
            "operations simple %" PRIu32 ", memory %" PRIu32 ", floating %" PRIu32 ", division %" PRIu32,
            operations->simple, operations->memory, operations->floating, operations->division);
}

static void print_access(const struct printer *printer, const struct node *node)
{
    fputs(node->flags & ACCESS_WRITE ? "write " : "read ", printer->stream);
    print_slot(printer, node->a);
    if (node->flags & ACCESS_INDIRECT)
        fputs(", indirect", printer->stream);
    if (node->flags & ACCESS_ATOMIC)
        fputs(", atomic", printer->stream);
}

static void print_statement(const struct printer *printer, const struct node *node)
{
    switch (node->kind) {
    case NODE_BRANCH:
        fputs("branch ", printer->stream);
        print_condition(printer, node->a, 0);
        break;
    case NODE_SWITCH:
        fputs("switch ", printer->stream);
        print_value(printer, node->a, 0);
        break;
    case NODE_ARM:
        print_arm(printer, node);
        break;
    case NODE_LOOP:
        print_loop(printer, node);
        break;
    case NODE_CALL:
        print_call(printer, node->a);
        break;
    case NODE_OPERATIONS:
        print_operations(printer, node->a);
        break;
    case NODE_ACCESS:
        print_access(printer, node);
        break;
    case NODE_RETURN:
        fputs(node->a != SUMMARY_NONE ? "return " : "return", printer->stream);
        if (node->a != SUMMARY_NONE)
            print_value(printer, node->a, 0);
        break;
    case NODE_BREAK:
        fputs("break", printer->stream);
        break;
    case NODE_CONTINUE:
        fputs("continue", printer->stream);
        break;
    default:
        fputs("goto", printer->stream);
    }
    if (node->line)
        fprintf(printer->stream, " line %" PRIu32, node->line);
}

/* The skeleton: what a node holds stands below it, further in. Sequences only group; a branch's second one, if it holds
 * anything, is "else". */
static void print_nodes(const struct printer *printer)
{
    const struct node *nodes = printer->function->nodes.items;
    ARRAY(uint32_t) open = {0}; /* the nodes around, from the outside */
    for (uint32_t i = 0; i < printer->function->nodes.count; i++) {
        while (open.count && nodes[*array_last(&open)].end <= i)
            open.count--;
        uint32_t depth = 2;
        for (array_each(uint32_t, around, &open))
            depth += nodes[*around].kind != NODE_SEQUENCE;
        bool empty = nodes[i].end == i + 1;
        if (nodes[i].kind != NODE_SEQUENCE) {
            print_indent(printer, depth);
            print_statement(printer, &nodes[i]);
            fputc('\n', printer->stream);
        } else if (!empty && open.count && nodes[*array_last(&open)].kind == NODE_BRANCH &&
                   i > *array_last(&open) + 1) {
            print_indent(printer, depth - 1);
            fputs("else\n", printer->stream);
        }
        if (!empty)
            array_push(&open, i);
    }
    array_free(&open);
}

static void print_flags(const struct printer *printer)
{
    static const char *const words[] = {"static",    "inline", "variadic",    "noreturn",    "main",
                                        "in header", "cold",   "nonblocking", "constructor", "initialisers"};
    bool first = true;
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
        if (printer->function->flags & 1u << i) {
            fprintf(printer->stream, "%s%s", first ? "  flags: " : ", ", words[i]);
            first = false;
        }
    if (!first)
        fputc('\n', printer->stream);
}

static void print_parameters(const struct printer *printer)
{
    if (!printer->function->parameters.count)
        return;
    fputs("  parameters:", printer->stream);
    uint32_t number = 0;
    for (array_each(const struct parameter, parameter, &printer->function->parameters)) {
        const char *name = string_of(printer, parameter->name);
        fputs(number ? ", " : " ", printer->stream);
        if (*name)
            fputs(name, printer->stream);
        else
            fprintf(printer->stream, "%" PRIu32, number);
        fputs(parameter->callable ? " (callable)" : parameter->pointer ? " (pointer)" : "", printer->stream);
        number++;
    }
    fputc('\n', printer->stream);
}

static void print_flows(const struct printer *printer)
{
    if (printer->function->flows.count)
        fputs("  flows:\n", printer->stream);
    for (array_each(const struct assignment, flow, &printer->function->flows)) {
        print_indent(printer, 2);
        print_value(printer, flow->target, 0);
        fputs(" <- ", printer->stream);
        print_value(printer, flow->source, 0);
        fputc('\n', printer->stream);
    }
}

void summary_print_function(const struct names *names, const struct function *function, FILE *stream)
{
    const struct printer printer = {names, function, stream};
    fprintf(stream, "function %s %s:%" PRIu32 ":%" PRIu32 " to line %" PRIu32 "\n", names_string(names, function->name),
            names_string(names, function->file), function->line, function->column, function->end_line);
    fprintf(stream, "  id: %s\n  symbol: %s\n  body hash: %016" PRIx64 "\n", names_string(names, function->id),
            names_string(names, function->symbol), function->body_hash);
    print_flags(&printer);
    print_parameters(&printer);
    if (function->local_count)
        fprintf(stream, "  locals: %" PRIu32 "\n", function->local_count);
    if (function->nodes.count) {
        fputs("  body:\n", stream);
        print_nodes(&printer);
    }
    print_flows(&printer);
}

/* A summary's bytes, and the hash of a function's body.
 *
 * Layout: "CASM", version, the table of the names that are used (in order of first use, so that the bytes do not depend
 * on the numbers of names), the unit, its declarations, globals and functions. Numbers are varints of seven bits a
 * byte, low bits first; signed ones are zigzag-coded. An index is stored plus one, so that SUMMARY_NONE is the byte 0.
 *
 * The hash is taken of the same code in a canonical form: names are spelled out, and places are left out, so that code
 * keeps its hash when it moves.
 */
#include "model/summary_code.h"

#include <assert.h>
#include <xxhash.h>

struct encoder {
    struct text *out;
    const struct names *names;
    uint32_t *numbers; /* by name: its number in the summary's own table, 0: none yet; NULL: the canonical form */
    ARRAY(name_id) used;
    uint64_t hash; /* the canonical form is not written, only hashed */
};

/* Multiplies and folds, a number at a time: as good as a hash over bytes for telling bodies apart, and many times
 * faster than writing the bytes first. The constant is 2^64 / φ (Fibonacci hashing, D. Knuth, TAOCP 6.4). */
static void mix(struct encoder *encoder, uint64_t number)
{
    encoder->hash = (encoder->hash ^ number) * UINT64_C(0x9e3779b97f4a7c15);
    encoder->hash ^= encoder->hash >> 29;
}

static void put_number(struct encoder *encoder, uint64_t number)
{
    if (!encoder->numbers) {
        mix(encoder, number);
        return;
    }
    char bytes[10];
    size_t length = 0;
    if (number < 0x80) { /* most are */
        text_add_char(encoder->out, (char)number);
        return;
    }
    for (; number >= 0x80; number >>= 7)
        bytes[length++] = (char)(number | 0x80);
    bytes[length++] = (char)number;
    text_add_length(encoder->out, bytes, length);
}

static void put_signed(struct encoder *encoder, int64_t number)
{
    put_number(encoder, (uint64_t)number << 1 ^ (uint64_t)(number < 0 ? -1 : 0));
}

static void put_index(struct encoder *encoder, uint32_t index)
{
    put_number(encoder, index + 1);
}

static void put_name(struct encoder *encoder, name_id name)
{
    if (!encoder->numbers) {
        mix(encoder, XXH3_64bits(names_string(encoder->names, name), encoder->names->lengths[name]));
        return;
    }
    if (name && !encoder->numbers[name]) {
        array_push(&encoder->used, name);
        encoder->numbers[name] = encoder->used.count;
    }
    put_number(encoder, encoder->numbers[name]);
}

/* A place, relative to the line before; in the canonical form nothing. */
static void put_place(struct encoder *encoder, uint32_t *last_line, uint32_t line, uint32_t column)
{
    if (!encoder->numbers)
        return;
    put_signed(encoder, (int64_t)line - (int64_t)*last_line);
    put_number(encoder, column);
    *last_line = line;
}

static void put_parameters_and_slots(struct encoder *encoder, const struct function *function)
{
    put_number(encoder, function->local_count);
    put_number(encoder, function->parameters.count);
    for (array_each(const struct parameter, parameter, &function->parameters)) {
        put_name(encoder, parameter->name);
        put_number(encoder, (parameter->pointer ? CODE_POINTER : 0) | (parameter->callable ? CODE_CALLABLE : 0) |
                                (parameter->read_only ? CODE_READ_ONLY : 0));
    }
    put_number(encoder, function->slots.count);
    for (array_each(const struct slot, slot, &function->slots)) {
        put_number(encoder, slot->kind);
        put_number(encoder, slot->type);
        put_number(encoder, slot->number);
        put_name(encoder, slot->symbol);
    }
}

static void put_values(struct encoder *encoder, const struct function *function)
{
    put_number(encoder, function->values.count);
    for (array_each(const struct value, value, &function->values)) {
        put_number(encoder, value->kind | (value->a ? CODE_HAS_A : 0u) | (value->b ? CODE_HAS_B : 0u) |
                                (value->number ? CODE_HAS_NUMBER : 0u) | (value->name ? CODE_HAS_NAME : 0u));
        if (value->a)
            put_index(encoder, value->a);
        if (value->b)
            put_index(encoder, value->b);
        if (value->number)
            put_signed(encoder, value->number);
        if (value->name)
            put_name(encoder, value->name);
    }
    put_number(encoder, function->conditions.count);
    for (array_each(const struct condition, condition, &function->conditions)) {
        put_number(encoder, condition->op);
        put_number(encoder, condition->hint);
        put_number(encoder, condition->type);
        put_index(encoder, condition->a);
        put_index(encoder, condition->b);
    }
}

static void put_nodes(struct encoder *encoder, const struct function *function)
{
    uint32_t line = function->line;
    put_number(encoder, function->nodes.count);
    for (uint32_t i = 0; i < function->nodes.count; i++) {
        const struct node *node = &function->nodes.items[i];
        put_number(encoder, node->kind | (uint32_t)node->flags << CODE_KIND_BITS);
        put_place(encoder, &line, node->line, node->column);
        put_number(encoder, node->end - i);
        put_index(encoder, node->a);
        put_index(encoder, node->b);
    }
    put_number(encoder, function->operations.count);
    for (array_each(const struct operations, operations, &function->operations)) {
        put_number(encoder, operations->simple);
        put_number(encoder, operations->memory);
        put_number(encoder, operations->floating);
        put_number(encoder, operations->division);
    }
}

static void put_calls_and_flows(struct encoder *encoder, const struct function *function)
{
    uint32_t line = function->line;
    put_number(encoder, function->calls.count);
    for (array_each(const struct call, call, &function->calls)) {
        put_index(encoder, call->callee);
        put_number(encoder, call->first_argument);
        put_number(encoder, call->argument_count);
        put_place(encoder, &line, call->line, call->column);
        put_number(encoder, call->result_used);
    }
    put_number(encoder, function->arguments.count);
    for (array_each(const uint32_t, argument, &function->arguments))
        put_index(encoder, *argument);
    put_number(encoder, function->flows.count);
    for (array_each(const struct assignment, flow, &function->flows)) {
        put_index(encoder, flow->target);
        put_index(encoder, flow->source);
        put_number(encoder, flow->node);
    }
}

static void put_body(struct encoder *encoder, const struct function *function)
{
    put_parameters_and_slots(encoder, function);
    put_values(encoder, function);
    put_nodes(encoder, function);
    put_calls_and_flows(encoder, function);
}

static void put_function(struct encoder *encoder, const struct function *function)
{
    put_name(encoder, function->id);
    put_name(encoder, function->symbol);
    put_name(encoder, function->name);
    put_name(encoder, function->file);
    put_number(encoder, function->line);
    put_number(encoder, function->column);
    put_number(encoder, function->end_line);
    put_number(encoder, function->flags);
    char hash[8];
    for (unsigned i = 0; i < sizeof hash; i++)
        hash[i] = (char)(function->body_hash >> (8 * i));
    text_add_length(encoder->out, hash, sizeof hash);
    put_body(encoder, function);
}

static void put_unit(struct encoder *encoder, const struct summary *summary)
{
    put_name(encoder, summary->unit);
    put_name(encoder, summary->flags_key);
    put_number(encoder, summary->prefix);
    put_number(encoder, summary->errors);
    put_number(encoder, summary->declarations.count);
    for (array_each(const struct declaration, declaration, &summary->declarations)) {
        put_name(encoder, declaration->symbol);
        put_number(encoder, declaration->flags);
        put_name(encoder, declaration->header);
        put_name(encoder, declaration->parameters);
    }
    put_number(encoder, summary->globals.count);
    for (array_each(const name_id, global, &summary->globals))
        put_name(encoder, *global);
    put_number(encoder, summary->functions.count);
    for (array_each(const struct function, function, &summary->functions)) {
        assert(!function_check(function));
        put_function(encoder, function);
    }
}

void summary_write(const struct summary *summary, struct text *out)
{
    /* The names that are used are known at the end, but come first. */
    struct text body = {0};
    struct encoder encoder = {.out = &body, .names = &summary->names};
    encoder.numbers = calloc(summary->names.count, sizeof *encoder.numbers);
    if (!encoder.numbers)
        die_out_of_memory(summary->names.count * sizeof *encoder.numbers);
    put_unit(&encoder, summary);

    encoder.out = out;
    text_add_length(out, CODE_MAGIC, CODE_MAGIC_LENGTH);
    put_number(&encoder, SUMMARY_VERSION);
    put_number(&encoder, encoder.used.count);
    for (array_each(name_id, name, &encoder.used)) {
        put_number(&encoder, summary->names.lengths[*name]);
        text_add_length(out, names_string(&summary->names, *name), summary->names.lengths[*name]);
    }
    text_add_length(out, text_string(&body), body.length);
    text_free(&body);
    array_free(&encoder.used);
    free(encoder.numbers);
}

uint64_t function_body_hash(const struct names *names, const struct function *function)
{
    struct encoder encoder = {.names = names};
    put_body(&encoder, function);
    return encoder.hash;
}

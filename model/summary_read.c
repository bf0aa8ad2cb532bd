/* A summary from bytes that may be anything. The layout is that of summary_write.c.
 *
 * A mistake makes the decoder fail for good: it then reads zeros, so that only the ends of long loops need to look. No
 * count is believed that the remaining bytes could not hold, so wrong bytes cannot ask for much memory.
 */
#include "model/summary_code.h"

struct decoder {
    const unsigned char *at, *end;
    bool failed;
    const name_id *names; /* by number in the summary's own table */
    uint32_t name_count;
};

static uint32_t fail(struct decoder *decoder)
{
    decoder->failed = true;
    decoder->at = decoder->end;
    return 0;
}

static size_t remaining(const struct decoder *decoder)
{
    return (size_t)(decoder->end - decoder->at);
}

static uint64_t get_number(struct decoder *decoder)
{
    if (decoder->at < decoder->end && *decoder->at < 0x80) /* most are */
        return *decoder->at++;
    uint64_t number = 0;
    for (unsigned shift = 0; decoder->at < decoder->end; shift += 7) {
        unsigned char byte = *decoder->at++;
        if (shift == 63 && byte > 1)
            break; /* more than 64 bits */
        number |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return number;
    }
    return fail(decoder);
}

static int64_t get_signed(struct decoder *decoder)
{
    uint64_t number = get_number(decoder);
    return (int64_t)(number >> 1 ^ (number & 1 ? UINT64_MAX : 0));
}

/* A number up to and including `largest`. */
static uint32_t get_up_to(struct decoder *decoder, uint32_t largest)
{
    uint64_t number = get_number(decoder);
    return number <= largest ? (uint32_t)number : fail(decoder);
}

static uint32_t get_u32(struct decoder *decoder)
{
    return get_up_to(decoder, UINT32_MAX);
}

static bool get_bool(struct decoder *decoder)
{
    return get_up_to(decoder, 1) != 0;
}

static uint32_t get_index(struct decoder *decoder)
{
    return get_u32(decoder) - 1;
}

static name_id get_name(struct decoder *decoder)
{
    uint32_t number = get_u32(decoder);
    return number < decoder->name_count ? decoder->names[number] : fail(decoder);
}

static uint32_t get_line(struct decoder *decoder, uint32_t *last_line)
{
    int64_t difference = get_signed(decoder);
    if (difference < -(int64_t)UINT32_MAX || difference > (int64_t)UINT32_MAX)
        return fail(decoder);
    int64_t line = (int64_t)*last_line + difference;
    if (line < 0 || line > (int64_t)UINT32_MAX)
        return fail(decoder);
    *last_line = (uint32_t)line;
    return *last_line;
}

/* How many items follow, of at least `smallest` bytes each. */
static uint32_t get_count(struct decoder *decoder, size_t smallest)
{
    uint64_t count = get_number(decoder);
    return count < UINT32_MAX && count <= remaining(decoder) / smallest ? (uint32_t)count : fail(decoder);
}

/* Reads a count and makes room for exactly so many items; the loop then ends early if the decoder fails. */
#define GET_ARRAY(decoder, array, smallest)                                                                            \
    do {                                                                                                               \
        uint32_t wanted_ = get_count((decoder), (smallest));                                                           \
        if (wanted_) {                                                                                                 \
            (array)->items = must_malloc((size_t)wanted_ * sizeof *(array)->items);                                    \
            (array)->capacity = wanted_;                                                                               \
        }                                                                                                              \
    } while (0)

#define MORE(decoder, array) (!(decoder)->failed && (array)->count < (array)->capacity)
#define TAKE(array, ...) ((array)->items[(array)->count++] = (__VA_ARGS__))

static void get_parameters_and_slots(struct decoder *decoder, struct function *function)
{
    function->local_count = get_u32(decoder);
    GET_ARRAY(decoder, &function->parameters, 2);
    while (MORE(decoder, &function->parameters)) {
        name_id name = get_name(decoder);
        uint32_t properties = get_up_to(decoder, CODE_POINTER | CODE_CALLABLE | CODE_READ_ONLY);
        TAKE(&function->parameters,
             (struct parameter){name, (properties & CODE_POINTER) != 0, (properties & CODE_CALLABLE) != 0,
                                (properties & CODE_READ_ONLY) != 0});
    }
    GET_ARRAY(decoder, &function->slots, 4);
    while (MORE(decoder, &function->slots)) {
        struct slot slot = {.kind = (enum slot_kind)get_up_to(decoder, SLOT_RETURN)};
        slot.type = (enum slot_type)get_up_to(decoder, SLOT_RECORD);
        slot.number = get_u32(decoder);
        slot.symbol = get_name(decoder);
        TAKE(&function->slots, slot);
    }
}

static void get_value(struct decoder *decoder, struct value *value)
{
    uint32_t code = get_up_to(decoder, (1u << CODE_VALUE_BITS) - 1);
    *value = (struct value){.kind = (enum value_kind)(code & CODE_KIND_MASK)};
    if (code & CODE_HAS_A)
        value->a = get_index(decoder);
    if (code & CODE_HAS_B)
        value->b = get_index(decoder);
    if (code & CODE_HAS_NUMBER)
        value->number = get_signed(decoder);
    if (code & CODE_HAS_NAME)
        value->name = get_name(decoder);
}

static void get_values(struct decoder *decoder, struct function *function)
{
    GET_ARRAY(decoder, &function->values, 1);
    while (MORE(decoder, &function->values))
        get_value(decoder, &function->values.items[function->values.count++]);
    GET_ARRAY(decoder, &function->conditions, 5);
    while (MORE(decoder, &function->conditions)) {
        struct condition condition = {.op = (enum condition_op)get_up_to(decoder, CONDITION_OR)};
        condition.hint = (enum condition_hint)get_up_to(decoder, HINT_UNLIKELY);
        condition.type = (enum operand_type)get_up_to(decoder, OPERAND_CHARACTER);
        condition.a = get_index(decoder);
        condition.b = get_index(decoder);
        TAKE(&function->conditions, condition);
    }
}

static void get_nodes(struct decoder *decoder, struct function *function)
{
    uint32_t line = function->line;
    GET_ARRAY(decoder, &function->nodes, 6);
    while (MORE(decoder, &function->nodes)) {
        uint32_t code = get_up_to(decoder, UINT8_MAX << CODE_KIND_BITS | CODE_KIND_MASK);
        struct node node = {.kind = code & CODE_KIND_MASK, .flags = (uint8_t)(code >> CODE_KIND_BITS)};
        node.line = get_line(decoder, &line);
        node.column = (uint16_t)get_up_to(decoder, UINT16_MAX);
        node.end = function->nodes.count + get_up_to(decoder, function->nodes.capacity - function->nodes.count);
        node.a = get_index(decoder);
        node.b = get_index(decoder);
        TAKE(&function->nodes, node);
    }
    GET_ARRAY(decoder, &function->operations, 4);
    while (MORE(decoder, &function->operations)) {
        struct operations operations = {.simple = get_u32(decoder)};
        operations.memory = get_u32(decoder);
        operations.floating = get_u32(decoder);
        operations.division = get_u32(decoder);
        TAKE(&function->operations, operations);
    }
}

static void get_calls_and_flows(struct decoder *decoder, struct function *function)
{
    uint32_t line = function->line;
    GET_ARRAY(decoder, &function->calls, 6);
    while (MORE(decoder, &function->calls)) {
        struct call call = {.callee = get_index(decoder)};
        call.first_argument = get_u32(decoder);
        call.argument_count = get_u32(decoder);
        call.line = get_line(decoder, &line);
        call.column = get_u32(decoder);
        call.result_used = get_bool(decoder);
        TAKE(&function->calls, call);
    }
    GET_ARRAY(decoder, &function->arguments, 1);
    while (MORE(decoder, &function->arguments))
        TAKE(&function->arguments, get_index(decoder));
    GET_ARRAY(decoder, &function->flows, 3);
    while (MORE(decoder, &function->flows)) {
        struct assignment flow = {.target = get_index(decoder)};
        flow.source = get_index(decoder);
        flow.node = get_u32(decoder);
        TAKE(&function->flows, flow);
    }
}

static uint64_t get_hash(struct decoder *decoder)
{
    uint64_t hash = 0;
    if (remaining(decoder) < 8)
        return fail(decoder);
    for (unsigned i = 0; i < 8; i++)
        hash |= (uint64_t)*decoder->at++ << (8 * i);
    return hash;
}

static void get_function(struct decoder *decoder, struct function *function)
{
    function->id = get_name(decoder);
    function->symbol = get_name(decoder);
    function->name = get_name(decoder);
    function->file = get_name(decoder);
    function->line = get_u32(decoder);
    function->column = get_u32(decoder);
    function->end_line = get_u32(decoder);
    function->flags = get_u32(decoder);
    function->body_hash = get_hash(decoder);
    get_parameters_and_slots(decoder, function);
    get_values(decoder, function);
    get_nodes(decoder, function);
    get_calls_and_flows(decoder, function);
    if (!decoder->failed && function_check(function))
        fail(decoder);
}

static void get_unit(struct decoder *decoder, struct summary *summary)
{
    summary->unit = get_name(decoder);
    summary->flags_key = get_name(decoder);
    summary->prefix = get_bool(decoder);
    summary->shares = SUMMARY_NONE;
    summary->errors = get_u32(decoder);
    GET_ARRAY(decoder, &summary->declarations, 4);
    while (MORE(decoder, &summary->declarations)) {
        struct declaration declaration = {.symbol = get_name(decoder)};
        declaration.flags = get_u32(decoder);
        declaration.header = get_name(decoder);
        declaration.parameters = get_name(decoder);
        TAKE(&summary->declarations, declaration);
    }
    GET_ARRAY(decoder, &summary->globals, 1);
    while (MORE(decoder, &summary->globals))
        TAKE(&summary->globals, get_name(decoder));
    GET_ARRAY(decoder, &summary->functions, 26);
    while (MORE(decoder, &summary->functions)) {
        TAKE(&summary->functions, (struct function){0});
        get_function(decoder, array_last(&summary->functions));
    }
}

/* Adds the table's names to the summary's; gives them by their number in the table. */
static name_id *get_names(struct decoder *decoder, struct names *names)
{
    uint32_t count = get_count(decoder, 1);
    name_id *table = must_malloc(((size_t)count + 1) * sizeof *table);
    table[0] = 0;
    for (uint32_t i = 1; i <= count; i++) {
        uint32_t length = get_count(decoder, 1);
        table[i] = names_add_length(names, (const char *)decoder->at, length);
        decoder->at += length;
    }
    decoder->names = table;
    decoder->name_count = count + 1;
    return table;
}

bool summary_read(struct summary *summary, const unsigned char *bytes, size_t size)
{
    *summary = (struct summary){0};
    if (size < CODE_MAGIC_LENGTH || memcmp(bytes, CODE_MAGIC, CODE_MAGIC_LENGTH) != 0)
        return false;
    struct decoder decoder = {.at = bytes + CODE_MAGIC_LENGTH, .end = bytes + size};
    if (get_number(&decoder) != SUMMARY_VERSION)
        return false;
    summary_init(summary);
    name_id *table = get_names(&decoder, &summary->names);
    get_unit(&decoder, summary);
    free(table);
    if (!decoder.failed && decoder.at == decoder.end)
        return true;
    summary_free(summary);
    return false;
}

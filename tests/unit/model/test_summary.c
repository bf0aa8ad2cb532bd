/* Summaries: bytes and back, damaged bytes, the body's hash, and the text for people. */
#include "model/summary.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* ---- a sample: for (i = 0; i < n; i++) if (read(fd, buf, 4096) < 0) cb(data | 1); else g = 7; return i; ---- */

static void add_sample_values(struct names *names, struct function *function)
{
    array_push(&function->slots, (struct slot){SLOT_PARAMETER, SLOT_ANY, 0, 0});
    array_push(&function->slots, (struct slot){SLOT_PARAMETER, SLOT_ANY, 2, 0});
    array_push(&function->slots, (struct slot){SLOT_LOCAL, SLOT_ANY, 1, 0});
    array_push(&function->slots, (struct slot){SLOT_GLOBAL, SLOT_ANY, 0, names_add(names, "g")});
    array_push(&function->slots, (struct slot){SLOT_FIELD, SLOT_ANY, 0, names_add(names, "c:@S@ops@FI@data")});
    array_push(&function->values, (struct value){.kind = VALUE_FUNCTION, .name = names_add(names, "read")});
    array_push(&function->values, (struct value){.kind = VALUE_SLOT, .a = 0});
    array_push(&function->values, (struct value){.kind = VALUE_ADDRESS, .a = 2});
    array_push(&function->values, (struct value){.kind = VALUE_INTEGER, .number = 4096});
    array_push(&function->values, (struct value){.kind = VALUE_CALL, .a = 0});
    array_push(&function->values, (struct value){.kind = VALUE_INTEGER, .number = INT64_MIN});
    array_push(&function->values, (struct value){.kind = VALUE_SLOT, .a = 1});
    array_push(&function->values, (struct value){.kind = VALUE_SLOT, .a = 4});
    array_push(&function->values, (struct value){.kind = VALUE_OR, .a = 7, .b = 3});
    array_push(&function->values, (struct value){.kind = VALUE_SLOT, .a = 3});
    array_push(&function->values, (struct value){.kind = VALUE_STRING, .name = names_add(names, "a\"b\n")});
    array_push(&function->values, (struct value){.kind = VALUE_DEREF, .a = 6});
    array_push(&function->values, (struct value){.kind = VALUE_UNKNOWN, .a = 6 + 1, .b = 3 + 1}); /* n - 4096 */
    array_push(&function->conditions, (struct condition){.op = CONDITION_LESS, .a = 4, .b = 5});
    array_push(&function->conditions, (struct condition){.op = CONDITION_NOT, .hint = HINT_UNLIKELY, .a = 0});
}

static struct node node_of(enum node_kind kind, uint32_t line, uint32_t end, uint32_t a, uint32_t b)
{
    return (struct node){.kind = (uint8_t)kind, .line = line, .column = 5, .end = end, .a = a, .b = b};
}

static void add_sample_nodes(struct function *function)
{
    struct node loop = node_of(NODE_LOOP, 11, 10, SUMMARY_NONE, 1);
    struct node access = node_of(NODE_ACCESS, 15, 9, 3, 0);
    loop.flags = LOOP_COUNTED;
    access.flags = ACCESS_WRITE | ACCESS_INDIRECT;
    array_push(&function->nodes, node_of(NODE_SEQUENCE, 10, 11, 0, 0));
    array_push(&function->nodes, loop);
    array_push(&function->nodes, node_of(NODE_SEQUENCE, 0, 10, 0, 0));
    array_push(&function->nodes, node_of(NODE_CALL, 12, 4, 0, 0));
    array_push(&function->nodes, node_of(NODE_BRANCH, 12, 9, 1, 0));
    array_push(&function->nodes, node_of(NODE_SEQUENCE, 12, 7, 0, 0));
    array_push(&function->nodes, node_of(NODE_CALL, 9, 7, 1, 0));
    array_push(&function->nodes, node_of(NODE_SEQUENCE, 14, 9, 0, 0));
    array_push(&function->nodes, access);
    array_push(&function->nodes, node_of(NODE_OPERATIONS, 11, 10, 0, 0));
    array_push(&function->nodes, node_of(NODE_RETURN, 17, 11, 1, 0));
    array_push(&function->operations, (struct operations){1, 200, 0, 70000});
    array_push(&function->calls, (struct call){0, 0, 3, 12, 13, true});
    array_push(&function->calls, (struct call){6, 3, 1, 9, 9, false});
    uint32_t arguments[] = {1, 2, 3, 8};
    for (unsigned i = 0; i < 4; i++)
        array_push(&function->arguments, arguments[i]);
    array_push(&function->flows, (struct assignment){9, 10, 0});
    array_push(&function->flows, (struct assignment){11, 8, 0});
}

static struct function sample_function(struct names *names)
{
    struct function function = {.line = 10, .column = 1, .end_line = 18, .flags = FUNCTION_STATIC | FUNCTION_COLD};
    function.id = names_add(names, "src/a.c#c:a.c@F@pump");
    function.symbol = function.id;
    function.name = names_add(names, "pump");
    function.file = names_add(names, "src/a.c");
    function.local_count = 2;
    array_push(&function.parameters, (struct parameter){names_add(names, "fd"), false, false, false});
    array_push(&function.parameters, (struct parameter){names_add(names, "n"), true, false, false});
    array_push(&function.parameters, (struct parameter){names_add(names, "cb"), true, true, false});
    add_sample_values(names, &function);
    add_sample_nodes(&function);
    function.body_hash = function_body_hash(names, &function);
    return function;
}

static void sample_summary(struct summary *summary)
{
    summary_init(summary);
    names_add(&summary->names, "never used");
    struct function initialisers = {.flags = FUNCTION_INITIALISERS};
    struct function function = sample_function(&summary->names);
    summary->unit = function.file;
    summary->flags_key = names_add(&summary->names, "-O2 -DX");
    summary->errors = 300;
    summary->prefix = true;
    initialisers.id = names_add(&summary->names, "src/a.c#initialisers");
    array_push(&summary->declarations,
               (struct declaration){names_add(&summary->names, "panic"), FUNCTION_NORETURN | FUNCTION_COLD,
                                    names_add(&summary->names, "panic.h"), names_add(&summary->names, "format, why")});
    array_push(&summary->globals, names_add(&summary->names, "g"));
    array_push(&summary->functions, function);
    array_push(&summary->functions, initialisers);
}

static char *printed(const struct summary *summary)
{
    char *string = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&string, &length);
    assert_non_null(stream);
    for (array_each(struct function, function, &summary->functions))
        summary_print_function(&summary->names, function, stream);
    fclose(stream);
    return string;
}

/* ---- bytes and back ---- */

static void assert_same_name(const struct summary *a, name_id in_a, const struct summary *b, name_id in_b)
{
    assert_string_equal(names_string(&a->names, in_a), names_string(&b->names, in_b));
}

static void reads_what_was_written(void **state)
{
    (void)state;
    struct summary summary, again;
    struct text bytes = {0}, second = {0};
    sample_summary(&summary);
    summary_write(&summary, &bytes);
    assert_true(summary_read(&again, (const unsigned char *)bytes.string, bytes.length));
    assert_same_name(&summary, summary.unit, &again, again.unit);
    assert_same_name(&summary, summary.flags_key, &again, again.flags_key);
    assert_int_equal(again.errors, 300);
    assert_true(again.prefix);
    assert_int_equal(again.declarations.count, 1);
    assert_int_equal(again.declarations.items[0].flags, FUNCTION_NORETURN | FUNCTION_COLD);
    assert_string_equal(names_string(&again.names, again.declarations.items[0].symbol), "panic");
    assert_string_equal(names_string(&again.names, again.declarations.items[0].header), "panic.h");
    assert_string_equal(names_string(&again.names, again.declarations.items[0].parameters), "format, why");
    assert_int_equal(again.globals.count, 1);
    assert_string_equal(names_string(&again.names, again.globals.items[0]), "g");
    assert_int_equal(again.functions.count, 2);

    const struct function *a = &summary.functions.items[0], *b = &again.functions.items[0];
    assert_int_equal(a->flags, b->flags);
    assert_int_equal(a->body_hash, b->body_hash);
    assert_int_equal(a->local_count, b->local_count);
    assert_int_equal(a->nodes.count, b->nodes.count);
    assert_memory_equal(a->nodes.items, b->nodes.items, a->nodes.count * sizeof *a->nodes.items);
    assert_memory_equal(a->operations.items, b->operations.items, sizeof *a->operations.items);
    assert_memory_equal(a->arguments.items, b->arguments.items, 4 * sizeof *a->arguments.items);
    assert_memory_equal(a->flows.items, b->flows.items, 2 * sizeof *a->flows.items);
    assert_int_equal(b->calls.items[1].line, 9);
    assert_true(b->calls.items[0].result_used);
    assert_true(b->values.items[5].number == INT64_MIN);
    assert_int_equal(b->conditions.items[1].hint, HINT_UNLIKELY);
    assert_int_equal(function_body_hash(&again.names, b), a->body_hash);

    char *before = printed(&summary), *after = printed(&again);
    assert_string_equal(before, after);
    summary_write(&again, &second);
    assert_int_equal(bytes.length, second.length);
    assert_memory_equal(bytes.string, second.string, bytes.length);
    assert_null(memmem(bytes.string, bytes.length, "never used", 10));
    free(before);
    free(after);
    text_free(&bytes);
    text_free(&second);
    summary_free(&summary);
    summary_free(&again);
}

static void keeps_an_empty_summary(void **state)
{
    (void)state;
    struct summary summary, again;
    struct text bytes = {0};
    summary_init(&summary);
    summary_write(&summary, &bytes);
    assert_true(summary_read(&again, (const unsigned char *)bytes.string, bytes.length));
    assert_int_equal(again.functions.count, 0);
    text_free(&bytes);
    summary_free(&summary);
    summary_free(&again);
}

/* ---- damage ---- */

/* Reads bytes that stand at the end of a block of their own, so that a sanitizer sees each step past the end. */
static bool reads(const char *bytes, size_t size)
{
    struct summary summary;
    unsigned char *copy = must_malloc(size);
    if (size)
        memcpy(copy, bytes, size);
    bool valid = summary_read(&summary, copy, size);
    free(copy);
    if (valid) { /* harmless damage: whatever was read can be used */
        char *text = printed(&summary);
        struct text again = {0};
        summary_write(&summary, &again);
        text_free(&again);
        free(text);
        summary_free(&summary);
    }
    return valid;
}

static void refuses_cut_bytes(void **state)
{
    (void)state;
    struct summary summary;
    struct text bytes = {0};
    sample_summary(&summary);
    summary_write(&summary, &bytes);
    for (size_t size = 0; size < bytes.length; size++)
        assert_false(reads(bytes.string, size));
    text_add_char(&bytes, 0);
    assert_false(reads(bytes.string, bytes.length));
    text_free(&bytes);
    summary_free(&summary);
}

static void survives_changed_bytes(void **state)
{
    (void)state;
    struct summary summary;
    struct text bytes = {0};
    unsigned refused = 0;
    sample_summary(&summary);
    summary_write(&summary, &bytes);
    for (size_t at = 0; at < bytes.length; at++) {
        char kept = bytes.string[at];
        for (unsigned value = 0; value < 256; value++) {
            bytes.string[at] = (char)value;
            refused += !reads(bytes.string, bytes.length);
        }
        bytes.string[at] = kept;
    }
    assert_true(refused > bytes.length * 16);
    assert_true(reads(bytes.string, bytes.length));
    text_free(&bytes);
    summary_free(&summary);
}

static void survives_many_changes(void **state)
{
    (void)state;
    struct summary summary;
    struct text bytes = {0}, changed = {0};
    uint32_t random = 1;
    sample_summary(&summary);
    summary_write(&summary, &bytes);
    for (unsigned turn = 0; turn < 20000; turn++) {
        text_clear(&changed);
        text_add_length(&changed, bytes.string, bytes.length);
        for (unsigned change = 0; change < 4; change++) {
            random = random * 1664525u + 1013904223u;
            changed.string[5 + (random >> 8) % (bytes.length - 5)] = (char)(random >> 24);
        }
        reads(changed.string, changed.length);
    }
    text_free(&changed);
    text_free(&bytes);
    summary_free(&summary);
}

static void refuses_counts_that_cannot_be(void **state)
{
    (void)state;
    static const char names[] = "CASM\x01\xff\xff\xff\xff\x0f";
    static const char functions[] = "CASM\x01\0\0\0\0\0\0\0\xff\xff\xff\xff\x0f";
    static const char too_long[] = "CASM\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f";
    assert_false(reads(names, sizeof names - 1));
    assert_false(reads(functions, sizeof functions - 1));
    assert_false(reads(too_long, sizeof too_long - 1));
}

/* ---- well formed or not ---- */

static void check_names_what_is_malformed(void **state)
{
    (void)state;
    struct names names;
    names_init(&names);
    struct function function = sample_function(&names);
    assert_null(function_check(&function));
#define MALFORMED(member, value)                                                                                       \
    do {                                                                                                               \
        __typeof__(function.member) kept_ = function.member;                                                           \
        function.member = (value);                                                                                     \
        assert_non_null(function_check(&function));                                                                    \
        function.member = kept_;                                                                                       \
    } while (0)
    MALFORMED(slots.items[0].number, 3);
    MALFORMED(slots.items[2].number, 2);
    MALFORMED(local_count, 1u << 30);
    MALFORMED(nodes.count, 0);
    MALFORMED(values.items[1].a, 5);
    MALFORMED(values.items[8].a, 8); /* itself */
    MALFORMED(values.items[8].b, 9); /* a later one */
    MALFORMED(values.items[12].a, 12 + 1);
    MALFORMED(values.items[12].b, 13 + 1);
    MALFORMED(values.items[4].a, 2);  /* no such call */
    MALFORMED(arguments.items[2], 4); /* the call's own result */
    MALFORMED(calls.items[0].callee, 4);
    MALFORMED(calls.items[0].callee, SUMMARY_NONE);
    MALFORMED(calls.items[1].argument_count, 2);
    MALFORMED(calls.items[1].first_argument, UINT32_MAX);
    MALFORMED(conditions.items[0].b, SUMMARY_NONE);
    MALFORMED(conditions.items[1].a, 1);
    MALFORMED(flows.items[0].target, 3);
    MALFORMED(flows.items[0].source, 99);
    MALFORMED(nodes.items[0].end, 10);
    MALFORMED(nodes.items[2].end, 11);
    MALFORMED(nodes.items[2].end, 2);
    MALFORMED(nodes.items[3].a, 2);
    MALFORMED(nodes.items[3].end, 5); /* a call with a child */
    MALFORMED(nodes.items[4].a, SUMMARY_NONE);
    MALFORMED(nodes.items[5].kind, NODE_ARM);
    MALFORMED(nodes.items[4].end, 8); /* a branch with half a child */
    MALFORMED(nodes.items[1].flags, LOOP_GOTO + 1);
    MALFORMED(nodes.items[8].flags, 8);
    MALFORMED(nodes.items[10].a, 99);
    MALFORMED(nodes.items[10].kind, NODE_GOTO + 1);
#undef MALFORMED
    function_free(&function);
    names_free(&names);
}

/* ---- the hash ---- */

static void hash_is_of_the_body_alone(void **state)
{
    (void)state;
    struct names names, others;
    names_init(&names);
    names_init(&others);
    names_add(&others, "shifts the numbers");
    struct function a = sample_function(&names), b = sample_function(&others);
    b.line += 100;
    b.calls.items[0].line += 100;
    for (array_each(struct node, node, &b.nodes))
        node->line += 100;
    b.file = names_add(&others, "elsewhere.c");
    uint64_t hash = function_body_hash(&names, &a);
    assert_int_equal(hash, function_body_hash(&others, &b));
    b.values.items[3].number = 4097;
    assert_int_not_equal(hash, function_body_hash(&others, &b));
    b.values.items[3].number = 4096;
    b.slots.items[3].symbol = names_add(&others, "h");
    assert_int_not_equal(hash, function_body_hash(&others, &b));
    function_free(&a);
    function_free(&b);
    names_free(&names);
    names_free(&others);
}

/* ---- for people ---- */

static void prints_a_skeleton(void **state)
{
    (void)state;
    struct summary summary;
    sample_summary(&summary);
    char *text = printed(&summary);
    const char *expected = "  parameters: fd, n (pointer), cb (callable)\n"
                           "  locals: 2\n"
                           "  body:\n"
                           "    loop counted trip=param fd line 11\n"
                           "      call read(param fd, address of local 1, 4096) used line 12\n"
                           "      branch !(result of read < -9223372036854775808) (unlikely) line 12\n"
                           "        call param cb((field c:@S@ops@FI@data | 4096)) line 9\n"
                           "      else\n"
                           "        write global g, indirect line 15\n"
                           "      operations simple 1, memory 200, floating 0, division 70000 line 11\n"
                           "    return param fd line 17\n"
                           "  flows:\n"
                           "    global g <- \"a\\\"b\\x0a\"\n"
                           "    target of param cb <- (field c:@S@ops@FI@data | 4096)\n";
    if (!strstr(text, expected))
        fail_msg("printed:\n%s", text);
    assert_non_null(strstr(text, "function pump src/a.c:10:1 to line 18\n  id: src/a.c#c:a.c@F@pump\n"));
    assert_non_null(strstr(text, "  flags: static, cold\n"));
    free(text);
    summary_free(&summary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_was_written),
        cmocka_unit_test(keeps_an_empty_summary),
        cmocka_unit_test(refuses_cut_bytes),
        cmocka_unit_test(survives_changed_bytes),
        cmocka_unit_test(survives_many_changes),
        cmocka_unit_test(refuses_counts_that_cannot_be),
        cmocka_unit_test(check_names_what_is_malformed),
        cmocka_unit_test(hash_is_of_the_body_alone),
        cmocka_unit_test(prints_a_skeleton),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

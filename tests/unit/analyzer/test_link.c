/* Linking: each body once, and the same result whatever the order of the summaries. */
#include "analyzer/graph_print.h"
#include "tests/unit/analyzer/linked_tree.h"

/* ---- functions ---- */

static void copies_of_a_body_are_one_function(void **state)
{
    (void)state;
    struct tree tree = {0};
    struct linked linked;
    struct summary *a = add_unit(&tree, "a.c"), *b = add_unit(&tree, "b.c");
    a->errors = 2;
    add_function(a, "u.h", "twice", FUNCTION_STATIC | FUNCTION_INLINE, "", 1);
    add_function(a, "a.c", "a", 0, "u.h#twice", 0);
    add_function(b, "u.h", "twice", FUNCTION_STATIC | FUNCTION_INLINE, "", 1);
    add_function(b, "b.c", "b", 0, "u.h#twice a", 0);
    link_tree(&linked, &tree);
    assert_int_equal(linked.functions.count, 3);
    assert_int_equal(linked.units.items[0].functions.count, 2);
    assert_int_equal(linked.units.items[0].functions.items[0], linked.units.items[1].functions.items[0]);
    assert_false(function_of(&linked, "u.h#twice")->broken); /* b.c had no errors */
    assert_true(function_of(&linked, "a.c#a")->broken);
    assert_false(function_of(&linked, "b.c#b")->broken);
    assert_false(function_of(&linked, "u.h#twice")->variant);
    free_all(&linked, &tree);
}

static void other_bodies_are_variants(void **state)
{
    (void)state;
    struct tree tree = {0};
    struct linked linked;
    add_function(add_unit_with(&tree, "a.c", "-DX"), "a.c", "f", 0, "", 1);
    add_function(add_unit_with(&tree, "a.c", "-DY"), "a.c", "f", 0, "", 2);
    add_function(add_unit_with(&tree, "a.c", "-DZ"), "a.c", "f", 0, "", 1);
    link_tree(&linked, &tree);
    assert_int_equal(linked.functions.count, 2);
    const struct linked_function *first = &linked.functions.items[0], *second = &linked.functions.items[1];
    assert_int_equal(first->body.id, second->body.id);
    assert_true(first->body.body_hash < second->body.body_hash);
    assert_false(first->variant);
    assert_true(second->variant);
    free_all(&linked, &tree);
}

static void functions_are_sorted_by_place(void **state)
{
    (void)state;
    struct tree tree = {0};
    struct linked linked;
    struct summary *b = add_unit(&tree, "b.c"), *a = add_unit(&tree, "a.c");
    add_function(b, "b.c", "first", 0, "", 0)->line = 20;
    add_function(b, "b.c", "second", 0, "", 0)->line = 3;
    add_function(a, "a.c", "z", 0, "", 0)->line = 99;
    link_tree(&linked, &tree);
    assert_string_equal(names_string(&linked.names, linked.functions.items[0].body.name), "z");
    assert_string_equal(names_string(&linked.names, linked.functions.items[1].body.name), "second");
    assert_int_equal(linked.functions.items[1].unit, 1);
    assert_functions(&linked, "", "a.c#z b.c#first b.c#second"); /* by id */
    free_all(&linked, &tree);
}

static void declarations_add_up(void **state)
{
    (void)state;
    struct tree tree = {0};
    struct linked linked;
    struct summary *a = add_unit(&tree, "a.c"), *b = add_unit(&tree, "b.c");
    array_push(&a->declarations, (struct declaration){.symbol = names_add(&a->names, "panic"),
                                                      .flags = FUNCTION_NORETURN,
                                                      .header = names_add(&a->names, "panic.h")});
    array_push(&b->declarations, (struct declaration){.symbol = names_add(&b->names, "panic"),
                                                      .flags = FUNCTION_COLD,
                                                      .header = names_add(&b->names, "other.h"),
                                                      .parameters = names_add(&b->names, "format")});
    define(a, "f", "panic");
    link_tree(&linked, &tree);
    assert_int_equal(linked.declared[names_find(&linked.names, "panic")], FUNCTION_NORETURN | FUNCTION_COLD);
    name_id panic = names_find(&linked.names, "panic");
    assert_string_equal(names_string(&linked.names, linked.headers[panic]), "panic.h");
    assert_string_equal(names_string(&linked.names, linked.parameters[panic]), "format");
    assert_int_equal(linked.declared[names_find(&linked.names, "f")], 0);
    assert_null(linked.apis[names_find(&linked.names, "panic")]);
    free_all(&linked, &tree);
}

static void entries_are_found_by_symbol(void **state)
{
    (void)state;
    struct tree tree = {0};
    struct linked linked;
    struct problems problems = {0};
    struct knowledge *knowledge = knowledge_load(SOURCE_DIR "/knowledge", &problems);
    assert_non_null(knowledge);
    struct summary *unit = add_unit(&tree, "a.c");
    define(unit, "f", "read a.c#read");
    define(unit, "write", "");
    add_function(unit, "a.c", "read", FUNCTION_STATIC, "", 0);
    link_summaries(&linked, tree.summaries, tree.count, knowledge);
    const struct api *api = linked.apis[names_find(&linked.names, "read")];
    assert_non_null(api);
    assert_string_equal(api->name, "read");
    assert_null(linked.apis[names_find(&linked.names, "a.c#read")]);
    assert_null(function_of(&linked, "a.c#read")->api);
    assert_null(function_of(&linked, "a.c#f")->api);
    assert_ptr_equal(function_of(&linked, "a.c#write")->api, knowledge_find(knowledge, "write"));
    free_all(&linked, &tree);
    knowledge_free(knowledge);
    problems_free(&problems);
}

/* ---- the order does not matter ---- */

static void print_everything(const struct linked *linked, FILE *stream)
{
    const struct names *names = &linked->names;
    for (array_each(const struct linked_function, function, &linked->functions)) {
        fprintf(stream, "unit %u variant %d broken %d\n", function->unit, function->variant, function->broken);
        summary_print_function(names, &function->body, stream);
    }
    for (array_each(const struct linked_unit, unit, &linked->units)) {
        fprintf(stream, "unit %s %s errors %u prefix %d:", names_string(names, unit->name),
                names_string(names, unit->flags_key), unit->errors, unit->prefix);
        for (array_each(const uint32_t, function, &unit->functions))
            fprintf(stream, " %u", *function);
        fputc('\n', stream);
    }
    for (array_each(const struct program, program, &linked->programs)) {
        fprintf(stream, "program %s main %u units", names_string(names, program->name), program->main);
        for (array_each(const uint32_t, unit, &program->units))
            fprintf(stream, " %u", *unit);
        for (array_each(const uint32_t, number, &program->functions)) {
            if (!linked->functions.items)
                break;
            const struct function *body = &linked->functions.items[*number].body;
            fprintf(stream, "\n  %u:", *number);
            for (array_each(const struct value, value, &body->values))
                if (value->kind == VALUE_FUNCTION)
                    fprintf(stream, " %s=%u", names_string(names, value->name), program->definition[value->name]);
        }
        fputc('\n', stream);
        linked_print_graph(linked, program, NO_FUNCTION, stream);
    }
}

static void mixed_tree(struct tree *tree)
{
    struct summary *server = add_unit(tree, "src/server.c"), *client = add_unit(tree, "src/client.c");
    define(server, "main", "read listen u.h#inline_1");
    define(client, "main", "listen u.h#inline_1 missing");
    for (int i = 0; i < 6; i++) {
        static const char *const names[] = {"lib/net.c", "src/net.c", "lib/log.c", "other/log.c", "mod/x.c", "mod/x.c"};
        struct summary *unit = add_unit_with(tree, names[i], i == 5 ? "-DMOD" : "");
        unit->errors = i == 2;
        add_function(unit, "u.h", "inline_1", FUNCTION_STATIC, "log_line", i % 2);
        add_function(unit, "u.h", "inline_2", FUNCTION_STATIC | FUNCTION_INLINE, "u.h#inline_1", i % 3);
        define(unit, i < 2 ? "listen" : i < 4 ? "log_line" : "module", "u.h#inline_1 log_line write");
    }
    add_function(server, "u.h", "inline_1", FUNCTION_STATIC, "log_line", 1);
    add_function(client, "u.h", "inline_1", FUNCTION_STATIC, "log_line", 0);
}

static void swap(struct summary *a, struct summary *b)
{
    struct summary kept = *a;
    *a = *b;
    *b = kept;
}

static char *linked_in_order(uint32_t random)
{
    struct tree tree = {0};
    struct linked linked;
    mixed_tree(&tree);
    for (unsigned i = tree.count - 1; i > 0 && random; i--) {
        random = random * 1664525u + 1013904223u;
        swap(&tree.summaries[i], &tree.summaries[(random >> 8) % (i + 1)]);
    }
    char *text = NULL;
    size_t length = 0;
    link_tree(&linked, &tree);
    FILE *stream = open_memstream(&text, &length);
    assert_non_null(stream);
    print_everything(&linked, stream);
    fclose(stream);
    free_all(&linked, &tree);
    return text;
}

static void any_order_gives_the_same(void **state)
{
    (void)state;
    char *expected = linked_in_order(0);
    assert_non_null(strstr(expected, "program src/server.c"));
    for (uint32_t random = 1; random < 50; random++) {
        char *text = linked_in_order(random);
        assert_string_equal(text, expected);
        free(text);
    }
    free(expected);
}

/* ---- the printed graph ---- */

static void prints_direct_calls(void **state)
{
    (void)state;
    struct tree tree = {0};
    struct linked linked;
    define(add_unit(&tree, "main.c"), "main", "work read");
    struct function *work = add_function(add_unit(&tree, "work.c"), "work.c", "work", 0, "main", 0);
    work->values.items[1] = (struct value){.kind = VALUE_UNKNOWN};
    link_tree(&linked, &tree);
    const struct program *program = program_of(&linked, "main.c");
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    assert_non_null(stream);
    linked_print_graph(&linked, program, NO_FUNCTION, stream);
    fputs("--\n", stream);
    linked_print_graph(&linked, program, program_definition(program, names_find(&linked.names, "work")), stream);
    fclose(stream);
    assert_string_equal(text, "main main.c:10\n"
                              "  line 10: work work.c:10\n"
                              "  line 10: read (not known)\n"
                              "work work.c:10\n"
                              "  line 10: (indirect)\n"
                              "--\n"
                              "work work.c:10\n"
                              "  line 10: (indirect)\n");
    free(text);
    free_all(&linked, &tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_of_a_body_are_one_function),
        cmocka_unit_test(other_bodies_are_variants),
        cmocka_unit_test(functions_are_sorted_by_place),
        cmocka_unit_test(declarations_add_up),
        cmocka_unit_test(entries_are_found_by_symbol),
        cmocka_unit_test(any_order_gives_the_same),
        cmocka_unit_test(prints_direct_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Linking: which units make up a program, and what a symbol means there. */
#include "tests/unit/analyzer/linked_tree.h"

static void a_program_is_a_main_and_what_it_needs(void **state)
{
    (void)state;
    struct tree tree = {0};
    struct linked linked;
    define(add_unit(&tree, "server.c"), "main", "listen_all");
    struct summary *net = add_unit(&tree, "net.c");
    define(net, "listen_all", "socket log_line");
    define(net, "never_called", "only_from_there");
    define(add_unit(&tree, "log.c"), "log_line", "");
    define(add_unit(&tree, "far.c"), "only_from_there", "");
    define(add_unit(&tree, "stray.c"), "stray", "log_line");
    struct summary *client = add_unit(&tree, "client.c");
    define(client, "main", "log_line");
    define(client, "listen_all", "");
    link_tree(&linked, &tree);
    assert_int_equal(linked.programs.count, 3);
    assert_units(&linked, "server.c", "far.c log.c net.c server.c");
    assert_units(&linked, "client.c", "client.c log.c");
    assert_units(&linked, "", "log.c stray.c");
    assert_string_equal(meaning(&linked, "server.c", "main"), "server.c#main");
    assert_string_equal(meaning(&linked, "client.c", "main"), "client.c#main");
    assert_string_equal(meaning(&linked, "server.c", "listen_all"), "net.c#listen_all");
    assert_string_equal(meaning(&linked, "client.c", "listen_all"), "client.c#listen_all");
    assert_string_equal(meaning(&linked, "server.c", "socket"), "");
    assert_int_equal(linked.programs.items[2].main, NO_FUNCTION); /* the rest comes last */
    free_all(&linked, &tree);
}

static void a_main_is_never_drawn_in(void **state)
{
    (void)state;
    struct tree tree = {0};
    struct linked linked;
    struct summary *a = add_unit(&tree, "a.c"), *b = add_unit(&tree, "b.c");
    define(a, "main", "helper");
    define(b, "main", "");
    define(b, "helper", "");
    link_tree(&linked, &tree);
    assert_int_equal(linked.programs.count, 2);
    assert_units(&linked, "a.c", "a.c");
    assert_string_equal(meaning(&linked, "a.c", "helper"), "");
    free_all(&linked, &tree);
}

static void the_nearest_definition_is_meant(void **state)
{
    (void)state;
    struct tree tree = {0};
    struct linked linked;
    define(add_unit(&tree, "tools/one/main.c"), "main", "parse report");
    define(add_unit(&tree, "tools/two/main.c"), "main", "report");
    define(add_unit(&tree, "aaa/parse.c"), "parse", "");
    define(add_unit(&tree, "lib/x/parse.c"), "parse", "");
    define(add_unit(&tree, "lib/report.c"), "report", "parse");
    define(add_unit(&tree, "tools/one/parse.c"), "parse", "");
    link_tree(&linked, &tree);
    assert_string_equal(meaning(&linked, "tools/one/main.c", "parse"), "tools/one/parse.c#parse"); /* to main */
    assert_string_equal(meaning(&linked, "tools/two/main.c", "parse"), "lib/x/parse.c#parse");     /* to report */
    assert_units(&linked, "tools/two/main.c", "lib/report.c lib/x/parse.c tools/two/main.c");
    assert_units(&linked, "", "aaa/parse.c");
    free_all(&linked, &tree);
}

static void ties_go_to_main_and_then_to_the_first_name(void **state)
{
    (void)state;
    struct tree tree = {0};
    struct linked linked;
    define(add_unit(&tree, "app/main.c"), "main", "middle other");
    define(add_unit(&tree, "lib/middle.c"), "middle", "leaf");
    define(add_unit(&tree, "abc/leaf.c"), "leaf", "");
    define(add_unit(&tree, "app/leaf.c"), "leaf", "");
    define(add_unit(&tree, "z/other.c"), "other", "");
    define(add_unit(&tree, "y/other.c"), "other", "");
    link_tree(&linked, &tree);
    assert_string_equal(meaning(&linked, "app/main.c", "leaf"), "app/leaf.c#leaf");
    assert_string_equal(meaning(&linked, "app/main.c", "other"), "y/other.c#other");
    free_all(&linked, &tree);
}

/* A big unit and a small one both define "panic"; the server needs the big one for other things. */
static void of_several_the_one_that_needs_least_is_taken(void **state)
{
    (void)state;
    struct tree tree = {0};
    struct linked linked;
    define(add_unit(&tree, "tool.c"), "main", "list");
    define(add_unit(&tree, "server.c"), "main", "list dump_state");
    define(add_unit(&tree, "list.c"), "list", "panic");
    struct summary *debug = add_unit(&tree, "debug.c");
    define(debug, "panic", "everything");
    define(debug, "dump_state", "");
    define(add_unit(&tree, "everything.c"), "everything", "");
    define(add_unit(&tree, "panic.c"), "panic", "");
    link_tree(&linked, &tree);
    assert_units(&linked, "tool.c", "list.c panic.c tool.c");
    assert_units(&linked, "server.c", "debug.c everything.c list.c server.c");
    assert_int_equal(linked.programs.count, 2);
    free_all(&linked, &tree);
}

static void what_would_clash_is_not_taken(void **state)
{
    (void)state;
    struct tree tree = {0};
    struct linked linked;
    struct summary *mock = add_unit(&tree, "a_mock.c"), *real = add_unit(&tree, "real.c");
    struct summary *main_unit = add_unit(&tree, "main.c");
    define(main_unit, "main", "send");
    define(main_unit, "receive", "");
    define(mock, "send", "");
    define(mock, "receive", "");
    define(real, "send", "more");
    define(add_unit(&tree, "more.c"), "more", "");
    link_tree(&linked, &tree);
    assert_units(&linked, "main.c", "main.c more.c real.c");
    assert_units(&linked, "", "a_mock.c");
    free_all(&linked, &tree);
}

static void without_a_main_everything_is_one_program(void **state)
{
    (void)state;
    struct tree tree = {0};
    struct linked linked;
    define(add_unit(&tree, "b.c"), "twice", "");
    define(add_unit(&tree, "a.c"), "twice", "");
    link_tree(&linked, &tree);
    assert_int_equal(linked.programs.count, 1);
    assert_int_equal(linked.programs.items[0].main, NO_FUNCTION);
    assert_functions(&linked, "", "a.c#twice b.c#twice");
    assert_string_equal(meaning(&linked, "", "twice"), "a.c#twice");
    free_all(&linked, &tree);
}

static void nothing_links_to_nothing(void **state)
{
    (void)state;
    struct linked linked;
    link_summaries(&linked, NULL, 0, NULL);
    assert_int_equal(linked.programs.count, 0);
    assert_int_equal(linked.functions.count, 0);
    linked_free(&linked);
}

static void tables_bring_their_unit(void **state)
{
    (void)state;
    struct tree tree = {0};
    struct linked linked;
    define(add_unit(&tree, "main.c"), "main", "&commands");
    struct summary *table = add_unit(&tree, "commands.c");
    array_push(&table->globals, names_add(&table->names, "commands"));
    add_function(table, "commands.c", "initialisers", FUNCTION_INITIALISERS, "get_command", 0)->symbol = 0;
    define(add_unit(&tree, "get.c"), "get_command", "");
    link_tree(&linked, &tree);
    assert_int_equal(linked.programs.count, 1);
    assert_functions(&linked, "main.c", "commands.c#initialisers get.c#get_command main.c#main");
    assert_string_equal(meaning(&linked, "main.c", "commands"), ""); /* a variable is no function */
    free_all(&linked, &tree);
}

static void header_functions_come_where_they_are_used(void **state)
{
    (void)state;
    struct tree tree = {0};
    struct linked linked;
    uint32_t flags = FUNCTION_STATIC | FUNCTION_INLINE;
    static const char *const units[] = {"a.c", "b.c"};
    for (unsigned i = 0; i < 2; i++) {
        struct summary *unit = add_unit(&tree, units[i]);
        add_function(unit, "u.h", "inner", flags, "deep", 0);
        add_function(unit, "u.h", "outer", flags, "u.h#inner", 0);
        add_function(unit, "u.h", "unused", flags, "", 0);
        add_function(unit, "u.h", "at_start", FUNCTION_STATIC | FUNCTION_CONSTRUCTOR, "", 0);
        define(unit, "main", i ? "u.h#outer" : "");
    }
    define(add_unit(&tree, "deep.c"), "deep", "");
    link_tree(&linked, &tree);
    assert_functions(&linked, "a.c", "a.c#main u.h#at_start u.h#unused"); /* what nobody uses is in the first */
    assert_functions(&linked, "b.c", "b.c#main deep.c#deep u.h#at_start u.h#inner u.h#outer");
    free_all(&linked, &tree);
}

static void a_prefix_header_lends_its_functions(void **state)
{
    (void)state;
    struct tree tree = {0};
    struct linked linked;
    struct summary *prefix = add_unit(&tree, "server.h");
    prefix->prefix = true;
    add_function(prefix, "server.h", "used", FUNCTION_STATIC, "helper", 0);
    add_function(prefix, "server.h", "other", FUNCTION_STATIC, "", 0);
    add_function(prefix, "server.h", "unused", FUNCTION_STATIC, "", 0);
    add_function(prefix, "server.h", "initialisers", FUNCTION_INITIALISERS, "", 0)->symbol = 0;
    struct summary *a = add_unit(&tree, "a.c"), *z = NULL;
    define(a, "main", "server.h#used");
    a->shares = 0; /* the header's summary is the first */
    define(add_unit(&tree, "helper.c"), "helper", "");
    z = add_unit(&tree, "z.c");
    define(z, "main", "server.h#other");
    z->shares = 0;
    link_tree(&linked, &tree);
    assert_functions(&linked, "a.c", "a.c#main helper.c#helper server.h#initialisers server.h#unused server.h#used");
    assert_functions(&linked, "z.c", "server.h#initialisers server.h#other z.c#main");
    free_all(&linked, &tree);
}

static void static_functions_mean_those_of_the_program(void **state)
{
    (void)state;
    struct tree tree = {0};
    struct linked linked;
    struct summary *a = add_unit(&tree, "a.c"), *b = add_unit(&tree, "b.c");
    add_function(a, "u.h", "f", FUNCTION_STATIC, "", 1);
    define(a, "main", "u.h#f");
    add_function(b, "u.h", "f", FUNCTION_STATIC, "", 2);
    define(b, "main", "u.h#f");
    link_tree(&linked, &tree);
    const struct program *of_a = program_of(&linked, "a.c"), *of_b = program_of(&linked, "b.c");
    name_id symbol = names_find(&linked.names, "u.h#f");
    uint32_t in_a = program_definition(of_a, symbol), in_b = program_definition(of_b, symbol);
    assert_int_not_equal(in_a, in_b);
    assert_int_equal(linked.functions.items[in_a].body.values.items[0].number, 1);
    assert_int_equal(linked.functions.items[in_b].body.values.items[0].number, 2);
    assert_int_equal(of_a->functions.count, 2);
    assert_int_equal(of_b->functions.count, 2);
    free_all(&linked, &tree);
}

static void an_included_main_makes_a_program(void **state)
{
    (void)state;
    struct tree tree = {0};
    struct linked linked;
    struct summary *all = add_unit(&tree, "all.c");
    add_function(all, "app.c", "main", FUNCTION_MAIN, "app.c#work", 0);
    add_function(all, "app.c", "work", FUNCTION_STATIC, "", 0);
    link_tree(&linked, &tree);
    assert_int_equal(linked.programs.count, 1);
    assert_functions(&linked, "app.c", "app.c#main app.c#work");
    free_all(&linked, &tree);
}

static void a_main_compiled_twice_is_one_program(void **state)
{
    (void)state;
    struct tree tree = {0};
    struct linked linked;
    static const char *const configurations[] = {"-DX", "-DY"};
    for (unsigned i = 0; i < 2; i++) {
        struct summary *unit = add_unit_with(&tree, "a.c", configurations[i]);
        define(unit, "main", "f");
        add_function(unit, "a.c", "f", 0, "", i);
    }
    link_tree(&linked, &tree);
    assert_int_equal(linked.programs.count, 1);
    assert_int_equal(linked.programs.items[0].units.count, 2);
    assert_int_equal(linked.programs.items[0].functions.count, 3);
    uint32_t f = program_definition(&linked.programs.items[0], names_find(&linked.names, "f"));
    assert_int_equal(linked.functions.items[f].body.values.items[0].number, 0);
    free_all(&linked, &tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_is_a_main_and_what_it_needs),
        cmocka_unit_test(a_main_is_never_drawn_in),
        cmocka_unit_test(the_nearest_definition_is_meant),
        cmocka_unit_test(ties_go_to_main_and_then_to_the_first_name),
        cmocka_unit_test(of_several_the_one_that_needs_least_is_taken),
        cmocka_unit_test(what_would_clash_is_not_taken),
        cmocka_unit_test(without_a_main_everything_is_one_program),
        cmocka_unit_test(nothing_links_to_nothing),
        cmocka_unit_test(tables_bring_their_unit),
        cmocka_unit_test(header_functions_come_where_they_are_used),
        cmocka_unit_test(a_prefix_header_lends_its_functions),
        cmocka_unit_test(static_functions_mean_those_of_the_program),
        cmocka_unit_test(an_included_main_makes_a_program),
        cmocka_unit_test(a_main_compiled_twice_is_one_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

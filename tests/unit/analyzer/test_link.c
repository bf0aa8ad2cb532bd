/* Linking: each body once, which units make up a program, what a symbol means there, and the same result whatever the
 * order of the summaries. */
#include "analyzer/graph_print.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* ---- summaries to link ---- */

#define MOST_UNITS 16

struct tree {
    struct summary summaries[MOST_UNITS];
    unsigned count;
};

static struct summary *add_unit_with(struct tree *tree, const char *name, const char *flags_key)
{
    assert_true(tree->count < MOST_UNITS);
    struct summary *summary = &tree->summaries[tree->count++];
    summary_init(summary);
    for (unsigned i = 0; i < tree->count; i++) /* the same string gets another number in each unit */
        names_add_length(&summary->names, "0123456789abcdef", i);
    summary->unit = names_add(&summary->names, name);
    summary->flags_key = names_add(&summary->names, flags_key);
    return summary;
}

static struct summary *add_unit(struct tree *tree, const char *name)
{
    return add_unit_with(tree, name, "");
}

/* A function of a file with calls of `callees` (separated by blanks); "&g" refers to a variable instead. A callee with
 * '#' is the id of a static function. `weight` makes bodies differ. */
static struct function *add_function(struct summary *summary, const char *file, const char *name, uint32_t flags,
                                     const char *callees, int64_t weight)
{
    struct names *names = &summary->names;
    struct function function = {.flags = flags, .line = 10 + summary->functions.count};
    struct text id = {0};
    text_printf(&id, "%s#%s", file, name);
    function.file = names_add(names, file);
    function.id = names_add(names, id.string);
    function.name = names_add(names, name);
    function.symbol = flags & FUNCTION_STATIC ? function.id : function.name;
    if (strcmp(file, names_string(names, summary->unit)) != 0)
        function.flags |= FUNCTION_IN_HEADER;
    array_push(&function.values, (struct value){.kind = VALUE_INTEGER, .number = weight});
    array_push(&function.nodes, (struct node){.kind = NODE_SEQUENCE, .end = 1});
    char *copy = must_strdup(callees), *rest = copy;
    for (char *callee; (callee = strtok_r(rest, " ", &rest));) {
        if (*callee == '&') {
            array_push(&function.slots, (struct slot){SLOT_GLOBAL, SLOT_ANY, 0, names_add(names, callee + 1)});
            continue;
        }
        array_push(&function.values, (struct value){.kind = VALUE_FUNCTION, .name = names_add(names, callee)});
        array_push(&function.calls, (struct call){.callee = function.values.count - 1, .line = function.line});
        array_push(&function.nodes, (struct node){.kind = NODE_CALL,
                                                  .line = function.line,
                                                  .end = function.nodes.count + 1,
                                                  .a = function.calls.count - 1});
        function.nodes.items[0].end = function.nodes.count;
    }
    free(copy);
    text_free(&id);
    assert_null(function_check(&function));
    function.body_hash = function_body_hash(names, &function);
    array_push(&summary->functions, function);
    return array_last(&summary->functions);
}

static void define(struct summary *summary, const char *name, const char *callees)
{
    const char *unit = names_string(&summary->names, summary->unit);
    add_function(summary, unit, name, strcmp(name, "main") == 0 ? FUNCTION_MAIN : 0, callees, 0);
}

static void link_tree(struct linked *linked, struct tree *tree)
{
    link_summaries(linked, tree->summaries, tree->count, NULL);
}

static void free_all(struct linked *linked, struct tree *tree)
{
    linked_free(linked);
    for (unsigned i = 0; i < tree->count; i++)
        summary_free(&tree->summaries[i]);
}

/* ---- asking the result ---- */

static const struct program *program_of(const struct linked *linked, const char *name)
{
    for (array_each(const struct program, program, &linked->programs))
        if (strcmp(names_string(&linked->names, program->name), name) == 0)
            return program;
    fail_msg("no program %s", name);
    return NULL;
}

/* Units of a program, separated by blanks. */
static void assert_units(const struct linked *linked, const char *program, const char *expected)
{
    struct text units = {0};
    for (array_each(const uint32_t, unit, &program_of(linked, program)->units))
        text_printf(&units, "%s%s", units.length ? " " : "",
                    names_string(&linked->names, linked->units.items[*unit].name));
    assert_string_equal(text_string(&units), expected);
    text_free(&units);
}

static void assert_functions(const struct linked *linked, const char *program, const char *expected)
{
    struct text ids = {0};
    for (array_each(const uint32_t, function, &program_of(linked, program)->functions))
        text_printf(&ids, "%s%s", ids.length ? " " : "",
                    names_string(&linked->names, linked->functions.items[*function].body.id));
    assert_string_equal(text_string(&ids), expected);
    text_free(&ids);
}

/* The id of what a symbol means in a program; "" for nothing. */
static const char *meaning(const struct linked *linked, const char *program, const char *symbol)
{
    uint32_t function = program_definition(program_of(linked, program), names_find(&linked->names, symbol));
    return function == NO_FUNCTION ? "" : names_string(&linked->names, linked->functions.items[function].body.id);
}

static const struct linked_function *function_of(const struct linked *linked, const char *id)
{
    for (array_each(const struct linked_function, function, &linked->functions))
        if (strcmp(names_string(&linked->names, function->body.id), id) == 0)
            return function;
    fail_msg("no function %s", id);
    return NULL;
}

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

/* ---- programs ---- */

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
        cmocka_unit_test(any_order_gives_the_same),
        cmocka_unit_test(prints_direct_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

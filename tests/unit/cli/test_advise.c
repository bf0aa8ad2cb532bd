/* From units to advice and findings, with rules that are made up for the test. */
#include "cli/advise.h"

#include "cli/unit_facts.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Few waiting calls: threads; many: async. Computing: threads, unless a call is unsafe. Long handlers are reported. */
static const char rules_text[] = "rules:\n"
                                 "  - id: io-few\n"
                                 "    summary: few waiting calls\n"
                                 "    why: a test\n"
                                 "    when: {class: io, high_concurrency: false, k: {at_least: 3}}\n"
                                 "    recommend: threading\n"
                                 "    weight: 50\n"
                                 "    because: \"{k} calls wait in {blocking_call}\"\n"
                                 "    do: \"use threads\"\n"
                                 "  - id: io-many\n"
                                 "    summary: many waiting calls\n"
                                 "    why: a test\n"
                                 "    when: {class: io, high_concurrency: true}\n"
                                 "    recommend: async\n"
                                 "    weight: 50\n"
                                 "    because: \"{k} calls are many\"\n"
                                 "    do: \"use a loop\"\n"
                                 "  - id: cpu\n"
                                 "    summary: computing\n"
                                 "    why: a test\n"
                                 "    when: {class: cpu, enough_work: true, cores: {at_least: 2}}\n"
                                 "    recommend: threading\n"
                                 "    weight: 50\n"
                                 "    because: \"it computes\"\n"
                                 "    do: \"use threads\"\n"
                                 "  - id: unsafe\n"
                                 "    summary: no threads around an unsafe call\n"
                                 "    why: a test\n"
                                 "    when: {unsafe_call: {present: true}}\n"
                                 "    forbid: [threading, hybrid]\n"
                                 "    because: \"it calls {unsafe_call}\"\n"
                                 "    do: \"replace it\"\n"
                                 "  - id: state\n"
                                 "    summary: asks what nothing assesses\n"
                                 "    why: a test\n"
                                 "    when: {shared_state: big-lock, trip_count: {at_least: 5}}\n"
                                 "    forbid: threading\n"
                                 "    because: \"shared\"\n"
                                 "    do: \"share nothing\"\n"
                                 "  - id: handler-waits\n"
                                 "    summary: a handler that waits\n"
                                 "    why: a test\n"
                                 "    when: {unit_kind: handler, blocking_evident: true}\n"
                                 "    report: warning\n"
                                 "    because: \"waits in {blocking_call}\"\n"
                                 "    do: \"do not wait\"\n"
                                 "  - id: handler-any\n"
                                 "    summary: a handler\n"
                                 "    why: a test\n"
                                 "    when: {unit_kind: handler}\n"
                                 "    report: info\n"
                                 "    because: \"is a handler\"\n"
                                 "    do: \"nothing\"\n";

static struct rules *rules;

static int load_rules(void **state)
{
    (void)state;
    char directory[] = "/tmp/test_advise_XXXXXX";
    if (!mkdtemp(directory))
        return -1;
    char path[sizeof directory + 16];
    snprintf(path, sizeof path, "%s/rules.yaml", directory);
    FILE *stream = fopen(path, "w");
    if (!stream)
        return -1;
    fputs(rules_text, stream);
    fclose(stream);
    struct problems problems = {0};
    rules = rules_load(directory, &problems);
    problems_print(&problems, stderr);
    int failed = problems.errors > 0 || !rules;
    problems_free(&problems);
    unlink(path);
    rmdir(directory);
    return failed ? -1 : 0;
}

static int forget_rules(void **state)
{
    (void)state;
    rules_free(rules);
    return 0;
}

static struct function_result io_function(void)
{
    struct function_result function = {.id = "a.c#f",
                                       .name = "fetch",
                                       .file = "a.c",
                                       .line = 10,
                                       .column = 5,
                                       .class_kind = CLASS_IO,
                                       .confidence = 1,
                                       .wait_share = 0.99,
                                       .cpu_ns = 1e4,
                                       .wait_ns = 1e6,
                                       .wait_low_ns = 2e5};
    function.waits[WAIT_NETWORK] = 1;
    return function;
}

static struct function_result cpu_function(void)
{
    return (struct function_result){.id = "b.c#f",
                                    .name = "compute",
                                    .file = "b.c",
                                    .line = 20,
                                    .column = 1,
                                    .class_kind = CLASS_CPU,
                                    .confidence = 1,
                                    .cpu_ns = 1e9,
                                    .cpu_low_ns = 1e8};
}

static struct unit waiting_unit(void)
{
    return (struct unit){
        .kind = UNIT_LOOP_CALL, .blocking_call = "recv", .blocking_evident = true, .blocking_place = {"io.c", 3, 4}};
}

struct fixture {
    struct result result;
    struct function_result functions[4];
    struct unit units[4];
};

static void begin(struct fixture *fixture)
{
    memset(fixture, 0, sizeof *fixture);
    result_init(&fixture->result);
    fixture->result.functions = fixture->functions;
    fixture->result.units = fixture->units;
    fixture->functions[0] = io_function();
    fixture->functions[1] = cpu_function();
    fixture->units[0] = waiting_unit();
    fixture->units[1] = (struct unit){.kind = UNIT_LOOP_CALL, .function = 1};
    fixture->result.function_count = 2;
    fixture->result.unit_count = 2;
}

static const struct advice *advice_of(const struct fixture *fixture, uint32_t unit)
{
    for (uint32_t i = 0; i < fixture->result.advice_count; i++)
        if (fixture->result.advice[i].unit == unit)
            return &fixture->result.advice[i];
    return NULL;
}

static void ask(struct fixture *fixture, unsigned concurrency, unsigned cores)
{
    advise(&fixture->result, rules, &(struct advise_options){concurrency, cores});
}

static void test_assumed_k(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    ask(&fixture, 0, 8);
    const struct advice *waiting = advice_of(&fixture, 0), *computing = advice_of(&fixture, 1);
    assert_true(waiting->k > 31 && waiting->k < 33 && waiting->k_assumed);
    assert_true(computing->k > 7 && computing->k < 9 && computing->k_assumed);
    assert_string_equal(waiting->because, "32 calls wait in recv");
    assert_string_equal(waiting->todo, "use threads");
    assert_int_equal(waiting->model, MODEL_THREADING);
    assert_int_equal(fixture.functions[0].model, MODEL_THREADING);
    result_free(&fixture.result);
}

static void test_known_k(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    fixture.units[0].trip_known = true;
    fixture.units[0].trip_count = 1000;
    ask(&fixture, 0, 8);
    assert_true(advice_of(&fixture, 0)->k > 999 && !advice_of(&fixture, 0)->k_assumed);
    assert_int_equal(advice_of(&fixture, 0)->model, MODEL_ASYNC);
    result_free(&fixture.result);
    begin(&fixture);
    fixture.units[0].trip_known = true;
    fixture.units[0].trip_count = 1000;
    ask(&fixture, 4, 8); /* what the user says goes before what the source says */
    assert_int_equal(advice_of(&fixture, 0)->model, MODEL_THREADING);
    assert_false(advice_of(&fixture, 0)->k_assumed);
    assert_false(advice_of(&fixture, 1)->k_assumed);
    result_free(&fixture.result);
}

static void test_k_at_which_the_answer_changes(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    ask(&fixture, 0, 8);
    assert_int_equal((int)advice_of(&fixture, 0)->k_change, 256);
    assert_int_equal(advice_of(&fixture, 0)->model_at_change, MODEL_ASYNC);
    assert_int_equal((int)advice_of(&fixture, 1)->k_change, 0);
    result_free(&fixture.result);
    begin(&fixture);
    ask(&fixture, 5000, 8); /* nothing changes above: the way down */
    assert_int_equal((int)advice_of(&fixture, 0)->k_change, 255);
    assert_int_equal(advice_of(&fixture, 0)->model_at_change, MODEL_THREADING);
    result_free(&fixture.result);
    begin(&fixture);
    ask(&fixture, 2, 8); /* between the steps */
    assert_int_equal(advice_of(&fixture, 0)->model, MODEL_SERIAL);
    assert_int_equal((int)advice_of(&fixture, 0)->k_change, 3);
    result_free(&fixture.result);
}

static void test_blocked(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    fixture.units[1].unsafe_call = "strtok";
    fixture.units[1].unsafe_place = (struct place){"b.c", 25, 3};
    ask(&fixture, 0, 8);
    const struct advice *advice = advice_of(&fixture, 1);
    assert_int_equal(advice->model, MODEL_SERIAL);
    assert_int_equal(advice->blocked_count, 2);
    assert_int_equal(advice->blocked[0].model, MODEL_THREADING);
    assert_string_equal(advice->blocked[0].because, "it calls strtok");
    assert_string_equal(advice->blocked[0].place.file, "b.c");
    assert_int_equal(advice->blocked[0].place.line, 25);
    assert_string_equal(advice->because, "no rule recommends a change");
    unsigned named = 0; /* the rule rules out two models, and is named once */
    for (uint32_t i = 0; i < advice_of(&fixture, 1)->rule_count; i++)
        named += strcmp(advice_of(&fixture, 1)->rules[i].rule, "unsafe") == 0;
    assert_int_equal(named, 1);
    result_free(&fixture.result);
    begin(&fixture);
    fixture.units[1].unsafe_call = "pthread_exit";
    fixture.units[1].unsafe_place = (struct place){"b.c", 25, 3};
    fixture.units[1].blocking_call = "read"; /* no word of the reason */
    fixture.units[1].blocking_place = (struct place){"b.c", 99, 9};
    ask(&fixture, 0, 8);
    assert_int_equal(advice_of(&fixture, 1)->blocked[0].place.line, 25);
    result_free(&fixture.result);
    begin(&fixture);
    fixture.units[0].unsafe_call = "a_recv"; /* contains "recv", which is another function */
    ask(&fixture, 0, 8);
    assert_null(advice_of(&fixture, 0)->blocked[0].place.file);
    result_free(&fixture.result);
}

/* A long wait that most calls do not make is no work for a pool of threads. */
static void test_a_rare_wait_is_not_enough_work(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    fixture.functions[1].cpu_ns = 1200;
    fixture.functions[1].wait_ns = 2e7;
    ask(&fixture, 0, 8);
    assert_int_equal(advice_of(&fixture, 1)->model, MODEL_SERIAL);
    result_free(&fixture.result);
}

/* Calls of a function that the user named keep coming, so their workers need not be woken. */
static void test_short_calls_are_enough_for_busy_workers(void **state)
{
    (void)state;
    struct fixture fixture;
    const struct {
        enum unit_kind kind;
        enum context context;
        enum model expected;
    } cases[] = {{UNIT_LOOP_CALL, CONTEXT_NATIVE, MODEL_SERIAL},
                 {UNIT_NAMED, CONTEXT_NATIVE, MODEL_THREADING},
                 {UNIT_NAMED, CONTEXT_EVENT_LOOP, MODEL_SERIAL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin(&fixture);
        fixture.functions[1].cpu_ns = 4000;
        fixture.units[1].kind = cases[i].kind;
        fixture.units[1].context = cases[i].context;
        ask(&fixture, 8, 8);
        assert_int_equal(advice_of(&fixture, 1)->model, cases[i].expected);
        result_free(&fixture.result);
    }
}

static void test_load_of_a_loop(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    const program_list none = {0};
    struct facts facts;
    unit_facts(&fixture.result, &none, &fixture.units[0], &(struct question){.k = 1000, .cores = 8}, &facts);
    assert_true(fabs(facts.values[FACT_LOOP_LOAD].number - 1000 * 14.0 / 1010) < 1e-6);
    unit_facts(&fixture.result, &none, &fixture.units[1], &(struct question){.k = 1000, .cores = 8}, &facts);
    assert_false(facts.values[FACT_LOOP_LOAD].present); /* it does not wait */
    result_free(&fixture.result);
}

static void test_order(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    fixture.functions[2] = io_function();
    fixture.functions[2].class_kind = CLASS_TRIVIAL;
    fixture.units[2] = (struct unit){.kind = UNIT_NAMED, .function = 2};
    fixture.result.function_count = fixture.result.unit_count = 3;
    ask(&fixture, 0, 8);
    assert_int_equal(fixture.result.advice_count, 3);
    assert_int_equal(fixture.result.advice[0].unit, 1); /* a second of computing before 32 ms of waiting */
    assert_int_equal(fixture.result.advice[1].unit, 0);
    assert_int_equal(fixture.result.advice[2].unit, 2); /* serial */
    assert_true(fixture.result.advice[1].worth > 0);
    assert_false(fixture.result.advice[2].worth > 0);
    result_free(&fixture.result);
}

static void test_findings(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    static const struct evidence chain[] = {{"calls recv", {"io.c", 3, 4}, 1}};
    fixture.units[0].kind = fixture.units[1].kind = UNIT_HANDLER;
    fixture.units[0].chain = chain;
    fixture.units[0].chain_count = 1;
    fixture.units[2] = fixture.units[0]; /* registered twice: reported once */
    fixture.units[2].site = (struct place){"c.c", 1, 1};
    fixture.result.unit_count = 3;
    ask(&fixture, 0, 8);
    assert_int_equal(fixture.result.finding_count, 3);
    const struct finding *first = &fixture.result.findings[0];
    assert_string_equal(first->rule, "handler-waits");
    assert_int_equal(first->severity, SEVERITY_WARNING);
    assert_string_equal(first->message, "waits in recv");
    assert_string_equal(first->place.file, "a.c");
    assert_int_equal(first->place.column, 5);
    assert_int_equal(first->end_column, 10);
    assert_int_equal(first->chain_count, 1);
    assert_int_equal(fixture.result.findings[1].chain_count, 0); /* it does not speak of the call */
    assert_string_equal(fixture.result.findings[1].place.file, "a.c");
    assert_int_equal(fixture.result.findings[1].severity, SEVERITY_NOTE);
    assert_string_equal(fixture.result.findings[2].place.file, "b.c");
    result_free(&fixture.result);
}

static void test_not_assessed(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    fixture.units[0].trip_known = true;
    fixture.units[0].trip_count = 10;
    ask(&fixture, 0, 8);
    assert_int_equal(advice_of(&fixture, 0)->not_assessed_count, 1);
    assert_string_equal(advice_of(&fixture, 0)->not_assessed[0], "shared_state");
    /* A trip count that is not known is no gap of the analysis. */
    for (uint32_t i = 0; i < advice_of(&fixture, 1)->not_assessed_count; i++)
        assert_string_equal(advice_of(&fixture, 1)->not_assessed[i], "shared_state");
    result_free(&fixture.result);
}

static void test_facts(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    fixture.functions[1].program = fixture.functions[0].program = "main.c";
    fixture.functions[2] = cpu_function();
    fixture.functions[2].program = "other.c";
    fixture.units[1].kind = UNIT_THREAD_ENTRY;
    fixture.units[2] = (struct unit){.kind = UNIT_NAMED, .function = 2};
    fixture.result.function_count = fixture.result.unit_count = 3;
    program_list programs;
    program_list_make(&programs, &fixture.result);
    struct facts facts;
    unit_facts(&fixture.result, &programs, &fixture.units[0], &(struct question){300, true, 4}, &facts);
    assert_true(facts.values[FACT_PROGRAM_HAS_THREADS].boolean);
    assert_true(facts.values[FACT_HIGH_CONCURRENCY].boolean);
    assert_true(facts.values[FACT_ENOUGH_WORK].boolean);
    assert_string_equal(facts.values[FACT_WAIT_KIND].word, "network");
    assert_string_equal(facts.values[FACT_CONTEXT].word, "native");
    for (int fact = 0; fact < FACT_COUNT; fact++)
        if (fact_not_assessed((enum fact_id)fact))
            assert_false(facts.values[fact].present);
    unit_facts(&fixture.result, &programs, &fixture.units[2], &(struct question){3, true, 4}, &facts);
    assert_false(facts.values[FACT_PROGRAM_HAS_THREADS].boolean); /* another program */
    assert_false(facts.values[FACT_HIGH_CONCURRENCY].boolean);
    assert_false(facts.values[FACT_WAIT_KIND].present);
    assert_false(facts.values[FACT_BLOCKING_CALL].present);
    assert_false(facts.values[FACT_TRIP_COUNT].present);
    array_free(&programs);
    result_free(&fixture.result);
}

static void test_nothing(void **state)
{
    (void)state;
    struct result result;
    result_init(&result);
    advise(&result, rules, &(struct advise_options){0, 1});
    assert_int_equal(result.advice_count, 0);
    assert_int_equal(result.finding_count, 0);
    result_free(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_assumed_k),
        cmocka_unit_test(test_known_k),
        cmocka_unit_test(test_k_at_which_the_answer_changes),
        cmocka_unit_test(test_blocked),
        cmocka_unit_test(test_a_rare_wait_is_not_enough_work),
        cmocka_unit_test(test_short_calls_are_enough_for_busy_workers),
        cmocka_unit_test(test_load_of_a_loop),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_findings),
        cmocka_unit_test(test_not_assessed),
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_nothing),
    };
    return cmocka_run_group_tests(tests, load_rules, forget_rules);
}

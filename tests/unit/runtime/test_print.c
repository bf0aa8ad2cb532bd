/* concprobe_print and concprobe_print_json, on an outcome that is made up. */
#include "runtime/concprobe.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct concprobe_probe probe = {
    .abi = CONCPROBE_ABI, .name = "nap", .summary = "sleeps 5 ms", .stands_for = "waiting"};
static const struct concprobe_model serial = {"serial", "serial", "one after another", true};
static const struct concprobe_model threading = {"threading", "threading", "a pool", true};
static const struct concprobe_model async = {"async", "async", "coroutines", true};
static const unsigned levels[] = {1, 64};

/* A measured cell. */
static struct concprobe_cell cell(const struct concprobe_model *model, unsigned k, double rate)
{
    return (struct concprobe_cell){.model = model,
                                   .k = k,
                                   .status = CONCPROBE_MEASURED,
                                   .rounds = 10,
                                   .calls = 1000,
                                   .calls_per_second = rate,
                                   .low = 0.9 * rate,
                                   .high = 1.1 * rate,
                                   .latency = {.p50 = 5.1e6, .p99 = 9e6},
                                   .cpu_ns = 12000,
                                   .worker_bytes = 16384,
                                   .transfer_ns_per_kib = NAN};
}

struct fixture {
    struct concprobe_cell cells[6];
    struct concprobe_verdict verdicts[2];
    struct concprobe_wait wait;
    struct concprobe_outcome outcome;
};

static void make(struct fixture *made)
{
    *made = (struct fixture){
        .cells = {cell(&serial, 1, 196), cell(&threading, 1, 195), cell(&async, 1, 190), cell(&serial, 64, 196),
                  cell(&threading, 64, 11907), cell(&async, 64, NAN)},
        .verdicts = {{.k = 1, .decision = CONCPROBE_TIE, .best = &serial, .over_serial = 1},
                     {.k = 64,
                      .decision = CONCPROBE_WIN,
                      .best = &threading,
                      .over_serial = 60.8,
                      .over_serial_low = 58.2,
                      .over_serial_high = 61.9}},
        .wait = {.name = "clock_nanosleep", .share = 0.99, .calls = 1},
        .outcome = {.probe = &probe,
                    .options = {.concurrency = levels, .concurrency_count = 2, .budget_seconds = 20, .seed = 7},
                    .cpus = 2,
                    .cell_count = 6,
                    .verdict_count = 2,
                    .wait_count = 1,
                    .wait_share = 0.99,
                    .class_name = "io"}};
    made->cells[5].status = CONCPROBE_UNAVAILABLE;
    strcpy(made->cells[5].reason, "this kernel has no io_uring");
    made->outcome.cells = made->cells;
    made->outcome.verdicts = made->verdicts;
    made->outcome.waits = &made->wait;
}

/* What is printed, malloc'ed; `width` 0: JSON. */
static char *print(const struct fixture *made, unsigned width)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    if (width)
        concprobe_print(&made->outcome, stream, width);
    else
        assert_true(concprobe_print_json(&made->outcome, stream));
    fclose(stream);
    return text;
}

static void expect(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("'%s' is not in:\n%s", part, text);
}

/* The longest line, in code points. */
static unsigned longest_line(const char *text)
{
    unsigned longest = 0, length = 0;
    for (; *text; text++) {
        length = *text == '\n' ? 0 : length + (((unsigned char)*text & 0xC0u) != 0x80u);
        longest = length > longest ? length : longest;
    }
    return longest;
}

static void table_has_models_figures_and_verdicts(void **state)
{
    (void)state;
    struct fixture made;
    make(&made);
    char *text = print(&made, 100);
    expect(text, "nap: sleeps 5 ms");
    expect(text, "Class io: a serial call waits 99 % of its time (clock_nanosleep 99 %)");
    expect(text, "1.00=");
    expect(text, "60.8*");
    expect(text, "11,907");
    expect(text, "16.0 KiB");
    expect(text, "unavailable: this kernel has no io_uring");
    expect(text, "Win: threading wins; 60.8 × serial (95 %: 58.2–61.9).");
    expect(text, "██");
    assert_null(strstr(text, "\033"));
    free(text);
}

static void width_is_respected(void **state)
{
    (void)state;
    struct fixture made;
    make(&made);
    for (unsigned width = 60; width <= 140; width += 10) {
        char *text = print(&made, width);
        if (longest_line(text) > width)
            fail_msg("wider than %u:\n%s", width, text);
        free(text);
    }
}

static void colours_where_they_are_wanted(void **state)
{
    (void)state;
    struct fixture made;
    make(&made);
    setenv("FORCE_COLOR", "1", 1);
    char *text = print(&made, 100);
    expect(text, "\033[1;32mthreading\033[0m");
    free(text);
    setenv("NO_COLOR", "1", 1);
    text = print(&made, 100);
    assert_null(strstr(text, "\033"));
    free(text);
    unsetenv("NO_COLOR");
    unsetenv("FORCE_COLOR");
}

static void json_has_what_the_table_leaves_out(void **state)
{
    (void)state;
    struct fixture made;
    make(&made);
    char *text = print(&made, 0);
    expect(text, "\"status\": \"unavailable\"");
    expect(text, "\"transfer_ns_per_kib\": null");
    expect(text, "\"best_variant\": \"threading\"");
    expect(text, "\"system_call\": \"clock_nanosleep\"");
    free(text);
}

static void interception_is_told_where_it_matters(void **state)
{
    (void)state;
    struct fixture made;
    make(&made);
    made.cells[2].intercepted = 3;
    made.cells[2].tax_ns = 6300;
    made.cells[2].corrected_calls_per_second = 194;
    char *text = print(&made, 120);
    assert_null(strstr(text, "without the price"));
    free(text);
    made.cells[2].corrected_calls_per_second = 2500;
    made.cells[2].setup_ns = 2e6;
    text = print(&made, 120);
    expect(text, "2,500 calls/s without the price of catching 3 system calls a call (6.3 µs)");
    expect(text, "set-up");
    expect(text, "2 ms");
    free(text);
}

static void nothing_measured_is_said(void **state)
{
    (void)state;
    struct fixture made;
    make(&made);
    made.outcome.cell_count = made.outcome.verdict_count = 0;
    strcpy(made.outcome.error, "run_start failed: no space");
    char *text = print(&made, 80);
    expect(text, "error: run_start failed: no space");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_has_models_figures_and_verdicts), cmocka_unit_test(width_is_respected),
        cmocka_unit_test(colours_where_they_are_wanted),         cmocka_unit_test(json_has_what_the_table_leaves_out),
        cmocka_unit_test(interception_is_told_where_it_matters), cmocka_unit_test(nothing_measured_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

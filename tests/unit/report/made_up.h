/* A result that no analysis made: what the tests of the reports print. It has a finding with a chain and two more of
 * the same cause, a unit of each answer, and one function of each class. Release with result_free. */
#ifndef TESTS_UNIT_REPORT_MADE_UP_H
#define TESTS_UNIT_REPORT_MADE_UP_H

#include "model/result.h"

static struct function_result made_up_function(const char *id, const char *name, const char *file, unsigned line,
                                               enum class_kind class_kind)
{
    return (struct function_result){.id = id,
                                    .name = name,
                                    .file = file,
                                    .line = line,
                                    .column = 5,
                                    .end_line = line + 9,
                                    .program = "src/main.c",
                                    .class_kind = class_kind,
                                    .confidence = 0.8,
                                    .contexts = 1u << CONTEXT_NATIVE,
                                    .belongs_to = -1};
}

static void make_up_functions(struct result *result)
{
    static const struct evidence evidence[] = {
        {"calls recv, which waits for network", {"src/io.c", 12, 9}, 0.9},
        {"decodes each byte in a loop", {"src/fetch.c", 50, 0}, 0.04},
    };
    static const struct profile_class flips[] = {{"cold-cache", CLASS_MIXED}};
    struct function_result *functions = ARENA_ARRAY(&result->arena, struct function_result, 6);
    functions[0] = made_up_function("src/fetch.c#c:@F@fetch_page", "fetch_page", "src/fetch.c", 42, CLASS_IO);
    functions[0].wait_share_low = 0.9;
    functions[0].wait_share = 0.97;
    functions[0].wait_share_high = 0.999;
    functions[0].cpu_ns = 12345;
    functions[0].self_cpu_ns = 2100;
    functions[0].wait_ns = 3.1e7;
    functions[0].waits[WAIT_NETWORK] = 0.9;
    functions[0].waits[WAIT_DNS] = 0.1;
    functions[0].belongs_to = 0;
    functions[0].evidence = evidence;
    functions[0].evidence_count = 2;
    functions[0].flips = flips;
    functions[0].flip_count = 1;
    functions[0].model = MODEL_THREADING;
    functions[1] = made_up_function("src/fetch.c#c:@F@parse_page", "parse_page", "src/fetch.c", 80, CLASS_CPU);
    functions[1].cpu_ns = functions[1].self_cpu_ns = 4.4e6;
    functions[1].belongs_to = 1;
    functions[1].model = MODEL_THREADING;
    functions[2] = made_up_function("src/loop.c#c:@F@on_read", "on_read", "src/loop.c", 7, CLASS_IO);
    functions[2].wait_ns = 2e6;
    functions[2].cpu_ns = 900;
    functions[2].wait_share = functions[2].wait_share_high = 1;
    functions[2].wait_share_low = 0.95;
    functions[2].waits[WAIT_DISK] = 1;
    functions[2].belongs_to = 3;
    functions[2].contexts = 1u << CONTEXT_EVENT_LOOP;
    functions[2].model = MODEL_ASYNC;
    functions[3] = made_up_function("src/loop.c#c:@F@on_write", "on_write", "src/loop.c", 30, CLASS_UNKNOWN);
    functions[3].unknown_because = "it calls plugin_write, of which nothing is known";
    functions[3].unresolved_calls = 1;
    functions[4] = made_up_function("src/loop.c#c:loop.c@F@tick", "tick", "src/loop.c", 60, CLASS_TRIVIAL);
    functions[4].cpu_ns = functions[4].self_cpu_ns = 20;
    functions[4].belongs_to = 0;
    functions[5] = made_up_function("src/main.c#c:@F@main", "main", "src/main.c", 70, CLASS_WAIT);
    functions[5].wait_ns = 1e9;
    functions[5].waits[WAIT_IDLE] = 1;
    functions[5].wait_share = functions[5].wait_share_low = functions[5].wait_share_high = 1;
    result->functions = functions;
    result->function_count = 6;
}

static const struct evidence made_up_chain[] = {
    {"calls write_log", {"src/loop.c", 9, 5}, 1},
    {"calls fsync, which waits for disk", {"src/log.c", 33, 9}, 1},
};

static void make_up_units(struct result *result)
{
    struct unit *units = ARENA_ARRAY(&result->arena, struct unit, 5);
    units[0] = (struct unit){.kind = UNIT_LOOP_CALL,
                             .site = {"src/main.c", 88, 9},
                             .owner = 5,
                             .blocking_evident = true,
                             .blocking_call = "recv",
                             .blocking_place = {"src/io.c", 12, 9},
                             .chain_length = 2,
                             .chain_sites = 3,
                             .async_known = true,
                             .async_possible = true,
                             .async_form = "io_uring IORING_OP_RECV",
                             .doubt = "that no two items lead to the same object: the call writes connection.state"};
    units[1] = (struct unit){.kind = UNIT_LOOP_CALL,
                             .function = 1,
                             .site = {"src/main.c", 90, 9},
                             .owner = 5,
                             .trip_known = true,
                             .trip_count = 100,
                             .unsafe_call = "strtok",
                             .unsafe_place = {"src/fetch.c", 85, 3}};
    units[2] = units[1];
    units[2].site.line = 95;
    units[3] = (struct unit){.kind = UNIT_HANDLER,
                             .context = CONTEXT_EVENT_LOOP,
                             .function = 2,
                             .site = {"src/main.c", 100, 5},
                             .owner = 5,
                             .blocking_evident = true,
                             .blocking_call = "fsync",
                             .blocking_place = {"src/log.c", 33, 9},
                             .chain_length = 2,
                             .chain_sites = 2,
                             .async_known = true,
                             .async_possible = true,
                             .async_form = "io_uring IORING_OP_FSYNC",
                             .chain = made_up_chain,
                             .chain_count = 2};
    units[4] = (struct unit){.kind = UNIT_THREAD_ENTRY, .function = 3, .site = {"src/main.c", 110, 5}, .owner = 5};
    result->units = units;
    result->unit_count = 5;
}

static void make_up_advice(struct result *result)
{
    static const struct fired_rule rules[] = {{"native-io-few-threading", "32 calls at once are few"},
                                              {"existing-threads", "the program starts threads already"}};
    static const struct blocked_model blocked[] = {
        {MODEL_ASYNC, "strtok keeps state between calls", {"src/fetch.c", 85, 3}},
        {MODEL_MULTIPROCESSING, "the result is shared", {NULL, 0, 0}},
        {MODEL_HYBRID, "strtok keeps state between calls", {"src/fetch.c", 85, 3}}};
    static const char *const not_assessed[] = {"shared_state", "items_independent"};
    struct advice *advice = ARENA_ARRAY(&result->arena, struct advice, 5);
    advice[0] = (struct advice){.unit = 0,
                                .k = 32,
                                .k_assumed = true,
                                .k_change = 256,
                                .model_at_change = MODEL_ASYNC,
                                .model = MODEL_THREADING,
                                .because = "a call waits for 97 % of its time; 32 calls at once are few",
                                .todo = "run each call on its own thread",
                                .rules = rules,
                                .rule_count = 2,
                                .not_assessed = not_assessed,
                                .not_assessed_count = 2,
                                .worth = 9e9};
    advice[1] = (struct advice){.unit = 1,
                                .k = 100,
                                .k_change = 7,
                                .model_at_change = MODEL_SERIAL,
                                .model = MODEL_THREADING,
                                .because = "a call computes 4.4 ms",
                                .blocked = blocked,
                                .blocked_count = 3,
                                .worth = 5e9};
    advice[2] = advice[1];
    advice[2].unit = 2;
    advice[3] = (struct advice){.unit = 3,
                                .k = 32,
                                .k_assumed = true,
                                .model = MODEL_ASYNC,
                                .because = "a handler waits, and the loop with it",
                                .worth = 1e9};
    advice[4] = (struct advice){.unit = 4, .k = 2, .k_assumed = true, .because = "the class is unknown"};
    result->advice = advice;
    result->advice_count = 5;
}

static void make_up_findings(struct result *result)
{
    struct finding *findings = ARENA_ARRAY(&result->arena, struct finding, 3);
    findings[0] = (struct finding){.rule = "blocking-call-in-event-loop",
                                   .severity = SEVERITY_WARNING,
                                   .place = {"src/loop.c", 7, 5},
                                   .end_column = 12,
                                   .function = "src/loop.c#c:@F@on_read",
                                   .name = "on_read",
                                   .message = "this event-loop handler blocks in fsync",
                                   .todo = "hand the call to a worker thread",
                                   .chain = made_up_chain,
                                   .chain_count = 2};
    findings[1] = findings[0];
    findings[1].place.line = 30;
    findings[1].function = "src/loop.c#c:@F@on_write";
    findings[1].name = "on_write";
    findings[2] = findings[0];
    findings[2].rule = "thread-unsafe-call-in-thread";
    findings[2].severity = SEVERITY_NOTE;
    findings[2].message = "reaches strtok";
    findings[2].todo = NULL;
    result->findings = findings;
    result->finding_count = 3;
}

static void make_up_result(struct result *result)
{
    static const struct unknown_callee unknown[] = {{.name = "plugin_write", .count = 12},
                                                    {.name = "plugin_read", .count = 3},
                                                    {.name = "a", .count = 2},
                                                    {.name = "b", .count = 1}};
    result_init(result);
    result->root = "/home/user/project";
    result->profile = "server-lan";
    result->profile_description = "a server in a fast network";
    result->coverage = (struct coverage){.units = 1200,
                                         .failed_units = 1,
                                         .broken_units = 2,
                                         .functions = 6,
                                         .call_sites = 40,
                                         .indirect_sites = 9,
                                         .indirect_resolved = 5,
                                         .unknown_callees = unknown,
                                         .unknown_callee_count = 4,
                                         .programs = 1};
    make_up_functions(result);
    make_up_units(result);
    make_up_advice(result);
    make_up_findings(result);
}

#endif

/* What the tests of knowledge/ share: a small folder of knowledge made from strings, and the shipped one. */
#ifndef TESTS_UNIT_KNOWLEDGE_HELPERS_H
#define TESTS_UNIT_KNOWLEDGE_HELPERS_H

#include "knowledge/knowledge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHIPPED SOURCE_DIR "/knowledge"

/* A folder of knowledge; what is NULL gets something harmless. */
struct small {
    const char *constants, *aliases, *shapes, *attributes, *api, *profile;
    const char *expectations; /* NULL: the shipped ones */
};

static const char plain_constants[] = "constants: {IN_FILENO: 0, O_NONBLOCK: 0x800, NOWAIT: 1, \"NULL\": 0}\n"
                                      "variables: {input: pipe blocking, IN_FILENO: pipe blocking}\n"
                                      "readiness: [asked.answer]\n";
static const char plain_profile[] =
    "description: for tests\n"
    "source: made up\n"
    "quantities: {operation: 1 ns, load: 1 ns, float-operation: 1 ns, division: 1 ns, call: 1 ns, library-call: 10 "
    "ns,\n"
    "  format: 100 ns, parse-number: 10 ns, scan-byte: 1 ns, copy-byte: 2 ns, allocate: 10 ns, atomic: 5 ns,\n"
    "  system-call: 100 ns, path-lookup: 1 us, cached-io: 500 ns, socket-io: 2 us, memory-map: 1 us,\n"
    "  thread-create: 10 us, process-create: 100 us, program-start: 1 ms, context-switch: 1 us,\n"
    "  network-round-trip: 1 ms, network-wait: 4 ms, network-send-wait: 1 us, accept-wait: 1 ms, multiplex-wait: 1 "
    "ms,\n"
    "  dns-lookup: 1 ms, dns-timeout: 5 s, database-query: 2 ms, disk-read-wait: 100 us, disk-read-miss: 0.01,\n"
    "  disk-write-wait: 1 ms, disk-write-stall: 0.001, disk-sync: 1 ms, metadata-wait: 100 us, metadata-miss: 0.01,\n"
    "  pipe-wait: 3 ms, terminal-wait: 1 s, device-wait: 1 ms, lock-wait: 10 us, lock-contention: 0.1,\n"
    "  condition-wait: 1 ms, join-wait: 1 ms, child-wait: 1 ms, sleep-default: 7 ms, default-length: 1000, "
    "default-count: 100,\n"
    "  default-string: 20}\n"
    "descriptors:\n"
    "  any: {network: 0.5, disk: 0.5, non-blocking: 0.2}\n"
    "  socket: {network: 1, non-blocking: 0.5}\n"
    "  stream: {disk: 1}\n"
    "  file: {disk: 1}\n";

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    if (file) {
        fputs(text, file);
        fclose(file);
    }
}

static void make_small(char folder[64], const struct small *small)
{
    char path[96];
    snprintf(folder, 64, "knowledge-XXXXXX"); /* in the working directory: ctest's lies beside the program */
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/apis", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/costs", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/expectations.yaml", folder);
    if (small->expectations)
        write_file(folder, "expectations.yaml", small->expectations);
    else
        assert_int_equal(symlink(SHIPPED "/expectations.yaml", path), 0);
    write_file(folder, "constants.yaml", small->constants ? small->constants : plain_constants);
    write_file(folder, "aliases.yaml", small->aliases ? small->aliases : "- {suffix: \"64\"}\n");
    write_file(folder, "shapes.yaml", small->shapes ? small->shapes : "shapes: {}\n");
    write_file(folder, "attributes.yaml", small->attributes ? small->attributes : "{}\n");
    write_file(folder, "apis/test.yaml", small->api ? small->api : "functions: {}\n");
    write_file(folder, "costs/plain.yaml", small->profile ? small->profile : plain_profile);
}

static void remove_small(const char *folder)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    assert_int_equal(system(command), 0);
}

static struct knowledge *load_small(const struct small *small, struct problems *problems)
{
    char folder[64];
    make_small(folder, small);
    struct knowledge *knowledge = knowledge_load(folder, problems);
    remove_small(folder);
    assert_non_null(knowledge);
    return knowledge;
}

/* Knowledge of these entries, which must be free of mistakes. */
static inline struct knowledge *good_small(const char *api)
{
    struct problems problems = {0};
    struct small small = {.api = api};
    struct knowledge *knowledge = load_small(&small, &problems);
    problems_print(&problems, stderr);
    assert_int_equal(problems.list.count, 0);
    return knowledge;
}

static inline bool near(double a, double b)
{
    return fabs(a - b) <= 0.01 * fabs(b) + 1e-9;
}

#define assert_near(a, b) assert_true(near((a), (b)))

#endif

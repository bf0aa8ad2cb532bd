/* The recorder's file after programs of every kind: the test runs itself again with recording switched on, and reads
 * what that left behind. The hooks are called by hand, with made-up addresses. */
#include "runtime/recorder/record.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

// NOLINTBEGIN(bugprone-reserved-identifier): compilers make these names
void __cyg_profile_func_enter(void *function, void *site);
void __cyg_profile_func_exit(void *function, void *site);
// NOLINTEND(bugprone-reserved-identifier)

enum { FIRST = 0x1000, STEP = 16, NAP_MS = 5 };

static void enter(unsigned function)
{
    __cyg_profile_func_enter((void *)(uintptr_t)(FIRST + function * STEP), NULL); // NOLINT(performance-no-int-to-ptr)
}

static void leave(unsigned function)
{
    __cyg_profile_func_exit((void *)(uintptr_t)(FIRST + function * STEP), NULL); // NOLINT(performance-no-int-to-ptr)
}

static void nap(void)
{
    nanosleep(&(struct timespec){0, NAP_MS * 1000000L}, NULL);
}

/* ---- what is recorded ---- */

static void calls(void)
{
    enter(1);
    for (int i = 0; i < 3; i++) {
        enter(2);
        nap();
        leave(2);
    }
    leave(1);
}

static void is_killed(void)
{
    calls();
    enter(3);
    raise(SIGKILL);
}

static void is_deep(void)
{
    const int deeper = RECORD_DEPTH + 100;
    for (int i = 0; i < deeper; i++)
        enter(1);
    for (int i = 0; i < deeper; i++)
        leave(1);
    calls();
}

static void has_many_functions(void)
{
    for (unsigned i = 1; i <= RECORD_FUNCTIONS + 50; i++) {
        enter(i);
        leave(i);
    }
}

static void returns_too_often(void)
{
    leave(1);
    calls();
    leave(1);
    leave(9);
}

static void *on_a_thread(void *data)
{
    calls();
    enter(4); /* never left: the thread ends in the middle of it */
    return data;
}

static void has_threads(void)
{
    enum { THREADS = 8 };
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, on_a_thread, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    calls();
}

static void forks(void)
{
    enter(5);
    pid_t child = fork();
    calls();
    leave(5);
    if (child == 0)
        exit(0);
    waitpid(child, NULL, 0);
}

static void is_short_and_hot(void)
{
    for (int i = 0; i < 200000; i++) {
        enter(6);
        leave(6);
    }
}

static void meets_new_functions(void)
{
    enter(1);
    for (unsigned i = 2; i < 1000; i++) {
        enter(i);
        leave(i);
    }
    leave(1);
}

static const struct scenario {
    const char *name;
    void (*run)(void);
} scenarios[] = {
    {"calls", calls},
    {"is_killed", is_killed},
    {"is_deep", is_deep},
    {"has_many_functions", has_many_functions},
    {"returns_too_often", returns_too_often},
    {"has_threads", has_threads},
    {"forks", forks},
    {"is_short_and_hot", is_short_and_hot},
    {"meets_new_functions", meets_new_functions},
};

/* ---- reading it ---- */

struct recorded {
    char directory[64];
    unsigned files;
    const struct record_header *header[4];
};

static void map_file(struct recorded *recorded, const char *name)
{
    char path[512];
    struct stat status;
    snprintf(path, sizeof path, "%s/%s", recorded->directory, name);
    int file = open(path, O_RDONLY);
    if (file < 0 || fstat(file, &status) != 0)
        abort();
    void *header = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    assert_true(header != MAP_FAILED);
    close(file);
    recorded->header[recorded->files++] = header;
    assert_memory_equal(recorded->header[recorded->files - 1]->magic, RECORD_MAGIC, strlen(RECORD_MAGIC));
}

/* Runs a scenario in a process of its own and maps the records; its exit status. */
static int record(const char *scenario, struct recorded *recorded)
{
    *recorded = (struct recorded){.directory = "/tmp/test-recorder-XXXXXX"};
    assert_non_null(mkdtemp(recorded->directory));
    pid_t child = fork();
    if (child == 0) {
        setenv(RECORD_VARIABLE, recorded->directory, 1);
        execl("/proc/self/exe", "test_recorder", scenario, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    struct dirent **entries = NULL;
    int count = scandir(recorded->directory, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", recorded->directory, entries[i]->d_name);
        if (strncmp(entries[i]->d_name, RECORD_PREFIX, strlen(RECORD_PREFIX)) == 0)
            map_file(recorded, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.')
            unlink(path);
        free(entries[i]);
    }
    free((void *)entries);
    rmdir(recorded->directory);
    return status;
}

static const struct record_thread *slot(const struct record_header *header, uint32_t number)
{
    // NOLINTNEXTLINE(bugprone-casting-through-void): the file is made of these
    return (const struct record_thread *)(const void *)((const char *)header + RECORD_THREAD_OFFSET(number));
}

/* A function's sum over the slots. */
static struct record_function sum(const struct record_header *header, unsigned function)
{
    struct record_function all = {0};
    for (uint32_t i = 1; i < header->function_count && i < RECORD_FUNCTIONS; i++) {
        if (header->functions[i] != FIRST + function * STEP)
            continue;
        for (uint32_t thread = 0; thread < header->thread_count; thread++) {
            const struct record_function *one = &slot(header, thread)->functions[i];
            all.calls += one->calls;
            all.outer_calls += one->outer_calls;
            all.wall += one->wall;
            all.off += one->off;
            all.self_wall += one->self_wall;
            all.counted_only |= one->counted_only;
        }
    }
    return all;
}

static void check_calls(const struct record_header *header, unsigned times)
{
    const uint64_t slept = (uint64_t)times * 3 * NAP_MS * 1000000;
    struct record_function outer = sum(header, 1), inner = sum(header, 2);
    assert_int_equal(inner.calls, 3 * times);
    assert_int_equal(inner.outer_calls, 3 * times);
    assert_true(inner.off >= slept * 9 / 10 && inner.off <= inner.wall);
    assert_true(outer.wall >= inner.wall * 9 / 10); /* what the hooks took is estimated */
    assert_true(outer.self_wall < outer.wall / 2);
}

static void test_calls(void **state)
{
    (void)state;
    struct recorded recorded;
    assert_int_equal(record("calls", &recorded), 0);
    assert_int_equal(recorded.files, 1);
    check_calls(recorded.header[0], 1);
    assert_int_equal(recorded.header[0]->ending, RECORD_EXITED);
    assert_true(recorded.header[0]->ended > recorded.header[0]->started);
    assert_true(recorded.header[0]->hook_ns > 0 && recorded.header[0]->sample_ns > 0);
    assert_true(recorded.header[0]->module_count > 0);
}

static void test_what_was_measured_survives_a_kill(void **state)
{
    (void)state;
    struct recorded recorded;
    assert_true(WIFSIGNALED(record("is_killed", &recorded)));
    check_calls(recorded.header[0], 1);
    assert_int_equal(recorded.header[0]->ending, RECORD_OPEN);
    assert_int_equal(slot(recorded.header[0], 0)->depth, 1);
    assert_int_equal(sum(recorded.header[0], 3).calls, 1);
    assert_int_equal(sum(recorded.header[0], 3).outer_calls, 0);
}

static void test_deep_recursion(void **state)
{
    (void)state;
    struct recorded recorded;
    assert_int_equal(record("is_deep", &recorded), 0);
    check_calls(recorded.header[0], 1);
    assert_int_equal(slot(recorded.header[0], 0)->depth, 0);
    assert_int_equal(slot(recorded.header[0], 0)->lost, 0);
    assert_int_equal(sum(recorded.header[0], 1).calls, RECORD_DEPTH + 1);
    assert_int_equal(sum(recorded.header[0], 1).outer_calls, 2);
}

static void test_more_functions_than_there_is_room_for(void **state)
{
    (void)state;
    struct recorded recorded;
    assert_int_equal(record("has_many_functions", &recorded), 0);
    assert_int_equal(recorded.header[0]->function_count, RECORD_FUNCTIONS);
    assert_int_equal(sum(recorded.header[0], 1000).calls, 1);
    assert_true(slot(recorded.header[0], 0)->functions[0].calls >= 50);
}

static void test_returns_without_calls(void **state)
{
    (void)state;
    struct recorded recorded;
    assert_int_equal(record("returns_too_often", &recorded), 0);
    check_calls(recorded.header[0], 1);
    assert_int_equal(sum(recorded.header[0], 9).calls, 0);
}

static void test_threads(void **state)
{
    (void)state;
    struct recorded recorded;
    assert_int_equal(record("has_threads", &recorded), 0);
    assert_int_equal(recorded.files, 1);
    check_calls(recorded.header[0], 9);
    assert_true(recorded.header[0]->thread_count >= 2 && recorded.header[0]->thread_count <= 9);
    assert_int_equal(sum(recorded.header[0], 4).outer_calls, 8); /* closed when their threads ended */
}

static void test_a_forked_child_has_a_record_of_its_own(void **state)
{
    (void)state;
    struct recorded recorded;
    assert_int_equal(record("forks", &recorded), 0);
    assert_int_equal(recorded.files, 2);
    unsigned parents = 0;
    for (unsigned i = 0; i < 2; i++) {
        check_calls(recorded.header[i], 1);
        assert_int_equal(recorded.header[i]->ending, RECORD_EXITED);
        parents += sum(recorded.header[i], 5).outer_calls == 1;
    }
    assert_int_equal(parents, 1); /* the call that the child was born in is its parent's */
}

static void test_hot_functions_are_only_counted(void **state)
{
    (void)state;
    struct record_function hot = {0};
    for (int i = 0; i < 20 && !hot.counted_only; i++) { /* on a busy machine even they may take long */
        struct recorded recorded;
        assert_int_equal(record("is_short_and_hot", &recorded), 0);
        hot = sum(recorded.header[0], 6);
        assert_int_equal(hot.calls, 200000);
    }
    assert_true(hot.counted_only);
    assert_true(hot.outer_calls < hot.calls);
}

/* Page faults and look-ups at the first sight of a function are the recorder's time, not the caller's. */
static void test_first_calls_are_no_dearer(void **state)
{
    (void)state;
    bool cheap = false;
    for (int i = 0; i < 20 && !cheap; i++) { /* another program may have run in between */
        struct recorded recorded;
        assert_int_equal(record("meets_new_functions", &recorded), 0);
        uint64_t overhead = slot(recorded.header[0], 0)->account.overhead;
        cheap = sum(recorded.header[0], 1).self_wall < 2 * overhead; /* it was tens of times as much */
    }
    assert_true(cheap);
}

int main(int count, char **words)
{
    for (unsigned i = 0; count > 1 && i < sizeof scenarios / sizeof *scenarios; i++) {
        if (strcmp(words[1], scenarios[i].name) == 0) {
            scenarios[i].run();
            return 0;
        }
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls),
        cmocka_unit_test(test_what_was_measured_survives_a_kill),
        cmocka_unit_test(test_deep_recursion),
        cmocka_unit_test(test_more_functions_than_there_is_room_for),
        cmocka_unit_test(test_returns_without_calls),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_a_forked_child_has_a_record_of_its_own),
        cmocka_unit_test(test_hot_functions_are_only_counted),
        cmocka_unit_test(test_first_calls_are_no_dearer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Workers that crash, hang, talk nonsense or grow cost one task; nothing is left behind. */
#include "analyzer/process_pool.h"
#include "tests/unit/analyzer/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

enum { TASKS = 12 };

struct record {
    void (*misbehave)(uint32_t task, struct text *answer); /* in the worker, instead of answering; or NULL */
    uint32_t victim;                                       /* the task that misbehaves */
    uint32_t given;
    uint32_t gate; /* tasks from this one on wait until all before it have ended; 0: none */
    unsigned ended;
    enum task_outcome outcome[TASKS];
    int detail[TASKS];
    pid_t pid[TASKS];
    size_t size[TASKS];
};

static bool next(void *data, uint32_t *task)
{
    struct record *record = data;
    if (record->given == TASKS || (record->gate && record->given >= record->gate && record->ended < record->gate))
        return false;
    *task = record->given++;
    return true;
}

static void perform(void *data, void *state, uint32_t task, struct text *answer)
{
    struct record *record = data;
    assert_ptr_equal(state, record);
    pid_t pid = getpid();
    text_add_length(answer, (const char *)&pid, sizeof pid);
    if (record->misbehave && task == record->victim)
        record->misbehave(task, answer);
}

static void *start(void *data)
{
    return data;
}

static void finished(void *data, const struct task_report *report)
{
    struct record *record = data;
    record->ended++;
    record->outcome[report->task] = report->outcome;
    record->detail[report->task] = report->detail;
    record->size[report->task] = report->size;
    if (report->outcome == TASK_ANSWERED && report->size >= sizeof(pid_t))
        memcpy(&record->pid[report->task], report->answer, sizeof(pid_t));
}

static void assert_no_children(void)
{
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static unsigned open_descriptors(void)
{
    unsigned count = 0;
    for (int fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

static int run(struct record *record, struct pool_limits limits)
{
    struct pool_work work = {.data = record, .next = next, .finished = finished, .start = start, .perform = perform};
    struct interrupts interrupts;
    unsigned before = open_descriptors();
    interrupts_hold(&interrupts);
    pool_run(&work, &limits, &interrupts);
    int arrived = interrupts.arrived;
    interrupts_release(&interrupts);
    assert_no_children();
    assert_int_equal(open_descriptors(), before);
    return arrived;
}

static void assert_others_answered(const struct record *record)
{
    assert_int_equal(record->ended, TASKS);
    for (uint32_t i = 0; i < TASKS; i++)
        if (!record->misbehave || i != record->victim)
            assert_int_equal(record->outcome[i], TASK_ANSWERED);
}

static const struct pool_limits usual = {.workers = 3, .timeout = 60};

static void test_all_answer(void **state)
{
    (void)state;
    for (unsigned workers = 1; workers < 20; workers += 6) {
        struct record record = {0};
        assert_int_equal(run(&record, (struct pool_limits){.workers = workers, .timeout = 60}), 0);
        assert_others_answered(&record);
    }
}

static void crash(uint32_t task, struct text *answer)
{
    (void)task;
    (void)answer;
    signal(SIGSEGV, SIG_DFL); /* a sanitizer would report it */
    raise(SIGSEGV);
}

static void test_crash(void **state)
{
    (void)state;
    for (uint32_t victim = 0; victim < TASKS; victim += 5) {
        struct record record = {.misbehave = crash, .victim = victim};
        run(&record, usual);
        assert_others_answered(&record);
        assert_int_equal(record.outcome[victim], TASK_CRASHED);
        assert_int_equal(record.detail[victim], SIGSEGV);
    }
}

static void leave(uint32_t task, struct text *answer)
{
    (void)task;
    (void)answer;
    _exit(7);
}

static void test_exit(void **state)
{
    (void)state;
    struct record record = {.misbehave = leave, .victim = 3};
    run(&record, usual);
    assert_others_answered(&record);
    assert_int_equal(record.outcome[3], TASK_EXITED);
    assert_int_equal(record.detail[3], 7);
}

static void hang(uint32_t task, struct text *answer)
{
    (void)task;
    (void)answer;
    for (;;)
        pause();
}

static double seconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void test_timeout(void **state)
{
    (void)state;
    struct record record = {.misbehave = hang, .victim = 1};
    double begin = seconds();
    run(&record, (struct pool_limits){.workers = 2, .timeout = 0.5});
    assert_true(seconds() - begin >= 0.5);
    assert_others_answered(&record);
    assert_int_equal(record.outcome[1], TASK_TIMED_OUT);
}

static void answer_much(uint32_t task, struct text *answer)
{
    (void)task;
    for (unsigned i = 0; i < 1u << 20; i++)
        text_add(answer, "twenty bytes of text");
}

static void test_large_answer(void **state)
{
    (void)state;
    struct record record = {.misbehave = answer_much, .victim = 4};
    run(&record, usual);
    assert_others_answered(&record);
    assert_int_equal(record.outcome[4], TASK_ANSWERED);
    assert_int_equal(record.size[4], sizeof(pid_t) + ((size_t)20 << 20));
}

static void answer_nothing(uint32_t task, struct text *answer)
{
    (void)task;
    text_clear(answer);
}

static void test_empty_answer(void **state)
{
    (void)state;
    struct record record = {.misbehave = answer_nothing, .victim = 2};
    run(&record, usual);
    assert_int_equal(record.outcome[2], TASK_ANSWERED);
    assert_int_equal(record.size[2], 0);
}

static unsigned distinct_workers(const struct record *record)
{
    unsigned distinct = 0;
    for (uint32_t i = 0; i < TASKS; i++) {
        bool seen = false;
        for (uint32_t k = 0; k < i; k++)
            seen |= record->pid[k] == record->pid[i];
        distinct += !seen;
    }
    return distinct;
}

static void test_worn_workers_are_replaced(void **state)
{
    (void)state;
    struct record record = {0}, grown = {0}, kept = {0};
    run(&record, (struct pool_limits){.workers = 1, .timeout = 60, .worker_tasks = 5});
    assert_others_answered(&record);
    assert_int_equal(distinct_workers(&record), 3);
    run(&grown, (struct pool_limits){.workers = 1, .timeout = 60, .worker_memory = 1});
    assert_int_equal(distinct_workers(&grown), TASKS);
    run(&kept, (struct pool_limits){.workers = 1, .timeout = 60});
    assert_int_equal(distinct_workers(&kept), 1);
}

static void test_tasks_can_wait_for_others(void **state)
{
    (void)state;
    struct record record = {.gate = 1};
    run(&record, usual);
    assert_others_answered(&record);
}

static void interrupt_parent(uint32_t task, struct text *answer)
{
    (void)task;
    (void)answer;
    kill(getppid(), SIGTERM);
    for (;;)
        pause();
}

static void count_signal(int signal_number)
{
    (void)signal_number;
    errno = 0; /* a handler that returns: all that the test needs is that it ran, which raise() makes sure of */
}

static void test_interrupt(void **state)
{
    (void)state;
    struct sigaction before, action = {.sa_handler = count_signal};
    sigaction(SIGTERM, &action, &before);
    struct record record = {.misbehave = interrupt_parent, .victim = 2};
    assert_int_equal(run(&record, usual), SIGTERM);
    assert_int_equal(record.outcome[2], TASK_NOT_RUN);
    assert_int_equal(record.detail[2], 0);
    sigaction(SIGTERM, &before, NULL);
}

/* In a child, because limits stay. */
static void without_processes(void)
{
    struct record record = {0};
    struct pool_work work = {.data = &record, .next = next, .finished = finished, .perform = perform};
    struct rlimit none = {0, 0};
    struct interrupts interrupts;
    interrupts_hold(&interrupts);
    setrlimit(RLIMIT_NOFILE, &none); /* no sockets: no workers */
    pool_run(&work, &usual, &interrupts);
    bool right = record.ended == TASKS;
    for (uint32_t i = 0; i < TASKS; i++)
        right &= record.outcome[i] == TASK_NOT_RUN && record.detail[i] == EMFILE;
    _exit(right ? 0 : 1);
}

static void test_no_workers_can_be_started(void **state)
{
    (void)state;
    int status;
    pid_t pid = fork();
    if (pid == 0)
        without_processes();
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void test_cpus(void **state)
{
    (void)state;
    assert_true(available_cpus() >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_answer),
        cmocka_unit_test(test_crash),
        cmocka_unit_test(test_exit),
        cmocka_unit_test(test_timeout),
        cmocka_unit_test(test_large_answer),
        cmocka_unit_test(test_empty_answer),
        cmocka_unit_test(test_worn_workers_are_replaced),
        cmocka_unit_test(test_tasks_can_wait_for_others),
        cmocka_unit_test(test_interrupt),
        cmocka_unit_test(test_no_workers_can_be_started),
        cmocka_unit_test(test_cpus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

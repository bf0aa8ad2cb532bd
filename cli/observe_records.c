/* Records of processes, read. What calls were open at the end is added here: see runtime/recorder/record.h. */
#include "cli/observe_records.h"

#include "base/path.h"
#include "base/text.h"
#include "cli/observe_symbols.h"
#include "runtime/recorder/record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct reader {
    const char *root;
    struct observe_rows *rows;
    struct observed *observed;
    struct problems *problems;
    struct symbols symbols;
    double overhead, cpu; /* ns, of all recorded threads */
};

/* A mapped record. */
struct record {
    const struct record_header *header;
    const char *bytes;
    size_t size;
    uint32_t threads; /* whose slots are whole */
};

static double less(uint64_t from, uint64_t amount)
{
    return from > amount ? (double)(from - amount) : 0;
}

static const struct record_thread *thread_at(const struct record *record, uint32_t slot)
{
    // NOLINTNEXTLINE(bugprone-casting-through-void): the file is made of these
    return (const struct record_thread *)(const void *)(record->bytes + RECORD_THREAD_OFFSET(slot));
}

static void add_finished(struct observe_measure *measure, const struct record_function *function)
{
    measure->calls += (double)function->calls;
    measure->outer_calls += (double)function->outer_calls;
    measure->wall += less(function->wall, function->queue + function->steal);
    measure->off += (double)function->off;
    measure->lock += (double)function->lock;
    measure->io += (double)function->io;
    measure->self_wall += (double)function->self_wall;
    measure->self_cpu += (double)function->self_cpu;
}

/* A call that never returned lasted until its thread was last seen. */
static void add_open(const struct record *record, const struct record_thread *thread, const struct record_frame *frame,
                     struct observe_measure *measure)
{
    const struct record_account *before = &frame->before, *after = &thread->account;
    double wall = less(thread->seen, frame->started + (after->overhead - before->overhead) +
                                         (after->queue - before->queue) + (after->steal - before->steal));
    double off = (double)(after->off - before->off), cpu = wall > off ? wall - off : 0;
    measure->self_wall += wall > (double)frame->callees_wall ? wall - (double)frame->callees_wall : 0;
    measure->self_cpu += cpu > (double)frame->callees_cpu ? cpu - (double)frame->callees_cpu : 0;
    if (!frame->outermost)
        return;
    measure->wall += wall;
    measure->off += off;
    measure->lock += (double)(after->lock - before->lock);
    measure->io += (double)(after->io - before->io);
    if (record->header->ending == RECORD_OPEN) {
        measure->unfinished_calls++;
        measure->unfinished_wall += wall;
    } else {
        measure->outer_calls++;
    }
}

/* The callees of open calls that are open themselves are not in their callers' sums yet. */
static void add_open_callees(const struct record_thread *thread, struct observe_measure *measures)
{
    for (uint32_t i = 1; i < thread->depth; i++) {
        const struct record_frame *callee = &thread->frames[i], *caller = &thread->frames[i - 1];
        const struct record_account *before = &callee->before, *after = &thread->account;
        double wall = less(thread->seen, callee->started + (after->overhead - before->overhead) +
                                             (after->queue - before->queue) + (after->steal - before->steal));
        double off = (double)(after->off - before->off), cpu = wall > off ? wall - off : 0;
        struct observe_measure *measure = &measures[caller->function];
        measure->self_wall -= wall < measure->self_wall ? wall : measure->self_wall;
        measure->self_cpu -= cpu < measure->self_cpu ? cpu : measure->self_cpu;
    }
}

static uint32_t function_count(const struct record *record)
{
    uint32_t count = record->header->function_count;
    return count < RECORD_FUNCTIONS ? count : RECORD_FUNCTIONS;
}

static void add_thread(struct reader *reader, const struct record *record, const struct record_thread *thread,
                       struct observe_measure *measures)
{
    for (uint32_t i = 1; i < function_count(record); i++)
        add_finished(&measures[i], &thread->functions[i]);
    uint32_t depth = thread->depth < RECORD_DEPTH ? thread->depth : RECORD_DEPTH;
    for (uint32_t i = 0; i < depth; i++)
        if (thread->frames[i].function < function_count(record))
            add_open(record, thread, &thread->frames[i], &measures[thread->frames[i].function]);
    if (depth == thread->depth)
        add_open_callees(thread, measures);
    reader->overhead += (double)thread->account.overhead;
}

/* The function at an address of the process, or NULL. */
static const struct symbol *symbolize(struct reader *reader, const struct record *record, uint64_t address)
{
    const struct record_header *header = record->header;
    for (uint32_t i = 0; i < header->module_count && i < RECORD_MODULES; i++) {
        const struct record_module *module = &header->modules[i];
        if (address >= module->low && address < module->high)
            return symbols_find(symbols_of(&reader->symbols, module->path), address - module->bias);
    }
    return NULL;
}

/* The function's file relative to the root, or NULL if it is none of the tree. */
static const char *file_in_tree(struct reader *reader, const char *file)
{
    const char *real = path_real(&reader->rows->arena, file);
    if (!real || !path_is_below(reader->root, real))
        return NULL;
    return path_relative(reader->root, real);
}

/* Adds the functions of one process; false if none belongs to the tree. */
static bool add_functions(struct reader *reader, const struct record *record, const struct observe_measure *measures)
{
    bool any = false;
    for (uint32_t i = 1; i < function_count(record); i++) {
        reader->cpu += measures[i].self_cpu;
        if (measures[i].calls <= 0 && measures[i].unfinished_calls <= 0)
            continue;
        const struct symbol *symbol = symbolize(reader, record, record->header->functions[i]);
        const char *file = symbol ? file_in_tree(reader, symbol->file) : NULL;
        if (!file)
            continue;
        observe_rows_add(reader->rows, file, symbol->name, symbol->line, &measures[i]);
        any = true;
    }
    return any;
}

static void add_record(struct reader *reader, const struct record *record)
{
    struct observe_measure *measures = must_malloc(RECORD_FUNCTIONS * sizeof *measures);
    memset(measures, 0, RECORD_FUNCTIONS * sizeof *measures);
    for (uint32_t i = 0; i < record->threads; i++)
        add_thread(reader, record, thread_at(record, i), measures);
    const struct record_header *header = record->header;
    struct observed *observed = reader->observed;
    if (add_functions(reader, record, measures)) {
        observed->processes++;
        observed->cut_short += header->ending == RECORD_OPEN;
        observed->threads += record->threads;
        observed->lost_threads += header->lost_threads;
        observed->overhead.hook_ns = (double)header->hook_ns;
        observed->overhead.sample_ns = (double)header->sample_ns;
    }
    free(measures);
}

static void refuse(struct reader *reader, const char *path, const char *why)
{
    problems_add(reader->problems, SEVERITY_WARNING, (struct place){path, 0, 0}, NULL, "this record is left out: %s",
                 why);
}

/* Why the file is no record that can be read, or NULL. */
static const char *find_fault(struct record *record)
{
    const uint64_t first = RECORD_THREAD_OFFSET(0);
    if (record->size < first || memcmp(record->header->magic, RECORD_MAGIC, sizeof record->header->magic) != 0)
        return "it was not written by this version's recorder, or the process died at once";
    uint64_t whole = (record->size - first) / RECORD_THREAD_SIZE;
    record->threads = record->header->thread_count < whole ? record->header->thread_count : (uint32_t)whole;
    return NULL;
}

static void read_record(struct reader *reader, const char *path)
{
    struct stat status;
    struct record record = {0};
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &status) != 0 || status.st_size == 0) {
        refuse(reader, path, file < 0 ? strerror(errno) : "it is empty: the process died at once");
    } else {
        record.size = (size_t)status.st_size;
        void *mapped = mmap(NULL, record.size, PROT_READ, MAP_PRIVATE, file, 0);
        record.bytes = mapped;
        record.header = mapped;
        const char *fault = mapped == MAP_FAILED ? strerror(errno) : find_fault(&record);
        if (fault)
            refuse(reader, path, fault);
        else
            add_record(reader, &record);
        if (mapped != MAP_FAILED)
            munmap(mapped, record.size);
    }
    if (file >= 0)
        close(file);
}

static int is_record(const struct dirent *entry)
{
    return string_starts_with(entry->d_name, RECORD_PREFIX);
}

void observe_read_records(const char *directory, const char *root, struct observe_rows *rows, struct observed *observed,
                          struct problems *problems)
{
    struct reader reader = {.root = root, .rows = rows, .observed = observed, .problems = problems};
    struct dirent **entries = NULL;
    int count = scandir(directory, &entries, is_record, alphasort);
    if (count < 0)
        problems_add(problems, SEVERITY_ERROR, (struct place){directory, 0, 0}, NULL, "cannot be read: %s",
                     strerror(errno));
    symbols_init(&reader.symbols);
    for (int i = 0; i < count; i++) {
        char *path = path_join(NULL, directory, entries[i]->d_name);
        read_record(&reader, path);
        free(path);
        free(entries[i]);
    }
    free((void *)entries);
    symbols_free(&reader.symbols);
    if (reader.overhead + reader.cpu > 0)
        observed->overhead.share = reader.overhead / (reader.overhead + reader.cpu);
}

/* The knowledge that is shipped: it loads without a problem and is complete. */
#include "helpers.h"

#include "knowledge/internal.h"

#include <time.h>

static struct knowledge *shipped(void)
{
    struct problems problems = {0};
    struct knowledge *knowledge = knowledge_load(SHIPPED, &problems);
    problems_print(&problems, stderr);
    assert_int_equal(problems.list.count, 0);
    assert_non_null(knowledge);
    return knowledge;
}

static bool can_wait(const struct api *api)
{
    for (unsigned i = 0; i < api->cost_count; i++)
        if (api->costs[i].waits)
            return true;
    return false;
}

/* A call that waits as a rule, not only in rare cases: for that one, there must be an answer about an async form. */
static bool mostly_waits(const struct api *api)
{
    for (unsigned i = 0; i < api->cost_count; i++)
        if (api->costs[i].waits && api->costs[i].wait.kind != DURATION_NONE)
            return true;
    return false;
}

static void what_can_wait_has_a_source_and_an_async_form_or_none(void **state)
{
    (void)state;
    struct knowledge *knowledge = shipped();
    unsigned waiting = 0;
    for (size_t i = 0; i < knowledge_count(knowledge); i++) {
        const struct api *api = knowledge_at(knowledge, i);
        if (!can_wait(api))
            continue;
        waiting++;
        if (api->origin == API_UNREVIEWED || !*api->source)
            fail_msg("%s can wait and has no source", api->name);
        if (mostly_waits(api) && !api->async_form)
            fail_msg("%s waits and nothing is said of an async form", api->name);
    }
    assert_true(waiting > 400);
    knowledge_free(knowledge);
}

static void the_last_variant_of_costs_has_no_condition(void **state)
{
    (void)state;
    struct knowledge *knowledge = shipped();
    for (size_t i = 0; i < knowledge_count(knowledge); i++) {
        const struct api *api = knowledge_at(knowledge, i);
        if (api->cost_count && api->costs[api->cost_count - 1].when_count)
            fail_msg("%s: the last variant has a condition", api->name);
        if (api->origin != API_UNREVIEWED && !api->cost_count)
            fail_msg("%s: written, but without a cost", api->name);
    }
    knowledge_free(knowledge);
}

static void every_profile_sets_every_quantity(void **state)
{
    static const char *const wanted[] = {"server-lan", "server-wan", "cold-cache"};
    (void)state;
    struct knowledge *knowledge = shipped();
    assert_int_equal(knowledge_profile_count(knowledge), 3);
    for (unsigned i = 0; i < 3; i++) {
        const struct profile *profile = knowledge_profile(knowledge, wanted[i]);
        assert_non_null(profile);
        assert_true(*profile->source && *profile->description);
        for (unsigned quantity = 0; quantity < QUANTITY_COUNT; quantity++)
            if (!(profile->quantities[quantity].median > 0) || profile->quantities[quantity].spread < 0)
                fail_msg("%s: %s", wanted[i], quantity_names[quantity]);
        for (unsigned family = 0; family < FD_FAMILY_COUNT; family++) {
            double sum = 0;
            for (unsigned kind = 0; kind < FD_KIND_COUNT; kind++)
                sum += profile->fd_priors[family].kinds[kind];
            assert_near(sum, 1);
        }
    }
    knowledge_free(knowledge);
}

static void every_statement_of_the_manual_pages_is_there(void **state)
{
    (void)state;
    struct knowledge *knowledge = shipped();
    unsigned from_pages = 0;
    for (name_id name = 0; name < knowledge->symbols.count; name++)
        if (knowledge->symbols.items[name].attribute) {
            const struct api *api = knowledge_find(knowledge, names_string(&knowledge->names, name));
            assert_non_null(api);
            if (api->thread_safety == THREAD_SAFETY_UNKNOWN)
                fail_msg("%s: the page's statement is lost", api->name);
            from_pages++;
        }
    assert_int_equal(from_pages, 1345);
    const struct api *strtok_entry = knowledge_find(knowledge, "strtok");
    assert_int_equal(strtok_entry->thread_safety, THREAD_UNSAFE);
    assert_string_equal(strtok_entry->thread_safety_tags, "race:strtok");
    assert_string_equal(strtok_entry->thread_safety_source, "strtok(3), man-pages 6.03");
    assert_string_equal(knowledge_find(knowledge, "bindresvport")->safe_since, "glibc 2.17");
    knowledge_free(knowledge);
}

static void cost_of(const struct knowledge *knowledge, const char *name, struct api_cost *cost)
{
    const struct api *api = knowledge_find(knowledge, name);
    if (!api)
        fail_msg("%s is not known", name);
    knowledge_cost(api, knowledge_profile(knowledge, "server-lan"), NULL, 0, cost);
}

static double all_waits(const struct api_cost *cost)
{
    double sum = 0;
    for (unsigned kind = 0; kind < WAIT_COUNT; kind++)
        sum += cost->wait[kind].median;
    return sum;
}

/* Cached files are the processor's work; what is waited for as a rule is not. The names are examples of each kind. */
static void costs_are_of_the_right_kind(void **state)
{
    static const char *const computing[] = {"memcpy", "fread", "fgets",  "printf", "pread64", "stat",   "open",
                                            "malloc", "qsort", "strtol", "sinf",   "SHA256",  "deflate"};
    static const char *const waiting[] = {
        "recv",   "fsync",  "poll",     "getaddrinfo",       "sleep",  "waitpid", "connect",  "accept",
        "PQexec", "usleep", "sem_wait", "curl_easy_perform", "system", "select",  "SSL_read", "tcdrain"};
    (void)state;
    struct knowledge *knowledge = shipped();
    struct api_cost cost;
    for (size_t i = 0; i < sizeof computing / sizeof *computing; i++) {
        cost_of(knowledge, computing[i], &cost);
        if (all_waits(&cost) > 0.3 * (all_waits(&cost) + cost.cpu.median))
            fail_msg("%s: cpu %g, waits %g", computing[i], cost.cpu.median, all_waits(&cost));
    }
    for (size_t i = 0; i < sizeof waiting / sizeof *waiting; i++) {
        cost_of(knowledge, waiting[i], &cost);
        if (all_waits(&cost) < 0.7 * (all_waits(&cost) + cost.cpu.median))
            fail_msg("%s: cpu %g, waits %g", waiting[i], cost.cpu.median, all_waits(&cost));
    }
    knowledge_free(knowledge);
}

/* The order of names is what knowledge_at promises. */
static void entries_are_in_the_order_of_their_names(void **state)
{
    (void)state;
    struct knowledge *knowledge = shipped();
    for (size_t i = 1; i < knowledge_count(knowledge); i++)
        assert_true(strcmp(knowledge_at(knowledge, i - 1)->name, knowledge_at(knowledge, i)->name) < 0);
    knowledge_free(knowledge);
}

static void loading_is_fast_enough_not_to_be_noticed(void **state)
{
    (void)state;
    if (getenv("SANITIZED"))
        skip();
    double best = INFINITY;
    for (int i = 0; i < 5; i++) {
        clock_t begin = clock();
        knowledge_free(shipped());
        best = fmin(best, (double)(clock() - begin) / CLOCKS_PER_SEC);
    }
    assert_true(best < 0.06); /* goal: 0.015; the rest is for slow and busy machines and builds without optimisation */
}

static void only_what_costs_look_at_matters(void **state)
{
    (void)state;
    struct problems problems = {0};
    struct knowledge *knowledge = knowledge_load(SHIPPED, &problems);
    const struct api *reads = knowledge_find(knowledge, "read"), *sorts = knowledge_find(knowledge, "qsort");
    const struct api *duplicates = knowledge_find(knowledge, "dup");
    assert_true(knowledge_argument_matters(reads, 0));
    assert_false(knowledge_argument_matters(reads, 1)); /* where to */
    assert_true(knowledge_argument_matters(reads, 2));
    assert_false(knowledge_argument_matters(reads, 3)); /* there is none */
    assert_false(knowledge_argument_matters(reads, 40));
    assert_true(knowledge_argument_matters(sorts, 3));      /* is called */
    assert_true(knowledge_argument_matters(duplicates, 0)); /* comes out again */
    assert_int_equal(knowledge_arguments_of_cost(sorts) >> 3 & 1, 0);
    knowledge_free(knowledge);
    problems_free(&problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_costs_look_at_matters),
        cmocka_unit_test(what_can_wait_has_a_source_and_an_async_form_or_none),
        cmocka_unit_test(the_last_variant_of_costs_has_no_condition),
        cmocka_unit_test(every_profile_sets_every_quantity),
        cmocka_unit_test(every_statement_of_the_manual_pages_is_there),
        cmocka_unit_test(costs_are_of_the_right_kind),
        cmocka_unit_test(entries_are_in_the_order_of_their_names),
        cmocka_unit_test(loading_is_fast_enough_not_to_be_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What one call costs: predicates, sizes, tails, time-outs, descriptors, mixtures. The small profile has no spreads, so
 * that sums can be checked by hand. */
#include "helpers.h"

#define ARGUMENTS(...)                                                                                                 \
    (struct api_argument[]){__VA_ARGS__}, sizeof((struct api_argument[]){__VA_ARGS__}) / sizeof(struct api_argument)
#define NOTHING NULL, 0
#define CONSTANT(value) {.constant_known = true, .constant = (value)}
#define SEEN(bits) {.fds = (bits), .fds_complete = true}
#define UNKNOWN {.constant_known = false}

static struct api_cost cost(const struct knowledge *knowledge, const char *name, const struct api_argument *arguments,
                            size_t count)
{
    struct api_cost cost;
    const struct api *api = knowledge_find(knowledge, name);
    assert_non_null(api);
    knowledge_cost(api, knowledge_profile_at(knowledge, 0), arguments, (unsigned)count, &cost);
    return cost;
}

static void sizes_come_from_arguments(void **state)
{
    (void)state;
    struct knowledge *knowledge = good_small("source: s\nfunctions:\n"
                                             "  copy(n): {cpu: 10 ns + copy-byte * n}\n"
                                             "  block(size, count): {cpu: 10 ns + copy-byte * size * count}\n"
                                             "  text(s): {cpu: scan-byte * strlen(s)}\n"
                                             "  some(): {cpu: 2 copy-byte * unknown}\n");
    assert_near(cost(knowledge, "copy", ARGUMENTS(CONSTANT(5))).cpu.median, 20);
    assert_near(cost(knowledge, "copy", NOTHING).cpu.median, 2010);
    assert_near(cost(knowledge, "copy", ARGUMENTS(CONSTANT(-1))).cpu.median, 2010);
    struct api_argument expected = {.expected_known = true, .expected = 5};
    struct api_cost about = cost(knowledge, "copy", &expected, 1);
    assert_true(about.cpu.median > 20 && about.cpu.median < 25 && about.cpu.spread > 0.2);
    assert_near(cost(knowledge, "block", ARGUMENTS(CONSTANT(5), CONSTANT(6))).cpu.median, 70);
    assert_near(cost(knowledge, "block", ARGUMENTS(CONSTANT(5))).cpu.median, 2010);
    assert_near(cost(knowledge, "text", ARGUMENTS({.string = "twelve bytes"})).cpu.median, 12);
    assert_near(cost(knowledge, "text", NOTHING).cpu.median, 20);
    assert_near(cost(knowledge, "some", NOTHING).cpu.median, 4000);
    knowledge_free(knowledge);
}

static void the_first_variant_that_holds_counts(void **state)
{
    (void)state;
    struct knowledge *knowledge = good_small("source: s\nfunctions:\n"
                                             "  f(x):\n    costs:\n"
                                             "      - {when: x is 1, cpu: 1 ns}\n"
                                             "      - {when: x has O_NONBLOCK|2, cpu: 2 ns}\n"
                                             "      - {when: x above 5000, cpu: 3 ns}\n"
                                             "      - {when: x below 0, cpu: 4 ns}\n"
                                             "      - {when: x lacks 4 and x is-not 8, cpu: 5 ns}\n"
                                             "      - {cpu: 6 ns}\n"
                                             "  s(path):\n    costs:\n"
                                             "      - {when: path starts-with /dev/, cpu: 1 ns}\n"
                                             "      - {when: path is NULL, cpu: 2 ns}\n"
                                             "      - {cpu: 3 ns}\n");
    static const struct {
        int64_t x;
        double ns;
    } cases[] = {{1, 1}, {0x802, 2}, {0x800, 5}, {6000, 3}, {-3, 4}, {8, 6}, {4, 6}, {16, 5}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_near(cost(knowledge, "f", ARGUMENTS(CONSTANT(cases[i].x))).cpu.median, cases[i].ns);
    assert_near(cost(knowledge, "s", ARGUMENTS({.string = "/dev/null"})).cpu.median, 1);
    assert_near(cost(knowledge, "s", ARGUMENTS({.string = "/tmp/x"})).cpu.median, 3);
    assert_near(cost(knowledge, "s", ARGUMENTS(CONSTANT(0))).cpu.median, 0.02 * 1 + 0.98 * 2);
    knowledge_free(knowledge);
}

static void unknown_arguments_mix_the_variants(void **state)
{
    (void)state;
    struct knowledge *knowledge = good_small("source: s\nfunctions:\n"
                                             "  f(x):\n    costs:\n"
                                             "      - {when: x is 1 likely 0.25, cpu: 100 ns}\n"
                                             "      - {cpu: 20 ns, wait: sleep for 400 ns}\n");
    struct api_cost mixed = cost(knowledge, "f", NOTHING);
    assert_near(mixed.cpu.median, 0.25 * 100 + 0.75 * 20);
    assert_near(mixed.wait[WAIT_SLEEP].median, 300);
    assert_near(mixed.wait_certain, 0.75);
    /* the log-normal with the mixture's second moment: s² = ln(E[x²] / E[x]²) */
    assert_near(mixed.wait[WAIT_SLEEP].spread, sqrt(log(0.75 * 400 * 400 / (300.0 * 300))));
    struct api_cost known = cost(knowledge, "f", ARGUMENTS(CONSTANT(7)));
    assert_near(known.wait[WAIT_SLEEP].spread, 0);
    assert_near(known.wait_certain, 1);
    knowledge_free(knowledge);
}

static void tails_and_time_outs(void **state)
{
    (void)state;
    struct knowledge *knowledge = good_small("source: s\nfunctions:\n"
                                             "  rare(): {cpu: call, wait: disk or disk-read-miss of disk-read-wait}\n"
                                             "  both(): {cpu: call, wait: dns for 1 ms or 0.5 of 3 ms}\n"
                                             "  spread(): {cpu: call, wait: dns for 1 ms ~ 1}\n"
                                             "  bounded(t): {cpu: call, wait: idle for 1 ms ~ 1 at-most 1 us * t}\n"
                                             "  nap(s): {cpu: call, wait: sleep for 1 s * s}\n");
    assert_near(cost(knowledge, "rare", NOTHING).wait[WAIT_DISK].median, 1000);
    assert_near(cost(knowledge, "rare", NOTHING).wait_certain, 0.01);
    assert_near(cost(knowledge, "both", NOTHING).wait[WAIT_DNS].median, 2e6);
    assert_near(cost(knowledge, "spread", NOTHING).wait[WAIT_DNS].median, 1e6 * exp(0.5));
    assert_near(cost(knowledge, "spread", NOTHING).wait[WAIT_DNS].spread, 1);
    double whole = cost(knowledge, "bounded", NOTHING).wait[WAIT_IDLE].median;
    double cut = cost(knowledge, "bounded", ARGUMENTS(CONSTANT(1000))).wait[WAIT_IDLE].median;
    assert_near(whole, 1e6 * exp(0.5));
    assert_near(cut, 1e6 * (exp(0.5) * 0.158655 + 0.5)); /* E[min(X, median)] = e^(s²/2) Φ(-s) + 1/2 */
    assert_near(cost(knowledge, "bounded", ARGUMENTS(CONSTANT(-1))).wait[WAIT_IDLE].median, whole);
    struct api_cost at_once = cost(knowledge, "bounded", ARGUMENTS(CONSTANT(0)));
    assert_near(at_once.wait[WAIT_IDLE].median, 0);
    assert_near(at_once.wait_certain, 0);
    assert_near(cost(knowledge, "nap", ARGUMENTS(CONSTANT(2))).wait[WAIT_SLEEP].median, 2e9);
    assert_near(cost(knowledge, "nap", NOTHING).wait[WAIT_SLEEP].median, 7e6);
    knowledge_free(knowledge);
}

static void descriptors_decide_what_is_waited_for(void **state)
{
    (void)state;
    struct knowledge *knowledge = good_small("source: s\nfunctions:\n"
                                             "  get(fd):\n    costs:\n"
                                             "      - {when: fd on any non-blocking, cpu: 1 us}\n"
                                             "      - {when: fd on disk, cpu: 2 us}\n"
                                             "      - {cpu: 3 us, wait: kind-of(fd) for 1 ms}\n"
                                             "  receive(fd:socket): {cpu: call, wait: kind-of(fd) for 1 ms}\n");
    struct api_cost unknown = cost(knowledge, "get", NOTHING);
    assert_near(unknown.cpu.median, 200 + 800 + 1200); /* 0.2 non-blocking, of the rest half disk, half network */
    assert_near(unknown.wait[WAIT_NETWORK].median, 400e3);
    assert_near(unknown.wait_certain, 0.4);
    struct api_cost pipe = cost(knowledge, "get", ARGUMENTS(SEEN(FD_BIT(FD_PIPE, false))));
    assert_near(pipe.wait[WAIT_PIPE].median, 1e6);
    assert_near(pipe.wait[WAIT_NETWORK].median, 0);
    assert_near(pipe.cpu.median, 3000);
    struct api_cost silent = cost(knowledge, "get", ARGUMENTS(SEEN(FD_BIT(FD_NETWORK, true))));
    assert_near(silent.wait_certain, 0);
    assert_near(silent.cpu.median, 1000);
    fd_bits both = FD_BIT(FD_NETWORK, false) | FD_BIT(FD_PIPE, false);
    struct api_cost two = cost(knowledge, "get", ARGUMENTS(SEEN(both))); /* the prior says network, sight says both */
    assert_near(two.wait[WAIT_PIPE].median, 250e3);
    assert_near(two.wait[WAIT_NETWORK].median, 750e3);
    struct api_argument maybe = {.fds = FD_BIT(FD_PIPE, false)};
    struct api_cost incomplete = cost(knowledge, "get", &maybe, 1);
    assert_near(incomplete.wait[WAIT_PIPE].median, 1e6);
    assert_near(cost(knowledge, "receive", NOTHING).wait[WAIT_NETWORK].median, 1e6);
    knowledge_free(knowledge);
}

static void two_descriptors_are_weighed_together(void **state)
{
    (void)state;
    struct knowledge *knowledge = good_small("source: s\nfunctions:\n"
                                             "  move(from, to):\n    costs:\n"
                                             "      - {when: from on disk and to on network blocking, cpu: 100 ns}\n"
                                             "      - {cpu: 10 ns}\n");
    assert_near(cost(knowledge, "move", NOTHING).cpu.median, 0.5 * 0.4 * 100 + 0.8 * 10);
    assert_near(
        cost(knowledge, "move", ARGUMENTS(SEEN(FD_BIT(FD_DISK, false)), SEEN(FD_BIT(FD_NETWORK, false)))).cpu.median,
        100);
    knowledge_free(knowledge);
}

static void shapes_bind_their_parameters(void **state)
{
    (void)state;
    struct knowledge *knowledge = good_small("source: s\n"
                                             "shapes:\n"
                                             "  moves(n, flags):\n"
                                             "    - {when: flags has NOWAIT, cpu: 1 ns}\n"
                                             "    - {cpu: 1 ns * n}\n"
                                             "functions:\n"
                                             "  f(a, size, bits): {cost: \"moves(size, bits)\"}\n"
                                             "  g(size): {cost: \"moves(size, _)\"}\n"
                                             "  h(bits): {cost: \"moves(_, bits)\"}\n");
    assert_near(cost(knowledge, "f", ARGUMENTS(UNKNOWN, CONSTANT(30), CONSTANT(0))).cpu.median, 30);
    assert_near(cost(knowledge, "f", ARGUMENTS(UNKNOWN, CONSTANT(30), CONSTANT(1))).cpu.median, 1);
    assert_near(cost(knowledge, "g", ARGUMENTS(CONSTANT(30))).cpu.median, 30);
    assert_near(cost(knowledge, "h", ARGUMENTS(CONSTANT(0))).cpu.median, 1000);
    knowledge_free(knowledge);
}

static void what_nobody_read_up_is_a_short_call_with_a_wide_spread(void **state)
{
    (void)state;
    struct problems problems = {0};
    struct small small = {.attributes = "\"MT-Safe\": {a(3): [a]}\n", .api = "functions:\n  b(): {source: s}\n"};
    struct knowledge *knowledge = load_small(&small, &problems);
    struct api_cost a = cost(knowledge, "a", NOTHING);
    assert_int_equal(knowledge_find(knowledge, "a")->origin, API_UNREVIEWED);
    assert_near(a.cpu.spread, 2);
    assert_near(cost(knowledge, "b", NOTHING).cpu.median, 10);
    assert_near(cost(knowledge, "b", NOTHING).cpu.spread, 0);
    problems_free(&problems);
    knowledge_free(knowledge);
}

static void effects_are_likely_as_their_conditions(void **state)
{
    (void)state;
    struct knowledge *knowledge =
        good_small("source: s\nfunctions:\n"
                   "  opener(path, flags): {cpu: call, effects: [opens device if path starts-with /dev/, opens pipe if "
                   "flags has 2, "
                   "opens disk, allocates]}\n"
                   "  sort(n, f): {cpu: call, effects: [calls f during times n log with n at 2]}\n"
                   "  visit(n, f): {cpu: 2 ns * n, effects: [calls f during times n]}\n"
                   "  clear(n): {cpu: 2 ns * n}\n"
                   "  search(n, f): {cpu: call, effects: [calls f during times log n]}\n"
                   "  each(f): {cpu: call, effects: [calls f during times unknown, calls f field member signal]}\n");
    const struct api *opener = knowledge_find(knowledge, "opener");
    struct api_argument known[] = {{.string = "/dev/tty"}, CONSTANT(0)};
    assert_near(knowledge_effect_likely(&opener->effects[0], known, 2), 1);
    assert_near(knowledge_effect_likely(&opener->effects[2], known, 2), 0);
    known[0].string = "/home";
    assert_near(knowledge_effect_likely(&opener->effects[2], known, 2), 1);
    assert_near(knowledge_effect_likely(&opener->effects[2], NULL, 0), 0.98 * 0.9);
    assert_near(knowledge_effect_likely(&opener->effects[3], NULL, 0), 1);
    const struct profile *profile = knowledge_profile_at(knowledge, 0);
    const struct effect *sort = &knowledge_find(knowledge, "sort")->effects[0];
    struct api_argument count = CONSTANT(8);
    assert_near(knowledge_callback_times(sort, profile, &count, 1).median, 24);
    const struct effect *search = &knowledge_find(knowledge, "search")->effects[0];
    assert_near(knowledge_callback_times(search, profile, &count, 1).median, 3);
    assert_int_equal(sort->data_argument, 0);
    assert_int_equal(sort->data_position, 2);
    const struct effect *each = knowledge_find(knowledge, "each")->effects;
    assert_near(knowledge_callback_times(&each[0], profile, NULL, 0).median, 100);
    assert_int_equal(each[1].when, CALLBACK_SIGNAL);
    /* what says how often a callback is called counts items, not bytes */
    assert_near(cost(knowledge, "visit", NOTHING).cpu.median, 2 * 100);
    assert_near(cost(knowledge, "clear", NOTHING).cpu.median, 2 * 1000);
    assert_string_equal(each[1].field, "member");
    knowledge_free(knowledge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_come_from_arguments),
        cmocka_unit_test(the_first_variant_that_holds_counts),
        cmocka_unit_test(unknown_arguments_mix_the_variants),
        cmocka_unit_test(tails_and_time_outs),
        cmocka_unit_test(descriptors_decide_what_is_waited_for),
        cmocka_unit_test(two_descriptors_are_weighed_together),
        cmocka_unit_test(shapes_bind_their_parameters),
        cmocka_unit_test(what_nobody_read_up_is_a_short_call_with_a_wide_spread),
        cmocka_unit_test(effects_are_likely_as_their_conditions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

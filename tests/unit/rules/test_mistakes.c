/* Every kind of mistake in a rule file: the exact message, with its place; and the rest of the file is loaded. */
#include "helpers.h"

/* Three lines of a good rule; what follows begins on line 4. */
#define HEAD "rules:\n  - id: a\n    summary: s\n"
#define WHEN "    when: {class: io}\n"
#define EFFECT "    recommend: async\n    weight: 5\n"
#define BECAUSE "    because: b\n"

struct mistake {
    const char *yaml;
    const char *message;
};

static const struct mistake file_mistakes[] = {
    {"", "rules.yaml: error: the file is empty; a rule file is `rules:` and a list of rules\n"},
    {"- a\n", "rules.yaml:1:1: error: a rule file must be a map (key: value), and here is a list\n"},
    {"rule: []\n", "rules.yaml:1:1: error: a rule file has no key \"rule\"; did you mean \"rules\"?\n"
                   "rules.yaml:1:1: error: no list of rules; a rule file is `rules:` and a list of rules\n"},
    {"rules: 5\n", "rules.yaml:1:8: error: no list of rules; a rule file is `rules:` and a list of rules\n"},
    {"rules:\n  - 5\n", "rules.yaml:2:5: error: a rule must be a map (key: value), and here is \"5\"\n"},
};

static const struct mistake rule_mistakes[] = {
    {"rules:\n  - summary: s\n" WHEN EFFECT BECAUSE,
     "rules.yaml:2:5: error: a rule has no `id`; for example id: native-cpu-threading\n"},
    {"rules:\n  - id: R001\n    summary: s\n" WHEN EFFECT BECAUSE,
     "rules.yaml:2:9: error: the id \"R001\" is no name of small letters, digits and hyphens; for example "
     "native-cpu-threading\n"},
    {"rules:\n  - id: a\n" WHEN EFFECT BECAUSE,
     "rules.yaml:2:5: error: rule \"a\" has no `summary`; one line for lists\n"},
    {"rules:\n  - id: a\n    summary: [s]\n" WHEN EFFECT BECAUSE,
     "rules.yaml:3:14: error: summary must be a string, and here is a list\n"},
    {"rules:\n  - id: a\n    summary: ''\n" WHEN EFFECT BECAUSE, "rules.yaml:3:14: error: `summary` is empty\n"},
    {HEAD WHEN EFFECT BECAUSE "    becuase: b\n",
     "rules.yaml:8:5: error: a rule has no key \"becuase\"; did you mean \"because\"?\n"},
    {HEAD WHEN EFFECT BECAUSE "    cost: b\n", "rules.yaml:8:5: error: a rule has no key \"cost\"; it may have: id, "
                                               "summary, why, when, recommend, forbid, report, "
                                               "weight, because, do\n"},
    {HEAD WHEN EFFECT,
     "rules.yaml:2:5: error: rule \"a\" has no `because`; every rule names the facts that made it fire\n"},
    {HEAD EFFECT BECAUSE, "rules.yaml:2:5: error: rule \"a\" has no `when`; say which facts make the rule fire\n"},
    {HEAD WHEN BECAUSE,
     "rules.yaml:2:5: error: rule \"a\" needs one of `recommend`, `forbid` and `report`, and only one\n"},
    {HEAD WHEN EFFECT BECAUSE "    forbid: hybrid\n",
     "rules.yaml:2:5: error: rule \"a\" needs one of `recommend`, `forbid` and `report`, and only one\n"},
    {HEAD WHEN BECAUSE "    recommend: async\n",
     "rules.yaml:2:5: error: rule \"a\" has no `weight`; of the recommendations that fire the heaviest counts\n"},
    {HEAD WHEN BECAUSE "    recommend: async\n    weight: 0\n",
     "rules.yaml:7:13: error: `weight` is from 1 to 100, not 0\n"},
    {HEAD WHEN BECAUSE "    recommend: async\n    weight: heavy\n",
     "rules.yaml:7:13: error: weight must be a whole number (decimal, or hexadecimal after 0x), and here is "
     "\"heavy\"\n"},
    {HEAD WHEN BECAUSE "    forbid: async\n    weight: 5\n",
     "rules.yaml:7:13: error: `weight` orders recommendations; rule \"a\" has none; leave it out\n"},
    {HEAD WHEN BECAUSE "    recommend: greenlets\n    weight: 5\n",
     "rules.yaml:6:16: error: `recommend` cannot be \"greenlets\"; one of: serial, threading, multiprocessing, async, "
     "hybrid\n"},
    {HEAD WHEN BECAUSE "    recommend: [async, hybrid]\n    weight: 5\n",
     "rules.yaml:6:16: error: recommend must be a string, and here is a list\n"},
    {HEAD WHEN BECAUSE "    forbid: [async, hybird]\n",
     "rules.yaml:6:21: error: `forbid` cannot be \"hybird\"; did you mean \"hybrid\"?\n"},
    {HEAD WHEN BECAUSE "    forbid: []\n", "rules.yaml:6:13: error: `forbid` is empty\n"},
    {HEAD WHEN BECAUSE "    forbid: [async, async]\n", "rules.yaml:6:21: error: `forbid` names \"async\" twice\n"},
    {HEAD WHEN BECAUSE "    forbid: serial\n",
     "rules.yaml:6:13: error: serial cannot be forbidden: it is what remains; forbid the others, or recommend one with "
     "more weight\n"},
    {HEAD WHEN BECAUSE "    report: waring\n",
     "rules.yaml:6:13: error: `report` cannot be \"waring\"; did you mean \"warning\"?\n"},
    {HEAD WHEN EFFECT BECAUSE "  - id: a\n    summary: s\n" WHEN EFFECT BECAUSE,
     "rules.yaml:8:9: error: two rules have the id \"a\"; the first is at rules.yaml:2; give this one another id\n"},
};

static const struct mistake condition_mistakes[] = {
    {HEAD "    when: {}\n" EFFECT BECAUSE,
     "rules.yaml:4:11: error: a condition is a map of facts, or of all, any, not; for example {class: io}\n"},
    {HEAD "    when:\n" EFFECT BECAUSE,
     "rules.yaml:4:10: error: a condition is a map of facts, or of all, any, not; for example {class: io}\n"},
    {HEAD "    when: {all: []}\n" EFFECT BECAUSE,
     "rules.yaml:4:17: error: `all` needs a list of conditions; write each condition as a list item: - class: io\n"},
    {HEAD "    when: {any: {class: io}}\n" EFFECT BECAUSE,
     "rules.yaml:4:17: error: `any` needs a list of conditions; write each condition as a list item: - class: io\n"},
    {HEAD "    when: {not: io}\n" EFFECT BECAUSE,
     "rules.yaml:4:17: error: a condition is a map of facts, or of all, any, not; for example {class: io}\n"},
    {HEAD "    when: {clas: io}\n" EFFECT BECAUSE,
     "rules.yaml:4:12: error: unknown fact \"clas\"; did you mean \"class\"?\n"},
    {HEAD "    when: {every: [{class: io}]}\n" EFFECT BECAUSE,
     "rules.yaml:4:12: error: unknown fact \"every\"; `concadvise rule --all` lists the facts\n"},
    {HEAD "    when: {colour_of_the_bike_shed: io}\n" EFFECT BECAUSE,
     "rules.yaml:4:12: error: unknown fact \"colour_of_the_bike_shed\"; `concadvise rule --all` lists the facts\n"},
    {HEAD "    when: {class: mixd}\n" EFFECT BECAUSE,
     "rules.yaml:4:19: error: \"class\" is never \"mixd\"; did you mean \"mixed\"?\n"},
    {HEAD "    when: {gil: [held, freed]}\n" EFFECT BECAUSE,
     "rules.yaml:4:24: error: \"gil\" is never \"freed\"; one of: none, held, released, partial, conditional\n"},
    {HEAD "    when: {class: {at_least: 5}}\n" EFFECT BECAUSE,
     "rules.yaml:4:19: error: \"class\" is compared with one word or a list of words; or ask only whether it is there: "
     "{present: true}\n"},
    {HEAD "    when: {class: []}\n" EFFECT BECAUSE,
     "rules.yaml:4:19: error: \"class\" is compared with one word or a list of words; or ask only whether it is there: "
     "{present: true}\n"},
    {HEAD "    when: {blocking_call: [[recv]]}\n" EFFECT BECAUSE,
     "rules.yaml:4:28: error: \"blocking_call\" is compared with one text or a list of texts; or ask only whether it "
     "is "
     "there: {present: true}\n"},
    {HEAD "    when: {enough_work: yes}\n" EFFECT BECAUSE,
     "rules.yaml:4:25: error: enough_work must be true or false, and here is \"yes\"\n"},
    {HEAD "    when: {k: many}\n" EFFECT BECAUSE, "rules.yaml:4:15: error: k must be a number, and here is \"many\"\n"},
    {HEAD "    when: {k: [1, 2]}\n" EFFECT BECAUSE,
     "rules.yaml:4:15: error: \"k\" is compared with a number, or at_least and below; or ask only whether it is there: "
     "{present: true}\n"},
    {HEAD "    when: {k: {atleast: 5}}\n" EFFECT BECAUSE,
     "rules.yaml:4:16: error: k has no key \"atleast\"; did you mean \"at_least\"?\n"},
    {HEAD "    when: {k: {at_least: few}}\n" EFFECT BECAUSE,
     "rules.yaml:4:26: error: at_least must be a number, and here is \"few\"\n"},
    {HEAD "    when: {k: {at_least: 9, below: 5}}\n" EFFECT BECAUSE,
     "rules.yaml:4:15: error: no number is at least 9 and below 5: the rule could never fire\n"},
    {HEAD "    when: {k: {}}\n" EFFECT BECAUSE,
     "rules.yaml:4:15: error: \"k\" is compared with a number, or at_least and below; or ask only whether it is there: "
     "{present: true}\n"},
    {HEAD "    when: {k: {present: true, below: 5}}\n" EFFECT BECAUSE,
     "rules.yaml:4:15: error: \"k\" is compared with a number, or at_least and below; or ask only whether it is there: "
     "{present: true}\n"},
    {HEAD "    when: {gil: {present: maybe}}\n" EFFECT BECAUSE,
     "rules.yaml:4:27: error: present must be true or false, and here is \"maybe\"\n"},
    {HEAD "    when: {all: [{class: io}, {class: [cpu, mixed]}]}\n" EFFECT BECAUSE,
     "rules.yaml:4:31: error: this contradicts another condition on \"class\": the rule could never fire; did you mean "
     "`any`?\n"},
    {HEAD "    when: {all: [{k: {below: 5}}, {k: {at_least: 5}}]}\n" EFFECT BECAUSE,
     "rules.yaml:4:35: error: this contradicts another condition on \"k\": the rule could never fire; did you mean "
     "`any`?\n"},
    {HEAD "    when: {all: [{gil: {present: false}}, {gil: held}]}\n" EFFECT BECAUSE,
     "rules.yaml:4:43: error: this contradicts another condition on \"gil\": the rule could never fire; did you mean "
     "`any`?\n"},
    {HEAD "    when: {class: io, class: cpu}\n" EFFECT BECAUSE,
     "rules.yaml:4:23: error: the key \"class\" is already on line 4; remove one of them\n"},
};

static const struct mistake template_mistakes[] = {
    {HEAD WHEN EFFECT "    because: 'for {cpu_n}'\n",
     "rules.yaml:7:14: error: because: unknown fact \"cpu_n\" in the text; did you mean {cpu_ns}?\n"},
    {HEAD WHEN EFFECT "    because: 'for {the_moon}'\n", "rules.yaml:7:14: error: because: unknown fact \"the_moon\" "
                                                         "in the text; `concadvise rule --all` lists the facts\n"},
    {HEAD WHEN EFFECT "    because: 'for {cpu_ns:durations}'\n",
     "rules.yaml:7:14: error: because: unknown format \"durations\" in the text; did you mean \"duration\"?\n"},
    {HEAD WHEN EFFECT "    because: 'for {class:percent}'\n",
     "rules.yaml:7:14: error: because: {class:percent}, but \"class\" is no number; write {class}\n"},
    {HEAD WHEN EFFECT "    because: 'for {cpu_ns'\n",
     "rules.yaml:7:14: error: because: a { without its }; write {{ for the brace itself\n"},
    {HEAD WHEN EFFECT "    because: 'for cpu_ns}'\n",
     "rules.yaml:7:14: error: because: a } without its {; write }} for the brace itself\n"},
    {HEAD WHEN EFFECT "    because: 'for [{k}'\n",
     "rules.yaml:7:14: error: because: a [ without its ]; write [[ for the bracket itself\n"},
    {HEAD WHEN EFFECT "    because: 'for {k}]'\n",
     "rules.yaml:7:14: error: because: a ] without its [; write ]] for the bracket itself\n"},
    {HEAD WHEN EFFECT "    because: '[for [{k}]]'\n",
     "rules.yaml:7:14: error: because: a [ within [ ]; write [[ for the bracket itself\n"},
    {HEAD WHEN EFFECT "    because: 'k[0]'\n",
     "rules.yaml:7:14: error: because: a [ ] without a fact in it; text between [ ] is left out if a fact in it is "
     "absent; write [[ for the bracket itself\n"},
    {HEAD WHEN EFFECT "    because: {k: 5}\n", "rules.yaml:7:14: error: because must be a string, and here is a map\n"},
    {HEAD WHEN EFFECT "    because: ''\n", "rules.yaml:7:14: error: because: the text is empty\n"},
    {HEAD WHEN EFFECT BECAUSE "    do: '{clas}'\n",
     "rules.yaml:8:9: error: do: unknown fact \"clas\" in the text; did you mean {class}?\n"},
};

/* The wrong rule is refused with this message, and a good rule that follows is loaded. */
static void check_mistakes(const struct mistake *mistakes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct problems problems = {0};
        struct rules *rules = rules_new();
        assert_false(add_rules(rules, mistakes[i].yaml, &problems));
        char *text = problems_text(&problems);
        assert_string_equal(text, mistakes[i].message);
        assert_true(problems.errors > 0);
        free(text);
        problems_free(&problems);
        rules_free(rules);
    }
}

static void mistakes_in_a_file(void **state)
{
    (void)state;
    check_mistakes(file_mistakes, sizeof file_mistakes / sizeof *file_mistakes);
}

static void mistakes_in_a_rule(void **state)
{
    (void)state;
    check_mistakes(rule_mistakes, sizeof rule_mistakes / sizeof *rule_mistakes);
}

static void mistakes_in_a_condition(void **state)
{
    (void)state;
    check_mistakes(condition_mistakes, sizeof condition_mistakes / sizeof *condition_mistakes);
}

static void mistakes_in_a_template(void **state)
{
    (void)state;
    check_mistakes(template_mistakes, sizeof template_mistakes / sizeof *template_mistakes);
}

static void every_mistake_of_a_rule_is_reported_and_the_rest_is_loaded(void **state)
{
    (void)state;
    struct problems problems = {0};
    struct rules *rules = rules_new();
    assert_false(add_rules(rules,
                           "rules:\n"
                           "  - id: wrong\n"
                           "    sumary: s\n"
                           "    when: {all: [{clas: io}, {k: many}]}\n"
                           "    recommend: asynk\n"
                           "    weight: 500\n"
                           "    because: '{moon}'\n"
                           "  - id: right\n"
                           "    summary: s\n" WHEN EFFECT BECAUSE,
                           &problems));
    char *text = problems_text(&problems);
    assert_string_equal(text, "rules.yaml:3:5: error: a rule has no key \"sumary\"; did you mean \"summary\"?\n"
                              "rules.yaml:4:19: error: unknown fact \"clas\"; did you mean \"class\"?\n"
                              "rules.yaml:4:34: error: k must be a number, and here is \"many\"\n"
                              "rules.yaml:5:16: error: `recommend` cannot be \"asynk\"; did you mean \"async\"?\n"
                              "rules.yaml:6:13: error: `weight` is from 1 to 100, not 500\n"
                              "rules.yaml:2:5: error: rule \"wrong\" has no `summary`; one line for lists\n"
                              "rules.yaml:7:14: error: because: unknown fact \"moon\" in the text; `concadvise rule "
                              "--all` lists the facts\n");
    assert_string_equal(rules_ids(rules)[0], "right");
    assert_null(rules_ids(rules)[1]);
    free(text);
    problems_free(&problems);
    rules_free(rules);
}

static void text_that_is_no_yaml(void **state)
{
    (void)state;
    struct problems problems = {0};
    struct rules *rules = rules_new();
    assert_false(add_rules(rules, "rules:\n  - id: [\n", &problems));
    assert_false(rules_add_file(rules, "/nonexistent.yaml", &problems));
    assert_int_equal(problems.errors, 2);
    char *text = problems_text(&problems);
    assert_true(string_starts_with(text, "rules.yaml:3:1: error: no YAML: "));
    assert_non_null(strstr(text, "\n/nonexistent.yaml: error: "));
    free(text);
    problems_free(&problems);
    rules_free(rules);
}

static void a_directory_that_cannot_be_read(void **state)
{
    (void)state;
    struct problems problems = {0};
    assert_null(rules_load("/nonexistent", &problems));
    assert_null(rules_load(CASES_DIRECTORY, &problems));
    char *text = problems_text(&problems);
    assert_string_equal(text, "/nonexistent: error: cannot read rules: No such file or directory\n" CASES_DIRECTORY
                              ": error: cannot read rules: no *.yaml in it\n");
    free(text);
    problems_free(&problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_in_a_file),
        cmocka_unit_test(mistakes_in_a_rule),
        cmocka_unit_test(mistakes_in_a_condition),
        cmocka_unit_test(mistakes_in_a_template),
        cmocka_unit_test(every_mistake_of_a_rule_is_reported_and_the_rest_is_loaded),
        cmocka_unit_test(text_that_is_no_yaml),
        cmocka_unit_test(a_directory_that_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

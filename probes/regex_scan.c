/* regex: compiles an expression and finds its matches. */
#include "probes/inputs.h"

#include <errno.h>
#include <regex.h>
#include <stdlib.h>

enum { POOL_SIZE = 1 << 16, PART_SIZE = 1 << 12 };

static int regex_prepare(struct concprobe_call *call)
{
    call->run = input_text(call, POOL_SIZE);
    return call->run ? 0 : ENOMEM;
}

static int regex_call(struct concprobe_call *call)
{
    regex_t expression;
    if (regcomp(&expression, "[a-z]+ing (over|among|the)", REG_EXTENDED) != 0)
        return ENOMEM;
    const char *text = (const char *)call->run + input_choice(call, 0, POOL_SIZE - PART_SIZE);
    regmatch_t match = {.rm_so = 0, .rm_eo = PART_SIZE};
    uint64_t found[2] = {0};
    while (regexec(&expression, text, 1, &match, REG_STARTEND) == 0) {
        found[0]++;
        found[1] += (uint64_t)match.rm_so;
        match = (regmatch_t){.rm_so = match.rm_eo, .rm_eo = PART_SIZE};
    }
    regfree(&expression);
    return concprobe_result(call, found, sizeof found);
}

const struct concprobe_probe probe_regex = {
    .abi = CONCPROBE_ABI,
    .name = "regex",
    .summary = "compiles a regular expression and finds its matches in 4 KiB",
    .stands_for = "filters, log scanners, input validation",
    .call = regex_call,
    .run_start = regex_prepare,
    .run_stop = input_free_run,
};

/* A run as the supervisor sees it; chambers inherit it by fork. */
#ifndef RUNTIME_RUN_H
#define RUNTIME_RUN_H

#include "runtime/ledger.h"

struct run {
    const struct concprobe_probe *probe;
    struct concprobe_options options; /* defaults filled in */
    unsigned cpus;
    size_t model_count;
    const struct execution_model **models; /* serial first: everything is compared with it */
    struct ledger ledger;
    uint64_t end_ns; /* when the budget is spent */
    bool *settled;   /* [level]: more rounds add nothing */
    bool *retired;   /* [level × model_count + model]: more rounds of this one add nothing */
};

/* How much of the run one chamber may do. */
struct chamber_plan {
    const struct run *run;
    unsigned restart;
    unsigned rounds;         /* at each level */
    unsigned restarts_to_go; /* this one included: shares the budget that is left */
};

/* Runs a restart: all levels in a chamber of its own. It writes into the ledger; what goes wrong is in ledger->error or
 * in the cells. */
void chamber_run(const struct chamber_plan *plan, struct ledger *ledger);

/* What the ledger says, as the user sees it. NULL where memory is out. */
struct concprobe_outcome *outcome_make(const struct run *run);

/* The rounds of one level as verdict.h wants them; free() .throughput, .corrected and .models. false: out of memory. */
bool verdict_input_make(const struct run *run, const struct ledger_level *level, struct verdict_input *input);
void verdict_input_free(struct verdict_input *input);

#endif

/* concprobe_print_json: what a run found, for programs (schema probe.schema.json). */
#include "base/json_writer.h"
#include "runtime/print.h"

#include <math.h>
#include <string.h>

static void put_count(struct json_writer *json, const char *key, uint64_t value)
{
    json_member_integer(json, key, (int64_t)value);
}

/* Left out where there is nothing to say. */
static void put_reason(struct json_writer *json, const char *reason)
{
    if (reason[0])
        json_member_string(json, "reason", reason);
}

static void put_estimate(struct json_writer *json, const char *key, double middle, double low, double high)
{
    json_key(json, key);
    json_object_begin(json);
    json_member_number(json, "value", middle);
    json_member_number(json, "low", low);
    json_member_number(json, "high", high);
    json_object_end(json);
}

static void put_latency(struct json_writer *json, const char *key, const struct concprobe_latency *latency)
{
    json_key(json, key);
    json_object_begin(json);
    json_member_number(json, "p50", latency->p50);
    json_member_number(json, "p90", latency->p90);
    json_member_number(json, "p99", latency->p99);
    json_member_number(json, "p99_9", latency->p999);
    json_member_number(json, "max", latency->max);
    json_object_end(json);
}

static void put_figures(struct json_writer *json, const struct concprobe_cell *cell)
{
    put_estimate(json, "calls_per_second", cell->calls_per_second, cell->low, cell->high);
    put_latency(json, "latency_ns", &cell->latency);
    put_latency(json, "corrected_latency_ns", &cell->corrected);
    json_member_number(json, "wall_ns", cell->wall_ns);
    json_member_number(json, "cpu_ns", cell->cpu_ns);
    json_member_number(json, "voluntary_switches", cell->voluntary);
    json_member_number(json, "involuntary_switches", cell->involuntary);
    json_member_number(json, "setup_ns", cell->setup_ns);
    json_member_number(json, "worker_bytes", cell->worker_bytes);
    json_member_number(json, "transfer_ns_per_kib", cell->transfer_ns_per_kib);
    json_member_number(json, "intercepted_calls", cell->intercepted);
    json_member_number(json, "tax_ns", cell->tax_ns);
    json_member_number(json, "corrected_calls_per_second", cell->corrected_calls_per_second);
}

static void put_cell(struct json_writer *json, const struct concprobe_cell *cell)
{
    json_object_begin(json);
    json_member_string(json, "variant", cell->model->name);
    json_member_string(json, "model", cell->model->model);
    json_member_boolean(json, "competes", cell->model->competes);
    put_count(json, "k", cell->k);
    json_member_string(json, "status", concprobe_status_names[cell->status]);
    put_reason(json, cell->reason);
    put_count(json, "rounds", cell->rounds);
    put_count(json, "restarts", cell->restarts);
    put_count(json, "calls", cell->calls);
    put_count(json, "failed_calls", cell->failed_calls);
    if (cell->status == CONCPROBE_MEASURED)
        put_figures(json, cell);
    json_object_end(json);
}

static void put_verdict(struct json_writer *json, const struct concprobe_verdict *verdict)
{
    static const char *const decisions[] = {"win", "tie", "inconclusive"};
    json_object_begin(json);
    put_count(json, "k", verdict->k);
    json_member_string(json, "decision", decisions[verdict->decision]);
    json_member_string(json, "best_variant", verdict->best ? verdict->best->name : NULL);
    json_member_string(json, "best_model", verdict->best ? verdict->best->model : NULL);
    put_estimate(json, "lead", verdict->lead, verdict->lead_low, verdict->lead_high);
    put_estimate(json, "over_serial", verdict->over_serial, verdict->over_serial_low, verdict->over_serial_high);
    json_member_number(json, "gauge", verdict->gauge);
    put_estimate(json, "same_model_twice", verdict->aa_ratio, verdict->aa_low, verdict->aa_high);
    put_reason(json, verdict->reason);
    json_object_end(json);
}

static void put_scaling(struct json_writer *json, const struct concprobe_scaling *scaling)
{
    json_object_begin(json);
    json_member_string(json, "variant", scaling->model->name);
    json_member_boolean(json, "fitted", scaling->fitted);
    put_reason(json, scaling->reason);
    if (scaling->fitted) {
        put_estimate(json, "lambda", scaling->lambda, scaling->lambda_low, scaling->lambda_high);
        put_estimate(json, "sigma", scaling->sigma, scaling->sigma_low, scaling->sigma_high);
        put_estimate(json, "kappa", scaling->kappa, scaling->kappa_low, scaling->kappa_high);
        json_member_number(json, "best_k", scaling->best_k);
    }
    json_object_end(json);
}

static void put_wait(struct json_writer *json, const struct concprobe_wait *wait)
{
    json_object_begin(json);
    json_member_string(json, "system_call", wait->name);
    json_member_number(json, "share", wait->share);
    json_member_number(json, "calls", wait->calls);
    json_object_end(json);
}

static void put_options(struct json_writer *json, const struct concprobe_options *options)
{
    static const char *const locks[] = {"none", "explicit", "at-block"};
    json_member_string(json, "lock", locks[options->lock]);
    put_count(json, "seed", options->seed);
    json_member_number(json, "budget_seconds", options->budget_seconds);
    json_member_number(json, "block_seconds", options->block_seconds);
    json_key(json, "concurrency");
    json_array_begin(json);
    for (size_t i = 0; i < options->concurrency_count; i++)
        json_integer(json, options->concurrency[i]);
    json_array_end(json);
}

#define PUT_ALL(json, key, put, items, count)                                                                          \
    do {                                                                                                               \
        json_key(json, key);                                                                                           \
        json_array_begin(json);                                                                                        \
        for (size_t item = 0; item < (count); item++)                                                                  \
            put(json, &(items)[item]);                                                                                 \
        json_array_end(json);                                                                                          \
    } while (false)

bool concprobe_print_json(const struct concprobe_outcome *outcome, FILE *stream)
{
    struct json_writer json;
    json_begin(&json, stream, true);
    json_object_begin(&json);
    put_count(&json, "version", 1);
    json_member_string(&json, "probe", outcome->probe->name);
    json_member_string(&json, "summary", outcome->probe->summary);
    json_member_string(&json, "stands_for", outcome->probe->stands_for);
    put_count(&json, "processors", outcome->cpus);
    put_options(&json, &outcome->options);
    json_member_string(&json, "class", outcome->class_name);
    json_member_number(&json, "wait_share", outcome->wait_share);
    PUT_ALL(&json, "waits", put_wait, outcome->waits, outcome->wait_count);
    PUT_ALL(&json, "verdicts", put_verdict, outcome->verdicts, outcome->verdict_count);
    PUT_ALL(&json, "cells", put_cell, outcome->cells, outcome->cell_count);
    PUT_ALL(&json, "scaling", put_scaling, outcome->scalings, outcome->scaling_count);
    if (outcome->error[0])
        json_member_string(&json, "error", outcome->error);
    json_object_end(&json);
    return json_finish(&json);
}

/* The walls around what a probe does: namespaces, a working directory of its own, limits, and where output goes.
 *
 * They keep accidents in, not attackers: a probe that means harm may leave. A wall that the machine forbids is left
 * out; what is never left out are separate processes, their limits, and the private directory.
 *
 * - user, mount, network, IPC and PID namespaces; the loopback is up and nothing else (unless needs_network)
 * - the file system is read-only but for the working directory (in memory, unless needs_disk), a private /dev/shm, and
 *   an overlay on /tmp whose changes are lost
 * - limits on memory, processes, descriptors, size of files; no core files; first choice of the OOM killer
 * - standard input and output are /dev/null, standard error is a file in memory that does not grow
 */
#ifndef RUNTIME_SANDBOX_H
#define RUNTIME_SANDBOX_H

#include "runtime/run.h"

/* Runs main(plan, ledger) in a process behind walls and waits for it; kills it where it passes
 * ledger->report->deadline_ns. Every process that it leaves behind ends. What went wrong is in ledger->report->error.
 */
void sandbox_run(const struct chamber_plan *plan, struct ledger *ledger,
                 void (*chamber)(const struct chamber_plan *plan, struct ledger *ledger));

/* In a new instance's process: its own group, limits, signals as after exec; `sink`, unless −1, is standard error. */
struct instance_plan;
void sandbox_enter_instance(const struct instance_plan *plan, int sink);

/* A file in memory of 64 KiB that refuses to grow: what is written beyond fails. −1: none could be made. */
int sandbox_sink(void);
/* The first line in it that says something; "" if none. */
void sandbox_sink_line(int sink, char *line, size_t size);

/* How a process of a model died, in words; `status` as waitpid() tells it, `reason` of REASON_BYTES. */
void describe_death(int status, const struct concprobe_probe *probe, int sink, char *reason);

#endif

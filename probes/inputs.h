/* Inputs of probes: bytes and text that follow from the seed alone, made once a run and shared by all processes; and
 * work of a known length.
 */
#ifndef PROBES_INPUTS_H
#define PROBES_INPUTS_H

#include "runtime/concprobe.h"

/* `size` bytes in which every value is equally frequent; malloc'ed, NULL where memory is out. */
unsigned char *input_bytes(const struct concprobe_call *call, size_t size);

/* `size` − 1 bytes of lower-case words and blanks, a line feed about every twelve words, and a zero; malloc'ed. */
char *input_text(const struct concprobe_call *call, size_t size);

/* A whole number below `limit` for this call. */
size_t input_choice(const struct concprobe_call *call, uint64_t which, size_t limit);

/* run_stop of a probe whose run state is one malloc'ed block; likewise for workers. */
concprobe_function input_free_run;
concprobe_function input_free_worker;

/* Computes: about 1 ns a step. The result follows from both arguments. */
uint64_t input_spin(uint64_t start, unsigned steps);

#endif

/* Are the results of all models equal? Compared is what two serial runs agree on, round by round. */
#ifndef RUNTIME_EQUALITY_H
#define RUNTIME_EQUALITY_H

#include "runtime/ledger.h"

struct equality;

/* For `count` instances: models, serial first, and serial's twin last. NULL where memory is out. */
struct equality *equality_create(size_t count);
void equality_free(struct equality *equality);

/* A round begins: nothing is known. */
void equality_begin(struct equality *equality);

/* Keeps what an instance's block gave: its first calls. All blocks of a round begin with the same number. */
void equality_note(struct equality *equality, size_t instance, const struct call_record *records, size_t count);

/* The round is over: a model with other results than serial, or with failed calls where serial had none, is
 * disqualified. Returns how many results could be compared. `first` is the number of the blocks' first call. */
uint64_t equality_judge(const struct equality *equality, struct ledger_cell *cells, size_t model_count, uint64_t first);

#endif

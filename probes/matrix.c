/* matrix: the product of two small matrices. */
#include "probes/inputs.h"

#include <errno.h>
#include <stdlib.h>

enum { SIZE = 64, CELLS = SIZE * SIZE, FACTOR_CELLS = 2 * CELLS };

static int matrix_prepare(struct concprobe_call *call)
{
    double *factors = malloc(FACTOR_CELLS * sizeof *factors);
    for (size_t i = 0; factors && i < FACTOR_CELLS; i++)
        factors[i] = (double)input_choice(call, i, 1000) / 1000;
    call->run = factors;
    return factors ? 0 : ENOMEM;
}

static int matrix_make_room(struct concprobe_call *call)
{
    call->worker = malloc(CELLS * sizeof(double));
    return call->worker ? 0 : ENOMEM;
}

static int matrix_call(struct concprobe_call *call)
{
    const double *left = call->run, *right = left + CELLS;
    double *product = call->worker;
    const double scale = (double)(call->number % 16 + 1);
    for (size_t row = 0; row < SIZE; row++) {
        for (size_t column = 0; column < SIZE; column++) {
            double sum = 0;
            for (size_t i = 0; i < SIZE; i++)
                sum += left[row * SIZE + i] * right[i * SIZE + column];
            product[row * SIZE + column] = scale * sum;
        }
    }
    return concprobe_result(call, product, SIZE * sizeof *product);
}

const struct concprobe_probe probe_matrix = {
    .abi = CONCPROBE_ABI,
    .name = "matrix",
    .summary = "the product of two 64 × 64 matrices",
    .stands_for = "numerical work: floating point in loops, in the cache",
    .call = matrix_call,
    .run_start = matrix_prepare,
    .run_stop = input_free_run,
    .worker_start = matrix_make_room,
    .worker_stop = input_free_worker,
};

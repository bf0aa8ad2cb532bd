/* What the writer and the reader of summaries agree on; see summary_write.c for the layout. */
#ifndef MODEL_SUMMARY_CODE_H
#define MODEL_SUMMARY_CODE_H

#include "model/summary.h"

#define CODE_MAGIC "CASM"
#define CODE_MAGIC_LENGTH 4u

/* The kind of a value or node stands in the lowest bits of its first number; above it, for a value, which of its
 * members are not 0 and follow, and for a node its flags. */
#define CODE_KIND_BITS 4
#define CODE_KIND_MASK 15u
#define CODE_HAS_A 16u
#define CODE_HAS_B 32u
#define CODE_HAS_NUMBER 64u
#define CODE_HAS_NAME 128u
#define CODE_VALUE_BITS 8

/* A parameter's properties. */
#define CODE_POINTER 1u
#define CODE_CALLABLE 2u
#define CODE_READ_ONLY 4u

#endif

/* Which units and functions make up each program: the second half of linking. */
#ifndef ANALYZER_LINK_PROGRAMS_H
#define ANALYZER_LINK_PROGRAMS_H

#include "analyzer/program.h"

/* Fills linked->programs. Functions, units and names must be complete and sorted. */
void link_programs(struct linked *linked);

#endif

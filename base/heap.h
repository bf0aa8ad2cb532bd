/* The heap of a process that allocates much and does not live long. */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

/* From now on there is one heap for all threads, which grows in large steps and does not shrink; its next step is of
 * huge pages where the system has them for those who ask (madvise). What cannot be had is done without. On one large
 * file (sqlite3.c) page faults fall to under a third and CPU time by 5 %; on many small ones nothing changes. Of no use
 * before fork(2): pages that are shared and then written are split again. */
void heap_make_coarse(void);

#endif

/* The modes of `concadvise api` that analyse a tree. Each returns the exit code. */
#ifndef CLI_API_MODES_H
#define CLI_API_MODES_H

#include "cli/session.h"

/* --missing: entries to fill in for what the tree calls and nobody knows (api_missing.c). */
int api_missing(struct session *session);

/* --derive: the entries of a library's exported functions, from its own source (api_derive.c). */
int api_derive(struct session *session);

/* "/usr/include/x86_64-linux-gnu/curl/curl.h" → "curl/curl.h": as an #include names it, as far as the path tells. */
const char *header_as_included(const char *path);

#endif

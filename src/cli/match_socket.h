/* sigap match search --socket: several who ask one book at a time, over a Unix-domain socket. */
#pragma once

#include "cli/command.h"

typedef struct Searching Searching;

/* Answers at `path` (mode 0600) until the process ends, each who asks as match_search does standard
 * input. A socket that nobody answers at is replaced; E_DUPLICATE for any other file there. */
Err match_socket_serve(const Searching *s, const char *path);
/* Answers the lines of `in` to their end, or to a first line that asks for nothing (E_INVALID). */
Err match_search_talk(const Searching *s, FILE *in, FILE *out);

/* A malware scanner on this machine: clamd, which listens at a unix socket. What it answers is
 * foreign: a line of bounded length, of which two shapes are believed. */
#pragma once

#include "base/str.h"

typedef enum Scan { SCAN_CLEAN, SCAN_FOUND, SCAN_FAILED } Scan;
/* Milliseconds for all of it: of a file, and of a look whether it answers. */
enum { SCAN_FILE_MS = 10000, SCAN_LOOK_MS = 2000, SCAN_PATH_MAX = 107 };

/* Has the bytes looked at before `ms` are over; none at all ask whether it answers. `*ret_said`,
 * fit to be shown: what was found, or what it said instead of an answer, absent when nothing came.
 */
Scan scan_bytes(Arena *a, Str path, Str bytes, int64_t ms, Str *ret_said);

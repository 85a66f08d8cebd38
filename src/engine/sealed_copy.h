/* A backup as one file for a place that is trusted with nothing: sealed to the
 * public half of a pair whose secret half stays at home. A changed, shortened or reordered file is
 * refused whole. "SIGAP-SEGEL 1\n", the head of the stream, then pieces, each after its length in
 * four bytes; the first byte of a piece says to which file it belongs. */
#pragma once

#include "guard/crypto.h"

/* Seals the files of a backup folder; E_DUPLICATE when the file exists, E_IO, E_FULL. */
MUST_CHECK Err sealed_copy_write(Arena *a, const char *dir, const unsigned char to[PAIR_PUBLIC],
                                 const char *path);
/* Opens it into a new folder, which is removed again on failure. E_NOT_FOUND; E_KEY: sealed to
 * another pair; E_CORRUPT: changed or cut off; E_DUPLICATE when the folder exists. */
MUST_CHECK Err sealed_copy_read(const char *path, const Key *secret, const char *dir);

/* How far two words of names agree. */
#pragma once

#include "identity/normalise.h"

typedef enum TokenLevel {
    TOKEN_MISSING,
    TOKEN_DIFFERENT,
    TOKEN_INITIAL,    /* one is the first letter of the other */
    TOKEN_FAR,        /* two edits, the same sound, or perhaps the same name */
    TOKEN_NEAR,       /* one edit, or Jaro-Winkler from 0.92 */
    TOKEN_EQUIVALENT, /* a short form, or another form of the same name */
    TOKEN_CANONICAL,  /* another spelling */
    TOKEN_EXACT,
    TOKEN_LEVELS
} TokenLevel;

/* What the letters of two canonical words alone say. */
TokenLevel letters_compare(Str a, Str b);
TokenLevel token_compare(const NameToken *a, const NameToken *b);

/* Two names side by side, as bags of words: the order of words says little here. */
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

typedef struct NameSlot {
    uint8_t a, b; /* indexes of the words */
    uint8_t level;
} NameSlot;

typedef struct NameAgreement {
    NameSlot slots[NAME_TOKENS]; /* the closest first; as many as the shorter name has words */
    uint8_t n;
    uint8_t extra;     /* words of the longer name without a partner */
    bool out_of_order; /* two agreeing words stand the other way round */
} NameAgreement;

/* What the letters of two canonical words alone say. */
TokenLevel letters_compare(Str a, Str b);
TokenLevel token_compare(const NameToken *a, const NameToken *b);
/* Gives each word of the shorter name its partner, closest pairs first. A word written in two parts
 * on one side ("anne marie", "annemarie") counts as another spelling. Symmetric in the levels. No
 * slots when a name is empty: missing, no evidence. */
void name_compare(const Name *a, const Name *b, NameAgreement *ret);
/* One figure for a list of results, 0 to 1: the mean closeness of the slots, less for words left
 * over. Not a probability. */
double name_closeness(const NameAgreement *agreement);

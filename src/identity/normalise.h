/* A name as written, brought to words that can be compared: titles off, abbreviations written out,
 * one spelling, and keys of sound. Deterministic for the same rules. */
#pragma once

#include "identity/name_rules.h"

/* Goes up when the same name may come out differently: stored results are then stale. */
enum { NORM_VERSION = 1, NAME_TOKENS = 8, SOUND_MAX = 6 };

typedef struct NameToken {
    char raw[TOKEN_MAX];                      /* lower case without accents, marks and dots */
    char canonical[TOKEN_MAX];                /* one spelling, abbreviations in full */
    char strict[SOUND_MAX], loose[SOUND_MAX]; /* keys of sound; empty for what is not Latin */
    uint8_t raw_len, canonical_len, strict_len, loose_len;
    bool initial; /* a single letter, as written */
    bool shortened;
    uint8_t group_count;
    EqualWord groups[EQUAL_GROUPS];
} NameToken;

typedef struct Name {
    NameToken tokens[NAME_TOKENS];
    uint8_t n;
    uint8_t patronym; /* index of the first word behind bin, binti; n when there is none */
    uint8_t dropped;  /* words that found no room (255: that many or more) */
} Name;

/* Normalises a name of any length, valid UTF-8 or not. `scratch` is used for names beyond ASCII
 * only. `alias` takes what stands behind "alias" (n = 0 when nothing does) and may be NULL. A name
 * of nothing but titles keeps them; an empty one gives n = 0. */
void name_normalise(const NameRules *rules, Arena *scratch, Str text, Name *ret, Name *alias);
/* The same, but only words that stand for others are spelt: of the rest nothing but `raw` is set.
 */
void name_words(const NameRules *rules, Arena *scratch, Str text, Name *ret, Name *alias);
/* One word in lower case letters as a token. */
void name_token(const NameRules *rules, Str word, NameToken *ret);

static inline Str token_raw(const NameToken *t)
{
    return (Str){t->raw, t->raw_len};
}
static inline Str token_canonical(const NameToken *t)
{
    return (Str){t->canonical, t->canonical_len};
}
static inline Str token_strict(const NameToken *t)
{
    return (Str){t->strict, t->strict_len};
}
static inline Str token_loose(const NameToken *t)
{
    return (Str){t->loose, t->loose_len};
}

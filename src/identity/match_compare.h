/* Two records side by side: for each comparison the level of agreement, as a small number. */
#pragma once

#include "identity/match_book.h"

enum { MATCH_LEVELS = 32, LEVEL_BITS = 5, LEVEL_MISSING = 0 };

/* Levels of a name: missing; one word compared (WordLevel); two compared, the better first. */
#define NAME_ONE(s)      (1 + (s))
#define NAME_TWO(s1, s2) (1 + WORD_LEVELS + (s1) * ((s1) + 1) / 2 + (s2))
enum { NAME_LEVELS = 1 + WORD_LEVELS + WORD_LEVELS * (WORD_LEVELS + 1) / 2 };

typedef enum RestLevel {
    REST_NONE,
    REST_EXTRA,
    REST_DIFFERENT,
    REST_SIMILAR,
    REST_SAME,
    REST_LEVELS
} RestLevel;
/* Which of the words of a name agrees where only one does. */
typedef enum OrderLevel {
    ORDER_NONE,
    ORDER_FIRST, /* the first of both: the given name */
    ORDER_LAST,  /* the last of both: what a family shares */
    ORDER_OTHER,
    ORDER_LEVELS
} OrderLevel;
typedef enum BirthLevel {
    BIRTH_MISSING,
    BIRTH_DIFFERENT,
    BIRTH_AGE_NEAR,   /* day or month different, years as far apart as forged papers may set them */
    BIRTH_YEAR_NEAR,  /* a year apart at most, day and month different */
    BIRTH_TWO_PARTS,  /* the year, and day or month */
    BIRTH_OTHER_YEAR, /* day and month, years far apart */
    BIRTH_RAISED,     /* day and month, the year 1 to 12 away: the mark of forged papers */
    BIRTH_SLIP,       /* one digit, or two neighbours changed places */
    BIRTH_SWAPPED,    /* day and month changed places */
    BIRTH_SAME_DEFAULT, /* equal, but a date clerks write for want of a better one */
    BIRTH_BY_NIK,       /* other dates, but the NIK of one carries the date of the other */
    BIRTH_SAME,
    YEAR_SAME, /* only years to compare */
    YEAR_NEAR,
    YEAR_AGE_NEAR, /* as BIRTH_AGE_NEAR */
    YEAR_DIFFERENT,
    BIRTH_LEVELS
} BirthLevel;
typedef enum SexLevel { SEX_MISSING, SEX_DIFFERENT, SEX_SAME, SEX_LEVELS } SexLevel;
typedef enum NumberLevel {
    NUMBER_MISSING,
    NUMBER_DIFFERENT,
    NUMBER_DOUBTFUL, /* different NIK, of which one says another birth date than its record */
    NUMBER_REGION,   /* of a NIK: the district it was given in */
    NUMBER_BIRTH,    /* of a NIK: the district and the birth date */
    NUMBER_NEAR,     /* one symbol, or two neighbours changed places */
    NUMBER_SAME,
    NUMBER_LEVELS
} NumberLevel;
typedef enum TextLevel {
    TEXT_MISSING,
    TEXT_DIFFERENT,
    TEXT_SOME, /* shares a word that is not common */
    TEXT_MOST, /* most of its rare words */
    TEXT_NEAR, /* a letter or two as a whole */
    TEXT_SAME,
    TEXT_LEVELS
} TextLevel;

/* What comparing reads beside the rows: how much rarer than usual each word is, in bits. */
typedef struct Comparer {
    const MatchBook *book;
    double *word_bits;    /* by word: log2(chance agreement of the class / frequency of the word) */
    int nik_at, birth_at; /* in a row; -1: these books have none */
    uint64_t *sexed;      /* by word, a bit each: only men or only women are called so */
    int sex, name;        /* comparisons; -1 */
} Comparer;

/* How the words of two names were paired off, the best agreement first. */
typedef struct NamePairing {
    uint8_t slots[NAME_WORDS];            /* WordLevel */
    uint8_t x[NAME_WORDS], y[NAME_WORDS]; /* which words each slot pairs */
    uint8_t n, na, nb;
} NamePairing;

enum { SIEVE_BITS = 13 };

/* One record made ready to be compared with many: which words may agree with it is marked. */
typedef struct CompareSide {
    const uint32_t *row;
    uint8_t *sieve;          /* by hash of a word, a bit for each word of the names of the record */
    bool marked;             /* marking takes longer than comparing with a few */
    NamePairing pairings[2]; /* of the last pair: of the name, of the mother's name */
} CompareSide;

typedef struct Compared {
    uint64_t pattern;               /* LEVEL_BITS for each comparison, the first lowest */
    uint8_t books;                  /* which two books the records stand in: match_relation */
    double rare[MATCH_COMPARISONS]; /* bits for agreeing on something rare (common: negative) */
} Compared;

enum { OLDER_FIRST = BOOK_PAIRS, OLDER_SECOND = 2 * BOOK_PAIRS, RELATIONS = 3 * BOOK_PAIRS };

void comparer_init(Arena *a, const MatchBook *book, Comparer *ret);
void match_side_init(Arena *a, CompareSide *ret);
/* Takes another record, to be compared with so many. */
void match_side_set(const Comparer *c, CompareSide *side, const uint32_t *row, size_t others);
/* The pattern of match_compare alone, quickly. */
uint64_t match_pattern(const Comparer *c, CompareSide *side, const uint32_t *b);
/* Bits by way of being one person: plainly, behind forged papers, renamed; one is spare. */
typedef float Ways __attribute__((vector_size(16)));
/* What a pair weighs at most by those of its levels that are quickly known. */
typedef struct Prospect {
    Ways bits[MATCH_COMPARISONS][MATCH_LEVELS], books[RELATIONS];
    Ways texts[MATCH_COMPARISONS]; /* at most, of texts that are not the same */
    double least;                  /* wanted of the whole */
} Prospect;
/* The same, but stops and returns false when the pair cannot weigh enough. */
bool match_pattern_reaching(const Comparer *c, CompareSide *side, const uint32_t *b,
                            const Prospect *prospect, uint64_t *ret);
/* The rest of match_compare for the last pair of which the pattern was asked. */
void match_compare_rarity(const Comparer *c, const CompareSide *side, const uint32_t *b,
                          uint64_t pattern, Compared *ret);
/* Compares records `a` and `b`. Symmetric. */
void match_compare(const Comparer *c, const uint32_t *a, const uint32_t *b, Compared *ret);
static inline unsigned pattern_level(uint64_t pattern, size_t comparison)
{
    return (unsigned)(pattern >> (LEVEL_BITS * comparison)) & (MATCH_LEVELS - 1);
}
/* match_book_pair of the books of two records, and whose record says the earlier year of birth:
 * that of the earlier book (OLDER_FIRST), of the later book (OLDER_SECOND), none. */
uint8_t match_relation(const Comparer *c, const uint32_t *a, const uint32_t *b);
size_t compare_levels(CompareKind kind);
/* The name of a level, for settings, reports and patterns. */
Str compare_level_name(CompareKind kind, unsigned level);

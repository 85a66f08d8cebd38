/* A record book as arrays: what comparing needs of each record, side by side. */
#pragma once

#include "identity/match_column.h"
#include "identity/vocabulary.h"

enum { MATCH_RECORDS = 20000000 }; /* at most, of all books together */
enum { MATCH_COMPARISONS = 12, NAME_WORDS = 4, TEXT_WORDS = 4 };
enum { ROW_SOURCE }; /* a row begins with the book of the record, below book_count */

typedef enum CompareKind {
    COMPARE_NAME,   /* NAME_WORDS words, rarest first, order-free; where each stood, NameStand */
    COMPARE_REST,   /* third and fourth word of the same name; takes no room of its own */
    COMPARE_ORDER,  /* where the only word that agrees stands in the same name; no room either */
    COMPARE_BIRTH,  /* one packed date */
    COMPARE_SEX,    /* 0 unknown, 1 male, 2 female */
    COMPARE_NIK,    /* as a number, the region being its first six digits; the date in it */
    COMPARE_NUMBER, /* 64 bits of symbols, low half first; how often it occurs */
    COMPARE_TEXT,   /* the whole text as a word; the words in it by match_text_words */
} CompareKind;

/* Two bits for each word of a name. */
typedef enum NameStand { STAND_MIDDLE, STAND_FIRST, STAND_LAST, STAND_ALONE } NameStand;

typedef struct Comparison {
    CompareKind kind;
    Str name;       /* as in settings and reports */
    uint16_t at;    /* first of its numbers in a row */
    uint16_t finer; /* of a text: where in a row stands the text that tells it (the village of a
                       district), so that it says nothing where both have that; 0: none */
    uint8_t class;  /* of its whole texts; words of texts have the next */
    ColumnRole role;
} Comparison;

typedef struct MatchSource {
    Str place, text; /* file name and content */
} MatchSource;

typedef struct MatchBook {
    Arena *arena;
    Comparison comparisons[MATCH_COMPARISONS];
    size_t comparison_count;
    size_t stride;
    MatchColumn *columns; /* of the first book */
    size_t column_count;
    uint32_t *rows;    /* n * stride numbers */
    Str *ids, *truths; /* truth is absent where no column says it */
    uint32_t n;
    MatchSource files[MATCH_SOURCES];
    size_t file_count;
    Str books[MATCH_SOURCES]; /* the files, or of one file what its column of books says; any
                                 more than these count as the last */
    size_t book_count;
    Vocabulary *vocabulary;
    ARENA_LIST(uint32_t) text_words; /* TEXT_WORDS numbers for each whole text, see Word.parts */
    uint64_t *several;               /* by word, a bit each: a whole text of several words */
    NameToken *tokens;               /* by word of NAME_CLASS */
    SimilarWords *similar;
} MatchBook;

/* Reads the texts of one or several books (CSV with a heading row). Columns found in the first one
 * decide what is compared; a column of another book with the same role and heading, or a role that
 * stands once, joins it. Faults become problems (`ret` is then not to be used). */
MatchBook *match_book_read(Arena *a, const MatchSource *files, size_t n, const NameRules *rules,
                           const MatchSettings *settings, Problems *problems);
static inline const uint32_t *match_row(const MatchBook *b, uint32_t i)
{
    return b->rows + (size_t)i * b->stride;
}
/* Rows are longer than what the processor fetches at once, and begin anywhere in it. */
static inline void match_row_prefetch(const MatchBook *b, uint32_t i)
{
    enum { FETCHED = 64 / sizeof(uint32_t) };
    for (size_t at = 0; at < b->stride; at += FETCHED)
        __builtin_prefetch(match_row(b, i) + at);
    __builtin_prefetch(match_row(b, i) + b->stride - 1);
}
static inline unsigned match_source(const MatchBook *b, uint32_t i)
{
    return match_row(b, i)[ROW_SOURCE];
}
/* Up to TEXT_WORDS words of a whole text, rarest first; 0 where there are fewer. */
static inline const uint32_t *match_text_words(const MatchBook *b, uint32_t text)
{
    return b->text_words.items + b->vocabulary->words[text].parts;
}
static inline bool match_text_several(const MatchBook *b, uint32_t text)
{
    return b->several[text / 64] >> text % 64 & 1;
}

/* Columns of a book: which role each plays, by a settings file or by the words of its heading. */
#pragma once

#include "identity/name_rules.h"

typedef enum ColumnRole {
#define X(role, word) role,
#include "identity/column_role.def"
#undef X
    COLUMN_ROLES
} ColumnRole;

/* What a person decides about a run. Text form, one a line, `#` starts a comment:
 *   column HEADING: ROLE        unique: yes|no        threshold: 0.9
 *   prior: P   forged: P   renamed: P   kin: P   neighbour: P
 *   weight COMPARISON/LEVEL: M U [FORGED RENAMED KIN NEIGHBOUR]
 *   books I J: SAME FORGED RENAMED FIRST SECOND (bits that pairs of the I-th and the J-th book have
 *     more; forged ones of which the first, the second record says the earlier year of birth)
 * A file with `column` lines uses these columns only. */
typedef struct MatchWeight {
    Str comparison, level;
    double m, u, forged, renamed, kin,
        neighbour; /* frequencies by class of pair, see match_model.h */
    int line;
} MatchWeight;

enum {
    BLOCK_MOST = 1000,
    MATCH_SOURCES = 8,
    BOOK_PAIRS = MATCH_SOURCES * MATCH_SOURCES,
    BOOK_BITS = 5
};

/* The two books of a pair of records as one number below BOOK_PAIRS, whichever comes first. */
static inline uint8_t match_book_pair(unsigned x, unsigned y)
{
    return (uint8_t)(x < y ? x * MATCH_SOURCES + y : y * MATCH_SOURCES + x);
}

typedef struct MatchSettings {
    struct {
        struct MatchNamedColumn {
            Str heading;
            ColumnRole role;
            int line;
        } * items;
        size_t n, cap;
    } columns;
    ARENA_LIST(MatchWeight) weights; /* fixed weights: nothing is learned when there are some */
    double prior; /* chance that two records taken at random are one person; 0 = learn it */
    double forged, renamed, kin, neighbour; /* the same of the other classes of pairs */
    double accept;                          /* probability from which two records are joined */
    double books[BOOK_BITS][BOOK_PAIRS];    /* bits by the two books of a pair */
    uint32_t block;                         /* most records in a block; 0: by their number */
    bool unique;                            /* each source names a person once */
} MatchSettings;

typedef struct MatchColumn {
    Str heading;
    ColumnRole role;
} MatchColumn;

MatchSettings match_settings_default(void);
/* Reads the text form over the defaults; every fault becomes a problem with its line. The texts in
 * `ret` are copies in the arena of `problems`. */
void match_settings_read(Str text, Str place, MatchSettings *ret, Problems *problems);
/* Gives each heading its role. Named headings that the book lacks are problems. */
void match_columns_assign(const MatchSettings *settings, const NameRules *rules,
                          const Str *headings, size_t n, Str place, MatchColumn *ret,
                          Problems *problems);
const char *column_role_word(ColumnRole role);
/* The role that a word of a settings file names; false when it names none. */
bool column_role_read(Str word, ColumnRole *ret);

/* The rules by which books are read, from five tables of the domain (domain/names): how names are
 * brought to one spelling (spelling, words, equal names, sounds), and by which words of its heading
 * a column is recognised. Constant once read, but for the groups an installation adds; may be
 * shared by threads. */
#pragma once

#include "base/problem.h"

#include <stdatomic.h>

enum { TOKEN_MAX = 24, EQUAL_GROUPS = 4, RULES_A_LETTER = 32 };

/* Where in a word a spelling rule holds. */
typedef enum SpellingPlace {
    SPELLING_ANY,
    SPELLING_START,
    SPELLING_END,
    SPELLING_BEFORE_CONSONANT,
    SPELLING_BEFORE_VOWEL,
    SPELLING_BETWEEN_CONSONANTS,
} SpellingPlace;

typedef struct SpellingRule {
    Str from, to;
    SpellingPlace place;
} SpellingRule;

typedef enum WordUse {
    WORD_TITLE_BEFORE, /* no name, where it stands before one */
    WORD_TITLE_AFTER,
    WORD_PATRONYM, /* what follows is the father's (mother's) name */
    WORD_ALIAS,    /* what follows is another name of the person */
    WORD_SHORT,    /* stands for the word `full` */
    WORD_SHORT_FIRST,
} WordUse;

typedef struct WordRule {
    Str word, full;
    WordUse use;
} WordRule;

/* One word of one group of names taken for each other. */
typedef struct EqualWord {
    Str word;       /* canonical */
    uint16_t group; /* from 1 */
    bool weak;      /* may be another name as well */
} EqualWord;

typedef ARENA_LIST(EqualWord) EqualWords;

/* Groups from this one on are an installation's own. */
enum { GROUP_OWN = 0x8000 };

typedef struct SoundRule {
    Str letters;
    Str strict, loose, last; /* empty: silent; `last`: strict, at the end of a word */
    bool vowel;
} SoundRule;

/* Words that a heading is made of, without blanks: of a role as settings files name it, or "-" for
 * words that say whose or which it is, not what. */
typedef struct HeadingRule {
    Str role, words;
} HeadingRule;

typedef struct NameRules {
    ARENA_LIST(SpellingRule) spelling;
    ARENA_LIST(WordRule) words;
    EqualWords equal;
    _Atomic(const EqualWords *) *own; /* those an installation learned; NULL: none */
    ARENA_LIST(SoundRule) sounds;
    ARENA_LIST(HeadingRule) headings;
    /* Rules by their first letter: indexes into `spelling`, longest first. */
    uint16_t spelling_of[256][RULES_A_LETTER];
    uint8_t spelling_count[256];
} NameRules;

/* The texts of the five tables. */
typedef struct NameTables {
    Str spelling, words, equal, sounds, headings;
} NameTables;

/* Reads the tables; every fault becomes a problem. The rules point into the texts and live in the
 * arena. */
NameRules *name_rules_read(Arena *a, const NameTables *tables, Problems *problems);
/* Reads ejaan.tsv, kata.tsv, setara.tsv, bunyi.tsv and kolom.tsv of a folder. E_DOMAIN with
 * problems, or what reading a file answers. */
MUST_CHECK Err name_rules_load(Arena *a, const char *dir, Problems *problems, NameRules **ret);
/* Adds the names of a group, separated by blanks, to `to` in one spelling; they live in the arena.
 */
void equal_words_add(Arena *a, const NameRules *r, Str names, uint16_t group, bool weak,
                     EqualWords *to);
/* Puts an installation's own groups beside those of the tables, in the place of the ones before;
 * orders `own`, which must outlive the rules. */
void name_rules_set_own(const NameRules *r, EqualWords *own);
/* Reads groups of equal names in the form of setara.tsv and puts them beside those of the tables;
 * faults are told with the place. */
void name_rules_read_own(Arena *a, const NameRules *r, Str text, Str place, Problems *problems);
/* The form of setara.tsv: its heading, a row of it. */
void equal_names_head(Buf *to);
void equal_names_row(Str names, bool weak, Buf *to);
/* The rule for a use of a word in lower case; NULL when it has no such use. */
const WordRule *name_rules_word(const NameRules *r, Str word, WordUse use);
/* The groups of a canonical word; how many, at most EQUAL_GROUPS. */
size_t name_rules_groups(const NameRules *r, Str word, EqualWord ret[EQUAL_GROUPS]);
/* The words of a group of the installation's own; how many, at most `max`. */
size_t name_rules_own_words(const NameRules *r, uint16_t group, Str *ret, size_t max);
/* One spelling of a word in lower case: at most TOKEN_MAX bytes, returns how many. */
size_t name_rules_spell(const NameRules *r, Str word, char ret[TOKEN_MAX]);

/* How much speaks for two persons being one, said so that it can be shown: the scorer of
 * src/identity with the weights in force, and how rare the names are among those on file. In force
 * are the newest weights that an installation learned and agreed to (records of the register with
 * role `match_weights` in a state that opens), else those of domain/names/bobot.txt. */
#pragma once

#include "identity/match_rule.h"
#include "identity/name_rules.h"
#include "model/person_facts.h"

typedef struct LikenessModel LikenessModel;

typedef enum Agreement { AGREE_UNKNOWN, AGREE_NOT, AGREE_ALIKE, AGREE_SAME } Agreement;

/* The facts that are compared, and what else the weight is made of. */
typedef enum LikenessPart {
    PART_NAME,
    PART_MOTHER,
    PART_BIRTH,
    PART_SEX,
    PART_NIK,
    PART_PASSPORT,
    PART_PHONE,
    PART_VILLAGE,
    PART_FACTS,
    PART_PRIOR = PART_FACTS, /* how seldom two people taken at random are one */
    PART_FORGED,             /* it may be one person behind forged papers */
    PART_KIN,                /* relatives and neighbours agree in this too */
    LIKENESS_PARTS
} LikenessPart;

/* Hundredths of a bit; the sum of the parts is the weight. */
typedef struct Likeness {
    int weight, bits[LIKENESS_PARTS];
    uint8_t agreement[PART_FACTS]; /* Agreement */
    Str version;                   /* of the weights; absent in one read from a text */
} Likeness;

/* From this weight on it is more likely one person than not; from the other on people are asked. */
enum { LIKENESS_EVEN = 0, LIKENESS_ASK = -300 };

/* Reads the weights; what is wrong with them becomes a problem. NULL then. */
LikenessModel *likeness_model(Arena *a, const NameRules *rules, Str weights, Str place,
                              Problems *problems);
/* Puts the weights in force. Before any reader. */
MUST_CHECK Err likeness_load(Db *db, const Model *m);
/* In a command that changes a record of weights: what is in force changes once it is committed. */
MUST_CHECK Err likeness_changed(WriteTx *tx, const Model *m);
/* Weights as stored in a record; NULL when they cannot be read. */
LikenessModel *likeness_of_text(Arena *a, const Model *m, Str version, Str text);
const LikenessModel *likeness_in_force(const Model *m);
Str likeness_version(const LikenessModel *l);
/* Compares one person with `n` others. All zero without a model. */
void likeness_compare(const Store *s, const PersonFacts *who, const PersonFacts *others, size_t n,
                      Likeness *ret);
/* The same by other weights. */
void likeness_compare_by(const LikenessModel *l, const Store *s, const PersonFacts *who,
                         const PersonFacts *others, size_t n, Likeness *ret);

/* What the persons on file teach. */
typedef struct LikenessLesson {
    Str text;          /* the weights, as likeness_of_text takes them */
    size_t persons;    /* that it was learned from */
    double same_pairs; /* so many pairs of one person are expected among them */
} LikenessLesson;
/* Learns weights from persons (facts of all that may be compared): strangers from random pairs, one
 * person by EM over the kinds of agreement. The shipped weights count as evidence of their own, so
 * that few persons move little, and no level moves by more than LESSON_BITS: a disagreement stays
 * evidence and becomes no veto. What people decided (places in `all`) is known of its pairs.
 * Changes nothing that is in force. */
enum { LESSON_BITS = 3 };
void likeness_learn(Arena *a, const Model *m, const PersonFacts *all, size_t n,
                    const MatchRules *decided, LikenessLesson *ret);
/* One level of agreement by two sets of weights, bits for being one person. */
typedef struct LevelBits {
    LikenessPart part;
    Str thing, level; /* as settings name them: "birth", "same+near" */
    double old, fresh;
} LevelBits;
typedef ARENA_LIST(LevelBits) LevelList;
void likeness_side_by_side(Arena *a, const LikenessModel *old, const LikenessModel *fresh,
                           LevelList *ret);
/* The field that a part compares; NULL for the parts that are no facts. */
const Field *likeness_field(const Model *m, LikenessPart part);
/* As stored: "1:3:1231 .." and back; false when it is no such text. */
Str likeness_write(Arena *a, const Likeness *l);
bool likeness_read(Str text, Likeness *ret);

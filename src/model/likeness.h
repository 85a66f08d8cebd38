/* How much speaks for two persons being one, said so that it can be shown: the scorer of
 * src/identity with the weights of domain/names/bobot.txt, and how rare the names are among those
 * on file. */
#pragma once

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
} Likeness;

/* From this weight on it is more likely one person than not; from the other on people are asked. */
enum { LIKENESS_EVEN = 0, LIKENESS_ASK = -300 };

/* Reads the weights; what is wrong with them becomes a problem. NULL then. */
LikenessModel *likeness_model(Arena *a, const NameRules *rules, Str weights, Str place,
                              Problems *problems);
/* Compares one person with `n` others. All zero without a model. */
void likeness_compare(const Store *s, const PersonFacts *who, const PersonFacts *others, size_t n,
                      Likeness *ret);
/* The field that a part compares; NULL for the parts that are no facts. */
const Field *likeness_field(const Model *m, LikenessPart part);
/* As stored: "1:3:1231 .." and back; false when it is no such text. */
Str likeness_write(Arena *a, const Likeness *l);
bool likeness_read(Str text, Likeness *ret);

/* Candidates: pairs of persons on file who may be one. The program proposes them, people decide;
 * what they decided holds, for everybody in the two groups. To merge is to link. */
#pragma once

#include "model/likeness.h"

/* The two persons of a candidate, the one that is kept first. */
typedef struct CandidatePair {
    Record persons[2];
    Likeness like; /* as stored when it was proposed */
    bool reveals;  /* merging opens the kept one to people who do not reach it now */
} CandidatePair;

/* Loads the persons of a candidate as far as the reader may know of both; E_NOT_FOUND otherwise. */
MUST_CHECK Err candidate_pair(Reader *rd, const Record *candidate, CandidatePair *ret);
/* Whether a candidate in this state waits for a decision. */
bool candidate_open(const Register *reg, Str state);
/* What follows a decision, in its command: links the two persons, or takes the link off. */
MUST_CHECK Err candidate_decided(WriteTx *tx, Batch *batch, const Change *change,
                                 const Record *before, const Record *after);

/* Persons that were merged, each with who stands for her, ascending. */
typedef struct MergedPerson {
    int64_t id, into;
} MergedPerson;
typedef ARENA_LIST(MergedPerson) MergedPersons;
MUST_CHECK Err merged_persons(Db *db, Arena *a, const Model *m, MergedPersons *ret);
/* Who stands for a person; herself if nobody does. */
int64_t merged_root(const MergedPersons *all, int64_t id);

typedef struct CandidateRun {
    size_t persons, proposed;
} CandidateRun;
/* Proposes pairs for the people saved since the last time; with `whole` for everybody on file.
 * Reads on connections of its own and writes a command a person. E_BUSY while the persons are still
 * being read, E_DOMAIN when the domain has no candidates. */
MUST_CHECK Err candidates_propose(const Store *s, bool whole, CandidateRun *ret);

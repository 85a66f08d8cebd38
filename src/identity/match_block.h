/* Which pairs of records are looked at: records that share a key of some pass stand in one block. A
 * pair that several blocks hold belongs to the first of them, so that it is compared once. */
#pragma once

#include "identity/match_book.h"

enum { MATCH_PASSES = 16 };

typedef struct BlockPass {
    const char *name;
    uint64_t pairs; /* in its blocks, also those that an earlier block owns */
    uint64_t lost;  /* at most so many pairs were left out because a block stayed too large */
    uint32_t blocks;
    uint32_t split; /* blocks that were divided by further keys */
} BlockPass;

typedef struct BlockBook {
    const MatchBook *book;
    bool across; /* only pairs of records of different sources */
    uint32_t block_count;
    uint64_t *starts;        /* into members, block_count + 1 */
    uint32_t *members;       /* ascending within a block */
    uint8_t *pass_of;        /* of each block */
    uint8_t *registered;     /* by record: 1 where it is of a book that names everybody once */
    unsigned register_at;    /* that book, from 1; 0: there is none */
    uint64_t *record_starts; /* into record_blocks, records + 1 */
    uint32_t *record_blocks; /* blocks of each record, ascending */
    BlockPass passes[MATCH_PASSES];
    size_t pass_count;
} BlockBook;

/* A block of more than `largest` records is left out; 0: a bound by the number of records. */
BlockBook *match_blocks_new(Arena *a, const MatchBook *book, bool across, uint32_t largest);
/* Pairs in all blocks, counted as often as blocks hold them. */
uint64_t match_block_pairs(const BlockBook *b);

/* The later records that share a block with one record, each once. */
typedef struct Candidates {
    uint32_t *records;
    size_t n;
    uint64_t owned[MATCH_PASSES]; /* of all records so far, by the pass of the first block */
    uint8_t *seen;                /* by record: `turn` where it is one already */
    uint32_t all;
    uint8_t turn;
} Candidates;

void match_candidates_init(Arena *a, uint32_t records, Candidates *ret);
void match_candidates(const BlockBook *b, uint32_t record, Candidates *ret);

/* Private matching: a person as a cryptographic long-term key (CLK), a keyed Bloom filter over
 * pieces of name, birth date, sex and village, so that two offices can find out that both know
 * somebody without showing who (Schnell, Bachteler, Reiher 2009, "Privacy-preserving record linkage
 * using Bloom filters"; bits per feature after clkhash schema 3).
 *
 * A CLK is still personal data: whoever holds a full name list and the key can read it back, and
 * without the key frequent patterns can be guessed. Keys belong to one exchange and are destroyed
 * after it; nothing here stores them. */
#pragma once

#include "base/str.h"

enum { CLK_BITS = 1024, CLK_WORDS = CLK_BITS / 64, CLK_HEX = CLK_BITS / 4 };

typedef struct Clk {
    uint64_t words[CLK_WORDS];
} Clk;

/* A keyed pseudo-random function: fills `out` with 64 bytes that depend on the key, the token and
 * the block number. Handed in, because keyed hashes belong to `guard`. */
enum { CLK_BLOCK = 64 };
typedef struct ClkHash {
    void (*block)(const void *key, Str token, uint32_t number, unsigned char out[CLK_BLOCK]);
    const void *key;
} ClkHash;

/* What is encoded of a person. Names are normalised words (one spelling for variants), in any
 * order; a part that is not known is left empty and adds nothing. */
typedef struct ClkPerson {
    const Str *names;
    size_t name_count;
    const Str *mother;
    size_t mother_count;
    int day, month, year; /* 0: not known */
    Str sex;              /* one code, the same in both offices */
    Str village;          /* a region code */
} ClkPerson;

/* Hardening, agreed on by both offices before encoding. */
typedef struct ClkPlan {
    Str salt; /* goes into every token; empty: none. Never the birth year: it is what papers forge
               */
    int flip_permil; /* bits inverted of a thousand, 0 to 50; equal CLKs are changed equally (BLIP)
                      */
} ClkPlan;

/* The CLK of a person. Deterministic for a key and a plan. */
void clk_encode(const ClkHash *hash, const ClkPlan *plan, const ClkPerson *who, Clk *ret);
/* Bits set, 0 to CLK_BITS. A CLK of less than a quarter of its bits is too thin to compare. */
int clk_fill(const Clk *c);
/* CLK_HEX lower-case digits, word by word, not NUL-terminated. */
void clk_to_hex(const Clk *c, char ret[CLK_HEX]);
/* False unless the text is CLK_HEX hexadecimal digits. */
bool clk_from_hex(Str text, Clk *ret);

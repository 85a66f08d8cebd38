#include "identity/clk.h"

#include <string.h>

/* Insertions a feature may make in all; a thousand bits are then about half full. */
enum {
    NAME_BITS = 400,
    MOTHER_BITS = 100,
    DATE_BITS = 30,      /* each of day, month, year */
    NEAR_YEAR_BITS = 10, /* each of the two years before and after: ages are forged by little */
    NEAR_YEARS = 2,
    SEX_BITS = 15,
    VILLAGE_BITS = 60,
    POSITION_BYTES = 2, /* of the pseudo-random stream for one position */
    PIECE_MAX = 160,
};

typedef struct Encoder {
    const ClkHash *hash;
    Str salt;
    Clk *clk;
} Encoder;

static void set_bits(Encoder *e, Str token, int n)
{
    unsigned char block[CLK_BLOCK];
    enum { PER_BLOCK = CLK_BLOCK / POSITION_BYTES };
    for (int i = 0; i < n; i++) {
        if (i % PER_BLOCK == 0)
            e->hash->block(e->hash->key, token, (uint32_t)(i / PER_BLOCK), block);
        const unsigned char *at = block + i % PER_BLOCK * POSITION_BYTES;
        unsigned bit = ((unsigned)at[0] | (unsigned)at[1] << 8) % CLK_BITS;
        e->clk->words[bit / 64] |= UINT64_C(1) << bit % 64;
    }
}

/* `feature` keeps a word of the mother's name from meaning the same word of her child's. */
static void add_piece(Encoder *e, char feature, Str piece, int bits)
{
    char token[PIECE_MAX];
    size_t n = 0;
    token[n++] = feature;
    for (size_t i = 0; i < e->salt.len && n < PIECE_MAX / 2; i++)
        token[n++] = e->salt.ptr[i];
    token[n++] = '\x1f';
    for (size_t i = 0; i < piece.len && n < PIECE_MAX; i++)
        token[n++] = piece.ptr[i];
    set_bits(e, (Str){token, n}, bits);
}

/* Pairs of neighbouring letters with the word's edges: "ani" gives "_a", "an", "ni", "i_". */
static void add_bigrams(Encoder *e, char feature, Str word, int bits)
{
    for (size_t i = 0; i <= word.len; i++) {
        char pair[2] = {i == 0 ? '_' : word.ptr[i - 1], i == word.len ? '_' : word.ptr[i]};
        add_piece(e, feature, (Str){pair, 2}, bits);
    }
}

/* Long names get fewer bits a pair, so that every person fills about the same share. */
static void add_words(Encoder *e, char feature, const Str *words, size_t n, int budget)
{
    size_t pairs = 0;
    for (size_t i = 0; i < n; i++)
        pairs += words[i].len ? words[i].len + 1 : 0;
    if (pairs == 0)
        return;
    int each = budget / (int)pairs;
    for (size_t i = 0; i < n; i++)
        if (words[i].len)
            add_bigrams(e, feature, words[i], each > 0 ? each : 1);
}

static void add_number(Encoder *e, char feature, int number, int bits)
{
    char digits[5];
    for (size_t i = sizeof digits; i-- > 0; number /= 10)
        digits[i] = (char)('0' + number % 10);
    add_piece(e, feature, (Str){digits, sizeof digits}, bits);
}

static void add_birth(Encoder *e, const ClkPerson *who)
{
    if (who->day > 0)
        add_number(e, 'd', who->day, DATE_BITS);
    if (who->month > 0)
        add_number(e, 'b', who->month, DATE_BITS);
    if (who->year <= NEAR_YEARS)
        return;
    add_number(e, 't', who->year, DATE_BITS);
    for (int off = -NEAR_YEARS; off <= NEAR_YEARS; off++)
        if (off != 0)
            add_number(e, 't', who->year + off, NEAR_YEAR_BITS);
}

/* Inverts bits by a stream that depends on the CLK itself: two equal CLKs stay equal, and averaging
 * over repeated encodings teaches nothing. */
static void flip(Encoder *e, int permil)
{
    Clk before = *e->clk;
    Str value = {(const char *)before.words, sizeof before.words};
    enum { PER_BLOCK = CLK_BLOCK / POSITION_BYTES };
    unsigned char block[CLK_BLOCK];
    for (int bit = 0; bit < CLK_BITS; bit++) {
        if (bit % PER_BLOCK == 0)
            e->hash->block(e->hash->key, value, (uint32_t)(bit / PER_BLOCK), block);
        const unsigned char *at = block + bit % PER_BLOCK * POSITION_BYTES;
        unsigned chance = (unsigned)at[0] | (unsigned)at[1] << 8;
        if (chance * 1000u < (unsigned)permil << 16)
            e->clk->words[bit / 64] ^= UINT64_C(1) << bit % 64;
    }
}

void clk_encode(const ClkHash *hash, const ClkPlan *plan, const ClkPerson *who, Clk *ret)
{
    *ret = (Clk){0};
    Encoder e = {hash, plan->salt, ret};
    add_words(&e, 'n', who->names, who->name_count, NAME_BITS);
    add_words(&e, 'i', who->mother, who->mother_count, MOTHER_BITS);
    add_birth(&e, who);
    if (!str_empty(who->sex))
        add_piece(&e, 's', who->sex, SEX_BITS);
    if (!str_empty(who->village))
        add_piece(&e, 'w', who->village, VILLAGE_BITS);
    if (plan->flip_permil > 0)
        flip(&e, plan->flip_permil);
}

int clk_fill(const Clk *c)
{
    int n = 0;
    for (int i = 0; i < CLK_WORDS; i++)
        n += __builtin_popcountll(c->words[i]);
    return n;
}

void clk_to_hex(const Clk *c, char ret[CLK_HEX])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < CLK_HEX; i++)
        ret[i] = digits[c->words[i / 16] >> (60 - i % 16 * 4) & 15];
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char low = (char)(c | 32);
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

bool clk_from_hex(Str text, Clk *ret)
{
    if (text.len != CLK_HEX)
        return false;
    Clk c = {0};
    for (size_t i = 0; i < text.len; i++) {
        int d = hex_digit(text.ptr[i]);
        if (d < 0)
            return false;
        c.words[i / 16] = c.words[i / 16] << 4 | (uint64_t)d;
    }
    *ret = c;
    return true;
}

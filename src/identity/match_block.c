#include "identity/match_block.h"

#include "identity/match_value.h"
#include "identity/sort_numbers.h"

#include <string.h>

/* A block may hold more records in a small book, where looking at all pairs costs little. In a
 * large one more neighbours teach false pairs. */
enum { LARGEST_OF_MANY = 24, RECORDS_IN_BLOCKS = 4000000 };
enum {
    MOST_KEYS = 64,
    TOP_NAMES = 3,
    TOP_PLACES = 6,
    TOP_BIRTHS = 2,
    SUB_KEYS = 5,
    NEIGHBOURS = 8,
    OF_A_HOUSE = 30
};

enum { MAN = 1, WOMAN = 2, SEXES = 4 };
enum { NEED_NAMES = 1, NEED_MOTHER = 2 }; /* sounds of words */

/* What keys are made of. 0 stands for nothing known. */
typedef struct Features {
    const MatchBook *book;
    uint64_t names[TOP_NAMES], loose[TOP_NAMES], places[TOP_PLACES], numbers[MATCH_COMPARISONS],
        mother, mother_too; /* her two rarest words */
    uint32_t words[TOP_NAMES];
    uint32_t births[TOP_BIRTHS]; /* as stated, and by the NIK where that says another */
    uint32_t sex;
    size_t place_count, number_count;
    uint32_t texts[TOP_PLACES]; /* of them addresses and the like as words; 0: a village */
} Features;

typedef struct Keys {
    uint64_t items[MOST_KEYS];
    size_t n;
} Keys;

/* A record under a key: the highest bits of the key above the number of the record. Where two keys
 * are taken for one, a block is a little larger. */
enum { RECORD_BITS = 25 };
_Static_assert(MATCH_RECORDS < 1 << RECORD_BITS, "a record does not fit below its key");
typedef ARENA_LIST(uint64_t) Entries;

static uint64_t entry_of(uint64_t key, uint32_t record)
{
    return key >> RECORD_BITS << RECORD_BITS | record;
}

static uint64_t key_of(uint64_t entry)
{
    return entry >> RECORD_BITS;
}

static uint32_t record_of(uint64_t entry)
{
    return (uint32_t)(entry & ((1u << RECORD_BITS) - 1));
}

typedef struct Heard {
    uint64_t sound, loose; /* loose: what sounds alike at all */
} Heard;

typedef struct Blocking {
    BlockBook *to;
    Arena *arena, *scratch; /* of what stays; of what does not */
    const Heard *heard;     /* by word */
    size_t most, largest;   /* records of a block: of any pass, of this one */
    ARENA_LIST(uint32_t) members;
    ARENA_LIST(uint64_t) starts;
    ARENA_LIST(uint8_t) pass_of;
} Blocking;

static void put_key(Keys *keys, uint64_t a, uint64_t b)
{
    if (!a || !b || keys->n == MOST_KEYS)
        return;
    uint64_t key = match_mix(a, b);
    for (size_t i = 0; i < keys->n; i++)
        if (keys->items[i] == key)
            return;
    keys->items[keys->n++] = key;
}

static uint64_t year_of(uint32_t birth)
{
    return (uint64_t)DATE_YEAR(birth);
}

/* Day and month whichever stands first, without the year. */
static uint64_t day_and_month(uint32_t birth)
{
    uint64_t m = (uint64_t)DATE_MONTH(birth), d = (uint64_t)DATE_DAY(birth);
    if (!m || !d)
        return 0;
    return 1000 + (m < d ? m * 100 + d : d * 100 + m);
}

static bool full_date(uint32_t birth)
{
    return DATE_YEAR(birth) && DATE_MONTH(birth) && DATE_DAY(birth);
}

static void by_number(const Features *f, Keys *keys)
{
    for (size_t i = 0; i < f->number_count; i++)
        put_key(keys, f->numbers[i], i + 1);
}

static void by_birth(const Features *f, Keys *keys)
{
    for (int d = 0; d < TOP_BIRTHS; d++)
        if (full_date(f->births[d]))
            put_key(keys, f->births[d], 3);
}

static void by_two_names(const Features *f, Keys *keys)
{
    for (int i = 0; i < TOP_NAMES; i++)
        for (int j = i + 1; j < TOP_NAMES; j++) {
            uint64_t x = f->names[i], y = f->names[j];
            put_key(keys, x < y ? x : y, x < y ? y : x);
        }
}

/* A year and a sex; who is of no stated sex stands under both. */
static void put_year_key(const Features *f, uint64_t word, Keys *keys)
{
    uint64_t year = year_of(f->births[0]) * SEXES;
    if (!year)
        return;
    if (f->sex != WOMAN)
        put_key(keys, word, year + MAN);
    if (f->sex != MAN)
        put_key(keys, word, year + WOMAN);
}

static void by_name_and_day(const Features *f, Keys *keys)
{
    for (int i = 0; i < TOP_NAMES; i++)
        for (int d = 0; d < TOP_BIRTHS; d++)
            put_key(keys, f->loose[i], day_and_month(f->births[d]));
}

static void by_name_and_place(const Features *f, Keys *keys)
{
    for (int i = 0; i < TOP_NAMES; i++)
        for (size_t p = 0; p < f->place_count; p++)
            put_key(keys, f->names[i], f->places[p]);
}

/* An address or postcode that few share tells a person by itself, whatever became of the name. */
static void by_rare_place(const Features *f, Keys *keys)
{
    const Word *words = f->book->vocabulary->words;
    for (size_t p = 0; p < f->place_count; p++)
        if (f->texts[p] && words[f->texts[p]].count <= OF_A_HOUSE)
            put_key(keys, f->places[p], 5);
}

static void by_mother(const Features *f, Keys *keys)
{
    for (size_t p = 0; p < f->place_count; p++)
        put_key(keys, f->mother, f->places[p]);
    put_key(keys, f->mother, year_of(f->births[0]));
    for (int d = 0; d < TOP_BIRTHS; d++)
        put_key(keys, f->mother, day_and_month(f->births[d]));
}

static void by_mother_and_name(const Features *f, Keys *keys)
{
    for (int i = 0; i < TOP_NAMES; i++)
        put_key(keys, f->mother, f->names[i]);
    put_key(keys, f->mother, f->mother_too);
}

static void by_day_and_place(const Features *f, Keys *keys)
{
    for (int d = 0; d < TOP_BIRTHS; d++)
        for (size_t p = 0; p < f->place_count; p++)
            put_key(keys, day_and_month(f->births[d]), f->places[p]);
}

/* A word and the words that are nearly it or another form of it, each with the year. Of two such
 * words the later one stands under the earlier, so that a pair meets once. */
static void by_similar_and_year(const Features *f, Keys *keys)
{
    const SimilarWords *s = f->book->similar;
    for (int i = 0; i < 2 && f->words[i]; i++) {
        uint32_t w = f->words[i], n = 0;
        put_year_key(f, w, keys);
        for (uint32_t at = s->starts[w];
             at < s->starts[w + 1] && s->others[at] < w && n < NEIGHBOURS; at++)
            if (s->levels[at] >= WORD_NEAR) {
                put_year_key(f, s->others[at], keys);
                n++;
            }
    }
}

/* Keys that find next to nobody alone have smaller blocks: more neighbours teach false pairs.
 * Within a register, which names everybody once, only keys that whoever stands in it twice shares.
 */
enum { LARGE = 8, SMALL = 3 };

static const struct {
    const char *name;
    void (*keys)(const Features *f, Keys *keys);
    size_t eighths; /* of the largest block */
    bool plain;     /* also within a register */
    unsigned needs;
} passes[] = {
    {"number", by_number, LARGE, true, 0},
    {"birth", by_birth, SMALL, true, 0},
    {"two-names", by_two_names, LARGE, false, NEED_NAMES},
    {"name-day", by_name_and_day, LARGE, false, NEED_NAMES},
    {"name-place", by_name_and_place, LARGE, false, NEED_NAMES},
    {"mother-name", by_mother_and_name, SMALL, false, NEED_NAMES | NEED_MOTHER},
    {"mother", by_mother, SMALL, false, NEED_MOTHER},
    {"similar-year", by_similar_and_year, SMALL, false, 0},
    {"day-place", by_day_and_place, SMALL, false, 0},
    {"place", by_rare_place, LARGE, false, 0},
};
enum { PASSES = sizeof passes / sizeof *passes };

static void name_features(const Blocking *b, const Comparison *c, const uint32_t *words,
                          unsigned needs, Features *ret)
{
    if (c->role == COLUMN_MOTHER && needs & NEED_MOTHER) {
        ret->mother = b->heard[words[0]].sound;
        ret->mother_too = b->heard[words[1]].sound;
    }
    for (int i = 0; i < TOP_NAMES && words[i] && c->role == COLUMN_NAME; i++) {
        ret->words[i] = words[i];
        if (needs & NEED_NAMES) {
            ret->names[i] = b->heard[words[i]].sound;
            ret->loose[i] = b->heard[words[i]].loose;
        }
    }
}

/* `needs`: of what lies far apart in memory. */
static void features_of(const Blocking *b, uint32_t record, unsigned needs, Features *ret)
{
    const MatchBook *book = b->to->book;
    *ret = (Features){.book = book, .sex = MAN}; /* of books that tell no sex */
    for (size_t k = 0; k < book->comparison_count; k++) {
        const Comparison *c = &book->comparisons[k];
        const uint32_t *v = match_row(book, record) + c->at;
        if (c->kind == COMPARE_NAME)
            name_features(b, c, v, needs, ret);
        else if (c->kind == COMPARE_BIRTH)
            ret->births[0] = *v;
        else if (c->kind == COMPARE_SEX)
            ret->sex = *v;
        else if (c->kind == COMPARE_TEXT && !c->finer && ret->place_count < TOP_PLACES) {
            ret->texts[ret->place_count] =
                c->role == COLUMN_ADDRESS || c->role == COLUMN_TEXT ? v[0] : 0;
            ret->places[ret->place_count++] = v[0] ? match_mix(v[0], k + 100) : 0;
        }
        if (c->kind == COMPARE_NIK)
            ret->births[1] = v[3];
        if (c->kind == COMPARE_NIK || c->kind == COMPARE_NUMBER)
            ret->numbers[ret->number_count++] = (uint64_t)v[1] << 32 | v[0];
    }
}

static void keep_block(Blocking *b, const uint64_t *run, size_t n, BlockPass *pass, uint8_t pass_at)
{
    Arena *a = b->arena;
    size_t apart = 0; /* of the register, whose pairs do not count here */
    for (size_t i = 0; i < n && !passes[pass_at].plain; i++)
        apart += b->to->registered[record_of(run[i])];
    if (apart == n)
        return;
    pass->blocks++;
    pass->pairs += ((uint64_t)n * (n - 1) - (uint64_t)apart * (apart - (apart > 0))) / 2;
    *ARENA_PUSH_WIDE(a, b->starts) = b->members.n;
    *ARENA_PUSH_WIDE(a, b->pass_of) = pass_at;
    for (size_t i = 0; i < n; i++)
        *ARENA_PUSH_WIDE(a, b->members) = record_of(run[i]);
}

/* What divides a block that is too large, one thing after the other. */
static uint64_t sub_key(const Features *f, int level)
{
    switch (level) {
    case 0:
        return f->names[0];
    case 1:
        return f->names[1];
    case 2:
        return year_of(f->births[0]);
    case 3:
        return f->place_count ? f->places[0] : 0;
    default:
        return f->sex;
    }
}

static void divide(Blocking *b, Entries all, int level, BlockPass *pass, uint8_t pass_at);

static void take_run(Blocking *b, const uint64_t *run, size_t n, int level, BlockPass *pass,
                     uint8_t pass_at)
{
    if (n < 2)
        return;
    if (n <= b->largest) {
        keep_block(b, run, n, pass, pass_at);
        return;
    }
    if (level == SUB_KEYS) {
        pass->lost += (uint64_t)n * (n - 1) / 2;
        return;
    }
    pass->split += level == 0;
    Arena *mine = arena_new(SIZE_MAX);
    Entries again = {ARENA_ARRAY(mine, n, uint64_t), n, n};
    for (size_t i = 0; i < n; i++) {
        Features f;
        uint32_t record = record_of(run[i]);
        features_of(b, record, NEED_NAMES, &f);
        again.items[i] = entry_of(match_mix(key_of(run[i]), sub_key(&f, level) + 11), record);
    }
    again.items = sort_numbers(mine, again.items, n, RECORD_BITS);
    divide(b, again, level + 1, pass, pass_at);
    arena_free(mine);
}

static void divide(Blocking *b, Entries all, int level, BlockPass *pass, uint8_t pass_at)
{
    for (size_t i = 0, end; i < all.n; i = end) {
        for (end = i + 1; end < all.n && key_of(all.items[end]) == key_of(all.items[i]);)
            end++;
        take_run(b, all.items + i, end - i, level, pass, pass_at);
    }
}

static void run_pass(Blocking *b, size_t at)
{
    Arena *mine = arena_new(SIZE_MAX);
    BlockPass *pass = &b->to->passes[at];
    Entries all = {0};
    *pass = (BlockPass){.name = passes[at].name};
    b->largest = b->most * passes[at].eighths / LARGE;
    for (uint32_t r = 0; r < b->to->book->n; r++) {
        Features f;
        Keys keys = {0};
        features_of(b, r, passes[at].needs, &f);
        passes[at].keys(&f, &keys);
        for (size_t k = 0; k < keys.n; k++)
            *ARENA_PUSH_WIDE(mine, all) = entry_of(keys.items[k], r);
    }
    all.items = sort_numbers(mine, all.items, all.n, RECORD_BITS);
    divide(b, all, 0, pass, (uint8_t)at);
    arena_free(mine);
}

/* For each record its blocks; ascending, since blocks are walked in order. */
static void list_blocks(Arena *a, BlockBook *to)
{
    uint32_t n = to->book->n;
    uint64_t *at = to->record_starts = ARENA_WIDE(a, (size_t)n + 2, uint64_t), total = 0;
    for (uint64_t m = 0; m < to->starts[to->block_count]; m++)
        at[to->members[m] + 2]++;
    for (uint32_t r = 0; r <= n; r++) {
        total += at[r + 1];
        at[r + 1] = total;
    }
    to->record_blocks = ARENA_WIDE(a, to->starts[to->block_count] + 1, uint32_t);
    for (uint32_t g = 0; g < to->block_count; g++)
        for (uint64_t m = to->starts[g]; m < to->starts[g + 1]; m++)
            to->record_blocks[at[to->members[m] + 1]++] = g;
}

/* What has no Latin letters sounds as it is written. */
static uint64_t sound_of(Str sound, Str text)
{
    return sound.len ? match_hash(7, sound) : match_hash(8, text);
}

static void hear_words(Blocking *b)
{
    const MatchBook *book = b->to->book;
    Heard *heard = ARENA_ARRAY(b->scratch, book->vocabulary->n, Heard);
    for (uint32_t w = 1; w < book->vocabulary->n; w++) {
        const NameToken *t = &book->tokens[w];
        Str text = book->vocabulary->words[w].text;
        heard[w] = (Heard){sound_of(token_strict(t), text), sound_of(token_loose(t), text)};
    }
    b->heard = heard;
}

/* Two words of the name with the birth date, and in the lowest bits the book that says so. */
static Entries people_of(Arena *a, const Blocking *b)
{
    Entries all = {0};
    for (uint32_t r = 0; r < b->to->book->n; r++) {
        Features f;
        features_of(b, r, NEED_NAMES, &f);
        if (f.names[1] && full_date(f.births[0]))
            *ARENA_PUSH_WIDE(a, all) =
                match_mix(f.names[0] ^ f.names[1], f.births[0]) / MATCH_SOURCES * MATCH_SOURCES +
                match_source(b->to->book, r);
    }
    all.items = sort_numbers(a, all.items, all.n, 0);
    return all;
}

/* A register names nearly everybody, and once: a book of at least a third of all records, in which
 * stand a fifth of those of other books, even as they are written, and at most one in twenty twice.
 */
static bool is_register(const Entries *all, unsigned book)
{
    size_t in = 0, twice = 0, found = 0;
    for (size_t i = 0, end; i < all->n; i = end) {
        size_t here = 0;
        for (end = i;
             end < all->n && all->items[end] / MATCH_SOURCES == all->items[i] / MATCH_SOURCES;
             end++)
            here += all->items[end] % MATCH_SOURCES == book;
        in += here;
        twice += here > 1 ? here - 1 : 0;
        found += here ? end - i - here : 0;
    }
    return in * 3 >= all->n && found && found * 5 >= all->n - in && twice * 20 <= in;
}

static void find_register(Blocking *b)
{
    const MatchBook *book = b->to->book;
    Entries all = people_of(b->scratch, b);
    unsigned s = 0;
    while (s < book->book_count && !is_register(&all, s))
        s++;
    b->to->registered = ARENA_WIDE(b->arena, (size_t)book->n + 1, uint8_t);
    for (uint32_t r = 0; r < book->n && s < book->book_count; r++)
        b->to->registered[r] = match_source(book, r) == s;
    b->to->register_at = s < book->book_count ? s + 1 : 0;
}

static size_t largest_for(uint32_t records)
{
    size_t n = RECORDS_IN_BLOCKS / ((size_t)records + 1);
    return n > BLOCK_MOST ? BLOCK_MOST : n < LARGEST_OF_MANY ? LARGEST_OF_MANY : n;
}

BlockBook *match_blocks_new(Arena *a, const MatchBook *book, bool across, uint32_t largest)
{
    BlockBook *to = ARENA_NEW(a, BlockBook);
    Blocking b = {.to = to, .arena = a, .scratch = arena_new(SIZE_MAX)};
    *to = (BlockBook){.book = book, .across = across, .pass_count = PASSES};
    hear_words(&b);
    find_register(&b);
    b.most = largest ? largest : largest_for(book->n);
    for (size_t p = 0; p < PASSES; p++)
        run_pass(&b, p);
    arena_free(b.scratch);
    to->block_count = (uint32_t)b.starts.n;
    *ARENA_PUSH_WIDE(a, b.starts) = b.members.n;
    to->starts = b.starts.items;
    to->members = b.members.items;
    to->pass_of = b.pass_of.items;
    list_blocks(a, to);
    return to;
}

uint64_t match_block_pairs(const BlockBook *b)
{
    uint64_t sum = 0;
    for (size_t p = 0; p < b->pass_count; p++)
        sum += b->passes[p].pairs;
    return sum;
}

void match_candidates_init(Arena *a, uint32_t records, Candidates *ret)
{
    *ret = (Candidates){.records = ARENA_WIDE(a, (size_t)records + 1, uint32_t),
                        .seen = ARENA_WIDE(a, (size_t)records + 1, uint8_t),
                        .all = records};
}

/* Blocks lie far apart in memory: those of the next records are fetched meanwhile. */
static void fetch_ahead(const BlockBook *b, uint32_t record)
{
    enum { SOON = 4, LATER = 8 };
    if (record + LATER >= b->book->n)
        return;
    const uint64_t *at = b->record_starts + record;
    for (uint64_t i = at[LATER]; i < at[LATER + 1]; i++) {
        __builtin_prefetch(&b->starts[b->record_blocks[i] + 1]);
        __builtin_prefetch(&b->pass_of[b->record_blocks[i]]);
    }
    for (uint64_t i = at[SOON]; i < at[SOON + 1]; i++)
        __builtin_prefetch(&b->members[b->starts[b->record_blocks[i] + 1] - 1]);
}

void match_candidates(const BlockBook *b, uint32_t record, Candidates *ret)
{
    fetch_ahead(b, record);
    unsigned source = match_source(b->book, record);
    ret->n = 0;
    if (++ret->turn == 0) { /* all turns are used */
        memset(ret->seen, 0, ret->all);
        ret->turn = 1;
    }
    for (uint64_t i = b->record_starts[record]; i < b->record_starts[record + 1]; i++) {
        uint32_t g = b->record_blocks[i];
        size_t before = ret->n;
        bool apart = b->registered[record] && !passes[b->pass_of[g]].plain;
        for (uint64_t m = b->starts[g + 1]; m-- > b->starts[g] && b->members[m] > record;) {
            uint32_t other = b->members[m];
            if (ret->seen[other] == ret->turn || (apart && b->registered[other]) ||
                (b->across && match_source(b->book, other) == source))
                continue;
            ret->seen[other] = ret->turn;
            ret->records[ret->n++] = other;
        }
        ret->owned[b->pass_of[g]] += ret->n - before;
    }
}

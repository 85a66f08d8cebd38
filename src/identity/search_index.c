#include "identity/search_index.h"

#include "identity/word_index.h"

#include <string.h>

enum { CHUNK = 1 << 16, RADIX_BITS = 11, RADIX = 1 << RADIX_BITS, ALIGNED = 64, KEYS_A_SLOT = 8 };
static const char magic[] = "SIGAPSI4";

typedef struct Added {
    Row row;
    Rest rest;
} Added;

typedef struct Pair {
    uint64_t key;
    uint32_t value;
} Pair;

/* While it is made: chunks of records, and the words and marks so far. */
typedef struct Making {
    Arena *arena;
    Vocabulary *words;
    struct {
        Added **items;
        size_t n, cap;
    } chunks;
    ARENA_LIST(Pair) keys; /* the values of marks are records as they came until it is finished */
    size_t n;              /* records */
} Making;

/* ---- sections ---- */

static const size_t item_size[SECTIONS] = {
#define X(name, type) sizeof(type),
    SEARCH_SECTIONS(X)
#undef X
};

static size_t aligned(size_t n)
{
    return (n + ALIGNED - 1) / ALIGNED * ALIGNED;
}

static size_t image_size(const uint64_t counts[SECTIONS])
{
    size_t size = aligned(sizeof(SearchHead));
    for (int i = 0; i < SECTIONS; i++)
        size += aligned((size_t)counts[i] * item_size[i]);
    return size;
}

static void lay_sections(SearchIndex *x, Str image)
{
    const SearchHead *head = (const void *)image.ptr;
    const char *at[SECTIONS], *next = image.ptr + aligned(sizeof *head);
    for (int i = 0; i < SECTIONS; i++) {
        at[i] = next;
        next += aligned((size_t)head->counts[i] * item_size[i]);
    }
    x->image = image;
    memcpy(x->counts, head->counts, sizeof x->counts);
#define X(name, type) x->name = (const void *)at[SECTION_##name];
    SEARCH_SECTIONS(X)
#undef X
}

static uint64_t print_of_equal(uint64_t print, const EqualWords *all)
{
    for (size_t i = 0; i < all->n; i++)
        print = match_mix(match_hash(print, all->items[i].word),
                          all->items[i].group * 2u + all->items[i].weak);
    return print;
}

static uint64_t print_of_rules(const NameRules *r)
{
    uint64_t print = print_of_equal(NORM_VERSION, &r->equal);
    for (size_t i = 0; i < r->spelling.n; i++)
        print = match_mix(match_hash(print, r->spelling.items[i].from),
                          match_hash(r->spelling.items[i].place, r->spelling.items[i].to));
    for (size_t i = 0; i < r->words.n; i++)
        print = match_mix(match_hash(print, r->words.items[i].word),
                          match_hash(r->words.items[i].use, r->words.items[i].full));
    for (size_t i = 0; i < r->sounds.n; i++)
        print = match_mix(match_hash(print, r->sounds.items[i].letters),
                          match_hash(1, r->sounds.items[i].strict));
    return print;
}

/* ---- making ---- */

SearchIndex *search_index_new(Arena *a, const NameRules *rules)
{
    SearchIndex *x = ARENA_NEW(a, SearchIndex);
    Arena *scratch = arena_new(SIZE_MAX);
    *x = (SearchIndex){.arena = a, .rules = rules, .making = ARENA_NEW(scratch, Making)};
    x->making->arena = scratch;
    x->making->words = vocabulary_new(scratch);
    return x;
}

static void put_key(Making *m, uint64_t key, uint32_t value)
{
    *ARENA_PUSH_WIDE(m->arena, m->keys) = (Pair){key, value};
}

static uint32_t word_of(Making *m, uint8_t class, Str text)
{
    uint32_t word = vocabulary_put(m->words, class, text);
    m->words->words[word].count++;
    return word < 1u << 24 ? word : 0;
}

void search_index_add(SearchIndex *x, const SearchPerson *person, uint64_t place)
{
    Making *m = x->making;
    if (m->n % CHUNK == 0)
        *ARENA_PUSH(m->arena, m->chunks) = ARENA_ARRAY(m->arena, CHUNK, Added);
    Added *r = &m->chunks.items[m->n / CHUNK][m->n % CHUNK];
    for (int i = 0; i < SEARCH_MARKS; i++)
        if (person->marks[i])
            put_key(m, mark_key(person->marks[i]), (uint32_t)m->n);
    m->n++;
    r->row.birth = person->birth;
    r->rest = (Rest){.place = {(uint32_t)place, (uint32_t)(place >> 32)}};
    if (person->village.len)
        r->rest.village = word_of(m, VILLAGE_CLASS, str_head(person->village, TOKEN_MAX));
    for (int i = 0, n = 0; i < person->name.n && n < ROW_WORDS; i++) {
        const NameToken *t = &person->name.tokens[i];
        uint32_t word = word_of(m, NAME_CLASS, t->shortened ? token_canonical(t) : token_raw(t));
        bool known = false;
        for (int k = 0; k < n; k++)
            known |= row_word(&r->row, k) == word;
        for (int b = 0; b < 3 && !known; b++)
            r->row.words[n][b] = (uint8_t)(word >> (8 * b));
        n += !known;
    }
}

static uint64_t slot_of(uint64_t key, uint64_t slots)
{
    return (key >> 32) * slots >> 32;
}

/* Stable, by the lowest `bits` of the keys; `spare` is as long. Returns where the result lies. */
static Pair *sort_pairs(Pair *items, Pair *spare, size_t n, int bits)
{
    for (int shift = 0; shift < bits; shift += RADIX_BITS) {
        size_t starts[RADIX + 1] = {0};
        for (size_t i = 0; i < n; i++)
            starts[(items[i].key >> shift) % RADIX + 1]++;
        for (int d = 0; d < RADIX; d++)
            starts[d + 1] += starts[d];
        for (size_t i = 0; i < n; i++)
            spare[starts[(items[i].key >> shift) % RADIX]++] = items[i];
        Pair *other = items;
        items = spare;
        spare = other;
    }
    return items;
}

/* ---- finishing ---- */

/* What is made before it is known how long the block becomes. */
typedef struct Finishing {
    SearchIndex *x;
    Making *m;
    Pair *order; /* records by birth */
    IndexWord *words;
    Buf texts;
    uint32_t *letters, *starts;
    SearchHead *head;
} Finishing;

static const Added *added(const Making *m, uint64_t at)
{
    return &m->chunks.items[at / CHUNK][at % CHUNK];
}

static void order_by_birth(Finishing *f)
{
    size_t n = f->m->n, births = 1;
    Pair *all = ARENA_ARRAY(f->m->arena, n + 1, Pair);
    uint32_t *places = ARENA_WIDE(f->m->arena, n + 1, uint32_t);
    for (uint32_t i = 0; i < n; i++)
        all[i] = (Pair){added(f->m, i)->row.birth, i};
    f->order = sort_pairs(all, ARENA_ARRAY(f->m->arena, n + 1, Pair), n, 32);
    for (uint32_t i = 0; i < n; i++) {
        places[f->order[i].value] = i;
        births += i == 0 || f->order[i].key != f->order[i - 1].key;
    }
    for (size_t i = 0; i < f->m->keys.n; i++)
        f->m->keys.items[i].value = places[f->m->keys.items[i].value];
    f->head->counts[SECTION_rows] = f->head->counts[SECTION_rest] = n;
    f->head->counts[SECTION_births] = births;
}

static void put_word(Finishing *f, uint32_t id)
{
    const Word *w = &f->m->words->words[id];
    NameToken t;
    WordKey keys[WORD_KEYS];
    if (w->class == NAME_CLASS)
        name_token(f->x->rules, w->text, &t);
    else
        search_village_token(w->text, &t);
    IndexWord *to = &f->words[id];
    *to = (IndexWord){
        .raw = (uint32_t)f->texts.len, .raw_len = t.raw_len, .canonical_len = t.canonical_len};
    f->letters[id] = word_letters(token_canonical(&t));
    buf_put(&f->texts, token_raw(&t));
    bool same = str_eq(token_raw(&t), token_canonical(&t));
    to->canonical = same ? to->raw : (uint32_t)f->texts.len;
    buf_put(&f->texts, same ? STR_NONE : token_canonical(&t));
    size_t n = w->count ? word_keys(w->class, &t, keys) : 0;
    for (size_t i = 0; i < n; i++)
        put_key(f->m, keys[i].key, id);
}

static void collect_words(Finishing *f)
{
    uint64_t *counts = f->head->counts;
    uint32_t n = f->m->words->n;
    f->words = ARENA_ARRAY(f->m->arena, n, IndexWord);
    f->letters = ARENA_ARRAY(f->m->arena, n, uint32_t);
    f->texts = buf_new(f->m->arena, 65536);
    for (uint32_t id = 1; id < n; id++)
        put_word(f, id);
    counts[SECTION_words] = counts[SECTION_letters] = n;
    counts[SECTION_texts] = f->texts.len;
    counts[SECTION_keys] = f->m->keys.n;
    counts[SECTION_slots] = f->m->keys.n / KEYS_A_SLOT + 2;
}

/* Each word's list with room for its records; two places ahead, so that after filling each ends
 * where the next begins. */
static void measure_lists(Finishing *f)
{
    uint32_t n = f->m->words->n;
    f->starts = ARENA_ARRAY(f->m->arena, n + 2, uint32_t);
    for (size_t i = 0; i < f->m->n; i++) {
        const Added *r = added(f->m, i);
        f->starts[r->rest.village + 2] += r->rest.village != 0;
        for (int k = 0; k < ROW_WORDS && row_word(&r->row, k); k++)
            f->starts[row_word(&r->row, k) + 2]++;
    }
    for (uint32_t w = 1; w <= n; w++)
        f->starts[w + 1] += f->starts[w];
    f->head->counts[SECTION_starts] = n + 1;
    f->head->counts[SECTION_lists] = f->starts[n + 1];
}

static void fill_rows(Finishing *f, Row *rows, Rest *rest, Birth *births, uint32_t *lists)
{
    size_t n = f->m->n, b = 0;
    for (uint32_t i = 0; i < n; i++) {
        const Added *r = added(f->m, f->order[i].value);
        rows[i] = r->row;
        rest[i] = r->rest;
        if (i == 0 || rows[i].birth != rows[i - 1].birth)
            births[b++] = (Birth){rows[i].birth, i};
        for (int k = 0; k < ROW_WORDS && row_word(&r->row, k); k++)
            lists[f->starts[row_word(&r->row, k) + 1]++] = i;
        if (r->rest.village)
            lists[f->starts[r->rest.village + 1]++] = i;
    }
    births[b] = (Birth){UINT32_MAX, (uint32_t)n};
}

static void fill_keys(Finishing *f, uint32_t *slots, IndexKey *keys)
{
    size_t n = f->m->keys.n, last = f->head->counts[SECTION_slots] - 1, next = 0;
    Pair *spare = ARENA_WIDE(f->m->arena, n + 1, Pair), *all = f->m->keys.items;
    for (size_t i = 0; i < n; i++)
        all[i].key = slot_of(all[i].key, last) << 32 | (uint32_t)all[i].key;
    all = sort_pairs(all, spare, n, 64);
    for (uint32_t i = 0; i < n; i++) {
        while (next <= all[i].key >> 32)
            slots[next++] = i;
        keys[i] = (IndexKey){(uint32_t)all[i].key, all[i].value};
    }
    while (next <= last)
        slots[next++] = (uint32_t)n;
}

/* The sections of an image that is being filled. */
#define FILLED(f, name) ((void *)(uintptr_t)(f)->x->name)

void search_index_finish(SearchIndex *x)
{
    SearchHead head = {.rules = print_of_rules(x->rules)};
    Finishing f = {.x = x, .m = x->making, .head = &head};
    memcpy(head.magic, magic, sizeof head.magic);
    order_by_birth(&f);
    collect_words(&f);
    measure_lists(&f);
    size_t size = image_size(head.counts);
    char *image = arena_alloc(x->arena, size + ALIGNED);
    image += ALIGNED - (uintptr_t)image % ALIGNED;
    memcpy(image, &head, sizeof head);
    lay_sections(x, (Str){image, size});
    fill_rows(&f, FILLED(&f, rows), FILLED(&f, rest), FILLED(&f, births), FILLED(&f, lists));
    memcpy(FILLED(&f, words), f.words, head.counts[SECTION_words] * sizeof *f.words);
    memcpy(FILLED(&f, letters), f.letters, head.counts[SECTION_letters] * sizeof *f.letters);
    memcpy(FILLED(&f, texts), f.texts.ptr, f.texts.len);
    memcpy(FILLED(&f, starts), f.starts, head.counts[SECTION_starts] * sizeof *f.starts);
    fill_keys(&f, FILLED(&f, slots), FILLED(&f, keys));
    arena_free(x->making->arena);
    x->making = NULL;
}

/* ---- an image from elsewhere ---- */

static bool head_is_sound(Str image, const SearchHead *head)
{
    const uint64_t *n = head->counts;
    if (image.len < sizeof *head || memcmp(head->magic, magic, sizeof head->magic) != 0)
        return false;
    for (int i = 0; i < SECTIONS; i++)
        if (n[i] > UINT32_MAX - 2 || n[i] > image.len)
            return false;
    return n[SECTION_rest] == n[SECTION_rows] && n[SECTION_births] >= 1 &&
           n[SECTION_words] > WORD_INITIALS && n[SECTION_starts] == n[SECTION_words] + 1 &&
           n[SECTION_letters] == n[SECTION_words] && n[SECTION_slots] >= 2 &&
           image_size(n) == image.len;
}

static bool ascends(const uint32_t *items, uint64_t n, uint64_t end)
{
    bool sound = items[0] == 0 && items[n - 1] == end;
    for (uint64_t i = 1; i < n; i++)
        sound &= items[i] >= items[i - 1];
    return sound;
}

static bool records_are_sound(const SearchIndex *x, uint64_t n, uint64_t words)
{
    uint64_t births = x->counts[SECTION_births];
    bool sound = x->births[0].first == 0 && x->births[births - 1].first == n;
    for (uint64_t i = 1; i < births; i++)
        sound &= x->births[i].first >= x->births[i - 1].first &&
                 x->births[i].birth > x->births[i - 1].birth;
    for (uint64_t i = 0; i < n; i++) {
        sound &= x->rest[i].village < words;
        for (int k = 0; k < ROW_WORDS; k++)
            sound &= row_word(&x->rows[i], k) < words;
    }
    for (uint64_t i = 0; i < x->counts[SECTION_lists]; i++)
        sound &= x->lists[i] < n;
    return sound;
}

static bool words_are_sound(const SearchIndex *x, uint64_t n, uint64_t records)
{
    uint64_t texts = x->counts[SECTION_texts];
    bool sound = true;
    for (uint64_t i = 0; i < n; i++) {
        const IndexWord *w = &x->words[i];
        sound &= w->raw_len <= TOKEN_MAX && w->canonical_len <= TOKEN_MAX &&
                 (uint64_t)w->raw + w->raw_len <= texts &&
                 (uint64_t)w->canonical + w->canonical_len <= texts;
    }
    for (uint64_t i = 0; i < x->counts[SECTION_keys]; i++)
        sound &= x->keys[i].value < (x->keys[i].key >> KEY_KIND ? n : records);
    return sound;
}

Err search_index_open(Arena *a, const NameRules *rules, Str image, SearchIndex **ret)
{
    const SearchHead *head = (const void *)image.ptr;
    SearchIndex *x = ARENA_NEW(a, SearchIndex);
    const uint64_t *n = x->counts;
    *x = (SearchIndex){.arena = a, .rules = rules};
    if ((uintptr_t)image.ptr % sizeof(uint64_t) || !head_is_sound(image, head))
        return E_PARSE;
    if (head->rules != print_of_rules(rules))
        return E_INVALID;
    lay_sections(x, image);
    if (!records_are_sound(x, n[SECTION_rows], n[SECTION_words]) ||
        !words_are_sound(x, n[SECTION_words], n[SECTION_rows]) ||
        !ascends(x->starts, n[SECTION_starts], n[SECTION_lists]) ||
        !ascends(x->slots, n[SECTION_slots], n[SECTION_keys]))
        return E_PARSE;
    *ret = x;
    return ERR_OK;
}

KeyRange search_index_keys(const SearchIndex *x, uint64_t key)
{
    const uint32_t *slot = &x->slots[slot_of(key, x->counts[SECTION_slots] - 1)];
    KeyRange r = {slot[0], slot[1]};
    while (r.from < r.end && x->keys[r.from].key != (uint32_t)key)
        r.from++;
    for (size_t i = r.from; i < r.end; i++)
        if (x->keys[i].key != (uint32_t)key)
            r.end = i;
    return r;
}

Str search_index_image(const SearchIndex *x)
{
    return x->image;
}

size_t search_index_records(const SearchIndex *x)
{
    return x->counts[SECTION_rows];
}

#include "identity/name_rules.h"

#include "base/file.h"
#include "base/utf8.h"
#include "identity/match_column.h"

#include <stdlib.h>
#include <string.h>

enum { TABLE_MAX = 4 << 20, CELLS = 5 };

/* ---- tables ---- */

typedef struct Table {
    Problems *problems;
    Str place, rest;
    int line;
    Str cells[CELLS];
} Table;

static void fault(Table *t, Msg msg, Str first, Str second)
{
    problem_add(t->problems, (Problem){.place = t->place,
                                       .line = t->line,
                                       .msg = msg,
                                       .args = {first, second, STR_NONE}});
}

static bool next_line(Table *t, Str *ret)
{
    if (!t->rest.len || !str_cut(&t->rest, '\n', ret))
        return false;
    t->line++;
    if (str_ends(*ret, S("\r")))
        ret->len--;
    return true;
}

static bool open_table(Table *t, Str text, Str place, const char *head, Problems *problems)
{
    Str line = STR_NONE;
    *t = (Table){.problems = problems, .place = place, .rest = text};
    if (!utf8_valid(text)) {
        fault(t, M_TSV_UTF8, STR_NONE, STR_NONE);
        return false;
    }
    if (next_line(t, &line) && str_is(line, head))
        return true;
    fault(t, M_TSV_HEAD, str_of(head), STR_NONE);
    return false;
}

/* Fills `n` cells of the next row; rows of another width are told and passed over. */
static bool next_row(Table *t, size_t n)
{
    Str line, cell;
    while (next_line(t, &line)) {
        size_t got = 0;
        if (!line.len)
            continue;
        for (; str_cut(&line, '\t', &cell); got++)
            if (got < n)
                t->cells[got] = str_trim(cell);
        if (got == n)
            return true;
        fault(t, M_TSV_CELLS, str_int(t->problems->arena, (int64_t)got),
              str_int(t->problems->arena, (int64_t)n));
    }
    return false;
}

/* The place of a cell among `words`; a word that is none of them is told. */
static int choice(Table *t, size_t column, const char *const *words, int n)
{
    for (int i = 0; i < n; i++)
        if (str_is(t->cells[column], words[i]))
            return i;
    fault(t, M_TSV_WORD, t->cells[column], str_of(words[0]));
    return 0;
}

static void read_spelling(Arena *a, Str text, NameRules *r, Problems *problems)
{
    static const char *const places[] = {"mana",       "awal",        "akhir",
                                         "depan_mati", "depan_hidup", "antara_mati"};
    Table t;
    if (!open_table(&t, text, S("ejaan.tsv"), "dari\tmenjadi\tletak", problems))
        return;
    while (next_row(&t, 3))
        *ARENA_PUSH(a, r->spelling) =
            (SpellingRule){t.cells[0], t.cells[1], (SpellingPlace)choice(&t, 2, places, 6)};
}

static void read_words(Arena *a, Str text, NameRules *r, Problems *problems)
{
    static const char *const uses[] = {"gelar_depan", "gelar_belakang", "ayah",
                                       "nama_lain",   "singkatan",      "singkatan_depan"};
    Table t;
    if (!open_table(&t, text, S("kata.tsv"), "kata\tguna\tbaku", problems))
        return;
    while (next_row(&t, 3))
        *ARENA_PUSH(a, r->words) =
            (WordRule){t.cells[0], t.cells[2], (WordUse)choice(&t, 1, uses, 6)};
}

static Str spelled(Arena *a, const NameRules *r, Str word)
{
    char canonical[TOKEN_MAX];
    size_t n = name_rules_spell(r, word, canonical);
    return str_copy(a, (Str){canonical, n});
}

void equal_words_add(Arena *a, const NameRules *r, Str names, uint16_t group, bool weak,
                     EqualWords *to)
{
    Str word;
    while (str_word(&names, &word))
        *ARENA_PUSH(a, *to) = (EqualWord){spelled(a, r, word), group, weak};
}

#define EQUAL_HEAD "bobot\tnama"
static const char *const equal_weights[] = {"kuat", "lemah"};

/* The words of a group are brought to one spelling here, as those of names are. */
static void read_equal(Arena *a, Str text, Str place, const NameRules *r, uint16_t group,
                       EqualWords *to, Problems *problems)
{
    Table t;
    if (!open_table(&t, text, place, EQUAL_HEAD, problems))
        return;
    for (; next_row(&t, 2); group++) {
        bool weak = choice(&t, 0, equal_weights, 2) == 1;
        equal_words_add(a, r, t.cells[1], group, weak, to);
    }
}

void equal_names_head(Buf *to)
{
    buf_lit(to, EQUAL_HEAD "\n");
}

void equal_names_row(Str names, bool weak, Buf *to)
{
    buf_printf(to, "%s\t%.*s\n", equal_weights[weak], STR_ARG(names));
}

static void read_sounds(Arena *a, Str text, NameRules *r, Problems *problems)
{
    Table t;
    if (!open_table(&t, text, S("bunyi.tsv"), "huruf\tketat\takhir\tlonggar\thidup", problems))
        return;
    while (next_row(&t, CELLS))
        *ARENA_PUSH(a, r->sounds) = (SoundRule){.letters = t.cells[0],
                                                .strict = t.cells[1],
                                                .last = t.cells[2],
                                                .loose = t.cells[3],
                                                .vowel = str_is(t.cells[4], "ya")};
}

static void read_headings(Arena *a, Str text, NameRules *r, Problems *problems)
{
    Table t;
    ColumnRole role;
    if (!open_table(&t, text, S("kolom.tsv"), "peran\tkata", problems))
        return;
    while (next_row(&t, 2)) {
        if (!str_is(t.cells[0], "-") && !column_role_read(t.cells[0], &role))
            fault(&t, M_MATCH_NO_ROLE, t.cells[0], STR_NONE);
        *ARENA_PUSH(a, r->headings) = (HeadingRule){t.cells[0], t.cells[1]};
    }
}

/* ---- order, so that looking up is quick ---- */

static int by_length(const void *x, const void *y)
{
    const SpellingRule *p = x, *q = y;
    if (p->from.len != q->from.len)
        return p->from.len > q->from.len ? -1 : 1;
    return (p->place == SPELLING_ANY) - (q->place == SPELLING_ANY);
}

static int by_word(const void *x, const void *y)
{
    const WordRule *p = x, *q = y;
    int d = str_cmp(p->word, q->word);
    return d ? d : (int)p->use - (int)q->use;
}

static int by_equal(const void *x, const void *y)
{
    const EqualWord *p = x, *q = y;
    int d = str_cmp(p->word, q->word);
    return d ? d : (int)p->group - (int)q->group;
}

static int by_letters(const void *x, const void *y)
{
    const SoundRule *p = x, *q = y;
    return (p->letters.len < q->letters.len) - (p->letters.len > q->letters.len);
}

static void order(void *items, size_t n, size_t size, int (*by)(const void *, const void *))
{
    if (n)
        qsort(items, n, size, by);
}

static void index_spelling(NameRules *r)
{
    order(r->spelling.items, r->spelling.n, sizeof *r->spelling.items, by_length);
    for (size_t i = 0; i < r->spelling.n; i++) {
        Str from = r->spelling.items[i].from;
        unsigned char first = from.len ? (unsigned char)from.ptr[0] : 0;
        if (r->spelling_count[first] < RULES_A_LETTER)
            r->spelling_of[first][r->spelling_count[first]++] = (uint16_t)i;
    }
}

NameRules *name_rules_read(Arena *a, const NameTables *tables, Problems *problems)
{
    NameRules *r = ARENA_NEW(a, NameRules);
    r->own = arena_alloc(a, sizeof *r->own);
    atomic_init(r->own, NULL);
    read_spelling(a, tables->spelling, r, problems);
    index_spelling(r);
    read_words(a, tables->words, r, problems);
    read_equal(a, tables->equal, S("setara.tsv"), r, 1, &r->equal, problems);
    read_sounds(a, tables->sounds, r, problems);
    read_headings(a, tables->headings, r, problems);
    order(r->words.items, r->words.n, sizeof *r->words.items, by_word);
    order(r->equal.items, r->equal.n, sizeof *r->equal.items, by_equal);
    order(r->sounds.items, r->sounds.n, sizeof *r->sounds.items, by_letters);
    return r;
}

Err name_rules_load(Arena *a, const char *dir, Problems *problems, NameRules **ret)
{
    NameTables t;
    const struct {
        const char *file;
        Str *text;
    } files[] = {{"ejaan.tsv", &t.spelling},
                 {"kata.tsv", &t.words},
                 {"setara.tsv", &t.equal},
                 {"bunyi.tsv", &t.sounds},
                 {"kolom.tsv", &t.headings}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        TRY(file_read(a, str_printf(a, "%s/%s", dir, files[i].file).ptr, TABLE_MAX, files[i].text));
    size_t before = problems->errors;
    NameRules *r = name_rules_read(a, &t, problems);
    if (problems->errors > before)
        return E_DOMAIN;
    *ret = r;
    return ERR_OK;
}

/* ---- looking up ---- */

const WordRule *name_rules_word(const NameRules *r, Str word, WordUse use)
{
    WordRule wanted = {.word = word, .use = use};
    return r->words.n ? bsearch(&wanted, r->words.items, r->words.n, sizeof wanted, by_word) : NULL;
}

static size_t groups_of(const EqualWords *all, Str word, EqualWord *ret, size_t max)
{
    size_t low = 0, high = all->n, n = 0;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (str_cmp(all->items[middle].word, word) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < all->n && n < max && str_eq(all->items[low].word, word); low++)
        ret[n++] = all->items[low];
    return n;
}

size_t name_rules_groups(const NameRules *r, Str word, EqualWord ret[EQUAL_GROUPS])
{
    const EqualWords *own = atomic_load_explicit(r->own, memory_order_acquire);
    size_t n = own ? groups_of(own, word, ret, EQUAL_GROUPS) : 0;
    return n + groups_of(&r->equal, word, ret + n, EQUAL_GROUPS - n);
}

size_t name_rules_own_words(const NameRules *r, uint16_t group, Str *ret, size_t max)
{
    const EqualWords *own = atomic_load_explicit(r->own, memory_order_acquire);
    size_t n = 0;
    for (size_t i = 0; own && i < own->n && n < max; i++)
        if (own->items[i].group == group)
            ret[n++] = own->items[i].word;
    return n;
}

void name_rules_set_own(const NameRules *r, EqualWords *own)
{
    order(own->items, own->n, sizeof *own->items, by_equal);
    atomic_store_explicit(r->own, own, memory_order_release);
}

void name_rules_read_own(Arena *a, const NameRules *r, Str text, Str place, Problems *problems)
{
    EqualWords *own = ARENA_NEW(a, EqualWords);
    read_equal(a, text, place, r, GROUP_OWN, own, problems);
    name_rules_set_own(r, own);
}

/* ---- spelling ---- */

static bool is_vowel(Str s, size_t i)
{
    return i < s.len && str_find(S("aeiou"), s.ptr[i]) >= 0;
}

static bool is_consonant(Str s, size_t i)
{
    return i < s.len && s.ptr[i] >= 'a' && s.ptr[i] <= 'z' && !is_vowel(s, i);
}

static bool stands_right(SpellingPlace place, Str word, size_t from, size_t to)
{
    switch (place) {
    case SPELLING_ANY:
        return true;
    case SPELLING_START:
        return from == 0;
    case SPELLING_END:
        return to == word.len;
    case SPELLING_BEFORE_CONSONANT:
        return is_consonant(word, to);
    case SPELLING_BEFORE_VOWEL:
        return is_vowel(word, to);
    case SPELLING_BETWEEN_CONSONANTS:
        return from > 0 && is_consonant(word, from - 1) && is_consonant(word, to);
    }
    return false;
}

static const SpellingRule *rule_at(const NameRules *r, Str word, size_t at)
{
    unsigned char first = (unsigned char)word.ptr[at];
    for (size_t i = 0; i < r->spelling_count[first]; i++) {
        const SpellingRule *rule = &r->spelling.items[r->spelling_of[first][i]];
        if (str_starts(str_from(word, at), rule->from) &&
            stands_right(rule->place, word, at, at + rule->from.len))
            return rule;
    }
    return NULL;
}

size_t name_rules_spell(const NameRules *r, Str word, char ret[TOKEN_MAX])
{
    size_t n = 0;
    for (size_t at = 0; at < word.len;) {
        const SpellingRule *rule = rule_at(r, word, at);
        Str put = rule ? rule->to : (Str){word.ptr + at, 1};
        /* A doubled letter says nothing. */
        for (size_t i = 0; i < put.len && n < TOKEN_MAX; i++)
            if (n == 0 || ret[n - 1] != put.ptr[i])
                ret[n++] = put.ptr[i];
        at += rule ? rule->from.len : 1;
    }
    return n;
}

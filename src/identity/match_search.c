#include "identity/date_compare.h"
#include "identity/word_index.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Lists of a village or of a name are read so far and no further. */
enum {
    MOST_OF_VILLAGE = 30000,
    MOST_ALONE = 5000,
    MOST_OF_RAREST = 3000,
    MOST_TOGETHER = 400000,
    AHEAD = 12,
    YEARS = AGE_FORGED_MAX
};
static const Date century = {2030, 12, 31};

/* ---- reading ---- */

static void join_name(Name *to, const Name *part)
{
    for (int i = 0; i < part->n && to->n < NAME_TOKENS; i++)
        to->tokens[to->n++] = part->tokens[i];
}

static void read_name(const NameRules *rules, Arena *scratch, Str cell, Name *to)
{
    Name part, alias;
    name_normalise(rules, scratch, cell, &part, &alias);
    join_name(to, &part);
    join_name(to, &alias);
}

static uint64_t mark_of(SearchMark kind, uint64_t number)
{
    return number ? match_mix(number, kind + 1u) : 0;
}

/* Any two of her first three words by their sounds, whichever stands first. */
static void mark_mother(const NameRules *rules, Arena *scratch, Str cell, uint64_t *ret)
{
    Name name, alias;
    name_normalise(rules, scratch, cell, &name, &alias);
    for (int i = 1; i < name.n && i < 3; i++)
        for (int k = 0; k < i; k++) {
            uint64_t x = match_hash(1, token_strict(&name.tokens[i])),
                     y = match_hash(1, token_strict(&name.tokens[k]));
            *ret++ = mark_of(MARK_MOTHER, x + y);
        }
}

static uint64_t phone_of(Str cell)
{
    return match_number(str_from(cell, cell.len > 9 ? cell.len - 9 : 0), 6, true);
}

static bool is_name(ColumnRole role)
{
    return role == COLUMN_NAME || role == COLUMN_GIVEN || role == COLUMN_FAMILY ||
           role == COLUMN_ALIAS;
}

static void read_cell(const NameRules *rules, Arena *scratch, ColumnRole role, Str cell,
                      SearchPerson *ret)
{
    Date d;
    if (is_name(role))
        read_name(rules, scratch, cell, &ret->name);
    else if (role == COLUMN_BIRTH && date_read_loose(scratch, cell, century, &d))
        ret->birth = PACKED_DATE(d.year, d.month, d.day);
    else if (role == COLUMN_NIK)
        ret->marks[MARK_NIK] = mark_of(MARK_NIK, match_number(cell, 16, true));
    else if (role == COLUMN_PHONE)
        ret->marks[MARK_PHONE] = mark_of(MARK_PHONE, phone_of(cell));
    else if (role == COLUMN_PASSPORT)
        ret->marks[MARK_PASSPORT] = mark_of(MARK_PASSPORT, match_number(cell, 4, false));
    else if (role == COLUMN_CARD)
        ret->marks[MARK_CARD] = mark_of(MARK_CARD, match_number(cell, 16, true));
    else if (role == COLUMN_MOTHER)
        mark_mother(rules, scratch, cell, ret->marks + MARK_MOTHER);
    else if (role == COLUMN_PLACE)
        ret->village = match_plain(scratch, cell);
}

void search_person(const NameRules *rules, Arena *scratch, const MatchColumn *columns,
                   const Str *cells, size_t n, SearchPerson *ret)
{
    ret->name.n = 0;
    ret->birth = 0;
    ret->village = STR_NONE;
    memset(ret->marks, 0, sizeof ret->marks);
    for (size_t i = 0; i < n; i++) {
        Str cell = str_trim(cells[i]);
        if (cell.len)
            read_cell(rules, scratch, columns[i].role, cell, ret);
    }
}

void search_village_token(Str village, NameToken *ret)
{
    Str text = str_head(village, TOKEN_MAX);
    memset(ret, 0, sizeof *ret);
    memcpy(ret->raw, text.ptr, text.len);
    memcpy(ret->canonical, text.ptr, text.len);
    ret->raw_len = ret->canonical_len = (uint8_t)text.len;
}

/* ---- a question ---- */

/* One word of the question: what each level of agreement with it says, in bits. */
typedef struct Asked {
    const NameToken *token;
    uint32_t letters;
    float bits[TOKEN_LEVELS];
    uint64_t volume; /* records that have a word like it */
} Asked;

typedef struct Kept {
    uint32_t record;
    float score;
} Kept;

typedef struct Question {
    const SearchIndex *x;
    Date birth;
    Asked asked[ASKED_WORDS]; /* words of the name, then the village */
    int n;                    /* words of the name */
    LikeWords like;
    bool all_of_village; /* everybody who lives there was looked at */
    uint32_t last_birth; /* and what it said: records of one day lie side by side */
    float last_birth_bits;
    Kept kept[SEARCH_MOST];
    size_t kept_n, most;
} Question;

static Date date_of(uint32_t packed)
{
    return (Date){DATE_YEAR(packed), DATE_MONTH(packed), DATE_DAY(packed)};
}

/* How often a word of the same person is written so that it agrees so far. The levels of the words
 * that are like what is asked, against how many records have such a word by chance. */
static void weigh_levels(Question *q, int at)
{
    static const float often[TOKEN_LEVELS] = {
        [TOKEN_FAR] = 0.03f,       [TOKEN_NEAR] = 0.08f,  [TOKEN_EQUIVALENT] = 0.05f,
        [TOKEN_CANONICAL] = 0.06f, [TOKEN_EXACT] = 0.78f, [TOKEN_INITIAL] = 0.05f};
    float have[TOKEN_LEVELS] = {0}, all = (float)q->x->counts[SECTION_rows], most = 30;
    for (size_t i = 0; i < q->like.n; i++) {
        const LikeWord *w = &q->like.slots[q->like.found[i]];
        have[w->levels[at]] += (float)index_count(q->x, w->word);
    }
    for (int level = TOKEN_EXACT; level > TOKEN_DIFFERENT; level--) {
        float bits = level == TOKEN_INITIAL ? 1 : log2f(often[level] * all / (have[level] + 1) + 1);
        q->asked[at].bits[level] = most = bits < most ? bits : most;
        q->asked[at].volume += (uint64_t)have[level];
    }
}

static void ask_word(Question *q, int at, uint8_t class, const NameToken *token)
{
    Asked *a = &q->asked[at];
    a->token = token;
    a->letters = word_letters(token_canonical(token));
    like_words_find(q->x, class, token, at, &q->like);
    weigh_levels(q, at);
}

/* ---- scoring ---- */

static int few_bits(uint32_t bits)
{
    int n = 0;
    for (; bits; bits &= bits - 1)
        n++;
    return n;
}

/* The level of a word that no key proposed, where there are few enough to read letters. */
static uint8_t far_level(const Question *q, int asked, uint32_t word)
{
    const Asked *a = &q->asked[asked];
    uint32_t apart = a->letters ^ q->x->letters[word];
    /* Two letters off are at most four others; a part has no letter of its own. */
    bool perhaps = few_bits(apart) <= 4 || !(apart & a->letters) || !(apart & ~a->letters);
    return perhaps && words_far(token_canonical(a->token), index_canonical(q->x, word))
               ? TOKEN_FAR
               : TOKEN_DIFFERENT;
}

/* Words of the question and of a record that have no partner yet, a bit each; what the partners say
 * so far. */
typedef struct Partners {
    uint8_t levels[ROW_WORDS][ASKED_WORDS];
    unsigned asked, row;
    float bits;
} Partners;

static uint8_t known_level(const Question *q, int asked, uint32_t word, const LikeWord *like)
{
    const NameToken *t = q->asked[asked].token;
    if (like && like->levels[asked] > TOKEN_DIFFERENT)
        return like->levels[asked];
    bool initials = word <= WORD_INITIALS || t->initial;
    return initials && q->x->texts[q->x->words[word].raw] == t->raw[0] ? TOKEN_INITIAL
                                                                       : TOKEN_DIFFERENT;
}

/* Closest first. */
static void join_partners(const Question *q, Partners *p)
{
    for (;;) {
        float best = 0;
        int a = -1, b = 0;
        for (int i = 0; i < q->n; i++)
            for (int k = 0; k < ROW_WORDS; k++)
                if (p->asked >> i & p->row >> k & 1 && p->levels[k][i] > TOKEN_DIFFERENT &&
                    (a < 0 || q->asked[i].bits[p->levels[k][i]] > best)) {
                    best = q->asked[i].bits[p->levels[k][i]];
                    a = i;
                    b = k;
                }
        if (a < 0)
            return;
        p->bits += best;
        p->asked &= ~(1u << a);
        p->row &= ~(1u << b);
    }
}

/* What has no partner speaks against the record, more so when it has another word in its place.
 * Letters of words that are like none are read where `least` others have partners. */
static float name_bits(const Question *q, const Row *r, int least)
{
    static const float different = -4, dropped = -1.5f, extra = -1;
    Partners p = {.asked = (1u << q->n) - 1};
    for (int k = 0; k < ROW_WORDS && row_word(r, k); k++) {
        uint32_t word = row_word(r, k);
        const LikeWord *like =
            like_words_may(&q->like, word) ? like_words_get(&q->like, word) : NULL;
        p.row |= 1u << k;
        for (int i = 0; i < q->n; i++)
            p.levels[k][i] = known_level(q, i, word, like);
    }
    join_partners(q, &p);
    if (p.asked && p.row && q->n - few_bits(p.asked) >= least) {
        for (int k = 0; k < ROW_WORDS; k++)
            for (int i = 0; i < q->n; i++)
                if (p.asked >> i & p.row >> k & 1)
                    p.levels[k][i] = far_level(q, i, row_word(r, k));
        join_partners(q, &p);
    }
    int without = few_bits(p.asked), left = few_bits(p.row), both = without < left ? without : left;
    return p.bits + different * (float)both + dropped * (float)(without - both) +
           extra * (float)(left - both);
}

static bool says_year_only(Date d)
{
    return !d.month || !d.day || date_is_default(d);
}

/* How many days of seventy years agree so far, against how often one date is written so. */
static float birth_bits(Date a, uint32_t birth)
{
    static const float bits[DATE_LEVELS] = {
        [DATE_DIFFERENT] = -8, [DATE_YEAR_NEAR] = -3,  [DATE_TWO_PARTS] = 2,
        [DATE_OTHER_YEAR] = 1, [DATE_FIRST_OLDER] = 8, [DATE_SECOND_OLDER] = 8,
        [DATE_SLIP] = 6,       [DATE_SWAPPED] = 9,     [DATE_SAME_DEFAULT] = 6,
        [DATE_SAME_YEAR] = 4,  [DATE_SAME_MONTH] = 8,  [DATE_SAME] = 13};
    static const float turned_raised = 5, year_only = 1, year_only_raised = -3, default_raised = 3;
    Date b = date_of(birth);
    DateLevel level = date_compare(a, b);
    int apart = abs(a.year - b.year);
    if (level == DATE_MISSING)
        return 0;
    if (apart && apart <= YEARS && a.day == b.day && a.month == b.month && date_is_default(a))
        return default_raised;
    if (level < DATE_SAME_DEFAULT && (says_year_only(a) || says_year_only(b)) && apart <= YEARS)
        return apart ? year_only_raised : year_only > bits[level] ? year_only : bits[level];
    if (a.day == b.month && a.month == b.day && a.day != a.month && apart && apart <= YEARS)
        return turned_raised;
    return bits[level];
}

static void keep(Question *q, uint32_t record, float score)
{
    size_t at = q->kept_n;
    for (size_t i = 0; i < q->kept_n; i++)
        if (q->kept[i].record == record)
            return;
    while (at > 0 && (score > q->kept[at - 1].score ||
                      (score == q->kept[at - 1].score && record < q->kept[at - 1].record)))
        at--;
    if (at == q->most)
        return;
    size_t last = q->kept_n < q->most ? q->kept_n++ : q->most - 1;
    memmove(q->kept + at + 1, q->kept + at, (last - at) * sizeof *q->kept);
    q->kept[at] = (Kept){record, score};
}

static float village_bits(const Question *q, uint32_t word)
{
    static const float elsewhere = -3;
    const Asked *a = &q->asked[ASKED_VILLAGE];
    const LikeWord *like = word && a->token ? like_words_get(&q->like, word) : NULL;
    if (!word || !a->token)
        return 0;
    return like && like->levels[ASKED_VILLAGE] > TOKEN_DIFFERENT
               ? a->bits[like->levels[ASKED_VILLAGE]]
               : elsewhere;
}

static void weigh(Question *q, uint32_t record, bool closely)
{
    static const float day_and_month = 5;
    const Row *r = &q->x->rows[record];
    if (r->birth != q->last_birth)
        q->last_birth_bits = birth_bits(q->birth, q->last_birth = r->birth);
    int least = closely ? 0 : q->last_birth_bits >= day_and_month ? 1 : ASKED_WORDS;
    float score = name_bits(q, r, least) + q->last_birth_bits,
          best = q->all_of_village ? 0 : q->asked[ASKED_VILLAGE].bits[TOKEN_EXACT];
    if (q->kept_n == q->most && score + best < q->kept[q->most - 1].score)
        return;
    keep(q, record, score + village_bits(q, q->x->rest[record].village));
}

/* ---- candidates ---- */

static inline bool may(const Question *q, const Row *r)
{
    return like_words_may(&q->like, row_word(r, 0)) || like_words_may(&q->like, row_word(r, 1)) ||
           like_words_may(&q->like, row_word(r, 2)) || like_words_may(&q->like, row_word(r, 3));
}

/* Records that lie side by side. */
static void scan(Question *q, uint32_t from, uint32_t to, bool closely)
{
    for (uint32_t r = from; r < to; r++)
        if (closely || may(q, &q->x->rows[r]))
            weigh(q, r, closely);
}

static void scan_list(Question *q, const uint32_t *list, size_t n, bool closely)
{
    const Row *rows = q->x->rows;
    for (size_t i = 0; i < n; i++) {
        __builtin_prefetch(&rows[list[i + AHEAD < n ? i + AHEAD : i]]);
        if (closely || may(q, &rows[list[i]]))
            weigh(q, list[i], closely);
    }
}

/* The first record born on the day or later. */
static uint32_t first_born(const SearchIndex *x, uint32_t birth)
{
    size_t low = 0, high = x->counts[SECTION_births] - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (x->births[middle].birth < birth)
            low = middle + 1;
        else
            high = middle;
    }
    return x->births[low].first;
}

static void scan_day(Question *q, int year, int month, int day, bool closely)
{
    uint32_t birth = PACKED_DATE(year, month, day);
    scan(q, first_born(q->x, birth), first_born(q->x, birth + 1), closely);
}

/* Years as far apart as forged papers set them, with the day and month. */
static void scan_years(Question *q, int month, int day)
{
    for (int year = q->birth.year - YEARS; year <= q->birth.year + YEARS; year++) {
        scan_day(q, year, month, day, false);
        if (month != day && day <= 12)
            scan_day(q, year, day, month, false);
    }
}

/* Who was born on the day asked for, or on one that is it but for a slip; and of whom only the year
 * is known. */
static void gather_birth(Question *q)
{
    Date b = q->birth;
    const SearchIndex *x = q->x;
    if (!b.year)
        return;
    for (int year = b.year - 1; year <= b.year + 1; year++) {
        scan_day(q, year, 0, 0, false);
        scan_day(q, year, 1, 1, false);
    }
    if (!b.month || !b.day) {
        scan(q, first_born(x, PACKED_DATE(b.year, b.month, 0)),
             first_born(x, PACKED_DATE(b.year, b.month ? b.month + 1 : 127, 0)), false);
        return;
    }
    bool closely = !date_is_default(b);
    scan_day(q, b.year, b.month, b.day, closely);
    if (b.day <= 12 && b.day != b.month)
        scan_day(q, b.year, b.day, b.month, closely);
    scan(q, first_born(x, PACKED_DATE(b.year, b.month, 0)),
         first_born(x, PACKED_DATE(b.year, b.month + 1, 0)), false);
    for (int month = 1; month <= 12; month++)
        scan_day(q, b.year, month, b.day, false);
    scan_years(q, b.month, b.day);
    for (int year = b.year - 50; year <= b.year + 50; year += 10)
        scan_day(q, year, b.month, b.day, false);
}

/* Relatives have a card, a mother and often a telephone in common: what else is said decides. */
static void gather_mark(Question *q, uint64_t mark, float bits)
{
    enum { CROWD = 100 }; /* a mark that a hundred people have says nothing of one */
    const SearchIndex *x = q->x;
    KeyRange range = search_index_keys(x, mark_key(mark));
    for (size_t i = range.from; mark && i < range.end && i < range.from + CROWD; i++) {
        uint32_t record = x->keys[i].value;
        const Row *row = &x->rows[record];
        keep(q, record,
             bits + name_bits(q, row, 0) + birth_bits(q->birth, row->birth) +
                 village_bits(q, x->rest[record].village));
    }
}

static void gather_village(Question *q)
{
    uint64_t all = 0;
    for (size_t i = 0; i < q->like.n; i++) {
        const LikeWord *w = &q->like.slots[q->like.found[i]];
        uint32_t n = index_count(q->x, w->word);
        if (w->levels[ASKED_VILLAGE] > TOKEN_DIFFERENT && (all += n) <= MOST_OF_VILLAGE)
            scan_list(q, q->x->lists + q->x->starts[w->word], n,
                      w->levels[ASKED_VILLAGE] == TOKEN_EXACT);
    }
    q->all_of_village = all <= MOST_OF_VILLAGE;
}

/* How many of a list come before a record. */
static size_t before(const uint32_t *list, size_t n, uint32_t record)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (list[middle] < record)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Years in which somebody may be born who is asked about, without and with any birth on record. */
static void near_years(const Question *q, uint32_t ret[2][2])
{
    const SearchIndex *x = q->x;
    int year = q->birth.year;
    ret[0][0] = 0;
    ret[0][1] = ret[1][0] = first_born(x, 1); /* those without come first */
    ret[1][1] = (uint32_t)x->counts[SECTION_rows];
    if (year) {
        ret[1][0] = first_born(x, year > YEARS ? PACKED_DATE(year - YEARS, 0, 0) : 1);
        ret[1][1] = first_born(x, PACKED_DATE(year + YEARS + 1, 0, 0));
    }
}

/* Records that have a word of the question so far, a bit each; with a second one they are weighed,
 * and so many that have the rarest word alone. */
typedef struct Pairing {
    Question *q;
    uint64_t *seen;
    uint64_t budget, alone;
    uint32_t waiting[AHEAD * 4];
    size_t n;
} Pairing;

static void take_list(Pairing *p, const uint32_t *list, size_t n)
{
    enum { ROOM = sizeof p->waiting / sizeof *p->waiting };
    for (size_t i = 0; i < n; i++) {
        uint64_t *word = &p->seen[list[i] / 64], bit = 1ull << (list[i] % 64);
        bool second = *word & bit;
        *word |= bit;
        if (!second && !p->alone)
            continue;
        p->alone -= !second;
        if (p->n == ROOM) {
            scan_list(p->q, p->waiting, p->n, false);
            p->n = 0;
        }
        p->waiting[p->n++] = list[i];
    }
    p->budget -= n;
}

/* Takes the lists of all words like one of the question, within near years, exact words first.
 * False when there was more in them than the budget allows. */
static bool take_word(Pairing *p, int at)
{
    const Question *q = p->q;
    uint32_t near[2][2];
    near_years(q, near);
    for (int level = TOKEN_EXACT; level > TOKEN_INITIAL; level--)
        for (size_t i = 0; i < 2 * q->like.n; i++) {
            const LikeWord *w = &q->like.slots[q->like.found[i / 2]];
            if (w->levels[at] != level)
                continue;
            const uint32_t *list = q->x->lists + q->x->starts[w->word];
            size_t all = index_count(q->x, w->word), from = before(list, all, near[i % 2][0]),
                   to = before(list, all, near[i % 2][1]), n = to > from ? to - from : 0;
            bool enough = n > p->budget;
            take_list(p, list + from, enough ? p->budget : n);
            if (enough)
                return false;
        }
    return true;
}

/* The words of the question, the rarest first. */
static void order_words(const Question *q, int ret[ASKED_WORDS])
{
    for (int i = 0; i < q->n; i++) {
        int at = i;
        for (; at > 0 && q->asked[ret[at - 1]].volume > q->asked[i].volume; at--)
            ret[at] = ret[at - 1];
        ret[at] = i;
    }
}

/* Whoever has two of the words, and some who have the rarest. False when there were more than are
 * looked at. */
static bool gather_words(Question *q, Arena *scratch)
{
    int order[ASKED_WORDS], n = q->n;
    Pairing p = {.q = q,
                 .budget = n == 1 ? MOST_ALONE : MOST_TOGETHER,
                 .alone = n == 1 ? MOST_ALONE : MOST_OF_RAREST};
    bool whole = true;
    p.seen = ARENA_ARRAY(scratch, q->x->counts[SECTION_rows] / 64 + 1, uint64_t);
    order_words(q, order);
    for (int i = 0; i < n && whole; i++) {
        whole = take_word(&p, order[i]);
        p.alone = 0;
    }
    scan_list(q, p.waiting, p.n, false);
    return whole;
}

void search_find(const SearchIndex *x, const SearchPerson *wanted, size_t most, SearchAnswer *ret)
{
    static const float of_one = 20, of_several = 12;
    Arena *scratch = arena_new(SIZE_MAX);
    Question *q = ARENA_NEW(scratch, Question);
    NameToken village;
    *ret = (SearchAnswer){0};
    q->x = x;
    q->most = most < SEARCH_MOST ? most : SEARCH_MOST;
    q->birth = date_of(wanted->birth);
    q->last_birth = UINT32_MAX;
    if (wanted->village.len) {
        search_village_token(wanted->village, &village);
        ask_word(q, ASKED_VILLAGE, VILLAGE_CLASS, &village);
    }
    for (int i = 0; i < wanted->name.n && q->n < ASKED_VILLAGE; i++)
        ask_word(q, q->n++, NAME_CLASS, &wanted->name.tokens[i]);
    for (int i = 0; i < SEARCH_MARKS; i++)
        gather_mark(q, wanted->marks[i], i < MARK_PHONE ? of_one : of_several);
    if (q->n) {
        gather_village(q);
        gather_birth(q);
        ret->cut = !gather_words(q, scratch) && !q->birth.year && !wanted->village.len;
    }
    for (ret->n = 0; ret->n < q->kept_n; ret->n++)
        ret->hits[ret->n] =
            (SearchHit){rest_place(&x->rest[q->kept[ret->n].record]), q->kept[ret->n].score};
    arena_free(scratch);
}

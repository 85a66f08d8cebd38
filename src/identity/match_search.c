#include "identity/match_search.h"

#include "base/date.h"
#include "identity/date_compare.h"
#include "identity/match_value.h"
#include "identity/name_compare.h"
#include "identity/string_distance.h"
#include "identity/word_index.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* So many entries of lists are read for one question; a name that has more is cut. */
enum { BUDGET = 60000, MOST_OF_ONE = 400000, YEARS = 12 };
/* How a record was found, beside the words of the question: a bit each. */
enum { BY_DATE = 1 << 6, BY_NUMBER = 1 << 7, FAR_LETTERS = 3 };
static const Date century = {2030, 12, 31};

typedef struct Record {
    uint64_t nik, phone, place;
    uint32_t names[SEARCH_NAMES], birth, village;
} Record;

typedef struct Number {
    uint64_t number;
    uint32_t record;
} Number;

/* Records that have a number, ascending by it; where in a record it stands. */
typedef struct Numbers {
    uint32_t *records;
    size_t n, offset;
} Numbers;

struct SearchIndex {
    Arena *arena, *building;
    const NameRules *rules;
    Vocabulary *words;
    NameToken *tokens;
    WordIndex *like;
    struct {
        Record *items;
        size_t n, cap;
    } records;                /* while building in its own arena; then ascending by birth */
    uint32_t *starts, *lists; /* by word: records that have it, ascending */
    Numbers niks, phones;
    float *scores;
    uint8_t *found; /* by record: which words of the question it has */
    uint32_t *touched;
    size_t touched_n;
};

/* ---- reading ---- */

static void join_name(const NameRules *rules, Arena *scratch, Str cell, Name *to)
{
    Name part;
    name_normalise(rules, scratch, cell, &part, NULL);
    for (int i = 0; i < part.n && to->n < NAME_TOKENS; i++)
        to->tokens[to->n++] = part.tokens[i];
}

static uint64_t phone_of(Str cell)
{
    return match_number(str_from(cell, cell.len > 9 ? cell.len - 9 : 0), 6, true);
}

void search_person(const NameRules *rules, Arena *scratch, const MatchColumn *columns,
                   const Str *cells, size_t n, SearchPerson *ret)
{
    Date d;
    ret->name.n = 0;
    ret->birth = 0;
    ret->village = ret->nik = ret->phone = 0;
    for (size_t i = 0; i < n; i++) {
        Str cell = str_trim(cells[i]);
        ColumnRole role = columns[i].role;
        if (!cell.len)
            continue;
        if (role == COLUMN_NAME || role == COLUMN_GIVEN || role == COLUMN_FAMILY)
            join_name(rules, scratch, cell, &ret->name);
        else if (role == COLUMN_BIRTH && date_read_loose(scratch, cell, century, &d))
            ret->birth = PACKED_DATE(d.year, d.month, d.day);
        else if (role == COLUMN_NIK)
            ret->nik = match_number(cell, 16, true);
        else if (role == COLUMN_PHONE)
            ret->phone = phone_of(cell);
        else if (role == COLUMN_PLACE)
            ret->village = match_hash(9, match_plain(scratch, cell));
    }
}

/* ---- building ---- */

SearchIndex *search_index_new(Arena *a, const NameRules *rules)
{
    SearchIndex *x = ARENA_NEW(a, SearchIndex);
    *x = (SearchIndex){
        .arena = a, .building = arena_new(SIZE_MAX), .rules = rules, .words = vocabulary_new(a)};
    return x;
}

void search_index_add(SearchIndex *x, const SearchPerson *person, uint64_t place)
{
    Record r = {.nik = person->nik,
                .phone = person->phone,
                .place = place,
                .birth = person->birth,
                .village = (uint32_t)person->village};
    for (int i = 0; i < person->name.n && i < SEARCH_NAMES; i++) {
        const NameToken *t = &person->name.tokens[i];
        Str text = t->shortened ? token_canonical(t) : token_raw(t);
        r.names[i] = vocabulary_put(x->words, NAME_CLASS, text);
    }
    *ARENA_PUSH(x->building, x->records) = r;
}

static int by_birth(const void *a, const void *b)
{
    const Record *p = a, *q = b;
    if (p->birth != q->birth)
        return p->birth < q->birth ? -1 : 1;
    return (p->place > q->place) - (p->place < q->place);
}

static int by_number(const void *a, const void *b)
{
    const Number *p = a, *q = b;
    if (p->number != q->number)
        return p->number < q->number ? -1 : 1;
    return (p->record > q->record) - (p->record < q->record);
}

/* Whether a word stands in the record before. */
static bool repeated(const Record *r, int at)
{
    for (int i = 0; i < at; i++)
        if (r->names[i] == r->names[at])
            return true;
    return false;
}

/* Counts two places ahead, so that after filling each word's list ends where the next begins. */
static void make_lists(SearchIndex *x)
{
    uint32_t *starts = x->starts = ARENA_ARRAY(x->arena, x->words->n + 2, uint32_t);
    for (int round = 0; round < 2; round++) {
        for (uint32_t r = 0; r < x->records.n; r++)
            for (int i = 0; i < SEARCH_NAMES && x->records.items[r].names[i]; i++) {
                uint32_t word = x->records.items[r].names[i];
                if (repeated(&x->records.items[r], i))
                    continue;
                if (round)
                    x->lists[starts[word + 1]++] = r;
                else
                    starts[word + 2]++;
            }
        for (uint32_t w = 1; !round && w <= x->words->n; w++)
            starts[w + 1] += starts[w];
        if (!round)
            x->lists = ARENA_ARRAY(x->arena, starts[x->words->n + 1] + 1, uint32_t);
    }
}

static uint64_t number_at(const SearchIndex *x, uint32_t record, size_t offset)
{
    return *(const uint64_t *)((const char *)&x->records.items[record] + offset);
}

static Numbers make_numbers(const SearchIndex *x, size_t offset)
{
    Numbers to = {.offset = offset};
    Number *all = ARENA_ARRAY(x->building, x->records.n + 1, Number);
    for (uint32_t r = 0; r < x->records.n; r++)
        if (number_at(x, r, offset))
            all[to.n++] = (Number){number_at(x, r, offset), r};
    qsort(all, to.n, sizeof *all, by_number);
    to.records = ARENA_ARRAY(x->arena, to.n + 1, uint32_t);
    for (size_t i = 0; i < to.n; i++)
        to.records[i] = all[i].record;
    return to;
}

void search_index_finish(SearchIndex *x)
{
    size_t n = x->records.n;
    Record *kept = ARENA_ARRAY(x->arena, n + 1, Record);
    if (n)
        memcpy(kept, x->records.items, n * sizeof *kept);
    x->records.items = kept;
    qsort(kept, n, sizeof *kept, by_birth);
    make_lists(x);
    x->niks = make_numbers(x, offsetof(Record, nik));
    x->phones = make_numbers(x, offsetof(Record, phone));
    arena_free(x->building);
    x->tokens = ARENA_ARRAY(x->arena, x->words->n, NameToken);
    for (uint32_t w = 1; w < x->words->n; w++)
        name_token(x->rules, x->words->words[w].text, &x->tokens[w]);
    x->like = word_index_new(x->arena, x->words, x->tokens);
    x->scores = ARENA_ARRAY(x->arena, n + 1, float);
    x->found = ARENA_ARRAY(x->arena, n + 1, uint8_t);
    x->touched = ARENA_ARRAY(x->arena, n + 1, uint32_t);
}

size_t search_index_records(const SearchIndex *x)
{
    return x->records.n;
}

size_t search_index_bytes(const SearchIndex *x)
{
    size_t each = sizeof(Record) + sizeof(float) + sizeof(uint8_t) + sizeof(uint32_t);
    return x->records.n * each + (size_t)x->starts[x->words->n] * sizeof(uint32_t) +
           (x->niks.n + x->phones.n) * sizeof(uint32_t) +
           x->words->n * (sizeof(Word) + sizeof(NameToken));
}

/* ---- looking ---- */

/* One word of the question: words like it, and how many records they bring. */
typedef struct Asked {
    LikeWord like[LIKE_WORDS];
    size_t n;
    uint64_t volume;
    uint8_t bit;
} Asked;

typedef struct Question {
    SearchIndex *x;
    const SearchPerson *wanted;
    uint32_t from, to; /* records whose birth is near enough; those without any come first */
    uint32_t unborn;   /* how many have no birth */
    Asked asked[SEARCH_NAMES];
    Asked *order[SEARCH_NAMES]; /* the rarest first */
    int n;
} Question;

static uint32_t first_born(const SearchIndex *x, uint32_t birth)
{
    size_t low = 0, high = x->records.n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (x->records.items[middle].birth < birth)
            low = middle + 1;
        else
            high = middle;
    }
    return (uint32_t)low;
}

/* The piece of a list with records from `from` on and before `to`. */
static const uint32_t *piece(const SearchIndex *x, uint32_t word, uint32_t from, uint32_t to,
                             size_t *ret_n)
{
    const uint32_t *list = x->lists + x->starts[word];
    size_t n = x->starts[word + 1] - x->starts[word], bounds[2];
    for (int side = 0; side < 2; side++) {
        uint32_t wanted = side ? to : from;
        size_t low = 0, high = n;
        while (low < high) {
            size_t middle = (low + high) / 2;
            if (list[middle] < wanted)
                low = middle + 1;
            else
                high = middle;
        }
        bounds[side] = low;
    }
    *ret_n = bounds[1] > bounds[0] ? bounds[1] - bounds[0] : 0;
    return list + bounds[0];
}

static float worth(uint8_t level)
{
    static const float share[TOKEN_LEVELS] = {
        [TOKEN_INITIAL] = 0.2f,    [TOKEN_FAR] = 0.4f,        [TOKEN_NEAR] = 0.7f,
        [TOKEN_EQUIVALENT] = 0.8f, [TOKEN_CANONICAL] = 0.95f, [TOKEN_EXACT] = 1};
    return share[level];
}

static float bits_of(const SearchIndex *x, const LikeWord *w)
{
    float have = (float)(x->starts[w->word + 1] - x->starts[w->word] + 1);
    return worth(w->level) * log2f((float)x->records.n / have + 2);
}

static void touch(SearchIndex *x, uint32_t r, uint8_t bit, float bits)
{
    if (x->found[r] & bit)
        return;
    if (!x->found[r])
        x->touched[x->touched_n++] = r;
    x->found[r] |= bit;
    x->scores[r] += bits;
}

static void gather(Question *q, const Asked *asked, SearchAnswer *ret)
{
    uint64_t taken = 0;
    for (size_t i = 0; i < asked->n; i++) {
        float bits = bits_of(q->x, &asked->like[i]);
        for (int part = 0; part < 2; part++) {
            size_t n;
            const uint32_t *list =
                piece(q->x, asked->like[i].word, part ? q->from : 0, part ? q->to : q->unborn, &n);
            for (size_t k = 0; k < n && taken < MOST_OF_ONE; k++, taken++)
                touch(q->x, list[k], asked->bit, bits);
            ret->cut |= taken == MOST_OF_ONE;
        }
    }
    ret->looked_at += taken;
}

static void gather_number(SearchIndex *x, const Numbers *all, uint64_t number, float bits)
{
    size_t low = 0, high = all->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (number_at(x, all->records[middle], all->offset) < number)
            low = middle + 1;
        else
            high = middle;
    }
    /* A number that a hundred people have says nothing of one. */
    for (size_t i = low; number && i < all->n && i < low + 100; i++) {
        if (number_at(x, all->records[i], all->offset) != number)
            break;
        touch(x, all->records[i], BY_NUMBER, 0);
        x->scores[all->records[i]] += bits;
    }
}

/* Who was born on the day asked for, or on the day that is it with day and month changed places: a
 * few hundred of millions, so that a name which no word is like is found all the same. */
static void gather_date(Question *q)
{
    uint32_t birth = q->wanted->birth, day = (uint32_t)DATE_DAY(birth),
             month = (uint32_t)DATE_MONTH(birth);
    if (!day || !month || date_is_default((Date){DATE_YEAR(birth), (int)month, (int)day}))
        return;
    for (int swapped = 0; swapped < (day <= 12 && day != month) + 1; swapped++) {
        uint32_t one = swapped ? PACKED_DATE(DATE_YEAR(birth), day, month) : birth,
                 end = first_born(q->x, one + 1);
        for (uint32_t r = first_born(q->x, one); r < end; r++)
            touch(q->x, r, BY_DATE, 0);
    }
}

/* A word two letters off, which no list of similar words holds: only of those born on the day. */
static float bits_of_far(const Question *q, const Record *r, int asked)
{
    const SearchIndex *x = q->x;
    Str wanted = token_canonical(&q->wanted->name.tokens[asked]);
    for (int k = 0; k < SEARCH_NAMES && r->names[k]; k++) {
        LikeWord one = {r->names[k], TOKEN_FAR};
        Str have = token_canonical(&x->tokens[r->names[k]]);
        if (wanted.len > FAR_LETTERS && have.len > FAR_LETTERS && osa_distance(wanted, have) <= 2)
            return bits_of(x, &one);
    }
    return 0;
}

/* Words of the question that were too common to gather by: looked for in the record itself. */
static float bits_of_rest(const Question *q, const Record *r, uint8_t found)
{
    float sum = 0;
    for (int a = 0; a < q->n; a++) {
        const Asked *asked = &q->asked[a];
        for (size_t i = 0; i < asked->n && !(found & asked->bit); i++)
            for (int k = 0; k < SEARCH_NAMES && r->names[k]; k++)
                if (r->names[k] == asked->like[i].word) {
                    sum += bits_of(q->x, &asked->like[i]);
                    found |= asked->bit;
                    break;
                }
        if (found & BY_DATE && !(found & asked->bit))
            sum += bits_of_far(q, r, a);
    }
    return sum;
}

/* How many days of seventy years agree so far, against how often one date is written so. */
static float bits_of_birth(uint32_t wanted, uint32_t birth)
{
    static const float bits[DATE_LEVELS] = {
        [DATE_DIFFERENT] = -8, [DATE_YEAR_NEAR] = -2,  [DATE_TWO_PARTS] = 2,
        [DATE_OTHER_YEAR] = 1, [DATE_FIRST_OLDER] = 8, [DATE_SECOND_OLDER] = 8,
        [DATE_SLIP] = 6,       [DATE_SWAPPED] = 9,     [DATE_SAME_DEFAULT] = 6,
        [DATE_SAME_YEAR] = 5,  [DATE_SAME_MONTH] = 8,  [DATE_SAME] = 13};
    Date a = {DATE_YEAR(wanted), DATE_MONTH(wanted), DATE_DAY(wanted)},
         b = {DATE_YEAR(birth), DATE_MONTH(birth), DATE_DAY(birth)};
    bool turned = a.day == b.month && a.month == b.day && a.day != a.month;
    if (turned && a.year != b.year && abs(a.year - b.year) <= YEARS)
        return 3;
    return bits[date_compare(a, b)];
}

static void keep_hit(SearchAnswer *ret, uint64_t place, float score)
{
    size_t at = ret->n;
    while (at > 0 && (score > ret->hits[at - 1].score ||
                      (score == ret->hits[at - 1].score && place < ret->hits[at - 1].place)))
        at--;
    if (at == SEARCH_RESULTS)
        return;
    size_t last = ret->n < SEARCH_RESULTS ? ret->n++ : SEARCH_RESULTS - 1;
    memmove(ret->hits + at + 1, ret->hits + at, (last - at) * sizeof *ret->hits);
    ret->hits[at] = (SearchHit){place, score};
}

static void weigh_touched(Question *q, SearchAnswer *ret)
{
    SearchIndex *x = q->x;
    for (size_t i = 0; i < x->touched_n; i++) {
        uint32_t at = x->touched[i];
        const Record *r = &x->records.items[at];
        float score = x->scores[at] + bits_of_rest(q, r, x->found[at]);
        if (q->wanted->village && r->village == (uint32_t)q->wanted->village)
            score += 8;
        score += bits_of_birth(q->wanted->birth, r->birth);
        keep_hit(ret, r->place, score);
        x->scores[at] = 0;
        x->found[at] = 0;
    }
    x->touched_n = 0;
}

static void ask_words(Question *q)
{
    const Name *name = &q->wanted->name;
    for (int i = 0; i < name->n && q->n < SEARCH_NAMES; i++) {
        Asked *a = &q->asked[q->n];
        a->n = word_index_find(q->x->like, &name->tokens[i], a->like);
        a->bit = (uint8_t)(1u << q->n);
        a->volume = 0;
        for (size_t k = 0; k < a->n; k++) {
            size_t n;
            piece(q->x, a->like[k].word, q->from, q->to, &n);
            a->volume += n;
        }
        int at = q->n++;
        for (; at > 0 && q->order[at - 1]->volume > a->volume; at--)
            q->order[at] = q->order[at - 1];
        q->order[at] = a;
    }
}

void search_find(SearchIndex *x, const SearchPerson *wanted, SearchAnswer *ret)
{
    Arena *scratch = arena_new(SIZE_MAX);
    Question *q = ARENA_NEW(scratch, Question);
    uint32_t year = (uint32_t)DATE_YEAR(wanted->birth);
    *ret = (SearchAnswer){0};
    q->x = x;
    q->wanted = wanted;
    q->unborn = first_born(x, 1);
    q->from = year ? first_born(x, PACKED_DATE(year > YEARS ? year - YEARS : 0, 0, 0)) : q->unborn;
    q->to = year ? first_born(x, PACKED_DATE(year + YEARS + 1, 0, 0)) : (uint32_t)x->records.n;
    ask_words(q);
    gather_number(x, &x->niks, wanted->nik, 20);
    gather_number(x, &x->phones, wanted->phone, 12);
    gather_date(q);
    for (int i = 0; i < q->n && (i == 0 || ret->looked_at + q->order[i]->volume < BUDGET); i++)
        gather(q, q->order[i], ret);
    weigh_touched(q, ret);
    arena_free(scratch);
}

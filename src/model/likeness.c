#include "model/likeness.h"

#include "base/csv.h"
#include "base/log.h"
#include "identity/match_score.h"
#include "identity/match_write.h"
#include "model/person_index.h"

#include <math.h>
#include <stdatomic.h>

/* The columns of a book of persons, in the order of the parts. */
static const struct {
    const char *heading;
    ColumnRole role;
    size_t fact; /* in PersonFacts, in texts */
} columns[PART_FACTS] = {
#define COLUMN(part, role, member) [part] = {#member, role, offsetof(PersonFacts, member)}
    COLUMN(PART_NAME, COLUMN_NAME, name),    COLUMN(PART_MOTHER, COLUMN_MOTHER, mother),
    COLUMN(PART_BIRTH, COLUMN_BIRTH, birth), COLUMN(PART_SEX, COLUMN_SEX, sex),
    COLUMN(PART_NIK, COLUMN_NIK, nik),       COLUMN(PART_PASSPORT, COLUMN_PASSPORT, passport),
    COLUMN(PART_PHONE, COLUMN_PHONE, phone), COLUMN(PART_VILLAGE, COLUMN_PLACE, village),
#undef COLUMN
};
/* The shares of pairs in the file of weights stand for so many persons; fewer than the least are
 * taken as that many. */
enum { SHARES_OF = 10000, LEAST_PERSONS = 1000 };

struct LikenessModel {
    const NameRules *rules;
    MatchSettings settings;
    MatchModel weights;
    const MatchBook *form; /* what is compared */
    Str alias;             /* the word behind which another name stands */
    Str version;
    LikenessModel *shipped;                  /* itself, or what it is used instead of */
    _Atomic(const LikenessModel *) in_force; /* of the shipped one */
};

const Field *likeness_field(const Model *m, LikenessPart part)
{
    return part < PART_FACTS ? person_fact_field(m, columns[part].fact / sizeof(Str)) : NULL;
}

/* ---- a book of a few persons ---- */

static Str fact_of(const PersonFacts *f, LikenessPart part)
{
    return *person_fact((PersonFacts *)(uintptr_t)f, columns[part].fact / sizeof(Str));
}

/* A village by its name: its number has no words that could be alike. */
static Str cell_of(const Model *m, Arena *a, Str alias, const PersonFacts *f, LikenessPart part)
{
    Str v = fact_of(f, part), lines = f->alias, line;
    const Place *place = part == PART_VILLAGE && m ? place_find(m, v) : NULL;
    if (part == PART_BIRTH && str_empty(v))
        return f->paper_birth;
    if (part == PART_NAME && alias.len && str_cut(&lines, '\n', &line))
        return str_printf(a, "%.*s %.*s %.*s", STR_ARG(v), STR_ARG(alias), STR_ARG(line));
    return place ? place->name : v;
}

static void put_row(const Model *m, Arena *a, Str alias, const PersonFacts *f, Buf *to)
{
    for (LikenessPart p = 0; p < PART_FACTS; p++) {
        Str cell = f ? cell_of(m, a, alias, f, p) : str_of(columns[p].heading);
        csv_cell(to, cell.ptr ? cell : S(""), ',');
        buf_char(to, p + 1 < PART_FACTS ? ',' : '\n');
    }
}

static MatchBook *read_book(Arena *a, const LikenessModel *l, Str text, Problems *problems)
{
    MatchSource file = {.text = text};
    return match_book_read(a, &file, 1, l->rules, &l->settings, problems);
}

static Str alias_word(const NameRules *rules)
{
    for (size_t i = 0; i < rules->words.n; i++)
        if (rules->words.items[i].use == WORD_ALIAS)
            return rules->words.items[i].word;
    return STR_NONE;
}

static void publish(void *weights)
{
    LikenessModel *l = weights;
    atomic_store_explicit(&l->shipped->in_force, l, memory_order_release);
}

/* Shipped weights have no number: what tells them apart is what they say. */
static Str print_of(Arena *a, Str weights)
{
    return str_printf(a, "%08x", (unsigned)(match_hash(0, weights) >> 32));
}

/* A book of nobody in particular says what is compared; the weights are read for that. */
LikenessModel *likeness_model(Arena *a, const NameRules *rules, Str weights, Str place,
                              Problems *problems)
{
    LikenessModel *l = ARENA_NEW(a, LikenessModel);
    Buf text = buf_new(a, 256);
    PersonFacts nobody = {.name = S("x")};
    Comparer c;
    size_t before = problems->errors;
    *l = (LikenessModel){
        .rules = rules, .settings = match_settings_default(), .alias = alias_word(rules)};
    match_settings_read(weights, place, &l->settings, problems);
    for (LikenessPart p = 0; p < PART_FACTS; p++)
        *ARENA_PUSH(a, l->settings.columns) =
            (struct MatchNamedColumn){str_of(columns[p].heading), columns[p].role, 0};
    put_row(NULL, a, l->alias, NULL, &text);
    put_row(NULL, a, l->alias, &nobody, &text);
    if (problems->errors > before)
        return NULL;
    l->form = read_book(a, l, buf_str(&text), problems);
    comparer_init(a, l->form, &c);
    match_model_fixed(&c, &l->settings, &l->weights, problems);
    l->version = print_of(a, weights);
    l->shipped = l;
    publish(l);
    return problems->errors > before ? NULL : l;
}

/* ---- in force ---- */

LikenessModel *likeness_of_text(Arena *a, const Model *m, Str version, Str text)
{
    Problems problems = {.arena = a};
    LikenessModel *l = likeness_model(a, m->names, text, version, &problems);
    if (!l) {
        log_error("weights %.*s cannot be read", STR_ARG(version));
        return NULL;
    }
    l->version = version;
    l->shipped = m->likeness;
    return l;
}

const LikenessModel *likeness_in_force(const Model *m)
{
    return m->likeness ? atomic_load_explicit(&m->likeness->in_force, memory_order_acquire) : NULL;
}

Str likeness_version(const LikenessModel *l)
{
    return l->version;
}

/* The newest that is agreed to, else the shipped ones; in the arena of the model, for readers may
 * hold what went before. */
static Err read_in_force(Db *db, const Model *m, LikenessModel **ret)
{
    const Field *text = role_field(m, FIELD_ROLE_MATCH_WEIGHTS_TEXT);
    Arena *a = m->arena;
    Stmt *st;
    Err e;
    *ret = m->likeness;
    TRY(db_stmt(db,
                z_printf(a, "SELECT status,nomor,%.*s FROM %.*s WHERE batal=0 ORDER BY id",
                         STR_ARG(text->name), STR_ARG(text->reg->name)),
                &st));
    while (stmt_next(st, &e)) {
        LikenessModel *own = NULL;
        if (reg_state(text->reg, row_text(a, st, 0))->opens)
            own = likeness_of_text(a, m, row_text(a, st, 1), row_text(a, st, 2));
        *ret = own ? own : *ret;
    }
    return e;
}

Err likeness_load(Db *db, const Model *m)
{
    LikenessModel *l;
    if (!m->likeness || !role_reg(m, REG_ROLE_MATCH_WEIGHTS))
        return ERR_OK;
    TRY(read_in_force(db, m, &l));
    publish(l);
    return ERR_OK;
}

Err likeness_changed(WriteTx *tx, const Model *m)
{
    LikenessModel *l;
    if (!m->likeness)
        return ERR_OK;
    TRY(read_in_force(tx->db, m, &l));
    writer_after_commit(tx, publish, l);
    return ERR_OK;
}

/* ---- levels to agreements ---- */

static Agreement of_words(unsigned level)
{
    if (level <= WORD_LEVELS)
        return level == NAME_ONE(WORD_SAME)  ? AGREE_SAME
               : level >= NAME_ONE(WORD_FAR) ? AGREE_ALIKE
                                             : AGREE_NOT;
    if (level == NAME_TWO(WORD_SAME, WORD_SAME))
        return AGREE_SAME;
    return level >= NAME_TWO(WORD_FAR, WORD_DIFFERENT) ? AGREE_ALIKE : AGREE_NOT;
}

static Agreement of_birth(unsigned level)
{
    bool alike = level == BIRTH_RAISED || level == BIRTH_TWO_PARTS || level == YEAR_SAME ||
                 (level >= BIRTH_SLIP && level <= BIRTH_BY_NIK);
    return level == BIRTH_SAME ? AGREE_SAME : alike ? AGREE_ALIKE : AGREE_NOT;
}

static Agreement agreement_of(CompareKind kind, unsigned level)
{
    if (level == LEVEL_MISSING)
        return AGREE_UNKNOWN;
    switch (kind) {
    case COMPARE_NAME:
        return of_words(level);
    case COMPARE_BIRTH:
        return of_birth(level);
    case COMPARE_SEX:
        return level == SEX_SAME ? AGREE_SAME : AGREE_NOT;
    case COMPARE_NIK:
    case COMPARE_NUMBER:
        return level == NUMBER_SAME                            ? AGREE_SAME
               : level == NUMBER_NEAR || level == NUMBER_BIRTH ? AGREE_ALIKE
                                                               : AGREE_NOT;
    case COMPARE_TEXT:
        return level == TEXT_SAME ? AGREE_SAME : level >= TEXT_MOST ? AGREE_ALIKE : AGREE_NOT;
    case COMPARE_REST:
    case COMPARE_ORDER:
        break;
    }
    return AGREE_UNKNOWN;
}

/* ---- comparing ---- */

/* Rarity is that of the names on file, not of the few in this book. */
static void take_rarity(const PersonIndex *persons, const MatchBook *b, const Comparer *c)
{
    for (uint32_t w = 1; w < b->vocabulary->n; w++) {
        const Word *word = &b->vocabulary->words[w];
        bool name = word->class == NAME_CLASS && w > WORD_INITIALS;
        if (word->class == NAME_CLASS)
            c->word_bits[w] = name && persons ? person_index_rarity(persons, word->text) : 0;
    }
}

static LikenessPart part_of(ColumnRole role)
{
    LikenessPart p = 0;
    while (columns[p].role != role)
        p++;
    return p;
}

static int hundredths(double bits)
{
    return (int)lround(bits * 100);
}

static void say(const MatchBook *b, const Compared *pair, const MatchParts *parts, Likeness *ret)
{
    *ret = (Likeness){.bits = {[PART_PRIOR] = hundredths(parts->prior),
                               [PART_FORGED] = hundredths(parts->forged),
                               [PART_KIN] = hundredths(parts->kin)}};
    for (size_t k = 0; k < b->comparison_count; k++) {
        const Comparison *f = &b->comparisons[k];
        LikenessPart p = part_of(f->role);
        bool text = f->kind == COMPARE_TEXT; /* how rare a village is, so few cannot tell */
        ret->bits[p] += hundredths(parts->level[k] + (text ? 0 : parts->rare[k]));
        if (f->kind != COMPARE_REST && f->kind != COMPARE_ORDER)
            ret->agreement[p] = (uint8_t)agreement_of(f->kind, pattern_level(pair->pattern, k));
    }
    for (int p = 0; p < LIKENESS_PARTS; p++)
        ret->weight += ret->bits[p];
}

/* The fewer pairs there are, the larger the shares of these. */
static const MatchClass by_size[] = {CLASS_SAME, CLASS_FORGED, CLASS_RENAMED, CLASS_KIN};

static MatchModel sized(const LikenessModel *l, size_t persons)
{
    MatchModel m = l->weights;
    double bits =
        log2((double)SHARES_OF / (double)(persons > LEAST_PERSONS ? persons : LEAST_PERSONS));
    for (size_t i = 0; i < COUNT(by_size); i++)
        m.share_bits[by_size[i]] += bits;
    return m;
}

void likeness_compare(const Store *s, const PersonFacts *who, const PersonFacts *others, size_t n,
                      Likeness *ret)
{
    likeness_compare_by(likeness_in_force(s->model), s, who, others, n, ret);
}

void likeness_compare_by(const LikenessModel *l, const Store *s, const PersonFacts *who,
                         const PersonFacts *others, size_t n, Likeness *ret)
{
    Arena *a = arena_new(SIZE_MAX);
    Buf text = buf_new(a, 256 * (n + 2));
    Problems problems = {.arena = a};
    Comparer c;
    for (size_t i = 0; i < n; i++)
        ret[i] = (Likeness){0};
    if (l && n) {
        put_row(s->model, a, l->alias, NULL, &text);
        put_row(s->model, a, l->alias, who, &text);
        for (size_t i = 0; i < n; i++)
            put_row(s->model, a, l->alias, &others[i], &text);
        const MatchBook *b = read_book(a, l, buf_str(&text), &problems);
        MatchModel m = sized(l, s->persons ? person_index_size(s->persons) : 0);
        comparer_init(a, b, &c);
        take_rarity(s->persons, b, &c);
        for (uint32_t i = 0; i < n && i + 1 < b->n; i++) {
            Compared pair;
            match_compare(&c, match_row(b, 0), match_row(b, i + 1), &pair);
            MatchParts parts = match_parts(&m, &pair, b->comparison_count);
            say(b, &pair, &parts, &ret[i]);
            ret[i].version = l->version;
        }
    }
    arena_free(a);
}

/* ---- learning ---- */

/* What is shipped counts as so many pairs of a class, and so many of strangers. */
static const double believed_pairs = 100, believed_strangers = 200000;

static double blend(double seen, double learned, double belief, double believed)
{
    return (seen * learned + belief * believed) / (seen + belief);
}

static void blend_level(const MatchModel *shipped, size_t k, unsigned v, double random,
                        const double pairs[MATCH_CLASSES], MatchModel *m)
{
    double was = shipped->bits[CLASS_SAME][k][v], *u = &m->u[k][v], *same = &m->m[CLASS_SAME][k][v];
    *u = blend(random, *u, believed_strangers, shipped->u[k][v]);
    for (int c = 0; c < MATCH_CLASSES; c++)
        m->m[c][k][v] = blend(pairs[c], m->m[c][k][v], believed_pairs, shipped->m[c][k][v]);
    double bits = fmin(was + LESSON_BITS, fmax(was - LESSON_BITS, log2(*same / *u)));
    *same = fmin(1, *u * exp2(bits));
}

/* Of a thing that few records hold few pairs were seen. */
static void blend_all(const LikenessModel *l, const MatchBook *b, MatchModel *m)
{
    double all = (double)b->n * (b->n - 1) / 2;
    for (size_t k = 0; k < b->comparison_count; k++) {
        double random = fmax(0, (double)m->sampled - m->u[k][LEVEL_MISSING]), pairs[MATCH_CLASSES];
        for (int c = 0; c < MATCH_CLASSES; c++)
            pairs[c] = m->share[c] * all * random / (double)m->sampled;
        for (unsigned v = 1; v < compare_levels(b->comparisons[k].kind); v++)
            blend_level(&l->weights, k, v, random, pairs, m);
    }
    for (size_t i = 0; i < COUNT(by_size); i++) {
        double *share = &m->share[by_size[i]];
        *share = blend(*share * all, *share * b->n / SHARES_OF, believed_pairs,
                       l->weights.share[by_size[i]]);
    }
}

void likeness_learn(Arena *ret_in, const Model *m, const PersonFacts *all, size_t n,
                    const MatchRules *decided, LikenessLesson *ret)
{
    const LikenessModel *l = m->likeness;
    Arena *a = arena_new(SIZE_MAX);
    Buf text = buf_new(a, 256 * (n + 1)), weights = buf_new(a, 16384);
    Problems problems = {.arena = a};
    MatchModel *learned = ARENA_NEW(a, MatchModel);
    Comparer c;
    put_row(m, a, l->alias, NULL, &text);
    for (size_t i = 0; i < n; i++)
        put_row(m, a, l->alias, &all[i], &text);
    const MatchBook *b = read_book(a, l, buf_str(&text), &problems);
    comparer_init(a, b, &c);
    MatchRun run = {
        .comparer = &c, .blocks = match_blocks_new(a, b, false, 0), .rules = decided, .threads = 1};
    Patterns patterns = match_count_patterns(a, &run);
    match_model_learn(&c, &patterns, false, learned);
    *ret = (LikenessLesson){.persons = b->n,
                            .same_pairs =
                                learned->share[CLASS_SAME] * (double)b->n * (b->n - 1.0) / 2};
    blend_all(l, b, learned);
    match_write_weights(b, learned, &weights);
    ret->text = str_copy(ret_in, buf_str(&weights));
    arena_free(a);
}

void likeness_side_by_side(Arena *a, const LikenessModel *old, const LikenessModel *fresh,
                           LevelList *ret)
{
    for (size_t k = 0; k < old->form->comparison_count; k++) {
        const Comparison *c = &old->form->comparisons[k];
        for (unsigned v = 1; v < compare_levels(c->kind); v++)
            *ARENA_PUSH(a, *ret) = (LevelBits){
                part_of(c->role), c->name, compare_level_name(c->kind, v),
                old->weights.bits[CLASS_SAME][k][v], fresh->weights.bits[CLASS_SAME][k][v]};
    }
}

/* ---- as stored ---- */

Str likeness_write(Arena *a, const Likeness *l)
{
    Buf to = buf_new(a, 128);
    for (int p = 0; p < LIKENESS_PARTS; p++)
        buf_printf(&to, "%s%d:%d:%d", p ? " " : "", p, p < PART_FACTS ? l->agreement[p] : 0,
                   l->bits[p]);
    return buf_str(&to);
}

bool likeness_read(Str text, Likeness *ret)
{
    Str word;
    int64_t v[3];
    *ret = (Likeness){0};
    for (int p = 0; p < LIKENESS_PARTS; p++) {
        if (!str_word(&text, &word))
            return false;
        for (int i = 0; i < 3; i++) {
            Str number;
            if (!str_cut(&word, ':', &number) || !str_i64(number, &v[i]))
                return false;
        }
        if (v[0] != p || v[1] < 0 || v[1] > AGREE_SAME || v[2] < -100000 || v[2] > 100000)
            return false;
        ret->bits[p] = (int)v[2];
        ret->weight += (int)v[2];
        if (p < PART_FACTS)
            ret->agreement[p] = (uint8_t)v[1];
    }
    return true;
}

#include "engine/weights_db.h"

#include "engine/candidate_db.h"
#include "engine/system_actor.h"
#include "model/person_index.h"
#include "model/plan.h"
#include "model/restriction.h"
#include "model/row.h"

#include <stdlib.h>

/* Fewer teach nothing: the weights in force stay. */
enum { PERSONS_MIN = 1000, PAIRS_MIN = 50 };
enum { PERSONS, PAIRS, DECISIONS, AGREED_OLD, AGREED_NEW };

typedef struct Learning {
    const Store *store;
    ReadConn conn;
    Arena *arena;
    IdList ids; /* ascending */
    PersonFacts *facts;
    MatchRules decided; /* places in `facts` */
    LikenessLesson lesson;
    WeightsRun *run;
    bool by_itself;
} Learning;

/* ---- everybody who may be compared ---- */

static Err read_ids(Learning *l)
{
    const Register *persons = role_reg(l->store->model, REG_ROLE_PERSON);
    Buf sql = buf_new(l->arena, 1024);
    Stmt *st;
    buf_printf(&sql, "SELECT r.id FROM %.*s r WHERE r.batal=0 AND NOT ", STR_ARG(persons->name));
    if (!restriction_put(&sql, persons, "r"))
        buf_lit(&sql, "0");
    buf_lit(&sql, " ORDER BY r.id");
    TRY(db_stmt(l->conn.db, str_z(l->arena, buf_str(&sql)), &st));
    return stmt_ids(st, l->arena, &l->ids);
}

static Err open_people(Learning *l)
{
    const Register *persons = role_reg(l->store->model, REG_ROLE_PERSON);
    l->facts = ARENA_ARRAY(l->arena, l->ids.n + 1, PersonFacts);
    for (size_t i = 0; i < l->ids.n; i++) {
        Record r;
        TRY(row_by_id(l->conn.db, l->arena, persons, l->ids.items[i], &r));
        TRY(person_facts_open(l->store, l->conn.keys, l->arena, &r, CLASSES_ALL, &l->facts[i]));
    }
    return ERR_OK;
}

/* ---- what people decided ---- */

static int by_id(const void *x, const void *y)
{
    const int64_t *p = x, *q = y;
    return (*p > *q) - (*p < *q);
}

static bool place_of(const Learning *l, int64_t id, uint32_t *ret)
{
    const int64_t *all = l->ids.items;
    const int64_t *at = l->ids.n ? bsearch(&id, all, l->ids.n, sizeof *all, by_id) : NULL;
    *ret = at ? (uint32_t)(at - all) : 0;
    return at != NULL;
}

static void know(Learning *l, int64_t a, int64_t b, bool same)
{
    MatchRule r = {.same = same};
    if (a != b && place_of(l, a, &r.a) && place_of(l, b, &r.b))
        *ARENA_PUSH(l->arena, l->decided) = r;
}

static Err read_same(Learning *l)
{
    MergedPersons links;
    TRY(merged_persons(l->conn.db, l->arena, l->store->model, &links));
    for (size_t i = 0; i < links.n; i++)
        know(l, links.items[i].id, merged_root(&links, links.items[i].id), true);
    return ERR_OK;
}

static Err read_different(Learning *l)
{
    const Field *pair = role_field(l->store->model, FIELD_ROLE_CANDIDATE_PAIR);
    Stmt *st;
    Err e;
    if (!pair)
        return ERR_OK;
    TRY(db_stmt(l->conn.db,
                str_printf(l->arena,
                           "SELECT k.status,min(p.val),max(p.val) FROM %.*s k JOIN %.*s p"
                           " ON p.rec=k.id WHERE k.batal=0 GROUP BY k.id",
                           STR_ARG(pair->reg->name), STR_ARG(field_link_table(l->arena, pair)))
                    .ptr,
                &st));
    while (stmt_next(st, &e)) {
        const State *state = reg_state(pair->reg, row_text(l->arena, st, 0));
        if (state && state->closed && !state->opens)
            know(l, row_int(st, 1), row_int(st, 2), false);
    }
    return e;
}

/* ---- trying what is learned ---- */

enum { HALVES = 2 };

static bool agrees(const Learning *l, const LikenessModel *by, const MatchRule *r)
{
    Likeness like;
    likeness_compare_by(by, l->store, &l->facts[r->a], &l->facts[r->b], 1, &like);
    return r->same == (like.weight >= LIKENESS_EVEN);
}

/* Learns from all decisions but those of one half (HALVES: from all). */
static void learn_without(Learning *l, size_t half, LikenessLesson *ret)
{
    MatchRules known = {0};
    for (size_t i = 0; i < l->decided.n; i++)
        if (i % HALVES != half)
            *ARENA_PUSH(l->arena, known) = l->decided.items[i];
    likeness_learn(l->arena, l->store->model, l->facts, l->ids.n, &known, ret);
}

/* Each half of the decisions tries weights that only the other half taught. */
static Err try_half(Learning *l, size_t half)
{
    int64_t *figures = l->run->figures;
    LikenessLesson lesson;
    learn_without(l, half, &lesson);
    const Model *m = l->store->model;
    const LikenessModel *fresh = likeness_of_text(l->arena, m, S("new"), lesson.text);
    TRY(fresh ? ERR_OK : E_BUG);
    for (size_t i = half; i < l->decided.n; i += HALVES) {
        figures[DECISIONS]++;
        figures[AGREED_OLD] += agrees(l, likeness_in_force(m), &l->decided.items[i]);
        figures[AGREED_NEW] += agrees(l, fresh, &l->decided.items[i]);
    }
    return ERR_OK;
}

/* ---- proposing ---- */

static Err propose(WriteTx *tx, void *learning)
{
    static const FieldRole roles[] = {
        FIELD_ROLE_MATCH_WEIGHTS_PERSONS, FIELD_ROLE_MATCH_WEIGHTS_PAIRS,
        FIELD_ROLE_MATCH_WEIGHTS_DECISIONS, FIELD_ROLE_MATCH_WEIGHTS_AGREED_OLD,
        FIELD_ROLE_MATCH_WEIGHTS_AGREED_NEW};
    const Learning *l = learning;
    Batch batch = {.store = l->store, .actor = system_actor_clock(), .arena = tx->arena};
    batch.problems.arena = tx->arena;
    Change *c = store_change(tx->arena, CHANGE_CREATE,
                             role_reg(l->store->model, REG_ROLE_MATCH_WEIGHTS), STR_NONE, 0);
    change_set_role(c, FIELD_ROLE_MATCH_WEIGHTS_TEXT, l->lesson.text);
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        change_set_role(c, roles[i], str_int(tx->arena, l->run->figures[i]));
    return store_apply_system(tx, &batch, system_actor_clock(), c);
}

static Err waits(Learning *l, bool *ret)
{
    const Register *reg = role_reg(l->store->model, REG_ROLE_MATCH_WEIGHTS);
    return db_any(
        l->conn.db,
        str_printf(l->arena, "SELECT 1 FROM %.*s WHERE batal=0 AND status=:new", STR_ARG(reg->name))
            .ptr,
        ret, BIND(":new", reg->start_state));
}

/* Whether there are a fifth more persons than at any proposal before. */
static Err grown(Learning *l, bool *ret)
{
    const Field *persons = role_field(l->store->model, FIELD_ROLE_MATCH_WEIGHTS_PERSONS);
    int64_t now = (int64_t)l->ids.n, then;
    TRY(db_number(l->conn.db,
                  str_printf(l->arena, "SELECT coalesce(max(%.*s),0) FROM %.*s WHERE batal=0",
                             STR_ARG(persons->name), STR_ARG(persons->reg->name))
                      .ptr,
                  &then));
    *ret = now >= PERSONS_MIN && now >= then + then / 5;
    return ERR_OK;
}

static Err learn(void *learning, Arena *a)
{
    Learning *l = learning;
    int64_t *figures = l->run->figures;
    bool waiting, enough = true;
    l->arena = a;
    TRY(waits(l, &waiting));
    TRY(read_ids(l));
    if (l->by_itself)
        TRY(grown(l, &enough));
    l->run->told = waiting ? M_WEIGHTS_WAIT : M_WEIGHTS_TOO_FEW;
    if (waiting || !enough)
        return ERR_OK;
    TRY(open_people(l));
    TRY(read_same(l));
    TRY(read_different(l));
    learn_without(l, HALVES, &l->lesson);
    figures[PERSONS] = (int64_t)l->lesson.persons;
    figures[PAIRS] = (int64_t)l->lesson.same_pairs;
    if (figures[PERSONS] < PERSONS_MIN || figures[PAIRS] < PAIRS_MIN)
        return ERR_OK;
    for (size_t half = 0; half < HALVES && l->decided.n; half++)
        TRY(try_half(l, half));
    l->run->told = M_WEIGHTS_WORSE;
    if (figures[AGREED_NEW] < figures[AGREED_OLD])
        return ERR_OK;
    l->run->told = M_WEIGHTS_PROPOSED;
    return writer_run(l->store->writer, NULL, propose, l);
}

Err weights_propose(const Store *s, bool by_itself, WeightsRun *ret)
{
    Learning l = {.store = s, .run = ret, .by_itself = by_itself};
    *ret = (WeightsRun){0};
    if (!role_reg(s->model, REG_ROLE_MATCH_WEIGHTS) || !s->model->likeness || !s->persons)
        return E_DOMAIN;
    TRY(person_index_ready(s->persons, PERSONS_WAIT_MS));
    return readconn_with(s, &l.conn, learn, &l);
}

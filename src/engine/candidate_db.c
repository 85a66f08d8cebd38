#include "engine/candidate_db.h"

#include "base/clock.h"
#include "engine/system_actor.h"
#include "guard/reach.h"
#include "model/person_index.h"
#include "model/plan.h"
#include "model/restriction.h"
#include "model/row.h"

#include <stdlib.h>

/* So many are looked up in memory for a person, so many of them weighed, so many persons a turn. */
enum { NEAR_MAX = 30, WEIGHED_MAX = 12, TURN_MAX = 1000, CHAIN_MAX = 16 };

/* ---- who is one with whom already ---- */

static int64_t merged_into(const Record *person)
{
    const Field *f = role_field(person->reg->model, FIELD_ROLE_PERSON_MERGED);
    return f ? person->vals[f->index].id : 0;
}

/* The person at the end of the links. */
static Err root_of(Db *db, Arena *a, const Record *person, Record *ret)
{
    *ret = *person;
    for (int i = 0; i < CHAIN_MAX && merged_into(ret); i++)
        TRY(row_by_id(db, a, person->reg, merged_into(ret), ret));
    return ERR_OK;
}

Err merged_persons(Db *db, Arena *a, const Model *m, MergedPersons *ret)
{
    const Field *f = role_field(m, FIELD_ROLE_PERSON_MERGED);
    Stmt *st;
    Err e;
    *ret = (MergedPersons){0};
    if (!f)
        return ERR_OK;
    TRY(db_stmt(db,
                str_printf(a, "SELECT id,%.*s FROM %.*s WHERE %.*s IS NOT NULL ORDER BY id",
                           STR_ARG(f->name), STR_ARG(f->reg->name), STR_ARG(f->name))
                    .ptr,
                &st));
    while (stmt_next(st, &e))
        *ARENA_PUSH(a, *ret) = (MergedPerson){row_int(st, 0), row_int(st, 1)};
    return e;
}

static int by_id(const void *x, const void *y)
{
    const MergedPerson *p = x, *q = y;
    return (p->id > q->id) - (p->id < q->id);
}

int64_t merged_root(const MergedPersons *all, int64_t id)
{
    for (int i = 0; i < CHAIN_MAX && all->n; i++) {
        const MergedPerson *m =
            bsearch(&(MergedPerson){.id = id}, all->items, all->n, sizeof *all->items, by_id);
        if (!m)
            return id;
        id = m->into;
    }
    return id;
}

static Err pair_ids(Db *db, Arena *a, const Record *candidate, int64_t ret[2])
{
    const Field *pair = role_field(candidate->reg->model, FIELD_ROLE_CANDIDATE_PAIR);
    Stmt *st;
    bool row = false;
    TRY(db_stmt(db,
                str_printf(a, "SELECT val FROM %.*s WHERE rec=:id ORDER BY ord",
                           STR_ARG(field_link_table(a, pair)))
                    .ptr,
                &st, BIND(":id", candidate->id)));
    for (int i = 0; i < 2; i++) {
        TRY(stmt_step(st, &row));
        if (!row)
            return E_NOT_FOUND;
        ret[i] = row_int(st, 0);
    }
    stmt_done(st);
    return ERR_OK;
}

/* The candidate of these two, whatever was decided of it; id 0: nobody was asked. */
static Err find_asked(Db *db, Arena *a, const Field *pair, const int64_t ids[2], Record *ret)
{
    Str links = field_link_table(a, pair);
    int64_t id;
    TRY(db_number(db,
                  str_printf(a,
                             "SELECT k.id FROM %.*s p JOIN %.*s q ON q.rec=p.rec AND q.val=:y"
                             " JOIN %.*s k ON k.id=p.rec AND k.batal=0 WHERE p.val=:x LIMIT 1",
                             STR_ARG(links), STR_ARG(links), STR_ARG(pair->reg->name))
                      .ptr,
                  &id, BIND(":x", ids[0]), BIND(":y", ids[1])));
    *ret = (Record){0};
    return id ? row_by_id(db, a, pair->reg, id, ret) : ERR_OK;
}

/* Whether somebody reaches `merged` who does not reach `kept`: to them it would be revealed.
 * Whoever recorded a person does so by her own office as well. */
static Err reveals(Db *db, const Register *persons, int64_t kept, int64_t merged, bool *ret)
{
    return db_any(db,
                  "SELECT 1 FROM jangkau m WHERE m.reg=:reg AND m.rec=:merged AND m.until>:now"
                  " AND m.principal<:barred AND m.source NOT LIKE '%pembuat' AND NOT EXISTS"
                  " (SELECT 1 FROM jangkau k WHERE k.reg=:reg AND k.rec=:kept"
                  " AND k.principal=m.principal AND k.until>=m.until) LIMIT 1",
                  ret, BIND(":reg", persons->name), BIND(":merged", merged), BIND(":kept", kept),
                  BIND(":now", clock_now()), BIND(":barred", principal_of(PRINCIPAL_BARRED, 0)));
}

/* ---- as a reviewer sees it ---- */

bool candidate_open(const Register *reg, Str state)
{
    const State *s = reg_state(reg, state);
    return s && !s->closed && !s->opens;
}

Err candidate_pair(Reader *rd, const Record *candidate, CandidatePair *ret)
{
    const Model *m = rd->store->model;
    const Register *persons = role_reg(m, REG_ROLE_PERSON);
    int64_t ids[2];
    TRY(pair_ids(rd->db, rd->arena, candidate, ids));
    for (int i = 0; i < 2; i++) {
        Record r;
        TRY(row_by_id(rd->db, rd->arena, persons, ids[i], &r));
        TRY(person_load_found(rd, r.uid, &ret->persons[i]));
    }
    const Field *parts = role_field(m, FIELD_ROLE_CANDIDATE_PARTS);
    if (!likeness_read(candidate->vals[parts->index].text, &ret->like))
        return E_CORRUPT;
    return reveals(rd->db, persons, ids[0], ids[1], &ret->reveals);
}

/* ---- what follows a decision ---- */

static Err link_to(WriteTx *tx, Batch *batch, const Record *merged, Str kept_uid,
                   const Change *decided)
{
    Change *c = store_change(tx->arena, CHANGE_UPDATE, merged->reg, merged->uid, 0);
    change_set(c, role_field(merged->reg->model, FIELD_ROLE_PERSON_MERGED), kept_uid);
    c->reason = decided->reason;
    c->sealed = decided->sealed;
    return store_apply_system(tx, batch, system_actor_rules(), c);
}

static Err refuse(Batch *batch, Msg msg)
{
    problem_add(&batch->problems, (Problem){.msg = msg});
    return E_INVALID;
}

/* One person is not merged twice, and nobody into herself by a detour. A step for one person alone
 * is not enough where it would reveal something by now. */
static Err join(WriteTx *tx, Batch *batch, const Change *change, const Record pair[2])
{
    const Move *m = change->move.ptr ? reg_move(change->reg, change->move) : NULL;
    bool opens;
    Record root;
    TRY(root_of(tx->db, tx->arena, &pair[0], &root));
    if (merged_into(&pair[1]) || root.id == pair[1].id)
        return refuse(batch, M_CANDIDATE_MERGED);
    TRY(reveals(tx->db, root.reg, root.id, pair[1].id, &opens));
    if (opens && m && !m->other)
        return refuse(batch, M_CANDIDATE_REVEALS);
    return link_to(tx, batch, &pair[1], root.uid, change);
}

Err candidate_decided(WriteTx *tx, Batch *batch, const Change *change, const Record *before,
                      const Record *after)
{
    const Register *persons = role_reg(after->reg->model, REG_ROLE_PERSON);
    bool was = before && !before->void_tx && reg_state(before->reg, before->state)->opens;
    bool is = !after->void_tx && reg_state(after->reg, after->state)->opens;
    Record pair[2];
    int64_t ids[2];
    if (was == is)
        return ERR_OK;
    TRY(pair_ids(tx->db, tx->arena, after, ids));
    for (int i = 0; i < 2; i++)
        TRY(row_by_id(tx->db, tx->arena, persons, ids[i], &pair[i]));
    return is ? join(tx, batch, change, pair) : link_to(tx, batch, &pair[1], STR_NONE, change);
}

/* ---- proposing ---- */

typedef struct Proposing {
    const Store *store;
    bool whole; /* everybody; else whoever was saved lately */
    ReadConn conn;
    Arena *arena; /* of one person */
    Record who;
    Record others[WEIGHED_MAX];
    Likeness like[WEIGHED_MAX];
    size_t n;
    CandidateRun *run;
} Proposing;

static void put_weight(Arena *a, Change *c, const Likeness *like)
{
    change_set_role(c, FIELD_ROLE_CANDIDATE_SCORE, str_int(a, like->weight));
    change_set_role(c, FIELD_ROLE_CANDIDATE_PARTS, likeness_write(a, like));
    change_set_role(c, FIELD_ROLE_CANDIDATE_VERSION, like->version);
}

/* What is to be written of a pair: the candidate that was asked about, or none as yet. */
typedef struct PairDue {
    Record asked, pair[2]; /* the older one is kept */
    Str opens;
    bool due, weighed;
} PairDue;

/* A new pair is due when it weighs enough; one that waits, when it was weighed by other weights, or
 * when what a merge would reveal has changed. */
static Err pair_due(Db *db, Arena *a, const Proposing *p, size_t i, PairDue *ret)
{
    const Field *pair = role_field(p->store->model, FIELD_ROLE_CANDIDATE_PAIR),
                *version = role_field(p->store->model, FIELD_ROLE_CANDIDATE_VERSION),
                *reveal = role_field(p->store->model, FIELD_ROLE_CANDIDATE_REVEALS);
    bool older = p->others[i].id < p->who.id, opens;
    const Likeness *like = &p->like[i];
    *ret = (PairDue){.pair = {older ? p->others[i] : p->who, older ? p->who : p->others[i]}};
    int64_t ids[2] = {ret->pair[0].id, ret->pair[1].id};
    TRY(find_asked(db, a, pair, ids, &ret->asked));
    const Record *asked = &ret->asked;
    if (asked->id ? !candidate_open(asked->reg, asked->state) : like->weight < LIKENESS_EVEN)
        return ERR_OK;
    TRY(reveals(db, p->who.reg, ids[0], ids[1], &opens));
    ret->opens = opens ? S("ya") : S("tidak");
    ret->weighed = asked->id && str_eq(asked->vals[version->index].text, like->version);
    ret->due = !ret->weighed || !str_eq(asked->vals[reveal->index].text, ret->opens);
    return ERR_OK;
}

static Change *new_candidate(Arena *a, const Proposing *p, const PairDue *due, const Likeness *like)
{
    Change *c = store_change(a, CHANGE_CREATE, role_reg(p->store->model, REG_ROLE_CANDIDATE),
                             STR_NONE, 0);
    change_set_role(c, FIELD_ROLE_CANDIDATE_PAIR,
                    str_printf(a, "%.*s %.*s", STR_ARG(due->pair[0].uid),
                               STR_ARG(due->pair[1].uid)));
    put_weight(a, c, like);
    change_set_role(c, FIELD_ROLE_CANDIDATE_REVEALS, due->opens);
    return c;
}

static Change *changed_candidate(Arena *a, const PairDue *due, const Likeness *like)
{
    Change *c = store_change(a, CHANGE_UPDATE, due->asked.reg, due->asked.uid, 0);
    if (!due->weighed)
        put_weight(a, c, like);
    change_set_role(c, FIELD_ROLE_CANDIDATE_REVEALS, due->opens);
    return c;
}

static Err propose_pair(WriteTx *tx, Proposing *p, size_t i)
{
    Batch batch = {.store = p->store, .actor = system_actor_clock(), .arena = tx->arena};
    batch.problems.arena = tx->arena;
    PairDue due;
    TRY(pair_due(tx->db, tx->arena, p, i, &due));
    if (!due.due)
        return ERR_OK;
    p->run->proposed += !due.asked.id;
    return store_apply_system(tx, &batch, system_actor_clock(),
                              due.asked.id ? changed_candidate(tx->arena, &due, &p->like[i])
                                           : new_candidate(tx->arena, p, &due, &p->like[i]));
}

static Err propose_all(WriteTx *tx, void *proposing)
{
    Proposing *p = proposing;
    for (size_t i = 0; i < p->n; i++)
        TRY(propose_pair(tx, p, i));
    return ERR_OK;
}

/* Loads a person that stands for herself: neither void nor merged into another; a restricted one is
 * compared with nobody. */
static bool load_live(Proposing *p, Str uid, Record *ret, PersonFacts *facts)
{
    const Register *persons = role_reg(p->store->model, REG_ROLE_PERSON);
    Record r;
    bool restricted;
    if (row_by_uid(p->conn.db, p->arena, persons, uid, &r) != ERR_OK || r.void_tx ||
        root_of(p->conn.db, p->arena, &r, ret) != ERR_OK || ret->void_tx ||
        restriction_holds(p->conn.db, p->arena, ret, &restricted) != ERR_OK || restricted)
        return false;
    return person_facts_open(p->store, p->conn.keys, p->arena, ret, CLASSES_ALL, facts) == ERR_OK;
}

static bool has_person(const Proposing *p, int64_t id)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->others[i].id == id)
            return true;
    return id == p->who.id;
}

static Err propose_for(Proposing *p, Str uid)
{
    PersonFacts who, facts[WEIGHED_MAX];
    Str near[NEAR_MAX];
    bool any = false;
    p->n = 0;
    if (!load_live(p, uid, &p->who, &who))
        return ERR_OK;
    size_t found = person_index_near(p->store->persons, p->arena, &who, near, NEAR_MAX);
    for (size_t i = 0; i < found && p->n < WEIGHED_MAX; i++)
        if (load_live(p, near[i], &p->others[p->n], &facts[p->n]) &&
            !has_person(p, p->others[p->n].id))
            p->n++;
    likeness_compare(p->store, &who, facts, p->n, p->like);
    for (size_t i = 0; i < p->n && !any; i++) {
        PairDue due;
        TRY(pair_due(p->conn.db, p->arena, p, i, &due));
        any = due.due;
    }
    p->run->persons++;
    return any ? writer_run(p->store->writer, NULL, propose_all, p) : ERR_OK;
}

static Err propose_each(Proposing *p, const Str *uids, size_t n)
{
    Err e = ERR_OK;
    for (size_t i = 0; i < n && e == ERR_OK; i++) {
        p->arena = arena_new(SIZE_MAX);
        e = propose_for(p, uids[i]);
        arena_free(p->arena);
    }
    return e;
}

static Err all_uids(Db *db, Arena *a, const Register *persons, StrList *ret)
{
    Stmt *st;
    TRY(db_stmt(
        db,
        str_printf(a, "SELECT uid FROM %.*s WHERE batal=0 ORDER BY id", STR_ARG(persons->name)).ptr,
        &st));
    return stmt_texts(st, a, ret);
}

static Err propose(void *proposing, Arena *a)
{
    Proposing *p = proposing;
    StrList uids = {0};
    if (p->whole) {
        TRY(all_uids(p->conn.db, a, role_reg(p->store->model, REG_ROLE_PERSON), &uids));
    } else {
        uids.items = ARENA_ARRAY(a, TURN_MAX, Str);
        uids.n = person_index_fresh(p->store->persons, a, uids.items, TURN_MAX);
    }
    return propose_each(p, uids.items, uids.n);
}

Err candidates_propose(const Store *s, bool whole, CandidateRun *ret)
{
    const Model *m = s->model;
    Proposing p = {.store = s, .run = ret, .whole = whole};
    *ret = (CandidateRun){0};
    if (!role_reg(m, REG_ROLE_CANDIDATE) || !m->likeness || !s->persons)
        return E_DOMAIN;
    TRY(person_index_ready(s->persons, whole ? PERSONS_WAIT_MS : 0));
    return readconn_with(s, &p.conn, propose, &p);
}

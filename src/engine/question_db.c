#include "engine/question_db.h"

#include "base/clock.h"
#include "engine/rule_db.h"
#include "engine/settings_db.h"
#include "engine/system_actor.h"
#include "guard/reach.h"
#include "model/likeness.h"
#include "model/person_index.h"
#include "model/restriction.h"
#include "model/row.h"

/* Questions a turn, people looked at and owners told of one question; open ones asked again. */
enum { TURN_MAX = 20, NEAR_MAX = 40, TOLD_MAX = 8, OPEN_MAX = 1000 };
/* A command is in the database a moment before its persons are in memory: so many are looked at
 * twice. */
enum { COMMANDS_AGAIN = 64 };
#define META_QUESTIONS S("questions_matched") /* id of the last one matched */
#define META_PERSONS                                                                               \
    S("questions_persons") /* newest command whose persons they were matched with */

typedef struct Matching {
    const Store *store;
    ReadConn conn;
    Arena *arena; /* of one question */
    Record question;
    PersonFacts wanted;
    Subject asker;
    int64_t since;         /* only persons saved by a later command */
    Record told[TOLD_MAX]; /* persons whose owners are told, one an owner, the likeliest first */
    Likeness like[TOLD_MAX];
    size_t n;
} Matching;

/* ---- what is asked ---- */

static Err open_text(Matching *m, const Dek *dek, FieldRole role, Str *ret)
{
    const Field *f = role_field(m->store->model, role);
    Str blob = f ? m->question.vals[f->index].blob : STR_NONE;
    *ret = STR_NONE;
    return blob.ptr ? row_unseal(m->store->in->keyring, dek, m->arena, &m->question,
                                 m->question.uid, f, blob, ret)
                    : ERR_OK;
}

/* Terms with a digit are a number of whatever kind fits; others a name. */
static void take_terms(Matching *m, Str terms)
{
    const Model *model = m->store->model;
    bool digit = false;
    for (size_t i = 0; i < terms.len; i++)
        digit |= terms.ptr[i] >= '0' && terms.ptr[i] <= '9';
    const struct {
        FieldRole role;
        Str *to;
    } numbers[] = {{FIELD_ROLE_PERSON_NIK, &m->wanted.nik},
                   {FIELD_ROLE_PERSON_PASSPORT, &m->wanted.passport},
                   {FIELD_ROLE_PERSON_PHONE, &m->wanted.phone}};
    for (size_t i = 0; digit && i < COUNT(numbers); i++) {
        const Field *f = role_field(model, numbers[i].role);
        if (f)
            *numbers[i].to = value_normalise(f, m->arena, terms);
    }
    if (!digit)
        m->wanted.name = terms;
}

static Err open_question(Matching *m)
{
    Str terms = STR_NONE;
    Dek dek;
    TRY(keyring_dek(m->store->in->keyring, m->conn.keys, m->question.uid, &dek));
    m->wanted = (PersonFacts){0};
    Err e = open_text(m, &dek, FIELD_ROLE_QUESTION_TERMS, &terms);
    if (e == ERR_OK)
        e = open_text(m, &dek, FIELD_ROLE_QUESTION_BIRTH, &m->wanted.birth);
    dek_wipe(&dek);
    take_terms(m, terms);
    return e;
}

/* Who asked, with the agency in whose name; E_NOT_FOUND when no user did. */
static Err find_asker(Matching *m)
{
    m->asker = (Subject){.agencies = {m->question.owner}, .agency_count = 1};
    TRY(row_author(m->conn.db, m->arena, m->question.created_tx, &m->asker.uid));
    return row_id(m->conn.db, role_reg(m->store->model, REG_ROLE_USER), m->asker.uid,
                  &m->asker.user);
}

/* ---- who fits ---- */

/* A number fits whole. A name fits with a birth date like the one given, in any spelling; without
 * one only the same name does. */
static bool fits(const PersonFacts *wanted, const Likeness *l)
{
    if (str_empty(wanted->name))
        return l->agreement[PART_NIK] == AGREE_SAME || l->agreement[PART_PASSPORT] == AGREE_SAME ||
               l->agreement[PART_PHONE] == AGREE_SAME;
    return str_empty(wanted->birth)
               ? l->agreement[PART_NAME] == AGREE_SAME
               : l->agreement[PART_NAME] >= AGREE_ALIKE && l->agreement[PART_BIRTH] >= AGREE_ALIKE;
}

/* Nobody is told of somebody whom the asker reaches, from whom she is barred, or whose file is
 * restricted. */
static Err is_elsewhere(Matching *m, const Record *person, bool *ret)
{
    Relation rel;
    bool restricted;
    *ret = false;
    if (person->void_tx || !person->owner || person->owner == m->question.owner)
        return ERR_OK;
    TRY(reach_relation(m->conn.db, &m->asker, person->reg->name, person->id, clock_now(), &rel));
    TRY(restriction_holds(m->conn.db, m->arena, person, &restricted));
    *ret = !rel.own && !rel.assigned && !rel.excluded && !restricted;
    return ERR_OK;
}

/* Keeps the likeliest person of each owner. */
static void keep(Matching *m, const Record *person, const Likeness *like)
{
    size_t at = 0;
    while (at < m->n && m->told[at].owner != person->owner)
        at++;
    if (at == TOLD_MAX || (at < m->n && m->like[at].weight >= like->weight))
        return;
    m->told[at] = *person;
    m->like[at] = *like;
    m->n += at == m->n;
}

static Err consider(Matching *m, Str uid)
{
    const Register *persons = role_reg(m->store->model, REG_ROLE_PERSON);
    const Field *merged = role_field(m->store->model, FIELD_ROLE_PERSON_MERGED);
    Record r;
    PersonFacts facts;
    Likeness like;
    bool elsewhere;
    TRY(row_by_uid(m->conn.db, m->arena, persons, uid, &r));
    if (r.changed_tx <= m->since || (merged && r.vals[merged->index].id))
        return ERR_OK; /* whoever stands for her is found by herself or not */
    TRY(is_elsewhere(m, &r, &elsewhere));
    if (!elsewhere)
        return ERR_OK;
    TRY(person_facts_open(m->store, m->conn.keys, m->arena, &r, CLASSES_ALL, &facts));
    likeness_compare(m->store, &m->wanted, &facts, 1, &like);
    if (fits(&m->wanted, &like))
        keep(m, &r, &like);
    return ERR_OK;
}

static Err find_fitting(Matching *m)
{
    Str near[NEAR_MAX];
    size_t n = person_index_near(m->store->persons, m->arena, &m->wanted, near, NEAR_MAX);
    for (size_t i = 0; i < n; i++) {
        Err e = consider(m, near[i]);
        if (e != ERR_OK && e != E_NOT_FOUND)
            return e;
    }
    return ERR_OK;
}

/* ---- telling ---- */

static Str clear_text(const Matching *m, FieldRole role)
{
    const Field *f = role_field(m->store->model, role);
    return f && !f->class_ ? m->question.vals[f->index].text : STR_NONE;
}

/* Whether her owner was asked about this person since the question stands. */
static Err was_told(Db *db, Arena *a, const Matching *m, const Record *person, bool *ret)
{
    const Field *who = role_field(m->store->model, FIELD_ROLE_INQUIRY_PERSON),
                *asker = role_field(m->store->model, FIELD_ROLE_INQUIRY_ASKER);
    return db_any(db,
                  z_printf(a,
                           "SELECT 1 FROM %.*s WHERE %.*s=:person AND %.*s=:asker"
                           " AND dibuat_tx>:asked LIMIT 1",
                           STR_ARG(who->reg->name), STR_ARG(who->name), STR_ARG(asker->name)),
                  ret, BIND(":person", person->id), BIND(":asker", m->asker.user),
                  BIND(":asked", m->question.created_tx));
}

static Err tell(WriteTx *tx, const Matching *m, Batch *batch, const Record *person)
{
    bool told;
    TRY(was_told(tx->db, tx->arena, m, person, &told));
    if (told)
        return ERR_OK;
    Change *c = store_change(tx->arena, CHANGE_CREATE, role_reg(m->store->model, REG_ROLE_INQUIRY),
                             STR_NONE, 0);
    Str agency;
    TRY(rule_owner(tx, person, &c->owner_uid));
    TRY(rule_owner(tx, &m->question, &agency));
    change_set_role(c, FIELD_ROLE_INQUIRY_PERSON, person->uid);
    change_set_role(c, FIELD_ROLE_INQUIRY_AGENCY, agency);
    change_set_role(c, FIELD_ROLE_INQUIRY_ASKER, m->asker.uid);
    change_set_role(c, FIELD_ROLE_INQUIRY_PURPOSE, clear_text(m, FIELD_ROLE_QUESTION_PURPOSE));
    change_set_role(c, FIELD_ROLE_INQUIRY_REASON, clear_text(m, FIELD_ROLE_QUESTION_REASON));
    return store_apply_system(tx, batch, system_actor_clock(), c);
}

/* The question matched last. */
static Err seen_last(Db *db, Arena *a, Str key, int64_t *ret)
{
    Str seen;
    *ret = 0;
    TRY(meta_get(db, a, key, &seen));
    (void)str_i64(seen, ret);
    return ERR_OK;
}

static Err tell_all(WriteTx *tx, void *matching)
{
    Matching *m = matching;
    Batch batch = {.store = m->store, .actor = system_actor_clock(), .arena = tx->arena};
    batch.problems.arena = tx->arena;
    for (size_t i = 0; i < m->n; i++)
        TRY(tell(tx, m, &batch, &m->told[i]));
    return ERR_OK;
}

static Err tell_new(WriteTx *tx, void *matching)
{
    const Matching *m = matching;
    int64_t last;
    TRY(seen_last(tx->db, tx->arena, META_QUESTIONS, &last));
    if (last >= m->question.id)
        return ERR_OK; /* a command and the server matched at once */
    TRY(tell_all(tx, matching));
    return meta_put(tx->db, META_QUESTIONS, str_int(tx->arena, m->question.id));
}

/* A question that cannot be opened any more is passed over. */
static Err match_one(Matching *m, int64_t id)
{
    m->n = 0;
    TRY(row_by_id(m->conn.db, m->arena, role_reg(m->store->model, REG_ROLE_QUESTION), id,
                  &m->question));
    const State *state = reg_state(m->question.reg, m->question.state);
    bool over = m->question.void_tx || (state && state->closed);
    Err e = over ? E_NOT_FOUND : open_question(m);
    if (e == ERR_OK)
        e = find_asker(m);
    if (e == ERR_OK)
        e = find_fitting(m);
    return e == E_NOT_FOUND ? ERR_OK : e;
}

/* One write a new question, whether anybody fits or not; one of an old question that fits. */
static Err match_each(Matching *m, const IdList *ids, bool fresh)
{
    Err e = ERR_OK;
    for (size_t i = 0; i < ids->n && e == ERR_OK; i++) {
        m->arena = arena_new(SIZE_MAX);
        e = match_one(m, ids->items[i]);
        if (e == ERR_OK && (fresh || m->n))
            e = writer_run(m->store->writer, NULL, fresh ? tell_new : tell_all, m);
        arena_free(m->arena);
    }
    return e;
}

static Err question_ids(Matching *m, Arena *a, const char *which, int64_t last, int most,
                        IdList *ret)
{
    return db_ids(m->conn.db,
                  z_printf(a, "SELECT id FROM %.*s WHERE id%s LIMIT %d",
                           STR_ARG(role_reg(m->store->model, REG_ROLE_QUESTION)->name), which,
                           most),
                  a, ret, BIND(":last", last));
}

static Err note_persons(WriteTx *tx, void *newest)
{
    return meta_put(tx->db, META_PERSONS, str_int(tx->arena, *(int64_t *)newest));
}

/* Whoever was saved since the last look may be whom an older question asks about. */
static Err match_later(Matching *m, Arena *a, int64_t last)
{
    int64_t seen, newest;
    IdList ids = {0};
    TRY(seen_last(m->conn.db, a, META_PERSONS, &seen));
    TRY(db_number(m->conn.db, "SELECT coalesce(max(id),0) FROM tx", &newest));
    if (newest == seen)
        return ERR_OK;
    m->since = seen - COMMANDS_AGAIN;
    TRY(question_ids(m, a, "<=:last ORDER BY id DESC", last, OPEN_MAX, &ids));
    TRY(match_each(m, &ids, false));
    return writer_run(m->store->writer, NULL, note_persons, &newest);
}

static Err match_all(void *matching, Arena *a)
{
    Matching *m = matching;
    IdList ids = {0};
    int64_t last;
    TRY(seen_last(m->conn.db, a, META_QUESTIONS, &last));
    TRY(match_later(m, a, last));
    m->since = 0;
    TRY(question_ids(m, a, ">:last ORDER BY id", last, TURN_MAX, &ids));
    return match_each(m, &ids, true);
}

Err questions_match(const Store *s, int wait_ms)
{
    Matching m = {.store = s};
    if (!role_reg(s->model, REG_ROLE_QUESTION) || !role_reg(s->model, REG_ROLE_INQUIRY) ||
        !s->persons || !s->model->likeness || person_index_ready(s->persons, wait_ms) != ERR_OK)
        return ERR_OK;
    return readconn_with(s, &m.conn, match_all, &m);
}

/* ---- how many ---- */

Err question_advise(Reader *rd, const Change *c)
{
    Settings set;
    if (c->reg->role != REG_ROLE_QUESTION || c->kind != CHANGE_CREATE)
        return ERR_OK;
    TRY(settings_read(rd->db, rd->arena, &set));
    return readings_allow(rd->db, rd->actor->subject->uid, date_iso(rd->arena, clock_today()),
                          &(ReadingMark){.uid = c->uid},
                          &(ReadingBudget){.records = setting_number(&set, SETTING_READINGS)});
}

Err question_asked(WriteTx *tx, const Batch *batch, const Record *question)
{
    return readings_note(tx, batch->actor->subject->uid, date_iso(tx->arena, clock_today()),
                         &(ReadingMark){.uid = question->uid});
}

Err inquiry_answered(WriteTx *tx, const Record *inquiry)
{
    const Field *person = role_field(inquiry->reg->model, FIELD_ROLE_INQUIRY_PERSON);
    Record r;
    bool restricted;
    if (!person || !reg_state(inquiry->reg, inquiry->state)->opens)
        return ERR_OK;
    TRY(row_by_id(tx->db, tx->arena, person->target, inquiry->vals[person->index].id, &r));
    TRY(restriction_holds(tx->db, tx->arena, &r, &restricted));
    return restricted ? E_RESTRICTED : ERR_OK;
}

#include "model/follow.h"

#include "guard/reach.h"
#include "guard/role_grant.h"
#include "guard/subject.h"
#include "model/env.h"
#include "model/give_reach.h"
#include "model/person_index.h"
#include "model/plan.h"
#include "model/role_report.h"
#include "model/row.h"

/* Sources of reach rows. */
#define SRC_OWNER   S("pemilik")
#define SRC_CREATOR S("pembuat")
#define SRC_PARENT  S("induk")
#define SRC_TASK    S("tenggat")
#define SRC_PAIR    S("pasangan")

/* ---- reach ---- */

static bool team_only(const Store *s, const Record *r)
{
    return str_is(role_text(s, r, FIELD_ROLE_REPORT_TEAM_ONLY), "ya");
}

/* What the office that owns a record may open of it: of a report marked for its team alone, and of
 * what stands under one, nothing. */
static Err owner_opens(WriteTx *tx, const Store *s, const Record *r, unsigned *ret)
{
    const Field *mark = role_field(s->model, FIELD_ROLE_REPORT_TEAM_ONLY);
    bool shut = team_only(s, r);
    if (mark && r->parent && r->parent_reg == mark->reg) {
        Record above;
        TRY(row_by_id(tx->db, tx->arena, r->parent_reg, r->parent, &above));
        shut |= team_only(s, &above);
    }
    *ret = shut ? 0 : CLASSES_ALL;
    return ERR_OK;
}

/* One row a level of the owner's region. */
static Err put_area(WriteTx *tx, const Store *s, const Record *r, unsigned classes)
{
    const Field *area = role_field(s->model, FIELD_ROLE_INSTITUTION_AREA);
    Record owner;
    if (!r->reg->needs_area || !area || !r->owner)
        return ERR_OK;
    TRY(row_by_id(tx->db, tx->arena, area->reg, r->owner, &owner));
    Str code = owner.vals[area->index].text;
    for (size_t i = 1; i <= code.len; i++)
        if (i == code.len || code.ptr[i] == '.')
            TRY(reach_put(tx->db, r->reg->name, r->id,
                          principal_of(PRINCIPAL_AREA, area_id(str_head(code, i))), classes,
                          REACH_FOREVER, SRC_OWNER));
    return ERR_OK;
}

static Err put_owner(WriteTx *tx, const Store *s, const Record *r, bool fresh)
{
    unsigned classes;
    TRY(owner_opens(tx, s, r, &classes));
    if (!fresh)
        TRY(reach_drop(tx->db, r->reg->name, r->id, SRC_OWNER));
    if (r->owner)
        TRY(reach_put(tx->db, r->reg->name, r->id, principal_of(PRINCIPAL_OWNER, r->owner), classes,
                      REACH_FOREVER, SRC_OWNER));
    return put_area(tx, s, r, classes);
}

/* Whoever recorded it goes on seeing it: she knows it already, and it may be hers to finish. */
static Err put_creator(WriteTx *tx, const Record *r)
{
    int64_t user;
    TRY(db_number(tx->db,
                  "SELECT f.user_id FROM tx t JOIN fakta_pengguna f ON f.uid=t.actor"
                  " WHERE t.id=:tx",
                  &user, BIND(":tx", r->created_tx)));
    return user ? reach_put(tx->db, r->reg->name, r->id, principal_of(PRINCIPAL_USER, user),
                            CLASSES_ALL, REACH_FOREVER, SRC_CREATOR)
                : ERR_OK;
}

/* A person is within reach of whoever reaches a record that refers to her: one row for each row of
 * that record, so that no end date or class of one grant is lent to another. */
static Err put_referrer(WriteTx *tx, const Record *r, const Field *f)
{
    Arena *a = tx->arena;
    Str like = str_printf(a, "%.*s.%.*s:", STR_ARG(f->reg->name), STR_ARG(f->name));
    TRY(db_run(tx->db,
               "DELETE FROM jangkau WHERE reg=:reg AND rec=:rec"
               " AND substr(source,1,:n)=:src",
               BIND(":reg", r->reg->name), BIND(":rec", r->id), BIND(":n", (int64_t)like.len),
               BIND(":src", like)));
    return db_run(tx->db,
                  z_printf(a,
                           "INSERT INTO jangkau(principal,reg,rec,classes,since,until,source)"
                           " SELECT j.principal,:reg,:rec,j.classes,j.since,j.until,:src || "
                           "k.id || '<' || j.source"
                           " FROM %.*s k CROSS JOIN jangkau j ON j.reg=:from AND j.rec=k.id"
                           " WHERE k.%.*s=:rec AND k.batal=0",
                           STR_ARG(f->reg->name), STR_ARG(f->name)),
                  BIND(":reg", r->reg->name), BIND(":rec", r->id), BIND(":src", like),
                  BIND(":from", f->reg->name));
}

bool lends_reach(const Field *f)
{
    return f->kind == FK_REF && !f->multi && f->target && f->target->reach == REACH_REFERRERS &&
           f->role != FIELD_ROLE_MATTER_PERSON;
}

static Err put_referrers(WriteTx *tx, const Record *r)
{
    for (size_t i = 0; i < r->reg->referrer_count; i++)
        if (lends_reach(r->reg->referrers[i]))
            TRY(put_referrer(tx, r, r->reg->referrers[i]));
    return ERR_OK;
}

/* A task is seen by the unit and the person it is given to, wherever it hangs. */
static Err put_task(WriteTx *tx, const Store *s, const Record *r, bool fresh)
{
    int64_t unit = role_id(s, r, FIELD_ROLE_TASK_UNIT), user = role_id(s, r, FIELD_ROLE_TASK_OWNER);
    if (!fresh)
        TRY(reach_drop(tx->db, r->reg->name, r->id, SRC_TASK));
    if (unit)
        TRY(reach_put(tx->db, r->reg->name, r->id, principal_of(PRINCIPAL_OWNER, unit), CLASSES_ALL,
                      REACH_FOREVER, SRC_TASK));
    if (user)
        TRY(reach_put(tx->db, r->reg->name, r->id, principal_of(PRINCIPAL_USER, user), CLASSES_ALL,
                      REACH_FOREVER, SRC_TASK));
    return ERR_OK;
}

/* A candidate is within reach of whoever reaches both of its persons, by one principal, and barred
 * where either is. */
static Err put_pair(WriteTx *tx, const Register *reg, int64_t id)
{
    const Field *pair = role_field(reg->model, FIELD_ROLE_CANDIDATE_PAIR);
    Str links = field_link_table(tx->arena, pair);
    TRY(reach_drop(tx->db, reg->name, id, SRC_PAIR));
    return db_run(tx->db,
                  z_printf(tx->arena,
                           "INSERT INTO jangkau(principal,reg,rec,classes,since,until,source)"
                           " SELECT a.principal,:reg,:rec,a.classes&b.classes,"
                           " CASE WHEN a.since>b.since THEN a.since ELSE b.since END,"
                           " CASE WHEN a.until<b.until THEN a.until ELSE b.until END,"
                           " :src||'<'||a.source||'<'||b.source"
                           " FROM %.*s p JOIN %.*s q ON q.rec=p.rec AND q.ord>p.ord"
                           " JOIN jangkau a ON a.reg=:persons AND a.rec=p.val"
                           " JOIN jangkau b ON b.reg=:persons AND b.rec=q.val"
                           " AND b.principal=a.principal"
                           " WHERE p.rec=:rec UNION"
                           " SELECT a.principal,:reg,:rec,a.classes,a.since,a.until,"
                           " :src||'<'||a.source FROM %.*s p"
                           " JOIN jangkau a ON a.reg=:persons AND a.rec=p.val"
                           " WHERE p.rec=:rec AND a.principal>=:barred"
                           " AND a.principal<:addressed",
                           STR_ARG(links), STR_ARG(links), STR_ARG(links)),
                  BIND(":barred", principal_of(PRINCIPAL_BARRED, 0)),
                  BIND(":addressed", principal_of(PRINCIPAL_ADDRESSED, 0)), BIND(":reg", reg->name),
                  BIND(":rec", id), BIND(":src", SRC_PAIR), BIND(":persons", pair->target->name));
}

/* Candidates follow the reach of their persons. */
static Err put_pairs_of(WriteTx *tx, const Record *person)
{
    const Field *pair = role_field(person->reg->model, FIELD_ROLE_CANDIDATE_PAIR);
    IdList ids = {0};
    if (person->reg->role != REG_ROLE_PERSON || !pair)
        return ERR_OK;
    TRY(db_ids(tx->db,
               z_printf(tx->arena, "SELECT rec FROM %.*s WHERE val=:id",
                        STR_ARG(field_link_table(tx->arena, pair))),
               tx->arena, &ids, BIND(":id", person->id)));
    for (size_t i = 0; i < ids.n; i++)
        TRY(put_pair(tx, pair->reg, ids.items[i]));
    return ERR_OK;
}

/* Own rows of the record by the kind of reach it declares. */
static Err put_own_rows(WriteTx *tx, const Store *s, const Record *r, bool fresh)
{
    if (r->reg->role == REG_ROLE_TASK)
        TRY(put_task(tx, s, r, fresh));
    TRY(address_reach(tx, s, r));
    if (r->reg->role == REG_ROLE_CANDIDATE)
        return put_pair(tx, r->reg, r->id);
    if (r->reg->reach == REACH_PARENT && r->parent_reg) {
        if (!fresh)
            TRY(reach_drop(tx->db, r->reg->name, r->id, SRC_PARENT));
        return reach_copy(tx->db, r->parent_reg->name, r->parent, r->reg->name, r->id, SRC_PARENT);
    }
    TRY(put_owner(tx, s, r, fresh));
    TRY(put_creator(tx, r));
    if (r->reg->role == REG_ROLE_INQUIRY)
        TRY(share_reach(tx, s, r));
    return r->reg->reach == REACH_REFERRERS && !fresh ? put_referrers(tx, r) : ERR_OK;
}

/* ---- a child's file ---- */

static Err is_childs(WriteTx *tx, const Store *s, const Record *r, bool *ret)
{
    const Field *child = role_field(s->model, FIELD_ROLE_VICTIM_CHILD);
    const Field *who = role_field(s->model, FIELD_ROLE_VICTIM_PERSON);
    *ret = child && child->reg == r->reg && str_is(r->vals[child->index].text, "ya");
    if (!child || !who || who->target != r->reg)
        return ERR_OK;
    return db_any(tx->db,
                  z_printf(tx->arena,
                           "SELECT 1 FROM %.*s WHERE %.*s=:id AND %.*s='ya' AND batal=0 LIMIT 1",
                           STR_ARG(who->reg->name), STR_ARG(who->name), STR_ARG(child->name)),
                  ret, BIND(":id", r->id));
}

/* What is on file of a child is open to the team alone, whoever's office keeps it: her record as a
 * victim and what hangs on it, and herself as long as any such record stands. */
static Err shut_child(WriteTx *tx, const Store *s, const Record *r)
{
    bool child;
    TRY(is_childs(tx, s, r, &child));
    return child ? reach_shut(tx->db, r->reg->name, r->id) : ERR_OK;
}

/* The person behind a victim: closed with her, open again when she turns out to be no child. */
static Err shut_person(WriteTx *tx, const Store *s, const Record *person)
{
    bool child, shut;
    TRY(is_childs(tx, s, person, &child));
    if (child)
        return reach_shut(tx->db, person->reg->name, person->id);
    TRY(reach_is_shut(tx->db, person->reg->name, person->id, &shut));
    return shut ? put_own_rows(tx, s, person, false) : ERR_OK;
}

static Err follow_down(WriteTx *tx, const Store *s, const Record *r, bool fresh);

/* What hangs below and inherits; below a report also what is its office's own, for the mark. */
static Err follow_children(WriteTx *tx, const Store *s, const Record *r)
{
    const Field *mark = role_field(s->model, FIELD_ROLE_REPORT_TEAM_ONLY);
    for (size_t i = 0; i < r->reg->child_count; i++) {
        const Register *child = r->reg->children[i];
        IdList ids = {0};
        if (child->reach != REACH_PARENT && !(mark && mark->reg == r->reg))
            continue;
        TRY(db_ids(tx->db,
                   z_printf(tx->arena, "SELECT id FROM %.*s WHERE induk=:id AND induk_reg=:reg",
                            STR_ARG(child->name)),
                   tx->arena, &ids, BIND(":id", r->id), BIND(":reg", r->reg->name)));
        for (size_t k = 0; k < ids.n; k++) {
            Record c;
            TRY(row_by_id(tx->db, tx->arena, child, ids.items[k], &c));
            TRY(follow_down(tx, s, &c, false));
        }
    }
    return ERR_OK;
}

/* A person behind a reference inherits the reach of the record that refers to her; what she has
 * through other references stays. */
static Err follow_ref(WriteTx *tx, const Store *s, const Field *f, const Value *v)
{
    Record person;
    if (f->kind != FK_REF || f->multi || !v->reg || !v->id || v->reg->reach != REACH_REFERRERS)
        return ERR_OK;
    TRY(row_by_id(tx->db, tx->arena, v->reg, v->id, &person));
    if (lends_reach(f))
        TRY(put_referrer(tx, &person, f));
    TRY(shut_person(tx, s, &person));
    TRY(put_pairs_of(tx, &person));
    return follow_children(tx, s, &person);
}

static Err follow_persons(WriteTx *tx, const Store *s, const Record *r)
{
    for (size_t i = 0; i < r->reg->field_count; i++)
        TRY(follow_ref(tx, s, r->reg->fields[i], &r->vals[i]));
    return ERR_OK;
}

static Err follow_left(WriteTx *tx, const Store *s, const Record *before, const Record *after)
{
    for (size_t i = 0; i < before->reg->field_count; i++) {
        const Value *was = &before->vals[i], *is = &after->vals[i];
        if (was->reg != is->reg || was->id != is->id)
            TRY(follow_ref(tx, s, before->reg->fields[i], was));
    }
    return ERR_OK;
}

/* The record's own rows, and everything that inherits from it. */
static Err follow_down(WriteTx *tx, const Store *s, const Record *r, bool fresh)
{
    TRY(put_own_rows(tx, s, r, fresh));
    TRY(shut_child(tx, s, r));
    TRY(put_pairs_of(tx, r));
    if (!fresh)
        TRY(follow_children(tx, s, r));
    return follow_persons(tx, s, r);
}

static Err follow_basis(WriteTx *tx, const Store *s, const Record *consent, FieldRole role)
{
    const Field *basis = role_field(s->model, role);
    IdList ids = {0};
    if (consent->reg->role != REG_ROLE_CONSENT || !basis)
        return ERR_OK;
    TRY(db_ids(tx->db,
               z_printf(tx->arena, "SELECT id FROM %.*s WHERE %.*s=:id", STR_ARG(basis->reg->name),
                        STR_ARG(basis->name)),
               tx->arena, &ids, BIND(":id", consent->id)));
    for (size_t i = 0; i < ids.n; i++) {
        Record grant;
        TRY(row_by_id(tx->db, tx->arena, basis->reg, ids.items[i], &grant));
        TRY(follow_reach(tx, s, &grant, false));
    }
    return ERR_OK;
}

/* A consent that is withdrawn takes the grants and referrals that rest on it with it. */
static Err follow_consent(WriteTx *tx, const Store *s, const Record *consent)
{
    TRY(follow_basis(tx, s, consent, FIELD_ROLE_GRANT_BASIS));
    return follow_basis(tx, s, consent, FIELD_ROLE_REFERRAL_CONSENT);
}

/* Reach follows from owner, parent, references, being void and the mark for the team alone; what
 * gives reach itself, and a consent that others rest on, also from its dates, state and classes. */
static bool reach_stays(const Store *s, const Record *before, const Record *after)
{
    bool same = !gives_reach(after->reg) && after->reg->role != REG_ROLE_CONSENT &&
                after->reg->role != REG_ROLE_INQUIRY && before->owner == after->owner &&
                before->parent == after->parent && before->parent_reg == after->parent_reg &&
                !before->void_tx == !after->void_tx &&
                team_only(s, before) == team_only(s, after) &&
                str_eq(role_text(s, before, FIELD_ROLE_VICTIM_CHILD),
                       role_text(s, after, FIELD_ROLE_VICTIM_CHILD));
    for (size_t i = 0; i < after->reg->field_count; i++)
        same &=
            before->vals[i].id == after->vals[i].id && before->vals[i].reg == after->vals[i].reg;
    return same;
}

Err follow_change(WriteTx *tx, const Store *s, const Record *before, const Record *after)
{
    if (reach_stays(s, before, after))
        return ERR_OK;
    TRY(follow_reach(tx, s, after, false));
    TRY(follow_consent(tx, s, after));
    return follow_left(tx, s, before, after);
}

Err follow_reach(WriteTx *tx, const Store *s, const Record *r, bool fresh)
{
    Record above;
    if (!gives_reach(r->reg) || !r->parent_reg)
        return follow_down(tx, s, r, fresh);
    TRY(row_by_id(tx->db, tx->arena, r->parent_reg, r->parent, &above));
    TRY(give_reach(tx, s, r, &above));
    TRY(follow_down(tx, s, &above, false));
    return r->reg->reach == REACH_PARENT ? ERR_OK : follow_down(tx, s, r, fresh);
}

/* ---- blind index ---- */

Err follow_blind(WriteTx *tx, const Store *s, const Field *f, int64_t rec, Str plain)
{
    Arena *a = tx->arena;
    Str name = field_first_name(f);
    Str label = str_printf(a, "%.*s.%.*s", STR_ARG(f->reg->name), STR_ARG(name));
    Str lines = plain, line;
    TRY(db_run(tx->db, "DELETE FROM sidik WHERE field=:field AND rec=:rec", BIND(":field", label),
               BIND(":rec", rec)));
    while (str_cut(&lines, '\n', &line)) {
        Str normal = value_normalise(f, a, line);
        if (str_empty(normal))
            continue;
        TRY(db_run(tx->db,
                   "INSERT INTO sidik(field,hash,rec) VALUES(:field,:hash,:rec)"
                   " ON CONFLICT DO NOTHING",
                   BIND(":field", label),
                   BIND(":hash", blind_index(s->in->keyring, a, f->reg->name, name, normal)),
                   BIND(":rec", rec)));
    }
    return ERR_OK;
}

/* ---- facts for the gate ---- */

static RoleWish wish_of(WriteTx *tx, const Store *s, Str user_uid, const Actor *actor)
{
    return (RoleWish){.user_uid = user_uid,
                      .guarded = roles_guarded(s->model, tx->arena),
                      .approvers = roles_approving(s->model, tx->arena),
                      .actor = actor ? actor->subject->uid : STR_NONE,
                      .trusted = actor && actor->subject->system && s->in->practice};
}

/* Roles were approved for where their holder stood: in a wider place they are asked for anew. */
static Err ask_again(WriteTx *tx, const Store *s, Str user_uid, const Actor *actor)
{
    RoleWish wish = wish_of(tx, s, user_uid, actor);
    return actor && !str_empty(user_uid) ? roles_ask_again(tx, &wish) : ERR_OK;
}

static Err user_fact(WriteTx *tx, const Store *s, const Record *r, const Actor *actor)
{
    RoleWish wish = wish_of(tx, s, r->uid, actor);
    Str held, area = role_text(s, r, FIELD_ROLE_USER_AREA);
    bool same;
    TRY(db_any(tx->db, "SELECT 1 FROM fakta_pengguna WHERE uid=:uid AND COALESCE(area,'')=:area",
               &same, BIND(":uid", r->uid), BIND(":area", area.ptr ? area : S(""))));
    if (!same && !str_empty(area))
        TRY(ask_again(tx, s, r->uid, actor));
    wish.wanted = role_text(s, r, FIELD_ROLE_USER_ROLES);
    TRY(role_wish(tx, &wish, &held));
    UserFact f = {.user = r->id,
                  .uid = r->uid,
                  .login = role_text(s, r, FIELD_ROLE_USER_LOGIN),
                  .name = role_text(s, r, FIELD_ROLE_USER_NAME),
                  .roles = held,
                  .active = str_is(role_text(s, r, FIELD_ROLE_USER_ACTIVE), "ya") && !r->void_tx,
                  .until = role_text(s, r, FIELD_ROLE_USER_UNTIL),
                  .area = area,
                  .agency = r->parent};
    return user_fact_put(tx, &f);
}

static Err member_fact(WriteTx *tx, const Store *s, const Record *r, const Actor *actor)
{
    bool covered;
    Str uid;
    MemberFact f = {.membership = r->id,
                    .user = role_id(s, r, FIELD_ROLE_MEMBERSHIP_USER),
                    .agency = r->parent,
                    .start = role_text(s, r, FIELD_ROLE_MEMBERSHIP_START),
                    .end = role_text(s, r, FIELD_ROLE_MEMBERSHIP_END)};
    if (r->void_tx || !f.user)
        return member_fact_drop(tx, r->id);
    TRY(member_fact_covered(tx->db, &f, &covered));
    /* Whoever this very command makes was asked about with her own record. */
    TRY(db_text(tx->db,
                z_printf(tx->arena, "SELECT uid FROM %.*s WHERE id=:id AND dibuat_tx<:tx",
                         STR_ARG(role_reg(s->model, REG_ROLE_USER)->name)),
                tx->arena, &uid, BIND(":id", f.user), BIND(":tx", r->changed_tx)));
    if (!covered)
        TRY(ask_again(tx, s, uid, actor));
    return member_fact_put(tx, &f);
}

Err follow_facts(WriteTx *tx, const Store *s, const Record *r, const Actor *actor)
{
    if (r->reg->role == REG_ROLE_USER)
        return user_fact(tx, s, r, actor);
    if (r->reg->role == REG_ROLE_MEMBERSHIP)
        return member_fact(tx, s, r, actor);
    return ERR_OK;
}

/* ---- person index ---- */

typedef struct PersonPut {
    PersonIndex *index;
    Str uid;
    PersonFacts facts;
} PersonPut;

static void put_person(void *ctx)
{
    const PersonPut *p = ctx;
    person_index_put(p->index, p->uid, &p->facts);
}

Err follow_person(WriteTx *tx, const Store *s, const Record *r)
{
    if (r->reg->role != REG_ROLE_PERSON || !s->persons)
        return ERR_OK;
    PersonPut *put = ARENA_NEW(tx->arena, PersonPut);
    *put = (PersonPut){.index = s->persons, .uid = r->uid};
    RecordEnv env = env_written(tx, s, r);
    for (size_t i = 0; i < PERSON_FACT_COUNT && !r->void_tx; i++)
        if (person_fact_field(s->model, i))
            *person_fact(&put->facts, i) = env_value(&env, person_fact_field(s->model, i));
    env_wipe(&env);
    writer_after_commit(tx, put_person, put);
    return ERR_OK;
}

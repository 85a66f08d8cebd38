/* The worker's half of a write: what can be judged before the writer is asked. */
#include "base/rand.h"
#include "model/env.h"
#include "model/follow.h"
#include "model/reason.h"
#include "model/row.h"

#include <string.h>

Change *store_change(Arena *a, ChangeKind kind, const Register *reg, Str uid, int64_t base_version)
{
    Change *c = ARENA_NEW(a, Change);
    *c = (Change){.kind = kind, .reg = reg, .base_version = base_version};
    c->uid = kind == CHANGE_CREATE && str_empty(uid) ? rand_uid(a) : uid;
    c->set = ARENA_ARRAY(a, reg->field_count, bool);
    c->vals = ARENA_ARRAY(a, reg->field_count, Str);
    c->blobs = ARENA_ARRAY(a, reg->field_count, Str);
    return c;
}

void change_set(Change *c, const Field *f, Str canonical)
{
    c->set[f->index] = true;
    c->vals[f->index] = str_empty(canonical) ? STR_NONE : canonical;
}

void change_set_role(Change *c, FieldRole role, Str canonical)
{
    const Field *f = role_field(c->reg->model, role);
    if (f && f->reg == c->reg)
        change_set(c, f, canonical);
}

Batch *store_batch(Reader *rd)
{
    Batch *b = ARENA_NEW(rd->arena, Batch);
    *b = (Batch){.store = rd->store, .actor = rd->actor, .arena = rd->arena};
    b->problems.arena = rd->arena;
    return b;
}

Err store_run(Batch *b)
{
    return writer_run(b->store->writer, store_batch_keys, store_batch_apply, b);
}

typedef struct Prepare {
    Reader *rd;
    Batch *batch;
    Change *change;
    Problems *problems;
    Record *rec; /* stored form, NULL for CREATE */
    RecordEnv env;
    Decision decision;
} Prepare;

static void field_problem(Prepare *p, const Field *f, Msg msg, Str arg)
{
    problem_add(p->problems,
                (Problem){.field = f->name, .label = &f->label, .msg = msg, .args = {arg}});
}

/* ---- rights ---- */

/* A new record under a parent is judged by the parent's reach; a parent made in the same batch is
 * judged already. */
static Err may_create(Prepare *p)
{
    const Subject *s = p->rd->actor->subject;
    const Change *c = p->change;
    if (!policy_scopes(s, VERB_CREATE, c->reg->rights) && !s->system)
        return E_DENIED;
    p->decision = (Decision){.allowed = true, .classes = CLASSES_ALL};
    if (!c->reg->has_parent)
        return ERR_OK;
    if (!c->parent_reg) {
        if (c->reg->parent_optional)
            return ERR_OK;
        problem_add(p->problems, (Problem){.label = &c->reg->label, .msg = M_PARENT_MISSING});
        return ERR_OK;
    }
    if (!reg_accepts_parent(c->reg, c->parent_reg))
        return E_BAD_REQ;
    if (batch_pending(p->batch, c->parent_uid))
        return ERR_OK;
    Record parent;
    TRY(row_by_uid(p->rd->db, p->rd->arena, c->parent_reg, c->parent_uid, &parent));
    if (c->reg->reach != REACH_PARENT && !store_decide(p->rd, &parent, VERB_LIST).allowed)
        return E_NOT_FOUND;
    if (store_decide_child(p->rd, &parent, c->reg, VERB_CREATE).allowed)
        return ERR_OK;
    bool restricted;
    TRY(store_restricted(p->rd, &parent, &restricted));
    return restricted ? E_RESTRICTED : E_NOT_FOUND;
}

static Verb verb_of(ChangeKind kind)
{
    switch (kind) {
    case CHANGE_CREATE:
        return VERB_CREATE;
    case CHANGE_UPDATE:
        return VERB_CHANGE;
    case CHANGE_MOVE:
        return VERB_MOVE;
    case CHANGE_VOID:
    case CHANGE_RESTORE:
        return VERB_VOID;
    case CHANGE_UNDO:
        break;
    }
    BUG("unknown change");
}

static Err may_change(Prepare *p)
{
    Verb verb = verb_of(p->change->kind);
    p->rec = ARENA_NEW(p->rd->arena, Record);
    TRY(store_get(p->rd, p->change->reg, p->change->uid, verb, p->rec));
    p->decision = store_decide(p->rd, p->rec, verb);
    return ERR_OK;
}

/* ---- values ---- */

static void apply_defaults(Prepare *p)
{
    ExprEnv e = env_expr(&p->env);
    for (size_t i = 0; i < p->change->reg->field_count; i++) {
        const Field *f = p->change->reg->fields[i];
        if (f->default_ && !p->change->set[i] && p->change->kind == CHANGE_CREATE)
            change_set(p->change, f, expr_text(f->default_, &e));
    }
}

static const Move *move_of(const Change *c)
{
    return c->kind == CHANGE_MOVE ? reg_move(c->reg, c->move) : NULL;
}

/* What the move writes by itself, over whatever was typed there. */
static void apply_settings(Prepare *p)
{
    const Move *m = move_of(p->change);
    ExprEnv e = env_expr(&p->env);
    for (size_t i = 0; m && i < m->set_count; i++)
        change_set(p->change, m->set[i].field, expr_text(m->set[i].value, &e));
}

/* Whom words typed at the record are about. A new one without a key is about what stands above. */
static Str words_about(Prepare *p)
{
    const Change *c = p->change;
    Record above;
    Str subject;
    if (p->rec)
        return reason_subject(p->rd, p->rec);
    if (c->reg->key != KEY_NONE)
        return env_key_subject(&p->env, &subject) == ERR_OK ? subject : STR_NONE;
    if (!c->parent_reg ||
        row_by_uid(p->rd->db, p->rd->arena, c->parent_reg, c->parent_uid, &above) != ERR_OK)
        return STR_NONE;
    return reason_subject(p->rd, &above);
}

static Err seal_reason(Prepare *p, Str *ret)
{
    if (p->batch->judged_only || ret->ptr)
        return ERR_OK;
    return reason_seal(p->rd, words_about(p), p->change->reason, ret);
}

static Err seal_words(Prepare *p)
{
    Change *c = p->change;
    for (size_t i = 0; !p->batch->judged_only && i < c->reg->field_count; i++)
        if (c->set[i] && c->reg->fields[i]->reason)
            TRY(reason_seal(p->rd, words_about(p), c->vals[i], &c->blobs[i]));
    return ERR_OK;
}

/* Gives the new record what it takes over. Protected values are opened under the subject's rights
 * and on record; those she may not read stay behind. */
static Err carry_over(Prepare *p, const Creation *made, Change *c)
{
    ExprEnv e = env_expr(&p->env);
    unsigned classes = 0;
    for (size_t i = 0; i < made->n; i++)
        if (made->set[i].field->class_)
            classes |= CLASS_BIT(made->set[i].field->class_);
    classes &= p->decision.classes;
    if (classes && str_empty(p->rd->actor->purpose) && !p->rd->actor->subject->system)
        problem_add(p->problems, (Problem){.msg = M_MOVE_PURPOSE});
    TRY(store_unseal(p->rd, p->rec, classes));
    for (size_t i = 0; i < made->n; i++) {
        const Field *f = made->set[i].field;
        if (!f->class_ || (p->decision.classes & CLASS_BIT(f->class_)))
            change_set(c, f, expr_text(made->set[i].value, &e));
    }
    return ERR_OK;
}

/* The record that the move makes joins the batch before the move itself. What is wrong with it is
 * told without a field: the form of the move has none of them. */
static Err make_record(Prepare *p)
{
    const Move *m = move_of(p->change);
    size_t before = p->problems->n;
    if (!m || !m->creates || !str_empty(env_value(&p->env, m->creates->into)))
        return ERR_OK;
    Change *c = store_change(p->rd->arena, CHANGE_CREATE, m->creates->reg, STR_NONE, 0);
    TRY(seal_reason(p, &c->sealed));
    p->change->sealed = c->sealed; /* said once, of both */
    TRY(carry_over(p, m->creates, c));
    Err e = store_prepare(p->rd, p->batch, c, p->problems);
    for (size_t i = before; i < p->problems->n; i++)
        p->problems->items[i].field = STR_NONE;
    if (e != ERR_OK)
        return e == E_INVALID ? ERR_OK : e;
    change_set(p->change, m->creates->into, c->uid);
    p->change->made = c;
    return ERR_OK;
}

static bool set_by_move(const Prepare *p, const Field *f)
{
    const Move *m = move_of(p->change);
    if (p->change->made && f == m->creates->into)
        return true;
    for (size_t i = 0; m && i < m->set_count; i++)
        if (m->set[i].field == f)
            return true;
    return false;
}

/* Whether the subject may neither read nor write the field of a stored record. */
static bool hidden(const Prepare *p, const Field *f)
{
    return p->rec && f->class_ && !(p->decision.classes & CLASS_BIT(f->class_));
}

/* Drops from the change what is stored already, so that saving the same again makes no version.
 * Not for fields the subject may not open: that would tell whether a guess was right. */
static void drop_unchanged(Prepare *p)
{
    RecordEnv stored = p->env;
    stored.change = NULL;
    stored.hops = NULL;
    for (size_t i = 0; i < p->change->reg->field_count; i++) {
        const Field *f = p->change->reg->fields[i];
        if (!p->change->set[i] || hidden(p, f))
            continue;
        Str before = env_value(&stored, f);
        if (str_eq(before, p->change->vals[i]) && (before.ptr != NULL || !p->rec->vals[i].blob.ptr))
            p->change->set[i] = false;
    }
    env_wipe(&stored);
}

static bool applies(const Field *f, const ExprEnv *e)
{
    const Section *s = &f->reg->sections[f->section];
    return (!s->when || expr_true(s->when, e)) && (!f->when || expr_true(f->when, e));
}

/* Who reaches a person for a time or in part does not lend her on: her own record would be reach of
 * another, without that end and those classes. */
static void check_ref(Prepare *p, const Field *f, Str uid)
{
    const Register *reg;
    int64_t id;
    Msg why = M_REF_UNKNOWN;
    const Change *pending = batch_pending(p->batch, uid);
    if (pending && field_accepts(f, pending->reg))
        return;
    if (uid_shape(uid) && row_resolve(p->rd->db, f, uid, &reg, &id) == ERR_OK) {
        Record target = {.reg = reg, .id = id};
        bool near = store_decide(p->rd, &target, VERB_LIST).allowed;
        if (p->rd->actor->subject->system ||
            (near && (!lends_reach(f) || store_builds_on(p->rd, &target))))
            return;
        why = near ? M_REF_LENT : M_REF_UNKNOWN;
    }
    field_problem(p, f, why, uid);
}

/* Who may move a record but not change it writes the fields that the move asks for, no others. */
static bool beyond_move(Prepare *p, const Field *f)
{
    const Move *m = move_of(p->change);
    for (size_t i = 0; m && i < m->need_count; i++)
        if (m->need[i] == f)
            return false;
    return m && !store_decide(p->rd, p->rec, VERB_CHANGE).allowed;
}

/* Whether a new record holds what it would hold had nobody written the field. */
static bool defaulted(Prepare *p, const Field *f)
{
    ExprEnv e = env_expr(&p->env);
    return p->change->kind == CHANGE_CREATE && f->default_ &&
           str_eq(p->change->vals[f->index], expr_text(f->default_, &e));
}

static void check_value(Prepare *p, const Field *f)
{
    Arena *a = p->rd->arena;
    Str value = p->change->vals[f->index], word;
    Msg why;
    if (f->calc || (f->program && !p->rd->actor->subject->system && !defaulted(p, f))) {
        field_problem(p, f, M_FIELD_COMPUTED, STR_NONE);
        return;
    }
    if (hidden(p, f) || beyond_move(p, f))
        field_problem(p, f, M_FIELD_DENIED, STR_NONE);
    if (p->rec && field_fixed(f, p->rec->state, !p->rec->vals[f->index].text.ptr, &why))
        field_problem(p, f, why, STR_NONE);
    if (!value.ptr)
        return;
    size_t before = p->problems->n;
    value_check(f, a, value, clock_today(), p->problems);
    for (size_t i = before; i < p->problems->n; i++)
        if (str_empty(p->problems->items[i].field)) {
            p->problems->items[i].field = f->name;
            p->problems->items[i].label = &f->label;
        }
    if (f->kind == FK_REF)
        while (str_word(&value, &word))
            check_ref(p, f, word);
}

/* Whether a date stands on the wrong side of another; a partial one may lie anywhere inside. */
static bool wrong_order(Str earlier, Str later)
{
    Date a, b;
    return date_parse_iso(earlier, &a) && date_parse_iso(later, &b) &&
           date_days(date_last(b)) < date_days(a);
}

/* A bound that is another date of the record; it is told at the bounded field, whichever of the two
 * was changed. A date the writer may not read is not given away by it. */
static void check_order(Prepare *p, const Field *f, const Field *bound, bool at_least)
{
    bool touched = p->change->kind == CHANGE_CREATE || p->change->set[f->index] ||
                   p->change->set[bound->index];
    unsigned wanted =
        (f->class_ ? CLASS_BIT(f->class_) : 0) | (bound->class_ ? CLASS_BIT(bound->class_) : 0);
    if (!touched || (p->rec && (wanted & ~p->decision.classes)))
        return;
    Lang lang = p->rd->actor->lang;
    Str here = env_value(&p->env, f), there = env_value(&p->env, bound);
    if (at_least ? !wrong_order(there, here) : !wrong_order(here, there))
        return;
    Value other = {.text = there};
    problem_add(p->problems, (Problem){.field = f->name,
                                       .label = &f->label,
                                       .msg = at_least ? M_VAL_DATE_BEFORE : M_VAL_DATE_AFTER,
                                       .args = {bound->label.text[lang],
                                                value_show(bound, p->rd->arena, lang, &other)}});
}

/* A condition that this change makes true asks for what it demands, also where the change says
 * nothing of it (a program, an import, a step). Who may not write the field is not asked. */
static bool newly_demanded(Prepare *p, const Field *f)
{
    const Section *s = &f->reg->sections[f->section];
    if (!p->rec || (!f->when && !s->when) || hidden(p, f) || beyond_move(p, f))
        return false;
    RecordEnv stored = p->env;
    stored.change = NULL;
    stored.hops = NULL;
    ExprEnv before = env_expr(&stored);
    bool was = applies(f, &before);
    env_wipe(&stored);
    return !was;
}

static void check_fields(Prepare *p)
{
    ExprEnv e = env_expr(&p->env);
    for (size_t i = 0; i < p->change->reg->field_count; i++) {
        const Field *f = p->change->reg->fields[i];
        bool fits = applies(f, &e);
        if (!fits && p->change->set[i])
            p->change->vals[i] = STR_NONE; /* a field that does not apply holds nothing */
        if (p->change->set[i] && !set_by_move(p, f))
            check_value(p, f);
        if (!fits || !f->required || f->calc || !str_empty(env_value(&p->env, f)))
            continue;
        if (p->change->set[i] || p->change->kind == CHANGE_CREATE || newly_demanded(p, f))
            field_problem(p, f, M_REQUIRED, STR_NONE);
    }
    for (size_t i = 0; i < p->change->reg->field_count; i++) {
        const Field *f = p->change->reg->fields[i];
        if (f->min_field)
            check_order(p, f, f->min_field, true);
        if (f->max_field)
            check_order(p, f, f->max_field, false);
    }
}

/* Nobody puts herself, or all of her office and herself with it, into a team. */
static void check_own_team(Prepare *p)
{
    const Model *m = p->change->reg->model;
    const Field *user = role_field(m, FIELD_ROLE_ASSIGNMENT_USER);
    const Field *office = role_field(m, FIELD_ROLE_ASSIGNMENT_INSTITUTION);
    const Subject *s = p->rd->actor->subject;
    Str to = office ? env_value(&p->env, office) : STR_NONE;
    int64_t id = 0;
    if (user && str_eq(env_value(&p->env, user), s->uid))
        field_problem(p, user, M_OWN_TEAM, STR_NONE);
    if (office && !str_empty(to) && row_id(p->rd->db, office->target, to, &id) == ERR_OK &&
        is_of_agency(s, id))
        field_problem(p, office, M_OWN_TEAM, STR_NONE);
}

/* Nobody lifts, or shortens, what shuts her out. */
static void check_own_bar(Prepare *p)
{
    const Model *m = p->change->reg->model;
    const Field *user = role_field(m, FIELD_ROLE_EXCLUSION_USER);
    const Field *office = role_field(m, FIELD_ROLE_EXCLUSION_INSTITUTION);
    const Subject *s = p->rd->actor->subject;
    bool hers = p->rec && user && str_eq(p->rec->vals[user->index].text, s->uid);
    if (hers || (p->rec && office && is_of_agency(s, p->rec->vals[office->index].id)))
        field_problem(p, hers ? user : office, M_OWN_BAR, STR_NONE);
}

/* Nobody gives herself a membership, a role or a grant. */
static void check_own_rights(Prepare *p)
{
    const Model *m = p->change->reg->model;
    const Field *member = role_field(m, FIELD_ROLE_MEMBERSHIP_USER);
    const Field *granted = role_field(m, FIELD_ROLE_GRANT_USER);
    const Field *roles = role_field(m, FIELD_ROLE_USER_ROLES);
    const Subject *s = p->rd->actor->subject;
    RegRole role = p->change->reg->role;
    if (s->system)
        return;
    if (role == REG_ROLE_ASSIGNMENT && p->change->kind != CHANGE_VOID)
        check_own_team(p);
    if (role == REG_ROLE_EXCLUSION)
        check_own_bar(p);
    if (role == REG_ROLE_MEMBERSHIP && member && str_eq(env_value(&p->env, member), s->uid))
        field_problem(p, member, M_OWN_RIGHTS, STR_NONE);
    if (role == REG_ROLE_GRANT && granted && str_eq(env_value(&p->env, granted), s->uid))
        field_problem(p, granted, M_OWN_RIGHTS, STR_NONE);
    if (role == REG_ROLE_USER && roles && p->change->set[roles->index] &&
        str_eq(p->change->uid, s->uid))
        field_problem(p, roles, M_OWN_RIGHTS, STR_NONE);
}

/* ---- moves ---- */

/* A review is for the office it was given to. */
static bool reviewed_elsewhere(const Prepare *p)
{
    const Field *unit = role_field(p->rec->reg->model, FIELD_ROLE_TASK_UNIT);
    return unit && unit->reg == p->rec->reg &&
           !is_of_agency(p->rd->actor->subject, p->rec->vals[unit->index].id);
}

/* The two-person rule: whoever made the record what it is does not take this step. The version that
 * was looked at is the one that is moved: between here and the writer nobody changes it unseen. */
static Err check_other(Prepare *p, const Move *m)
{
    const Clock *clock = task_clock(p->rec);
    bool mine, review = clock && clock->stop.kind == ON_NONE;
    if ((!m->other && !review) || p->rd->actor->subject->system)
        return ERR_OK;
    p->change->base_version = p->rec->version;
    TRY(row_had_hand(p->rd->db, p->rec, p->rd->actor->subject->uid, &mine));
    if (mine || (review && reviewed_elsewhere(p)))
        problem_add(p->problems, (Problem){.label = &m->label, .msg = M_MOVE_OTHER});
    return ERR_OK;
}

static Err check_move(Prepare *p)
{
    enum { PARTS_MAX = 8 };
    const Expr *parts[PARTS_MAX];
    const Change *c = p->change;
    const Move *m = reg_move(c->reg, c->move);
    ExprEnv e = env_expr(&p->env);
    if (!m) {
        problem_add(p->problems, (Problem){.msg = M_MOVE_UNKNOWN, .args = {c->move}});
        return ERR_OK;
    }
    for (size_t i = 0; i < m->need_count; i++)
        if (str_empty(env_value(&p->env, m->need[i])))
            field_problem(p, m->need[i], M_MOVE_NEEDS, m->label.text[p->rd->actor->lang]);
    size_t refuted = m->when ? expr_refuted(m->when, &e, parts, PARTS_MAX) : 0;
    for (size_t i = 0; i < refuted; i++)
        problem_add(p->problems,
                    (Problem){.label = &m->label,
                              .msg = M_MOVE_WHEN,
                              .args = {expr_words(parts[i], p->rd->arena, p->rd->actor->lang)}});
    if (m->reason && str_trim(c->reason).len < 10)
        problem_add(p->problems,
                    (Problem){.field = S("alasan"), .label = &m->label, .msg = M_REASON_SHORT});
    return check_other(p, m);
}

/* ---- sealing ---- */

static bool is_key_subject(const Register *r)
{
    if (r->key == KEY_OWN)
        return true;
    for (size_t i = 0; r->key == KEY_NONE && i < r->child_count; i++)
        if (r->children[i]->key == KEY_PARENT && r->children[i]->has_sealed)
            return true;
    return false;
}

static Err seal_values(Prepare *p)
{
    Change *c = p->change;
    const Keyring *k = p->rd->store->in->keyring;
    bool any = false;
    Dek dek;
    Str subject;
    for (size_t i = 0; i < c->reg->field_count; i++)
        any |= c->set[i] && c->reg->fields[i]->class_ && c->vals[i].ptr;
    if (!any)
        return ERR_OK;
    TRY(env_key_subject(&p->env, &subject));
    if (p->batch->judged_only && (str_eq(subject, c->uid) || batch_pending(p->batch, subject)))
        return ERR_OK; /* its key is made when it is written */
    if (c->new_key.ptr && str_eq(subject, c->uid))
        TRY(keyring_unwrap(k, subject, c->new_key, &dek));
    else
        TRY(env_dek(&p->env, subject, &dek));
    for (size_t i = 0; i < c->reg->field_count; i++) {
        const Field *f = c->reg->fields[i];
        if (c->set[i] && f->class_ && c->vals[i].ptr)
            c->blobs[i] = seal(k, &dek, f->class_,
                               (SealPlace){.reg = c->reg->name,
                                           .field = field_first_name(f),
                                           .record_uid = c->uid,
                                           .subject_uid = subject},
                               p->rd->arena, c->vals[i]);
    }
    dek_wipe(&dek);
    return ERR_OK;
}

/* An attempt that failed may have left the key of a uid chosen before: that one is used. */
static void make_key(Prepare *p)
{
    const Keyring *k = p->rd->store->in->keyring;
    Dek dek;
    if (p->change->kind != CHANGE_CREATE || !is_key_subject(p->change->reg) ||
        p->batch->judged_only)
        return;
    if (!p->batch->repeated || keyring_dek(k, p->rd->keys, p->change->uid, &dek) != ERR_OK)
        keyring_new_dek(k, p->rd->arena, p->change->uid, &dek, &p->change->new_key);
    dek_wipe(&dek);
}

/* Whether the batch's key was used by this subject before: then the writer answers as it did, and
 * nothing is judged again (a second click finds the version that the first one left). */
static Err asked_before(const Reader *rd, const Batch *b, bool *ret)
{
    *ret = false;
    if (!b->idem_key.ptr)
        return ERR_OK;
    return db_any(rd->db, "SELECT 1 FROM idem WHERE kunci=:k AND user_id=:u", ret,
                  BIND(":k", b->idem_key), BIND(":u", rd->actor->subject->user));
}

Err store_prepare(Reader *rd, Batch *b, Change *c, Problems *problems)
{
    Prepare p = {.rd = rd, .batch = b, .change = c, .problems = problems};
    size_t before = problems->errors;
    bool again;
    TRY(asked_before(rd, b, &again));
    if (again) {
        b->repeats = true;
        batch_add(b, c);
        return ERR_OK;
    }
    TRY(c->kind == CHANGE_CREATE ? may_create(&p) : may_change(&p));
    p.env = (RecordEnv){.store = rd->store,
                        .db = rd->db,
                        .keys = rd->keys,
                        .arena = rd->arena,
                        .reg = c->reg,
                        .rec = p.rec,
                        .change = c,
                        .batch = b,
                        .subject = rd->actor->subject};
    if (p.rec && c->base_version && c->base_version != p.rec->version)
        return E_STALE;
    apply_defaults(&p);
    apply_settings(&p);
    TRY(make_record(&p));
    if (p.rec)
        drop_unchanged(&p);
    if (c->kind == CHANGE_CREATE || c->kind == CHANGE_UPDATE || c->kind == CHANGE_MOVE)
        check_fields(&p);
    check_own_rights(&p);
    if (c->kind == CHANGE_MOVE)
        TRY(check_move(&p));
    if (problems->errors == before && rd->store->advise)
        TRY(rd->store->advise(rd, b, c, p.rec, problems));
    make_key(&p);
    Err e = problems->errors > before ? E_INVALID : seal_values(&p);
    if (e == ERR_OK)
        e = seal_words(&p);
    if (e == ERR_OK)
        e = seal_reason(&p, &c->sealed);
    env_wipe(&p.env);
    if (e == ERR_OK)
        batch_add(b, c);
    return e;
}

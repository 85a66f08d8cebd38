#include "store_model.h"

#include <stdio.h>
#include <string.h>

int field_at(const World *w, Kind kind, const char *name)
{
    const Field *f = reg_field(w->reg[kind], str_of(name));
    HOLDS(f);
    return (int)f->index;
}

int row_of(const World *w, Str uid)
{
    for (size_t i = 0; i < w->n; i++)
        if (str_eq(w->rows[i].uid, uid))
            return (int)i;
    return -1;
}

static Str val(const World *w, const Row *r, const char *name)
{
    return r->vals[field_at(w, r->kind, name)];
}

/* ---- who reaches what ---- */

static void own_reach(const World *w, const Subject *s, const Row *r, Relation *rel)
{
    rel->own |= s->agency_count && s->agencies[0] == r->owner;
    rel->assigned |= s->user && s->user == r->creator;
    (void)w;
}

static void case_reach(const World *w, const Subject *s, int row, Relation *rel)
{
    own_reach(w, s, &w->rows[row], rel);
    for (size_t i = 0; i < w->n; i++) {
        const Row *t = &w->rows[i];
        if (t->kind == TEAM && !t->voided && t->parent == row &&
            str_eq(val(w, t, "pengguna"), s->uid))
            rel->assigned = true;
    }
    Str area = w->areas[w->rows[row].owner];
    rel->area |= s->area.len && str_starts(area, s->area) &&
                 (area.len == s->area.len || area.ptr[s->area.len] == '.');
}

/* A person: her own rows, and those of whatever live record refers to her. */
static void person_reach(const World *w, const Subject *s, int row, Relation *rel)
{
    const Row *p = &w->rows[row];
    own_reach(w, s, p, rel);
    for (size_t i = 0; i < w->n; i++) {
        const Row *r = &w->rows[i];
        if (r->kind == VICTIM && !r->voided && str_eq(val(w, r, "orang"), p->uid))
            case_reach(w, s, r->parent, rel);
        if (r->kind == CASE && !r->voided && str_eq(val(w, r, "saksi"), p->uid))
            case_reach(w, s, (int)i, rel);
    }
}

Relation relation_of(const World *w, const Subject *s, int row)
{
    const Row *r = &w->rows[row];
    Relation rel = {0};
    if (r->kind == PERSON)
        person_reach(w, s, row, &rel);
    else
        case_reach(w, s, r->kind == CASE ? row : r->parent, &rel);
    rel.own_classes = rel.own ? CLASSES_ALL : 0;
    rel.assigned_classes = rel.assigned ? CLASSES_ALL : 0;
    rel.area_classes = rel.area ? CLASSES_ALL : 0;
    return rel;
}

static Decision decide(const World *w, const Subject *s, Verb verb, int row)
{
    Relation rel = relation_of(w, s, row);
    return policy_decide(s, verb, w->reg[w->rows[row].kind]->rights, &rel);
}

static Verb verb_of(ChangeKind kind)
{
    static const Verb verbs[] = {[CHANGE_CREATE] = VERB_CREATE,
                                 [CHANGE_UPDATE] = VERB_CHANGE,
                                 [CHANGE_MOVE] = VERB_MOVE,
                                 [CHANGE_VOID] = VERB_VOID,
                                 [CHANGE_RESTORE] = VERB_VOID};
    return verbs[kind];
}

/* ---- what is judged before the writer is asked ---- */

typedef struct Pending { /* records made earlier in the same batch */
    const Ask *asks;
    size_t n;
} Pending;

static bool is_pending(const Pending *p, Kind kind, Str uid)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->asks[i].kind == CHANGE_CREATE && p->asks[i].reg == kind &&
            str_eq(p->asks[i].uid, uid))
            return true;
    return false;
}

static Err may(const World *w, const Subject *s, Ask *a, const Pending *p)
{
    const Register *reg = w->reg[a->reg];
    if (!policy_scopes(s, verb_of(a->kind), reg->rights))
        return E_DENIED;
    if (a->kind != CHANGE_CREATE) {
        if (a->row < 0 || !decide(w, s, verb_of(a->kind), a->row).allowed)
            return E_NOT_FOUND;
        return a->base && a->base != w->rows[a->row].version ? E_STALE : ERR_OK;
    }
    if (a->reg != VICTIM && a->reg != TEAM)
        return ERR_OK;
    if (a->parent < 0)
        return E_INVALID;
    if (a->parent >= (int)w->n || is_pending(p, CASE, w->rows[a->parent].uid))
        return ERR_OK;
    Relation rel = relation_of(w, s, a->parent);
    return policy_decide(s, VERB_CREATE, reg->rights, &rel).allowed ? ERR_OK : E_NOT_FOUND;
}

static Str stored(const World *w, const Ask *a, int field)
{
    return a->row >= 0 && a->kind != CHANGE_CREATE ? w->rows[a->row].vals[field] : STR_NONE;
}

static Str merged(const World *w, const Ask *a, int field)
{
    return a->set[field] ? a->vals[field] : stored(w, a, field);
}

static bool ref_is_good(const World *w, const Subject *s, Str uid, const Field *f, const Pending *p)
{
    int at = row_of(w, uid);
    if (f->target != w->reg[PERSON] && f->target != NULL)
        return true; /* users are known to all who may name them */
    if (f->target == w->reg[PERSON] && is_pending(p, PERSON, uid))
        return true;
    if (!f->target && is_pending(p, CASE, uid))
        return true;
    return at >= 0 && w->rows[at].kind == (f->target ? PERSON : CASE) &&
           decide(w, s, VERB_LIST, at).allowed;
}

/* A move gives the right to fill in what it asks for, and no other field. */
static bool beyond_move(const World *w, const Subject *s, const Ask *a, const Field *f)
{
    const Move *m = a->kind == CHANGE_MOVE ? reg_move(w->reg[a->reg], str_of(a->move)) : NULL;
    for (size_t i = 0; m && i < m->need_count; i++)
        if (m->need[i] == f)
            return false;
    return m && !decide(w, s, VERB_CHANGE, a->row).allowed;
}

static bool field_is_good(const World *w, const Subject *s, const Ask *a, const Field *f,
                          unsigned classes, const Pending *p)
{
    int i = (int)f->index;
    Str v = a->vals[i], word;
    if (f->calc || beyond_move(w, s, a, f))
        return false;
    if (a->kind != CHANGE_CREATE && f->class_ && !(classes & CLASS_BIT(f->class_)))
        return false;
    if (a->kind != CHANGE_CREATE && f == f->reg->key_ref && stored(w, a, i).len)
        return false;
    if (a->bad[i])
        return false;
    while (f->kind == FK_REF && str_word(&v, &word))
        if (!ref_is_good(w, s, word, f, p))
            return false;
    return true;
}

/* The police number is asked for once a case turns out to be reported. */
static bool newly_demanded(const World *w, const Subject *s, const Ask *a, const Field *f)
{
    int reported = field_at(w, CASE, "ada_lp");
    return str_is(f->name, "lp") && !str_is(stored(w, a, reported), "ya") &&
           str_is(merged(w, a, reported), "ya") && !beyond_move(w, s, a, f);
}

/* Whether all values pass; cuts away what is stored already or does not apply. */
static bool values_are_good(const World *w, const Subject *s, Ask *a, const Pending *p)
{
    const Register *reg = w->reg[a->reg];
    bool good = true, created = a->kind == CHANGE_CREATE;
    unsigned classes = created ? CLASSES_ALL : decide(w, s, verb_of(a->kind), a->row).classes;
    for (int i = 0; i < (int)reg->field_count && !created; i++) {
        const Field *f = reg->fields[i];
        bool hidden = f->class_ && !(classes & CLASS_BIT(f->class_));
        if (a->set[i] && !f->calc && !hidden && str_eq(a->vals[i], stored(w, a, i)))
            a->set[i] = false;
    }
    for (int i = 0; i < (int)reg->field_count; i++) {
        const Field *f = reg->fields[i];
        bool fits =
            !str_is(f->name, "lp") || str_is(merged(w, a, field_at(w, CASE, "ada_lp")), "ya");
        if (!fits && a->set[i]) {
            a->vals[i] = STR_NONE;
            a->bad[i] = false;
        }
        if (a->set[i])
            good &= field_is_good(w, s, a, f, classes, p);
        bool asked = a->set[i] || created || newly_demanded(w, s, a, f);
        if (fits && f->required && asked && !merged(w, a, i).len)
            good = false;
    }
    return good;
}

static int count_victims(const World *w, int row)
{
    int n = 0;
    for (size_t i = 0; i < w->n; i++)
        n += w->rows[i].kind == VICTIM && w->rows[i].parent == row && !w->rows[i].voided;
    return n;
}

static bool move_is_ready(const World *w, const Ask *a)
{
    const Move *m = reg_move(w->reg[a->reg], str_of(a->move));
    if (!m)
        return false;
    if (str_is(m->name, "mulai") && !merged(w, a, field_at(w, CASE, "jenis")).len)
        return false;
    if (str_is(m->name, "akhiri"))
        return count_victims(w, a->row) > 0 && a->reason && strlen(a->reason) >= 10;
    return true;
}

static void put_defaults(const World *w, Ask *a)
{
    static char today[16];
    const char *name = a->reg == CASE ? "dibuka" : a->reg == VICTIM ? "dicatat" : NULL;
    if (a->kind != CHANGE_CREATE || !name || a->set[field_at(w, a->reg, name)])
        return;
    Date d = clock_today();
    snprintf(today, sizeof today, "%04d-%02d-%02d", d.year, d.month, d.day);
    a->set[field_at(w, a->reg, name)] = true;
    a->vals[field_at(w, a->reg, name)] = str_of(today);
}

static Err prepare(const World *w, const Subject *s, Ask *a, const Pending *p)
{
    bool valued = a->kind == CHANGE_CREATE || a->kind == CHANGE_UPDATE || a->kind == CHANGE_MOVE;
    Err e = may(w, s, a, p);
    if (e != ERR_OK)
        return e;
    put_defaults(w, a);
    if (valued && !values_are_good(w, s, a, p))
        return E_INVALID;
    if (a->kind != CHANGE_VOID && a->reg == TEAM &&
        str_eq(merged(w, a, field_at(w, TEAM, "pengguna")), s->uid))
        return E_INVALID; /* nobody puts herself into a team */
    return a->kind == CHANGE_MOVE && !move_is_ready(w, a) ? E_INVALID : ERR_OK;
}

/* ---- what is judged and done by the writer ---- */

static bool code_is_taken(const World *w, Str code, int but)
{
    int f = field_at(w, CASE, "kode_luar");
    for (size_t i = 0; i < w->n; i++)
        if (w->rows[i].kind == CASE && (int)i != but && !w->rows[i].voided && code.len &&
            str_eq(w->rows[i].vals[f], code))
            return true;
    return false;
}

static Err judge(const World *w, const Subject *s, const Ask *a)
{
    const Row *r = &w->rows[a->row];
    if (!decide(w, s, verb_of(a->kind), a->row).allowed)
        return E_NOT_FOUND;
    if (a->base && a->base != r->version)
        return E_STALE;
    return r->voided == (a->kind == CHANGE_RESTORE) ? ERR_OK : E_FLOW;
}

static Err judge_move(const World *w, const Subject *s, const Ask *a)
{
    const Row *r = &w->rows[a->row];
    const Move *m = reg_move(w->reg[a->reg], str_of(a->move));
    if (!m)
        return E_FLOW;
    for (size_t i = 0; i < m->from.n; i++)
        if (str_eq(m->from.items[i], r->state))
            return m->by & s->roles ? ERR_OK : E_DENIED;
    return E_FLOW;
}

static void put_values(World *w, const Ask *a, Row *r)
{
    for (size_t i = 0; i < w->reg[a->reg]->field_count; i++)
        if (a->set[i])
            r->vals[i] = a->vals[i];
}

static void number_row(World *w, Row *r)
{
    int n = 1;
    Arena *a = w->kit->arena;
    for (size_t i = 0; i < w->n; i++)
        n += w->rows[i].kind == r->kind;
    int year = clock_today().year;
    if (r->kind == CASE)
        r->number = str_printf(a, "KAS-%04d-%04d", year, n);
    else if (r->kind == PERSON)
        r->number = str_printf(a, "ORG-%04d-%05d", year, n);
    else if (r->kind == VICTIM)
        r->number = str_printf(a, "KRB-%05d", n);
}

static Err create(World *w, const Subject *s, const Ask *a)
{
    if (a->reg == CASE && code_is_taken(w, a->vals[field_at(w, CASE, "kode_luar")], -1))
        return E_DUPLICATE;
    if (a->parent >= 0 && w->rows[a->parent].voided)
        return E_FLOW;
    HOLDS(w->n < ROWS_MAX);
    Row r = {.kind = a->reg,
             .uid = a->uid,
             .version = 1,
             .owner = s->agencies[0],
             .creator = s->user,
             .parent = a->reg == VICTIM || a->reg == TEAM ? a->parent : -1,
             .state = w->reg[a->reg]->start_state};
    number_row(w, &r);
    put_values(w, a, &r);
    w->rows[w->n++] = r;
    return ERR_OK;
}

static bool sets_nothing(const World *w, const Ask *a)
{
    for (size_t i = 0; i < w->reg[a->reg]->field_count; i++)
        if (a->set[i])
            return false;
    return true;
}

static Err apply(World *w, const Subject *s, Ask *a)
{
    if (a->kind == CHANGE_CREATE)
        return create(w, s, a);
    Err e = judge(w, s, a);
    if (e != ERR_OK || (a->kind == CHANGE_UPDATE && sets_nothing(w, a)))
        return e;
    if (a->kind == CHANGE_MOVE && (e = judge_move(w, s, a)) != ERR_OK)
        return e;
    Row *r = &w->rows[a->row];
    if (a->reg == CASE) {
        int f = field_at(w, CASE, "kode_luar");
        Str code = a->kind == CHANGE_RESTORE ? r->vals[f] : a->set[f] ? a->vals[f] : STR_NONE;
        if (code_is_taken(w, code, a->row))
            return E_DUPLICATE;
    }
    put_values(w, a, r);
    r->version++;
    r->voided = a->kind == CHANGE_VOID;
    if (a->kind == CHANGE_MOVE)
        r->state = reg_move(w->reg[a->reg], str_of(a->move))->to;
    return ERR_OK;
}

Err predict(World *w, const Subject *s, Ask *asks, size_t n)
{
    static World after;
    for (size_t i = 0; i < n; i++) {
        Err e = prepare(w, s, &asks[i], &(Pending){asks, i});
        if (e != ERR_OK)
            return e;
    }
    after = *w;
    for (size_t i = 0; i < n; i++) {
        Err e = apply(&after, s, &asks[i]);
        if (e != ERR_OK)
            return e;
    }
    *w = after;
    return ERR_OK;
}

/* ---- derived values ---- */

static Str of_person(const World *w, const Row *victim, const char *field)
{
    int p = row_of(w, val(w, victim, "orang"));
    HOLDS(p >= 0);
    return val(w, &w->rows[p], field);
}

static int age_of(const World *w, const Row *r)
{
    Date birth, opened;
    if (!date_parse_iso(of_person(w, r, "tgl_lahir"), &birth) ||
        !date_parse_iso(val(w, &w->rows[r->parent], "dibuka"), &opened))
        return -1;
    return date_age(birth, opened);
}

static Str of_victim(const World *w, Arena *a, const Row *r, const char *field)
{
    int age = age_of(w, r);
    if (strcmp(field, "umur") == 0)
        return age < 0 ? STR_NONE : str_int(a, age);
    if (strcmp(field, "kelompok") == 0)
        return age < 0 ? S("tidak_diketahui") : age < 18 ? S("anak") : S("dewasa");
    if (strcmp(field, "asal") == 0 || strcmp(field, "jk") == 0)
        return of_person(w, r, field);
    return STR_NONE;
}

static Str of_case(const World *w, Arena *a, int row, const char *field)
{
    int64_t n = 0, sum = 0, loss;
    bool some = false;
    Buf set = buf_new(a, 64);
    for (size_t i = 0; i < w->n; i++) {
        const Row *v = &w->rows[i];
        if (v->kind != VICTIM || v->voided || v->parent != row)
            continue;
        n++;
        if (str_i64(val(w, v, "rugi"), &loss)) {
            some = true;
            sum += loss;
        }
        Str from = of_person(w, v, "asal");
        if (from.len && !str_has_word(buf_str(&set), from)) {
            buf_put(&set, set.len ? S(" ") : S(""));
            buf_put(&set, from);
        }
    }
    if (strcmp(field, "jumlah") == 0)
        return str_int(a, n);
    if (strcmp(field, "rugi") == 0)
        return some ? str_int(a, sum) : STR_NONE;
    return strcmp(field, "asal") == 0 ? buf_str(&set) : STR_NONE;
}

/* First letters of the words: the names of the test are plain. */
static Str initials(Arena *a, Str name)
{
    Buf b = buf_new(a, 8);
    Str word;
    while (str_word(&name, &word))
        buf_char(&b, word.ptr[0]);
    return buf_str(&b);
}

Str derived(const World *w, Arena *a, int row, const char *field)
{
    const Row *r = &w->rows[row];
    if (r->kind == CASE)
        return of_case(w, a, row, field);
    if (r->kind == VICTIM)
        return of_victim(w, a, r, field);
    return initials(a, val(w, r, "nama"));
}

Str heading_of(const World *w, Arena *a, int row)
{
    const Row *r = &w->rows[row];
    if (r->kind == CASE)
        return val(w, r, "judul");
    if (r->kind == PERSON)
        return initials(a, val(w, r, "nama"));
    if (r->kind == VICTIM)
        return str_printf(a, "%.*s %.*s", STR_ARG(initials(a, of_person(w, r, "nama"))),
                          STR_ARG(r->number));
    for (size_t i = 0; i < w->user_count; i++)
        if (str_eq(w->users[i].uid, val(w, r, "pengguna")))
            return w->users[i].login;
    return STR_NONE;
}

#include "model/give_reach.h"

#include "base/clock.h"
#include "guard/reach.h"
#include "model/row.h"

Str role_text(const Store *s, const Record *r, FieldRole role)
{
    const Field *f = role_field(s->model, role);
    return f && f->reg == r->reg ? r->vals[f->index].text : STR_NONE;
}

int64_t role_id(const Store *s, const Record *r, FieldRole role)
{
    const Field *f = role_field(s->model, role);
    return f && f->reg == r->reg ? r->vals[f->index].id : 0;
}

bool gives_reach(const Register *reg)
{
    return reg->role == REG_ROLE_ASSIGNMENT || reg->role == REG_ROLE_GRANT ||
           reg->role == REG_ROLE_EXCLUSION;
}

/* The source of the rows: a stored form. */
static Str source_of(Arena *a, const Record *r)
{
    long long id = (long long)r->id;
    if (r->reg->role == REG_ROLE_GRANT)
        return str_printf(a, "hibah:%lld", id);
    return r->reg->role == REG_ROLE_EXCLUSION ? str_printf(a, "kecuali:%lld", id)
                                              : str_printf(a, "tugas:%lld", id);
}

/* To whom, which classes, from when until when. */
typedef struct Giving {
    int64_t user, institution;
    PrincipalKind to_user, to_institution;
    unsigned classes;
    int64_t since, until;
} Giving;

static int64_t first_moment(Str date, int64_t otherwise)
{
    Date d;
    return date_parse_iso(date, &d) ? clock_instant(d, 0) : otherwise;
}

static int64_t last_moment(Str date)
{
    Date d;
    return date_parse_iso(date, &d) ? clock_instant(date_add_days(d, 1), 0) : REACH_FOREVER;
}

static Giving of_assignment(const Store *s, const Record *r)
{
    return (Giving){.user = role_id(s, r, FIELD_ROLE_ASSIGNMENT_USER),
                    .institution = role_id(s, r, FIELD_ROLE_ASSIGNMENT_INSTITUTION),
                    .to_user = PRINCIPAL_USER,
                    .to_institution = PRINCIPAL_TEAM,
                    .classes = CLASSES_ALL,
                    .since = first_moment(role_text(s, r, FIELD_ROLE_ASSIGNMENT_START), 0),
                    .until = last_moment(role_text(s, r, FIELD_ROLE_ASSIGNMENT_END))};
}

unsigned classes_named(Str words)
{
    unsigned classes = 0;
    Str word;
    while (str_word(&words, &word))
        classes |= CLASS_BIT(class_of(word));
    return classes & CLASSES_ALL;
}

/* A grant without an end would be an assignment: it gives nothing. */
static Giving of_grant(const Store *s, const Record *r)
{
    int64_t since = 0, until = 0;
    (void)str_i64(role_text(s, r, FIELD_ROLE_GRANT_START), &since);
    (void)str_i64(role_text(s, r, FIELD_ROLE_GRANT_END), &until);
    return (Giving){.user = role_id(s, r, FIELD_ROLE_GRANT_USER),
                    .institution = role_id(s, r, FIELD_ROLE_GRANT_INSTITUTION),
                    .to_user = PRINCIPAL_USER,
                    .to_institution = PRINCIPAL_TEAM,
                    .classes = classes_named(role_text(s, r, FIELD_ROLE_GRANT_CLASSES)),
                    .since = since,
                    .until = until};
}

static Giving of_exclusion(const Store *s, const Record *r)
{
    return (Giving){.user = role_id(s, r, FIELD_ROLE_EXCLUSION_USER),
                    .institution = role_id(s, r, FIELD_ROLE_EXCLUSION_INSTITUTION),
                    .to_user = PRINCIPAL_BARRED,
                    .to_institution = PRINCIPAL_BARRED_TEAM,
                    .since = first_moment(role_text(s, r, FIELD_ROLE_EXCLUSION_START), 0),
                    .until = last_moment(role_text(s, r, FIELD_ROLE_EXCLUSION_END))};
}

static Giving giving_of(const Store *s, const Record *r)
{
    if (r->reg->role == REG_ROLE_GRANT)
        return of_grant(s, r);
    return r->reg->role == REG_ROLE_EXCLUSION ? of_exclusion(s, r) : of_assignment(s, r);
}

/* Where states say which of them opens, the others do not. */
static bool in_force(const Record *r)
{
    bool told = false;
    for (size_t i = 0; i < r->reg->state_count; i++)
        told |= r->reg->states[i].opens;
    return !r->void_tx && (!told || reg_state(r->reg, r->state)->opens);
}

/* What rests on a consent ends with it. */
static Err still_consented(WriteTx *tx, const Store *s, const Record *r, bool *ret)
{
    const Field *basis = role_field(s->model, FIELD_ROLE_GRANT_BASIS);
    Record consent;
    *ret = true;
    if (!basis || basis->reg != r->reg || !r->vals[basis->index].id)
        return ERR_OK;
    TRY(row_by_id(tx->db, tx->arena, basis->target, r->vals[basis->index].id, &consent));
    *ret = !consent.void_tx && !reg_state(consent.reg, consent.state)->closed;
    return ERR_OK;
}

Err give_reach(WriteTx *tx, const Store *s, const Record *r, const Record *above)
{
    Str source = source_of(tx->arena, r);
    Giving g = giving_of(s, r);
    Str reg = above->reg->name;
    bool consented;
    TRY(still_consented(tx, s, r, &consented));
    TRY(reach_drop(tx->db, reg, above->id, source));
    if (!in_force(r) || !consented || g.until <= g.since)
        return ERR_OK;
    if (g.user)
        TRY(reach_put_from(tx->db, reg, above->id, principal_of(g.to_user, g.user), g.classes,
                           g.since, g.until, source));
    if (g.institution)
        TRY(reach_put_from(tx->db, reg, above->id, principal_of(g.to_institution, g.institution),
                           g.classes, g.since, g.until, source));
    return ERR_OK;
}

/* The source of the rows: a stored form. */
#define SRC_SHARED S("jawaban")

Err share_reach(WriteTx *tx, const Store *s, const Record *r)
{
    int64_t until = 0, asker = role_id(s, r, FIELD_ROLE_INQUIRY_ASKER);
    (void)str_i64(role_text(s, r, FIELD_ROLE_INQUIRY_UNTIL), &until);
    TRY(reach_drop(tx->db, r->reg->name, r->id, SRC_SHARED));
    if (!in_force(r) || !asker || !until)
        return ERR_OK;
    return reach_put(tx->db, r->reg->name, r->id, principal_of(PRINCIPAL_USER, asker),
                     classes_named(role_text(s, r, FIELD_ROLE_INQUIRY_CLASSES)), until, SRC_SHARED);
}

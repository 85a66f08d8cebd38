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
           reg->role == REG_ROLE_EXCLUSION || reg->role == REG_ROLE_REFERRAL;
}

/* The source of the rows: a stored form. */
static Str source_of(Arena *a, const Record *r)
{
    long long id = (long long)r->id;
    if (r->reg->role == REG_ROLE_GRANT)
        return str_printf(a, "hibah:%lld", id);
    if (r->reg->role == REG_ROLE_REFERRAL)
        return str_printf(a, "rujukan:%lld", id);
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

/* To the officer it names or else to her institution. Without an end it gives nothing. */
static Giving of_referral(const Store *s, const Record *r)
{
    int64_t officer = role_id(s, r, FIELD_ROLE_REFERRAL_OFFICER);
    Str until = role_text(s, r, FIELD_ROLE_REFERRAL_UNTIL);
    return (Giving){.user = officer,
                    .institution = officer ? 0 : role_id(s, r, FIELD_ROLE_REFERRAL_TO),
                    .to_user = PRINCIPAL_USER,
                    .to_institution = PRINCIPAL_TEAM,
                    .classes = classes_named(role_text(s, r, FIELD_ROLE_REFERRAL_CLASSES)),
                    .until = str_empty(until) ? 0 : last_moment(until)};
}

static Giving giving_of(const Store *s, const Record *r)
{
    if (r->reg->role == REG_ROLE_REFERRAL)
        return of_referral(s, r);
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

/* A consent to share covers the file of whoever gave it, toward the institution it names, in the
 * classes it names, until its end. */
static Err cover_referral(WriteTx *tx, const Store *s, const Record *r, const Record *consent,
                          Giving *g)
{
    Str giver, file, until = role_text(s, consent, FIELD_ROLE_CONSENT_UNTIL);
    int64_t to = role_id(s, consent, FIELD_ROLE_CONSENT_TO), end = last_moment(until);
    unsigned classes = classes_named(role_text(s, consent, FIELD_ROLE_CONSENT_CLASSES));
    TRY(row_key_subject(tx->db, tx->arena, consent, &giver));
    TRY(row_key_subject(tx->db, tx->arena, r, &file));
    if (!str_eq(giver, file) || (to && to != role_id(s, r, FIELD_ROLE_REFERRAL_TO)))
        g->until = 0;
    g->classes &= classes ? classes : CLASSES_ALL;
    g->until = end < g->until ? end : g->until;
    return ERR_OK;
}

/* What rests on a consent ends with it. A referral without one opens nothing but for danger to
 * life. */
static Err within_consent(WriteTx *tx, const Store *s, const Record *r, Giving *g)
{
    bool refers = r->reg->role == REG_ROLE_REFERRAL;
    const Field *basis =
        role_field(s->model, refers ? FIELD_ROLE_REFERRAL_CONSENT : FIELD_ROLE_GRANT_BASIS);
    Record consent;
    if (!basis || basis->reg != r->reg || !r->vals[basis->index].id) {
        if (refers && !str_is(role_text(s, r, FIELD_ROLE_REFERRAL_DANGER), "ya"))
            g->until = 0;
        return ERR_OK;
    }
    TRY(row_by_id(tx->db, tx->arena, basis->target, r->vals[basis->index].id, &consent));
    if (consent.void_tx || reg_state(consent.reg, consent.state)->closed)
        g->until = 0;
    return refers ? cover_referral(tx, s, r, &consent, g) : ERR_OK;
}

Err give_reach(WriteTx *tx, const Store *s, const Record *r, const Record *above)
{
    Str source = source_of(tx->arena, r);
    Giving g = giving_of(s, r);
    Str reg = above->reg->name;
    TRY(within_consent(tx, s, r, &g));
    TRY(reach_drop(tx->db, reg, above->id, source));
    if (!in_force(r) || g.until <= g.since)
        return ERR_OK;
    if (g.user)
        TRY(reach_put_from(tx->db, reg, above->id, principal_of(g.to_user, g.user), g.classes,
                           g.since, g.until, source));
    if (g.institution)
        TRY(reach_put_from(tx->db, reg, above->id, principal_of(g.to_institution, g.institution),
                           g.classes, g.since, g.until, source));
    return ERR_OK;
}

/* The sources of the rows: stored forms. */
#define SRC_ADDRESSED S("alamat")
#define SRC_RUNNING   S("alamat-jalan")

static Err address_referral(WriteTx *tx, const Store *s, const Record *r)
{
    int64_t to = role_id(s, r, FIELD_ROLE_REFERRAL_TO);
    int64_t receiver = principal_of(PRINCIPAL_ADDRESSED, to);
    Giving g = of_referral(s, r);
    TRY(within_consent(tx, s, r, &g));
    if (r->void_tx || !to || str_empty(role_text(s, r, FIELD_ROLE_REFERRAL_SENT)))
        return ERR_OK;
    TRY(reach_put(tx->db, r->reg->name, r->id, receiver, 0, REACH_FOREVER, SRC_ADDRESSED));
    return in_force(r) && g.until
               ? reach_put(tx->db, r->reg->name, r->id, receiver, CLASSES_ALL, g.until, SRC_RUNNING)
               : ERR_OK;
}

Err address_reach(WriteTx *tx, const Store *s, const Record *r)
{
    bool addressed = r->reg->role == REG_ROLE_REFERRAL;
    for (size_t i = 0; i < r->reg->field_count; i++)
        addressed |= r->reg->fields[i]->addresses;
    if (!addressed)
        return ERR_OK;
    TRY(reach_drop(tx->db, r->reg->name, r->id, SRC_ADDRESSED));
    TRY(reach_drop(tx->db, r->reg->name, r->id, SRC_RUNNING));
    if (r->reg->role == REG_ROLE_REFERRAL)
        return address_referral(tx, s, r);
    for (size_t i = 0; i < r->reg->field_count; i++)
        if (r->reg->fields[i]->addresses && r->vals[i].id && !r->void_tx)
            TRY(reach_put(tx->db, r->reg->name, r->id,
                          principal_of(PRINCIPAL_ADDRESSED, r->vals[i].id), CLASSES_ALL,
                          REACH_FOREVER, SRC_ADDRESSED));
    return ERR_OK;
}

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

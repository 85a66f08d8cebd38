#include "engine/repeat_db.h"

#include "model/env.h"
#include "model/row.h"

/* The person of a check as far as she can be found again: her record, or the change that makes it
 * in the same batch. */
typedef struct Checked {
    Str uid;
    const Change *made;
} Checked;

static Checked person_checked(const Batch *batch, const Change *c, const Field *person)
{
    Checked who = {.uid = c->vals[person->index]};
    who.made = batch_pending(batch, who.uid);
    return who;
}

static Str label_of(Arena *a, const Field *f)
{
    return str_printf(a, "%.*s.%.*s", STR_ARG(f->reg->name), STR_ARG(field_first_name(f)));
}

/* Her fingerprint by one number: of what was typed, absent where only her record has it. */
static Str typed_print(Reader *rd, const Checked *who, const Field *f)
{
    Str value = who->made ? value_normalise(f, rd->arena, who->made->vals[f->index]) : STR_NONE;
    return str_empty(value) ? STR_NONE
                            : blind_index(rd->store->in->keyring, rd->arena, f->reg->name,
                                          field_first_name(f), value);
}

/* All records of persons that are she. */
static void put_same(Buf *sql, const Register *persons)
{
    buf_printf(sql,
               "SELECT id FROM %.*s WHERE uid=:uid UNION SELECT s.rec FROM sidik s WHERE"
               " (s.field=:nik_field AND s.hash=:nik) OR (s.field=:pass_field AND s.hash=:pass)"
               " UNION SELECT t.rec FROM %.*s o JOIN sidik h ON h.rec=o.id AND"
               " h.field IN (:nik_field,:pass_field) JOIN sidik t ON t.field=h.field AND"
               " t.hash=h.hash WHERE o.uid=:uid",
               STR_ARG(persons->name), STR_ARG(persons->name));
}

static Err count_checks(Reader *rd, const Checked *who, const Field *person, const Field *refused,
                        int64_t *ret_n, int64_t *ret_refused)
{
    static const FieldRole numbers[] = {FIELD_ROLE_PERSON_NIK, FIELD_ROLE_PERSON_PASSPORT};
    static const char *const names[][2] = {{":nik_field", ":nik"}, {":pass_field", ":pass"}};
    const Subject *subject = rd->actor->subject;
    Buf sql = buf_new(rd->arena, 1024);
    Stmt *st;
    bool row;
    buf_printf(&sql,
               "SELECT count(*), coalesce(sum(c.%.*s='ya' AND c.pemilik<>:own),0)"
               " FROM %.*s c WHERE c.batal=0 AND c.%.*s IN (",
               STR_ARG(refused->name), STR_ARG(person->reg->name), STR_ARG(person->name));
    put_same(&sql, person->target);
    buf_lit(&sql, ")");
    TRY(db_stmt(rd->db, str_z(rd->arena, buf_str(&sql)), &st, BIND(":uid", who->uid),
                BIND(":own", subject->agency_count ? subject->agencies[0] : 0)));
    for (size_t i = 0; i < 2; i++) {
        const Field *f = role_field(rd->store->model, numbers[i]);
        stmt_text(st, names[i][0], f ? label_of(rd->arena, f) : STR_NONE);
        stmt_text(st, names[i][1], f ? typed_print(rd, who, f) : STR_NONE);
    }
    TRY(stmt_step(st, &row));
    *ret_n = row_int(st, 0);
    *ret_refused = row_int(st, 1);
    stmt_done(st);
    return ERR_OK;
}

Err checks_advise(Reader *rd, const Batch *batch, const Change *c, Problems *problems)
{
    const Field *person = role_field(rd->store->model, FIELD_ROLE_CHECK_PERSON);
    const Field *refused = role_field(rd->store->model, FIELD_ROLE_CHECK_REFUSED);
    int64_t n, elsewhere;
    if (c->reg->role != REG_ROLE_CHECK || c->kind != CHANGE_CREATE || !person || !refused ||
        str_empty(c->vals[person->index]))
        return ERR_OK;
    Checked who = person_checked(batch, c, person);
    TRY(count_checks(rd, &who, person, refused, &n, &elsewhere));
    Problem p = {.field = person->name, .label = &person->label, .warning = true};
    p.msg = elsewhere ? M_CHECK_REFUSED : M_CHECK_REPEAT;
    p.args[0] = str_int(rd->arena, n);
    p.args[1] = str_int(rd->arena, elsewhere);
    if (n)
        problem_add(problems, p);
    return ERR_OK;
}

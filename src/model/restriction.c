#include "model/restriction.h"

#include "model/key_chain.h"

/* " IN (SELECT ..)": ids of the persons who are restricted; absent when nothing restricts. */
static Str restricted_persons(Arena *a, const Field *person)
{
    Buf sql = buf_new(a, 256);
    bool any = false;
    buf_printf(&sql, " IN (SELECT m.%.*s FROM %.*s m WHERE m.batal=0 AND m.%.*s IS NOT NULL AND (",
               STR_ARG(person->name), STR_ARG(person->reg->name), STR_ARG(person->name));
    for (size_t i = 0; i < person->reg->state_count; i++) {
        const State *s = &person->reg->states[i];
        if (s->restricts)
            buf_printf(&sql, "%sm.status='%.*s'", any ? " OR " : "", STR_ARG(s->name));
        any |= s->restricts;
    }
    buf_lit(&sql, "))");
    return any ? buf_str(&sql) : STR_NONE;
}

bool restriction_put(Buf *sql, const Register *reg, const char *alias)
{
    const Field *person = role_field(reg->model, FIELD_ROLE_MATTER_PERSON);
    Str test = person ? restricted_persons(sql->arena, person) : STR_NONE;
    return test.ptr && key_chain_put(sql, reg, alias, person->target, str_z(sql->arena, test));
}

Err restriction_holds(Db *db, Arena *a, const Record *r, bool *ret)
{
    Buf sql = buf_new(a, 1024);
    *ret = false;
    buf_printf(&sql, "SELECT 1 FROM %.*s t WHERE t.id=:id AND ", STR_ARG(r->reg->name));
    if (!restriction_put(&sql, r->reg, "t"))
        return ERR_OK;
    return db_any(db, buf_z(&sql), ret, BIND(":id", r->id));
}

bool restriction_bars(const Register *reg, Verb verb)
{
    const unsigned bars = VERB_CREATE | VERB_CHANGE | VERB_MOVE | VERB_VOID | VERB_IMPORT;
    return (bars & verb) && !(reg->role == REG_ROLE_CONSENT && verb == VERB_MOVE);
}

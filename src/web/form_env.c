#include "web/form_env.h"

#include "base/clock.h"
#include "model/expr.h"
#include "web/form_read.h"
#include "web/list_query.h"

typedef struct PageEnv {
    Req *req;
    const Record *rec; /* NULL: an empty form */
    const Register *reg;
} PageEnv;

static Str system_value(const Record *r, const Field *f)
{
    if (f->system == SYS_STATE)
        return r->state;
    if (f->system == SYS_NUMBER)
        return r->number;
    if (f->system == SYS_HEADING)
        return r->heading;
    return f->system == SYS_PARENT ? r->parent_uid : STR_NONE;
}

/* A new record will belong to the reader's own institution. */
static Str own_system(const PageEnv *env, const Field *f)
{
    Str mine = STR_NONE, first;
    if (env->rec)
        return system_value(env->rec, f);
    if (f->system != SYS_OWNER || my_institutions(env->req, &mine) != ERR_OK)
        return STR_NONE;
    return str_word(&mine, &first) ? first : STR_NONE;
}

static Str own(void *ctx, const Field *f)
{
    const PageEnv *env = ctx;
    if (f->system)
        return own_system(env, f);
    return env->rec ? env->rec->vals[f->index].text : STR_NONE;
}

/* A field of the parent, or of the record behind a ref, as far as the reader may list it. */
static Str hop(void *ctx, const Field *via, const Field *f)
{
    const PageEnv *env = ctx;
    const Record *rec = env->rec;
    const Register *reg = NULL;
    Record other;
    Str uid = STR_NONE;
    if (via && (via->system || !rec))
        return STR_NONE;
    if (rec) {
        uid = via ? rec->vals[via->index].text : rec->parent_uid;
        reg = via ? rec->vals[via->index].reg : rec->parent_reg;
    } else if (form_parent(env->req, env->reg, &reg, &uid) != ERR_OK) {
        return STR_NONE;
    }
    if (str_empty(uid) || !reg ||
        store_get(&env->req->reader, reg, uid, VERB_LIST, &other) != ERR_OK)
        return STR_NONE;
    if (f->system)
        return system_value(&other, f);
    f = f->reg == reg ? f : reg_field(reg, f->name); /* of a tag: the field of the same name */
    return f ? other.vals[f->index].text : STR_NONE;
}

static StrList children(void *ctx, const Register *child, const Field *f)
{
    (void)ctx, (void)child, (void)f;
    return (StrList){0};
}

static Str find(void *ctx, const Field *f, Str value)
{
    (void)ctx, (void)f, (void)value;
    return STR_NONE;
}

static ExprEnv env_of(PageEnv *env)
{
    return (ExprEnv){.arena = env->req->arena,
                     .today = clock_today(),
                     .me = env->req->subject.uid,
                     .ctx = env,
                     .own = own,
                     .hop = hop,
                     .children = children,
                     .find = find};
}

Str form_default(Req *req, const Field *field)
{
    PageEnv env = {.req = req, .reg = field->reg};
    ExprEnv e = env_of(&env);
    int64_t at;
    Str value = field->default_ ? expr_text(field->default_, &e) : STR_NONE;
    if (field->kind == FK_INSTANT && str_i64(value, &at)) /* people write no seconds */
        return str_int(req->arena, at - at % 60000);
    return value;
}

bool form_true(Req *req, const Record *rec, const Expr *when)
{
    PageEnv env = {.req = req, .rec = rec};
    ExprEnv e = env_of(&env);
    return !when || expr_true(when, &e);
}

bool form_applies(Req *req, const Record *rec, const Field *field)
{
    return form_true(req, rec, field->reg->sections[field->section].when) &&
           form_true(req, rec, field->when);
}

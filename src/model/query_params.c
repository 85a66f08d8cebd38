/* A query as an address says it: names and values of the query string. */
#include "model/query.h"

static void unknown(Problems *problems, Str name)
{
    problem_add(problems, (Problem){.field = name, .msg = M_FILTER_UNKNOWN, .args = {name}});
}

static void read_sort(Query *q, Str value, Problems *problems)
{
    q->descending = str_starts(value, S("-"));
    if (q->descending)
        value = str_from(value, 1);
    const Field *f = reg_field(q->reg, value);
    if (f && f->sort && !f->class_)
        q->sort = f;
    else if (str_is(value, "nomor") || str_is(value, "status") || str_is(value, "diubah"))
        q->sort_system = value;
    else
        unknown(problems, value);
}

bool query_may_look_up(const Subject *s, const Field *f)
{
    return f->lookup &&
           (!f->class_ || policy_class_scopes(s, VERB_LIST, f->reg->rights, CLASS_BIT(f->class_)));
}

/* Who finds a listed record by a field that lists do not show learns it: such a filter finds only
 * what its asker may read. */
static bool narrow_to_readable(const Subject *s, Query *q, const Field *f)
{
    if (f->list || f->facet || f->search || q->verb != VERB_LIST)
        return true;
    q->verb = VERB_READ;
    return s->system || policy_scopes(s, VERB_READ, q->reg->rights);
}

static void read_field_filter(Reader *rd, Query *q, Str name, Str value, Problems *problems)
{
    FilterOp op = FILTER_IN;
    Str base = name;
    if (str_ends(name, S(".dari"))) {
        op = FILTER_FROM;
        base = str_head(name, name.len - 5);
    } else if (str_ends(name, S(".sampai"))) {
        op = FILTER_TO;
        base = str_head(name, name.len - 7);
    }
    const Field *f = reg_field(q->reg, base);
    if (!f || (f->class_ && !query_may_look_up(rd->actor->subject, f))) {
        unknown(problems, name);
        return;
    }
    if (f->class_) {
        q->lookup_field = f;
        q->lookup = value;
        return;
    }
    if (!narrow_to_readable(rd->actor->subject, q, f)) {
        unknown(problems, name);
        return;
    }
    if (op == FILTER_IN && f->kind == FK_PLACE)
        op = FILTER_UNDER;
    if (str_is(value, "-"))
        op = FILTER_EMPTY;
    query_filter(q, rd->arena, f, STR_NONE, op, value);
}

Err query_from_params(Reader *rd, Query *q, const StrList *names, const StrList *values,
                      Problems *problems)
{
    static const char *const system[] = {"status", "pemilik", "induk", "nomor", "uid"};
    for (size_t i = 0; i < names->n; i++) {
        Str name = names->items[i], value = values->items[i];
        bool is_system = false;
        int64_t n;
        for (size_t k = 0; k < COUNT(system); k++)
            is_system |= str_is(name, system[k]);
        if (str_empty(value))
            continue;
        if (str_is(name, "q"))
            q->text = value;
        else if (str_is(name, "urut"))
            read_sort(q, value, problems);
        else if (str_is(name, "-dari"))
            q->cursor = value;
        else if (str_is(name, "n") && str_i64(value, &n))
            q->limit = n >= 500 ? 500 : n >= 100 ? 100 : n == 20 ? 20 : 50;
        else if (str_is(name, "batal"))
            q->include_void = str_is(value, "ya");
        else if (is_system)
            query_filter(q, rd->arena, NULL, name, FILTER_IN, value);
        else
            read_field_filter(rd, q, name, value, problems);
    }
    return problems->errors ? E_INVALID : ERR_OK;
}

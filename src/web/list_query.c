#include "web/list_query.h"

#include "base/clock.h"

/* Parameters that belong to the page, not to the query. */
static bool is_page_param(Str name)
{
    return str_is(name, "pesan") || str_is(name, "tab") || str_is(name, "hitung");
}

static bool is_date_bound(const Register *reg, Str name)
{
    size_t cut = str_ends(name, S(".dari")) ? 5 : (str_ends(name, S(".sampai")) ? 7 : 0);
    const Field *f = cut ? reg_field(reg, str_head(name, name.len - cut)) : NULL;
    return f && f->kind == FK_DATE;
}

Err list_query_of(Req *req, const Register *reg, const Params *params, Verb verb, Query *ret,
                  Problems *problems)
{
    Arena *a = req->arena;
    StrList names = {0}, values = {0};
    Query q = query_new(reg);
    q.verb = verb;
    for (size_t i = 0; i < params->names.n; i++) {
        Str name = params->names.items[i], value = str_trim(params->values.items[i]);
        Date d;
        if (is_page_param(name) || str_empty(value))
            continue;
        if (is_date_bound(reg, name)) {
            if (!date_parse(a, value, &d)) {
                problem_at(problems, name, M_WEB_BAD_DATE, value);
                continue;
            }
            value = date_iso(a, d);
        }
        *ARENA_PUSH(a, names) = name;
        *ARENA_PUSH(a, values) = value;
    }
    *ret = q;
    Err e = query_from_params(&req->reader, ret, &names, &values, problems);
    return e == ERR_OK && problems->errors ? E_INVALID : e;
}

Err list_query(Req *req, Verb verb, Query *ret, Problems *problems)
{
    return list_query_of(req, req->reg, &req->query, verb, ret, problems);
}

/* ---- queues ---- */

Err my_institutions(Req *req, Str *ret)
{
    const Register *reg = role_reg(req->model, REG_ROLE_INSTITUTION);
    QueryPage page;
    Str words = STR_NONE;
    if (!reg || !req_may(req, reg, VERB_LIST))
        return ERR_OK;
    Query q = query_new(reg);
    q.limit = 500;
    TRY(query_page(&req->reader, &q, &page));
    for (size_t k = 0; k < req->subject.agency_count; k++)
        for (size_t i = 0; i < page.n; i++)
            if (page.items[i].id == req->subject.agencies[k])
                words =
                    str_printf(req->arena, "%.*s %.*s", STR_ARG(words), STR_ARG(page.items[i].uid));
    *ret = words.ptr ? str_trim(words) : words;
    return ERR_OK;
}

/* From the first moment of one day to the last of another; an empty bound is open. */
static void filter_days(Req *req, Query *q, const Field *f, const Date *from, const Date *to)
{
    Arena *a = req->arena;
    bool instant = f->kind == FK_INSTANT;
    if (from)
        query_filter(q, a, f, STR_NONE, FILTER_FROM,
                     instant ? str_int(a, clock_instant(*from, 0)) : date_iso(a, *from));
    if (to)
        query_filter(q, a, f, STR_NONE, FILTER_TO,
                     instant ? str_int(a, clock_instant(date_add_days(*to, 1), 0) - 1)
                             : date_iso(a, *to));
}

static void filter_late(Req *req, Query *q, const Field *f)
{
    Date yesterday = date_add_days(clock_today(), -1);
    if (f->kind == FK_INSTANT)
        query_filter(q, req->arena, f, STR_NONE, FILTER_TO, str_int(req->arena, clock_now()));
    else
        filter_days(req, q, f, NULL, &yesterday);
}

static Err filter_is(Req *req, Query *q, const QueueFilter *qf)
{
    const Field *f = qf->field;
    Str values = qf->values;
    Date today = clock_today();
    if (str_is(values, "me"))
        values = req->subject.uid;
    else if (str_is(values, "my_institution"))
        TRY(my_institutions(req, &values));
    else if (f && str_is(values, "today"))
        return filter_days(req, q, f, &today, &today), ERR_OK;
    else if (f && str_is(values, "late"))
        return filter_late(req, q, f), ERR_OK;
    if (str_empty(values))
        values = S("-"); /* nobody: an empty filter would show all */
    query_filter(q, req->arena, f, f ? STR_NONE : qf->name,
                 f && f->kind == FK_PLACE ? FILTER_UNDER : FILTER_IN, values);
    return ERR_OK;
}

static Err queue_filter(Req *req, Query *q, const QueueFilter *qf)
{
    Date today = clock_today(), ahead = date_add_days(today, qf->days),
         ago = date_add_days(today, -qf->days), before = date_add_days(ago, -1);
    switch (qf->test) {
    case QUEUE_IS:
        return filter_is(req, q, qf);
    case QUEUE_EMPTY:
        query_filter(q, req->arena, qf->field, STR_NONE, FILTER_EMPTY, S(""));
        return ERR_OK;
    case QUEUE_WITHIN:
        filter_days(req, q, qf->field, &today, &ahead);
        return ERR_OK;
    case QUEUE_LAST:
        filter_days(req, q, qf->field, &ago, &today);
        return ERR_OK;
    case QUEUE_OLDER:
        filter_days(req, q, qf->field, NULL, &before);
        return ERR_OK;
    }
    BUG("unknown test of a queue");
}

static Err queue_filters(Req *req, Query *q, const QueueFilters *filters)
{
    for (size_t i = 0; i < filters->n; i++)
        TRY(queue_filter(req, q, &filters->items[i]));
    return ERR_OK;
}

/* The records whose absence the queue shows. */
static Err queue_without(Req *req, const QueueDef *def, Query *q)
{
    Query *w = ARENA_NEW(req->arena, Query);
    *w = query_new(def->without);
    TRY(queue_filters(req, w, &def->without_filters));
    q->without = w;
    q->without_by = def->without_by;
    q->without_on = def->without_on;
    q->over = def->over;
    if (def->over) /* how many is no more than who may count is told by a table */
        w->verb = VERB_COUNT;
    return ERR_OK;
}

Err queue_query(Req *req, const QueueDef *def, Query *ret)
{
    Query q = query_new(def->reg);
    TRY(queue_filters(req, &q, &def->filters));
    if (def->without)
        TRY(queue_without(req, def, &q));
    Str sort = def->sort;
    q.descending = str_starts(sort, S("-"));
    if (q.descending)
        sort = str_from(sort, 1);
    q.sort = str_empty(sort) ? NULL : reg_field(def->reg, sort);
    if (!q.sort)
        q.sort_system = sort;
    q.cursor = req_query(req, S("-dari"));
    *ret = q;
    return ERR_OK;
}

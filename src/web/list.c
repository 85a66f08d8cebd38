#include "web/list.h"

#include "base/clock.h"
#include "web/asked.h"
#include "web/record.h"

static void add(Req *req, Columns *c, const Field *f, Str name)
{
    *ARENA_PUSH(req->arena, *c) = (Column){f, name};
}

/* Several references may name records out of reach, which alone would join two files: they are
 * shown on the page of the record only, one by one (KAS-16). */
static bool several_records(const Field *f)
{
    return f->kind == FK_REF && f->multi;
}

Columns list_columns(Req *req, const Register *reg)
{
    Columns c = {0};
    if (!str_empty(reg->number))
        add(req, &c, NULL, S("nomor"));
    /* A heading that is one of the list's own fields would stand there twice. */
    Str inner = str_starts(reg->heading, S("{")) && str_ends(reg->heading, S("}"))
                    ? (Str){reg->heading.ptr + 1, reg->heading.len - 2}
                    : STR_NONE;
    ptrdiff_t dot = str_find(inner, '.');
    const Field *same =
        inner.ptr ? reg_field(reg, dot < 0 ? inner : str_head(inner, (size_t)dot)) : NULL;
    bool number = str_is(inner, "nomor") || (str_empty(reg->heading) && !str_empty(reg->number));
    if (!number && (!same || !same->list))
        add(req, &c, NULL, S("tajuk"));
    for (size_t i = 0; i < reg->field_count; i++)
        if (reg->fields[i]->list && !reg->fields[i]->class_ && !several_records(reg->fields[i]))
            add(req, &c, reg->fields[i], reg->fields[i]->name);
    if (reg->state_count)
        add(req, &c, NULL, S("status"));
    return c;
}

Columns list_named_columns(Req *req, const Register *reg, const StrList *names)
{
    static const char *const system[] = {"nomor", "tajuk", "status", "pemilik", "diubah", "induk"};
    Columns c = {0};
    for (size_t i = 0; i < names->n; i++) {
        const Field *f = reg_field(reg, names->items[i]);
        bool known = f && !f->class_ && !several_records(f);
        for (size_t k = 0; k < COUNT(system); k++)
            known |= str_is(names->items[i], system[k]);
        if (known)
            add(req, &c, f, names->items[i]);
    }
    return c;
}

Str list_column_label(const Req *req, const Column *c)
{
    return c->field ? req_label(req, &c->field->label) : req_system_label(req, c->name);
}

Str list_cell(Req *req, const Record *r, const Column *c)
{
    if (!c->field)
        return req_system_value(req, r, c->name);
    return record_value(req, r, c->field);
}

Str list_url(Req *req, Str name, Str value)
{
    Buf q = buf_new(req->arena, 256);
    for (size_t i = 0; i < req->query.names.n; i++) {
        Str n = req->query.names.items[i];
        if (!str_eq(n, name) && !str_is(n, "-dari") && !str_is(n, "pesan") &&
            !str_empty(req->query.values.items[i]))
            query_put(&q, n, req->query.values.items[i]);
    }
    if (value.ptr)
        query_put(&q, name, value);
    return asked_url(req, req->path, buf_str(&q));
}

Str list_total(Req *req, int64_t total)
{
    return total > 200 ? S("200+") : str_int(req->arena, total);
}

/* A due instant in words: "Lewat 2 hari", "Hari ini", "5 hari lagi". */
static Str list_due(Req *req, int64_t due, const char **ret_class)
{
    int minute;
    int64_t days = date_days(clock_date_of(due, &minute)) - date_days(clock_today());
    bool late = due < clock_now();
    *ret_class = late ? "lewat" : (days == 0 ? "kini" : "nanti");
    if (days == 0)
        return req_tr(req, late ? M_WEB_LATE_TODAY : M_WEB_DUE_TODAY);
    Str n = str_int(req->arena, days < 0 ? -days : days);
    return req_say(req, days < 0 ? M_WEB_LATE_DAYS : M_WEB_DUE_DAYS, n);
}

/* ---- the table ---- */

static bool can_sort(const Column *c)
{
    if (c->field)
        return c->field->sort && !c->field->class_;
    return str_is(c->name, "nomor") || str_is(c->name, "status") || str_is(c->name, "diubah");
}

static void put_head(Req *req, Html *h, const Query *q, const Column *c, bool sortable)
{
    bool now = c->field ? q->sort == c->field : str_eq(q->sort_system, c->name);
    h_open(h, "th");
    h_attr(h, "scope", S("col"));
    if (!sortable || !can_sort(c)) {
        h_text(h, list_column_label(req, c));
        h_close(h);
        return;
    }
    if (now)
        h_attr(h, "aria-sort", q->descending ? S("descending") : S("ascending"));
    Str way = now && !q->descending ? str_printf(req->arena, "-%.*s", STR_ARG(c->name)) : c->name;
    page_link(h, list_url(req, S("urut"), way), list_column_label(req, c));
    h_close(h);
}

/* In a table a date takes its short form. */
static Str short_cell(Req *req, const Record *r, const Column *c)
{
    Date d;
    bool date = c->field && c->field->kind == FK_DATE && !r->vals[c->field->index].sealed;
    if (date && date_parse_iso(r->vals[c->field->index].text, &d))
        return date_short(req->arena, req->lang, d);
    return list_cell(req, r, c);
}

static void put_cell(Req *req, Html *h, const Record *r, const Column *c, bool first)
{
    Str text = short_cell(req, r, c);
    const Field *f = c->field;
    bool number = f && f->kind == FK_NUMBER;
    h_open_(h, first ? "th" : "td");
    if (first)
        h_attr(h, "scope", S("row"));
    if (number)
        h_attr(h, "class", S("angka"));
    int64_t due;
    if (first) {
        page_link(h, url_record(req, r->reg, r->uid, ""),
                  str_empty(text) ? record_title(req, r) : text);
    } else if (f && f->role == FIELD_ROLE_TASK_DUE && str_i64(r->vals[f->index].text, &due)) {
        const char *kind;
        Str words = list_due(req, due, &kind);
        h_open(h, "span");
        h_attr(h, "class", str_printf(req->arena, "jam %s", kind));
        h_attr(h, "title", text);
        h_text(h, words);
        h_close(h);
    } else {
        h_text(h, text);
    }
    h_close(h);
}

/* Belongs to the form of the bar, which may stand anywhere on the page. */
static void put_tick(Req *req, Html *h, const Record *r)
{
    h_class(h, "td", "pilih");
    page_input(h, "checkbox", S("uid"));
    h_attr(h, "value", r->uid);
    h_attr(h, "form", S("massal"));
    h_attr(h, "aria-label", req_say(req, M_BULK_TICK, record_title(req, r)));
    h_close(h);
}

static void put_row(Req *req, Html *h, const Record *r, const Columns *cols)
{
    h_open(h, "tr");
    if (r->void_tx)
        h_attr(h, "class", S("batal"));
    if (cols->ticks)
        put_tick(req, h, r);
    for (size_t i = 0; i < cols->n; i++)
        put_cell(req, h, r, &cols->items[i], i == 0);
    h_close(h);
}

void list_table(Req *req, Html *h, const Query *q, const QueryPage *page, const Columns *cols,
                Str caption, bool sortable)
{
    page_scroll_open(h, caption);
    h_open(h, "table");
    h_element_attr(h, "caption", "class", S("sembunyi"), caption);
    h_open(h, "thead");
    h_open(h, "tr");
    if (cols->ticks) {
        h_class(h, "th", "pilih");
        h_attr(h, "scope", S("col"));
        h_element_as(h, "span", "sembunyi", req_tr(req, M_BULK_HEAD));
        h_close(h);
    }
    for (size_t i = 0; i < cols->n; i++)
        put_head(req, h, q, &cols->items[i], sortable);
    h_close(h);
    h_close(h);
    h_open(h, "tbody");
    for (size_t r = 0; r < page->n; r++)
        put_row(req, h, &page->items[r], cols);
    page_table_end(h);
}

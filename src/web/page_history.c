/* Every version of a record: who, when, why, and each field before and after. */
#include "web/record.h"

/* Those within reach, as on the record: that there are others is not told (KAS-16). */
static Str refs_text(Req *req, const Field *f, Str uids)
{
    Buf b = buf_new(req->arena, 128);
    Record target;
    Str uid;
    while (str_word(&uids, &uid))
        if (record_named(req, f, uid, &target))
            buf_join(&b, "; ", record_title(req, &target));
    return buf_str(&b);
}

static Str value_text(Req *req, const Field *f, Str name, const Value *v)
{
    if (v->sealed)
        return req_tr(req, M_WEB_PROTECTED);
    if (f && f->kind == FK_REF && f->multi)
        return refs_text(req, f, v->text);
    if (f)
        return value_show(f, req->arena, req->lang, v);
    if (str_is(name, "status")) {
        Str state = req_state(req, req->reg, v->text);
        return str_empty(state) ? v->text : state;
    }
    return str_empty(v->heading) ? v->text : v->heading;
}

static void change_row(Req *req, Html *h, const HistoryEntry *e, size_t i)
{
    const Field *f = e->fields[i];
    Str name = f ? STR_NONE : e->names[i];
    if (str_starts(name, S(":")))
        name = str_from(name, 1);
    h_open(h, "tr");
    page_row_head(h, f ? req_label(req, &f->label) : req_system_label(req, name));
    h_element(h, "td", value_text(req, f, name, &e->before[i]));
    h_element(h, "td", value_text(req, f, name, &e->after[i]));
    h_close(h);
}

/* How a change came in; nothing for the ordinary way. */
static Str via_text(Req *req, Str via)
{
    static const Wording words[] = {{"impor", M_WEB_IMPORT},
                                    {"cli", M_WEB_VIA_CLI},
                                    {"sistem", M_WEB_VIA_SYSTEM},
                                    {"api", M_WEB_VIA_API}};
    return req_wording(req, words, via);
}

static void entry(Req *req, Html *h, const HistoryEntry *e)
{
    Str version = req_say(req, M_WEB_VERSION, str_int(req->arena, e->version));
    page_section(h, "bagian", version);
    h_class(h, "p", "keterangan");
    h_element(h, "span", req_instant(req, e->at));
    h_element(h, "span", str_empty(e->actor_name) ? e->actor : e->actor_name);
    if (!str_empty(via_text(req, e->via)))
        h_element(h, "span", via_text(req, e->via));
    h_close(h);
    if (!str_empty(e->reason))
        h_element_as(h, "p", "alasan", req_say(req, M_WEB_WHY, e->reason));
    page_table_of(req, h, version, M_WEB_FIELD, M_WEB_BEFORE, M_WEB_AFTER);
    for (size_t i = 0; i < e->n; i++)
        change_row(req, h, e, i);
    page_table_end(h);
    h_close(h);
}

Err page_history(Req *req)
{
    Sheet s;
    HistoryEntry *entries;
    size_t n;
    Crumb crumbs[4];
    TRY(record_load(req, VERB_READ, &s));
    unsigned classes = str_empty(req->actor.purpose) ? 0 : s.decision.classes;
    TRY(store_history(&req->reader, &s.rec, classes, &entries, &n));
    size_t k = record_crumbs(req, &s.rec, true, crumbs);
    Html *h = page_begin(req, req_say(req, M_WEB_HISTORY_OF, record_title(req, &s.rec)), crumbs, k);
    if (s.closed)
        page_notice(h, "info", req_tr(req, M_WEB_OPEN_FIRST));
    for (size_t i = 0; i < n; i++)
        entry(req, h, &entries[i]);
    return page_end(req, h);
}

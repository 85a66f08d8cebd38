/* The first screen: the role's own page if it has one, else queues with counts, drafts, and the
 * registers by group. `/?beranda=1` always shows the overview. */
#include "web/list.h"
#include "web/list_query.h"
#include "web/page_filters.h"

#include "model/draft.h"

static const RoleDef *role_with_home(const Req *req)
{
    const Model *m = req->model;
    for (size_t i = 0; i < m->role_count; i++)
        if ((req->subject.roles >> i & 1) && !str_empty(m->roles[i].home))
            return &m->roles[i];
    return NULL;
}

static Err queues(Req *req, Html *h)
{
    const Model *m = req->model;
    int mark = h_mark(h);
    for (size_t i = 0; i < m->queue_count; i++) {
        const QueueDef *def = &m->queues[i];
        Query q;
        QueryPage page;
        if ((def->roles && !(def->roles & req->subject.roles)) ||
            !req_may(req, def->reg, VERB_LIST))
            continue;
        TRY(queue_query(req, def, &q));
        q.limit = 1;
        TRY(query_page(&req->reader, &q, &page));
        if (h_mark(h) == mark)
            h_class(h, "ul", "kartu");
        h_open(h, "li");
        h_open(h, "a");
        h_url(h, "href", str_printf(req->arena, "/antrean/%.*s", STR_ARG(def->name)));
        h_class(h, "span", "besar");
        h_text(h, list_total(req, page.total));
        h_close(h);
        h_lit(h, " ");
        h_text(h, req_label(req, &def->label));
        h_close(h);
        h_close(h);
    }
    h_close_to(h, mark);
    return ERR_OK;
}

/* What a duty opens besides the registers. */
static void duties(Req *req, Html *h)
{
    bool tables = req_duty(req, "tables") && req_has_page(req, S("/tabel"));
    bool import = req_duty(req, "import") && req_has_page(req, S("/impor"));
    bool users = req_duty(req, "users"), health = req_duty(req, "health");
    bool audit = req_duty(req, "audit");
    if (!tables && !import && !users && !health && !audit)
        return;
    h_class(h, "ul", "kartu");
    if (import) {
        h_open(h, "li");
        page_link(h, S("/impor"), req_tr(req, M_IMPORTS));
        h_close(h);
    }
    if (tables) {
        h_open(h, "li");
        page_link(h, S("/tabel"), req_tr(req, M_TABLES));
        h_close(h);
    }
    if (audit) {
        h_open(h, "li");
        page_link(h, S("/audit"), req_tr(req, M_AUDIT));
        h_close(h);
    }
    if (health) {
        h_open(h, "li");
        page_link(h, S("/kesehatan"), req_tr(req, M_HEALTH));
        h_close(h);
    }
    if (users) {
        h_open(h, "li");
        page_link(h, S("/akun/baru"), req_tr(req, M_USER_NEW));
        h_close(h);
        h_open(h, "li");
        page_link(h, S("/peran"), req_tr(req, M_ROLES));
        h_close(h);
    }
    h_close(h);
}

static Err drafts(Req *req, Html *h)
{
    enum { SHOWN = 10 };
    DraftRow rows[SHOWN];
    size_t n;
    TRY(draft_list(&req->reader, req->subject.uid, rows, SHOWN, &n));
    if (!n)
        return ERR_OK;
    h_class(h, "section", "bagian");
    h_element(h, "h2", req_tr(req, M_WEB_DRAFTS));
    h_open(h, "ul");
    for (size_t i = 0; i < n; i++) {
        const Register *reg = model_reg(req->model, rows[i].reg);
        if (!reg || (rows[i].rec.len > 1 && str_starts(rows[i].rec, S("+"))))
            continue; /* a new record under a parent is offered where it is added */
        Str url = str_is(rows[i].rec, "+")
                      ? str_printf(req->arena, "/%.*s/baru?draf=lanjut", STR_ARG(reg->name))
                      : url_record(req, reg, rows[i].rec, "/ubah?draf=lanjut");
        h_open(h, "li");
        page_link(h, url, req_label(req, &reg->label));
        h_lit(h, ", ");
        h_text(h, req_instant(req, rows[i].at));
        h_close(h);
    }
    h_close(h);
    h_close(h);
    return ERR_OK;
}

static void group(Req *req, Html *h, Str code, Str label)
{
    const Model *m = req->model;
    int mark = h_mark(h);
    for (size_t i = 0; i < m->reg_count; i++) {
        const Register *reg = m->regs[i];
        if (!str_eq(reg->group, code) || !req_may(req, reg, VERB_LIST))
            continue;
        if (h_mark(h) == mark) {
            h_class(h, "section", "bagian");
            h_element(h, "h2", label);
            h_class(h, "ul", "kartu");
        }
        h_open(h, "li");
        page_link(h, url_reg(req, reg), req_label(req, &reg->label));
        h_close(h);
    }
    h_close_to(h, mark);
}

Err page_home(Req *req)
{
    const RoleDef *role = role_with_home(req);
    const CodeList *groups = model_list(req->model, S(LIST_MENU));
    if (role && !params_has(&req->query, S("beranda")) && req_has_page(req, role->home))
        return req_redirect(req, role->home);
    Html *h = page_begin(req, req_tr(req, M_WEB_HOME), NULL, 0);
    TRY(queues(req, h));
    duties(req, h);
    TRY(filters_list(req, h, NULL));
    TRY(drafts(req, h));
    for (size_t i = 0; groups && i < groups->n; i++)
        group(req, h, groups->items[i].code, req_label(req, &groups->items[i].label));
    page_end(req, h);
    return ERR_OK;
}

/* The first screen: what the role begins, the queues that stand open on it, the others with their
 * counts, drafts, and every register by group. A role may have another page instead; `/?beranda=1`
 * always shows the overview. */
#include "web/home_figures.h"
#include "web/intake.h"
#include "web/list.h"
#include "web/list_query.h"
#include "web/page_drafts.h"
#include "web/page_filters.h"
#include "web/page_users.h"

enum { BOARD_ROWS = 8, BRIEF_ROWS = 3 };

static const RoleDef *role_with_home(const Req *req)
{
    const Model *m = req->model;
    for (size_t i = 0; i < m->role_count; i++)
        if ((req->subject.roles >> i & 1) && !str_empty(m->roles[i].home))
            return &m->roles[i];
    return NULL;
}

static bool queue_is_mine(const Req *req, const QueueDef *q)
{
    return (q->roles == 0 || (q->roles & req->subject.roles)) && req_may(req, q->reg, VERB_LIST);
}

/* ---- what one begins here ---- */

static void action(Html *h, Str url, Str label, bool *first)
{
    h_open(h, "a");
    if (*first)
        h_attr(h, "class", S("utama"));
    *first = false;
    h_url(h, "href", url);
    h_text(h, label);
    h_close(h);
}

static void actions(Req *req, Html *h)
{
    const Register *works[WORKS_MAX];
    size_t n = page_works(req, works);
    bool first = true;
    int mark = h_mark(h);
    h_class(h, "div", "tombol mulai");
    for (size_t i = 0; i < n; i++)
        if (req_may(req, works[i], VERB_CREATE) &&
            (!works[i]->has_parent || works[i]->parent_optional))
            action(h, str_printf(req->arena, "/%.*s/baru", STR_ARG(works[i]->name)),
                   req_say(req, M_WEB_NEW_TITLE, req_label(req, &works[i]->label)), &first);
    if (req_duty(req, "users"))
        action(h, S("/akun/baru"), req_tr(req, M_USER_NEW), &first);
    if (req_duty(req, "import"))
        action(h, S("/impor"), req_tr(req, M_IMPORTS), &first);
    if (req_duty(req, "tables"))
        action(h, S("/tabel"), req_tr(req, M_TABLES), &first);
    h_close_to(h, mark);
}

/* ---- queues ---- */

static Str queue_url(Req *req, const QueueDef *def)
{
    return str_printf(req->arena, "/antrean/%.*s", STR_ARG(def->name));
}

static Err board(Req *req, Html *h, const QueueDef *def)
{
    Query q;
    QueryPage page;
    int rows = home_has_figures(req) ? BRIEF_ROWS : BOARD_ROWS;
    TRY(queue_query(req, def, &q));
    q.limit = rows;
    TRY(query_page(&req->reader, &q, &page));
    h_class(h, "section", "bagian papan");
    h_open(h, "h2");
    page_link(h, queue_url(req, def), req_label(req, &def->label));
    h_lit(h, " ");
    h_element_as(h, "span", "jumlah", list_total(req, page.total));
    h_close(h);
    if (page.n) {
        Columns cols = list_named_columns(req, def->reg, &def->columns);
        list_table(req, h, &q, &page, &cols, req_label(req, &def->label), false);
    } else {
        h_element_as(h, "p", "jumlah", req_label(req, &def->empty));
    }
    if (page.total > rows)
        page_link(h, queue_url(req, def), req_say(req, M_SEARCH_ALL, list_total(req, page.total)));
    h_close(h);
    return ERR_OK;
}

static bool stands_open(const Req *req, const QueueDef *def)
{
    const Model *m = req->model;
    for (size_t i = 0; i < m->role_count; i++)
        for (size_t k = 0; (req->subject.roles >> i & 1) && k < m->roles[i].boards.n; k++)
            if (str_eq(m->roles[i].boards.items[k], def->name))
                return true;
    return false;
}

/* In the order of the role, not of the queues. */
static Err boards(Req *req, Html *h)
{
    const Model *m = req->model;
    for (size_t i = 0; i < m->role_count; i++)
        for (size_t k = 0; (req->subject.roles >> i & 1) && k < m->roles[i].boards.n; k++) {
            const QueueDef *def = model_queue(m, m->roles[i].boards.items[k]);
            if (queue_is_mine(req, def))
                TRY(board(req, h, def));
        }
    return ERR_OK;
}

static void counter(Req *req, Html *h, const QueueDef *def, int64_t total)
{
    h_open(h, "li");
    h_open(h, "a");
    h_attr(h, "class", total ? STR_NONE : S("nol"));
    h_url(h, "href", queue_url(req, def));
    h_element_as(h, "span", "besar", list_total(req, total));
    h_lit(h, " ");
    h_text(h, req_label(req, &def->label));
    h_close(h);
    h_close(h);
}

static Err counters(Req *req, Html *h)
{
    const Model *m = req->model;
    int mark = h_mark(h);
    for (size_t i = 0; i < m->queue_count; i++) {
        const QueueDef *def = &m->queues[i];
        Query q;
        QueryPage page;
        if (!queue_is_mine(req, def) || stands_open(req, def))
            continue;
        TRY(queue_query(req, def, &q));
        q.limit = 1;
        TRY(query_page(&req->reader, &q, &page));
        if (h_mark(h) == mark)
            h_class(h, "ul", "kartu");
        counter(req, h, def, page.total);
    }
    h_close_to(h, mark);
    return ERR_OK;
}

static void role_line(Req *req, Html *h)
{
    const Model *m = req->model;
    Buf b = buf_new(req->arena, 128);
    for (size_t i = 0; i < m->role_count; i++)
        if (req->subject.roles >> i & 1)
            buf_join(&b, ", ", req_label(req, &m->roles[i].label));
    h_element_as(h, "p", "keterangan", buf_str(&b));
}

Err page_home(Req *req)
{
    const RoleDef *role = role_with_home(req);
    if (role && !params_has(&req->query, S("beranda")) && req_has_page(req, role->home))
        return req_redirect(req, role->home);
    Html *h = page_begin(req, req_tr(req, M_WEB_HOME), NULL, 0);
    TRY(health_warning(req, h));
    TRY(readings_warning(req, h));
    TRY(account_warning(req, h));
    TRY(intake_notice(req, h));
    TRY(roles_waiting(req, h, STR_NONE));
    TRY(retention_warning(req, h));
    role_line(req, h);
    TRY(home_figures(req, h));
    if (!home_has_figures(req))
        actions(req, h);
    TRY(boards(req, h));
    if (home_has_figures(req))
        actions(req, h);
    TRY(counters(req, h));
    TRY(filters_list(req, h, NULL));
    TRY(drafts_newest(req, h));
    page_section(h, "bagian semua", req_tr(req, M_WEB_ALL_PAGES));
    page_groups(req, h);
    h_close(h);
    return page_end(req, h);
}

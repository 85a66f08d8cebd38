/* Import pages: the profiles, the upload, the run with its preview, apply and undo. */
#include "base/clock.h"
#include "base/rand.h"
#include "engine/import_db.h"
#include "guard/session.h"
#include "intake/import_desk.h"
#include "intake/workbook_write.h"
#include "web/page.h"
#include "web/page_file.h"
#include "web/widget.h"

enum { PROBLEMS_SHOWN = 200, LINKS_SHOWN = 20, UNDO_DAYS = 30 };

#define UNDO_MS ((int64_t)UNDO_DAYS * 24 * 3600 * 1000)

#define PASTED "tempel"

/* A profile may be used by who may import each register it fills. */
static bool may_import(const Req *req, const ImportProfile *p)
{
    for (size_t i = 0; i < p->row_count; i++)
        if (!req_may(req, p->rows[i].reg, VERB_IMPORT))
            return false;
    return true;
}

static Str run_url(Req *req, Str uid, const char *tail)
{
    return str_printf(req->arena, "/impor/jalan/%.*s%s", STR_ARG(uid), tail);
}

static Str run_label(Req *req, const ImportRun *run)
{
    const ImportProfile *p = import_profile_named(req->model, req->arena, run->profile);
    return p ? req_label(req, &p->label) : run->profile;
}

static Str state_text(Req *req, const ImportRun *run)
{
    static const Msg of[] = {[IMPORT_CHECKING] = M_IMPORT_STATE_CHECKING,
                             [IMPORT_READY] = M_IMPORT_STATE_READY,
                             [IMPORT_APPLIED] = M_IMPORT_STATE_APPLIED,
                             [IMPORT_UNDONE] = M_IMPORT_STATE_UNDONE,
                             [IMPORT_APPLYING] = M_IMPORT_STATE_APPLYING};
    return req_tr(req, of[run->state]);
}

/* ---- profiles and earlier runs ---- */

static void put_runs(Req *req, Html *h, const ImportRun *runs, size_t n)
{
    static const Msg heads[] = {M_IMPORT_FILE, M_IMPORT_PROFILE, M_IMPORT_WHEN, M_IMPORT_STATE};
    page_scroll_open(h, req_tr(req, M_IMPORT_RUNS));
    h_class(h, "table", "daftar");
    h_element(h, "caption", req_tr(req, M_IMPORT_RUNS));
    page_table_head(req, h, heads, COUNT(heads));
    h_open(h, "tbody");
    for (size_t i = 0; i < n; i++) {
        h_open(h, "tr");
        page_link_in(h, "td", run_url(req, runs[i].uid, ""), runs[i].file_name);
        h_element(h, "td", run_label(req, &runs[i]));
        h_element(h, "td", req_instant(req, runs[i].at));
        h_element(h, "td", state_text(req, &runs[i]));
        h_close(h);
    }
    page_table_end(h);
}

Err page_imports(Req *req)
{
    ImportRuns runs;
    size_t shown = 0;
    TRY(req_needs_duty(req, "import"));
    TRY(import_list(req->reader.db, req->arena, req->subject.uid, &runs));
    Html *h = page_begin(req, req_tr(req, M_IMPORTS), NULL, 0);
    h_element(h, "p", req_tr(req, M_IMPORTS_HELP));
    h_class(h, "ul", "kartu");
    for (size_t i = 0; i < req->model->import_count; i++) {
        const ImportProfile *p = &req->model->imports[i];
        if (!may_import(req, p))
            continue;
        shown++;
        h_open(h, "li");
        page_link(h, str_printf(req->arena, "/impor/%.*s", STR_ARG(p->name)),
                  req_label(req, &p->label));
        h_lit(h, " ");
        h_element(h, "span", req_label(req, &p->help));
        h_close(h);
    }
    h_close(h);
    if (!shown)
        page_notice(h, "info", req_tr(req, M_IMPORTS_NONE));
    if (runs.n)
        put_runs(req, h, runs.items, runs.n);
    return page_end(req, h);
}

/* ---- upload ---- */

static Err wanted_profile(Req *req, const ImportProfile **ret)
{
    const ImportProfile *p =
        import_profile_named(req->model, req->arena, req->reg ? req->reg->name : req->name);
    if (!p)
        return E_NOT_FOUND;
    if (!may_import(req, p))
        return E_DENIED;
    *ret = p;
    return ERR_OK;
}

static void form_open(Req *req, Html *h, Str url)
{
    h_open(h, "form");
    h_attr(h, "method", S("post"));
    h_attr(h, "enctype", S("multipart/form-data"));
    h_url(h, "action", url);
    page_hidden(h, S("csrf"), csrf_token(req->arena, req->subject.session));
}

static void upload_form(Req *req, Html *h, Str url)
{
    form_open(req, h, url);
    h_class(h, "p", "isian");
    page_label(h, S("berkas"), req_tr(req, M_IMPORT_PICK));
    page_input(h, "file", S("berkas"));
    h_attr(h, "id", S("berkas"));
    h_attr(h, "accept", S(".xlsx,.csv"));
    h_flag(h, "required");
    h_close(h); /* the paragraph; input is void */
    page_form_end(h, req_tr(req, M_IMPORT_CHECK), S("utama"));
}

/* Rows copied in a spreadsheet arrive with tabs between the cells. */
static void paste_form(Req *req, Html *h, Str url)
{
    h_class(h, "details", "lagi");
    if (params_has(&req->form, S(PASTED)))
        h_flag(h, "open");
    h_element(h, "summary", req_tr(req, M_IMPORT_PASTE));
    form_open(req, h, url);
    widget_area(req, h, S(PASTED), req_tr(req, M_IMPORT_PASTE_ROWS),
                req_tr(req, M_IMPORT_PASTE_HINT), params_get(&req->form, S(PASTED)), NULL);
    page_form_end(h, req_tr(req, M_IMPORT_CHECK_ROWS), STR_NONE);
    h_close(h);
}

static Err upload_page(Req *req, const ImportProfile *p, Str problem)
{
    Crumb up = {req_tr(req, M_IMPORTS), S("/impor")};
    Str url = str_printf(req->arena, "/impor/%.*s", STR_ARG(p->name));
    Html *h = page_begin(req, req_label(req, &p->label), &up, 1);
    if (problem.ptr)
        page_notice(h, "galat", problem);
    h_element(h, "p", req_label(req, &p->help));
    page_link_in(h, "p", str_printf(req->arena, "%.*s/contoh.xlsx", STR_ARG(url)),
                 req_tr(req, M_IMPORT_TEMPLATE));
    upload_form(req, h, url);
    paste_form(req, h, url);
    h_element(h, "p", req_tr(req, M_IMPORT_PROMISE));
    return page_end(req, h);
}

Err page_import(Req *req)
{
    const ImportProfile *p;
    TRY(wanted_profile(req, &p));
    return upload_page(req, p, STR_NONE);
}

Err page_import_template(Req *req)
{
    const ImportProfile *p;
    Str bytes;
    TRY(wanted_profile(req, &p));
    TRY(import_template(req->arena, p, req->lang, &bytes));
    page_send_xlsx(req, str_printf(req->arena, "contoh-%.*s.xlsx", STR_ARG(p->name)), bytes);
    return ERR_OK;
}

static Err insert_run(WriteTx *tx, void *arg)
{
    ImportRun *run = arg;
    return import_insert(tx, run, &run->id);
}

static Err after_insert(Req *req, Err err)
{
    ImportRun *run = req->state;
    TRY(err);
    TRY(desk_check(req->site->desk, run, &req->subject, req->lang));
    return req_redirect(req, run_url(req, run->uid, ""));
}

/* The choices made in the last run of the same profile hold for the next file. */
static Str remembered_choices(Req *req, const ImportProfile *p)
{
    ImportRuns runs;
    if (import_list(req->reader.db, req->arena, req->subject.uid, &runs) != ERR_OK)
        return S("");
    for (size_t i = 0; i < runs.n; i++) {
        ImportChoices all = import_choices_parse(req->arena, runs.items[i].choices), columns = {0};
        if (!str_eq(runs.items[i].profile, p->name))
            continue;
        for (size_t k = 0; k < all.names.n; k++)
            if (str_starts(all.names.items[k], S("kolom-")))
                import_choice_set(req->arena, &columns, all.names.items[k], all.values.items[k]);
        return import_choices_text(req->arena, &columns);
    }
    return S("");
}

/* The bytes of the file, or what was pasted, as the text file a spreadsheet would write of it. */
static Str sent_rows(Req *req, Str *ret_name)
{
    Str pasted = params_get(&req->form, S(PASTED));
    if (req->uploads.n && req->uploads.items[0].bytes.len) {
        *ret_name = req->uploads.items[0].file_name;
        return req->uploads.items[0].bytes;
    }
    if (str_empty(str_trim(pasted)))
        return STR_NONE;
    *ret_name = req_tr(req, M_IMPORT_PASTED);
    return pasted;
}

Err page_import_post(Req *req)
{
    const ImportProfile *p;
    ImportRun *run = ARENA_NEW(req->arena, ImportRun), before;
    Problem scanned = {.msg = M_COUNT};
    TRY(wanted_profile(req, &p));
    Str name = STR_NONE, bytes = sent_rows(req, &name);
    if (!bytes.len)
        return upload_page(req, p, req_tr(req, M_IMPORT_NO_FILE));
    if (bytes.len > WORKBOOK_MAX_BYTES)
        return upload_page(req, p, req_tr(req, M_IMPORT_FILE_BIG));
    if (req->uploads.n)
        TRY(upload_scan(req, name, bytes, &scanned));
    if (scanned.msg != M_COUNT)
        return upload_page(req, p, problem_text(req->arena, req->lang, &scanned));
    *run = (ImportRun){.uid = rand_uid(req->arena),
                       .user = req->subject.uid,
                       .profile = p->name,
                       .file_name = str_empty(name) ? S("-") : name,
                       .choices = remembered_choices(req, p)};
    run->hash = desk_hash(req->store, req->arena, bytes);
    if (import_applied_before(req->reader.db, req->arena, p->name, run->hash, run->user, &before) ==
        ERR_OK)
        return req_redirect(req, run_url(req, before.uid, "?pesan=sudah"));
    TRY(desk_stage(req->store, req->arena, bytes, run));
    req->state = run;
    return req_write(req, NULL, insert_run, run, after_insert);
}

/* ---- the run ---- */

/* A run is its owner's alone: its preview holds names of a file nobody else uploaded. */
static Err load_run(Req *req, ImportRun *run)
{
    TRY(import_find(req->reader.db, req->arena, req->uid, run));
    return str_eq(run->user, req->subject.uid) ? ERR_OK : E_NOT_FOUND;
}

/* For an act: the owner may still import what the profile fills. */
static Err load_run_to_act(Req *req, ImportRun *run)
{
    TRY(load_run(req, run));
    const ImportProfile *p = import_profile_named(req->model, req->arena, run->profile);
    return p && may_import(req, p) ? ERR_OK : E_DENIED;
}

static void put_working(Req *req, Html *h, const DeskView *v)
{
    Msg m = !v->total                  ? M_IMPORT_READING
            : v->phase == DESK_UNDOING ? M_IMPORT_UNDOING
                                       : M_IMPORT_APPLYING;
    req->res.refresh = 2;
    h_class(h, "p", "info");
    h_attr(h, "id", S("kerja"));
    h_attr(h, "role", S("status"));
    h_text(h, req_say(req, m, req_count(req, v->progress), req_count(req, v->total)));
    h_close(h);
    h_element(h, "p", req_tr(req, M_IMPORT_LEAVE));
}

static void put_counts(Req *req, Html *h, const ImportReport *r)
{
    h_element(h, "p",
              req_say(req, M_IMPORT_ROWS, req_count(req, r->rows), req_count(req, r->bad_rows)));
    h_open(h, "ul");
    for (size_t i = 0; i < r->profile->row_count; i++) {
        ImportCounts n;
        if (!import_counts(r, i, &n))
            continue;
        h_element(h, "li",
                  req_say(req, M_IMPORT_COUNTS, req_label(req, &r->profile->rows[i].reg->label),
                          req_count(req, n.created), req_count(req, n.changed),
                          req_count(req, n.same)));
    }
    h_close(h);
}

static void put_problems(Req *req, Html *h, const Problems *list)
{
    if (!list->n)
        return;
    page_section(h, "galat-daftar",
                 req_say(req, M_IMPORT_PROBLEMS, req_count(req, (int64_t)list->errors),
                         req_count(req, (int64_t)(list->n - list->errors))));
    h_open(h, "ol");
    for (size_t i = 0; i < list->n && i < PROBLEMS_SHOWN; i++) {
        h_element_attr(h, "li", "class", list->items[i].warning ? S("awas") : S("galat"),
                       problem_text(req->arena, req->lang, &list->items[i]));
    }
    h_close(h);
    if (list->n > PROBLEMS_SHOWN)
        h_element(h, "p",
                  req_say(req, M_IMPORT_MORE, req_count(req, (int64_t)list->n - PROBLEMS_SHOWN)));
    h_close(h);
}

/* Headings nobody recognised, and what they may stand for. */
static bool put_headings(Req *req, Html *h, const ImportReport *r, const ImportChoices *choices)
{
    bool any = false;
    for (size_t i = 0; i < r->headings.n; i++) {
        const ImportHeading *head = &r->headings.items[i];
        Str name = str_printf(req->arena, "kolom-%.*s", STR_ARG(head->heading));
        Str chosen = import_choice(choices, name);
        if (head->column && !chosen.ptr)
            continue;
        if (!any)
            h_element(h, "h2", req_tr(req, M_IMPORT_COLUMNS));
        any = true;
        page_select_begin(h, name, head->heading);
        widget_option(h, S(""), req_tr(req, M_IMPORT_CHOOSE), str_empty(chosen));
        widget_option(h, S("-"), req_tr(req, M_IMPORT_IGNORE), str_is(chosen, "-"));
        for (size_t k = 0; k < r->profile->column_count; k++) {
            Str to = r->profile->columns[k].heading;
            widget_option(h, to, to, str_eq(to, chosen));
        }
        page_select_end(h);
    }
    return any;
}

static void put_answer(Req *req, Html *h, const ImportQuestion *q, Str value, Str label)
{
    Str id = str_printf(req->arena, "%.*s-%.*s", STR_ARG(q->key), STR_ARG(value));
    h_class(h, "label", "pilihan");
    page_input(h, "radio", q->key);
    h_attr(h, "id", id);
    h_attr(h, "value", value);
    if (str_eq(q->answer, value))
        h_flag(h, "checked");
    h_lit(h, " ");
    h_text(h, label);
    h_close(h);
}

/* Persons who may be on file already. The name is the one in the uploaded file; the record on file
 * is named by its pseudonym. */
static bool put_questions(Req *req, Html *h, const ImportReport *r)
{
    if (r->questions.n)
        h_element(h, "h2", req_tr(req, M_IMPORT_PERSONS));
    for (size_t i = 0; i < r->questions.n; i++) {
        const ImportQuestion *q = &r->questions.items[i];
        h_open(h, "fieldset");
        h_element(h, "legend",
                  req_say(req, M_IMPORT_WHO, q->name, q->sheet, str_int(req->arena, q->line)));
        for (size_t k = 0; k < q->hit_count; k++)
            put_answer(req, h, q, q->hits[k].uid,
                       req_say(req,
                               q->hits[k].same_origin ? M_IMPORT_SAME_ORIGIN : M_IMPORT_SAME_BIRTH,
                               q->headings[k]));
        put_answer(req, h, q, S("baru"), req_tr(req, M_IMPORT_NEW_PERSON));
        h_close(h);
    }
    return r->questions.n > 0;
}

static void put_checked(Req *req, Html *h, const ImportRun *run, const DeskView *v)
{
    ImportChoices choices = import_choices_parse(req->arena, run->choices);
    if (v->err != ERR_OK)
        page_notice(h, "galat", req_tr(req, msg_of_err(v->err)));
    if (!v->report->profile) {
        put_problems(req, h, v->problems);
        return;
    }
    put_counts(req, h, v->report);
    if (v->err != ERR_OK)
        put_problems(req, h, v->problems);
    put_problems(req, h, &v->report->problems);
    if (v->report->problems.n)
        page_link_in(h, "p", run_url(req, run->uid, "/tanda.xlsx"), req_tr(req, M_IMPORT_MARKED));
    page_form_open(req, h, run_url(req, run->uid, "/pilih"));
    bool columns = put_headings(req, h, v->report, &choices);
    bool persons = put_questions(req, h, v->report);
    if (columns || persons)
        page_form_end(h, req_tr(req, M_IMPORT_RECHECK), STR_NONE);
    else
        h_close(h);
    if (v->report->applicable) {
        page_form_button(req, h, run_url(req, run->uid, "/terap"), req_tr(req, M_IMPORT_APPLY),
                         S("utama"));
    } else if (!v->report->problems.errors && !v->report->open_questions) {
        page_notice(h, "aman", req_tr(req, M_IMPORT_NOTHING));
    } else {
        page_notice(h, "awas",
                    req_tr(req, v->report->problems.errors ? M_IMPORT_MEND : M_IMPORT_ANSWER));
    }
}

/* A run that began to write and ended before its last portion: by an error, or with the program. */
static void put_stopped(Req *req, Html *h, const ImportRun *run, const DeskView *v)
{
    page_notice(h, "awas", req_tr(req, M_IMPORT_STOPPED));
    if (v->err != ERR_OK)
        page_notice(h, "galat", req_tr(req, msg_of_err(v->err)));
    if (v->problems)
        put_problems(req, h, v->problems);
    page_form_button(req, h, run_url(req, run->uid, "/terap"), req_tr(req, M_IMPORT_GO_ON),
                     S("utama"));
    page_form_button(req, h, run_url(req, run->uid, "/urung"), req_tr(req, M_IMPORT_TAKE_BACK),
                     STR_NONE);
}

/* Leads to the first records that were made, as far as the reader may see them. */
static Err put_written(Req *req, Html *h, const ImportRun *run)
{
    WrittenRows rows;
    TRY(import_written(&req->reader, run, LINKS_SHOWN, &rows));
    int mark = h_mark(h);
    for (size_t i = 0; i < rows.n; i++) {
        Record r;
        if (store_get(&req->reader, rows.items[i].reg, rows.items[i].uid, VERB_LIST, &r) != ERR_OK)
            continue;
        if (h_mark(h) == mark) {
            page_section(h, "bagian", req_tr(req, M_IMPORT_WRITTEN));
            h_open(h, "ul");
        }
        h_open(h, "li");
        h_text(h, req_label(req, &r.reg->label));
        h_lit(h, ": ");
        page_link(h, url_record(req, r.reg, r.uid, ""),
                  str_empty(r.heading) ? r.number : r.heading);
        h_close(h);
    }
    h_close_to(h, mark);
    return ERR_OK;
}

static Err put_done(Req *req, Html *h, const ImportRun *run, const DeskView *v)
{
    page_notice(h, "aman",
                req_say(req, run->state == IMPORT_UNDONE ? M_IMPORT_IS_UNDONE : M_IMPORT_IS_APPLIED,
                        req_count(req, run->rows)));
    if (v->undo_kept)
        page_notice(h, "awas", req_say(req, M_IMPORT_KEPT, req_count(req, (int64_t)v->undo_kept)));
    if (v->report && v->report->profile && run->state == IMPORT_APPLIED)
        put_counts(req, h, v->report);
    if (run->state == IMPORT_APPLIED)
        TRY(put_written(req, h, run));
    if (run->state != IMPORT_APPLIED || clock_now() - run->at > UNDO_MS)
        return ERR_OK;
    page_form_button(req, h, run_url(req, run->uid, "/urung"), req_tr(req, M_IMPORT_UNDO),
                     STR_NONE);
    h_element(h, "p", req_tr(req, M_IMPORT_UNDO_HELP));
    return ERR_OK;
}

Err page_import_run(Req *req)
{
    ImportRun run;
    Err e = ERR_OK;
    TRY(load_run(req, &run));
    DeskView v = desk_open(req->site->desk, run.uid);
    bool asks_check = v.phase == DESK_ABSENT && run.state <= IMPORT_READY;
    bool working = v.phase == DESK_CHECKING || v.phase == DESK_APPLYING || v.phase == DESK_UNDOING;
    Crumb up = {req_tr(req, M_IMPORTS), S("/impor")};
    Html *h = page_begin(req, run.file_name, &up, 1);
    h_element(h, "p", run_label(req, &run));
    if (working || asks_check)
        put_working(req, h, &v);
    else if (run.state == IMPORT_APPLYING)
        put_stopped(req, h, &run, &v);
    else if (run.state >= IMPORT_APPLIED)
        e = put_done(req, h, &run, &v);
    else
        put_checked(req, h, &run, &v);
    page_end(req, h);
    desk_close(req->site->desk);
    TRY(e);
    return asks_check ? desk_check(req->site->desk, &run, &req->subject, req->lang) : ERR_OK;
}

Err page_import_marked(Req *req)
{
    ImportRun run;
    Str bytes = STR_NONE;
    TRY(load_run(req, &run));
    DeskView v = desk_open(req->site->desk, run.uid);
    Err e = E_NOT_FOUND;
    if (v.report && v.report->profile)
        e = workbook_write_marked(req->arena, req->lang, v.book, &v.report->problems, &bytes);
    desk_close(req->site->desk);
    TRY(e);
    page_send_xlsx(req, S("bertanda.xlsx"), bytes);
    return ERR_OK;
}

/* ---- acts on a run ---- */

static Err to_run(Req *req, Err err)
{
    const ImportRun *run = req->state;
    TRY(err);
    TRY(desk_check(req->site->desk, run, &req->subject, req->lang));
    return req_redirect(req, run_url(req, run->uid, ""));
}

/* An apply may have ended since the page was read: what it wrote about the run must stand. */
static Err save_run(WriteTx *tx, void *arg)
{
    const ImportRun *run = arg;
    ImportRun now;
    TRY(import_find(tx->db, tx->arena, run->uid, &now));
    if (now.state > IMPORT_READY)
        return E_FLOW;
    return import_update(tx, run);
}

/* Takes the answers of the preview over and checks again. */
Err page_import_choose(Req *req)
{
    ImportRun *run = ARENA_NEW(req->arena, ImportRun);
    TRY(load_run_to_act(req, run));
    if (run->state > IMPORT_READY)
        return E_FLOW;
    ImportChoices choices = import_choices_parse(req->arena, run->choices);
    for (size_t i = 0; i < req->form.names.n; i++) {
        Str name = req->form.names.items[i];
        if (str_starts(name, S("kolom-")) || str_starts(name, S("tanya-")))
            import_choice_set(req->arena, &choices, name, req->form.values.items[i]);
    }
    run->choices = import_choices_text(req->arena, &choices);
    req->state = run;
    return req_write(req, NULL, save_run, run, to_run);
}

Err page_import_apply(Req *req)
{
    ImportRun run;
    TRY(load_run_to_act(req, &run));
    if (run.state == IMPORT_READY || run.state == IMPORT_APPLYING)
        TRY(desk_apply(req->site->desk, &run, &req->subject, req->lang));
    return req_redirect(req, run_url(req, run.uid, ""));
}

Err page_import_undo(Req *req)
{
    ImportRun run;
    TRY(load_run_to_act(req, &run));
    bool wrote = run.state == IMPORT_APPLIED || run.state == IMPORT_APPLYING;
    if (wrote && clock_now() - run.at > UNDO_MS)
        return E_FLOW;
    if (wrote)
        TRY(desk_undo(req->site->desk, &run, &req->subject, req->lang));
    return req_redirect(req, run_url(req, run.uid, ""));
}

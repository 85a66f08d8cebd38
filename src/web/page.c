#include "web/page.h"

#include "engine/emergency_db.h"
#include "engine/settings_db.h"

#include "assets_gen.h"
#include "base/clock.h"
#include "base/number.h"
#include "base/rand.h"
#include "guard/session.h"
#include "model/draft.h"
#include "web/asked.h"
#include "web/page_file.h"
#include "web/record.h"
#include "web/routes.h"

Str req_label(const Req *req, const Label *l)
{
    return l->text[req->lang];
}

Str url_reg(Req *req, const Register *reg)
{
    return str_printf(req->arena, "/%.*s", STR_ARG(reg->name));
}

Str url_record(Req *req, const Register *reg, Str uid, const char *tail)
{
    return str_printf(req->arena, "/%.*s/%.*s%s", STR_ARG(reg->name), STR_ARG(uid), tail);
}

bool req_may(const Req *req, const Register *reg, Verb verb)
{
    return req->known && policy_scopes(&req->subject, verb, reg->rights) != 0;
}

bool req_duty(const Req *req, const char *duty)
{
    return model_duty(req->model, req->subject.roles, duty);
}

Err req_needs_duty(const Req *req, const char *duty)
{
    return req_duty(req, duty) ? ERR_OK : E_DENIED;
}

bool req_has_page(const Req *req, Str path)
{
    Req probe = {.arena = req->arena, .model = req->model, .method = METHOD_GET, .path = path};
    return route_find(&probe) == ERR_OK;
}

Str page_taken(Req *req, Str action, const Register *reg)
{
    const Settings *set = page_kept_settings(req);
    Str id = rand_uid(req->arena);
    req_on_record(req, action, reg, id, S("ok"));
    if (set && str_is(action, "export"))
        req->act.hourly = setting_number(set, SETTING_EXPORTS);
    return req_say(req, M_TAKEN, req->subject.login, id);
}

static void save_as(Req *req, Str type, Str file_name)
{
    req->res.type = type;
    req->res.disposition =
        str_printf(req->arena, "attachment; filename=\"%.*s\"", STR_ARG(file_name));
}

Buf *page_csv_begin(Req *req, Str file_name)
{
    save_as(req, S("text/csv; charset=utf-8"), file_name);
    req->res.body = buf_new(req->arena, 64 * 1024);
    buf_lit(&req->res.body, "\xEF\xBB\xBF"); /* so that Excel reads UTF-8 */
    return &req->res.body;
}

void page_send_xlsx(Req *req, Str file_name, Str bytes)
{
    save_as(req, S("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), file_name);
    req->res.body =
        (Buf){.arena = req->arena, .ptr = (char *)(uintptr_t)bytes.ptr, .len = bytes.len};
}

Str req_count(const Req *req, int64_t n)
{
    return number_format(req->arena, req->lang, n, 0);
}

Str req_day(const Req *req, Str iso)
{
    Date d;
    return date_parse_iso(iso, &d) ? date_short(req->arena, req->lang, d) : S("–");
}

Str req_instant(const Req *req, int64_t instant)
{
    if (instant == 0)
        return STR_NONE;
    int minute;
    Date d = clock_date_of(instant, &minute);
    Str day = date_short(req->arena, req->lang, d);
    Str time = str_printf(req->arena, "%02d.%02d", minute / 60, minute % 60);
    return req_say(req, M_WEB_INSTANT, day, time, str_of(clock_zone_name()));
}

Str req_state(const Req *req, const Register *reg, Str state)
{
    const State *s = str_empty(state) ? NULL : reg_state(reg, state);
    return s ? req_label(req, &s->label) : STR_NONE;
}

Str req_system_value(Req *req, const Record *r, Str name)
{
    if (str_is(name, "nomor"))
        return r->number;
    if (str_is(name, "status"))
        return req_state(req, r->reg, r->state);
    if (str_is(name, "pemilik"))
        return r->owner_name;
    if (str_is(name, "induk"))
        return r->parent_heading;
    if (str_is(name, "tajuk"))
        return record_heading(req, r);
    return str_is(name, "diubah") ? req_instant(req, r->changed_at) : STR_NONE;
}

Str req_wording_(const Req *req, const Wording *list, size_t n, Str word)
{
    for (size_t i = 0; i < n; i++)
        if (str_is(word, list[i].word))
            return req_tr(req, list[i].msg);
    return STR_NONE;
}

Str req_system_label(const Req *req, Str name)
{
    static const Wording names[] = {{"nomor", M_WEB_NUMBER},  {"status", M_WEB_STATE},
                                    {"pemilik", M_WEB_OWNER}, {"induk", M_WEB_PARENT},
                                    {"tajuk", M_WEB_HEADING}, {"diubah", M_WEB_CHANGED},
                                    {"batal", M_WEB_VOIDED},  {"dibuat", M_WEB_CREATED}};
    Str label = req_wording(req, names, name);
    return label.ptr ? label : name;
}

/* ---- small parts ---- */

void page_form_end(Html *h, Str label, Str kind)
{
    page_button(h, label, kind, STR_NONE, STR_NONE);
    h_close(h);
}

void page_form_button(Req *req, Html *h, Str action, Str label, Str kind)
{
    page_form_open(req, h, action);
    page_form_end(h, label, kind);
}

void page_link(Html *h, Str url, Str label)
{
    page_link_as(h, STR_NONE, url, label);
}

void page_link_as(Html *h, Str class_, Str url, Str label)
{
    h_open(h, "a");
    h_attr(h, "class", class_);
    h_url(h, "href", url);
    h_text(h, label);
    h_close(h);
}

void page_input(Html *h, const char *type, Str name)
{
    h_open(h, "input");
    h_attr(h, "type", str_of(type));
    h_attr(h, "name", name);
}

void page_hidden(Html *h, Str name, Str value)
{
    page_input(h, "hidden", name);
    h_attr(h, "value", value.ptr ? value : S(""));
}

void page_form_open(Req *req, Html *h, Str action)
{
    page_form_open_as(req, h, action, STR_NONE);
}

void page_form_open_as(Req *req, Html *h, Str action, Str class_)
{
    h_open(h, "form");
    h_attr(h, "class", class_);
    h_attr(h, "method", S("post"));
    h_url(h, "action", action);
    if (req->reg && reg_has_file(req->reg))
        h_attr(h, "enctype", S("multipart/form-data"));
    if (req->known)
        page_hidden(h, S("csrf"), csrf_token(req->arena, req->subject.session));
}

Str page_user_mark(const Req *req, Str user_uid)
{
    return keyed_hash(req->store->in->keyring, req->arena, "formulir", user_uid);
}

void page_button(Html *h, Str label, Str kind, Str name, Str value)
{
    h_open(h, "button");
    h_attr(h, "type", S("submit"));
    h_attr(h, "class", kind);
    h_attr(h, "name", name);
    h_attr(h, "value", value);
    h_text(h, label);
    h_close(h);
}

void page_label(Html *h, Str control, Str text)
{
    h_element_attr(h, "label", "for", control, text);
}

void page_select_begin(Html *h, Str name, Str label)
{
    h_class(h, "p", "isian");
    page_label(h, name, label);
    h_open(h, "select");
    h_attr(h, "id", name);
    h_attr(h, "name", name);
}

void page_select_end(Html *h)
{
    h_close(h);
    h_close(h);
}

void page_check(Html *h, Str name, Str value, Str label, bool on)
{
    h_class(h, "label", "pilihan");
    page_input(h, "checkbox", name);
    h_attr(h, "value", value);
    if (on)
        h_flag(h, "checked");
    h_element(h, "span", label);
    h_close(h);
}

void page_notice(Html *h, const char *kind, Str text)
{
    h_open(h, "p");
    h_attr(h, "class", str_printf(h->arena, "kabar %s", kind));
    h_attr(h, "role", S("status"));
    h_text(h, text);
    h_close(h);
}

void page_told(Html *h, Str class_, Str text, Str url, Str label)
{
    h_open(h, "p");
    h_attr(h, "class", class_);
    h_text(h, text);
    h_lit(h, " ");
    page_link(h, url, label);
    h_close(h);
}

void page_message(Req *req, Html *h)
{
    static const Wording messages[] = {
        {"simpan", M_WEB_SAVED},          {"langkah", M_WEB_MOVED},
        {"batal", M_WEB_VOIDED_NOW},      {"pulih", M_WEB_RESTORED},
        {"urung", M_UNDO_DONE},           {"massal", M_BULK_DONE},
        {"draf", M_WEB_DRAFT_KEPT},       {"buang", M_WEB_DRAFT_GONE},
        {"saringan", M_FILTER_SAVED},     {"sandi", M_PASSWORD_CHANGED},
        {"kode", M_FACTOR_RESET_DONE},    {"darurat", M_EMERGENCY_OPENED},
        {"sesi", M_SESSION_ENDED},        {"sama", M_WEB_NOTHING_CHANGED},
        {"sudah", M_WEB_IMPORTED_BEFORE}, {"cari", M_ASKED_BEFORE},
        {"tertutup", M_WEB_SAVED_SHUT}};
    Str text = req_wording(req, messages, req_query(req, S("pesan")));
    if (text.ptr)
        page_notice(h, "aman", text);
}

void page_scroll_open(Html *h, Str name)
{
    h_class(h, "div", "gulir");
    h_attr(h, "role", S("region"));
    h_attr(h, "aria-label", name);
    h_attr(h, "tabindex", S("0"));
}

void page_table_head(Req *req, Html *h, const Msg *heads, size_t n)
{
    h_open(h, "thead");
    h_open(h, "tr");
    for (size_t i = 0; i < n; i++)
        page_head_cell(h, req_tr(req, heads[i]), "col");
    h_close(h);
    h_close(h);
}

void page_table_begin(Req *req, Html *h, Str name, const Msg *heads, size_t n)
{
    page_scroll_open(h, name);
    h_open(h, "table");
    page_table_head(req, h, heads, n);
    h_open(h, "tbody");
}

void page_head_cell(Html *h, Str label, const char *scope)
{
    h_element_attr(h, "th", "scope", str_of(scope), label);
}

void page_row_head(Html *h, Str label)
{
    page_head_cell(h, label, "row");
}

void page_row_link(Html *h, Str url, Str label)
{
    h_open(h, "th");
    h_attr(h, "scope", S("row"));
    page_link(h, url, label);
    h_close(h);
}

void page_table_end(Html *h)
{
    h_close(h);
    h_close(h);
    h_close(h);
}

void page_chart(Req *req, Html *h, const Chart *chart)
{
    Buf svg = buf_new(req->arena, 4096);
    chart_svg(chart, &svg);
    h_class(h, "figure", "gulung");
    h_attr(h, "role", S("region"));
    h_attr(h, "aria-label", chart->title);
    h_attr(h, "tabindex", S("0"));
    h_raw_(h, buf_str(&svg));
    h_close(h);
}

/* ---- the shell ---- */

static void head(Req *req, Html *h, Str title)
{
    h_lit(h, "<!doctype html>");
    h_open(h, "html");
    h_attr(h, "lang", str_of(lang_code(req->lang)));
    if (req->scheme != SCHEME_SYSTEM)
        h_attr(h, "class", req->scheme == SCHEME_DARK ? S("gelap") : S("terang"));
    h_open(h, "head");
    h_lit(h, "<meta charset=\"utf-8\">"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    h_element(h, "title", str_printf(req->arena, "%.*s · SIGAP", STR_ARG(title)));
    h_lit(h, "<link rel=\"stylesheet\" href=\"" ASSET_SIGAP_CSS "\">"
             "<link rel=\"icon\" type=\"image/svg+xml\" href=\"" ASSET_IKON_SVG "\">");
    if (req->known) { /* a stranger's page is light and waits for nothing */
        h_lit(h, "<script defer src=\"" ASSET_SIGAP_JS "\"></script>");
        page_print_link(req, h);
    }
    h_close(h);
    h_open(h, "body");
    h_attr(h, "class", req->dense ? S("padat") : S("lapang"));
    h_data(h, "mengirim", req_tr(req, M_WEB_SENDING));
    h_data(h, "draf", req_tr(req, M_WEB_DRAFT_AT));
}

static void logo(Html *h)
{
    h_class(h, "a", "merek");
    h_url(h, "href", S("/"));
    h_lit(h, "<svg viewBox=\"0 0 24 24\" width=\"24\" height=\"24\" fill=\"none\" "
             "stroke=\"currentColor\" stroke-width=\"2\" aria-hidden=\"true\">"
             "<path d=\"M11 3 3 12l8 9M13 3l8 9-8 9\"/>"
             "<path d=\"m12 9 3 3-3 3-3-3z\" fill=\"currentColor\" stroke=\"none\"/></svg>");
    h_element(h, "span", S("SIGAP"));
    h_close(h);
}

static void menu_item(Req *req, Html *h, Str url, Str label)
{
    h_open(h, "li");
    h_open(h, "a");
    h_url(h, "href", url);
    if (str_eq(url, req->path))
        h_attr(h, "aria-current", S("page"));
    h_text(h, label);
    h_close(h);
    h_close(h);
}

size_t page_works(const Req *req, const Register *ret[WORKS_MAX])
{
    const Model *m = req->model;
    size_t n = 0;
    for (size_t i = 0; i < m->role_count; i++)
        for (size_t k = 0; (req->subject.roles >> i & 1) && k < m->roles[i].works.n; k++) {
            const Register *reg = model_reg(m, m->roles[i].works.items[k]);
            bool seen = n == WORKS_MAX;
            for (size_t j = 0; j < n && !seen; j++)
                seen = ret[j] == reg;
            if (!seen)
                ret[n++] = reg;
        }
    return n;
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
            h_class(h, "div", "kelompok");
            h_element(h, "h3", label);
            h_open(h, "ul");
        }
        menu_item(req, h, url_reg(req, reg), req_label(req, &reg->label));
    }
    h_close_to(h, mark);
}

/* What a duty opens besides the registers. */
static void duties(Req *req, Html *h)
{
    static const struct {
        const char *duty, *url;
        Msg label;
    } pages[] = {{"import", "/impor", M_IMPORTS},
                 {"tables", "/tabel", M_TABLES},
                 {"audit", "/audit", M_AUDIT},
                 {"data_rights", "/retensi", M_RETENTION},
                 {"data_rights", "/pemrosesan", M_PROC_TITLE},
                 {"health", "/kesehatan", M_HEALTH},
                 {"users", "/akun/baru", M_USER_NEW},
                 {"users", "/peran", M_ROLES},
                 {NULL, "/darurat", M_EMERGENCY_TITLE}};
    const Register *candidates = role_reg(req->model, REG_ROLE_CANDIDATE);
    int mark = h_mark(h);
    for (size_t i = 0; i < COUNT(pages); i++) {
        bool may =
            pages[i].duty ? req_duty(req, pages[i].duty) : emergency_may(req->model, &req->subject);
        if (!may)
            continue;
        if (h_mark(h) == mark) {
            h_class(h, "div", "kelompok");
            h_element(h, "h3", req_tr(req, M_WEB_OTHER_PAGES));
            h_open(h, "ul");
        }
        menu_item(req, h, str_of(pages[i].url), req_tr(req, pages[i].label));
    }
    if (candidates && req_may(req, candidates, VERB_MOVE) && h_mark(h) != mark)
        menu_item(req, h, S("/kecocokan"), req_tr(req, M_MATCH_TITLE));
    h_close_to(h, mark);
}

void page_groups(Req *req, Html *h)
{
    const CodeList *groups = model_list(req->model, S(LIST_MENU));
    h_class(h, "div", "kelompok-semua");
    for (size_t i = 0; groups && i < groups->n; i++)
        group(req, h, groups->items[i].code, req_label(req, &groups->items[i].label));
    duties(req, h);
    h_close(h);
}

/* Everything behind one word: the same on a telephone and on a desk. */
static void menu(Req *req, Html *h)
{
    h_open(h, "nav");
    h_attr(h, "aria-label", req_tr(req, M_WEB_MENU));
    h_class(h, "details", "menu");
    h_element(h, "summary", req_tr(req, M_WEB_MENU));
    h_class(h, "div", "laci");
    page_link(h, S("/?beranda=1"), req_tr(req, M_WEB_HOME));
    page_groups(req, h);
    h_close(h);
    h_close(h);
    h_close(h);
}

/* The words a role uses all day, where the screen has room. */
static void works(Req *req, Html *h)
{
    const Register *regs[WORKS_MAX];
    size_t n = page_works(req, regs), shown = 0;
    int mark = h_mark(h);
    for (size_t i = 0; i < n; i++) {
        if (!req_may(req, regs[i], VERB_LIST))
            continue;
        if (shown++ == 0) {
            h_class(h, "nav", "kerja");
            h_attr(h, "aria-label", req_tr(req, M_WEB_WORKS));
            h_open(h, "ul");
        }
        const Label *word = regs[i]->menu.text[LANG_ID].len ? &regs[i]->menu : &regs[i]->label;
        menu_item(req, h, url_reg(req, regs[i]), req_label(req, word));
    }
    h_close_to(h, mark);
}

static void search_box(Req *req, Html *h)
{
    asked_form_open(req, h, S("/cari"), S("cari-atas"), S("search"));
    page_input(h, "search", S("q"));
    h_attr(h, "autocomplete", S("off"));
    h_attr(h, "maxlength", S("200"));
    h_attr(h, "aria-label", req_tr(req, M_SEARCH_HINT));
    h_attr(h, "placeholder", req_tr(req, M_SEARCH_PLACEHOLDER));
    h_flag(h, "data-cari");
    h_close(h);
}

static void switch_form(Req *req, Html *h, Str name, Str value, Str label)
{
    page_form_open(req, h, S("/bahasa"));
    page_hidden(h, S("lanjut"), req->method == METHOD_GET ? req->path : S("/"));
    page_button(h, label, S("polos"), name, value);
    h_close(h);
}

static void language_form(Req *req, Html *h)
{
    bool en = req->lang == LANG_EN;
    switch_form(req, h, S("bahasa"), en ? S("id") : S("en"),
                en ? S("Bahasa Indonesia") : S("English"));
}

/* Light, dark, or as the system has it: the two that are not in force. */
static void scheme_forms(Req *req, Html *h)
{
    static const struct {
        const char *value;
        Msg label;
    } schemes[] = {{"sistem", M_WEB_SCHEME_SYSTEM},
                   {"terang", M_WEB_SCHEME_LIGHT},
                   {"gelap", M_WEB_SCHEME_DARK}};
    for (size_t i = 0; i < COUNT(schemes); i++)
        if ((int)i != (int)req->scheme)
            switch_form(req, h, S("warna"), str_of(schemes[i].value),
                        req_tr(req, schemes[i].label));
}

/* One's own drafts and how many they are; nothing while there are none. */
static void draft_link(Req *req, Html *h)
{
    int64_t n;
    if (draft_count(&req->reader, req->subject.uid, &n) == ERR_OK && n)
        page_link(h, S("/draf"),
                  str_printf(req->arena, "%.*s (%lld)", STR_ARG(req_tr(req, M_WEB_DRAFTS)),
                             (long long)n));
}

static void user_menu(Req *req, Html *h)
{
    h_class(h, "details", "menu orang");
    h_element(h, "summary", str_empty(req->subject.name) ? req->subject.login : req->subject.name);
    h_open(h, "div");
    language_form(req, h);
    switch_form(req, h, S("padat"), req->dense ? S("0") : S("1"),
                req_tr(req, req->dense ? M_WEB_ROOMY : M_WEB_DENSE));
    scheme_forms(req, h);
    page_form_open(req, h, S("/kunci"));
    page_hidden(h, S("lanjut"), req->method == METHOD_GET ? req->path : S("/"));
    page_form_end(h, req_tr(req, M_LOCK_SCREEN), S("polos"));
    draft_link(req, h);
    page_link(h, S("/akun"), req_tr(req, M_ACCOUNT));
    page_link(h, S("/token"), req_tr(req, M_TOKEN_TITLE));
    if (page_admin_mine(req))
        page_link(h, S("/admin"), req_tr(req, M_ADMIN));
    page_form_button(req, h, S("/keluar"), req_tr(req, M_WEB_LOGOUT), S("polos"));
    h_close(h);
    h_close(h);
}

static void top_bar(Req *req, Html *h)
{
    h_open(h, "nav");
    h_attr(h, "aria-label", req_tr(req, M_WEB_SKIP));
    page_link_as(h, S("lompat"), S("#isi"), req_tr(req, M_WEB_SKIP));
    h_close(h);
    h_open(h, "header");
    h_class(h, "div", "atas");
    logo(h);
    if (req->known && !req->subject.locked) {
        menu(req, h);
        works(req, h);
        search_box(req, h);
        user_menu(req, h);
    } else {
        language_form(req, h);
    }
    h_close(h);
    if (req->store && req->store->in->practice)
        h_element_as(h, "p", "latihan", req_tr(req, M_WEB_PRACTICE));
    h_close(h);
}

static void crumbs_list(Req *req, Html *h, const Crumb *crumbs, size_t n)
{
    if (n == 0)
        return;
    h_open(h, "nav");
    h_attr(h, "aria-label", req_tr(req, M_WEB_CRUMBS));
    h_class(h, "ol", "remah");
    menu_item(req, h, S("/?beranda=1"), req_tr(req, M_WEB_HOME));
    for (size_t i = 0; i < n; i++)
        menu_item(req, h, crumbs[i].url, crumbs[i].label);
    h_close(h);
    h_close(h);
}

Html *page_begin_bare(Req *req, Str title, const Crumb *crumbs, size_t n)
{
    req->res.body = buf_new(req->arena, 16 * 1024);
    Html *h = ARENA_NEW(req->arena, Html);
    *h = html_new(req->arena, &req->res.body);
    head(req, h, title);
    top_bar(req, h);
    h_open(h, "main");
    h_attr(h, "id", S("isi"));
    h_attr(h, "tabindex", S("-1"));
    if (req->known)
        page_letterhead(req, h);
    crumbs_list(req, h, crumbs, n);
    if (req->known && writer_refuses(req->store->writer))
        page_notice(h, "awas", req_tr(req, M_FULL_BANNER));
    return h;
}

Html *page_begin(Req *req, Str title, const Crumb *crumbs, size_t n)
{
    Html *h = page_begin_bare(req, title, crumbs, n);
    h_element(h, "h1", title);
    page_message(req, h);
    return h;
}

Err page_end(Req *req, Html *h)
{
    h_close_to(h, 3); /* html, body, main */
    h_close(h);
    h_class(h, "footer", "bawah");
    h_open(h, "p");
    h_text(h, req_tr(req, M_WEB_FOOTER));
    if (req->reg && req->known) {
        h_lit(h, " · ");
        page_link(h, str_printf(req->arena, "/bantuan/%.*s", STR_ARG(req->reg->name)),
                  req_tr(req, M_WEB_HELP));
    }
    h_close(h);
    if (req->known)
        page_printed_by(req, h);
    h_close_to(h, 0);
    h_lit(h, "\n");
    return ERR_OK;
}

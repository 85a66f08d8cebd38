/* What the installation sets for itself: the letterhead of everything printed, paper and margins.
 */
#include "base/clock.h"
#include "engine/care_desk.h"
#include "engine/settings_db.h"
#include "web/page.h"
#include "web/widget.h"

/* ---- the page ---- */

/* As it will stand at the head of what is printed. */
static void letterhead(Req *req, Html *h, const Settings *set)
{
    const Str *v = set->value;
    page_section(h, "bagian kop-contoh", req_tr(req, M_SETTING_PREVIEW));
    if (str_empty(v[SETTING_LINE1]))
        h_element(h, "p", req_tr(req, M_SETTING_NO_LETTERHEAD));
    for (int i = SETTING_LINE1; i <= SETTING_LINE3; i++)
        if (!str_empty(v[i])) {
            h_open(h, "p");
            h_element(h, "strong", v[i]);
            h_close(h);
        }
    for (int i = SETTING_ADDRESS; i <= SETTING_EMAIL; i++)
        if (!str_empty(v[i]))
            h_element(h, "p", v[i]);
    h_close(h);
}

static void text_inputs(Req *req, Html *h, const Settings *set, int from, int to, Str hint)
{
    for (int i = from; i <= to; i++)
        widget_text(req, h, setting_name((SettingKey)i), req_tr(req, setting_label((SettingKey)i)),
                    i == from ? hint : STR_NONE, set->value[i], false);
}

static void paper_select(Req *req, Html *h, const Settings *set)
{
    CodeList papers = {0};
    *ARENA_PUSH(req->arena, papers) =
        (Code){.code = S(PAPER_F4), .label = {{S("F4 (215 x 330 mm)"), S("F4 (215 x 330 mm)")}}};
    *ARENA_PUSH(req->arena, papers) =
        (Code){.code = S(PAPER_A4), .label = {{S("A4 (210 x 297 mm)"), S("A4 (210 x 297 mm)")}}};
    widget_select(req, h, setting_name(SETTING_PAPER), req_tr(req, M_SETTING_PAPER), &papers,
                  set->value[SETTING_PAPER]);
}

static void form(Req *req, Html *h, const Settings *set)
{
    Str margin = req_say(req, M_SETTING_MARGIN_HINT, str_int(req->arena, MARGIN_MIN),
                         str_int(req->arena, MARGIN_MAX));
    page_form_open_as(req, h, S("/setelan"), S("bagian"));
    h_element(h, "h2", req_tr(req, M_SETTING_LETTERHEAD));
    text_inputs(req, h, set, SETTING_LINE1, SETTING_EMAIL, req_tr(req, M_SETTING_LINE_HINT));
    h_element(h, "h2", req_tr(req, M_SETTING_PRINT));
    paper_select(req, h, set);
    text_inputs(req, h, set, SETTING_TOP, SETTING_LEFT, margin);
    h_element(h, "h2", req_tr(req, M_SETTING_CARE));
    text_inputs(req, h, set, SETTING_BACKUP_MINUTES, SETTING_SCRUB_HOUR,
                req_tr(req, M_SETTING_CARE_HINT));
    h_element(h, "h2", req_tr(req, M_SETTING_GUARD));
    text_inputs(req, h, set, SETTING_READINGS, SETTING_GIVEN_DAYS,
                req_tr(req, M_SETTING_READINGS_HINT));
    h_element(h, "h2", req_tr(req, M_SETTING_FILES));
    text_inputs(req, h, set, SETTING_FILES_USER, SETTING_FILES_ALL,
                req_tr(req, M_SETTING_FILES_HINT));
    text_inputs(req, h, set, SETTING_SCANNER, SETTING_SCANNER, req_tr(req, M_SETTING_SCANNER_HINT));
    page_form_end(h, req_tr(req, M_WEB_SAVE), S("utama"));
}

/* What is kept elsewhere, or cannot be changed while it runs. */
static void elsewhere(Req *req, Html *h)
{
    const Register *numbers = role_reg(req->model, REG_ROLE_HELP_NUMBER);
    page_section(h, "bagian", req_tr(req, M_SETTING_ZONE));
    h_element(h, "p", req_say(req, M_SETTING_ZONE_IS, str_of(clock_zone_name())));
    if (numbers && req_may(req, numbers, VERB_LIST)) {
        h_element(h, "h2", req_label(req, &numbers->label));
        h_element(h, "p", req_tr(req, M_SETTING_NUMBERS));
        page_link_in(h, "p", url_reg(req, numbers), req_label(req, &numbers->label));
    }
    h_close(h);
}

static Err show(Req *req, const Settings *set, const Problems *problems)
{
    Crumb up = {req_tr(req, M_ADMIN), S("/admin")};
    Html *h = page_begin(req, req_tr(req, M_SETTINGS), &up, 1);
    widget_summary(req, h, problems);
    h_element(h, "p", req_tr(req, M_SETTINGS_LEAD));
    form(req, h, set);
    if (!problems)
        letterhead(req, h, set);
    elsewhere(req, h);
    return page_end(req, h);
}

Err page_settings(Req *req)
{
    Settings set;
    TRY(req_needs_duty(req, "base_data"));
    TRY(settings_read(req->reader.db, req->arena, &set));
    return show(req, &set, NULL);
}

/* ---- saving ---- */

typedef struct SettingsChange {
    Req *req;
    Settings before, after;
} SettingsChange;

/* One row of the audit chain for each setting that changed. */
static Err save(WriteTx *tx, void *arg)
{
    SettingsChange *c = arg;
    for (int i = 0; i < SETTING_COUNT; i++) {
        SettingKey s = (SettingKey)i;
        if (str_eq(c->before.value[i], c->after.value[i]))
            continue;
        Str action = str_printf(tx->arena, "setting:%.*s", STR_ARG(setting_name(s)));
        TRY(setting_put(tx, s, c->after.value[i]));
        TRY(req_note(tx, c->req, action, NULL, STR_NONE, ERR_OK));
    }
    return ERR_OK;
}

static Err after_saving(Req *req, Err err)
{
    TRY(err);
    care_look(req->site->care);
    return req_redirect(req, S("/setelan?pesan=simpan"));
}

Err page_settings_post(Req *req)
{
    Problems problems = {.arena = req->arena};
    SettingsChange *c = ARENA_NEW(req->arena, SettingsChange);
    TRY(req_needs_duty(req, "base_data"));
    c->req = req;
    TRY(settings_read(req->reader.db, req->arena, &c->before));
    for (int i = 0; i < SETTING_COUNT; i++) {
        Str typed = req_form(req, setting_name((SettingKey)i));
        c->after.value[i] = typed.ptr ? typed : S("");
    }
    settings_check(&c->after, &problems);
    if (problems.errors)
        return show(req, &c->after, &problems);
    return req_write(req, NULL, save, c, after_saving);
}

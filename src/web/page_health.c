/* How the installation is: versions, room, backups, the audit chain, what is switched off. */
#include "web/page.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/number.h"
#include "engine/backup_db.h"
#include "engine/care_desk.h"
#include "engine/disk_room.h"
#include "engine/population_book.h"
#include "engine/security.h"
#include "engine/settings_db.h"
#include "guard/leaked.h"

enum { ROOM_WARNS = 80, ROOM_ALARMS = 90 }; /* hundredths of the disk */
enum { BACKUPS_SHOWN = 5, REFRESH_SECONDS = 2 };

static void row(Html *h, Str name, Str value)
{
    h_element(h, "dt", name);
    h_element(h, "dd", value);
}

static Str size_words(Req *req, int64_t bytes)
{
    bool giga = bytes >= 1000000000;
    Str tenths = number_format(req->arena, req->lang, bytes / (giga ? 100000000 : 100000), 1);
    return str_printf(req->arena, "%.*s %s", STR_ARG(tenths), giga ? "GB" : "MB");
}

/* "hari ini", "3 hari lalu" */
static Str age_words(Req *req, int64_t at)
{
    int64_t days = (clock_real() - at) / DAY_MS;
    if (days < 1)
        return req_tr(req, M_HEALTH_TODAY);
    return req_say(req, M_HEALTH_DAYS_AGO, str_int(req->arena, days));
}

static Err room(Req *req, Html *h)
{
    const Installation *in = req->store->in;
    const char *const files[] = {in->data_db, in->keys_db, in->files_db};
    static const Msg names[] = {M_HEALTH_DATA, M_HEALTH_KEYS, M_HEALTH_FILES};
    int64_t bytes;
    for (size_t i = 0; i < COUNT(files); i++) {
        TRY(file_size(files[i], &bytes));
        row(h, req_tr(req, names[i]), size_words(req, bytes));
    }
    TRY(file_free_space(in->dir, &bytes));
    row(h, req_tr(req, M_HEALTH_FREE), size_words(req, bytes));
    row(h, req_tr(req, M_HEALTH_CHANGES),
        req_tr(req, writer_refuses(req->store->writer) ? M_HEALTH_READ_ONLY : M_HEALTH_LET_IN));
    return ERR_OK;
}

static Str population_words(Req *req)
{
    const PopulationBook *book = req->store->population;
    Err state = population_state(book);
    Date made;
    Msg told;
    if (state == E_BUSY || state == E_NOT_FOUND)
        return req_tr(req, state == E_BUSY ? M_POPULATION_WAIT : M_POPULATION_NONE);
    const PopulationFile *f = population_of(book, &told);
    Str day = date_parse_iso(f->day, &made) ? date_long(req->arena, req->lang, made) : STR_NONE;
    return req_say(req, M_HEALTH_POPULATION, req_say(req, told, req_count(req, f->rows), day));
}

static Str audit_words(Req *req, const AuditSeen *seen)
{
    if (!seen->at)
        return req_tr(req, M_HEALTH_NEVER);
    if (seen->bad_seq)
        return req_say(req, M_AUDIT_BAD, str_int(req->arena, seen->bad_seq));
    return req_say(req, M_HEALTH_AUDIT_OK, req_instant(req, seen->at), req_count(req, seen->rows));
}

/* Roles of registers that nobody holds: what stands on them is off. */
static Str roles_missing(Req *req)
{
    static const struct {
        RegRole role;
        const char *word;
    } roles[] = {
#define REG(name, word) {REG_ROLE_##name, word},
#define FIELD(name, word, kind)
#include "model/role.def"
#undef REG
#undef FIELD
    };
    Buf b = buf_new(req->arena, 128);
    for (size_t i = 0; i < COUNT(roles); i++)
        if (!role_reg(req->model, roles[i].role))
            buf_join(&b, ", ", str_of(roles[i].word));
    return b.len ? buf_str(&b) : req_tr(req, M_HEALTH_ALL_ON);
}

static Err versions(Req *req, Html *h)
{
    const Installation *in = req->store->in;
    Settings set;
    TRY(settings_read(req->reader.db, req->arena, &set));
    row(h, req_tr(req, M_HEALTH_PROGRAM), S("SIGAP " SIGAP_VERSION));
    row(h, req_tr(req, M_HEALTH_ENGINE), str_of(db_engine()));
    row(h, req_tr(req, M_HEALTH_KIND),
        req_tr(req, in->practice ? M_HEALTH_PRACTICE : M_HEALTH_REAL));
    row(h, req_tr(req, M_HEALTH_ZONE), str_of(clock_zone_name()));
    row(h, req_tr(req, M_HEALTH_OFF), roles_missing(req));
    row(h, req_tr(req, M_POPULATION), population_words(req));
    int64_t leaked = leaked_count(in->dir);
    row(h, req_tr(req, M_HEALTH_LEAKED),
        leaked ? str_int(req->arena, leaked) : req_tr(req, M_HEALTH_LEAKED_NONE));
    row(h, req_tr(req, M_RISK_SCANNER), req_tr(req, security_scanner(req->arena, &set)));
    return ERR_OK;
}

static Err waiting(Req *req, Html *h)
{
    int64_t last = atomic_load(req->site->ticked_at);
    row(h, req_tr(req, M_HEALTH_TICKER),
        last ? req_instant(req, last) : req_tr(req, M_HEALTH_NEVER));
    row(h, req_tr(req, M_HEALTH_QUEUE),
        str_int(req->arena, (int64_t)writer_waiting(req->store->writer)));
    return ERR_OK;
}

static void button(Req *req, Html *h, Str action, Msg label)
{
    page_form_button(req, h, action, req_tr(req, label), S("utama"));
}

static Str seconds(Req *req, int64_t ms)
{
    return number_format(req->arena, req->lang, ms / 100, 1);
}

static void backup_item(Req *req, Html *h, const BackupRow *b)
{
    h_open(h, "li");
    if (str_is(b->result, "ok"))
        h_text(h, req_say(req, M_HEALTH_BACKUP_LINE, req_instant(req, b->at),
                          size_words(req, b->bytes), b->place, seconds(req, b->took)));
    else
        h_text(h, req_say(req, M_HEALTH_BACKUP_FAILED, req_instant(req, b->at), b->result));
    h_close(h);
}

/* What the server should do by itself and does not. */
static void warnings(Req *req, Html *h, const CareState *care)
{
    if (care->scrub.faults)
        page_notice(h, "galat",
                    req_say(req, M_HEALTH_SCRUB_BAD, req_count(req, care->scrub.faults)));
    if (room_used(req->store->in) >= ROOM_WARNS)
        page_notice(
            h, "awas",
            req_say(req, M_HEALTH_ROOM_SHORT, str_int(req->arena, room_used(req->store->in))));
    if (care->backup_failed)
        page_notice(h, "galat", req_tr(req, M_HEALTH_BACKUP_LAST_FAILED));
    else if (care->backup_late)
        page_notice(h, "awas", req_tr(req, M_HEALTH_BACKUP_OLD));
    if (care->backup_off)
        page_notice(h, "awas", req_tr(req, M_HEALTH_BACKUP_OFF));
    if (care->scrub_late)
        page_notice(h, "awas", req_tr(req, M_HEALTH_SCRUB_OLD));
}

static Err backups(Req *req, Html *h, const CareState *care, bool busy)
{
    BackupRow rows[BACKUPS_SHOWN];
    size_t n;
    TRY(backup_list(req->reader.db, req->arena, rows, BACKUPS_SHOWN, &n));
    page_section(h, "bagian", req_tr(req, M_HEALTH_BACKUPS));
    if (care->backup_at)
        h_element(h, "p", req_say(req, M_HEALTH_BACKUP_AGE, age_words(req, care->backup_at)));
    h_open(h, "ul");
    for (size_t i = 0; i < n; i++)
        backup_item(req, h, &rows[i]);
    h_close(h);
    h_element(h, "p", req_tr(req, M_HEALTH_BACKUP_NOTE));
    if (!busy)
        button(req, h, S("/kesehatan/cadangan"), M_HEALTH_BACKUP_NOW);
    h_close(h);
    return ERR_OK;
}

static void scrubbed(Req *req, Html *h, const ScrubSeen *seen, bool busy)
{
    page_section(h, "bagian", req_tr(req, M_HEALTH_SCRUB));
    if (seen->at)
        h_element(h, "p",
                  req_say(req, M_HEALTH_SCRUB_LINE, req_instant(req, seen->at),
                          req_count(req, seen->records), req_count(req, seen->faults),
                          seconds(req, seen->took)));
    else
        h_element(h, "p", req_tr(req, M_HEALTH_NEVER));
    if (!busy)
        button(req, h, S("/kesehatan/periksa"), M_HEALTH_AUDIT_NOW);
    h_close(h);
}

static void at_work(Req *req, Html *h, CareJob job)
{
    static const Msg words[] = {[CARE_BACKUP] = M_HEALTH_COPYING,
                                [CARE_VERIFY] = M_HEALTH_VERIFYING,
                                [CARE_SCRUB] = M_HEALTH_SCRUBBING};
    if (job == CARE_NONE)
        return;
    req->res.refresh = REFRESH_SECONDS;
    page_notice(h, "info", req_tr(req, words[job]));
}

Err page_health(Req *req)
{
    AuditSeen seen;
    CareState care;
    TRY(req_needs_duty(req, "health"));
    CareJob job = care_running(req->site->care, req->deadline - WORK_MS);
    TRY(care_audit_seen(req->reader.db, req->arena, &seen));
    TRY(care_state(req->reader.db, req->arena, &care));
    Html *h = page_begin(req, req_tr(req, M_HEALTH), NULL, 0);
    at_work(req, h, job);
    if (seen.bad_seq)
        page_notice(h, "galat", audit_words(req, &seen));
    warnings(req, h, &care);
    TRY(backups(req, h, &care, job != CARE_NONE));
    scrubbed(req, h, &care.scrub, job != CARE_NONE);
    page_section(h, "bagian", req_tr(req, M_HEALTH_AUDIT));
    h_element(h, "p", audit_words(req, &seen));
    if (job == CARE_NONE)
        button(req, h, S("/kesehatan/audit"), M_HEALTH_AUDIT_NOW);
    h_close(h);
    h_element(h, "h2", req_tr(req, M_HEALTH_STATE));
    h_class(h, "dl", "bantuan");
    TRY(versions(req, h));
    TRY(room(req, h));
    TRY(waiting(req, h));
    h_close(h);
    return page_end(req, h);
}

static Err start(Req *req, CareJob job)
{
    TRY(req_needs_duty(req, "health"));
    TRY(care_start(req->site->care, job, &req->subject));
    return req_redirect(req, S("/kesehatan"));
}

Err page_health_verify(Req *req)
{
    return start(req, CARE_VERIFY);
}

Err page_backup_post(Req *req)
{
    return start(req, CARE_BACKUP);
}

Err page_health_scrub(Req *req)
{
    return start(req, CARE_SCRUB);
}

static Err readings_told(Req *req, Html *h, const ReadingAsk *ask)
{
    enum { SHOWN = 5 };
    ReadingRow rows[SHOWN];
    size_t n;
    const ReadingBudget *most = &ask->most;
    Arena *a = req->arena;
    Date d;
    TRY(readings_high(req->reader.db, a, ask, rows, SHOWN, &n));
    for (size_t i = 0; i < n; i++) {
        const ReadingBudget *read = &rows[i].read;
        page_notice(h, "awas",
                    req_say(req, ask->daily ? M_READINGS_HIGH : M_READINGS_SLOW, rows[i].name,
                            date_parse_iso(rows[i].day, &d) ? date_long(a, req->lang, d) : S(""),
                            str_int(a, read->persons), str_int(a, most->persons),
                            str_int(a, read->lent), str_int(a, most->lent),
                            str_int(a, read->records), str_int(a, most->records)));
    }
    return ERR_OK;
}

static Str days_ago(Req *req, int days)
{
    return date_iso(req->arena, date_add_days(clock_today(), -days));
}

/* On the first screen of whoever reads the record of access, and of who leads an office about its
 * people: who opened very much on one of the last days, and who a little every day. */
Err readings_warning(Req *req, Html *h)
{
    const Settings *set = page_kept_settings(req);
    const Subject *s = &req->subject;
    bool all = req_duty(req, "audit");
    if (!set || !(all || (req_duty(req, "supervise") && s->agency_count)))
        return ERR_OK;
    ReadingAsk fast = {.since = days_ago(req, READING_DAYS),
                       .daily = true,
                       .agency = all ? 0 : s->agencies[0],
                       .most = setting_budget(set)};
    ReadingAsk slow = {
        .since = days_ago(req, READING_SPAN - 1), .agency = fast.agency, .most = setting_slow(set)};
    TRY(readings_told(req, h, &fast));
    return readings_told(req, h, &slow);
}

/* On the first screen of whoever looks after the machine: that something is amiss, and where it is
 * told. */
Err health_warning(Req *req, Html *h)
{
    CareState care;
    if (!req_duty(req, "health"))
        return ERR_OK;
    TRY(care_state(req->reader.db, req->arena, &care));
    bool late = (care.backup_late || care.scrub_late) && care_looked(req->site->care);
    if (!care.scrub.faults && !care.backup_failed && !late &&
        room_used(req->store->in) < ROOM_ALARMS)
        return ERR_OK;
    page_notice(h, care.scrub.faults || care.backup_failed ? "galat" : "awas",
                req_tr(req, M_HEALTH_LOOK));
    page_link_in(h, "p", S("/kesehatan"), req_tr(req, M_HEALTH));
    return ERR_OK;
}

#include "engine/security.h"

#include "base/file.h"
#include "engine/care_desk.h"
#include "engine/disk_room.h"
#include "engine/settings_db.h"
#include "guard/second_factor.h"
#include "model/role_report.h"

#include <sys/resource.h>

enum { ROOM_WARNS = 80 }; /* hundredths of the disk */
enum { VERIFY_DAYS = 8, ANCHOR_DAYS = 31, DRILL_DAYS = 400, WIDE_ACCOUNTS = 3 };
enum { PROC_MAX = 1024 * 1024, CLOCK_SLACK_MS = 5 * 60 * 1000, OTHERS = 077 };

/* All that the points need, read once. */
typedef struct Look {
    const Store *store;
    Db *db;
    Arena *a;
    Lang lang;
    Settings set;
    CareState care;
    AuditSeen seen;
    AccountFacts accounts;
} Look;

/* The point is at risk; the texts go into its sentences. */
static Err risk(Finding *f, Str arg1, Str arg2)
{
    f->grade = RISK_NOTE; /* security_look puts the grade of the point */
    f->args[0] = arg1;
    f->args[1] = arg2;
    return ERR_OK;
}

static Err risk_if(Finding *f, bool bad)
{
    return bad ? risk(f, STR_NONE, STR_NONE) : ERR_OK;
}

static Err risk_count(const Look *l, Finding *f, int64_t n)
{
    return n ? risk(f, str_int(l->a, n), STR_NONE) : ERR_OK;
}

static bool longer_ago(int64_t at, int64_t days, int64_t now)
{
    return at > now || now - at > days * DAY_MS;
}

/* An instant kept in meta; 0: none. */
static Err kept(const Look *l, Str key, int64_t *ret)
{
    Str text;
    *ret = 0;
    TRY(meta_get(l->db, l->a, key, &text));
    return !text.ptr || str_i64(text, ret) ? ERR_OK : E_CORRUPT;
}

/* What the kernel tells in a file of text; empty when it does not. */
static Str told_by_kernel(const Look *l, const char *path)
{
    Str text;
    return file_read(l->a, path, PROC_MAX, &text) == ERR_OK ? text : S("");
}

/* ---- the key, files, the disk ---- */

static Err look_key_open(const Look *l, Finding *f)
{
    const Installation *in = l->store->in;
    return in->sealed_file ? ERR_OK : risk(f, str_of(in->key_file), STR_NONE);
}

static Err look_key_old(const Look *l, Finding *f)
{
    Str old = str_printf(l->a, "%s" KEY_OLD, l->store->in->key_file);
    return file_exists(old.ptr) ? risk(f, old, STR_NONE) : ERR_OK;
}

static Err look_drill(const Look *l, Finding *f)
{
    int64_t at;
    TRY(kept(l, META_DRILL, &at));
    return risk_if(f, longer_ago(at, DRILL_DAYS, clock_now()));
}

static Err look_files(const Look *l, Finding *f)
{
    const Installation *in = l->store->in;
    const char *const paths[] = {in->dir, in->key_file, in->keys_db, in->data_db, in->files_db};
    FileFacts facts;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (file_facts(paths[i], &facts) == ERR_OK && facts.mode & OTHERS)
            return risk(f, str_of(paths[i]), str_printf(l->a, "%04o", facts.mode));
    return ERR_OK;
}

static Err look_root(const Look *l, Finding *f)
{
    FileFacts facts;
    TRY(file_facts(l->store->in->data_db, &facts));
    return facts.owner == 0 ? risk(f, str_of(l->store->in->dir), STR_NONE) : ERR_OK;
}

/* The device mapper says of its devices what they are. */
static Err look_cipher(const Look *l, Finding *f)
{
    FileFacts facts;
    TRY(file_facts(l->store->in->dir, &facts));
    Str path = str_printf(l->a, "/sys/dev/block/%u:%u/dm/uuid", facts.disk_major, facts.disk_minor);
    return risk_if(f, !str_starts(told_by_kernel(l, path.ptr), S("CRYPT-")));
}

static Err look_room(const Look *l, Finding *f)
{
    int used = room_used(l->store->in);
    return used >= ROOM_WARNS ? risk(f, str_int(l->a, used), STR_NONE) : ERR_OK;
}

/* ---- the network ---- */

static Err look_transport(const Look *l, Finding *f)
{
    Str how;
    TRY(meta_get(l->db, l->a, META_TRANSPORT, &how));
    return risk_if(f, !str_is(how, TRANSPORT_TLS) && !str_is(how, TRANSPORT_PROXY));
}

/* ---- what should be done again and again ---- */

static Err look_intact(const Look *l, Finding *f)
{
    return l->care.scrub.faults || l->seen.bad_seq
               ? risk(f, str_int(l->a, l->care.scrub.faults), str_int(l->a, l->seen.bad_seq))
               : ERR_OK;
}

static Err look_verified(const Look *l, Finding *f)
{
    return risk_if(f, longer_ago(l->seen.at, VERIFY_DAYS, clock_now()));
}

static Err look_scrub(const Look *l, Finding *f)
{
    return risk_if(f, l->care.scrub_late);
}

static Err look_backup_off(const Look *l, Finding *f)
{
    return risk_if(f, l->care.backup_off);
}

static Err look_backup(const Look *l, Finding *f)
{
    return risk_if(f, l->care.backup_late || l->care.backup_failed);
}

static Err look_backup_place(const Look *l, Finding *f)
{
    FileFacts data, copies;
    Str folder = l->set.value[SETTING_BACKUP_FOLDER];
    TRY(file_facts(l->store->in->dir, &data));
    bool apart = folder.len && file_facts(str_z(l->a, folder), &copies) == ERR_OK &&
                 (copies.disk_major != data.disk_major || copies.disk_minor != data.disk_minor);
    return risk_if(f, !apart);
}

static Err look_anchor(const Look *l, Finding *f)
{
    int64_t at;
    TRY(kept(l, META_ANCHOR, &at));
    return risk_if(f, longer_ago(at, ANCHOR_DAYS, clock_now()));
}

/* ---- accounts ---- */

static Err look_factor(const Look *l, Finding *f)
{
    Str word;
    TRY(meta_get(l->db, l->a, META_SECOND_FACTOR, &word));
    return risk_if(f, str_is(word, SECOND_FACTOR_FREE));
}

static Err look_no_factor(const Look *l, Finding *f)
{
    return risk_count(l, f, l->accounts.no_factor);
}

static Err look_temporary(const Look *l, Finding *f)
{
    return risk_count(l, f, l->accounts.temporary);
}

static Err look_dormant(const Look *l, Finding *f)
{
    return risk_count(l, f, l->accounts.dormant);
}

static bool may(const Look *l, Str roles, Str duty)
{
    const Model *m = l->store->model;
    for (size_t i = 0; i < m->role_count; i++)
        if (str_has_word(roles, m->roles[i].name) && str_has_word(m->roles[i].may, duty))
            return true;
    return false;
}

static unsigned opens(const Look *l, Str roles, bool everywhere)
{
    const Model *m = l->store->model;
    unsigned classes = 0;
    for (size_t i = 0; i < m->role_count; i++)
        if (str_has_word(roles, m->roles[i].name))
            classes |= role_opens(m, (int)i, everywhere);
    return classes;
}

static Err look_wide(const Look *l, Finding *f)
{
    const Model *m = l->store->model;
    Buf names = buf_new(l->a, 128);
    int64_t n = 0;
    for (size_t i = 0; i < l->accounts.roles.n; i++)
        n += opens(l, l->accounts.roles.items[i], true) != 0;
    for (size_t i = 0; i < m->role_count; i++)
        if (role_opens(m, (int)i, true))
            buf_printf(&names, "%s%.*s", names.len ? ", " : "",
                       STR_ARG(m->roles[i].label.text[l->lang]));
    return n > WIDE_ACCOUNTS ? risk(f, str_int(l->a, n), buf_str(&names)) : ERR_OK;
}

static Err look_keepers(const Look *l, Finding *f)
{
    int64_t n = 0;
    for (size_t i = 0; i < l->accounts.roles.n; i++) {
        Str roles = l->accounts.roles.items[i];
        n += may(l, roles, S("users")) && opens(l, roles, false) != 0;
    }
    return risk_count(l, f, n);
}

/* Somebody who does not keep accounts reads the record of access. */
static Err look_officer(const Look *l, Finding *f)
{
    bool found = false;
    for (size_t i = 0; i < l->accounts.roles.n && !found; i++) {
        Str roles = l->accounts.roles.items[i];
        found = may(l, roles, S("audit")) && !may(l, roles, S("users"));
    }
    return risk_if(f, !found);
}

static Err look_tokens(const Look *l, Finding *f)
{
    int64_t n;
    TRY(security_idle_tokens(l->db, &n));
    return risk_count(l, f, n);
}

static Err look_readings(const Look *l, Finding *f)
{
    return risk_if(f, setting_number(&l->set, SETTING_READINGS) == 0);
}

/* ---- the process and its machine ---- */

static Err look_memory(const Look *l, Finding *f)
{
    struct rlimit core;
    int64_t locked = 0;
    Str status = told_by_kernel(l, "/proc/self/status"), line, word;
    while (str_cut(&status, '\n', &line)) {
        Str rest = str_starts(line, S("VmLck:")) ? str_trim(str_from(line, 6)) : STR_NONE;
        if (str_word(&rest, &word))
            (void)str_i64(word, &locked);
    }
    return risk_if(f, !locked || getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_cur);
}

/* Compressed memory is no disk. */
static Err look_swap(const Look *l, Finding *f)
{
    Str lines = told_by_kernel(l, "/proc/swaps"), line, word;
    while (str_cut(&lines, '\n', &line))
        if (str_starts(line, S("/")) && !str_starts(line, S("/dev/zram")) && str_word(&line, &word))
            return risk(f, word, STR_NONE);
    return ERR_OK;
}

static Err look_clock(const Look *l, Finding *f)
{
    int64_t last;
    int minute;
    TRY(security_last_row(l->db, &last));
    return last > clock_now() + CLOCK_SLACK_MS
               ? risk(f, date_long(l->a, l->lang, clock_date_of(last, &minute)), STR_NONE)
               : ERR_OK;
}

/* A library renewed on disk while the server goes on with the old one in memory. */
static Err look_libraries(const Look *l, Finding *f)
{
    Str maps = told_by_kernel(l, "/proc/self/maps"), line;
    while (str_cut(&maps, '\n', &line)) {
        ptrdiff_t path = str_find(line, '/');
        if (path >= 0 && str_contains(line, S(".so")) && str_contains(line, S(" (deleted)")))
            return risk(f, str_from(line, (size_t)path), STR_NONE);
    }
    return ERR_OK;
}

static Err look_practice(const Look *l, Finding *f)
{
    return risk_if(f, l->store->in->practice);
}

/* ---- all of it ---- */

static const struct {
    RiskGrade grade;
    Msg topic, safe, fault, cure;
    const char *url;
    Err (*look)(const Look *l, Finding *f);
} points[POINT_COUNT] = {
#define X(name, grade, url, look)                                                                  \
    {RISK_##grade, M_RISK_##name, M_SAFE_##name, M_FAULT_##name, M_CURE_##name, url, look},
#include "engine/security.def"
#undef X
};

Err security_look(const Store *s, Db *db, Arena *a, Lang lang, Finding ret[POINT_COUNT])
{
    Look l = {.store = s, .db = db, .a = a, .lang = lang};
    TRY(settings_read(db, a, &l.set));
    TRY(care_state(db, a, &l.care));
    TRY(care_audit_seen(db, a, &l.seen));
    TRY(security_accounts(db, a, &l.accounts));
    for (int i = 0; i < POINT_COUNT; i++) {
        ret[i] = (Finding){.topic = points[i].topic, .cure = points[i].cure, .url = points[i].url};
        TRY(points[i].look(&l, &ret[i]));
        ret[i].grade = ret[i].grade ? points[i].grade : RISK_NONE;
        ret[i].words = ret[i].grade ? points[i].fault : points[i].safe;
    }
    return ERR_OK;
}

Str security_words(Arena *a, Lang lang, const Finding *f, Msg msg)
{
    return tr_args(a, lang, msg, f->args[0], f->args[1]);
}

Msg security_grade_word(RiskGrade grade)
{
    static const Msg words[RISK_GRADES] = {M_GRADE_NONE, M_GRADE_NOTE, M_GRADE_CARE,
                                           M_GRADE_DANGER};
    return words[grade];
}

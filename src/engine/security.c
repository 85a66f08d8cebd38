#include "engine/security.h"

#include "base/file.h"
#include "engine/backup_db.h"
#include "engine/backup_ring.h"
#include "engine/care_desk.h"
#include "engine/disk_room.h"
#include "engine/settings_db.h"
#include "guard/letterbox.h"
#include "guard/scanner.h"
#include "guard/second_factor.h"
#include "model/role_report.h"

#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>

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

/* Marks a point as at risk, whatever its grade; the texts go into its sentences. */
static void risk(Finding *f, SecurityPoint point, Str arg1, Str arg2)
{
    f[point].grade = RISK_NOTE;
    f[point].args[0] = arg1;
    f[point].args[1] = arg2;
}

static void risk_if(Finding *f, SecurityPoint point, bool bad)
{
    if (bad)
        risk(f, point, STR_NONE, STR_NONE);
}

static void risk_count(const Look *l, Finding *f, SecurityPoint point, int64_t n)
{
    if (n)
        risk(f, point, str_int(l->a, n), STR_NONE);
}

static bool longer_ago(int64_t at, int64_t days)
{
    int64_t now = clock_now();
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

static bool copy_wants(const Look *l, int64_t number)
{
    const char *dir = l->store->in->dir, *own = ring_own(l->a, l->store->in);
    Str folder = l->set.value[SETTING_BACKUP_FOLDER];
    return number == 0 || backup_wants_key(l->a, dir, number) ||
           (file_exists(own) && backup_wants_key(l->a, own, number)) ||
           (folder.len && backup_wants_key(l->a, str_z(l->a, folder), number));
}

/* Keys that went, and which of them no copy that the server keeps wants any more. */
static Err look_old_keys(const Look *l, Finding *f)
{
    StrList old;
    Buf all = buf_new(l->a, 128), idle = buf_new(l->a, 128);
    TRY(key_file_old(l->a, l->store->in->dir, &old));
    for (size_t i = 0; i < old.n; i++) {
        buf_join(&all, ", ", old.items[i]);
        if (!copy_wants(l, key_file_number(old.items[i])))
            buf_join(&idle, ", ", old.items[i]);
    }
    if (old.n)
        risk(f, POINT_KEY_OLD, buf_str(&all), idle.len ? buf_str(&idle) : S("-"));
    return ERR_OK;
}

static Err look_keys(const Look *l, Finding *f)
{
    const Installation *in = l->store->in;
    int64_t drilled;
    TRY(kept(l, META_DRILL, &drilled));
    if (!in->sealed_file)
        risk(f, POINT_KEY_OPEN, str_of(in->key_file), STR_NONE);
    risk_if(f, POINT_DRILL, longer_ago(drilled, DRILL_DAYS));
    return look_old_keys(l, f);
}

static Err look_files(const Look *l, Finding *f)
{
    const Installation *in = l->store->in;
    const char *const paths[] = {in->dir, in->key_file, in->keys_db, in->data_db, in->files_db};
    FileFacts facts;
    for (size_t i = 0; i < COUNT(paths); i++)
        if (file_facts(paths[i], &facts) == ERR_OK && facts.mode & OTHERS)
            risk(f, POINT_FILES, str_of(paths[i]), str_printf(l->a, "%04o", facts.mode));
    TRY(file_facts(in->data_db, &facts));
    if (facts.owner == 0)
        risk(f, POINT_ROOT, str_of(in->dir), STR_NONE);
    /* The device mapper says of its devices what they are. */
    Str path = str_printf(l->a, "/sys/dev/block/%u:%u/dm/uuid", facts.disk_major, facts.disk_minor);
    risk_if(f, POINT_CIPHER, !str_starts(told_by_kernel(l, path.ptr), S("CRYPT-")));
    Msg scanner = security_scanner(l->a, &l->set);
    if (scanner != M_SCANNER_ANSWERS)
        risk(f, POINT_SCANNER, tr(l->lang, scanner), STR_NONE);
    int used = room_used(in);
    risk_count(l, f, POINT_ROOM, used >= ROOM_WARNS ? used : 0);
    return ERR_OK;
}

Msg security_scanner(Arena *a, const Settings *set)
{
    Str path = set->value[SETTING_SCANNER], said;
    if (str_empty(path))
        return M_SCANNER_NONE;
    bool clean = scan_bytes(a, path, S(""), SCAN_LOOK_MS, &said) == SCAN_CLEAN;
    return clean ? M_SCANNER_ANSWERS : M_SCANNER_SILENT;
}

/* ---- what should be done again and again ---- */

static Err look_copies(const Look *l, Finding *f)
{
    FileFacts data, copies;
    Str folder = l->set.value[SETTING_BACKUP_FOLDER];
    TRY(file_facts(l->store->in->dir, &data));
    bool apart = folder.len && file_facts(str_z(l->a, folder), &copies) == ERR_OK &&
                 (copies.disk_major != data.disk_major || copies.disk_minor != data.disk_minor);
    risk_if(f, POINT_BACKUP_PLACE, !apart);
    risk_if(f, POINT_BACKUP_OFF, l->care.backup_off);
    risk_if(f, POINT_BACKUP, l->care.backup_late || l->care.backup_failed);
    return ERR_OK;
}

static Err look_checks(const Look *l, Finding *f)
{
    int64_t anchored;
    TRY(kept(l, META_ANCHOR, &anchored));
    if (l->care.scrub.faults || l->seen.bad_seq)
        risk(f, POINT_INTACT, str_int(l->a, l->care.scrub.faults), str_int(l->a, l->seen.bad_seq));
    risk_if(f, POINT_VERIFIED, longer_ago(l->seen.at, VERIFY_DAYS));
    risk_if(f, POINT_SCRUB, l->care.scrub_late);
    risk_if(f, POINT_ANCHOR, longer_ago(anchored, ANCHOR_DAYS));
    return ERR_OK;
}

/* ---- accounts ---- */

static bool may(const Look *l, Str roles, Str duty)
{
    const Model *m = l->store->model;
    for (size_t i = 0; i < m->role_count; i++)
        if (str_has_word(roles, m->roles[i].name) && str_has_word(m->roles[i].may, duty))
            return true;
    return false;
}

static bool opens(const Look *l, Str roles, bool everywhere)
{
    const Model *m = l->store->model;
    for (size_t i = 0; i < m->role_count; i++)
        if (str_has_word(roles, m->roles[i].name) && role_opens(m, (int)i, everywhere))
            return true;
    return false;
}

/* Labels of the roles that open every record of some register. */
static Str wide_roles(const Look *l)
{
    const Model *m = l->store->model;
    Buf names = buf_new(l->a, 128);
    for (size_t i = 0; i < m->role_count; i++)
        if (role_opens(m, (int)i, true))
            buf_join(&names, ", ", m->roles[i].label.text[l->lang]);
    return buf_str(&names);
}

static void look_roles(const Look *l, Finding *f)
{
    const StrList *all = &l->accounts.roles;
    int64_t wide = 0, keepers = 0, officers = 0;
    for (size_t i = 0; i < all->n; i++) {
        bool keeps = may(l, all->items[i], S("users"));
        wide += opens(l, all->items[i], true);
        keepers += keeps && opens(l, all->items[i], false);
        officers += !keeps && may(l, all->items[i], S("audit"));
    }
    if (wide > WIDE_ACCOUNTS)
        risk(f, POINT_WIDE, str_int(l->a, wide), wide_roles(l));
    risk_count(l, f, POINT_KEEPERS, keepers);
    risk_if(f, POINT_OFFICER, !officers);
}

static Err look_accounts(const Look *l, Finding *f)
{
    Str demand;
    StrList letters;
    int64_t tokens;
    TRY(letterbox_of(l->db, l->a, STR_NONE, &letters));
    TRY(meta_get(l->db, l->a, META_SECOND_FACTOR, &demand));
    TRY(security_idle_tokens(l->db, &tokens));
    risk_if(f, POINT_FACTOR, str_is(demand, SECOND_FACTOR_FREE));
    risk_count(l, f, POINT_NO_FACTOR, l->accounts.no_factor);
    risk_count(l, f, POINT_TEMPORARY, l->accounts.temporary);
    risk_count(l, f, POINT_DORMANT, l->accounts.dormant);
    risk_count(l, f, POINT_TOKENS, tokens);
    risk_count(l, f, POINT_LETTERS, (int64_t)letters.n);
    ReadingBudget most = setting_budget(&l->set);
    risk_if(f, POINT_READINGS, most.records > READINGS_WIDE || most.persons > PERSONS_WIDE);
    look_roles(l, f);
    return ERR_OK;
}

/* ---- the process and its machine ---- */

static bool key_is_locked(const Look *l)
{
    int64_t locked = 0;
    Str status = told_by_kernel(l, "/proc/self/status"), line, word;
    while (str_cut(&status, '\n', &line)) {
        Str rest = str_starts(line, S("VmLck:")) ? str_trim(str_from(line, 6)) : STR_NONE;
        if (str_word(&rest, &word))
            (void)str_i64(word, &locked);
    }
    return locked > 0;
}

/* Memory put on disk; compressed memory is no disk. A hardened service sees nothing of /proc but
 * itself: then the kernel tells only that there is such a place. */
static void look_swap(const Look *l, Finding *f)
{
    Str swaps = told_by_kernel(l, "/proc/swaps"), line, word;
    struct sysinfo machine;
    if (str_empty(swaps) && sysinfo(&machine) == 0 && machine.totalswap)
        risk(f, POINT_SWAP, S("swap"), STR_NONE);
    while (str_cut(&swaps, '\n', &line))
        if (str_starts(line, S("/")) && !str_starts(line, S("/dev/zram")) && str_word(&line, &word))
            risk(f, POINT_SWAP, word, STR_NONE);
}

/* Libraries renewed on disk while the server goes on with the old ones count too. */
static void look_memory(const Look *l, Finding *f)
{
    Str maps = told_by_kernel(l, "/proc/self/maps"), line;
    struct rlimit core;
    risk_if(f, POINT_MEMORY,
            !key_is_locked(l) || getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_cur ||
                prctl(PR_GET_DUMPABLE) != 0);
    look_swap(l, f);
    while (str_cut(&maps, '\n', &line)) {
        ptrdiff_t path = str_find(line, '/');
        if (path >= 0 && str_contains(line, S(".so")) && str_contains(line, S(" (deleted)")))
            risk(f, POINT_LIBRARIES, str_from(line, (size_t)path), STR_NONE);
    }
}

static Err look_machine(const Look *l, Finding *f)
{
    int64_t last;
    int minute;
    Str how;
    TRY(meta_get(l->db, l->a, META_TRANSPORT, &how));
    TRY(security_last_row(l->db, &last));
    risk_if(f, POINT_TRANSPORT, !str_is(how, TRANSPORT_TLS) && !str_is(how, TRANSPORT_PROXY));
    if (last > clock_now() + CLOCK_SLACK_MS)
        risk(f, POINT_CLOCK, date_long(l->a, l->lang, clock_date_of(last, &minute)), STR_NONE);
    risk_if(f, POINT_PRACTICE, l->store->in->practice);
    look_memory(l, f);
    return ERR_OK;
}

/* ---- all of it ---- */

static const struct {
    RiskGrade grade;
    Msg topic, safe, fault, cure;
    const char *url;
} points[POINT_COUNT] = {
#define X(name, grade, url)                                                                        \
    {RISK_##grade, M_RISK_##name, M_SAFE_##name, M_FAULT_##name, M_CURE_##name, url},
#include "engine/security.def"
#undef X
};

Err security_look(const Store *s, Db *db, Arena *a, Lang lang, Finding ret[POINT_COUNT])
{
    static Err (*const looks[])(const Look *, Finding *) = {
        look_keys, look_files, look_copies, look_checks, look_accounts, look_machine};
    Look l = {.store = s, .db = db, .a = a, .lang = lang};
    TRY(settings_read(db, a, &l.set));
    TRY(care_state(db, a, &l.care));
    TRY(care_audit_seen(db, a, &l.seen));
    TRY(security_accounts(db, a, &l.accounts));
    memset(ret, 0, POINT_COUNT * sizeof *ret);
    for (size_t i = 0; i < COUNT(looks); i++)
        TRY(looks[i](&l, ret));
    for (int i = 0; i < POINT_COUNT; i++) {
        bool bad = ret[i].grade != RISK_NONE;
        ret[i].grade = bad ? points[i].grade : RISK_NONE;
        ret[i].topic = points[i].topic;
        ret[i].words = bad ? points[i].fault : points[i].safe;
        ret[i].cure = points[i].cure;
        ret[i].url = points[i].url;
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

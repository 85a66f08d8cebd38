#include "engine/settings_db.h"

#include "base/file.h"
#include "base/utf8.h"
#include "guard/scanner.h"

static const struct {
    const char *name;
    Msg label;
    const char *unset;
} settings[SETTING_COUNT] = {
#define X(name, word, label, unset) [SETTING_##name] = {word, label, unset},
#include "engine/setting.def"
#undef X
};

Str setting_name(SettingKey s)
{
    return str_of(settings[s].name);
}

Msg setting_label(SettingKey s)
{
    return settings[s].label;
}

static void take(Settings *set, Str name, Str value)
{
    for (int i = 0; i < SETTING_COUNT; i++)
        if (str_is(name, settings[i].name))
            set->value[i] = value;
}

Err settings_read(Db *db, Arena *a, Settings *ret)
{
    Settings set;
    Stmt *st;
    Err e;
    for (int i = 0; i < SETTING_COUNT; i++)
        set.value[i] = str_of(settings[i].unset);
    TRY(db_stmt(db, "SELECT name,value FROM setelan", &st));
    while (stmt_next(st, &e))
        take(&set, row_text(a, st, 0), row_text(a, st, 1));
    TRY(e);
    *ret = set;
    return ERR_OK;
}

/* ---- checks ---- */

static void wrong(Problems *problems, SettingKey s, Msg msg)
{
    problem_about(problems, setting_name(s), settings[s].label, msg, STR_NONE);
}

static bool has_control(Str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < ' ')
            return true;
    return false;
}

static bool is_phone(Str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!(s.ptr[i] >= '0' && s.ptr[i] <= '9') &&
            !str_contains(S("+()-/. "), (Str){s.ptr + i, 1}))
            return false;
    return true;
}

static bool is_email(Str s)
{
    ptrdiff_t at = str_find(s, '@');
    return at > 0 && str_find(str_from(s, (size_t)at + 1), '.') > 0 && str_find(s, ' ') < 0;
}

static bool is_margin(Str s)
{
    int64_t mm;
    return str_i64(s, &mm) && mm >= MARGIN_MIN && mm <= MARGIN_MAX;
}

int64_t setting_number(const Settings *set, SettingKey s)
{
    int64_t n = 0;
    (void)str_i64(set->value[s], &n);
    return n;
}

static bool is_number(Str s, int64_t max)
{
    int64_t n;
    return str_i64(s, &n) && n >= 0 && n <= max;
}

/* Another disk that is not there now is a mistake better told here than at night. */
static bool is_folder(Str s)
{
    Arena *a = arena_new(4096);
    bool good = str_empty(s) ||
                (s.ptr[0] == '/' && s.len <= SETTING_TEXT_MAX && file_is_folder(str_z(a, s)));
    arena_free(a);
    return good;
}

static void check_care(const Str *v, Problems *problems)
{
    if (!is_number(v[SETTING_BACKUP_MINUTES], BACKUP_MINUTES_MAX))
        wrong(problems, SETTING_BACKUP_MINUTES, M_SETTING_BAD_MINUTES);
    if (has_control(v[SETTING_BACKUP_FOLDER]) || !is_folder(v[SETTING_BACKUP_FOLDER]))
        wrong(problems, SETTING_BACKUP_FOLDER, M_SETTING_BAD_FOLDER);
    if (!is_number(v[SETTING_SCRUB_HOUR], SCRUB_HOUR_MAX))
        wrong(problems, SETTING_SCRUB_HOUR, M_SETTING_BAD_HOUR);
    for (SettingKey s = SETTING_READINGS; s <= SETTING_EXPORTS; s++)
        if (!is_number(v[s], READINGS_MAX) || str_is(v[s], "0"))
            wrong(problems, s, M_SETTING_BAD_READINGS);
    if (!is_number(v[SETTING_GIVEN_DAYS], GIVEN_DAYS_MAX) || str_is(v[SETTING_GIVEN_DAYS], "0"))
        wrong(problems, SETTING_GIVEN_DAYS, M_SETTING_BAD_GIVEN_DAYS);
    for (SettingKey s = SETTING_FILES_USER; s <= SETTING_FILES_ALL; s++)
        if (!is_number(v[s], FILES_MAX))
            wrong(problems, s, M_SETTING_BAD_FILES);
    Str path = v[SETTING_SCANNER];
    if (has_control(path) || path.len > SCAN_PATH_MAX || (path.len && path.ptr[0] != '/'))
        wrong(problems, SETTING_SCANNER, M_SETTING_BAD_SCANNER);
}

void settings_check(const Settings *typed, Problems *problems)
{
    const Str *v = typed->value;
    for (int i = 0; i <= SETTING_EMAIL; i++)
        if (!utf8_valid(v[i]) || utf8_count(v[i]) > SETTING_TEXT_MAX || has_control(v[i]))
            wrong(problems, (SettingKey)i, M_SETTING_TOO_LONG);
    if (!is_phone(v[SETTING_PHONE]))
        wrong(problems, SETTING_PHONE, M_SETTING_BAD_PHONE);
    if (v[SETTING_EMAIL].len && !is_email(v[SETTING_EMAIL]))
        wrong(problems, SETTING_EMAIL, M_SETTING_BAD_EMAIL);
    if (!str_is(v[SETTING_PAPER], PAPER_F4) && !str_is(v[SETTING_PAPER], PAPER_A4))
        wrong(problems, SETTING_PAPER, M_SETTING_BAD_PAPER);
    for (int i = SETTING_TOP; i <= SETTING_LEFT; i++)
        if (!is_margin(v[i]))
            wrong(problems, (SettingKey)i, M_SETTING_BAD_MARGIN);
    check_care(v, problems);
}

ReadingBudget setting_budget(const Settings *set)
{
    return (ReadingBudget){.records = setting_number(set, SETTING_READINGS),
                           .persons = setting_number(set, SETTING_PERSONS),
                           .lent = setting_number(set, SETTING_LENT)};
}

ReadingBudget setting_slow(const Settings *set)
{
    return (ReadingBudget){.records = setting_number(set, SETTING_READINGS) * READING_SPAN,
                           .persons = setting_number(set, SETTING_PERSONS_SPAN),
                           .lent = setting_number(set, SETTING_LENT_SPAN)};
}

Err setting_put(WriteTx *tx, SettingKey s, Str value)
{
    return db_run(tx->db,
                  "INSERT INTO setelan(name,value) VALUES(:name,:value)"
                  " ON CONFLICT(name) DO UPDATE SET value=excluded.value",
                  BIND(":name", setting_name(s)), BIND(":value", value));
}

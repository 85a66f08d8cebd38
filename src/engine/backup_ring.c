#include "engine/backup_ring.h"

#include "base/clock.h"
#include "base/file.h"
#include "engine/backup_db.h"

enum { NAME_LEN = 18 };

/* ---- which stay ---- */

static int64_t day_of(int64_t at)
{
    return date_days(clock_date_of(at, NULL));
}

/* The newest copy of its span of so many days. */
static bool newest_of_span(const int64_t *made, size_t i, int64_t days)
{
    return i == 0 || day_of(made[i - 1]) / days != day_of(made[i]) / days;
}

/* Whether the i-th of n copies stays; moments by the real clock, newest first. The newest always
 * does. */
static bool ring_keeps(const int64_t *made, size_t n, size_t i, int64_t now)
{
    if (i >= n)
        return false;
    int64_t age = day_of(now) - day_of(made[i]);
    if (i == 0)
        return true;
    if (age >= RING_AGE_DAYS)
        return false;
    return i < RING_NEWEST || (age < RING_DAYS && newest_of_span(made, i, 1)) ||
           (age < RING_WEEKS * 7 && newest_of_span(made, i, 7));
}

/* ---- folders ---- */

const char *ring_own(Arena *a, const Installation *in)
{
    return z_printf(a, "%s/cadangan", in->dir);
}

/* "2026-11-21-0215-33" in the zone of the installation. */
Str ring_folder(Arena *a, const char *home, int64_t made)
{
    int minute;
    Date d = clock_date_of(made, &minute);
    return str_printf(a, "%s/%.*s-%02d%02d-%02d", home, STR_ARG(date_iso(a, d)), minute / 60,
                      minute % 60, (int)(made / 1000 % 60));
}

static bool number_at(Str name, size_t at, int64_t *ret)
{
    return str_i64(str_head(str_from(name, at), 2), ret);
}

/* The moment in a name; false when it is no name of ours. */
static bool moment_of(Str name, int64_t *ret)
{
    Date d;
    int64_t hour, minute, second;
    if (name.len != NAME_LEN || name.ptr[10] != '-' || name.ptr[15] != '-' ||
        !date_parse_iso(str_head(name, 10), &d) || !number_at(name, 11, &hour) ||
        !number_at(name, 13, &minute) || !number_at(name, 16, &second))
        return false;
    *ret = clock_instant(d, (int)(hour * 60 + minute)) + second * 1000;
    return true;
}

static void sweep_copies(Arena *a, const char *home)
{
    StrList names;
    size_t n = 0;
    if (file_list(a, home, S(""), &names) != ERR_OK)
        return;
    int64_t *made = ARENA_ARRAY(a, names.n + 1, int64_t);
    Str *which = ARENA_ARRAY(a, names.n + 1, Str);
    for (size_t i = names.n; i-- > 0;) /* sorted by name: the newest last */
        if (moment_of(names.items[i], &made[n]))
            which[n++] = names.items[i];
    for (size_t i = 0; i < n; i++)
        if (!ring_keeps(made, n, i, clock_real()))
            file_remove_folder(z_printf(a, "%s/%.*s", home, STR_ARG(which[i])));
}

/* The moment in the name is that of the practice clock, where there is one. */
static bool old_before(Str name)
{
    int64_t at;
    return backup_before_moment(name, &at) && clock_now() - at > RING_AGE_DAYS * DAY_MS;
}

/* The newest of them stay (backup_sweep), but not with keys that may have been destroyed since. */
static void sweep_before(Arena *a, const char *dir)
{
    StrList names;
    if (file_list(a, dir, S(""), &names) != ERR_OK)
        return;
    for (size_t i = 0; i < names.n; i++)
        if (old_before(names.items[i]))
            file_remove(z_printf(a, "%s/%.*s/kunci.db", dir, STR_ARG(names.items[i])));
}

void ring_sweep(const Installation *in, const char *home)
{
    Arena *a = arena_new(1024 * 1024);
    sweep_copies(a, home);
    sweep_before(a, in->dir);
    arena_free(a);
}

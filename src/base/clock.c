#include "clock.h"

#include <stdatomic.h>
#include <time.h>

static _Atomic int64_t shift;
static _Atomic int zone_minutes = 480;

static int64_t read_clock(clockid_t id)
{
    struct timespec ts;
    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_now(void)
{
    return read_clock(CLOCK_REALTIME) + atomic_load(&shift);
}

int64_t clock_real(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t clock_steady(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

void clock_shift(int64_t ms)
{
    atomic_store(&shift, ms);
}

void clock_set_zone(int minutes)
{
    atomic_store(&zone_minutes, minutes);
}

int clock_zone(void)
{
    return atomic_load(&zone_minutes);
}

const char *clock_zone_name(void)
{
    switch (clock_zone()) {
    case 420:
        return "WIB";
    case 480:
        return "WITA";
    case 540:
        return "WIT";
    default:
        return "UTC";
    }
}

Date clock_date_of(int64_t instant, int *ret_minute)
{
    int64_t local = instant + (int64_t)clock_zone() * 60000;
    int64_t day = local / 86400000;
    int64_t rest = local % 86400000;
    if (rest < 0) {
        rest += 86400000;
        day--;
    }
    if (ret_minute)
        *ret_minute = (int)(rest / 60000);
    return date_from_days(day);
}

Date clock_today(void)
{
    return clock_date_of(clock_now(), NULL);
}

int64_t clock_instant(Date d, int minute)
{
    return date_days(d) * 86400000 + ((int64_t)minute - clock_zone()) * 60000;
}

void clock_sleep(int ms)
{
    struct timespec ts = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    nanosleep(&ts, NULL);
}

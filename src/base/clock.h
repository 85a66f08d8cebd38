/* The only reader of the system clock. Instants are UTC milliseconds since 1970. The installation
 * zone is a fixed offset (WIB +7, WITA +8, WIT +9; no tzdata). A practice installation may shift
 * the clock (`sigap clock`); a real one never does. */
#pragma once

#include "date.h"

#include <stdint.h>

#define HOUR_MS ((int64_t)3600 * 1000)
#define DAY_MS  (24 * HOUR_MS)

int64_t clock_now(void);
/* The same without the shift of a practice installation: for what looks after the machine. */
int64_t clock_real(void);
/* Monotonic milliseconds, for deadlines and durations. */
int64_t clock_steady(void);
/* Shifts clock_now() by `ms`; practice installations and tests only. */
void clock_shift(int64_t ms);
/* Offset of the installation zone in minutes; default 480 (WITA). */
void clock_set_zone(int minutes);
int clock_zone(void);
/* "WIB", "WITA", "WIT" or "UTC+h". */
const char *clock_zone_name(void);
/* Today in the installation zone. */
Date clock_today(void);
/* Civil date and minute of day of an instant in the installation zone. */
Date clock_date_of(int64_t instant, int *ret_minute);
/* Instant of a civil date and minute of day in the installation zone. */
int64_t clock_instant(Date d, int minute);
/* Sleeps; for the ticker and tests. */
void clock_sleep(int ms);

/* Reading and checking of the kinds that need more than a line; used by the table in field_type.c
 * only. Signatures as in FieldType. */
#pragma once

#include "model/field_type.h"

/* ---- value_text.c: text with its checks ---- */

bool text_parse(const ValueCtx *c, Str typed, Str *ret);
Str text_show(const Field *f, Arena *a, Lang lang, Str canonical);
void text_check(const ValueCtx *c, Str canonical);

/* ---- value_choice.c: codes, yes and no, places ---- */

bool code_parse(const ValueCtx *c, Str typed, Str *ret);
bool yesno_parse(const ValueCtx *c, Str typed, Str *ret);
void code_check(const ValueCtx *c, Str canonical);
bool place_parse(const ValueCtx *c, Str typed, Str *ret);
void place_check(const ValueCtx *c, Str canonical);

/* ---- value_time.c: dates, times, moments, points ---- */

/* date_parse, and "sekitar 2024", "Jumat, 20 November 2026". */
bool part_date(Arena *a, Str typed, Date *ret);
/* 12/03/2004, 03/2004, 2004 */
Str part_date_edit(Arena *a, Date d);
/* 09:14, 09.14, "pukul 09.14 WITA": minute of the day. */
bool part_time(Str typed, int *ret_minute);
/* Milliseconds, or a full date and a time, in the installation zone. */
bool part_instant(Arena *a, Str typed, int64_t *ret);
Str part_instant_show(Arena *a, Lang lang, int64_t at);
/* 12/03/2026 09:14, with seconds only where there are some, so that saving a form unchanged keeps
 * the value. */
Str part_instant_edit(Arena *a, int64_t at);
bool point_parse(const ValueCtx *c, Str typed, Str *ret);
Str point_show(const Field *f, Arena *a, Lang lang, Str canonical);
void point_check(const ValueCtx *c, Str canonical);

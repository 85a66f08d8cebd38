/* Settings of the installation: letterhead, paper and margins. Whoever prints asks settings_read
 * for all of them at once:
 *
 *     Settings set;
 *     TRY(settings_read(req->reader.db, req->arena, &set));
 *     h_element(h, "p", set.value[SETTING_LINE1]);
 *
 * A letterhead that nobody filled in yet is empty text, never absent. Margins are millimetres.
 * Backups by the server's own clock: every so many minutes (0: never) into a folder (empty:
 * DATA/cadangan), and the hour of the night at which all records are checked.
 * The number of protected records and of persons that one person may open in a day, of lists she
 * may take as files in an hour, and the megabytes of attachments one and all may keep (0: any);
 * the socket at which a malware scanner listens (empty: there is none). */
#pragma once

#include "base/problem.h"
#include "guard/readings.h"

#define PAPER_F4 "F4" /* 215 x 330 mm */
#define PAPER_A4 "A4"

typedef enum SettingKey {
#define X(name, word, label, unset) SETTING_##name,
#include "engine/setting.def"
#undef X
    SETTING_COUNT
} SettingKey;

typedef struct Settings {
    Str value[SETTING_COUNT];
} Settings;

enum { SETTING_TEXT_MAX = 120, MARGIN_MIN = 5, MARGIN_MAX = 50 };
enum {
    BACKUP_MINUTES_MAX = 1440,
    SCRUB_HOUR_MAX = 23,
    READINGS_MAX = 1000,
    READINGS_WIDE = 300, /* above them the page of risks says so */
    PERSONS_WIDE = 100,
    GIVEN_DAYS_MAX = 90,
    FILES_MAX = 10000000
};

/* A setting that is a number, as settings_check leaves it. */
int64_t setting_number(const Settings *set, SettingKey s);
ReadingBudget setting_budget(const Settings *set);
/* What in READING_SPAN days is told, and stops nobody. */
ReadingBudget setting_slow(const Settings *set);
/* Name of the form control and of the row; label for people. */
Str setting_name(SettingKey s);
Msg setting_label(SettingKey s);

MUST_CHECK Err settings_read(Db *db, Arena *a, Settings *ret);
/* Tells all that is wrong with what was typed, by name of the setting. */
void settings_check(const Settings *typed, Problems *problems);
/* Stores one setting that settings_check found good. */
MUST_CHECK Err setting_put(WriteTx *tx, SettingKey s, Str value);

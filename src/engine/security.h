/* The server looks at itself: settings, accounts, files and the machine it runs on, each point with
 * the risk it found and the remedy. Nothing here counts cases or people in them. */
#pragma once

#include "engine/settings_db.h"
#include "model/store.h"

typedef enum RiskGrade { RISK_NONE, RISK_NOTE, RISK_CARE, RISK_DANGER, RISK_GRADES } RiskGrade;

typedef enum SecurityPoint {
#define X(name, grade, url) POINT_##name,
#include "engine/security.def"
#undef X
    POINT_COUNT
} SecurityPoint;

typedef struct Finding {
    RiskGrade grade; /* RISK_NONE: all is well */
    Msg topic, words, cure;
    Str args[2];     /* of words and cure */
    const char *url; /* page that mends it; "" none, SECURITY_USERS the list of users */
} Finding;

#define SECURITY_USERS "users"

/* How the server is reached, as it noted itself. */
#define META_TRANSPORT  S("jalur")
#define TRANSPORT_TLS   "tls"
#define TRANSPORT_PROXY "proksi" /* a request came by a proxy that speaks TLS */
#define TRANSPORT_PLAIN "terbuka"
/* When shares of the recovery sheet were last tried, and when an anchor was last taken out:
 * instants in meta. */
#define META_DRILL  S("kunci_latihan")
#define META_ANCHOR S("segel_diambil")
/* A writer's command: notes that an anchor is taken out now. */
MUST_CHECK Err security_anchor_taken(WriteTx *tx, void *arg);

/* Looks at everything; `ret` in the order of security.def. Reads only. */
MUST_CHECK Err security_look(const Store *s, Db *db, Arena *a, Lang lang, Finding ret[POINT_COUNT]);
Str security_words(Arena *a, Lang lang, const Finding *f, Msg msg);
Msg security_grade_word(RiskGrade grade);
/* How it stands with the malware scanner; asks it, which may take SCAN_LOOK_MS. */
Msg security_scanner(Arena *a, const Settings *set);

/* ---- what the database says (security_db.c) ---- */

/* Accounts that can log in today. */
typedef struct AccountFacts {
    int64_t count, no_factor, temporary, dormant;
    StrList roles; /* of each account: words */
} AccountFacts;
enum { DORMANT_DAYS = 90, TOKEN_IDLE_DAYS = 30 };
MUST_CHECK Err security_accounts(Db *db, Arena *a, AccountFacts *ret);
/* Tokens in force that nobody used for TOKEN_IDLE_DAYS. */
MUST_CHECK Err security_idle_tokens(Db *db, int64_t *ret);
/* Instant of the last row of the record of access; 0: none. */
MUST_CHECK Err security_last_row(Db *db, int64_t *ret);

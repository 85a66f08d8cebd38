/* Who somebody is: facts about users (name, roles, membership) are registers, `model` writes their
 * plain projection here, and of it the subject is made that decisions are about. */
#pragma once

#include "db/writer.h"
#include "guard/policy.h"

/* A log-in name as it is stored and compared: trimmed, ASCII letters in lower case. */
Str login_fold(Arena *a, Str login);
typedef struct UserFact {
    int64_t user;
    Str uid, login, name, roles; /* roles: words separated by blanks */
    bool active;
    Str until;      /* ISO date or absent */
    Str area;       /* region code or absent */
    int64_t agency; /* institution the user record stands under */
} UserFact;
/* Makes or replaces; a changed log-in name is followed by the account. E_DUPLICATE when it is
 * another user's. */
MUST_CHECK Err user_fact_put(WriteTx *tx, const UserFact *f);
typedef struct MemberFact {
    int64_t membership, user, agency;
    Str start, end; /* ISO dates; end may be absent */
} MemberFact;
/* Whether the user belongs to that institution for all of that time already. */
MUST_CHECK Err member_fact_covered(Db *db, const MemberFact *f, bool *ret);
MUST_CHECK Err member_fact_put(WriteTx *tx, const MemberFact *f);
MUST_CHECK Err member_fact_drop(WriteTx *tx, int64_t membership);

/* Subject of a user from the facts as of `now`. E_LOGIN: unknown, inactive or past the last day, or
 * no membership that holds today. Only a user under no institution and without any membership row
 * (the first administrator) needs none. At most AGENCIES_MAX agencies count, home first. */
MUST_CHECK Err user_subject(Db *db, Arena *a, Str login, int64_t now, const StrList *roles,
                            Subject *ret);
/* The same by the user's uid: the user behind a token. */
MUST_CHECK Err uid_subject(Db *db, Arena *a, Str uid, int64_t now, const StrList *roles,
                           Subject *ret);

/* Giving out a role by two persons: a role that domain/ guards holds for its user only after
 * somebody else approved it, who neither asked for it nor gets it. What a user's record says is
 * asked; what her facts say holds. Until a second approver has been there once, the first may do it
 * alone. */
#pragma once

#include "db/writer.h"

#define ROLE_GRANT_TABLE                                                                           \
    "CREATE TABLE IF NOT EXISTS peran_setuju(user_uid " DB_TEXT " PRIMARY KEY, held " DB_TEXT      \
    " NOT NULL, asked " DB_TEXT " NOT NULL DEFAULT '', asked_by " DB_TEXT ", asked_at " DB_INTEGER \
    " NOT NULL DEFAULT 0);"                                                                        \
    "INSERT INTO peran_setuju(user_uid,held) SELECT uid,roles FROM fakta_pengguna"                 \
    " WHERE true ON CONFLICT DO NOTHING;"

typedef struct RoleWish {
    Str user_uid;
    Str wanted;    /* words: roles her record says */
    Str guarded;   /* roles that want two persons */
    Str approvers; /* roles whose holders may approve */
    Str actor;     /* uid of who changed the record; absent: nobody did, all stays as it was */
    bool trusted;  /* the wish needs nobody else: practice data made by the program */
} RoleWish;
/* Notes what is asked and gives the roles that hold now (words, in the order of the wish). */
MUST_CHECK Err role_wish(WriteTx *tx, const RoleWish *w, Str *ret_held);

/* As if `w.actor` had asked for all guarded roles of the user anew: they hold again once a second
 * person approved. For one who took away what proves the user, and might come in her name. */
MUST_CHECK Err roles_ask_again(WriteTx *tx, const RoleWish *w);

typedef struct RoleAsked {
    Str user_uid, user_name, roles, by_uid, by_name;
    int64_t at;
} RoleAsked;
typedef ARENA_LIST(RoleAsked) RoleAskedList;
/* What waits for a second person, oldest first; of one user, or of all when she is absent. */
MUST_CHECK Err roles_asked(Db *db, Arena *a, Str user_uid, RoleAskedList *ret);
/* What was asked for the user holds from now on. E_NOT_FOUND when nothing is; E_DENIED when the
 * approver asked for it or is the user; absent: the recovery sheet stands for the second person. */
MUST_CHECK Err roles_approve(WriteTx *tx, Str user_uid, Str approver, Str *ret_roles);

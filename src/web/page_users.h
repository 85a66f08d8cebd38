/* Temporary passwords, proposed by the program and shown once in the form that sets them. */
#pragma once

#include "web/page.h"

/* Sixteen random letters and digits in groups of four. */
Str password_propose(Req *req);
/* Shows it, with what to do with it in words, and puts it into the form. */
void password_proposed(Req *req, Html *h, Str proposed);
/* The password of such a form: nobody chooses one for another. A problem, and a new one, when it is
 * not as proposed in this session. */
Str password_given(Req *req, Problems *problems);
/* A control for a log-in name or a password ("text", "password"), with its label; what was typed is
 * never shown again. */
void account_input(Req *req, Html *h, Str name, Msg label, const char *type, Str autocomplete);
/* Roles that wait for a second person, with the button for who may approve them: of one user, or of
 * all; nothing for who has no part in it. */
MUST_CHECK Err roles_waiting(Req *req, Html *h, Str user_uid);
/* What others did, or tried, with the reader's account since she last logged in, as a line with a
 * link; nothing when nobody did. */
MUST_CHECK Err account_warning(Req *req, Html *h);
/* The user the address names, for who keeps accounts; E_DENIED for others and for one's own, which
 * is kept at /akun. */
MUST_CHECK Err account_of_other(Req *req, Record *ret);

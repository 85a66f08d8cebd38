/* What a role may reach, in words: read from the rights of the registers, for people who decide. */
#pragma once

#include "model/model.h"

/* One row of rights. Texts are lists in the reader's language; empty when there is nothing. */
typedef struct RoleLine {
    const Register *reg;
    Str verbs, scope;
    Str open, closed; /* protected classes of the register that the row opens, and the others */
} RoleLine;

/* The rows that name the role, in the order of the registers; texts live in `a`. */
size_t role_report(const Model *m, Arena *a, Lang lang, int role, RoleLine **ret);
/* Names of the classes of a CLASS_BIT mask; empty for none. */
/* Classes that fields of the register have, as a CLASS_BIT mask. */
unsigned classes_used(const Register *reg);
Str classes_words(Arena *a, Lang lang, unsigned classes);
/* Labels of the registers the role reaches in no way. */
Str role_unreached(const Model *m, Arena *a, Lang lang, int role);
/* Classes whose values the role opens in some register; with `everywhere` only where it does so in
 * every record. */
unsigned role_opens(const Model *m, int role, bool everywhere);
/* Names of the roles that are given out by two persons; of those whose holders may approve it. */
Str roles_guarded(const Model *m, Arena *a);
Str roles_approving(const Model *m, Arena *a);

#include "guard/policy.h"

bool is_of_agency(const Subject *s, int64_t institution)
{
    for (size_t i = 0; i < s->agency_count && i < AGENCIES_MAX; i++)
        if (institution && s->agencies[i] == institution)
            return true;
    return false;
}

/* Whether the row is of a role she has and gives the verb. */
static bool row_speaks(const Subject *s, Verb verb, const Right *r)
{
    unsigned verbs = r->verbs | (r->verbs & VERB_READ ? VERB_LIST : 0);
    return r->role >= 0 && r->role < 64 && (s->roles >> r->role & 1) && verb &&
           (verbs & verb) == verb;
}

enum { ALTERS = VERB_CHANGE | VERB_VOID, WRITES = ALTERS | VERB_MOVE | VERB_IMPORT };

/* Whether the relation satisfies the scope, and the classes of what satisfies it. A record that is
 * one's own or assigned is within one's wider scopes, too; what is addressed to one is so alone.
 * What is shut to an office is not altered by it, and what is lent in part is read and added to. */
static bool scope_holds(Scope scope, Verb verb, const Relation *rel, unsigned *ret_classes)
{
    bool open = !(verb & ALTERS), whole = !(verb & WRITES);
    bool own =
        rel->own && (open || rel->own_classes) && (scope == SCOPE_OWN || scope == SCOPE_AREA);
    bool assigned = rel->assigned && (whole || rel->assigned_classes == CLASSES_ALL) &&
                    (scope == SCOPE_ASSIGNED || scope == SCOPE_OWN || scope == SCOPE_AREA);
    bool area = rel->area && (open || rel->area_classes) && scope == SCOPE_AREA;
    bool addressed = rel->addressed && scope == SCOPE_ADDRESSED;
    if (scope == SCOPE_ALL || scope == SCOPE_OVERSIGHT) {
        *ret_classes = CLASSES_ALL;
        return true;
    }
    *ret_classes = (own ? rel->own_classes : 0) | (assigned ? rel->assigned_classes : 0) |
                   (area ? rel->area_classes : 0) | (addressed ? rel->addressed_classes : 0);
    return own || assigned || area || addressed;
}

Decision policy_decide(const Subject *s, Verb verb, Rights rights, const Relation *rel)
{
    Decision d = {0};
    if (s->system)
        return (Decision){.allowed = true, .classes = CLASSES_ALL};
    for (size_t i = 0; i < rights.n; i++) {
        const Right *r = &rights.items[i];
        unsigned classes;
        if (!row_speaks(s, verb, r) || (rel->excluded && r->scope != SCOPE_OVERSIGHT) ||
            !scope_holds(r->scope, verb, rel, &classes))
            continue;
        d.allowed = true;
        d.classes |= r->classes & classes;
    }
    return d;
}

/* `classes` 0: of every row. */
static unsigned scopes_of(const Subject *s, Verb verb, Rights rights, unsigned classes)
{
    unsigned scopes = 0;
    if (s->system)
        return SCOPE_BIT(SCOPE_ALL);
    for (size_t i = 0; i < rights.n; i++)
        if (row_speaks(s, verb, &rights.items[i]) &&
            (!classes || (rights.items[i].classes & classes)))
            scopes |= SCOPE_BIT(rights.items[i].scope);
    return scopes;
}

unsigned policy_class_scopes(const Subject *s, Verb verb, Rights rights, unsigned classes)
{
    return classes ? scopes_of(s, verb, rights, classes) : 0;
}

unsigned policy_scopes(const Subject *s, Verb verb, Rights rights)
{
    return scopes_of(s, verb, rights, 0);
}

#include "guard/policy.h"

static bool has_role(const Subject *s, int role)
{
    return role >= 0 && role < 64 && (s->roles >> role & 1);
}

static bool has_verb(unsigned verbs, Verb verb)
{
    if (verbs & VERB_READ)
        verbs |= VERB_LIST;
    return verb && (verbs & verb) == verb;
}

static bool row_speaks(const Subject *s, Verb verb, const Right *r)
{
    return has_role(s, r->role) && has_verb(r->verbs, verb);
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

unsigned policy_class_scopes(const Subject *s, Verb verb, Rights rights, unsigned classes)
{
    unsigned scopes = 0;
    if (s->system)
        return SCOPE_BIT(SCOPE_ALL);
    for (size_t i = 0; i < rights.n; i++)
        if (row_speaks(s, verb, &rights.items[i]) && (rights.items[i].classes & classes))
            scopes |= SCOPE_BIT(rights.items[i].scope);
    return scopes;
}

unsigned policy_scopes(const Subject *s, Verb verb, Rights rights)
{
    unsigned scopes = 0;
    if (s->system)
        return SCOPE_BIT(SCOPE_ALL);
    for (size_t i = 0; i < rights.n; i++)
        if (row_speaks(s, verb, &rights.items[i]))
            scopes |= SCOPE_BIT(rights.items[i].scope);
    return scopes;
}

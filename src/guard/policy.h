/* The decision: may this subject do this to that record, and which protected classes may it see?
 * Pure: facts in, decision out. Default deny. */
#pragma once

#include "guard/keys.h"

typedef enum Verb {
    VERB_LIST = 1 << 0,
    VERB_READ = 1 << 1, /* includes list */
    VERB_CREATE = 1 << 2,
    VERB_CHANGE = 1 << 3,
    VERB_MOVE = 1 << 4,
    VERB_VOID = 1 << 5,
    VERB_IMPORT = 1 << 6,
    VERB_EXPORT = 1 << 7,
    VERB_COUNT = 1 << 8,
} Verb;

typedef enum Scope {
    SCOPE_ASSIGNED,
    SCOPE_OWN,
    SCOPE_AREA,
    SCOPE_ALL,
    SCOPE_ADDRESSED,
    SCOPE_OVERSIGHT
} Scope;
#define SCOPE_BIT(s) (1u << (s))

/* One row of `rights:` of a register. */
typedef struct Right {
    int role; /* index in roles.yaml */
    unsigned verbs;
    Scope scope;
    unsigned classes; /* CLASS_BIT mask the row opens */
} Right;

typedef struct Rights {
    const Right *items;
    size_t n;
} Rights;

enum { AGENCIES_MAX = 16 };

/* Who asks. */
typedef struct Subject {
    int64_t user; /* 0 = nobody */
    Str uid, login, name;
    uint64_t roles;                 /* bit per role index */
    int64_t agencies[AGENCIES_MAX]; /* live memberships, home institution first */
    size_t agency_count;
    Str area;          /* region code */
    Str session;       /* hash of the session token, absent on the command line */
    bool change_due;   /* the password is a temporary one */
    bool locked;       /* the screen is locked: nothing but unlocking is answered */
    bool code_due;     /* the password was given, the second factor not yet */
    bool factor_due;   /* has to set up a second factor before anything else */
    int64_t proven_at; /* instant at which she last proved who she is in this session */
    bool system;       /* the program itself: everything, actor stands in `uid` as "sistem:.." */
} Subject;

/* How the record stands to the subject, read from the reach table. */
typedef struct Relation {
    bool own, assigned, area, addressed;
    /* what the reach rows open */
    unsigned own_classes, assigned_classes, area_classes, addressed_classes;
    bool excluded; /* conflict-of-interest list: sees nothing */
    bool lasting;  /* own and open, or assigned with all classes and no end: hers to build on */
} Relation;

typedef struct Decision {
    bool allowed;
    unsigned classes; /* protected classes the subject may open */
} Decision;

/* Whether one of her live memberships is in the institution. */
bool is_of_agency(const Subject *s, int64_t institution);

/* The system may do everything; an excluded subject nothing but oversee. Otherwise the union over
 * the rows that name one of the subject's roles and the verb and whose scope the relation
 * satisfies:
 *   ALL       always
 *   OWN       own or assigned
 *   ASSIGNED  assigned
 *   AREA      area, own or assigned
 *   OVERSIGHT always, to an excluded subject too
 *   ADDRESSED addressed, and nothing else: who else is near has no part in it
 * A row opens its classes as far as the relations that satisfy it open them (ALL: its classes).
 * Own or area that opens no class (a file of its team alone) is not changed or voided by it, and
 * assigned in part (grant, referral, emergency) alters nothing: who serves a person that was
 * referred to her records what she gave. */
Decision policy_decide(const Subject *s, Verb verb, Rights rights, const Relation *rel);
/* Scopes (SCOPE_BIT mask) in which the subject has the verb at all; 0 = refuse before any query. */
unsigned policy_scopes(const Subject *s, Verb verb, Rights rights);
/* Only the scopes of rows that also open one of the classes. */
unsigned policy_class_scopes(const Subject *s, Verb verb, Rights rights, unsigned classes);

/* Form controls. Every control comes with its label tied to it, help behind "?", and its error tied
 * by aria-describedby; pages cannot write an input in any other way. */
#pragma once

#include "model/query.h"
#include "web/form_env.h"
#include "web/page.h"

typedef struct RefChoices {
    const Register *reg;
    QueryPage page;
    bool few;
} RefChoices;

/* What a form of a register shows and knows. `prefix` stands before every name ("orang." for the
 * fields of a person made together with the record that refers to her). */
typedef struct Form {
    Req *req;
    Html *h;
    const Register *reg;
    Str prefix;
    Str scope;           /* stands in ids where a page holds several forms with the same fields */
    const Record *rec;   /* stored record, NULL for a new one */
    const Params *typed; /* what was typed before (errors, drafts); NULL: stored values, defaults */
    const Str *given;    /* by field: canonical values taken over from elsewhere; may be NULL */
    const Problems *problems;
    unsigned classes; /* protected classes the subject may write */
    ARENA_LIST(RefChoices)
    choices;          /* what fields that refer to a register offer, read once for all of them */
    StrList shown;    /* out: fields the form offered; sent back in the hidden field "ada" */
    struct Form *sub; /* fields of a record to be made for the reference `sub_field`, or NULL */
    const Field *sub_field;
} Form;

/* One control for a register's field. A sealed value that was not opened is shown as protected and
 * is not offered. */
void widget_field(Form *f, const Field *field);
/* All sections with their fields. */
void widget_sections(Form *f);
/* The hidden list of what the form offered; after the fields. */
void widget_offered(Form *f);
/* Box with links to the fields in error, and the warnings; nothing without problems (NULL is none).
 * With an error the answer has the status of E_INVALID. */
void widget_summary(Req *req, Html *h, const Problems *problems);

/* One choice of a list. */
void widget_option(Html *h, Str value, Str label, bool on);

/* Controls of the pages' own (widget_own.c); what widget_summary told about one is repeated beside
 * it. */
void widget_text(Req *req, Html *h, Str name, Str label, Str hint, Str value, bool required);
void widget_area(Req *req, Html *h, Str name, Str label, Str hint, Str value, const char *extra);
void widget_select(Req *req, Html *h, Str name, Str label, const CodeList *list, Str value);

/* Whether the field is offered in a form at all (not computed, class allowed). */
bool widget_offers(const Form *f, const Field *field);
/* Name of the control: prefix and field name. */
Str widget_name(const Form *f, const Field *field);
/* A field that refers to a register of at most so many records is a list of choices. */
enum { REF_SELECT_MAX = 60 };

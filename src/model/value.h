/* Values and records. The canonical value of every kind is text:
 *   text as typed (NFC) | number: decimal integer, scaled | date: ISO, maybe partial | time HH:MM |
 *   instant: milliseconds | yesno4 and code: the code | place: region code | ref: uid | file: uid |
 *   geopoint "lat,lon"; multi-valued: words separated by one blank. */
#pragma once

#include "model/model.h"

typedef struct Value {
    Str text;            /* absent = no value, or not opened */
    Str blob;            /* classed field: the sealed bytes as stored */
    bool sealed;         /* there is a value, but it was not opened for this reader */
    int64_t id;          /* single ref: row id of the target */
    const Register *reg; /* single ref: register of the target */
    Str heading;         /* single ref: how the target is called */
} Value;

typedef struct Record {
    const Register *reg;
    int64_t id, version, owner, created_tx, changed_tx, changed_at, void_tx, parent;
    const Register *parent_reg; /* NULL without parent */
    Str uid, number, state, heading, parent_uid, parent_heading, owner_name;
    Value *vals; /* reg->field_count of them */
} Record;

/* Turns what a person typed (form, spreadsheet, API) into the canonical value. Codes may be given
 * by code or label in either language, places by code or name, refs by uid. Multi values may be
 * separated by ; , or line ends. On failure adds one problem (field, label, remedy filled in; the
 * caller adds place and row) and returns false. Empty input gives an absent value. */
bool value_parse(const Field *f, Arena *a, Str typed, Date today, Str *ret, Problems *problems);
/* Canonical value for people: labels, dates and numbers of the language. */
Str value_show(const Field *f, Arena *a, Lang lang, const Value *v);
/* What stands in the input of a form (dates 12/03/2004, numbers 1.234,5, codes as codes). */
Str value_edit(const Field *f, Arena *a, Lang lang, Str canonical);
/* Bounds (`min`, `max`), checks and code validity of a canonical value; warnings such as a NIK that
 * disagrees are added as warnings. */
void value_check(const Field *f, Arena *a, Str canonical, Date today, Problems *problems);
/* For look-up and matching: NIK digits only, phone as +62.., docno upper case without blanks. */
Str value_normalise(const Field *f, Arena *a, Str canonical);
/* Label of a code in the language; the code itself when the list does not know it. */
Str code_label(const CodeList *list, Lang lang, Str code);

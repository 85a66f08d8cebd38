/* A record as a page meets it: loaded through the gate, opened if a purpose was given. */
#pragma once

#include "web/page.h"

typedef struct Sheet {
    Record rec;
    Decision decision; /* for the verb it was loaded with */
    Str file_uid;      /* the file a purpose is asked for; absent when nothing is protected */
    bool closed;       /* there are values the reader may open but has given no purpose for */
} Sheet;

/* Takes up the purpose stated for the record's file in this session, if any, so that it stands
 * beside whatever is opened from now on. */
MUST_CHECK Err record_purpose(Req *req, const Record *r, Str *ret_file);
/* E_BUDGET when this would be more than the settings let one person open in a day. */
MUST_CHECK Err record_within_budget(Req *req, const ReadingMark *mark);
/* Opens protected values to be shown: the only way to do so. E_BUDGET likewise. */
MUST_CHECK Err record_open(Req *req, Record *r, unsigned classes);
/* Loads req->reg / req->uid for the verb. When a purpose was given for its file in this session,
 * the protected values of the allowed classes are opened (and will go on record). */
MUST_CHECK Err record_load(Req *req, Verb verb, Sheet *ret);
/* Of a reason: letters at least; bytes at most, since audit rows repeat it. */
enum { REASON_MIN = 10, REASON_MAX = 500 };
/* Whether a reason says enough and not too much; a problem at `field` when not. */
void reason_judge(Str reason, Str field, Problems *problems);
/* The same for a purpose: a code of the list of purposes and its reason. */
void purpose_judge(Req *req, Str code, Str code_field, Str reason, Str reason_field,
                   Problems *problems);
/* What the page calls the record: "KAS-2026-00012", or its heading when it has no number. Headings
 * are built of clear fields only. */
Str record_title(Req *req, const Record *r);
/* Its heading; of a task that the program made, in the reader's language. */
Str record_heading(Req *req, const Record *r);
/* Crumbs down to the record: register, parent, record itself. Returns how many. */
size_t record_crumbs(Req *req, const Record *r, bool self, Crumb ret[4]);
/* Value of a field for people: label, "terlindung" for closed ones, absent for none. */
Str record_value(Req *req, const Record *r, const Field *f);
/* Loads one of the records a field names by uid; false when the reader may not know of it. */
bool record_named(Req *req, const Field *f, Str uid, Record *ret);
/* Writes the value as a definition or cell: links for references, paragraphs for long text. */
void record_put_value(Req *req, Html *h, const Record *r, const Field *f);

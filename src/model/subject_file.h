/* Everything that stands under one person's key, over all registers: for the copy a person may ask
 * for, whoever recorded it. It answers a matter in which her identity is proved and another officer
 * agreed; the caller has checked that state, by subject_of_matter, and the duty. */
#pragma once

#include "model/store.h"

/* The person whose data a matter allows to be copied now; E_FLOW while it does not: no person is
 * named, or its state does not open. */
MUST_CHECK Err subject_of_matter(Reader *rd, const Record *matter, Record *ret);

typedef ARENA_LIST(Record)
    SubjectFile; /* the person first, then register by register; void ones too */
/* All of it, records found to be of the same person with them. Protected values of the classes are
 * opened and collected for audit; others stay sealed. */
MUST_CHECK Err subject_file(Reader *rd, const Record *person, unsigned classes, SubjectFile *ret);

/* A record of something else that names her: its kind and when it was made, no more, since it may
 * tell of others. */
typedef struct SubjectMention {
    const Register *reg;
    int64_t at;
} SubjectMention;
typedef ARENA_LIST(SubjectMention) SubjectMentions; /* register by register, oldest first */
MUST_CHECK Err subject_mentions(Reader *rd, const Record *person, SubjectMentions *ret);

/* An office that can reach the person's records now. */
typedef struct SubjectReceiver {
    Str office;
    unsigned classes; /* at most; its officers' roles may open fewer */
    int64_t until;    /* INT64_MAX: as long as the file is there */
} SubjectReceiver;
MUST_CHECK Err subject_receivers(Reader *rd, const Record *person, SubjectReceiver *ret, size_t max,
                                 size_t *ret_n);

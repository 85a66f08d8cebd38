/* Who opened what is protected about one record: for the person concerned (UU 27/2022
 * Pasal 7), the data-protection officer, and whoever follows up a leak. */
#pragma once

#include "model/audit_view.h"

/* One office and its openings of the record and of what stands under the record's own key. */
typedef struct ReadingOffice {
    Str agency; /* heading of the institution; absent: the program, or none */
    int64_t times, officers, first, last;
    unsigned classes; /* opened */
    Str purposes; /* different ones as they were stated, a line each */
} ReadingOffice;

/* Most openings first. The caller has checked the duty and the reach. */
MUST_CHECK Err audit_reading_offices(Reader *rd, const Record *r, ReadingOffice *ret, size_t max,
                                     size_t *ret_n);
/* The openings themselves, newest first. */
MUST_CHECK Err audit_openings(Reader *rd, const Record *r, AuditLine *ret, size_t max,
                              size_t *ret_n);

/* Questions to other agencies: does anybody know this person? The program matches the sealed terms
 * with everybody on file and tells only the owners of what fits. Nothing the one who asked can
 * reach changes by it: that a file fits is the owner's to tell. */
#pragma once

#include "model/store.h"

/* Matches the questions that were not matched yet with everybody, those still open with whoever was
 * saved since, on connections of its own, and makes an inquiry for each owner of a file that fits;
 * once about one person. ERR_OK also while the persons on file are still being read
 * after `wait_ms`, and without the registers. */
MUST_CHECK Err questions_match(const Store *s, int wait_ms);
/* For Store.advise: E_BUDGET when the one who asks has opened or asked as much today as the
 * settings let her. */
MUST_CHECK Err question_advise(Reader *rd, const Change *c);
/* In the command of a new question: counts it as one opening of its day. */
MUST_CHECK Err question_asked(WriteTx *tx, const Batch *batch, const Record *question);
/* In the command that answers: E_RESTRICTED when it would share a person whose file is restricted.
 */
MUST_CHECK Err inquiry_answered(WriteTx *tx, const Record *inquiry);

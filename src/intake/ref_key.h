/* References as people and files write them: a uid, the value of the target's unique field (an
 * institution's code), a record number, or the exact heading. */
#pragma once

#include "model/query.h"

/* uid of the one record within reach that the text names; STR_NONE when none or several. */
Str ref_by_key(Reader *rd, const Field *f, Str text);
/* The first unique field of a register, or NULL. */
const Field *reg_unique_field(const Register *reg);
/* uid of the record of `reg` within reach whose unique field or number has the value. */
Str record_by_key(Reader *rd, const Register *reg, Str text);

/* Whose file a record is part of: the record at the end of its chain of keys (`key:` own, ref or
 * parent), asked of many records at once. Only model/ and engine/ include this header. */
#pragma once

#include "model/model.h"

/* Appends the condition that holds for rows of `reg`, called `alias` in the statement, whose chain
 * ends at a record of `subject` the id of which passes `test` ("=:id", " IN (..)"). Appends nothing
 * and says false where no chain of the register ends there. */
bool key_chain_put(Buf *sql, const Register *reg, const char *alias, const Register *subject,
                   const char *test);
/* Ids of all rows of `reg` whose chain ends at that record of `subject`. */
MUST_CHECK Err key_chain_rows(Db *db, Arena *a, const Register *reg, const Register *subject,
                              int64_t id, IdList *ret);
/* Appends the expression that gives the id of the record of `subject` at the end of the chain of
 * such a row, NULL where it ends elsewhere; in the same way. */
bool key_chain_put_id(Buf *sql, const Register *reg, const char *alias, const Register *subject);

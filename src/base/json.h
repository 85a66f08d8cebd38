/* JSON: a streaming writer of our own, and flat reading through jansson. */
#pragma once

#include "str.h"

/* Appends the text as a JSON string with quotes; absent text gives null. */
void json_put(Buf *b, Str s);

/* Reads an object whose values are strings or null, in order of appearance.
 * E_PARSE when it is anything else. */
MUST_CHECK Err json_read_flat(Arena *a, Str text, StrList *ret_keys, StrList *ret_values);

/* libjansson as the readers of JSON use it. */
#pragma once

#include "str.h"

#include <jansson.h>

/* The value of a text, to be given back by json_decref; NULL when it is none, or names a key twice.
 * `ret_error` may be NULL. True lack of memory ends the process. */
json_t *json_load_text(Str text, json_error_t *ret_error);

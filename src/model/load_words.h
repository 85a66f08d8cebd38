/* Names a register or field may not have. */
#pragma once

#include "base/str.h"

/* A page of the program, or a table it keeps for itself. */
bool word_is_page(Str name);
/* A word of SQL, or a column every table has. */
bool word_is_sql(Str name);
/* Whether forms and lists use the name for what is no field (page of a list, kept text, ..). */
bool word_is_parameter(Str name);

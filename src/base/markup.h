/* Text inside HTML, SVG or XML. */
#pragma once

#include "str.h"

/* Writes `s` with what markup is made of (< > & " ') as references: good between tags and in an
 * attribute with quotes around it. */
void markup_escape(Buf *to, Str s);

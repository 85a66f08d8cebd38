/* Base64 (RFC 4648) for sealed values inside JSON. */
#pragma once

#include "str.h"

Str base64_encode(Arena *a, Str bytes);
/* False when the text is not canonical base64. */
bool base64_decode(Arena *a, Str text, Str *ret);

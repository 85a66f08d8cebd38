/* Pictures without what a camera writes beside the image: place, time, device, owner, thumbnail.
 * The image itself is copied byte by byte, never decoded. JPEG, PNG and still WebP. */
#pragma once

#include "str.h"

/* What copying can add to the length: the mark of how a camera was held. */
enum { PICTURE_GROWS = 64 };

/* A copy with only what is needed to show the image, in the right colours and the right way up.
 * False when the bytes are none of these pictures, cut off, or contradict themselves. */
MUST_CHECK bool picture_bare(Arena *a, Str bytes, Str *ret);

/* The same of a JPEG that something follows: how many bytes it took, 0 when it is none. */
MUST_CHECK size_t picture_jpeg(Arena *a, Str bytes, Str *ret);

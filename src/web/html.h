/* HTML, escaped by context, well nested by construction. An element opened is closed by h_close or,
 * when forgotten, by whoever closes around it; void elements close themselves. Names of elements
 * and attributes are literals; every other text is escaped. */
#pragma once

#include "base/str.h"

enum { HTML_DEPTH = 64 };

typedef struct Html {
    Buf *out;
    Arena *arena;
    const char *stack[HTML_DEPTH];
    int depth;
    bool tag_open; /* "<p" was written, ">" not yet */
    bool is_void;  /* and it is a void element */
} Html;

Html html_new(Arena *a, Buf *out);

#define h_open(h, tag)                    h_open_((h), "" tag)
#define h_attr(h, name, value)            h_attr_((h), "" name, (value))
#define h_attr_int(h, name, n)            h_attr_int_((h), "" name, (n))
#define h_flag(h, name)                   h_flag_((h), "" name)
#define h_url(h, name, url)               h_url_((h), "" name, (url))
#define h_lit(h, text)                    h_raw_((h), S(text))
#define h_class(h, tag, names)            (h_open_((h), "" tag), h_attr_((h), "class", S(names)))
#define h_element(h, tag, text)           (h_open_((h), "" tag), h_text((h), (text)), h_close(h))
#define h_element_as(h, tag, names, text) (h_class(h, tag, names), h_text((h), (text)), h_close(h))
#define h_element_attr(h, tag, name, value, text)                                                  \
    (h_open_((h), "" tag), h_attr_((h), "" name, (value)), h_text((h), (text)), h_close(h))
#define h_data(h, name, value) h_attr_((h), "data-" name, (value))

void h_open_(Html *h, const char *tag);
/* Attributes belong to the element just opened. Absent values write nothing. */
void h_attr_(Html *h, const char *name, Str value);
void h_attr_int_(Html *h, const char *name, int64_t n);
/* An attribute without a value, e.g. "checked". */
void h_flag_(Html *h, const char *name);
/* A link target: paths of this site ("/..", "?..", "#..") and tel: only; anything else gives "#".
 */
void h_url_(Html *h, const char *name, Str url);
void h_text(Html *h, Str text);
void h_int(Html *h, int64_t n);
/* Closes the innermost element. */
void h_close(Html *h);
/* The present depth, for h_close_to: closes until the depth is again `mark`. */
int h_mark(const Html *h);
void h_close_to(Html *h, int mark);
/* For h_lit, and for a drawing that its back end has escaped. */
void h_raw_(Html *h, Str literal);

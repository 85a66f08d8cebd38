/* From a posted form to a change: which fields were offered, what was typed, what it means. */
#pragma once

#include "web/widget.h"

/* Reads the fields the form offered (its hidden list "ada") into the change. References and places
 * typed into a search box are looked up; several hits become a problem with candidates. Problems
 * carry the control's name in `field`. */
MUST_CHECK Err form_read(Form *f, Change *c, Problems *problems);
/* The value of a reference or place: radios or ticks hold it, a filled search box adds to it or
 * replaces it. */
MUST_CHECK Err form_read_picked(Form *f, const Field *field, Problems *problems, Str *ret);
/* Puts the form's prefix before the fields of problems added since `from`. */
void form_prefix_problems(const Form *f, Problems *problems, size_t from);
/* "reg/uid" in the form or query as a parent that may take records of `child`; *ret_reg is NULL
 * when none was named. E_BAD_REQ when it may not. */
MUST_CHECK Err form_parent(Req *req, const Register *child, const Register **ret_reg, Str *ret_uid);
/* Makes the batch idempotent by the form's hidden key. */
void form_idempotent(Req *req, Batch *b);

/* Attached files in forms and downloads. */
#pragma once

#include "web/widget.h"

/* What a malware scanner has against the bytes: M_COUNT as its message where that is nothing, or
 * where none is set; else it goes on record. */
MUST_CHECK Err upload_scan(Req *req, Str file_name, Str bytes, Problem *ret);
/* Takes the upload for a field of the form into the change: a new uid, and what is known of the
 * bytes (name, type, size) into the fields with those roles. What speaks against it becomes a
 * problem at the field. */
MUST_CHECK Err form_take_file(Form *form, const Field *f, Change *c, Problems *problems);
/* Stores the bytes of a prepared change, before the change itself is written. */
MUST_CHECK Err form_keep_files(Form *form, const Batch *b, const Change *c);
/* Whether forms of the register must be sent as multipart. */
bool reg_has_file(const Register *reg);

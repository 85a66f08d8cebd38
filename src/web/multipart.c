/* multipart/form-data (RFC 7578) over a whole body in memory: no nesting, no encodings. */
#include "web/params.h"

#include "base/utf8.h"

#include <string.h>

enum { BOUNDARY_MAX = 70, PART_HEAD_MAX = 2048 };

static bool boundary_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("'()+_,-./:=?", c));
}

Str multipart_boundary(Str content_type)
{
    Str rest = content_type, piece;
    if (!str_cut(&rest, ';', &piece) || !str_is(str_trim(piece), "multipart/form-data"))
        return STR_NONE;
    while (str_cut(&rest, ';', &piece)) {
        piece = str_trim(piece);
        if (!str_starts(piece, S("boundary=")))
            continue;
        Str b = str_from(piece, 9);
        if (b.len >= 2 && b.ptr[0] == '"' && b.ptr[b.len - 1] == '"')
            b = (Str){b.ptr + 1, b.len - 2};
        for (size_t i = 0; i < b.len; i++)
            if (!boundary_char(b.ptr[i]))
                return STR_NONE;
        return b.len > 0 && b.len <= BOUNDARY_MAX ? b : STR_NONE;
    }
    return STR_NONE;
}

/* Cuts off what stands before `mark`; false when the mark is missing. */
static bool cut_at(Str *rest, Str mark, Str *ret)
{
    const char *at = rest->len ? memmem(rest->ptr, rest->len, mark.ptr, mark.len) : NULL;
    if (!at)
        return false;
    size_t n = (size_t)(at - rest->ptr);
    *ret = str_head(*rest, n);
    *rest = str_from(*rest, n + mark.len);
    return true;
}

/* A quoted parameter of Content-Disposition; a semicolon inside quotes belongs to the value.
 * Browsers escape a quote as %22 and never as \". */
static Str disposition_param(Str line, const char *name)
{
    Str key, value;
    while (line.len) {
        ptrdiff_t eq = str_find(line, '='), semicolon = str_find(line, ';');
        if (eq < 0 || (semicolon >= 0 && semicolon < eq)) {
            if (semicolon < 0)
                return STR_NONE;
            line = str_from(line, (size_t)semicolon + 1);
            continue;
        }
        key = str_trim(str_head(line, (size_t)eq));
        line = str_from(line, (size_t)eq + 1);
        if (!str_starts(line, S("\"")))
            continue;
        line = str_from(line, 1);
        if (!cut_at(&line, S("\""), &value))
            return STR_NONE;
        if (str_is(key, name))
            return value.ptr ? value : S("");
    }
    return STR_NONE;
}

static bool header_is(Str line, const char *name, Str *ret_value)
{
    size_t len = strlen(name);
    if (line.len <= len || line.ptr[len] != ':' || strncasecmp(line.ptr, name, len) != 0)
        return false;
    *ret_value = str_trim(str_from(line, len + 1));
    return true;
}

static Err part_head(Str head, Upload *ret)
{
    Str value, line;
    while (head.len) {
        if (!cut_at(&head, S("\r\n"), &line)) {
            line = head;
            head = STR_NONE;
        }
        if (header_is(line, "content-disposition", &value)) {
            if (!str_starts(value, S("form-data")))
                return E_BAD_REQ;
            ret->name = disposition_param(value, "name");
            ret->file_name = disposition_param(value, "filename");
        } else if (header_is(line, "content-type", &value)) {
            ret->type = value;
        }
    }
    bool fine = !str_empty(ret->name) && utf8_valid(ret->name) && utf8_valid(ret->file_name) &&
                utf8_valid(ret->type);
    return fine ? ERR_OK : E_BAD_REQ;
}

static Err add_part(Arena *a, const Upload *part, Params *p, Uploads *files)
{
    if (part->file_name.ptr) {
        if (files->n == UPLOADS_MAX)
            return E_TOO_LARGE;
        *ARENA_PUSH(a, *files) = *part;
        return ERR_OK;
    }
    if (p->names.n == PARAMS_MAX)
        return E_TOO_LARGE;
    if (!utf8_valid(part->bytes))
        return E_BAD_REQ;
    params_add(p, a, part->name, part->bytes.len ? part->bytes : S(""));
    return ERR_OK;
}

Err multipart_parse(Arena *a, Str body, Str boundary, Params *ret, Uploads *ret_files)
{
    Params params = {0};
    Uploads files = {0};
    Str first = str_printf(a, "--%.*s", STR_ARG(boundary));
    Str mark = str_printf(a, "\r\n--%.*s", STR_ARG(boundary));
    if (str_empty(boundary) || !str_starts(body, first))
        return E_BAD_REQ;
    body = str_from(body, first.len);
    while (!str_starts(body, S("--"))) {
        Upload part = {0};
        Str head;
        if (!str_starts(body, S("\r\n")))
            return E_BAD_REQ;
        body = str_from(body, 2);
        if (!cut_at(&body, S("\r\n\r\n"), &head) || head.len > PART_HEAD_MAX)
            return E_BAD_REQ;
        TRY(part_head(head, &part));
        if (!cut_at(&body, mark, &part.bytes))
            return E_BAD_REQ;
        TRY(add_part(a, &part, &params, &files));
    }
    *ret = params;
    *ret_files = files;
    return ERR_OK;
}

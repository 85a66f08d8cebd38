/* Attached files: taken from a form, given back as a download. Never shown inline. */
#include "web/page_file.h"

#include "base/rand.h"
#include "model/files.h"
#include "web/record.h"

static const Upload *upload_named(const Req *req, Str name)
{
    for (size_t i = 0; i < req->uploads.n; i++)
        if (str_eq(req->uploads.items[i].name, name) && req->uploads.items[i].bytes.len)
            return &req->uploads.items[i];
    return NULL;
}

/* Fills a field by its role, unless somebody typed it. */
static void give(Change *c, FieldRole role, Str value)
{
    const Field *f = role_field(c->reg->model, role);
    if (f && f->reg == c->reg && !f->calc && (!c->set[f->index] || !c->vals[f->index].ptr))
        change_set(c, f, value);
}

void form_take_file(Form *form, const Field *f, Change *c, Problems *problems)
{
    Req *req = form->req;
    Str name = widget_name(form, f);
    const Upload *up = upload_named(req, name);
    Problem p = {.field = name, .label = &f->label};
    if (!up)
        return; /* nothing chosen: what is stored stays */
    Str type = file_type(up->bytes);
    p.msg = up->bytes.len > FILE_BYTES_MAX ? M_FILE_BIG : M_FILE_KIND;
    if (!type.ptr || up->bytes.len > FILE_BYTES_MAX) {
        problem_add(problems, p);
        return;
    }
    change_set(c, f, rand_uid(req->arena));
    give(c, FIELD_ROLE_ATTACHMENT_NAME, up->file_name);
    give(c, FIELD_ROLE_ATTACHMENT_MIME, type);
    give(c, FIELD_ROLE_ATTACHMENT_SIZE, str_int(req->arena, (int64_t)up->bytes.len));
}

Err form_keep_files(Form *form, const Batch *b, const Change *c)
{
    for (size_t i = 0; i < c->reg->field_count; i++) {
        const Field *f = c->reg->fields[i];
        const Upload *up =
            f->kind == FK_FILE ? upload_named(form->req, widget_name(form, f)) : NULL;
        if (up && c->set[i] && c->vals[i].ptr)
            TRY(file_store(&form->req->reader, b, c, f, c->vals[i], up->bytes));
    }
    return ERR_OK;
}

bool reg_has_file(const Register *reg)
{
    for (size_t i = 0; i < reg->field_count; i++)
        if (reg->fields[i]->kind == FK_FILE)
            return true;
    return false;
}

/* The class named on the attachment narrows who may have its bytes. */
static bool class_allows(const Record *r, unsigned classes)
{
    const Field *f = role_field(r->reg->model, FIELD_ROLE_ATTACHMENT_CLASS);
    if (!f || f->reg != r->reg)
        return true;
    DataClass c = class_of(r->vals[f->index].text);
    return c == CLASS_NONE || (classes & CLASS_BIT(c));
}

Err page_file(Req *req)
{
    Sheet s;
    Str bytes;
    TRY(record_load(req, VERB_READ, &s));
    const Field *f = reg_field(req->reg, req->name);
    if (!f || f->kind != FK_FILE || !class_allows(&s.rec, s.decision.classes))
        return E_NOT_FOUND;
    TRY(file_load(&req->reader, &s.rec, f, &bytes));
    req->res.type = S("application/octet-stream");
    req->res.disposition = str_printf(req->arena, "attachment; filename=\"%.*s%.*s\"",
                                      STR_ARG(str_empty(s.rec.number) ? f->name : s.rec.number),
                                      STR_ARG(file_ending(file_type(bytes))));
    buf_put(&req->res.body, bytes);
    return ERR_OK;
}

/* Attached files: taken from a form, given back as a download. Never shown inline. */
#include "web/page_file.h"

#include "base/rand.h"
#include "engine/settings_db.h"
#include "guard/scanner.h"
#include "intake/reader_spawn.h"
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

Err upload_scan(Req *req, Str file_name, Str bytes, Problem *ret)
{
    static const Msg msgs[] = {M_COUNT, M_FILE_INFECTED, M_FILE_UNSCANNED};
    Settings set;
    Str said = STR_NONE;
    TRY(settings_read(req->reader.db, req->arena, &set));
    Str path = set.value[SETTING_SCANNER];
    Scan scan =
        str_empty(path) ? SCAN_CLEAN : scan_bytes(req->arena, path, bytes, SCAN_FILE_MS, &said);
    ret->msg = msgs[scan];
    ret->args[0] = str_empty(file_name) ? S("-") : file_name;
    ret->args[1] = str_empty(said) ? req_tr(req, M_SCANNER_SILENT) : said;
    if (scan != SCAN_CLEAN)
        req_on_record(req,
                      scan == SCAN_FOUND ? str_printf(req->arena, "scan:%.*s", STR_ARG(said))
                                         : S("scan"),
                      req->reg, req->uid, str_of(err_name(E_INVALID)));
    return ERR_OK;
}

/* What is wrong with the bytes, as far as can be told before they are stored: M_COUNT for nothing.
 */
static Err judge_file(Req *req, const Upload *up, Problem *p)
{
    Str bytes = up->bytes;
    const int64_t mega = 1000 * 1000;
    Settings set;
    p->msg = bytes.len > FILE_BYTES_MAX ? M_FILE_BIG : M_FILE_KIND;
    if (bytes.len > FILE_BYTES_MAX || !file_type(bytes).ptr)
        return ERR_OK;
    TRY(settings_read(req->reader.db, req->arena, &set));
    p->args[0] = set.value[SETTING_FILES_USER];
    p->args[1] = set.value[SETTING_FILES_ALL];
    Err e = file_room(&req->reader, bytes.len, setting_number(&set, SETTING_FILES_USER) * mega,
                      setting_number(&set, SETTING_FILES_ALL) * mega);
    p->msg = M_FILE_QUOTA;
    if (e != ERR_OK)
        return e == E_TOO_LARGE ? ERR_OK : e;
    return upload_scan(req, up->file_name, bytes, p);
}

Err form_take_file(Form *form, const Field *f, Change *c, Problems *problems)
{
    Req *req = form->req;
    Str name = widget_name(form, f);
    const Upload *up = upload_named(req, name);
    Problem p = {.field = name, .label = &f->label};
    if (!up)
        return ERR_OK; /* nothing chosen: what is stored stays */
    TRY(judge_file(req, up, &p));
    if (p.msg != M_COUNT) {
        problem_add(problems, p);
        return ERR_OK;
    }
    change_set(c, f, rand_uid(req->arena));
    give(c, FIELD_ROLE_ATTACHMENT_NAME, up->file_name);
    give(c, FIELD_ROLE_ATTACHMENT_MIME, file_type(up->bytes));
    give(c, FIELD_ROLE_ATTACHMENT_SIZE, str_int(req->arena, (int64_t)up->bytes.len));
    return ERR_OK;
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

/* A file of which no clean copy can be made: that, and the way to the bytes as they came. */
static Err no_copy(Req *req, const Sheet *s, XlsxFault why)
{
    Crumb crumb = {record_title(req, &s->rec), url_record(req, s->rec.reg, s->rec.uid, "")};
    req->res.status = err_http(E_PARSE);
    Html *h = page_begin(req, req_tr(req, M_FILE_NO_COPY), &crumb, 1);
    page_notice(h, "awas", req_tr(req, why == XLSX_LOCKED ? M_FILE_LOCKED : M_FILE_NO_COPY_WHY));
    page_link_in(h, "p", S("?asli=ya"), req_tr(req, M_FILE_ORIGINAL));
    return page_end(req, h);
}

Err page_file(Req *req)
{
    Sheet s;
    Str bytes, type;
    XlsxFault fault;
    TRY(record_load(req, VERB_READ, &s));
    const Field *f = reg_field(req->reg, req->name);
    if (!f || f->kind != FK_FILE || !class_allows(&s.rec, s.decision.classes))
        return E_NOT_FOUND;
    TRY(file_load(&req->reader, &s.rec, f, &bytes));
    type = file_type(bytes);
    if (str_is(req_query(req, S("asli")), "ya"))
        req_on_record(req, S("original"), s.rec.reg, s.rec.uid, S("ok"));
    else if ((fault = reader_spawn_copy(req->arena, bytes, &bytes)) != XLSX_OK)
        return no_copy(req, &s, fault);
    req->res.type = S("application/octet-stream");
    req->res.disposition = str_printf(req->arena, "attachment; filename=\"%.*s%.*s\"",
                                      STR_ARG(str_empty(s.rec.number) ? f->name : s.rec.number),
                                      STR_ARG(file_ending(type)));
    buf_put(&req->res.body, bytes);
    return ERR_OK;
}

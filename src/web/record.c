#include "web/record.h"

#include "base/clock.h"
#include "base/rand.h"
#include "base/utf8.h"
#include "engine/settings_db.h"
#include "engine/task_words.h"
#include "guard/session.h"

Err record_purpose(Req *req, const Record *r, Str *ret_file)
{
    Reader *rd = &req->reader;
    TRY(store_file_uid(rd, r, ret_file));
    return purpose_get(rd->db, req->arena, req->subject.session, *ret_file, &req->actor.purpose);
}

Err record_within_budget(Req *req, const ReadingMark *mark)
{
    const Settings *set = page_kept_settings(req);
    ReadingBudget most = set ? setting_budget(set) : (ReadingBudget){0};
    return readings_allow(req->reader.db, req->subject.uid, date_iso(req->arena, clock_today()),
                          mark, &most);
}

Err record_open(Req *req, Record *r, unsigned classes)
{
    ReadingMark mark;
    if (r->reg->has_sealed && classes) {
        TRY(store_reading(&req->reader, r, &mark));
        TRY(record_within_budget(req, &mark));
    }
    return store_unseal(&req->reader, r, classes);
}

void reason_judge(Str reason, Str field, Problems *problems)
{
    if (utf8_count(reason) < REASON_MIN)
        problem_at(problems, field, M_WEB_REASON_MISSING, STR_NONE);
    if (reason.len > REASON_MAX)
        problem_at(problems, field, M_WEB_REASON_LONG, STR_NONE);
}

void purpose_judge(Req *req, Str code, Str code_field, Str reason, Str reason_field,
                   Problems *problems)
{
    const CodeList *list = model_list(req->model, S(LIST_PURPOSE));
    if (!list || !code_find(list, code))
        problem_at(problems, code_field, M_WEB_PURPOSE_MISSING, STR_NONE);
    reason_judge(reason, reason_field, problems);
}

Err record_load(Req *req, Verb verb, Sheet *ret)
{
    Sheet s = {0};
    Reader *rd = &req->reader;
    TRY(store_get(rd, req->reg, req->uid, verb, &s.rec));
    s.decision = store_decide(rd, &s.rec, verb);
    bool sealed = false;
    for (size_t i = 0; i < req->reg->field_count; i++)
        sealed |=
            s.rec.vals[i].sealed && (s.decision.classes & CLASS_BIT(req->reg->fields[i]->class_));
    if (sealed) {
        TRY(record_purpose(req, &s.rec, &s.file_uid));
        s.closed = str_empty(req->actor.purpose);
        if (!s.closed)
            TRY(record_open(req, &s.rec, s.decision.classes));
    }
    *ret = s;
    return ERR_OK;
}

Str record_heading(Req *req, const Record *r)
{
    return r->reg->role == REG_ROLE_TASK ? task_title(req->model, req->arena, req->lang, r->heading)
                                         : r->heading;
}

Str record_title(Req *req, const Record *r)
{
    if (!str_empty(r->number))
        return r->number;
    return str_empty(r->heading) ? req_label(req, &r->reg->label) : record_heading(req, r);
}

size_t record_crumbs(Req *req, const Record *r, bool self, Crumb ret[4])
{
    size_t n = 0;
    if (r->parent_reg) {
        ret[n++] = (Crumb){req_label(req, &r->parent_reg->label), url_reg(req, r->parent_reg)};
        if (!str_empty(r->parent_heading))
            ret[n++] =
                (Crumb){r->parent_heading, url_record(req, r->parent_reg, r->parent_uid, "")};
    }
    ret[n++] = (Crumb){req_label(req, &r->reg->label), url_reg(req, r->reg)};
    if (self)
        ret[n++] = (Crumb){record_title(req, r), url_record(req, r->reg, r->uid, "")};
    return n;
}

Str record_value(Req *req, const Record *r, const Field *f)
{
    const Value *v = &r->vals[f->index];
    if (v->sealed)
        return req_tr(req, M_WEB_PROTECTED);
    return f->role == FIELD_ROLE_TASK_TITLE ? task_title(req->model, req->arena, req->lang, v->text)
                                            : value_show(f, req->arena, req->lang, v);
}

static void paragraphs(Html *h, Str text)
{
    Str line;
    while (str_cut(&text, '\n', &line)) {
        line = str_trim(line);
        if (line.len)
            h_element(h, "p", line);
    }
}

bool record_named(Req *req, const Field *f, Str uid, Record *ret)
{
    for (size_t i = 0; uid_shape(uid) && i < req->model->reg_count; i++) {
        const Register *reg = req->model->regs[i];
        if (field_accepts(f, reg) && store_get(&req->reader, reg, uid, VERB_LIST, ret) == ERR_OK)
            return true;
    }
    return false;
}

/* Several references: links to those within reach. That there are others is not told, since that
 * alone would join two files for somebody who may see one (KAS-16). */
static void put_refs(Req *req, Html *h, const Field *f, Str uids)
{
    Str uid;
    bool first = true;
    while (str_word(&uids, &uid)) {
        Record target;
        if (!record_named(req, f, uid, &target))
            continue;
        if (!first)
            h_lit(h, "; ");
        page_link(h, url_record(req, target.reg, target.uid, ""), record_title(req, &target));
        first = false;
    }
}

/* The copy without what a camera wrote into it, and the bytes as they came: evidence. */
static void put_file(Req *req, Html *h, const Record *r, const Field *f)
{
    Str url =
        url_record(req, r->reg, r->uid, z_printf(req->arena, "/berkas/%.*s", STR_ARG(f->name)));
    page_link(h, url, req_tr(req, M_FILE_DOWNLOAD));
    page_told(h, S("keterangan"), req_tr(req, M_FILE_COPY_HINT),
              str_printf(req->arena, "%.*s?asli=ya", STR_ARG(url)), req_tr(req, M_FILE_ORIGINAL));
}

void record_put_value(Req *req, Html *h, const Record *r, const Field *f)
{
    const Value *v = &r->vals[f->index];
    Str text = record_value(req, r, f);
    if (v->sealed) {
        h_element_as(h, "span", "lindung", text);
    } else if (f->kind == FK_FILE && !str_empty(v->text)) {
        put_file(req, h, r, f);
    } else if (f->kind == FK_REF && !f->multi && v->reg && uid_shape(v->text)) {
        page_link(h, url_record(req, v->reg, v->text, ""), str_empty(text) ? v->text : text);
    } else if (f->kind == FK_REF && f->multi) {
        put_refs(req, h, f, v->text);
    } else if (f->kind == FK_TEXT && f->shape != TEXT_LINE && !str_empty(text)) {
        paragraphs(h, text);
    } else {
        h_text(h, text);
    }
}

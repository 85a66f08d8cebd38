/* Emergency access: a victim's record opened by its number, for whoever works with victims but is
 * not assigned to this one. */
#include "engine/emergency_db.h"
#include "web/page.h"
#include "web/record.h"
#include "web/widget.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "model/reason.h"

/* Nearer than for other acts: the proof belongs to this opening, with time to fill in its form. */
enum { PROOF_MINUTES = 5, PROOF_FORM_MINUTES = 10 };

static Err show(Req *req, const Problems *problems)
{
    Html *h = page_begin(req, req_tr(req, M_EMERGENCY_TITLE), NULL, 0);
    page_notice(h, "awas", req_tr(req, M_EMERGENCY_WARNING));
    widget_summary(req, h, problems);
    page_form_open_as(req, h, S("/darurat"), S("bagian"));
    widget_text(req, h, S("nomor"), req_tr(req, M_EMERGENCY_NUMBER),
                req_tr(req, M_EMERGENCY_NUMBER_HINT), req_form(req, S("nomor")), true);
    widget_select(req, h, S("guna"), req_tr(req, M_EMERGENCY_PURPOSE),
                  model_list(req->model, S(LIST_PURPOSE)), req_form(req, S("guna")));
    widget_area(req, h, S("-alasan"), req_tr(req, M_EMERGENCY_REASON),
                req_say(req, M_EMERGENCY_REASON_HINT, str_int(req->arena, EMERGENCY_REASON_MIN)),
                req_form(req, S("-alasan")), NULL);
    page_form_end(h, req_tr(req, M_EMERGENCY_OPEN), S("bahaya"));
    return page_end(req, h);
}

static bool proven_within(const Req *req, int64_t minutes)
{
    return clock_now() - req->subject.proven_at <= minutes * 60 * 1000;
}

Err page_emergency(Req *req)
{
    if (!emergency_may(req->model, &req->subject))
        return E_DENIED;
    if (!proven_within(req, PROOF_MINUTES))
        return req_redirect(req, S("/buktikan?lanjut=%2Fdarurat"));
    return show(req, NULL);
}

static Err judge(Req *req, Emergency *e, Problems *problems)
{
    Str number = str_upper(req->arena, req_form(req, S("nomor")));
    int64_t open;
    const CodeList *list = model_list(req->model, S(LIST_PURPOSE));
    e->purpose = req_form(req, S("guna"));
    e->reason = req_form(req, S("-alasan"));
    if (!list || !code_find(list, e->purpose))
        problem_at(problems, S("guna"), M_WEB_PURPOSE_MISSING, STR_NONE);
    if (utf8_count(e->reason) < EMERGENCY_REASON_MIN || e->reason.len > REASON_MAX)
        problem_at(problems, S("-alasan"), M_EMERGENCY_REASON_SHORT,
                   str_int(req->arena, EMERGENCY_REASON_MIN));
    if (!proven_within(req, PROOF_FORM_MINUTES))
        problem_at(problems, STR_NONE, M_EMERGENCY_PROOF, str_int(req->arena, PROOF_FORM_MINUTES));
    TRY(emergency_unreviewed(&req->reader, req->subject.user, &open));
    if (open >= EMERGENCY_UNREVIEWED_MAX)
        problem_at(problems, STR_NONE, M_EMERGENCY_WAITING, str_int(req->arena, open));
    Err found = problems->errors ? ERR_OK : emergency_find(&req->reader, number, &e->victim);
    if (found == E_NOT_FOUND)
        problem_at(problems, S("nomor"), M_EMERGENCY_NO_RECORD, number);
    return found == E_NOT_FOUND ? ERR_OK : found;
}

static Err after_opening(Req *req, Err err)
{
    const Emergency *e = req->state;
    TRY(err);
    return req_redirect(req, url_record(req, e->victim.reg, e->victim.uid, "?pesan=darurat"));
}

static Err tried_in_vain(Req *req, const Problems *problems)
{
    req_on_record(req, S("refused:emergency"), role_reg(req->model, REG_ROLE_VICTIM), STR_NONE,
                  S("E_INVALID"));
    return show(req, problems);
}

Err page_emergency_post(Req *req)
{
    Problems problems = {.arena = req->arena};
    Emergency *e = ARENA_NEW(req->arena, Emergency);
    if (!emergency_may(req->model, &req->subject))
        return E_DENIED;
    if (!req_take(req, req->site->logins, req->subject.session))
        return E_LIMIT;
    TRY(judge(req, e, &problems));
    if (problems.errors)
        return tried_in_vain(req, &problems);
    TRY(store_file_uid(&req->reader, &e->victim, &e->file_uid));
    TRY(reason_seal(&req->reader, reason_subject(&req->reader, &e->victim), e->reason, &e->sealed));
    e->batch = store_batch(&req->reader);
    e->batch->also = emergency_open;
    e->batch->also_arg = e;
    e->user_uid = req->subject.uid;
    e->session = req->subject.session;
    req->state = e;
    return req_write(req, store_batch_keys, store_batch_apply, e->batch, after_opening);
}

/* What the reader's programs sent while the server was sealed and the ordinary door refused: each
 * with what is wrong with it, to be mended in the form or thrown away. */
#include "web/intake.h"

/* ---- the list ---- */

/* The answer of the API, in words. */
static void put_faults(Req *req, Html *h, const Letter *l)
{
    JsonTree answer;
    int line;
    if (!l->text.ptr) {
        h_element(h, "p", req_tr(req, M_LETTER_BROKEN));
        return;
    }
    if (!l->fault.ptr || json_tree_read(req->arena, l->fault, &answer, &line) != ERR_OK ||
        answer.kind != TREE_OBJECT) {
        h_element(h, "p", req_tr(req, M_LETTER_WAITS));
        return;
    }
    const JsonTree *title = json_tree_get(&answer, S("title"));
    const JsonTree *errors = json_tree_get(&answer, S("errors"));
    if (title)
        h_element(h, "p", title->text);
    if (!errors || errors->kind != TREE_LIST)
        return;
    h_open(h, "ul");
    for (size_t i = 0; i < errors->n; i++) {
        const JsonTree *detail = json_tree_get(&errors->items[i], S("detail"));
        if (detail)
            h_element(h, "li", detail->text);
    }
    h_close(h);
}

static Str mend_url(Req *req, const Letter *l, const JsonTree *said)
{
    const JsonTree *parent = said->kind == TREE_OBJECT ? json_tree_get(said, S("induk")) : NULL;
    Str under = parent && parent->kind == TREE_TEXT ? parent->text : STR_NONE;
    return url_with(req->arena, str_printf(req->arena, "/%.*s/baru", STR_ARG(l->reg)),
                    {"-kiriman", l->uid}, {"induk", under});
}

static void put_letter(Req *req, Html *h, const Letter *l, const JsonTree *said)
{
    const Register *reg = model_reg(req->model, l->reg);
    h_class(h, "section", "bagian");
    h_open(h, "h2");
    h_text(h, reg ? req_label(req, &reg->label) : l->reg);
    h_lit(h, ", ");
    h_text(h, req_instant(req, l->at));
    h_close(h);
    put_faults(req, h, l);
    h_class(h, "div", "tombol");
    if (reg && l->fault.ptr && req_may(req, reg, VERB_CREATE)) {
        page_link_as(h, S("utama"), mend_url(req, l, said), req_tr(req, M_LETTER_MEND));
    }
    page_form_button(req, h, str_printf(req->arena, "/kiriman/%.*s/buang", STR_ARG(l->uid)),
                     req_tr(req, M_LETTER_DROP), S("bahaya"));
    h_close(h);
    h_close(h);
}

Err page_intake(Req *req)
{
    StrList uids;
    TRY(letterbox_of(req->reader.db, req->arena, req->subject.uid, &uids));
    Html *h = page_begin(req, req_tr(req, M_LETTERS), NULL, 0);
    h_element(h, "p", req_tr(req, M_LETTERS_LEAD));
    if (!uids.n)
        page_notice(h, "info", req_tr(req, M_LETTERS_NONE));
    for (size_t i = 0; i < uids.n; i++) {
        Letter l;
        JsonTree said;
        Err e = intake_own(req, uids.items[i], &l, &said);
        if (e == E_CORRUPT)
            l.fault = l.text = STR_NONE;
        else
            TRY(e);
        put_letter(req, h, &l, &said);
    }
    return page_end(req, h);
}

Err intake_notice(Req *req, Html *h)
{
    StrList uids;
    TRY(letterbox_of(req->reader.db, req->arena, req->subject.uid, &uids));
    if (!uids.n)
        return ERR_OK;
    page_told(h, S("kabar awas"), req_say(req, M_LETTERS_COUNT, req_count(req, (int64_t)uids.n)),
              S("/kiriman"), req_tr(req, M_LETTERS));
    return ERR_OK;
}

/* ---- throwing one away ---- */

static Err throw_away(WriteTx *tx, void *arg)
{
    Req *req = arg;
    TRY(letterbox_drop(tx, &req->uid));
    return req_note(tx, req, S("letter:drop"), NULL, req->uid, ERR_OK);
}

Err page_intake_drop_post(Req *req)
{
    Letter l;
    JsonTree said;
    Err e = intake_own(req, req->uid, &l, &said);
    if (e != ERR_OK && e != E_CORRUPT)
        return e;
    return req_write_to(req, throw_away, req, S("/kiriman?pesan=buang"));
}

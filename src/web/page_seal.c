/* The seal of the record of access on paper: an anchor as text and as a QR code, for the minutes of
 * the coordination meeting and for the agencies that keep it outside. */
#include "web/widget.h"

#include "engine/security.h"
#include "guard/anchor.h"
#include "web/qr.h"

static void code_line(Html *h, Str text)
{
    h_class(h, "p", "kunci");
    h_element(h, "code", text);
    h_close(h);
}

/* Looking at a seal is on record before the seal is made, and is the taking out of one. */
static Err note_look(WriteTx *tx, void *arg)
{
    Req *req = arg;
    TRY(security_anchor_taken(tx, NULL));
    return req_note(tx, req, S("audit:seal"), NULL, STR_NONE, ERR_OK);
}

/* Behind an exchange of keys: what an agency needs to go on checking. */
static void show_handovers(Req *req, Html *h)
{
    const Installation *in = req->store->in;
    Str line, rest = anchor_handovers(in->keyring, req->arena, in->id, 1);
    if (str_empty(rest))
        return;
    h_element(h, "h2", req_tr(req, M_SEAL_HANDED));
    h_element(h, "p", req_tr(req, M_SEAL_HANDED_LEAD));
    while (str_cut(&rest, '\n', &line) && line.len)
        code_line(h, line);
}

static Err show_seal(Req *req, Err err)
{
    const Installation *in = req->store->in;
    Str line;
    TRY(err);
    TRY(anchor_make(req->reader.db, in->keyring, req->arena, in->id, &line));
    Html *h = page_begin(req, req_tr(req, M_SEAL), NULL, 0);
    h_element(h, "p", req_tr(req, M_SEAL_LEAD));
    TRY(qr_svg(h, line, req_tr(req, M_SEAL_PICTURE)));
    code_line(h, line);
    h_element(h, "h2", req_tr(req, M_SEAL_KEY));
    h_element(h, "p", req_tr(req, M_SEAL_KEY_LEAD));
    code_line(h, anchor_public_key(in->keyring, req->arena));
    show_handovers(req, h);
    h_element(h, "p", req_tr(req, M_SEAL_CHECK));
    return page_end(req, h);
}

Err page_seal(Req *req)
{
    TRY(req_needs_duty(req, "audit"));
    return req_write(req, NULL, note_look, req, show_seal);
}

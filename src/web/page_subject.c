/* The copy of what is held about one person, for her to take away: a matter in which somebody
 * proved who she is and a second officer agreed allows it. */
#include "web/page_subject.h"

#include "model/give_reach.h"
#include "model/role_report.h"
#include "model/subject_file.h"
#include "web/record.h"

enum { RECEIVERS_SHOWN = 100 };

typedef struct Copy {
    Record matter, person;
    unsigned withheld; /* classes that stay out */
    SubjectFile file;
} Copy;

/* ---- what is held ---- */

/* What a value says on paper: nothing there leads on to another record. */
static Str on_paper(Req *req, const Copy *c, const Record *r, const Field *f)
{
    const Value *v = &r->vals[f->index];
    if (v->sealed)
        return req_tr(req, f->class_ && (c->withheld & CLASS_BIT(f->class_)) ? M_COPY_WITHHELD
                                                                             : M_COPY_UNREADABLE);
    if (str_empty(v->text) || (f->kind == FK_REF && f->multi))
        return STR_NONE;
    if (f->kind == FK_FILE)
        return req_tr(req, M_COPY_FILE);
    return f->kind == FK_REF ? v->heading : record_value(req, r, f);
}

static void fields(Req *req, Html *h, const Copy *c, const Record *r)
{
    h_open(h, "dl");
    for (size_t i = 0; i < r->reg->field_count; i++) {
        const Field *f = r->reg->fields[i];
        Str text = on_paper(req, c, r, f);
        if (str_empty(text))
            continue;
        h_open(h, "div");
        h_element(h, "dt", req_label(req, &f->label));
        h_element(h, "dd", text);
        h_close(h);
    }
    h_close(h);
}

static void held(Req *req, Html *h, const Copy *c)
{
    h_element(h, "h2", req_tr(req, M_COPY_HELD));
    for (size_t i = 0; i < c->file.n; i++) {
        const Record *r = &c->file.items[i];
        Str office = str_empty(r->owner_name) ? req_tr(req, M_READERS_NO_OFFICE) : r->owner_name;
        h_class(h, "section", "bagian");
        h_element(h, "h3",
                  str_printf(req->arena, "%.*s %.*s", STR_ARG(req_label(req, &r->reg->label)),
                             STR_ARG(str_empty(r->number) ? S("") : r->number)));
        h_class(h, "p", "keterangan");
        h_text(h, req_say(req, M_COPY_SOURCE, office, req_instant(req, r->changed_at)));
        if (r->void_tx)
            h_text(h, str_printf(req->arena, " (%.*s)", STR_ARG(req_tr(req, M_WEB_VOIDED))));
        h_close(h);
        fields(req, h, c, r);
        h_close(h);
    }
}

/* What tells of something else and names her: that it is there, for her to ask about. */
static Err mentions(Req *req, Html *h, const Record *person)
{
    SubjectMentions m;
    TRY(subject_mentions(&req->reader, person, &m));
    if (!m.n)
        return ERR_OK;
    h_element(h, "h2", req_tr(req, M_WEB_REFERRED));
    h_open(h, "ul");
    for (size_t i = 0; i < m.n; i++)
        h_element(h, "li",
                  str_printf(req->arena, "%.*s, %.*s",
                             STR_ARG(req_label(req, &m.items[i].reg->label)),
                             STR_ARG(req_instant(req, m.items[i].at))));
    h_close(h);
    return ERR_OK;
}

/* ---- who reaches it, who opened it ---- */

static Err receivers(Req *req, Html *h, const Record *person)
{
    SubjectReceiver *rows = ARENA_ARRAY(req->arena, RECEIVERS_SHOWN, SubjectReceiver);
    size_t n;
    TRY(subject_receivers(&req->reader, person, rows, RECEIVERS_SHOWN, &n));
    h_element(h, "h2", req_tr(req, M_COPY_RECEIVERS));
    h_element(h, "p", req_tr(req, M_COPY_RECEIVERS_LEAD));
    page_table_of(req, h, req_tr(req, M_COPY_RECEIVERS), M_AUDIT_AGENCY, M_COPY_CLASSES,
                  M_COPY_UNTIL);
    for (size_t i = 0; i < n; i++) {
        h_open(h, "tr");
        h_element(h, "td", rows[i].office);
        h_element(h, "td", classes_words(req->arena, req->lang, rows[i].classes));
        h_element(h, "td",
                  rows[i].until == INT64_MAX ? req_tr(req, M_COPY_ALWAYS)
                                             : req_instant(req, rows[i].until));
        h_close(h);
    }
    page_table_end(h);
    h_element(h, "h2", req_tr(req, M_READERS_TITLE));
    return readers_offices(req, h, person);
}

/* ---- the page ---- */

static void withheld(Req *req, Html *h, const Copy *c)
{
    const Field *ground = role_field(req->model, FIELD_ROLE_MATTER_GROUND);
    if (!c->withheld)
        return;
    page_notice(h, "info",
                req_say(req, M_COPY_WITHHELD_WHY, classes_words(req->arena, req->lang, c->withheld),
                        ground ? record_value(req, &c->matter, ground) : S("")));
}

static Err load(Req *req, Copy *c)
{
    Reader *rd = &req->reader;
    TRY(req_needs_duty(req, "data_rights"));
    TRY(store_get(rd, req->reg, req->uid, VERB_READ, &c->matter));
    TRY(subject_of_matter(rd, &c->matter, &c->person));
    c->withheld = classes_named(role_text(req->store, &c->matter, FIELD_ROLE_MATTER_WITHHELD));
    req->actor.purpose = tr_args(req->arena, LANG_ID, M_COPY_PURPOSE, c->matter.number);
    TRY(record_within_budget(req, &(ReadingMark){c->person.uid, c->person.uid, false}));
    return subject_file(rd, &c->person, CLASSES_ALL & ~c->withheld, &c->file);
}

Err page_subject(Req *req)
{
    Copy c = {0};
    Crumb crumbs[4];
    TRY(load(req, &c));
    size_t n = record_crumbs(req, &c.matter, true, crumbs);
    Html *h = page_begin(req, req_tr(req, M_COPY_TITLE), crumbs, n);
    page_print_alone(req, h, req->path);
    h_element(
        h, "p",
        req_say(req, M_COPY_LEAD, record_title(req, &c.person), record_title(req, &c.matter)));
    withheld(req, h, &c);
    held(req, h, &c);
    TRY(mentions(req, h, &c.person));
    TRY(receivers(req, h, &c.person));
    h_element(h, "h2", req_tr(req, M_COPY_RIGHTS));
    h_element(h, "p", req_tr(req, M_COPY_RIGHTS_LEAD));
    page_end(req, h);
    req_on_record(req, S("copy"), c.person.reg, c.person.uid, S("ok"));
    return ERR_OK;
}

void subject_links(Req *req, Html *h, const Record *r)
{
    const State *state = reg_state(r->reg, r->state);
    if (r->reg->role != REG_ROLE_DATA_MATTER || !req_duty(req, "data_rights") || !state)
        return;
    if (state->opens)
        page_link(h, url_record(req, r->reg, r->uid, "/salinan"), req_tr(req, M_COPY_TITLE));
    if (!str_empty(role_text(req->store, r, FIELD_ROLE_MATTER_SINCE)) &&
        !str_empty(role_text(req->store, r, FIELD_ROLE_MATTER_UNTIL)))
        page_link(h, url_record(req, r->reg, r->uid, "/terdampak"), req_tr(req, M_BREACH_TITLE));
}

/* Controls of the pages' own: fields of no register. */
#include "base/clock.h"
#include "web/widget.h"

typedef struct OwnControl {
    Str id, name, described;
    bool wrong;
} OwnControl;

static void note(Html *h, const char *class_, Str id, Str text)
{
    h_open(h, "p");
    h_attr(h, "class", str_of(class_));
    h_attr(h, "id", id);
    h_text(h, text);
    h_close(h);
}

/* The label, the hint, and what was told about the control in the summary, which links to it. A
 * page may hold several forms with a reason each: other ids are numbered. */
static OwnControl own_begin(Req *req, Html *h, Str name, Str label, Str hint)
{
    const Problem *p = problem_of(req->told, name);
    OwnControl c = {.name = name, .wrong = p && !p->warning};
    c.id = p ? str_printf(req->arena, "f-%.*s", STR_ARG(name))
             : str_printf(req->arena, "%.*s-%d", STR_ARG(name), ++req->controls);
    Str hint_id = str_printf(req->arena, "h-%.*s", STR_ARG(c.id));
    Str error_id = str_printf(req->arena, "e-%.*s", STR_ARG(c.id));
    h_class(h, "div", "isian");
    page_label(h, c.id, label);
    if (!str_empty(hint))
        note(h, "isyarat", hint_id, hint);
    if (p) {
        Problem bare = *p;
        bare.label = NULL;
        note(h, "salah", error_id, problem_text(req->arena, req->lang, &bare));
    }
    Str ids = str_trim(
        str_printf(req->arena, "%s %s", str_empty(hint) ? "" : hint_id.ptr, p ? error_id.ptr : ""));
    c.described = ids.len ? ids : STR_NONE;
    return c;
}

static void own_attributes(Html *h, const OwnControl *c)
{
    h_attr(h, "id", c->id);
    h_attr(h, "name", c->name);
    h_attr(h, "autocomplete", S("off"));
    h_attr(h, "aria-describedby", c->described);
    if (c->wrong)
        h_attr(h, "aria-invalid", S("true"));
}

void widget_text(Req *req, Html *h, Str name, Str label, Str hint, Str value, bool required)
{
    OwnControl c = own_begin(req, h, name, label, hint);
    h_open(h, "input");
    own_attributes(h, &c);
    h_attr(h, "type", S("text"));
    h_attr(h, "value", value);
    if (required)
        h_flag(h, "required");
    h_close(h);
}

void widget_area(Req *req, Html *h, Str name, Str label, Str hint, Str value, const char *extra)
{
    OwnControl c = own_begin(req, h, name, label, hint);
    h_open(h, "textarea");
    own_attributes(h, &c);
    h_attr(h, "rows", S("2"));
    if (extra) {
        h_attr(h, "minlength", str_of(extra));
        h_flag(h, "required");
    }
    h_text(h, value);
    h_close(h);
    h_close(h);
}

void widget_select(Req *req, Html *h, Str name, Str label, const CodeList *list, Str value)
{
    OwnControl c = own_begin(req, h, name, label, STR_NONE);
    h_open(h, "select");
    own_attributes(h, &c);
    widget_option(h, S(""), req_tr(req, M_WEB_CHOOSE), str_empty(value));
    CodeRows rows = code_rows(list);
    for (size_t i = 0; i < rows.n; i++)
        if (code_valid(&rows.items[i], clock_today()))
            widget_option(h, rows.items[i].code, req_label(req, &rows.items[i].label),
                          str_eq(value, rows.items[i].code));
    h_close(h);
    h_close(h);
}

void page_find_form(Req *req, Html *h, Str action, Msg label)
{
    h_class(h, "form", "sempit");
    h_attr(h, "method", S("get"));
    h_url(h, "action", action);
    widget_text(req, h, S("q"), req_tr(req, label), STR_NONE, req_query(req, S("q")), false);
    page_form_end(h, req_tr(req, M_AUDIT_SHOW), STR_NONE);
}

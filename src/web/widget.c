#include "web/widget.h"

#include "base/clock.h"
#include "base/rand.h"
#include "model/expr.h"
#include "web/record.h"

Str widget_name(const Form *f, const Field *field)
{
    return str_printf(f->req->arena, "%.*s%.*s", STR_ARG(f->prefix), STR_ARG(field->name));
}

bool widget_offers(const Form *f, const Field *field)
{
    if (!field_typed(field) || field->hide)
        return false;
    return !field->class_ || (f->classes & CLASS_BIT(field->class_));
}

/* ---- parts ---- */

typedef struct Control {
    Form *f;
    const Field *field;
    Str name, id, described;
    Str value;   /* what stands in the input; several values joined by ';' */
    bool select; /* a reference to a small register: `page` holds all of it */
    QueryPage page;
} Control;

/* More choices than a person looks through at once. */
enum { MANY_CODES = 40 };

/* A long list in a record made on the way is written, not ticked: a form at a post stays light. */
static bool is_written(const Form *f, const Field *field)
{
    return !str_empty(f->prefix) && field->kind == FK_CODE && field->multi &&
           code_rows(field->codes).n > MANY_CODES;
}

static bool is_group(const Form *f, const Field *field)
{
    if (is_written(f, field))
        return false;
    return field->kind == FK_YESNO4 || (field->kind == FK_CODE && field->multi) ||
           field->kind == FK_PLACE || field->kind == FK_REF;
}

/* Whether the script can follow the condition: codes of a control that stands in this form. */
static bool simple_here(const Form *f, const Expr *when, const Field **ret_on, Str *ret_code)
{
    return expr_simple(when, f->req->arena, ret_on, ret_code) && !(*ret_on)->system &&
           (*ret_on)->reg == f->reg && widget_offers(f, *ret_on);
}

/* The condition as data for the script; richer ones in words. */
static void put_when(Form *f, const Expr *when, bool words)
{
    const Field *on;
    Str code;
    if (!when)
        return;
    if (!words && simple_here(f, when, &on, &code)) {
        h_attr(f->h, "data-bila", widget_name(f, on));
        h_attr(f->h, "data-kode", code);
    }
    if (words && !simple_here(f, when, &on, &code))
        h_element_as(f->h, "p", "isyarat",
                     req_say(f->req, M_WEB_WHEN, expr_words(when, f->req->arena, f->req->lang)));
}

static void put_help(Form *f, const Field *field)
{
    Html *h = f->h;
    Str help = req_label(f->req, &field->help);
    if (str_empty(help))
        return;
    h_class(h, "details", "bantu");
    h_element_attr(h, "summary", "aria-label",
                   req_say(f->req, M_WEB_HELP_FOR, req_label(f->req, &field->label)), S("?"));
    h_element(h, "p", help);
    h_close(h);
}

static Str hint_of(const Form *f, const Field *field)
{
    switch (field->kind) {
    case FK_DATE:
        return req_tr(f->req, field->full_date ? M_WEB_HINT_DATE_FULL : M_WEB_HINT_DATE);
    case FK_INSTANT:
        return req_tr(f->req, M_WEB_HINT_INSTANT);
    case FK_GEOPOINT:
        return req_tr(f->req, M_WEB_HINT_POINT);
    case FK_TEXT:
        return field->shape == TEXT_LINES ? req_tr(f->req, M_WEB_HINT_LINES) : STR_NONE;
    case FK_NUMBER:
        return field->unit.ptr && !str_is(field->unit, "rupiah") ? field->unit : STR_NONE;
    case FK_CODE:
        return is_written(f, field) ? req_tr(f->req, M_WEB_HINT_CODES) : STR_NONE;
    case FK_FILE:
        return req_tr(f->req, M_FILE_HINT);
    case FK_TIME:
    case FK_YESNO4:
    case FK_PLACE:
    case FK_REF:
    case FK_COUNT:
        break;
    }
    return STR_NONE;
}

/* Hint and error below the label; their ids go into aria-describedby. */
static void put_notes(Control *c)
{
    Form *f = c->f;
    Html *h = f->h;
    Arena *a = f->req->arena;
    Str hint = hint_of(f, c->field);
    const Problem *p = problem_of(f->problems, c->name);
    Str ids = S("");
    if (!str_empty(hint)) {
        ids = str_printf(a, "h-%.*s", STR_ARG(c->id));
        h_class(h, "p", "isyarat");
        h_attr(h, "id", ids);
        h_text(h, hint);
        h_close(h);
    }
    if (p) {
        Str id = str_printf(a, "e-%.*s", STR_ARG(c->id));
        Problem bare = *p;
        bare.label = NULL;
        h_open(h, "p");
        h_attr(h, "class", p->warning ? S("salah awas") : S("salah"));
        h_attr(h, "id", id);
        h_text(h, problem_text(a, f->req->lang, &bare));
        h_close(h);
        ids = str_printf(a, "%.*s %.*s", STR_ARG(ids), STR_ARG(id));
    }
    c->described = str_empty(ids) ? STR_NONE : str_trim(ids);
}

/* "off": browsers keep what is typed, in their form memory and to restore a window (seen in the
 * profile of Chromium after log-out); drafts are kept here instead. */
static void describe(Control *c)
{
    h_attr(c->f->h, "autocomplete", S("off"));
    h_attr(c->f->h, "aria-describedby", c->described);
    const Problem *p = problem_of(c->f->problems, c->name);
    if (p && !p->warning)
        h_attr(c->f->h, "aria-invalid", S("true"));
}

/* ---- inputs ---- */

static void input(Control *c, Str type, Str mode)
{
    Html *h = c->f->h;
    h_open(h, "input");
    h_attr(h, "id", c->id);
    h_attr(h, "name", c->name);
    h_attr(h, "type", type);
    h_attr(h, "inputmode", mode);
    h_attr(h, "value", c->value);
    if (c->field->kind == FK_TEXT && c->field->has_max && c->field->max > 0)
        h_attr_int(h, "maxlength", c->field->max);
    describe(c);
}

static void area(Control *c, const char *rows)
{
    Html *h = c->f->h;
    h_open(h, "textarea");
    h_attr(h, "id", c->id);
    h_attr(h, "name", c->name);
    h_attr(h, "rows", str_of(rows));
    describe(c);
    h_text(h, c->value);
    h_close(h);
}

static bool has_value(Str joined, Str one)
{
    Str piece;
    while (str_cut(&joined, ';', &piece))
        if (str_eq(str_trim(piece), one))
            return true;
    return false;
}

static void choice(Control *c, const char *type, Str value, Str label, bool on, bool first)
{
    Html *h = c->f->h;
    h_class(h, "label", "pilihan");
    page_input(h, type, c->name);
    h_attr(h, "value", value);
    if (first) {
        h_attr(h, "id", c->id);
        h_attr(h, "aria-describedby", c->described); /* radios may not be aria-invalid */
    }
    if (on)
        h_flag(h, "checked");
    h_element(h, "span", label);
    h_close(h);
}

void widget_option(Html *h, Str value, Str label, bool on)
{
    h_open(h, "option");
    h_attr(h, "value", value);
    if (on)
        h_flag(h, "selected");
    h_text(h, label);
    h_close(h);
}

static bool offered(const Code *code, Str value)
{
    return has_value(value, code->code) || (code_valid(code, clock_today()) && !code->proposed);
}

typedef enum Ticks { TICKS_ALL, TICKS_CHOSEN, TICKS_REST } Ticks;

/* Ticks for so many of the codes; `first` gets the id that error links point to. */
static void code_ticks(Control *c, Ticks which, bool *first)
{
    CodeRows rows = code_rows(c->field->codes);
    h_class(c->f->h, "div", "kisi");
    for (size_t i = 0; i < rows.n; i++) {
        const Code *code = &rows.items[i];
        bool on = has_value(c->value, code->code);
        if ((which != TICKS_ALL && on != (which == TICKS_CHOSEN)) || !offered(code, c->value))
            continue;
        choice(c, "checkbox", code->code, req_label(c->f->req, &code->label), on, *first);
        *first = false;
    }
    h_close(c->f->h);
}

static void code_choices(Control *c)
{
    size_t n = code_rows(c->field->codes).n;
    Html *h = c->f->h;
    bool first = true;
    if (n <= MANY_CODES) {
        code_ticks(c, TICKS_ALL, &first);
        return;
    }
    code_ticks(c, TICKS_CHOSEN, &first); /* long lists: what is chosen, the rest behind one word */
    h_class(h, "details", "panjang");
    h_element(h, "summary",
              req_say(c->f->req, M_WEB_CHOOSE_FROM, str_int(c->f->req->arena, (int64_t)n)));
    code_ticks(c, TICKS_REST, &first);
    h_close(h);
}

static void select_open(Control *c)
{
    Html *h = c->f->h;
    h_open(h, "select");
    h_attr(h, "id", c->id);
    h_attr(h, "name", c->name);
    describe(c);
    widget_option(h, S(""), req_tr(c->f->req, M_WEB_CHOOSE), str_empty(c->value));
}

static void code_select(Control *c)
{
    CodeRows rows = code_rows(c->field->codes);
    select_open(c);
    for (size_t i = 0; i < rows.n; i++)
        if (offered(&rows.items[i], c->value))
            widget_option(c->f->h, rows.items[i].code, req_label(c->f->req, &rows.items[i].label),
                          str_eq(c->value, rows.items[i].code));
    h_close(c->f->h);
}

static void yesno_choices(Control *c)
{
    static const Wording rows[] = {{"ya", M_WEB_YES},
                                   {"tidak", M_WEB_NO},
                                   {"tidak_diketahui", M_WEB_UNKNOWN},
                                   {"tidak_ditanyakan", M_WEB_NOT_ASKED}};
    h_class(c->f->h, "div", "sebaris");
    for (size_t i = 0; i < COUNT(rows); i++)
        choice(c, "radio", str_of(rows[i].word), req_tr(c->f->req, rows[i].msg),
               str_is(c->value, rows[i].word), i == 0);
    h_close(c->f->h);
}

/* ---- places and references: what is chosen, and a box to look for another ---- */

static void search_box(Control *c, Str source, Str level)
{
    Req *req = c->f->req;
    Html *h = c->f->h;
    Str name = str_printf(req->arena, "%.*s.cari", STR_ARG(c->name));
    page_input(h, "text", name);
    h_attr(h, "id", c->id);
    h_attr(h, "aria-label", req_say(req, M_WEB_LOOK_FOR, req_label(req, &c->field->label)));
    h_attr(h, "value", c->f->typed ? params_get(c->f->typed, name) : STR_NONE);
    h_attr(h, "data-pilih", source);
    h_attr(h, "data-jenjang", level);
    h_attr(h, "data-nama", c->name);
    if (c->field->multi)
        h_attr(h, "data-banyak", S("1"));
    describe(c);
}

static Str chosen_label(Control *c, Str value)
{
    Req *req = c->f->req;
    if (c->field->kind == FK_PLACE)
        return place_label(req->model, req->arena, value);
    const Record *rec = c->f->rec;
    if (rec && !c->field->multi && str_eq(rec->vals[c->field->index].text, value))
        return rec->vals[c->field->index].heading;
    for (size_t i = 0; i < req->model->reg_count; i++) {
        Record r;
        if (field_accepts(c->field, req->model->regs[i]) && uid_shape(value) &&
            store_get(&req->reader, req->model->regs[i], value, VERB_LIST, &r) == ERR_OK)
            return str_printf(req->arena, "%.*s %.*s", STR_ARG(r.heading), STR_ARG(r.number));
    }
    return value;
}

/* Candidates of an ambiguous entry come as arguments of the problem: "value value .." in args[2].
 */
static Str candidates(Control *c)
{
    const Problem *p = problem_of(c->f->problems, c->name);
    bool lists = p && (p->msg == M_WEB_AMBIGUOUS || p->msg == M_WEB_MAYBE_SAME);
    return lists ? p->args[2] : STR_NONE;
}

static void chosen(Control *c)
{
    Html *h = c->f->h;
    Str rest = c->value, piece, more = candidates(c);
    const char *type = c->field->multi ? "checkbox" : "radio";
    h_class(h, "div", "terpilih");
    while (str_cut(&rest, ';', &piece))
        if (!str_empty(piece = str_trim(piece)))
            choice(c, type, piece, chosen_label(c, piece), true, false);
    while (str_word(&more, &piece))
        choice(c, type, piece, chosen_label(c, piece), false, false);
    if (!c->field->multi && !str_empty(c->value))
        choice(c, type, S(""), req_tr(c->f->req, M_WEB_NONE), false, false);
    h_close(h);
}

static void place_input(Control *c)
{
    static const char *const levels[] = {"", "prov", "kab", "kec", "desa"};
    chosen(c);
    search_box(c, S("/pilih/wilayah"), str_of(levels[c->field->level]));
}

/* Records of a small register that the subject may list; more of them are searched for instead. */
static bool read_choices(Req *req, const Register *target, QueryPage *ret)
{
    if (!req_may(req, target, VERB_LIST) || target->reach == REACH_REFERRERS || target->has_sealed)
        return false;
    Query q = query_new(target);
    q.limit = REF_SELECT_MAX + 1;
    q.descending = false;
    return query_page(&req->reader, &q, ret) == ERR_OK && ret->n <= REF_SELECT_MAX;
}

/* Several fields of a form often refer to one register: it is read once. */
static const RefChoices *ref_choices(Form *f, const Field *field)
{
    if (field->kind != FK_REF || field->multi || !field->target)
        return NULL;
    for (size_t i = 0; i < f->choices.n; i++)
        if (f->choices.items[i].reg == field->target)
            return &f->choices.items[i];
    RefChoices *c = ARENA_PUSH(f->req->arena, f->choices);
    *c = (RefChoices){.reg = field->target};
    c->few = read_choices(f->req, field->target, &c->page);
    return c;
}

static void ref_input(Control *c)
{
    Req *req = c->f->req;
    if (c->select) {
        bool found = str_empty(c->value);
        select_open(c);
        for (size_t i = 0; i < c->page.n; i++) {
            bool on = str_eq(c->page.items[i].uid, c->value);
            widget_option(c->f->h, c->page.items[i].uid, c->page.items[i].heading, on);
            found |= on;
        }
        if (!found) /* out of this reader's list, but stored */
            widget_option(c->f->h, c->value, chosen_label(c, c->value), true);
        h_close(c->f->h);
        return;
    }
    chosen(c);
    Str source = c->field->target
                     ? str_printf(req->arena, "/pilih/%.*s", STR_ARG(c->field->target->name))
                     : str_printf(req->arena, "/pilih/tanda/%.*s", STR_ARG(c->field->tag));
    search_box(c, source, STR_NONE);
}

/* ---- one field ---- */

static void text_control(Control *c)
{
    const Field *field = c->field;
    if (field->shape == TEXT_LINE)
        input(c, S("text"), field->check == CHECK_NIK ? S("numeric") : STR_NONE);
    else
        area(c, field->shape == TEXT_LONG ? "6" : "3");
}

static void code_control(Control *c)
{
    if (is_written(c->f, c->field))
        input(c, S("text"), STR_NONE);
    else if (c->field->multi)
        code_choices(c);
    else
        code_select(c);
}

/* A browser lets nobody fill this in for the user. */
static void file_input(Control *c)
{
    c->value = STR_NONE;
    input(c, S("file"), STR_NONE);
}

static void control(Control *c)
{
    static const struct {
        void (*put)(Control *c); /* NULL: an input */
        const char *type, *mode;
    } controls[FK_COUNT] = {[FK_TEXT] = {text_control},    [FK_NUMBER] = {NULL, "text", "decimal"},
                            [FK_TIME] = {NULL, "time"},    [FK_YESNO4] = {yesno_choices},
                            [FK_CODE] = {code_control},    [FK_PLACE] = {place_input},
                            [FK_REF] = {ref_input},        [FK_DATE] = {NULL, "text"},
                            [FK_INSTANT] = {NULL, "text"}, [FK_GEOPOINT] = {NULL, "text"},
                            [FK_FILE] = {file_input}};
    if (controls[c->field->kind].put)
        controls[c->field->kind].put(c);
    else
        input(c, str_of(controls[c->field->kind].type), str_of(controls[c->field->kind].mode));
}

/* What was taken over, else typed text, else the stored value, else the proposal. */
static Str value_of(const Form *f, const Field *field, Str name)
{
    Req *req = f->req;
    Arena *a = req->arena;
    bool given = f->given && f->given[field->index].ptr;
    if (f->typed && !given)
        return params_all(f->typed, a, name, ';');
    Str canonical = given    ? f->given[field->index]
                    : f->rec ? f->rec->vals[field->index].text
                             : form_default(req, field);
    if (field->multi && field->kind != FK_TEXT) {
        Buf b = buf_new(a, canonical.len + 1);
        for (size_t i = 0; i < canonical.len; i++)
            buf_char(&b, canonical.ptr[i] == ' ' ? ';' : canonical.ptr[i]);
        return buf_str(&b);
    }
    if (field->kind == FK_REF || field->kind == FK_PLACE || field->kind == FK_CODE)
        return canonical;
    return canonical.ptr ? value_edit(field, a, req->lang, canonical) : STR_NONE;
}

static void label_text(Form *f, const Field *field)
{
    h_text(f->h, req_label(f->req, &field->label));
    if (!field->required)
        return;
    h_lit(f->h, " ");
    h_element_as(f->h, "span", "wajib", req_tr(f->req, M_WEB_REQUIRED));
}

/* A field of the form that is shown and not typed into, with the reason. */
static void put_shown(Form *f, const Field *field, Str value, Str look, Msg why)
{
    h_class(f->h, "div", "isian");
    h_element_as(f->h, "p", "nama", req_label(f->req, &field->label));
    if (!str_empty(value))
        h_element(f->h, "p", value);
    h_element_attr(f->h, "p", "class", look, req_tr(f->req, why));
    h_close(f->h);
}

void widget_field(Form *f, const Field *field)
{
    Html *h = f->h;
    Arena *a = f->req->arena;
    int mark = h_mark(h);
    Msg why;
    if (!widget_offers(f, field))
        return;
    if (f->rec && f->rec->vals[field->index].sealed) {
        put_shown(f, field, STR_NONE, S("lindung"), M_WEB_PROTECTED_FORM);
        return;
    }
    if (f->rec &&
        field_fixed(field, f->rec->state, str_empty(f->rec->vals[field->index].text), &why)) {
        put_shown(f, field, record_value(f->req, f->rec, field), S("isyarat"), why);
        return;
    }
    *ARENA_PUSH(a, f->shown) = field->name;
    Control c = {.f = f, .field = field, .name = widget_name(f, field)};
    c.id = str_printf(a, "f-%.*s%.*s", STR_ARG(f->scope), STR_ARG(c.name));
    c.value = value_of(f, field, c.name);
    const RefChoices *choices = ref_choices(f, field);
    c.select = choices && choices->few;
    if (c.select)
        c.page = choices->page;
    bool group = is_group(f, field) && !c.select;
    h_open_(h, group ? "fieldset" : "div");
    h_attr(h, "class", S("isian"));
    put_when(f, field->when, false);
    h_open_(h, group ? "legend" : "label");
    if (!group)
        h_attr(h, "for", c.id);
    label_text(f, field);
    h_close(h);
    put_help(f, field);
    put_when(f, field->when, true);
    put_notes(&c);
    control(&c);
    h_close_to(h, mark);
}

/* The record a reference needs and that does not exist yet, to be filled in on the spot. */
static void sub_form(Form *f)
{
    Form *sub = f->sub;
    Html *h = f->h;
    bool typed = f->typed && !str_empty(params_get(f->typed, str_printf(f->req->arena, "%.*s-ada",
                                                                        STR_ARG(sub->prefix))));
    h_class(h, "details", "baru");
    if (typed || !f->typed)
        h_flag(h, "open");
    h_element(h, "summary", req_say(f->req, M_WEB_NEW_HERE, req_label(f->req, &sub->reg->label)));
    h_element_as(h, "p", "isyarat",
                 req_say(f->req, M_WEB_NEW_HERE_HINT, req_label(f->req, &f->sub_field->label)));
    widget_sections(sub);
    widget_offered(sub);
    h_close(h);
}

/* A record made on the way is asked for what it is known by; the rest waits behind one word. */
static bool asked_first(const Field *field)
{
    return field->required || field->role != FIELD_ROLE_NONE;
}

static void more_fields(Form *f, const Section *sec)
{
    Html *h = f->h;
    int mark = h_mark(h);
    for (size_t i = sec->first; i < sec->first + sec->n; i++) {
        const Field *field = f->reg->fields[i];
        if (asked_first(field) || !widget_offers(f, field))
            continue;
        if (h_mark(h) == mark) {
            h_class(h, "details", "lainnya");
            if (f->typed)
                h_flag(h, "open");
            h_element(h, "summary", req_tr(f->req, M_WEB_MORE_FIELDS));
        }
        widget_field(f, field);
    }
    h_close_to(h, mark);
}

static void section_fields(Form *f, const Section *sec)
{
    bool on_the_way = !str_empty(f->prefix);
    for (size_t i = sec->first; i < sec->first + sec->n; i++)
        if (!on_the_way || asked_first(f->reg->fields[i]))
            widget_field(f, f->reg->fields[i]);
    if (on_the_way)
        more_fields(f, sec);
}

void widget_sections(Form *f)
{
    Html *h = f->h;
    for (size_t s = 0; s < f->reg->section_count; s++) {
        const Section *sec = &f->reg->sections[s];
        bool any = false;
        for (size_t i = sec->first; i < sec->first + sec->n; i++)
            any |= widget_offers(f, f->reg->fields[i]);
        if (!any)
            continue;
        h_class(h, "section", "bagian");
        put_when(f, sec->when, false);
        h_element(h, "h2", req_label(f->req, &sec->label));
        put_when(f, sec->when, true);
        section_fields(f, sec);
        h_close(h);
        if (f->sub && f->sub_field->section == (int)s)
            sub_form(f);
    }
}

void widget_offered(Form *f)
{
    Buf b = buf_new(f->req->arena, 256);
    for (size_t i = 0; i < f->shown.n; i++)
        buf_join(&b, " ", f->shown.items[i]);
    page_hidden(f->h, str_printf(f->req->arena, "%.*s-ada", STR_ARG(f->prefix)), buf_str(&b));
}

/* ---- the summary ---- */

void widget_summary(Req *req, Html *h, const Problems *problems)
{
    req->told = problems;
    if (!problems || problems->n == 0)
        return;
    bool errors = problems->errors > 0;
    if (errors)
        req->res.status = err_http(E_INVALID);
    h_open(h, "section");
    h_attr(h, "class", errors ? S("ringkasan galat") : S("ringkasan awas"));
    h_attr(h, "id", S("galat"));
    h_attr(h, "tabindex", S("-1"));
    h_attr(h, "aria-labelledby", S("galat-judul"));
    h_element_attr(h, "h2", "id", S("galat-judul"),
                   req_tr(req, errors ? M_WEB_SUMMARY : M_WEB_SUMMARY_WARN));
    h_open(h, "ul");
    for (size_t i = 0; i < problems->n; i++) {
        const Problem *p = &problems->items[i];
        Str text = problem_text(req->arena, req->lang, p);
        h_open(h, "li");
        if (str_empty(p->field))
            h_text(h, text);
        else
            page_link(h, str_printf(req->arena, "#f-%.*s", STR_ARG(p->field)), text);
        h_close(h);
    }
    h_close(h);
    h_close(h);
}

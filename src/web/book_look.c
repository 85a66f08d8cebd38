#include "web/book_look.h"

#include "base/clock.h"
#include "engine/identity_db.h"
#include "identity/match_value.h"
#include "web/asked.h"
#include "web/record.h"

#define ASK  "-penduduk"
#define BORN "-lahir"
enum { NIK_DIGITS = 16 };

bool book_there(const Req *req)
{
    return (req_duty(req, "population") || req_duty(req, "population_rows")) &&
           population_state(req->store->population) != E_NOT_FOUND;
}

bool book_concerns(const Form *f)
{
    return f->reg->role == REG_ROLE_PERSON || f->reg->role == REG_ROLE_PAPER;
}

/* ---- looking ---- */

static void on_record(Req *req, Str id)
{
    *ARENA_PUSH(req->arena, req->reader.opened) =
        (Opened){.mark = {.uid = id}, .classes = CLASS_BIT(CLASS_IDENTITY)};
}

/* What was asked, so that asking it again counts once and the record can show it was the same. */
static Str question_id(Req *req, const PersonFacts *who)
{
    Buf b = buf_new(req->arena, 256);
    for (size_t i = 0; i < PERSON_FACT_COUNT; i++) {
        buf_put(&b, ((const Str *)who)[i]);
        buf_char(&b, '\n');
    }
    return keyed_hash(req->store->in->keyring, req->arena, "tanyabku", buf_str(&b));
}

typedef enum Fit { FIT_NAME_PART, FIT_NAME, FIT_MORE } Fit;

static Fit fit_of(const Resident *r)
{
    const uint8_t *agrees = r->like.agreement;
    bool name = agrees[PART_NAME] >= AGREE_ALIKE;
    if (agrees[PART_NIK] == AGREE_SAME ||
        (name && (agrees[PART_BIRTH] >= AGREE_ALIKE || agrees[PART_MOTHER] >= AGREE_ALIKE)))
        return FIT_MORE;
    return name ? FIT_NAME : FIT_NAME_PART;
}

/* Whether a row says something that was not typed, or something else. */
static bool says_more(const Resident *r, const PersonFacts *typed)
{
    for (size_t i = 0; i < PERSON_FACT_COUNT; i++) {
        Str said = ((const Str *)&r->facts)[i];
        if (!str_empty(said) && !str_eq(said, ((const Str *)typed)[i]))
            return true;
    }
    return false;
}

/* Only rows that fit so well; with `typed` those of them that say more. */
static void keep_those(BookLook *look, Fit least, const PersonFacts *typed)
{
    size_t kept = 0;
    for (size_t i = 0; i < look->n; i++)
        if (fit_of(&look->found[i]) >= least && (!typed || says_more(&look->found[i], typed)))
            look->found[kept++] = look->found[i];
    look->n = kept;
}

void book_keep_news(BookLook *look, const PersonFacts *typed)
{
    keep_those(look, FIT_MORE, typed);
}

Err book_look(Req *req, const PersonFacts *who, BookLook *ret)
{
    *ret = (BookLook){.sees = req_duty(req, "population_rows")};
    if (!ret->sees && !req_duty(req, "population"))
        return E_DENIED;
    Str asked = question_id(req, who);
    TRY(record_within_budget(req, &(ReadingMark){.uid = asked}));
    TRY(population_find(req->store->population, req->arena, who, ret->found, RESIDENTS, &ret->n));
    on_record(req, asked);
    if (!ret->sees)
        keep_those(ret, FIT_NAME, NULL); /* a part of a name is no match */
    for (size_t i = 0; i < ret->n && ret->sees; i++)
        on_record(req, ret->found[i].id);
    ret->done = true;
    return ERR_OK;
}

/* ---- fields and facts ---- */

/* Which fact of a person a field of a person or a paper holds; PERSON_FACT_COUNT: none. */
static size_t fact_of(const Field *field)
{
    const Model *m = field->reg->model;
    for (size_t i = 0; i < PERSON_FACT_COUNT; i++)
        if (person_fact_field(m, i) == field)
            return i;
    PersonFacts *none = NULL;
    if (field->role == FIELD_ROLE_PAPER_NAME)
        return (size_t)(&none->name - (Str *)none);
    if (field->role == FIELD_ROLE_PAPER_BIRTH)
        return (size_t)(&none->birth - (Str *)none);
    return PERSON_FACT_COUNT;
}

PersonFacts book_facts(const Change *c)
{
    PersonFacts facts = {0};
    for (size_t i = 0; i < c->reg->field_count; i++) {
        size_t fact = fact_of(c->reg->fields[i]);
        if (fact < PERSON_FACT_COUNT)
            *person_fact(&facts, fact) = c->vals[i];
    }
    return facts;
}

Err book_take(Form *f, Str id)
{
    Req *req = f->req;
    PersonFacts facts;
    TRY(req_needs_duty(req, "population_rows"));
    TRY(record_within_budget(req, &(ReadingMark){.uid = id}));
    TRY(population_row(req->store->population, req->arena, id, &facts));
    on_record(req, id);
    Str *given = ARENA_ARRAY(req->arena, f->reg->field_count, Str);
    for (size_t i = 0; i < f->reg->field_count; i++) {
        size_t fact = fact_of(f->reg->fields[i]);
        if (fact < PERSON_FACT_COUNT)
            given[i] = *person_fact(&facts, fact);
    }
    f->given = given;
    return ERR_OK;
}

/* ---- showing ---- */

static void row_words(Req *req, Html *h, const Resident *r)
{
    const Model *m = req->model;
    h_class(h, "dl", "bantuan");
    for (size_t i = 0; i < PERSON_FACT_COUNT; i++) {
        const Field *f = person_fact_field(m, i);
        Value v = {.text = ((const Str *)&r->facts)[i]};
        if (!f || str_empty(v.text))
            continue;
        h_element(h, "dt", req_label(req, &f->label));
        h_element(h, "dd",
                  f->kind == FK_PLACE ? place_label(m, req->arena, v.text)
                                      : value_show(f, req->arena, req->lang, &v));
    }
    h_close(h);
}

static void take_over(Req *req, Html *h, const Resident *r, const Form *form)
{
    const Register *person = role_reg(req->model, REG_ROLE_PERSON);
    if (form)
        page_button(h, req_tr(req, M_POPULATION_TAKE), STR_NONE, S(ASK), r->id);
    else if (person && req_may(req, person, VERB_CREATE))
        page_link(h,
                  str_printf(req->arena, "/%.*s/baru?" ASK "=%.*s", STR_ARG(person->name),
                             STR_ARG(r->id)),
                  req_tr(req, M_POPULATION_NEW));
}

void book_show(Req *req, Html *h, const BookLook *look, const Form *form)
{
    Date made;
    Msg told;
    h_open(h, "section");
    h_attr(h, "class", S("bagian"));
    h_attr(h, "id", S("penduduk"));
    h_element(h, "h2", req_tr(req, M_POPULATION));
    if (date_parse_iso(population_of(req->store->population, &told)->day, &made))
        h_element(h, "p", req_say(req, M_POPULATION_OF, date_long(req->arena, req->lang, made)));
    if (!look->sees || !look->n)
        h_element(h, "p", req_tr(req, look->n ? M_POPULATION_MATCH : M_POPULATION_NO_MATCH));
    h_class(h, "ul", "temuan");
    for (size_t i = 0; i < look->n && look->sees; i++) {
        h_open(h, "li");
        row_words(req, h, &look->found[i]);
        h_element_as(h, "p", "jumlah",
                     identity_reasons(req->arena, req->model, req->lang, &look->found[i].like));
        take_over(req, h, &look->found[i], form);
        h_close(h);
    }
    h_close(h);
    h_close(h);
}

/* ---- under the search ---- */

static bool is_nik(Str text)
{
    return match_number(text, NIK_DIGITS, true) != 0;
}

static void question(Req *req, Html *h, Str text)
{
    asked_form_open(req, h, S("/cari"), S("bagian"), STR_NONE);
    page_hidden(h, S("q"), text);
    if (!is_nik(text))
        widget_text(req, h, S(BORN), req_tr(req, M_POPULATION_BORN), STR_NONE,
                    req_query(req, S(BORN)), false);
    page_button(h, req_tr(req, M_POPULATION_LOOK), STR_NONE, S(ASK), S("1"));
    h_close(h);
}

/* What was typed as the facts of a person; a date that is none is left out. */
static PersonFacts typed_facts(Req *req, Str text)
{
    const Field *born = role_field(req->model, FIELD_ROLE_PERSON_BIRTH);
    Problems ignored = {.arena = req->arena};
    PersonFacts who = {0};
    if (is_nik(text))
        who.nik = text;
    else
        who.name = text;
    if (born && !value_parse(born, req->arena, req_query(req, S(BORN)), clock_today(), &who.birth,
                             &ignored))
        who.birth = STR_NONE;
    return who;
}

Err book_search(Req *req, Html *h, Str text)
{
    BookLook look;
    if (!book_there(req))
        return ERR_OK;
    Err state = population_state(req->store->population);
    if (state != ERR_OK) {
        page_notice(h, "info",
                    req_tr(req, state == E_BUSY ? M_POPULATION_WAIT : M_POPULATION_AWAY));
        return ERR_OK;
    }
    if (params_has(&req->query, S(ASK))) {
        PersonFacts who = typed_facts(req, text);
        TRY(book_look(req, &who, &look));
        book_show(req, h, &look, NULL);
    }
    question(req, h, text);
    return ERR_OK;
}

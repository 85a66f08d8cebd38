/* OpenAPI 3.1 out of the linked model: what a reader may list stands in it, with the types of its
 * fields, their code lists, and labels in both languages. */
#include "web/api.h"
#include "web/page.h"

#include "openapi_gen.h"

/* Larger code lists are referred to by their address instead of being spelt out. */
enum { ENUM_MAX = 40 };

/* ---- fields ---- */

static void put_enum(Json *j, const CodeList *list)
{
    if (list->n > ENUM_MAX || list->open)
        return;
    json_open_at(j, S("enum"), '[');
    for (size_t i = 0; i < list->n; i++)
        json_text(j, list->items[i].code);
    json_close(j, ']');
}

static Str format_of(const Field *f)
{
    bool uid = f->kind == FK_REF || f->kind == FK_FILE;
    return uid ? S("uuid") : f->kind == FK_INSTANT ? S("date-time") : STR_NONE;
}

static void put_type(Json *j, const Field *f)
{
    if (f->kind == FK_NUMBER) {
        json_pair(j, S("type"), f->scale ? S("number") : S("integer"));
        return;
    }
    json_pair(j, S("type"), S("string"));
    if (!str_empty(format_of(f)))
        json_pair(j, S("format"), format_of(f));
    if (f->kind == FK_DATE)
        json_pair(j, S("pattern"), S("^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"));
    if (f->kind == FK_TIME)
        json_pair(j, S("pattern"), S("^[0-2][0-9]:[0-5][0-9]$"));
    if (f->codes)
        put_enum(j, f->codes);
}

static Str both(Req *req, const Label *l)
{
    return str_printf(req->arena, "%.*s / %.*s", STR_ARG(l->text[LANG_ID]),
                      STR_ARG(l->text[LANG_EN]));
}

static Str example_of(const Field *f)
{
    if (f->codes && f->codes->n)
        return f->codes->items[0].code;
    return f->kind == FK_DATE ? S("2026-03-12") : f->kind == FK_TIME ? S("09:30") : STR_NONE;
}

static void put_field(Req *req, Json *j, const Field *f)
{
    Str text = both(req, &f->label), example = example_of(f);
    if (f->codes)
        text = str_printf(req->arena, "%.*s. /api/v1/kode/%.*s", STR_ARG(text),
                          STR_ARG(f->codes->name));
    json_open_at(j, f->name, '{');
    json_pair(j, S("description"), text);
    if (!field_typed(f) || f->kind == FK_FILE)
        json_flag(j, S("readOnly"), true);
    if (f->multi) {
        json_pair(j, S("type"), S("array"));
        json_open_at(j, S("items"), '{');
        put_type(j, f);
        json_close(j, '}');
    } else {
        json_open_at(j, S("anyOf"), '[');
        json_open(j, '{');
        put_type(j, f);
        json_close(j, '}');
        json_raw(j, S("{\"type\":\"null\"}"));
        json_close(j, ']');
        if (!str_empty(example)) {
            json_open_at(j, S("examples"), '[');
            json_text(j, example);
            json_close(j, ']');
        }
    }
    json_close(j, '}');
}

static void put_schema(Req *req, Json *j, const Register *reg)
{
    json_open_at(j, reg->name, '{');
    json_pair(j, S("type"), S("object"));
    json_pair(j, S("description"), both(req, &reg->label));
    json_flag(j, S("additionalProperties"), false);
    json_open_at(j, S("properties"), '{');
    for (size_t i = 0; i < reg->field_count; i++)
        put_field(req, j, reg->fields[i]);
    json_close(j, '}');
    json_close(j, '}');
}

/* ---- operations ---- */

typedef enum Answer { ANSWER_LIST, ANSWER_RECORD, ANSWER_WRITTEN } Answer;

typedef struct Operation {
    const char *method, *name;
    Msg summary;
    const char *parameters; /* JSON */
    Answer answer;
    const char *status;
    const int *failures; /* statuses, 0 ends them */
    bool body;
} Operation;

#define P(name)    "{\"$ref\":\"#/components/parameters/" name "\"}"
#define FAILURE    "{\"$ref\":\"#/components/responses/Failure\"}"
#define SCHEMA(of) "{\"$ref\":\"#/components/schemas/" of "\"}"
#define FIELDS     "\"properties\":{\"isian\":" SCHEMA("%.*s") "}"

static const int reading[] = {400, 401, 403, 404, 413, 422, 429, 503, 0};
static const int creating[] = {400, 401, 403, 404, 409, 413, 422, 429, 503, 0};
static const int changing[] = {400, 401, 403, 404, 409, 412, 413, 422, 428, 429, 503, 0};

static const Operation on_register[] = {
    {"get", "list", M_API_DOES_LIST, P("q") "," P("urut") "," P("n") "," P("dari"), ANSWER_LIST,
     "200", reading, false},
    {"post", "create", M_API_DOES_CREATE, P("idem"), ANSWER_WRITTEN, "201", creating, true},
};
static const Operation on_record[] = {
    {"get", "show", M_API_DOES_SHOW, P("uid") "," P("purpose"), ANSWER_RECORD, "200", reading,
     false},
    {"patch", "change", M_API_DOES_CHANGE, P("uid") "," P("match") "," P("purpose") "," P("idem"),
     ANSWER_WRITTEN, "200", changing, true},
};
static const Operation on_move = {
    "post",         "move", M_API_DOES_MOVE, P("uid") "," P("match") "," P("purpose") "," P("idem"),
    ANSWER_WRITTEN, "200",  changing,        true};

static void put_responses(Json *j, const char *status, Str schema, const int *failures)
{
    Buf *out = j->out;
    json_open_at(j, S("responses"), '{');
    json_open_at(j, str_of(status), '{');
    json_pair(j, S("description"), S("OK"));
    json_key(j, S("content"));
    buf_printf(out, "{\"application/json\":{\"schema\":%.*s}}", STR_ARG(schema));
    j->first = false;
    json_close(j, '}');
    for (; *failures; failures++)
        buf_printf(out, ",\"%d\":" FAILURE, *failures);
    json_close(j, '}');
}

/* JSON of what an operation on the register answers. */
static Str answer_of(Arena *a, Answer kind, Str reg)
{
    switch (kind) {
    case ANSWER_LIST:
        return str_printf(a,
                          "{\"allOf\":[" SCHEMA(
                              "-List") ",{\"properties\":{\"items\":{\"items\":{" FIELDS "}}}}]}",
                          STR_ARG(reg));
    case ANSWER_RECORD:
        return str_printf(a, "{\"allOf\":[" SCHEMA("-Record") ",{" FIELDS "}]}", STR_ARG(reg));
    case ANSWER_WRITTEN:
        return S(SCHEMA("-Written"));
    }
    BUG("unknown kind of answer");
}

static void put_operation(Req *req, Json *j, const Register *reg, const Operation *op, Str id,
                          const Label *label)
{
    Arena *a = req->arena;
    Str name = reg->name, words = both(req, label);
    json_open_at(j, str_of(op->method), '{');
    json_pair(j, S("operationId"), str_printf(a, "%s_%.*s", op->name, STR_ARG(id)));
    json_pair(j, S("summary"),
              str_printf(a, "%.*s: %.*s", STR_ARG(tr(req->lang, op->summary)), STR_ARG(words)));
    json_pair_raw(j, S("parameters"), str_printf(a, "[%s]", op->parameters));
    if (op->body) {
        json_pair_raw(
            j, S("requestBody"),
            str_printf(a,
                       "{\"required\":true,\"content\":{\"application/json\":{\"schema\":"
                       "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":"
                       "{\"induk\":{\"type\":\"string\"},\"alasan\":{\"type\":\"string\"},"
                       "\"yakin\":{\"type\":\"boolean\"},"
                       "\"isian\":{\"$ref\":\"#/components/schemas/%.*s\"}}}}}}",
                       STR_ARG(name)));
    }
    put_responses(j, op->status, answer_of(a, op->answer, name), op->failures);
    json_close(j, '}');
}

static void put_move(Req *req, Json *j, const Register *reg, Str name, Label label)
{
    Arena *a = req->arena;
    json_open_at(j, api_url(req, reg, str_printf(a, "{uid}/%.*s", STR_ARG(name))), '{');
    put_operation(req, j, reg, &on_move,
                  str_printf(a, "%.*s_%.*s", STR_ARG(reg->name), STR_ARG(name)), &label);
    json_close(j, '}');
}

static void put_path(Req *req, Json *j, const Register *reg, Str tail, const Operation both[2])
{
    json_open_at(j, api_url(req, reg, tail), '{');
    for (size_t i = 0; i < 2; i++)
        put_operation(req, j, reg, &both[i], reg->name, &reg->label);
    json_close(j, '}');
}

static void put_paths(Req *req, Json *j, const Register *reg)
{
    put_path(req, j, reg, STR_NONE, on_register);
    put_path(req, j, reg, S("{uid}"), on_record);
    for (size_t i = 0; i < reg->move_count; i++)
        put_move(req, j, reg, reg->moves[i].name, reg->moves[i].label);
    /* Void and restore are no moves of a flow: every register has them. */
    put_move(req, j, reg, S("batalkan"), msg_label(M_WEB_VOID));
    put_move(req, j, reg, S("pulihkan"), msg_label(M_WEB_RESTORE));
}

/* ---- what all registers share ---- */

/* Addresses that belong to no register. */
static void put_common_paths(Req *req, Json *j)
{
    static const struct {
        const char *path, *id, *parameters, *schema;
        Msg summary;
    } paths[] = {
        {"/api/v1", "entry", "", SCHEMA("-Entry"), M_API_DOES_ENTRY},
        {"/api/v1/openapi.json", "description", "", "{\"type\":\"object\"}", M_API_DOES_DESCRIBE},
        {"/api/v1/kode/{list}", "codes", P("list"), SCHEMA("-Codes"), M_API_DOES_CODES},
    };
    for (size_t i = 0; i < COUNT(paths); i++) {
        json_open_at(j, str_of(paths[i].path), '{');
        json_open_at(j, S("get"), '{');
        json_pair(j, S("operationId"), str_of(paths[i].id));
        json_pair(j, S("summary"), req_tr(req, paths[i].summary));
        json_pair_raw(j, S("parameters"), str_printf(req->arena, "[%s]", paths[i].parameters));
        put_responses(j, "200", str_of(paths[i].schema), reading);
        json_close(j, '}');
        json_close(j, '}');
    }
}

static void put_components(Req *req, Json *j)
{
    json_open_at(j, S("components"), '{');
    json_open_at(j, S("schemas"), '{');
    for (size_t i = 0; i < req->model->reg_count; i++)
        if (req_may(req, req->model->regs[i], VERB_LIST))
            put_schema(req, j, req->model->regs[i]);
    json_raw(j, str_of(openapi_schemas));
    json_close(j, '}');
    json_raw(j, str_of(openapi_parts));
    json_close(j, '}');
}

Err api_openapi(Req *req)
{
    Json j = json_begin(req, 200);
    json_open(&j, '{');
    json_pair(&j, S("openapi"), S("3.1.0"));
    json_pair_raw(&j, S("info"), S("{\"title\":\"SIGAP\",\"version\":\"1\"}"));
    json_pair_raw(&j, S("security"), S("[{\"token\":[]}]"));
    json_open_at(&j, S("paths"), '{');
    put_common_paths(req, &j);
    for (size_t i = 0; i < req->model->reg_count; i++)
        if (req_may(req, req->model->regs[i], VERB_LIST))
            put_paths(req, &j, req->model->regs[i]);
    json_close(&j, '}');
    put_components(req, &j);
    json_close(&j, '}');
    return ERR_OK;
}

/* Answers of the API: JSON written in order, and failures as problem+json. */
#include "base/json.h"
#include "web/api.h"
#include "web/page.h"

Json json_begin(Req *req, int status)
{
    req->res.status = status;
    req->res.type = S("application/json; charset=utf-8");
    req->res.body.len = 0;
    return (Json){.out = &req->res.body, .first = true};
}

static void separate(Json *j)
{
    if (!j->first)
        buf_char(j->out, ',');
    j->first = false;
}

void json_open(Json *j, char bracket)
{
    separate(j);
    buf_char(j->out, bracket);
    j->first = true;
}

void json_close(Json *j, char bracket)
{
    buf_char(j->out, bracket);
    j->first = false;
}

void json_key(Json *j, Str key)
{
    separate(j);
    json_put(j->out, key);
    buf_char(j->out, ':');
    j->first = true;
}

void json_text(Json *j, Str value)
{
    separate(j);
    json_put(j->out, value);
}

void json_raw(Json *j, Str value)
{
    separate(j);
    buf_put(j->out, value);
}

void json_open_at(Json *j, Str key, char bracket)
{
    json_key(j, key);
    json_open(j, bracket);
}

void json_pair_raw(Json *j, Str key, Str value)
{
    json_key(j, key);
    json_raw(j, value);
}

void json_flag(Json *j, Str key, bool value)
{
    json_pair_raw(j, key, value ? S("true") : S("false"));
}

void json_int(Json *j, Str key, int64_t value)
{
    json_pair_raw(j, key, str_int(j->out->arena, value));
}

void json_pair(Json *j, Str key, Str value)
{
    json_key(j, key);
    json_text(j, value);
}

Str api_url(Req *req, const Register *reg, Str uid)
{
    return str_printf(req->arena, "/api/v1/%.*s%s%.*s", STR_ARG(reg->name),
                      str_empty(uid) ? "" : "/", STR_ARG(uid));
}

Str api_etag(Req *req, int64_t version)
{
    return str_printf(req->arena, "\"%lld\"", (long long)version);
}

/* ---- failures ---- */

static Str pointer_of(Req *req, Str field)
{
    bool member = str_is(field, "induk") || str_is(field, "alasan") || str_is(field, "yakin") ||
                  str_is(field, "isian");
    if (str_empty(field) || !req->reg || req->method == METHOD_GET)
        return STR_NONE;
    return str_printf(req->arena, member ? "#/%.*s" : "#/isian/%.*s", STR_ARG(field));
}

void api_put_problems(Req *req, Json *j, Str key, const Problems *list, bool warnings)
{
    json_open_at(j, key, '[');
    for (size_t i = 0; list && i < list->n; i++) {
        const Problem *p = &list->items[i];
        if (p->warning != warnings)
            continue;
        json_open(j, '{');
        json_pair(j, S("field"), p->field);
        json_pair(j, S("code"), str_of(msg_name(p->msg)));
        json_pair(j, S("detail"), problem_text(req->arena, req->lang, p));
        json_pair(j, S("pointer"), pointer_of(req, p->field));
        json_close(j, '}');
    }
    json_close(j, ']');
}

static int status_of(const Req *req, Err e)
{
    if (e == E_STALE && !str_empty(req->if_match))
        return 412;
    return e == E_PARSE ? 400 : err_http(e);
}

Err api_problem(Req *req, Err e, const Problems *list)
{
    int status = status_of(req, e);
    Json j = json_begin(req, status);
    req->res.type = S("application/problem+json; charset=utf-8");
    req->res.location = req->res.disposition = req->res.etag = STR_NONE;
    req->res.gzipped = false;
    json_open(&j, '{');
    json_pair(&j, S("type"),
              str_printf(req->arena, "urn:sigap:%.*s", STR_ARG(str_of(err_name(e)))));
    json_pair(&j, S("title"), req_tr(req, msg_of_err(e)));
    json_int(&j, S("status"), status);
    json_pair(&j, S("code"), str_of(err_name(e)));
    if (list && list->n)
        api_put_problems(req, &j, S("errors"), list, false);
    json_close(&j, '}');
    return ERR_OK;
}

#include "web/audit_words.h"

#include "engine/settings_db.h"
#include "model/limit.h"
#include "model/reason.h"
#include "web/page.h"

static const Wording acts[] = {{"create", M_ACT_CREATE},
                               {"change", M_ACT_CHANGE},
                               {"read", M_ACT_READ},
                               {"move", M_ACT_MOVE},
                               {"void", M_ACT_VOID},
                               {"restore", M_ACT_RESTORE},
                               {"undo", M_ACT_UNDO},
                               {"login", M_ACT_LOGIN},
                               {"login:new", M_ACT_LOGIN_NEW},
                               {"logout", M_ACT_LOGOUT},
                               {"export", M_ACT_EXPORT},
                               {"table", M_ACT_TABLE},
                               {"password", M_ACT_PASSWORD},
                               {"backup", M_ACT_BACKUP},
                               {"verify", M_ACT_VERIFY},
                               {"open", M_ACT_OPEN},
                               {"original", M_ACT_ORIGINAL},
                               {"import", M_ACT_IMPORT},
                               {"audit", M_ACT_AUDIT},
                               {"audit:seal", M_ACT_SEAL},
                               {"update", M_ACT_CHANGE},
                               {"lock", M_ACT_LOCK},
                               {"unlock", M_ACT_UNLOCK},
                               {"emergency", M_ACT_EMERGENCY},
                               {"list", M_ACT_LIST},
                               {"scan", M_ACT_UNSCANNED},
                               {"count", M_ACT_COUNT},
                               {"factor", M_ACT_FACTOR},
                               {"factor:begin", M_ACT_FACTOR_BEGIN},
                               {"factor:confirm", M_ACT_FACTOR_ON},
                               {"factor:remove", M_ACT_FACTOR_OFF},
                               {"factor:reset", M_ACT_FACTOR_OFF},
                               {"factor:require", M_ACT_FACTOR_MUST},
                               {"factor:free", M_ACT_FACTOR_FREE},
                               {"letter:drop", M_ACT_LETTER_DROP},
                               {"token", M_ACT_TOKEN},
                               {"token:make", M_ACT_TOKEN_MAKE},
                               {"token:revoke", M_ACT_TOKEN_END},
                               {"key:protect", M_ACT_KEY_PROTECT},
                               {"key:open", M_ACT_KEY_OPEN},
                               {"key:sheet", M_ACT_KEY_SHEET},
                               {"key:drill", M_ACT_KEY_DRILL},
                               {"key:recover", M_ACT_KEY_RECOVER},
                               {"key:rotate", M_ACT_KEY_ROTATE},
                               {"key:epoch", M_ACT_KEY_EPOCH},
                               {"passwords:load", M_ACT_PASSWORDS_LOAD},
                               {"population", M_ACT_POPULATION},
                               {"population:load", M_ACT_POPULATION_LOAD},
                               {"erase:ask", M_ACT_ERASE_ASK},
                               {"records:ask", M_ACT_RECORDS_ASK},
                               {"records", M_ACT_RECORDS},
                               {"erase", M_ACT_ERASE},
                               {"copy", M_ACT_COPY},
                               {"health", M_ACT_HEALTH},
                               {"users", M_ACT_USERS},
                               {"roles", M_ACT_USERS},
                               {"codes", M_ACT_CODES},
                               {"limits", M_ACT_LIMITS},
                               {"settings", M_ACT_SETTINGS},
                               {"administration", M_ACT_SETTINGS}};

static Str named(Req *req, Str word)
{
    Str text = req_wording(req, acts, word);
    return text.ptr ? text : word;
}

/* "LIST/CODE" */
static Str code_words(Req *req, Str rest)
{
    Str name;
    str_cut(&rest, '/', &name);
    const CodeList *list = model_list(req->model, name);
    const Code *code = list ? code_find(list, rest) : NULL;
    return req_say(req, M_ACT_CODE, code ? req_label(req, &code->label) : rest,
                   list ? req_label(req, &list->label) : name);
}

/* A period as it went on record, in Indonesian; as stored where it cannot be read. */
static Str period_words(Req *req, Str stored)
{
    Str rest = stored, number;
    int64_t n;
    if (!str_word(&rest, &number) || !str_i64(number, &n))
        return stored;
    for (int unit = DURATION_HOURS; unit <= DURATION_MONTHS; unit++) {
        Duration p = {n, (DurationUnit)unit};
        if (str_eq(duration_words(req->arena, LANG_ID, p), stored))
            return duration_words(req->arena, req->lang, p);
    }
    return stored;
}

/* "CODE=PERIOD"; without a period the office's own deadline was taken away. */
static Str limit_words(Req *req, Str rest)
{
    Str code;
    str_cut(&rest, '=', &code);
    const Limit *law = NULL;
    for (size_t i = 0; i < req->model->limit_count; i++)
        if (str_eq(req->model->limits[i].code, code))
            law = &req->model->limits[i];
    Str label = law ? req_label(req, &law->label) : code;
    return str_empty(rest) ? req_say(req, M_ACT_LIMIT_END, label)
                           : req_say(req, M_ACT_LIMIT, label, period_words(req, rest));
}

static Str move_words(Req *req, const Register *reg, Str name)
{
    const Move *m = reg ? reg_move(reg, name) : NULL;
    return req_say(req, M_ACT_MOVED, m ? req_label(req, &m->label) : name);
}

static Str setting_words(Req *req, Str name)
{
    for (int i = 0; i < SETTING_COUNT; i++)
        if (str_eq(setting_name((SettingKey)i), name))
            name = req_tr(req, setting_label((SettingKey)i));
    return req_say(req, M_ACT_SETTING, name);
}

static Str done(Req *req, const AuditLine *l, Str action)
{
    Str rest = action, kind;
    str_cut(&rest, ':', &kind);
    if (str_empty(rest))
        return named(req, action);
    if (str_is(kind, "move"))
        return move_words(req, l->reg, rest);
    if (str_is(kind, "code"))
        return code_words(req, rest);
    if (str_is(kind, "limit"))
        return limit_words(req, rest);
    if (str_is(kind, "setting"))
        return setting_words(req, rest);
    if (str_is(kind, "scan"))
        return req_say(req, M_ACT_INFECTED, rest);
    if (str_is(kind, "roles"))
        return req_say(req, M_ACT_ROLES, role_labels(req, rest));
    return named(req, action);
}

Str audit_action(Req *req, const AuditLine *l)
{
    const Str refused = S("refused:");
    if (!str_starts(l->action, refused))
        return done(req, l, l->action);
    return req_say(req, M_ACT_REFUSED, done(req, l, str_from(l->action, refused.len)));
}

Str audit_act_of(Req *req, Str typed)
{
    Str wanted = str_lower(req->arena, str_trim(typed));
    for (size_t i = 0; i < COUNT(acts); i++)
        if (str_eq(wanted, req_tr(req, acts[i].msg)))
            return str_of(acts[i].word);
    return typed;
}

Str audit_purpose(Req *req, Str purpose)
{
    const CodeList *list = model_list(req->model, S(LIST_PURPOSE));
    purpose = reason_open(&req->reader, purpose);
    Str rest = purpose, word;
    str_cut(&rest, ':', &word);
    const Code *code = list && rest.ptr ? code_find(list, word) : NULL;
    return code ? str_printf(req->arena, "%.*s:%.*s", STR_ARG(req_label(req, &code->label)),
                             STR_ARG(rest))
                : purpose;
}

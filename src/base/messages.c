#include "messages.h"

typedef struct Row {
    const char *text[LANG_COUNT];
    const char *name;
} Row;

static const Row rows[M_COUNT] = {
#include "messages_rows.inc"
};

Str tr(Lang lang, Msg m)
{
    return str_of(rows[m].text[lang]);
}

Label msg_label(Msg m)
{
    return (Label){{tr(LANG_ID, m), tr(LANG_EN, m)}};
}

Str tr_args_(Arena *a, Lang lang, Msg m, const Str *args, size_t n)
{
    Str text = tr(lang, m);
    Buf b = buf_new(a, text.len + 64);
    for (size_t i = 0; i < text.len; i++) {
        bool slot = text.ptr[i] == '{' && i + 2 < text.len && text.ptr[i + 2] == '}' &&
                    text.ptr[i + 1] >= '0' && text.ptr[i + 1] <= '9';
        if (!slot) {
            buf_char(&b, text.ptr[i]);
            continue;
        }
        size_t k = (size_t)(text.ptr[i + 1] - '0');
        if (k < n)
            buf_put(&b, args[k]);
        i += 2;
    }
    return buf_str(&b);
}

const char *msg_name(Msg m)
{
    return rows[m].name;
}

Lang lang_of(Str name)
{
    return str_is(name, "en") ? LANG_EN : LANG_ID;
}

const char *lang_code(Lang lang)
{
    return lang == LANG_EN ? "en" : "id";
}

Msg msg_of_err(Err e)
{
    static const Msg of[ERR_COUNT] = {
        [ERR_OK] = M_OK,
#define X(code, kind, http, exit) [code] = M_##code,
#include "error.def"
#undef X
    };
    return of[e];
}

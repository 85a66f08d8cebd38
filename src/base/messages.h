/* Words of the program in Indonesian and English. Rows live in messages.tsv (key, id, en); the enum
 * and the table are generated at build. Labels of the domain live beside what they label. */
#pragma once

#include "messages_gen.h"
#include "str.h"

typedef enum Lang { LANG_ID, LANG_EN, LANG_COUNT } Lang;

/* A label of the domain in both languages. */
typedef struct Label {
    Str text[LANG_COUNT];
} Label;

Str tr(Lang lang, Msg m);
/* The message in both languages. */
Label msg_label(Msg m);
/* The text with {0}, {1}, {2} replaced by the arguments; missing ones become empty. */
Str tr_args_(Arena *a, Lang lang, Msg m, const Str *args, size_t n);
#define tr_args(a, lang, m, ...)                                                                   \
    tr_args_((a), (lang), (m), (const Str[]){__VA_ARGS__},                                         \
             sizeof((const Str[]){__VA_ARGS__}) / sizeof(Str))
/* "id" or "en" (anything else: Indonesian). */
Lang lang_of(Str name);
const char *lang_code(Lang lang);
/* The key of the message, a code for programs: "REQUIRED". */
const char *msg_name(Msg m);
/* Text of an error code. */
Msg msg_of_err(Err e);

/* libFuzzer: two recovery shares, a line each. Read or refused, and the same key for the same text.
 * The same bytes as the file of a key, which nobody gives a passphrase for, and as a key. */
#include "guard/key_file.h"

#include "base/file.h"
#include "fuzz_folder.h"

#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char given[64], made[64];

static void begin(void)
{
    const char *dir = fuzz_folder_new();
    snprintf(given, sizeof given, "%s/given", dir);
    snprintf(made, sizeof made, "%s/made", dir);
    if (key_file_create(made) != ERR_OK || key_file_create(made) != E_DUPLICATE)
        BUG("a key file made twice");
}

static void read_as_file(Str text)
{
    Key key;
    if (file_write(given, text) != ERR_OK)
        BUG("no room");
    Err e = key_file_read(given, STR_NONE, &key);
    if (e != ERR_OK && e != E_SEALED && e != E_KEY)
        BUG("a key file that is neither open, sealed nor wrong");
}

/* The first bytes as a key: written and read, split and joined, it is the same. */
static void there_and_back(Str text)
{
    Key key = {{0}}, again;
    KeyShare share[SHARES];
    memcpy(key.bytes, text.ptr, text.len < KEY_SIZE ? text.len : KEY_SIZE);
    if (key_file_write(made, STR_NONE, &key) != ERR_OK ||
        key_file_read(made, STR_NONE, &again) != ERR_OK || !crypto_equal(&key, &again, KEY_SIZE))
        BUG("a key that does not come back from its file");
    key_split(&key, share);
    for (int i = 0; i < SHARES; i++)
        if (key_join(str_of(share[i].text), str_of(share[(i + 1) % SHARES].text), &again) !=
                ERR_OK ||
            !crypto_equal(&key, &again, KEY_SIZE))
            BUG("a key that does not come back from its shares");
}

/* The same bytes as the number in the name of an old key, and as that name. */
static void read_as_name(Str text)
{
    int64_t number = 0;
    Arena *a = arena_new(1u << 20);
    if (text.len)
        memcpy(&number, text.ptr, text.len < sizeof number ? text.len : sizeof number);
    (void)key_file_number(str_printf(a, KEY_OLD "-%.*s", STR_ARG(text)));
    if (key_file_number(str_printf(a, KEY_OLD "-%lld.2", (long long)number)) != number)
        BUG("the number of an old key that does not come back from its name");
    arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Str text = {(const char *)data, size}, one = S(""), other = S("");
    Key key, again;
    if (!*given)
        begin();
    (void)str_cut(&text, '\n', &one);
    (void)str_cut(&text, '\n', &other);
    read_as_name(text);
    read_as_file(text);
    there_and_back((Str){(const char *)data, size});
    if (key_join(one, other, &key) != ERR_OK)
        return 0;
    if (key_join(other, one, &again) != ERR_OK || !crypto_equal(&key, &again, sizeof key))
        __builtin_trap();
    return 0;
}

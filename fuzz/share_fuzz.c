/* libFuzzer: two recovery shares, a line each. Read or refused, and the same key for the same text. */
#include "guard/key_file.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Str text = {(const char *)data, size}, one = S(""), other = S("");
    Key key, again;
    (void)str_cut(&text, '\n', &one);
    (void)str_cut(&text, '\n', &other);
    if (key_join(one, other, &key) != ERR_OK)
        return 0;
    if (key_join(other, one, &again) != ERR_OK || !crypto_equal(&key, &again, sizeof key))
        __builtin_trap();
    return 0;
}

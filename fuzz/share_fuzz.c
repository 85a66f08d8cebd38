/* libFuzzer: two recovery shares, a line each. Read or refused, and the same key for the same text.
 * The same bytes as the file of a key, which nobody gives a passphrase for. */
#include "guard/key_file.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_as_file(Str text)
{
    static char path[] = "/dev/shm/fuzz-key-XXXXXX";
    static int fd = -1;
    Key key;
    if (fd < 0)
        fd = mkstemp(path);
    if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, text.ptr, text.len, 0) != (ssize_t)text.len)
        BUG("no room");
    Err e = key_file_read(path, STR_NONE, &key);
    if (e != ERR_OK && e != E_SEALED && e != E_KEY)
        BUG("a key file that is neither open, sealed nor wrong");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Str text = {(const char *)data, size}, one = S(""), other = S("");
    Key key, again;
    (void)str_cut(&text, '\n', &one);
    (void)str_cut(&text, '\n', &other);
    read_as_file(text);
    if (key_join(one, other, &key) != ERR_OK)
        return 0;
    if (key_join(other, one, &again) != ERR_OK || !crypto_equal(&key, &again, sizeof key))
        __builtin_trap();
    return 0;
}

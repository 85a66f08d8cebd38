/* libFuzzer: any bytes as a document to be given out, without the child. The first byte chooses: as
 * they are, or as the XML of one part in a good archive (past zip and CRC, where bytes at random
 * end). A copy of a copy is the same: nothing was left to take out. */
#include "fuzz_zip.h"
#include "working_copy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Str in_archive(Arena *a, Str part)
{
    FuzzZip z = fuzz_zip_new();
    zip_source_t *source = zip_source_buffer(z.zip, part.ptr, part.len, 0);
    (void)zip_file_add(z.zip, "word/document.xml", source, 0);
    return fuzz_zip_end(&z, a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    Arena *a = arena_new(64 * 1024 * 1024);
    Str bytes = {(const char *)data + 1, size - 1}, copy, again;
    if (data[0] == 'X')
        bytes = in_archive(a, bytes);
    if (working_copy(a, bytes, 0, &copy) == XLSX_OK &&
        (working_copy(a, copy, 0, &again) != XLSX_OK || !str_eq(copy, again)))
        BUG("a copy that is not clean");
    arena_free(a);
    return 0;
}

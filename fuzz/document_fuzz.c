/* libFuzzer: any bytes as a document to be given out, without the child. The first byte chooses: as
 * they are, or as the XML of one part in a good archive (past zip and CRC, where bytes at random
 * end). A copy of a copy is the same: nothing was left to take out. */
#include "working_copy.h"

#include <zip.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Str in_archive(Arena *a, Str part)
{
    zip_source_t *memory = zip_source_buffer_create(NULL, 0, 0, NULL);
    zip_source_keep(memory);
    zip_t *zip = zip_open_from_source(memory, ZIP_TRUNCATE, NULL);
    (void)zip_file_add(zip, "word/document.xml", zip_source_buffer(zip, part.ptr, part.len, 0), 0);
    zip_stat_t st;
    if (zip_close(zip) != 0 || zip_source_stat(memory, &st) != 0)
        __builtin_trap();
    char *bytes = arena_alloc(a, st.size);
    (void)zip_source_open(memory);
    (void)zip_source_read(memory, bytes, st.size);
    (void)zip_source_close(memory);
    zip_source_free(memory);
    return (Str){bytes, st.size};
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

/* Whole files and folders, with a limit. */
#pragma once

#include "str.h"

/* Reads the file; E_NOT_FOUND, E_TOO_LARGE past `max` bytes, E_IO. */
MUST_CHECK Err file_read(Arena *a, const char *path, size_t max, Str *ret);
/* The bytes of a file as they lie on disk, without reading them before they are asked for; until the
 * arena ends. The file may be replaced meanwhile, not cut. E_NOT_FOUND, E_IO. */
MUST_CHECK Err file_map(Arena *a, const char *path, Str *ret);
/* Reads a descriptor to its end. */
MUST_CHECK Err file_read_fd(Arena *a, int fd, size_t max, Str *ret);
/* Writes beside and renames, so that readers see the old or the new file; mode 0600. E_FULL, E_IO.
 */
MUST_CHECK Err file_write(const char *path, Str bytes);
/* The same of what `next` hands over, piece by piece until there is none. */
MUST_CHECK Err file_write_pieces(const char *path, Str (*next)(void *ctx), void *ctx);
MUST_CHECK Err file_write_fd(int fd, Str bytes);
/* Hands the bytes of a file to `fn`, a piece at a time; E_NOT_FOUND, E_IO, or what `fn` answers. */
MUST_CHECK Err file_chunks(const char *path, Err (*fn)(void *ctx, Str bytes), void *ctx);
/* Copies into a new file (mode 0600), on disk when it returns; E_DUPLICATE when it exists. */
MUST_CHECK Err file_copy(const char *from, const char *to);
MUST_CHECK Err file_size(const char *path, int64_t *ret);
/* Bytes still free where the path lies. */
MUST_CHECK Err file_free_space(const char *path, int64_t *ret);
/* Makes a file that takes this much room and holds nothing; E_FULL. */
MUST_CHECK Err file_reserve(const char *path, int64_t bytes);
/* All bytes of the disk where the path lies, those for root alone left out. */
MUST_CHECK Err file_disk_size(const char *path, int64_t *ret);
typedef struct FileFacts {
    unsigned mode; /* permission bits */
    int64_t owner; /* user number */
    unsigned disk_major, disk_minor;
} FileFacts;
/* E_NOT_FOUND. */
MUST_CHECK Err file_facts(const char *path, FileFacts *ret);
/* A file, or a folder with nothing in it; what cannot be removed stays. */
void file_remove(const char *path);
/* Removes a folder and the files in it; folders in it stay, and it with them. */
void file_remove_folder(const char *path);
bool file_exists(const char *path);
/* A folder into which this process may write. */
bool file_is_folder(const char *path);
/* Creates the folder (mode 0700) if missing. */
MUST_CHECK Err file_mkdir(const char *path);
/* Renames, on disk when it returns. */
MUST_CHECK Err file_rename(const char *from, const char *to);
/* A folder held open, for file_lock; -1. */
int file_open_folder(const char *path);
void file_close_folder(int folder);
/* Shared: waits while somebody has it alone. Alone: at once or not at all. The last call counts. */
bool file_lock(int folder, bool alone);
/* Names in a folder that end in `suffix`, sorted. */
MUST_CHECK Err file_list(Arena *a, const char *dir, Str suffix, StrList *ret);

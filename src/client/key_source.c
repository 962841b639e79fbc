/* SPDX-License-Identifier: Apache-2.0 */
#include "client/key_source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"

static void close_file(FILE **file)
{
    if (*file != NULL) {
        fclose(*file);
    }
}

/* Unbuffered: no copy of a key stays behind in a stream's memory. */
static struct kq_result read_file(const char *path, struct kq_buffer *bytes, struct kq_error *error)
{
    FILE *file KQ_CLEANUP(close_file) = fopen(path, "rbe");
    KQ_ENSURE(file != NULL, error, KQ_E_USAGE, "%s cannot be opened: %s", path, strerror(errno));
    setvbuf(file, NULL, _IONBF, 0);
    char *place = kq_buffer_reserve(bytes, KQ_KEY_SOURCE_MAX_BYTES + 1);
    KQ_ENSURE_MEMORY(place != NULL, error);
    size_t size = fread(place, 1, KQ_KEY_SOURCE_MAX_BYTES + 1, file);
    bytes->size += size;
    KQ_ENSURE(!ferror(file), error, KQ_E_USAGE, "%s cannot be read: %s", path, strerror(errno));
    KQ_ENSURE(size <= KQ_KEY_SOURCE_MAX_BYTES, error, KQ_E_USAGE, "%s is longer than any key", path);
    return KQ_OK;
}

struct kq_result kq_key_source_read(const char *name, const char *text, const char *path,
                                    struct kq_buffer *bytes, struct kq_error *error)
{
    bool has_text = text != NULL && text[0] != '\0';
    bool has_path = path != NULL && path[0] != '\0';
    KQ_ENSURE(has_text || has_path, error, KQ_E_USAGE, "%s is missing", name);
    KQ_ENSURE(!has_text || !has_path, error, KQ_E_USAGE, "%s and %s_file are both given", name, name);
    if (has_path) {
        return read_file(path, bytes, error);
    }
    kq_buffer_append(bytes, kq_slice_of(text));
    KQ_ENSURE_MEMORY(!bytes->failed, error);
    return KQ_OK;
}

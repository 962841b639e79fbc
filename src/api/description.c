/* SPDX-License-Identifier: Apache-2.0 */
#include "api/description.h"

#include "base/buffer.h"
#include "wire/json.h"

static void append_lines(struct kq_slice lines, struct kq_buffer *json)
{
    kq_buffer_append_byte(json, '[');
    while (lines.size > 0) {
        size_t end = kq_slice_find(lines, '\n');
        kq_json_append_separator(json);
        kq_json_append_string(json, (struct kq_slice){.data = lines.data, .size = end});
        size_t taken = end == lines.size ? end : end + 1;
        lines = (struct kq_slice){.data = lines.data + taken, .size = lines.size - taken};
    }
    kq_buffer_append_byte(json, ']');
}

struct kq_result kq_description_show(struct kq_slice lines, struct kq_arena *arena, struct kq_slice *json,
                                     struct kq_error *error)
{
    KQ_CLEANUP(kq_buffer_free) struct kq_buffer text = {0};
    *json = KQ_SLICE_EMPTY;
    if (lines.size == 0) {
        return KQ_OK;
    }
    append_lines(lines, &text);
    KQ_ENSURE_MEMORY(!text.failed, error);
    *json = kq_arena_copy(arena, kq_buffer_slice(&text));
    KQ_ENSURE_MEMORY(json->data != NULL, error);
    return KQ_OK;
}

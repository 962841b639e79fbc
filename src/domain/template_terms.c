/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/template_terms.h"

#include "base/cursor.h"
#include "base/macros.h"
#include "domain/template.h"
#include "domain/text.h"
#include "wire/json.h"

/* Behind the scheme, up to the path: the host with its port. */
static struct kq_slice host_of(struct kq_slice uri)
{
    static const char *const schemes[] = {"http://", "https://"};
    for (size_t i = 0; i < KQ_COUNT(schemes); i++) {
        struct kq_slice scheme = kq_slice_of(schemes[i]);
        if (uri.size > scheme.size &&
            kq_slice_equal_ignoring_case((struct kq_slice){.data = uri.data, .size = scheme.size}, scheme)) {
            struct kq_slice rest = {.data = uri.data + scheme.size, .size = uri.size - scheme.size};
            rest.size = kq_slice_find(rest, '/');
            return rest;
        }
    }
    return KQ_SLICE_EMPTY;
}

struct kq_result kq_uri_check(const char *what, struct kq_slice uri, struct kq_error *error)
{
    if (uri.size == 0) {
        return KQ_OK;
    }
    KQ_TRY(kq_text_check_id(what, uri, KQ_URI_MAX_CHARS, error));
    KQ_ENSURE(host_of(uri).size > 0, error, KQ_E_BAD_INPUT, "%s is not http:// or https:// with a host",
              what);
    return KQ_OK;
}

static struct kq_result read_items(struct kq_slice json, struct kq_arena *arena, const struct kq_json **items,
                                   struct kq_error *error)
{
    struct kq_error reading = {0};
    if (!kq_json_read(json, arena, items, &reading).ok) {
        KQ_ENSURE(reading.code != KQ_E_NO_MEMORY, error, KQ_E_NO_MEMORY, "%s", "");
        return kq_fail(error, KQ_E_BAD_INPUT, "description is not JSON");
    }
    KQ_ENSURE((*items)->kind == KQ_JSON_ARRAY, error, KQ_E_BAD_INPUT, "description is not a JSON array");
    KQ_ENSURE((*items)->count <= KQ_DESCRIPTION_MAX_ITEMS, error, KQ_E_BAD_INPUT,
              "description has more than %d lines", KQ_DESCRIPTION_MAX_ITEMS);
    return KQ_OK;
}

struct kq_result kq_description_parse(struct kq_slice json, struct kq_arena *arena,
                                      struct kq_slice *description, struct kq_error *error)
{
    KQ_CLEANUP(kq_buffer_free) struct kq_buffer lines = {0};
    const struct kq_json *items = NULL;
    KQ_TRY(read_items(json, arena, &items, error));
    for (const struct kq_json *item = items->first; item != NULL; item = item->next) {
        KQ_ENSURE(item->kind == KQ_JSON_STRING, error, KQ_E_BAD_INPUT, "description line is not a string");
        KQ_TRY(kq_text_check("description line", item->text, 1, KQ_DESCRIPTION_ITEM_MAX_CHARS, error));
        kq_buffer_append(&lines, lines.size == 0 ? KQ_SLICE_EMPTY : KQ_SLICE("\n"));
        kq_buffer_append(&lines, item->text);
    }
    KQ_ENSURE_MEMORY(!lines.failed, error);
    *description = kq_arena_copy(arena, kq_buffer_slice(&lines));
    KQ_ENSURE_MEMORY(description->data != NULL, error);
    return KQ_OK;
}

void kq_description_append(struct kq_slice description, struct kq_buffer *json)
{
    struct kq_cursor cursor = kq_cursor_of(description);
    struct kq_slice line;
    kq_buffer_append_byte(json, '[');
    while (kq_cursor_take_part(&cursor, '\n', &line)) {
        kq_json_append_separator(json);
        kq_json_append_string(json, line);
    }
    kq_buffer_append_byte(json, ']');
}

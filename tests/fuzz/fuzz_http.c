/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cursor.h"
#include "server/http.h"

/* The first byte of an input says in what pieces the rest comes. Whatever they are, what is read must be the
 * same as of the whole at once: requests, their bodies, the refusal that ends them. */

#define BODY_LIMIT_BYTES 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct reader {
    struct kq_buffer input;
    struct kq_http_scan scan;
    struct kq_http_body body_reader;
    struct kq_buffer body;
    bool in_body;
    bool is_refused;
    struct kq_buffer notes;
};

static void note_refusal(struct reader *reader, const struct kq_http_refusal *refusal)
{
    assert(refusal->status < KQ_HTTP_STATUS_COUNT && refusal->sentence != NULL);
    reader->is_refused = true;
    kq_buffer_print(&reader->notes, "refused %u", kq_http_status_number(refusal->status));
}

static void note_text(struct reader *reader, struct kq_slice text)
{
    kq_buffer_append(&reader->notes, text);
    kq_buffer_append_byte(&reader->notes, '\n');
}

static void drop_input(struct reader *reader, size_t size)
{
    assert(size <= reader->input.size);
    memmove(reader->input.data, reader->input.data + size, reader->input.size - size);
    reader->input.size -= size;
}

/* From a block of its own, so that a read past its end is seen. */
static bool read_head(struct reader *reader, struct kq_slice bytes, struct kq_http_refusal *refusal)
{
    struct kq_http_head head;
    char *copy = malloc(bytes.size);
    memcpy(copy, bytes.data, bytes.size);
    bool is_read = kq_http_head_read((struct kq_slice){.data = copy, .size = bytes.size}, &head, refusal).ok;
    if (is_read) {
        kq_buffer_print(&reader->notes, "request %d %d %d %d\n", (int)head.method, head.keep_alive,
                        head.is_1_0, head.expects_continue);
        note_text(reader, head.path);
        note_text(reader, head.query);
        note_text(reader, head.content_type);
        note_text(reader, head.authorization);
        note_text(reader, head.accept_language);
        note_text(reader, head.target);
        note_text(reader, head.app_auth_token);
        note_text(reader, head.encrypt_type);
        note_text(reader, head.root_cert_sn);
        is_read = kq_http_body_begin(&reader->body_reader, &head, BODY_LIMIT_BYTES, refusal).ok;
    }
    free(copy);
    return is_read;
}

static bool step_head(struct reader *reader)
{
    struct kq_http_refusal refusal = {.status = KQ_HTTP_STATUS_COUNT};
    struct kq_slice bytes;
    enum kq_http_progress progress =
        kq_http_head_find(kq_buffer_slice(&reader->input), &reader->scan, &bytes, &refusal);
    if (progress == KQ_HTTP_MORE) {
        assert(reader->input.size <= KQ_HTTP_HEAD_MAX_BYTES);
        return false;
    }
    reader->in_body = progress == KQ_HTTP_COMPLETE && read_head(reader, bytes, &refusal);
    if (!reader->in_body) {
        note_refusal(reader, &refusal);
        return false;
    }
    drop_input(reader, reader->scan.at);
    reader->scan = (struct kq_http_scan){0};
    return true;
}

static bool step_body(struct reader *reader)
{
    struct kq_http_refusal refusal = {.status = KQ_HTTP_STATUS_COUNT};
    struct kq_cursor cursor = kq_cursor_of(kq_buffer_slice(&reader->input));
    enum kq_http_progress progress =
        kq_http_body_take(&reader->body_reader, &cursor, &reader->body, &refusal);
    drop_input(reader, reader->input.size - kq_cursor_left(&cursor));
    assert(reader->body.size <= BODY_LIMIT_BYTES);
    if (progress == KQ_HTTP_REFUSED) {
        note_refusal(reader, &refusal);
    }
    if (progress == KQ_HTTP_COMPLETE) {
        note_text(reader, kq_buffer_slice(&reader->body));
        kq_buffer_clear(&reader->body);
        reader->in_body = false;
    }
    assert(progress != KQ_HTTP_MORE || reader->input.size == 0);
    return progress == KQ_HTTP_COMPLETE;
}

static void read_in_pieces(struct reader *reader, struct kq_slice bytes, size_t piece_bytes)
{
    for (size_t at = 0; at < bytes.size && !reader->is_refused;) {
        size_t size = bytes.size - at < piece_bytes ? bytes.size - at : piece_bytes;
        kq_buffer_append(&reader->input, (struct kq_slice){.data = bytes.data + at, .size = size});
        bool goes_on = true;
        while (goes_on && !reader->is_refused) {
            goes_on = reader->in_body ? step_body(reader) : step_head(reader);
        }
        at += size;
    }
}

static void free_reader(struct reader *reader)
{
    kq_buffer_free(&reader->input);
    kq_buffer_free(&reader->body);
    kq_buffer_free(&reader->notes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) {
        return 0;
    }
    struct kq_slice bytes = {.data = (const char *)data + 1, .size = size - 1};
    struct reader whole = {0};
    struct reader pieces = {0};
    read_in_pieces(&whole, bytes, bytes.size);
    read_in_pieces(&pieces, bytes, (size_t)data[0] + 1);
    assert(kq_slice_equal(kq_buffer_slice(&whole.notes), kq_buffer_slice(&pieces.notes)));
    assert(whole.in_body == pieces.in_body);
    free_reader(&whole);
    free_reader(&pieces);
    return 0;
}

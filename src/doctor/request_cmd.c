/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buffer.h"
#include "doctor/request_parts.h"

/* A curl command in the quoting of Windows' cmd, which is what browsers' "Copy as cURL (cmd)" has: `^` makes
 * the next byte an ordinary one, but not between quotes that cmd knows of, and "" is a quote between those.
 */

bool kq_request_is_cmd(struct kq_slice text)
{
    return kq_request_contains(text, KQ_SLICE(" ^\n")) || kq_request_contains(text, KQ_SLICE(" ^\r\n")) ||
           kq_request_contains(text, KQ_SLICE(" ^\"")) || kq_request_contains(text, KQ_SLICE("\"^%\""));
}

/* A line end behind `^` goes, and what follows it is an ordinary byte. */
static void take_escaped(struct kq_cursor *cursor, struct kq_buffer *out)
{
    if (!kq_cursor_take_literal(cursor, KQ_SLICE("\r\n"))) {
        (void)kq_cursor_take_literal(cursor, KQ_SLICE("\n"));
    }
    if (!kq_cursor_at_end(cursor)) {
        kq_buffer_append_byte(out, (char)kq_cursor_take(cursor));
    }
}

struct kq_result kq_request_add_cmd(struct kq_sent_request *request, struct kq_slice text,
                                    struct kq_error *error)
{
    struct kq_buffer plain KQ_CLEANUP(kq_buffer_free) = {0};
    struct kq_cursor cursor = kq_cursor_of(text);
    bool is_quoted = false;
    while (!kq_cursor_at_end(&cursor)) {
        int byte = kq_cursor_take(&cursor);
        if (byte == '^' && !is_quoted) {
            take_escaped(&cursor, &plain);
        } else if (is_quoted && (byte == '"' || byte == '\\') &&
                   kq_cursor_take_literal(&cursor, KQ_SLICE("\""))) {
            kq_buffer_append(&plain, KQ_SLICE("\\\""));
        } else if (is_quoted && byte == '\\' && kq_cursor_take_literal(&cursor, KQ_SLICE("\\"))) {
            kq_buffer_append(&plain, KQ_SLICE("\\\\"));
        } else {
            is_quoted = byte == '"' ? !is_quoted : is_quoted;
            kq_buffer_append_byte(&plain, (char)byte);
        }
    }
    KQ_ENSURE_MEMORY(!plain.failed, error);
    return kq_request_add_curl(request, kq_buffer_slice(&plain), error);
}

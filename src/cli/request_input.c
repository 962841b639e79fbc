/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/request_input.h"

#include <stdio.h>
#include <unistd.h>

#include "cli/file.h"
#include "cli/shown.h"
#include "wire/charset.h"
#include "wire/json.h"

struct kq_result kq_request_input_read(struct kq_invocation *invocation, struct kq_buffer *text,
                                       struct kq_sent_request *request, struct kq_error *error)
{
    struct kq_slice file = kq_flag_text(invocation, "file");
    bool has_operand = invocation->operand.size > 0;
    KQ_ENSURE(!has_operand || file.size == 0, error, KQ_E_USAGE,
              "the request stands on the command line and in --file; give one of them");
    if (has_operand) {
        kq_buffer_append(text, invocation->operand);
        KQ_ENSURE_MEMORY(!text->failed, error);
    } else {
        if (file.size == 0 && kq_is_terminal(STDIN_FILENO)) {
            fprintf(stderr, "Paste the request, then press Ctrl-D:\n");
        }
        KQ_TRY(kq_file_read(file.size == 0 ? "-" : file.data, KQ_REQUEST_TEXT_MAX_BYTES, text, error));
    }
    return kq_request_read(kq_buffer_slice(text), &invocation->arena, request, error);
}

struct kq_result kq_request_append_shown(const struct kq_sent_request *request, struct kq_slice bytes,
                                         struct kq_buffer *utf8, struct kq_error *error)
{
    enum kq_charset charset = KQ_CHARSET_UTF8;
    struct kq_slice decoded;
    struct kq_error inner = {0};
    if (!kq_charset_parse(kq_request_find(request, KQ_SLICE("charset")), &charset, &inner).ok) {
        charset = KQ_CHARSET_UTF8;
    }
    if (!kq_charset_decode(charset, bytes, request->arena, &decoded, &inner).ok) {
        decoded = bytes;
    }
    kq_append_shown(utf8, decoded, true);
    KQ_ENSURE_MEMORY(!utf8->failed, error);
    return KQ_OK;
}

struct kq_result kq_request_print(const struct kq_sent_request *request, const char *heading,
                                  struct kq_slice bytes, struct kq_error *error)
{
    struct kq_buffer utf8 KQ_CLEANUP(kq_buffer_free) = {0};
    KQ_TRY(kq_request_append_shown(request, bytes, &utf8, error));
    printf("%s:\n%.*s\n", heading, KQ_SLICE_PRINT(kq_buffer_slice(&utf8)));
    return KQ_OK;
}

struct kq_result kq_request_append_json(const struct kq_sent_request *request, const char *name,
                                        struct kq_slice bytes, struct kq_buffer *json, struct kq_error *error)
{
    struct kq_buffer utf8 KQ_CLEANUP(kq_buffer_free) = {0};
    KQ_TRY(kq_request_append_shown(request, bytes, &utf8, error));
    kq_json_append_name(json, name);
    kq_json_append_string(json, kq_buffer_slice(&utf8));
    return KQ_OK;
}

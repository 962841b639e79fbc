/* SPDX-License-Identifier: Apache-2.0 */
#include "client/message.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "wire/charset.h"

/* A cut can leave the first bytes of one character, at most three, at the end. */
static void drop_partial_character(char *text)
{
    size_t size = strlen(text);
    for (int dropped = 0; dropped < 3 && size > 0; dropped++) {
        if (kq_utf8_is_valid((struct kq_slice){.data = text, .size = size})) {
            return;
        }
        text[--size] = '\0';
    }
}

enum kq_client_status kq_client_fail(struct kq_client_error *error, enum kq_client_status status,
                                     const char *format, ...)
{
    if (error == NULL) {
        return status;
    }
    va_list arguments;
    va_start(arguments, format);
    int wanted = vsnprintf(error->message, sizeof(error->message), format, arguments);
    va_end(arguments);
    if (wanted >= (int)sizeof(error->message)) {
        drop_partial_character(error->message);
    }
    error->status = status;
    error->code[0] = '\0';
    error->sub_code[0] = '\0';
    error->sub_msg[0] = '\0';
    error->trace_id[0] = '\0';
    return status;
}

static void copy(char *place, size_t place_size, const char *text)
{
    int wanted = snprintf(place, place_size, "%s", text);
    if (wanted >= (int)place_size) {
        drop_partial_character(place);
    }
}

void kq_client_quote(struct kq_client_error *error, const struct kq_client_answer *answer)
{
    if (error == NULL || answer == NULL || error->status == KQ_CLIENT_OK) {
        return;
    }
    copy(error->trace_id, sizeof(error->trace_id), answer->trace_id);
    if (error->status == KQ_CLIENT_GATEWAY || error->status == KQ_CLIENT_BUSINESS) {
        copy(error->code, sizeof(error->code), answer->code);
        copy(error->sub_code, sizeof(error->sub_code), answer->sub_code);
        copy(error->sub_msg, sizeof(error->sub_msg), answer->sub_msg);
    }
}

static enum kq_client_status status_of(enum kq_error_code code)
{
    if (code == KQ_E_TRANSPORT) {
        return KQ_CLIENT_TRANSPORT;
    }
    if (code == KQ_E_ANSWER) {
        return KQ_CLIENT_ANSWER;
    }
    if (code == KQ_E_INVALID_SIGNATURE) {
        return KQ_CLIENT_SIGNATURE;
    }
    return kq_error_category(code) == KQ_CATEGORY_INTERNAL ? KQ_CLIENT_MEMORY : KQ_CLIENT_USAGE;
}

enum kq_client_status kq_client_fail_with(struct kq_client_error *error, const struct kq_error *cause)
{
    return kq_client_fail(error, status_of(cause->code), "%s", kq_error_message(cause));
}

const char *kq_client_status_name(enum kq_client_status status)
{
    static const char *const names[] = {
        [KQ_CLIENT_OK] = "ok",
        [KQ_CLIENT_USAGE] = "usage",
        [KQ_CLIENT_MEMORY] = "memory",
        [KQ_CLIENT_TRANSPORT] = "transport",
        [KQ_CLIENT_HTTP] = "http",
        [KQ_CLIENT_ANSWER] = "answer",
        [KQ_CLIENT_SIGNATURE] = "signature",
        [KQ_CLIENT_GATEWAY] = "gateway",
        [KQ_CLIENT_BUSINESS] = "business",
    };
    return (unsigned)status < KQ_COUNT(names) ? names[status] : "unknown";
}

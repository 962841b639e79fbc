/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/envelope.h"

#define RESPONSE_SUFFIX KQ_SLICE("_response")
#define ERROR_PREFIX KQ_SLICE("error")

/* What stands for the method's byte in the member's name. */
static char name_byte(char byte)
{
    return byte == '.' ? '_' : byte;
}

void kq_envelope_append_name(struct kq_buffer *buffer, struct kq_slice method)
{
    if (method.size == 0) {
        kq_buffer_append(buffer, ERROR_PREFIX);
    }
    for (size_t i = 0; i < method.size; i++) {
        kq_buffer_append_byte(buffer, name_byte(method.data[i]));
    }
    kq_buffer_append(buffer, RESPONSE_SUFFIX);
}

bool kq_envelope_is_name(struct kq_slice name, struct kq_slice method)
{
    method = method.size == 0 ? ERROR_PREFIX : method;
    if (name.size != method.size + RESPONSE_SUFFIX.size) {
        return false;
    }
    for (size_t i = 0; i < method.size; i++) {
        if (name.data[i] != name_byte(method.data[i])) {
            return false;
        }
    }
    return kq_slice_equal((struct kq_slice){.data = name.data + method.size, .size = RESPONSE_SUFFIX.size},
                          RESPONSE_SUFFIX);
}

void kq_envelope_append(struct kq_buffer *buffer, struct kq_slice method, struct kq_slice response,
                        struct kq_slice cert_sn, struct kq_slice signature_text)
{
    kq_buffer_append(buffer, KQ_SLICE("{\""));
    kq_envelope_append_name(buffer, method);
    kq_buffer_append(buffer, KQ_SLICE("\":"));
    kq_buffer_append(buffer, response);
    if (cert_sn.size > 0) {
        kq_buffer_append(buffer, KQ_SLICE(",\"alipay_cert_sn\":\""));
        kq_buffer_append(buffer, cert_sn);
        kq_buffer_append_byte(buffer, '"');
    }
    kq_buffer_append(buffer, KQ_SLICE(",\"sign\":\""));
    kq_buffer_append(buffer, signature_text);
    kq_buffer_append(buffer, KQ_SLICE("\"}"));
}

void kq_html_escape_append(struct kq_slice text, struct kq_buffer *buffer)
{
    for (size_t i = 0; i < text.size; i++) {
        switch (text.data[i]) {
        case '&':
            kq_buffer_append(buffer, KQ_SLICE("&amp;"));
            break;
        case '<':
            kq_buffer_append(buffer, KQ_SLICE("&lt;"));
            break;
        case '>':
            kq_buffer_append(buffer, KQ_SLICE("&gt;"));
            break;
        case '"':
            kq_buffer_append(buffer, KQ_SLICE("&quot;"));
            break;
        case '\'':
            kq_buffer_append(buffer, KQ_SLICE("&#39;"));
            break;
        default:
            kq_buffer_append_byte(buffer, text.data[i]);
        }
    }
}

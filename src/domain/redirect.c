/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/redirect.h"

#include <string.h>

#include "wire/params.h"

/* RFC 3986 has no place for these, and a header line none for some of them. */
static bool must_be_encoded(char byte)
{
    return (unsigned char)byte <= ' ' || (unsigned char)byte >= 0x7F || strchr("\"<>\\^`{|}", byte) != NULL;
}

static void append_url(struct kq_slice url, struct kq_buffer *buffer)
{
    for (size_t i = 0; i < url.size; i++) {
        if (must_be_encoded(url.data[i])) {
            kq_buffer_print(buffer, "%%%02X", (unsigned)(unsigned char)url.data[i]);
        } else {
            kq_buffer_append_byte(buffer, url.data[i]);
        }
    }
}

static void append_parameter(const struct kq_redirect_parameter *parameter, char separator,
                             struct kq_buffer *buffer)
{
    kq_buffer_append_byte(buffer, separator);
    kq_buffer_append(buffer, kq_slice_of(parameter->name));
    kq_buffer_append_byte(buffer, '=');
    kq_form_encode(parameter->value, buffer);
}

void kq_redirect_append(struct kq_slice uri, const struct kq_redirect_parameter *parameters, size_t count,
                        struct kq_buffer *buffer)
{
    size_t size = kq_slice_find(uri, '#');
    struct kq_slice front = {.data = uri.data, .size = size};
    struct kq_slice fragment = {.data = uri.data + size, .size = uri.size - size};
    char separator = kq_slice_find(front, '?') < front.size ? '&' : '?';
    append_url(front, buffer);
    for (size_t i = 0; i < count; i++) {
        append_parameter(&parameters[i], separator, buffer);
        separator = '&';
    }
    append_url(fragment, buffer);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/call_trace.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "cli/keys.h"
#include "cli/shown.h"
#include "wire/charset.h"

struct kq_result kq_call_trace_name_key(struct kq_call_trace *trace, const char *path,
                                        const struct kq_public_key *key, struct kq_slice der,
                                        struct kq_error *error)
{
    trace->key_path = path;
    trace->key_bits = kq_public_key_bits(key);
    return kq_key_fingerprint(der, trace->key_fingerprint, error);
}

/* What the wire has in the call's charset, as a terminal shows it. */
static void print_bytes(const struct kq_call_trace *trace, struct kq_slice bytes, const char *indent)
{
    struct kq_arena arena KQ_CLEANUP(kq_arena_free) = {0};
    struct kq_buffer text KQ_CLEANUP(kq_buffer_free) = {0};
    enum kq_charset charset = KQ_CHARSET_UTF8;
    struct kq_slice utf8 = bytes;
    if (kq_charset_parse(trace->charset, &charset, NULL).ok) {
        KQ_IGNORE(kq_charset_decode(charset, bytes, &arena, &utf8, NULL));
    }
    kq_append_shown(&text, utf8, true);
    fprintf(stderr, "%s%.*s\n", indent, KQ_SLICE_PRINT(kq_buffer_slice(&text)));
}

static void print_section(const struct kq_call_trace *trace, const char *heading, struct kq_slice bytes)
{
    fprintf(stderr, "%s:\n", heading);
    print_bytes(trace, bytes, "  ");
}

void kq_call_trace_observe(void *data, enum kq_client_event event, const char *bytes, size_t size)
{
    struct kq_call_trace *trace = data;
    struct kq_slice slice = {.data = bytes, .size = size};
    switch (event) {
    case KQ_CLIENT_EVENT_PARAMETER:
        if (trace->parameters++ == 0) {
            fprintf(stderr, "Parameters:\n");
        }
        print_bytes(trace, slice, "  ");
        break;
    case KQ_CLIENT_EVENT_STRING_TO_SIGN:
        print_section(trace, trace->is_v3 ? KQ_CALL_SIGNED_IN_V3 : KQ_CALL_SIGNED, slice);
        break;
    case KQ_CLIENT_EVENT_REQUEST_URL:
        print_section(trace, "POST", slice);
        break;
    case KQ_CLIENT_EVENT_REQUEST_BODY:
        print_section(trace, "Request body", slice);
        break;
    case KQ_CLIENT_EVENT_ANSWER_HEAD:
        print_section(trace, "Answer", slice);
        break;
    case KQ_CLIENT_EVENT_ANSWER_BODY:
        print_section(trace, "Answer body", slice);
        break;
    case KQ_CLIENT_EVENT_VERIFIED:
        fprintf(stderr, "Verified: these %zu bytes, with %s (%u bits, SHA-256 %s)\n", size, trace->key_path,
                trace->key_bits, trace->key_fingerprint);
        print_bytes(trace, slice, "  ");
        break;
    }
}

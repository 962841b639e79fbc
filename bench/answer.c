/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/answer.h"

#include <stdint.h>

/* The code is the response object's first member, and the longest method's name stands before it. */
#define CODE_WITHIN_BYTES ((size_t)160)
/* Far above any answer: more digits are no length. */
#define LENGTH_MAX_DIGITS ((size_t)9)

/* What follows `literal` in `text`; data NULL where it is not there. */
static struct kq_slice behind(struct kq_slice text, struct kq_slice literal)
{
    const char *found = memmem(text.data, text.size, literal.data, literal.size);
    if (found == NULL) {
        return KQ_SLICE_EMPTY;
    }
    size_t offset = (size_t)(found - text.data) + literal.size;
    return (struct kq_slice){.data = text.data + offset, .size = text.size - offset};
}

/* SIZE_MAX where the head has none. */
static size_t content_length(struct kq_slice head)
{
    struct kq_slice digits = behind(head, KQ_SLICE("\r\nContent-Length: "));
    size_t length = 0;
    size_t at = 0;
    while (at < digits.size && digits.data[at] >= '0' && digits.data[at] <= '9') {
        length = length * 10 + (size_t)(digits.data[at] - '0');
        at++;
        if (at > LENGTH_MAX_DIGITS) {
            return SIZE_MAX;
        }
    }
    return at == 0 ? SIZE_MAX : length;
}

static enum kq_bench_answer kind_of(struct kq_slice head, struct kq_slice body)
{
    if (!kq_slice_starts_with(head, KQ_SLICE("HTTP/1.1 200 "))) {
        return KQ_BENCH_ANSWER_HTTP;
    }
    struct kq_slice beginning = {.data = body.data,
                                 .size = body.size < CODE_WITHIN_BYTES ? body.size : CODE_WITHIN_BYTES};
    struct kq_slice code = behind(beginning, KQ_SLICE("\"code\":\""));
    if (kq_slice_starts_with(code, KQ_SLICE("10000\""))) {
        return KQ_BENCH_ANSWER_GOOD;
    }
    if (kq_slice_starts_with(code, KQ_SLICE("20000\""))) {
        return KQ_BENCH_ANSWER_BUSY;
    }
    return kq_slice_starts_with(code, KQ_SLICE("40005\"")) ? KQ_BENCH_ANSWER_LIMITED
                                                           : KQ_BENCH_ANSWER_REFUSED;
}

size_t kq_bench_answer_read(struct kq_slice bytes, enum kq_bench_answer *kind)
{
    struct kq_slice rest = behind(bytes, KQ_SLICE("\r\n\r\n"));
    if (rest.data == NULL) {
        return 0;
    }
    struct kq_slice head = {.data = bytes.data, .size = bytes.size - rest.size};
    size_t length = content_length(head);
    if (length == SIZE_MAX || !kq_slice_starts_with(head, KQ_SLICE("HTTP/1.1 "))) {
        return SIZE_MAX;
    }
    if (rest.size < length) {
        return 0;
    }
    *kind = kind_of(head, (struct kq_slice){.data = rest.data, .size = length});
    return head.size + length;
}

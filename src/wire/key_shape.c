/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/key_shape.h"

#include "base/cursor.h"
#include "base/macros.h"

/* A letter a member: what tells the kinds apart. */
#define SHAPE_MEMBERS_MAX 10
#define SHAPE_SIZE (SHAPE_MEMBERS_MAX + 1)

/* Lengths of more bytes than this belong to no key. */
#define LENGTH_BYTES_MAX 4

struct element {
    char letter;
    struct kq_slice content;
};

static char letter_of(int tag)
{
    switch (tag) {
    case 0x02:
        return 'I'; /* INTEGER */
    case 0x03:
        return 'B'; /* BIT STRING */
    case 0x04:
        return 'O'; /* OCTET STRING */
    case 0x06:
        return 'N'; /* OBJECT IDENTIFIER, a name */
    case 0x30:
        return 'S'; /* SEQUENCE */
    case 0xA0:
        return '0'; /* [0] */
    default:
        return '?';
    }
}

enum step {
    STEP_TAKEN,
    STEP_CUT_OFF,
    STEP_BROKEN,
};

/* A definite length (X.690, section 8.1.3). */
static enum step take_length(struct kq_cursor *cursor, size_t *length)
{
    int first = kq_cursor_take(cursor);
    if (first < 0x80) {
        *length = (size_t)first;
        return first < 0 ? STEP_CUT_OFF : STEP_TAKEN;
    }
    int count = first & 0x7F;
    if (count == 0 || count > LENGTH_BYTES_MAX) {
        return STEP_BROKEN;
    }
    *length = 0;
    for (int i = 0; i < count; i++) {
        int byte = kq_cursor_take(cursor);
        if (byte < 0) {
            return STEP_CUT_OFF;
        }
        *length = *length << 8 | (size_t)byte;
    }
    return STEP_TAKEN;
}

static enum step take_element(struct kq_cursor *cursor, struct element *element)
{
    int tag = kq_cursor_take(cursor);
    if (tag < 0) {
        return STEP_CUT_OFF;
    }
    if ((tag & 0x1F) == 0x1F) {
        return STEP_BROKEN; /* a tag of several bytes */
    }
    element->letter = letter_of(tag);
    size_t length = 0;
    enum step step = take_length(cursor, &length);
    if (step != STEP_TAKEN) {
        return step;
    }
    return kq_cursor_take_bytes(cursor, length, &element->content) ? STEP_TAKEN : STEP_CUT_OFF;
}

/* The letters of a sequence's members; false where it is broken. `first` is its first member's content. */
static bool read_shape(struct kq_slice sequence, char shape[SHAPE_SIZE], struct kq_slice *first)
{
    struct kq_cursor cursor = kq_cursor_of(sequence);
    size_t count = 0;
    *first = KQ_SLICE_EMPTY;
    while (!kq_cursor_at_end(&cursor) && count < SHAPE_MEMBERS_MAX) {
        struct element element;
        if (take_element(&cursor, &element) != STEP_TAKEN) {
            return false;
        }
        if (count == 0) {
            *first = element.content;
        }
        shape[count++] = element.letter;
    }
    shape[count] = '\0';
    return true;
}

/* A star at the end stands for anything. The first row that fits counts. */
struct shape_row {
    const char *shape;
    enum kq_key_kind kind;
};

static const struct shape_row shape_rows[] = {
    {"SB", KQ_KEY_KIND_PUBLIC},
    {"II", KQ_KEY_KIND_RSA_PUBLIC},
    {"SSB", KQ_KEY_KIND_CERTIFICATE},
    {"ISO*", KQ_KEY_KIND_PRIVATE},
    {"IIIIIIIII*", KQ_KEY_KIND_RSA_PRIVATE},
    {"IO*", KQ_KEY_KIND_EC_PRIVATE},
    {"IIIIII", KQ_KEY_KIND_DSA_PRIVATE},
    {"SO", KQ_KEY_KIND_ENCRYPTED},
    {"IS", KQ_KEY_KIND_PKCS12},
    {"ISS", KQ_KEY_KIND_PKCS12},
    {"N*", KQ_KEY_KIND_PKCS7},
};

static bool fits(const char *pattern, const char *shape)
{
    while (*pattern != '\0' && *pattern == *shape) {
        pattern++;
        shape++;
    }
    return *pattern == '*' || *pattern == *shape;
}

/* Certificates and requests look alike from outside; inside, a request is its version, name, key and
 * attributes. */
static enum kq_key_kind certificate_or_request(struct kq_slice signed_part)
{
    char shape[SHAPE_SIZE];
    struct kq_slice first;
    if (read_shape(signed_part, shape, &first) && (fits("ISS0", shape) || fits("ISS", shape))) {
        return KQ_KEY_KIND_REQUEST;
    }
    return KQ_KEY_KIND_CERTIFICATE;
}

enum kq_key_kind kq_key_kind_of(struct kq_slice der)
{
    struct kq_cursor cursor = kq_cursor_of(der);
    struct element outer = {0};
    enum step step = take_element(&cursor, &outer);
    if (step == STEP_CUT_OFF && outer.letter == 'S') {
        return KQ_KEY_KIND_TRUNCATED;
    }
    char shape[SHAPE_SIZE];
    struct kq_slice first;
    if (step != STEP_TAKEN || outer.letter != 'S' || !read_shape(outer.content, shape, &first)) {
        return KQ_KEY_KIND_UNKNOWN;
    }
    if (!kq_cursor_at_end(&cursor)) {
        return KQ_KEY_KIND_TRAILING;
    }
    for (size_t i = 0; i < KQ_COUNT(shape_rows); i++) {
        if (fits(shape_rows[i].shape, shape)) {
            return shape_rows[i].kind == KQ_KEY_KIND_CERTIFICATE ? certificate_or_request(first)
                                                                 : shape_rows[i].kind;
        }
    }
    return KQ_KEY_KIND_UNKNOWN;
}

struct kind_row {
    const char *text;
    bool is_private;
};

#define ONLY_RSA "; the protocol has RSA keys only"

static const struct kind_row kind_rows[] = {
    [KQ_KEY_KIND_TRUNCATED] = {"cut off: bytes are missing at its end", false},
    [KQ_KEY_KIND_TRAILING] = {"a key with other bytes behind it", false},
    [KQ_KEY_KIND_UNKNOWN] = {"nothing that is known as a key here", false},
    [KQ_KEY_KIND_PUBLIC] = {"a public key", false},
    [KQ_KEY_KIND_RSA_PUBLIC] = {"a public key", false},
    [KQ_KEY_KIND_CERTIFICATE] = {"a certificate", false},
    [KQ_KEY_KIND_PRIVATE] = {"a private key", true},
    [KQ_KEY_KIND_RSA_PRIVATE] = {"a private key", true},
    [KQ_KEY_KIND_EC_PRIVATE] = {"an EC private key" ONLY_RSA, true},
    [KQ_KEY_KIND_DSA_PRIVATE] = {"a DSA private key" ONLY_RSA, true},
    [KQ_KEY_KIND_ENCRYPTED] =
        {"an encrypted private key; openssl pkey -in FILE -out OTHER makes a plain one of it", true},
    [KQ_KEY_KIND_REQUEST] = {"a certificate request (CSR), not yet a certificate", false},
    [KQ_KEY_KIND_PKCS12] = {"a PKCS#12 file; openssl pkcs12 -in FILE -nodes shows the keys in it", true},
    [KQ_KEY_KIND_PKCS7] = {"a PKCS#7 file", false},
};

const char *kq_key_kind_text(enum kq_key_kind kind)
{
    return kind_rows[kind].text;
}

bool kq_key_kind_is_private(enum kq_key_kind kind)
{
    return kind_rows[kind].is_private;
}

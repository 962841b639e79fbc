/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/certificate_name.h"

#include <openssl/err.h>
#include <openssl/objects.h>

#include "base/macros.h"
#include "base/slice.h"
#include "wire/charset.h"
#include "wire/key_object.h"

#define OID_TEXT_SIZE 128

/* RFC 2253, section 2.3: the attributes that have a name there. */
struct keyword_row {
    int nid;
    const char *keyword;
};

static const struct keyword_row keyword_rows[] = {
    {NID_commonName, "CN"},
    {NID_localityName, "L"},
    {NID_stateOrProvinceName, "ST"},
    {NID_organizationName, "O"},
    {NID_organizationalUnitName, "OU"},
    {NID_countryName, "C"},
    {NID_streetAddress, "STREET"},
    {NID_domainComponent, "DC"},
    {NID_userId, "UID"},
};

static const char *keyword_of(const ASN1_OBJECT *object)
{
    int nid = OBJ_obj2nid(object);
    for (size_t i = 0; i < KQ_COUNT(keyword_rows); i++) {
        if (keyword_rows[i].nid == nid) {
            return keyword_rows[i].keyword;
        }
    }
    return NULL;
}

/* Other types are shown as bytes. */
static bool is_shown_as_text(const ASN1_STRING *value)
{
    switch (ASN1_STRING_type(value)) {
    case V_ASN1_PRINTABLESTRING:
    case V_ASN1_UTF8STRING:
    case V_ASN1_T61STRING:
    case V_ASN1_IA5STRING:
    case V_ASN1_GENERALSTRING:
    case V_ASN1_BMPSTRING:
        return true;
    default:
        return false;
    }
}

static void print_hex(const unsigned char *bytes, size_t size, struct kq_buffer *text)
{
    for (size_t i = 0; i < size; i++) {
        kq_buffer_print(text, "%02x", bytes[i]);
    }
}

static struct kq_result print_der(const ASN1_STRING *value, struct kq_buffer *text, struct kq_error *error)
{
    ASN1_TYPE any = {.type = ASN1_STRING_type(value), .value = {.asn1_string = (ASN1_STRING *)value}};
    unsigned char *der = NULL;
    int size = i2d_ASN1_TYPE(&any, &der);
    if (size < 0) {
        return kq_openssl_fail(error, KQ_E_BAD_KEY, "this certificate's issuer cannot be read");
    }
    kq_buffer_append_byte(text, '#');
    print_hex(der, (size_t)size, text);
    OPENSSL_free(der);
    return KQ_OK;
}

static bool is_blank(char character)
{
    return character == ' ' || character == '\r';
}

/* The bytes as they are, whatever characters their type says: Java takes all of them for UTF-8. Blanks at
 * either end and the characters that mean something in a name have a backslash before them. */
static void print_escaped(struct kq_slice value, struct kq_buffer *text)
{
    const struct kq_slice special = KQ_SLICE(",=+<>#;\"\\");
    size_t begin = 0;
    size_t end = value.size;
    while (begin < end && is_blank(value.data[begin])) {
        begin++;
    }
    while (end > begin && is_blank(value.data[end - 1])) {
        end--;
    }
    for (size_t i = 0; i < value.size; i++) {
        char character = value.data[i];
        if (character == '\0') {
            kq_buffer_append(text, KQ_SLICE("\\00"));
            continue;
        }
        bool is_end = i < begin || i >= end;
        if (is_end || kq_slice_find(special, character) < special.size) {
            kq_buffer_append_byte(text, '\\');
        }
        kq_buffer_append_byte(text, character);
    }
}

static struct kq_result print_entry(const X509_NAME_ENTRY *entry, struct kq_buffer *text,
                                    struct kq_error *error)
{
    const ASN1_OBJECT *object = X509_NAME_ENTRY_get_object(entry);
    const ASN1_STRING *value = X509_NAME_ENTRY_get_data(entry);
    const char *keyword = keyword_of(object);
    char oid[OID_TEXT_SIZE] = "";
    if (keyword == NULL) {
        (void)OBJ_obj2txt(oid, sizeof(oid), object, 1);
    }
    kq_buffer_append(text, kq_slice_of(keyword == NULL ? oid : keyword));
    kq_buffer_append_byte(text, '=');
    if (keyword == NULL || !is_shown_as_text(value)) {
        return print_der(value, text, error);
    }
    const struct kq_slice bytes = {.data = (const char *)ASN1_STRING_get0_data(value),
                                   .size = (size_t)ASN1_STRING_length(value)};
    /* Java replaces what is malformed before it makes the number: this one would be another. */
    KQ_ENSURE(kq_utf8_is_valid(bytes), error, KQ_E_BAD_KEY, "this certificate's issuer is not in UTF-8");
    print_escaped(bytes, text);
    return KQ_OK;
}

/* Where the set of attributes that `last` belongs to begins. */
static int begin_of_set(const X509_NAME *name, int last)
{
    int set = X509_NAME_ENTRY_set(X509_NAME_get_entry(name, last));
    int first = last;
    while (first > 0 && X509_NAME_ENTRY_set(X509_NAME_get_entry(name, first - 1)) == set) {
        first--;
    }
    return first;
}

struct kq_result kq_certificate_name_print(const X509_NAME *name, struct kq_buffer *text,
                                           struct kq_error *error)
{
    int last = X509_NAME_entry_count(name) - 1;
    while (last >= 0) {
        int first = begin_of_set(name, last);
        for (int i = first; i <= last; i++) {
            if (i > first) {
                kq_buffer_append_byte(text, '+');
            }
            KQ_TRY(print_entry(X509_NAME_get_entry(name, i), text, error));
        }
        if (first > 0) {
            kq_buffer_append_byte(text, ',');
        }
        last = first - 1;
    }
    ERR_clear_error();
    KQ_ENSURE_MEMORY(!text->failed, error);
    return KQ_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_API_FIELDS_H
#define KQ_API_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

/* The fields of a method, as constant tables: what the reference page's table says of each, and where its
 * value lies in the method's typed struct. Decoding, validation, encoding and the parameter
 * errors' texts come from these tables; a rule stands in a table, not in code. */

enum kq_field_type {
    KQ_FIELD_STRING,      /* struct kq_slice */
    KQ_FIELD_PRICE,       /* struct kq_price: yuan with at most two decimals, as a number or a string */
    KQ_FIELD_NUMBER,      /* struct kq_number: an integer, as a number or a string */
    KQ_FIELD_BOOLEAN,     /* struct kq_boolean: true, false, "true", "false" */
    KQ_FIELD_DATE,        /* struct kq_date: yyyy-MM-dd HH:mm:ss, Beijing time */
    KQ_FIELD_STRING_LIST, /* struct kq_list of struct kq_slice */
    KQ_FIELD_OBJECT_LIST, /* struct kq_list of the struct that `members` describes */
    KQ_FIELD_OBJECT,      /* struct kq_object, of the struct that `members` describes */
    KQ_FIELD_TYPE_COUNT
};

/* Typed values. An empty string, and `present` false, mean that the field is not there; null and "" on the
 * wire read as that. */
struct kq_price {
    bool present;
    int64_t amount_fen;
};

struct kq_number {
    bool present;
    int64_t value;
};

struct kq_boolean {
    bool present;
    bool value;
};

struct kq_date {
    bool present;
    int64_t time_s;
};

struct kq_list {
    bool present; /* an empty list can be present: answers show it */
    const void *items;
    size_t count;
};

struct kq_object {
    const void *value; /* NULL: it is not there */
};

struct kq_fields;

struct kq_field {
    const char *name;
    enum kq_field_type type;
    bool required;
    size_t max_chars;                /* characters, of the value's text; 0: no limit */
    int64_t minimum;                 /* NUMBER, PRICE in fen, and a list's items */
    int64_t maximum;                 /* both 0: no limits of their own */
    const char *const *allowed;      /* NULL-terminated; NULL: any */
    size_t offset;                   /* of the typed value in its struct */
    const struct kq_fields *members; /* OBJECT_LIST, OBJECT */
    const char *example;             /* the reference page's */
    const char *text;                /* what it is, in English, one line */
    const char *text_zh;             /* the same in Chinese */
};

/* A struct's fields. Where the struct begins with another one, that one's are its `base`, and come first. */
struct kq_fields {
    const struct kq_fields *base; /* NULL: none */
    const struct kq_field *items;
    size_t count;
    size_t struct_bytes;
};

/* Rules between fields. */
enum kq_rule_kind {
    KQ_RULE_ONE_OF,      /* at least one of `names` */
    KQ_RULE_REQUIRED_IF, /* names[1] is required where the boolean names[0] is true */
};

#define KQ_RULE_NAMES_MAX 4

struct kq_rule {
    enum kq_rule_kind kind;
    const char *names[KQ_RULE_NAMES_MAX + 1]; /* the rest NULL */
};

/* Reads a JSON object's text (UTF-8) into `out`, a zeroed struct of fields->struct_bytes; strings and lists
 * are made in the arena. An empty text reads as {}. ILLEGAL_JSON where it is not one JSON object;
 * `parameter_error` (INVALID_PARAMETER, PASS_PARAMETER) with a Chinese detail that names the field where one
 * breaks its row or a rule; NO_MEMORY. Members that no row names are ignored. */
KQ_MUST struct kq_result kq_fields_read(const struct kq_fields *fields, const struct kq_rule *rules,
                                        size_t rule_count, struct kq_slice json,
                                        enum kq_error_code parameter_error, struct kq_arena *arena, void *out,
                                        struct kq_error *error);

/* Appends the fields that are present as members of an object that `buffer` has open: `"a":"1","b":[…]`, with
 * a comma before where needed. */
void kq_fields_append(const struct kq_fields *fields, const void *values, struct kq_buffer *buffer);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLIENT_TYPED_H
#define KQ_CLIENT_TYPED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "kaquan.h"
#include "wire/json.h"

/* Typed calls. What they are stands in tables that src/client/generate writes from the catalogue when the
 * library is built (kaquan_methods.c), so that the library needs nothing of the server's. */

enum kq_typed_kind {
    KQ_TYPED_TEXT,      /* const char * */
    KQ_TYPED_NUMBER,    /* struct kq_number_value */
    KQ_TYPED_FLAG,      /* enum kq_flag_value */
    KQ_TYPED_TEXT_LIST, /* const char *const *, and a size_t at count_offset */
    KQ_TYPED_LIST,      /* a pointer to structs of `members`, and a size_t at count_offset */
    KQ_TYPED_OBJECT     /* a pointer to one of `members` */
};

struct kq_typed_fields;

struct kq_typed_field {
    const char *name;
    enum kq_typed_kind kind;
    bool required;
    size_t offset;
    size_t count_offset;
    const struct kq_typed_fields *members;
};

struct kq_typed_fields {
    const struct kq_typed_field *items;
    size_t count;
    size_t struct_bytes;
};

struct kq_typed_method {
    const char *name;
    bool is_query;          /* struct kq_method's, both */
    const char *repeat_key; /* NULL: none */
    const struct kq_typed_fields *request;
    const struct kq_typed_fields *answer;
    size_t answer_offset; /* of the member `answer` in an answer's struct */
};

/* In the order of their names. */
extern const struct kq_typed_method kq_typed_methods[];
extern const size_t kq_typed_method_count;

/* NULL: not in the catalogue. */
const struct kq_typed_method *kq_typed_method_find(struct kq_slice name);

/* Typed request → JSON object, appended. USAGE, naming it, where a required field is missing or a text is not
 * UTF-8; what else a value may be is for the gateway to say. NO_MEMORY. */
KQ_MUST struct kq_result kq_typed_write(const struct kq_typed_fields *fields, const void *values,
                                        struct kq_buffer *json, struct kq_error *error);

/* JSON object → typed answer, a zeroed struct of fields->struct_bytes, in the arena. A field that is missing,
 * null or "" stays zero; numbers are taken for texts and the other way round, as the platform mixes them.
 * ANSWER, naming it, where a field is of another kind. NO_MEMORY. */
KQ_MUST struct kq_result kq_typed_read(const struct kq_typed_fields *fields, const struct kq_json *object,
                                       struct kq_arena *arena, void *values, struct kq_error *error);

/* What the generated functions do. `request` and `answer` are structs of the method's tables. */
enum kq_client_status kq_typed_call(struct kq_client *client, const struct kq_typed_method *method,
                                    const void *request, void *answer, struct kq_client_error *error);
enum kq_client_status kq_typed_submit(struct kq_client_loop *loop, const struct kq_typed_method *method,
                                      const void *request, kq_client_done done, void *data,
                                      struct kq_client_error *error);
enum kq_client_status kq_typed_answer(struct kq_client_answer *from, const struct kq_typed_method *method,
                                      void *answer, struct kq_client_error *error);

#endif

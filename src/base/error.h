/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_BASE_ERROR_H
#define KQ_BASE_ERROR_H

#include <stdbool.h>

#include "base/error_list.h"
#include "base/macros.h"

/* The one result type. A function that can fail returns it (marked KQ_MUST), gives its values back through
 * out parameters, and says what went wrong in the `struct kq_error` that its caller passes as the last
 * parameter. After a failure the out parameters are unspecified unless the header says otherwise. No
 * thread-local state: an error object travels with the work when that hops threads. */
struct kq_result {
    bool ok;
};

#define KQ_OK ((struct kq_result){.ok = true})
#define KQ_FAILED ((struct kq_result){.ok = false})

enum kq_error_category {
    KQ_CATEGORY_NONE,
    KQ_CATEGORY_INTERNAL,
    KQ_CATEGORY_OPERATOR,
    KQ_CATEGORY_GATEWAY,
    KQ_CATEGORY_BUSINESS,
};

enum kq_error_code {
    KQ_E_NONE = 0,
#define KQ_ERROR_ENUM(name, category, text) KQ_E_##name,
    KQ_ERROR_LIST(KQ_ERROR_ENUM)
#undef KQ_ERROR_ENUM
        KQ_ERROR_CODE_COUNT
};

/* Long enough for a sentence that names a field, a value and a file; longer texts are cut. */
#define KQ_ERROR_DETAIL_SIZE 256

/* What went wrong. `detail` is for people and may be empty: UTF-8, cut at a character's border, never a key,
 * token or signature. For GATEWAY and BUSINESS codes it is what is appended to the answer's sub_msg, in
 * Chinese. */
struct kq_error {
    enum kq_error_code code;
    char detail[KQ_ERROR_DETAIL_SIZE];
};

/* Records a failure and returns KQ_FAILED, so that `return kq_fail(…)` is one statement. `error` may be NULL.
 */
KQ_MUST struct kq_result kq_fail(struct kq_error *error, enum kq_error_code code, const char *format, ...)
    KQ_PRINTF(3, 4);

/* Puts "context: " before the recorded detail and returns KQ_FAILED. */
KQ_MUST struct kq_result kq_fail_in(struct kq_error *error, const char *format, ...) KQ_PRINTF(2, 3);

/* An analyzer reads one file at a time; scripts/lint tells it with this that a recorded failure is a failure.
 */
#ifdef KQ_ANALYZER
#define kq_fail(...) ((void)kq_fail(__VA_ARGS__), KQ_FAILED)
#define kq_fail_in(...) ((void)kq_fail_in(__VA_ARGS__), KQ_FAILED)
#endif

enum kq_error_category kq_error_category(enum kq_error_code code);

/* "NO_MEMORY", …; "NONE" for KQ_E_NONE. Never NULL. */
const char *kq_error_name(enum kq_error_code code);

/* The English sentence of the table. Never NULL. */
const char *kq_error_text(enum kq_error_code code);

/* The detail where there is one, else the table's sentence. Valid as long as `error`. */
const char *kq_error_message(const struct kq_error *error);

/* The guard macros: all there are. Each may return from the function it stands in. */

/* Goes on only if the expression, a struct kq_result, is ok; its error is recorded already. */
#define KQ_TRY(expression)                                                                                   \
    do {                                                                                                     \
        if (!(expression).ok) {                                                                              \
            return KQ_FAILED;                                                                                \
        }                                                                                                    \
    } while (0)

/* Goes on only if the condition holds; else fails with the code and a printf-style detail (may be ""). */
#define KQ_ENSURE(condition, error, code, ...)                                                               \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            return kq_fail((error), (code), __VA_ARGS__);                                                    \
        }                                                                                                    \
    } while (0)

/* Goes on only if an allocation succeeded. */
#define KQ_ENSURE_MEMORY(pointer_or_condition, error)                                                        \
    do {                                                                                                     \
        if (!(pointer_or_condition)) {                                                                       \
            return kq_fail((error), KQ_E_NO_MEMORY, "%s", "");                                               \
        }                                                                                                    \
    } while (0)

/* Ignores a result on purpose, where going on is right whatever happened. Greps. */
#define KQ_IGNORE(expression)                                                                                \
    do {                                                                                                     \
        if ((expression).ok) {                                                                               \
        }                                                                                                    \
    } while (0)

#endif

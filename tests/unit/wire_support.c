/* SPDX-License-Identifier: Apache-2.0 */
#include "wire_support.h"

#include <stdio.h>

#include <openssl/err.h>

#include "base/memory.h"

#define PATH_SIZE 1024

void assert_ok(struct kq_result result, const struct kq_error *error)
{
    if (!result.ok) {
        fail_msg("%s: %s", kq_error_name(error->code), kq_error_message(error));
    }
}

void assert_failed(struct kq_result result, const struct kq_error *error, enum kq_error_code code)
{
    if (result.ok || error->code != code) {
        fail_msg("expected %s, got %s", kq_error_name(code),
                 result.ok ? "success" : kq_error_name(error->code));
    }
}

void assert_detail_contains(const struct kq_error *error, const char *text)
{
    if (strstr(error->detail, text) == NULL) {
        fail_msg("\"%s\" does not contain \"%s\"", error->detail, text);
    }
}

void assert_slice(struct kq_slice actual, struct kq_slice expected)
{
    if (!kq_slice_equal(actual, expected)) {
        fail_msg("expected %zu bytes \"%.*s\", got %zu bytes \"%.*s\"", expected.size,
                 KQ_SLICE_PRINT(expected), actual.size, KQ_SLICE_PRINT(actual));
    }
}

struct kq_slice golden(struct kq_arena *arena, const char *path, ...)
{
    char name[PATH_SIZE];
    int size = snprintf(name, sizeof(name), "%s/", KQ_GOLDEN_DIRECTORY);
    va_list arguments;
    va_start(arguments, path);
    vsnprintf(name + size, sizeof(name) - (size_t)size, path, arguments);
    va_end(arguments);
    FILE *file = fopen(name, "rb");
    if (file == NULL) {
        fail_msg("%s cannot be opened", name);
    }
    BUFFER bytes = {0};
    char block[4096];
    for (size_t got = fread(block, 1, sizeof(block), file); got > 0;
         got = fread(block, 1, sizeof(block), file)) {
        kq_buffer_append(&bytes, (struct kq_slice){.data = block, .size = got});
    }
    fclose(file);
    assert_false(bytes.failed);
    return kq_arena_copy(arena, kq_buffer_slice(&bytes));
}

void fail_each_allocation(attempt_function *attempt, void *context)
{
    unsigned long n = 1;
    for (bool has_failed = true; has_failed; n++) {
        struct kq_error error = {0};
        kq_memory_fail_at(n);
        struct kq_result result = attempt(context, &error);
        has_failed = kq_memory_has_failed() != 0;
        kq_memory_fail_at(0);
        if (has_failed) {
            assert_failed(result, &error, KQ_E_NO_MEMORY);
        } else {
            assert_ok(result, &error);
        }
    }
    assert_true(n > 2);
}

void assert_no_openssl_error(void)
{
    assert_int_equal(ERR_peek_error(), 0);
}

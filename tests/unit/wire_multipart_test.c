/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/params.h"

#include "wire_support.h"

#define TYPE "multipart/form-data; boundary=AaB03x"
#define PART(name, content)                                                                                  \
    "--AaB03x\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" content "\r\n"
#define END "--AaB03x--\r\n"

static struct kq_result decode(struct kq_slice type, struct kq_slice body, struct kq_params *params,
                               struct kq_arena *arena, struct kq_error *error)
{
    kq_params_init(params, arena);
    return kq_multipart_decode(type, body, params, error);
}

static void assert_decodes(struct kq_slice type, struct kq_slice body, struct kq_slice name,
                           struct kq_slice value)
{
    ARENA arena = {0};
    struct kq_error error = {0};
    struct kq_params params;
    assert_ok(decode(type, body, &params, &arena, &error), &error);
    assert_int_equal(params.count, 1);
    assert_slice(params.items[0].name, name);
    assert_slice(params.items[0].value, value);
}

static void test_parts_are_parameters(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_error error = {0};
    struct kq_params params;
    assert_ok(decode(KQ_SLICE(TYPE), KQ_SLICE(PART("a", "1") PART("b", "x\r\n--y+%41") PART("a", "") END),
                     &params, &arena, &error),
              &error);
    assert_int_equal(params.count, 3);
    assert_text(params.items[0].value, "1");
    assert_text(params.items[1].name, "b");
    assert_text(params.items[1].value, "x\r\n--y+%41");
    assert_text(params.items[2].value, "");
}

/* The shape that the platform's Java library sends: no spaces, a line end first, a type for each part. */
static void test_java_library(void **state)
{
    (void)state;
    assert_decodes(KQ_SLICE("multipart/form-data;boundary=----------1234;charset=GBK"),
                   KQ_SLICE("\r\n------------1234\r\n"
                            "Content-Disposition:form-data;name=\"memo\"\r\nContent-Type:text/plain\r\n\r\n"
                            "\xD3\xC5\xBF\xE1"
                            "\r\n------------1234\r\n"
                            "Content-Disposition:form-data;name=\"image\";filename=\"a.png\"\r\n"
                            "Content-Type:image/png\r\n\r\n\x89PNG\r\n\x1A"
                            "\r\n------------1234--\r\n"),
                   KQ_SLICE("memo"), KQ_SLICE("\xD3\xC5\xBF\xE1"));
}

static void test_files_are_skipped(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_error error = {0};
    struct kq_params params;
    assert_ok(
        decode(KQ_SLICE(TYPE),
               KQ_SLICE(
                   "--AaB03x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"\"\r\n\r\nx\r\n"
                   "--AaB03x\r\nContent-Disposition: form-data; name=b; filename*=UTF-8''c\r\n\r\nx\r\n" END),
               &params, &arena, &error),
        &error);
    assert_int_equal(params.count, 0);
}

static void test_header_forms(void **state)
{
    (void)state;
    static const struct kq_slice heads[] = {
        KQ_SLICE("Content-Disposition: form-data; name=\"a\"\r\n"),
        KQ_SLICE("content-disposition:FORM-DATA ;  NAME=a\r\n"),
        KQ_SLICE("CONTENT-DISPOSITION:\tform-data; x=\"y;z\"; name=\"a\";\r\n"),
        KQ_SLICE("X-Other: 1\r\nContent-Disposition: form-data; name=\"a\"\r\n"
                 "Content-Transfer-Encoding: 8bit\r\n"),
    };
    for (size_t i = 0; i < KQ_COUNT(heads); i++) {
        ARENA arena = {0};
        struct kq_slice body =
            kq_arena_print(&arena, "--AaB03x\r\n%.*s\r\nv\r\n--AaB03x--", KQ_SLICE_PRINT(heads[i]));
        assert_decodes(KQ_SLICE(TYPE), body, KQ_SLICE("a"), KQ_SLICE("v"));
    }
}

static void test_boundary_forms(void **state)
{
    (void)state;
    struct kq_slice body = KQ_SLICE("preamble\r\n" PART("a", "v") "--AaB03x-- \r\nepilogue");
    assert_decodes(KQ_SLICE("multipart/form-data; boundary=\"AaB03x\""), body, KQ_SLICE("a"), KQ_SLICE("v"));
    assert_decodes(KQ_SLICE("Multipart/Form-Data ; charset=utf-8;Boundary=AaB03x ;x=y"), body, KQ_SLICE("a"),
                   KQ_SLICE("v"));
    assert_decodes(KQ_SLICE(TYPE),
                   KQ_SLICE("--AaB03x \t\r\nContent-Disposition: form-data; name=a\r\n\r\nv\r\n--AaB03x--"),
                   KQ_SLICE("a"), KQ_SLICE("v"));
}

/* A backslash is no escape: it may be the second byte of a GBK character. */
static void test_backslash_in_a_name(void **state)
{
    (void)state;
    assert_decodes(KQ_SLICE(TYPE), KQ_SLICE(PART("\x81\x5C", "v") END), KQ_SLICE("\x81\x5C"), KQ_SLICE("v"));
}

static void assert_refused(struct kq_slice type, struct kq_slice body)
{
    ARENA arena = {0};
    struct kq_error error = {0};
    struct kq_params params;
    assert_failed(decode(type, body, &params, &arena, &error), &error, KQ_E_INVALID_PARAMETER_GATEWAY);
}

static void test_bad_content_type(void **state)
{
    (void)state;
    static const struct kq_slice types[] = {
        KQ_SLICE(""),
        KQ_SLICE("multipart/form-data"),
        KQ_SLICE("multipart/form-data; boundary="),
        KQ_SLICE("multipart/form-data; boundary=\"\""),
        KQ_SLICE("multipart/form-data; boundary=\"AaB03x"),
        KQ_SLICE("multipart/form-data; boundary"),
        KQ_SLICE("multipart/mixed; boundary=AaB03x"),
        KQ_SLICE("application/x-www-form-urlencoded; boundary=AaB03x"),
        KQ_SLICE("multipart/form-data; boundary=\"AaB03x\0\""),
        KQ_SLICE("multipart/form-data; boundary=\"AaB03x\" y"),
        KQ_SLICE("multipart/form-data; boundary="
                 "0123456789012345678901234567890123456789012345678901234567890123456789x"),
    };
    for (size_t i = 0; i < KQ_COUNT(types); i++) {
        assert_refused(types[i], KQ_SLICE(PART("a", "1") END));
    }
}

static void test_bad_bodies(void **state)
{
    (void)state;
    static const struct kq_slice bodies[] = {
        KQ_SLICE(""),
        KQ_SLICE("a=1"),
        KQ_SLICE("--AaB03x"),
        KQ_SLICE("--AaB03x\r\n"),
        KQ_SLICE("--AaB03x-"),
        KQ_SLICE(PART("a", "1")),
        KQ_SLICE(PART("a", "1") "--AaB03x"),
        KQ_SLICE(PART("a", "1") "--AaB03xyz\r\n" END),
        KQ_SLICE("--AaB03x\nContent-Disposition: form-data; name=\"a\"\n\n1\n--AaB03x--"),
        KQ_SLICE("--AaB03x\r\n\r\n1\r\n" END),
        KQ_SLICE("--AaB03x\r\nContent-Type: text/plain\r\n\r\n1\r\n" END),
        KQ_SLICE("--AaB03x\r\nContent-Disposition: form-data\r\n\r\n1\r\n" END),
        KQ_SLICE("--AaB03x\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n1\r\n" END),
        KQ_SLICE("--AaB03x\r\nContent-Disposition: form-data; name=\"a\\\"b\"\r\n\r\n1\r\n" END),
        KQ_SLICE("--AaB03x\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n" END),
        KQ_SLICE("--AaB03x\r\nContent-Disposition: form-data; name=\"a\"; name=\"b\"\r\n\r\n1\r\n" END),
        KQ_SLICE("--AaB03x\r\nContent-Disposition: form-data; name=\"a\"\r\n"
                 "Content-Disposition: form-data; name=\"b\"\r\n\r\n1\r\n" END),
        KQ_SLICE("--AaB03x\r\nContent-Disposition: form-data; name=\"a\"\r\n"
                 "Content-Transfer-Encoding: base64\r\n\r\nMQ==\r\n" END),
        KQ_SLICE("--AaB03x\r\nContent-Disposition: form-data;\r\n name=\"a\"\r\n\r\n1\r\n" END),
        KQ_SLICE("--AaB03x\r\nno colon\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n" END),
    };
    for (size_t i = 0; i < KQ_COUNT(bodies); i++) {
        assert_refused(KQ_SLICE(TYPE), bodies[i]);
    }
}

static void test_too_many_headers(void **state)
{
    (void)state;
    BUFFER body = {0};
    kq_buffer_append(&body, KQ_SLICE("--AaB03x\r\nContent-Disposition: form-data; name=\"a\"\r\n"));
    for (int i = 0; i < 16; i++) {
        kq_buffer_append(&body, KQ_SLICE("X: y\r\n"));
    }
    kq_buffer_append(&body, KQ_SLICE("\r\n1\r\n" END));
    assert_refused(KQ_SLICE(TYPE), kq_buffer_slice(&body));
}

static struct kq_result decode_some(void *context, struct kq_error *error)
{
    (void)context;
    ARENA arena = {0};
    struct kq_params params;
    return decode(KQ_SLICE(TYPE), KQ_SLICE(PART("a", "1") PART("b", "2") END), &params, &arena, error);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    fail_each_allocation(decode_some, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_are_parameters), cmocka_unit_test(test_java_library),
        cmocka_unit_test(test_files_are_skipped),    cmocka_unit_test(test_header_forms),
        cmocka_unit_test(test_boundary_forms),       cmocka_unit_test(test_backslash_in_a_name),
        cmocka_unit_test(test_bad_content_type),     cmocka_unit_test(test_bad_bodies),
        cmocka_unit_test(test_too_many_headers),     cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

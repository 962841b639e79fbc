/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "server/access_log.h"

/* 2026-11-22 15:04:05.006 in Beijing */
static const struct kq_access access_row = {
    .wall_ms = INT64_C(1795331045006),
    .duration_us = 12345,
    .bytes_in = 678,
    .bytes_out = 90,
};

static void expect_app_id(struct kq_slice app_id, const char *shown)
{
    struct kq_call call = {.app_id = app_id};
    struct kq_buffer line = {0};
    struct kq_buffer expected = {0};
    kq_access_log_append_call(&line, &call, &access_row);
    kq_buffer_print(&expected, "\"app_id\":\"%s\",\"method\":", shown);
    if (strstr(line.data, expected.data) == NULL) {
        print_error("%s is not in %s", expected.data, line.data);
    }
    assert_non_null(strstr(line.data, expected.data));
    assert_ptr_equal(strchr(line.data, '\n'), line.data + line.size - 1);
    kq_buffer_free(&line);
    kq_buffer_free(&expected);
}

static void a_call_is_one_line(void **state)
{
    (void)state;
    struct kq_call call = {
        .trace_id = "T1",
        .app_id = KQ_SLICE("2014072300007148"),
        .method = &kq_method_marketing_voucher_send,
    };
    struct kq_buffer line = {0};
    kq_access_log_append_call(&line, &call, &access_row);
    assert_string_equal(
        line.data,
        "{\"time\":\"2026-11-22T15:04:05.006+08:00\",\"trace_id\":\"T1\",\"app_id\":\"2014072300007148\","
        "\"method\":\"alipay.marketing.voucher.send\",\"code\":\"10000\",\"sub_code\":\"\",\"ms\":12.345,"
        "\"bytes_in\":678,\"bytes_out\":90}\n");
    kq_buffer_clear(&line);
    call.method = NULL;
    call.error.code = KQ_E_INVALID_METHOD;
    kq_access_log_append_call(&line, &call, &access_row);
    assert_non_null(
        strstr(line.data, "\"method\":\"unknown\",\"code\":\"40002\",\"sub_code\":\"isv.invalid-method\""));
    kq_buffer_free(&line);
}

static void a_call_of_the_newer_protocol_shows_its_status(void **state)
{
    (void)state;
    struct kq_call call = {
        .method = &kq_method_marketing_voucher_send,
        .error = {.code = KQ_E_TEMPLATE_NOT_EXIST},
        .v3 = {.path = KQ_SLICE("/v3/alipay/marketing/voucher/send"), .status = KQ_HTTP_BAD_REQUEST},
    };
    struct kq_buffer line = {0};
    kq_access_log_append_call(&line, &call, &access_row);
    assert_non_null(strstr(line.data, "\"sub_code\":\"TEMPLATE_NOT_EXIST\",\"v3_status\":400,\"ms\":"));
    kq_buffer_free(&line);
}

static void a_refusal_is_one_line(void **state)
{
    (void)state;
    struct kq_buffer line = {0};
    kq_access_log_append_refusal(&line, "T1", KQ_HTTP_CONTENT_TOO_LARGE, &access_row);
    assert_string_equal(
        line.data,
        "{\"time\":\"2026-11-22T15:04:05.006+08:00\",\"trace_id\":\"T1\",\"status\":413,\"ms\":12.345,"
        "\"bytes_in\":678,\"bytes_out\":90}\n");
    kq_buffer_free(&line);
}

static void foreign_text_is_made_harmless(void **state)
{
    (void)state;
    expect_app_id(KQ_SLICE_EMPTY, "");
    expect_app_id(KQ_SLICE("a\"b\\c\n\r\t"), "a\\\"b\\\\c\\n\\r\\t");
    expect_app_id(KQ_SLICE("a\0b\x01"), "a\\u0000b\\u0001");
    expect_app_id(KQ_SLICE("券\xF0\x9F\x8E\xAB"), "券\xF0\x9F\x8E\xAB");
    expect_app_id(KQ_SLICE("\xFF"
                           "a\xE5\x88\xC0\xAF\xED\xA0\x80"),
                  "\xEF\xBF\xBD"
                  "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

static void foreign_text_is_cut(void **state)
{
    (void)state;
    char text[KQ_ACCESS_LOG_TEXT_MAX_CHARS + 1];
    memset(text, 'x', sizeof(text));
    struct kq_slice longest = {.data = text, .size = KQ_ACCESS_LOG_TEXT_MAX_CHARS};
    char shown[KQ_ACCESS_LOG_TEXT_MAX_CHARS + 1];
    snprintf(shown, sizeof(shown), "%.*s", KQ_SLICE_PRINT(longest));
    expect_app_id(longest, shown);
    longest.size++;
    expect_app_id(longest, shown);
}

/* A file of the test's own, with what is in it. */
struct place {
    char directory[64];
    char path[80];
    char moved[80];
};

static void make_place(struct place *place)
{
    snprintf(place->directory, sizeof(place->directory), "%s/kaquan-log-XXXXXX", P_tmpdir);
    assert_non_null(mkdtemp(place->directory));
    snprintf(place->path, sizeof(place->path), "%s/log", place->directory);
    snprintf(place->moved, sizeof(place->moved), "%s/log.1", place->directory);
}

static void remove_place(const struct place *place)
{
    unlink(place->path);
    unlink(place->moved);
    assert_int_equal(rmdir(place->directory), 0);
}

static void expect_file(const char *path, const char *expected)
{
    char text[256] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    ssize_t size = read(fd, text, sizeof(text) - 1);
    close(fd);
    assert_true(size >= 0);
    text[size] = '\0';
    assert_string_equal(text, expected);
}

static bool write_line(struct kq_access_log *log, const char *text)
{
    struct kq_buffer line = {0};
    kq_buffer_append(&line, kq_slice_of(text));
    bool is_written = kq_access_log_write(log, &line);
    kq_buffer_free(&line);
    return is_written;
}

static void lines_are_appended_also_after_the_file_was_moved(void **state)
{
    (void)state;
    struct place place;
    struct kq_access_log log;
    make_place(&place);
    assert_true(kq_access_log_open(place.path, &log, NULL).ok);
    assert_true(write_line(&log, "1\n"));
    assert_true(write_line(&log, "2\n"));
    assert_int_equal(rename(place.path, place.moved), 0);
    assert_true(write_line(&log, "3\n"));
    assert_true(kq_access_log_reopen(&log, NULL).ok);
    assert_true(write_line(&log, "4\n"));
    kq_access_log_close(&log);
    expect_file(place.moved, "1\n2\n3\n");
    expect_file(place.path, "4\n");
    assert_true(kq_access_log_open(place.path, &log, NULL).ok);
    assert_true(write_line(&log, "5\n"));
    kq_access_log_close(&log);
    expect_file(place.path, "4\n5\n");
    remove_place(&place);
}

/* A limit of the file's size stands in for a disk that is full, and then is not. */
static void a_torn_line_spoils_no_other(void **state)
{
    (void)state;
    struct place place;
    struct kq_access_log log;
    struct rlimit before;
    make_place(&place);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit small = {.rlim_cur = 6, .rlim_max = before.rlim_max};
    assert_ptr_not_equal(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
    assert_true(kq_access_log_open(place.path, &log, NULL).ok);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    bool first = write_line(&log, "one\n");
    bool second = write_line(&log, "two\n");
    bool third = write_line(&log, "three\n");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_true(first);
    assert_false(second);
    assert_false(third);
    assert_true(write_line(&log, "four\n"));
    kq_access_log_close(&log);
    expect_file(place.path, "one\ntw\nfour\n");
    remove_place(&place);
}

static void a_full_disk_drops_lines(void **state)
{
    (void)state;
    struct kq_access_log log;
    assert_true(kq_access_log_open("/dev/full", &log, NULL).ok);
    assert_false(write_line(&log, "1\n"));
    kq_access_log_close(&log);
}

static void a_reader_that_does_not_read_holds_nobody_up(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    struct kq_access_log log = {.fd = ends[1]};
    size_t written = 0;
    while (written < 1000000 && write_line(&log, "a line\n")) {
        written++;
    }
    assert_in_range(written, 1, 999999);
    kq_access_log_close(&log);
    close(ends[0]);
}

static void no_log_loses_no_lines(void **state)
{
    (void)state;
    struct kq_access_log log;
    assert_true(kq_access_log_open(NULL, &log, NULL).ok);
    assert_true(write_line(&log, "1\n"));
    assert_true(kq_access_log_reopen(&log, NULL).ok);
    kq_access_log_close(&log);
}

static void an_unusable_path_is_refused(void **state)
{
    (void)state;
    struct kq_access_log log;
    struct kq_error error = {0};
    assert_false(kq_access_log_open("/nowhere/at/all", &log, &error).ok);
    assert_int_equal(error.code, KQ_E_IO);
    assert_non_null(strstr(error.detail, "/nowhere/at/all"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_is_one_line),
        cmocka_unit_test(a_call_of_the_newer_protocol_shows_its_status),
        cmocka_unit_test(a_refusal_is_one_line),
        cmocka_unit_test(foreign_text_is_made_harmless),
        cmocka_unit_test(foreign_text_is_cut),
        cmocka_unit_test(lines_are_appended_also_after_the_file_was_moved),
        cmocka_unit_test(a_torn_line_spoils_no_other),
        cmocka_unit_test(a_full_disk_drops_lines),
        cmocka_unit_test(a_reader_that_does_not_read_holds_nobody_up),
        cmocka_unit_test(no_log_loses_no_lines),
        cmocka_unit_test(an_unusable_path_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

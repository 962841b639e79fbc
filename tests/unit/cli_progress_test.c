/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/progress.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "wire_support.h"

/* A clock that the test moves, and standard error in a file that it reads. */

struct moved_clock {
    struct kq_clock clock; /* first: the progress sees only this */
    int64_t now_us;
};

static int64_t now_of(const struct kq_clock *clock)
{
    return ((const struct moved_clock *)clock)->now_us;
}

struct screen {
    int file;
    int before; /* the standard error that the test started with */
};

static void open_screen(struct screen *screen)
{
    fflush(stderr);
    screen->file = memfd_create("screen", MFD_CLOEXEC);
    screen->before = dup(STDERR_FILENO);
    assert_true(screen->file >= 0 && screen->before >= 0);
    assert_int_equal(dup2(screen->file, STDERR_FILENO), STDERR_FILENO);
}

/* Puts standard error back, and gives what went to the screen. */
static void close_screen(struct screen *screen, char *text, size_t text_size)
{
    fflush(stderr);
    dup2(screen->before, STDERR_FILENO);
    close(screen->before);
    ssize_t size = pread(screen->file, text, text_size - 1, 0);
    close(screen->file);
    assert_true(size >= 0);
    text[size] = '\0';
}

static struct moved_clock make_clock(void)
{
    return (struct moved_clock){.clock = {.monotonic_us = now_of}, .now_us = 1000};
}

static void test_bar(void **state)
{
    (void)state;
    char text[1000];
    struct screen screen;
    struct moved_clock clock = make_clock();
    struct kq_progress progress;
    open_screen(&screen);
    kq_progress_begin(&progress, &clock.clock, 200);
    progress.shows = true;
    clock.now_us += KQ_PROGRESS_FIRST_US - 1;
    kq_progress_show(&progress, 50, 10);
    clock.now_us += 1;
    kq_progress_show(&progress, 100, 50);
    clock.now_us += KQ_PROGRESS_EVERY_US - 1;
    kq_progress_show(&progress, 150, 70);
    clock.now_us += 1;
    kq_progress_show(&progress, 200, 120);
    kq_progress_hide(&progress);
    kq_progress_hide(&progress);
    close_screen(&screen, text, sizeof(text));
    assert_string_equal(text,
                        "\r\x1b[K[###############...............]  50 %  50 lines, 100 a second, 0:01 left"
                        "\r\x1b[K[##############################] 100 %  120 lines, 200 a second, 0:00 left"
                        "\r\x1b[K");
}

static void test_size_not_known(void **state)
{
    (void)state;
    char text[1000];
    struct screen screen;
    struct moved_clock clock = make_clock();
    struct kq_progress progress;
    open_screen(&screen);
    kq_progress_begin(&progress, &clock.clock, 0);
    progress.shows = true;
    clock.now_us += 2000000;
    kq_progress_show(&progress, 50, 10);
    close_screen(&screen, text, sizeof(text));
    assert_string_equal(text, "\r\x1b[K10 lines, 5 a second");
}

static void test_other_unit(void **state)
{
    (void)state;
    char text[1000];
    struct screen screen;
    struct moved_clock clock = make_clock();
    struct kq_progress progress;
    open_screen(&screen);
    kq_progress_begin(&progress, &clock.clock, 0);
    progress.shows = true;
    progress.unit = "rows";
    clock.now_us += 2000000;
    kq_progress_show(&progress, 50, 10);
    close_screen(&screen, text, sizeof(text));
    assert_string_equal(text, "\r\x1b[K10 rows, 5 a second");
}

/* What is drawn where a file of `total_bytes` has come to `bytes` after that time. */
static void assert_left(unsigned long long bytes, unsigned long long total_bytes, int64_t since_us,
                        const char *wanted)
{
    char text[1000];
    struct screen screen;
    struct moved_clock clock = make_clock();
    struct kq_progress progress;
    open_screen(&screen);
    kq_progress_begin(&progress, &clock.clock, total_bytes);
    progress.shows = true;
    clock.now_us += since_us;
    kq_progress_show(&progress, bytes, 0);
    close_screen(&screen, text, sizeof(text));
    const char *rate = strstr(text, "a second");
    assert_non_null(rate);
    assert_string_equal(rate + strlen("a second"), wanted);
}

static void test_time_left(void **state)
{
    (void)state;
    assert_left(1, 2, 9000000, ", 0:10 left"); /* rounded up: it is not over before it is */
    assert_left(1, 7, 9500000, ", 0:58 left");
    assert_left(1, 11, 6000000, ", 1:01 left");
    assert_left(1, 360, 10000000, ", 59:51 left");
    assert_left(1, 361, 10000000, ", 1:00:01 left");
    assert_left(10, 110, 35999000000, ", 99:59:51 left");
    assert_left(10, 110, 36000000000, "");
    assert_left(1, ULLONG_MAX, INT64_MAX / 2, "");
    assert_left(3, 2, 1000000, ", 0:00 left"); /* it grew while it was read */
    assert_left(0, 2, 1000000, "");            /* nothing to go by yet */
}

static void test_nothing_off_a_terminal(void **state)
{
    (void)state;
    char text[1000];
    struct screen screen;
    struct moved_clock clock = make_clock();
    struct kq_progress progress;
    open_screen(&screen);
    kq_progress_begin(&progress, &clock.clock, 100);
    clock.now_us += 10000000;
    kq_progress_show(&progress, 50, 10);
    kq_progress_hide(&progress);
    close_screen(&screen, text, sizeof(text));
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bar),
        cmocka_unit_test(test_size_not_known),
        cmocka_unit_test(test_other_unit),
        cmocka_unit_test(test_time_left),
        cmocka_unit_test(test_nothing_off_a_terminal),
    };
    return cmocka_run_group_tests_name("cli_progress", tests, NULL, NULL);
}

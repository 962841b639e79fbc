/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/watcher.h"
#include "kaquan.h"
#include "wire_support.h"

/* What the watcher says of a pair of sockets: kept ones, and others. */

struct scene {
    struct kq_watcher watcher;
    int watched;
    int other;
};

static void open_pair(struct scene *scene)
{
    int pair[2];
    assert_return_code(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), errno);
    scene->watched = pair[0];
    scene->other = pair[1];
}

static void close_pair(struct scene *scene)
{
    close(scene->watched);
    close(scene->other);
}

static void open_scene(struct scene *scene)
{
    struct kq_error error = {0};
    scene->watcher = KQ_WATCHER_NONE;
    assert_ok(kq_watcher_open(&scene->watcher, &error), &error);
    open_pair(scene);
}

static void close_scene(struct scene *scene)
{
    close_pair(scene);
    kq_watcher_close(&scene->watcher);
}
#define SCENE KQ_CLEANUP(close_scene) struct scene

static void watch(struct scene *scene, int what)
{
    assert_true(kq_watcher_watch(&scene->watcher, scene->watched, what));
}

/* What the socket is ready for, at once; 0: nothing. */
static int readiness(struct scene *scene)
{
    struct kq_ready_socket ready[KQ_READY_SOCKETS_MAX];
    size_t count = kq_watcher_wait(&scene->watcher, ready, 0);
    assert_in_range(count, 0, 1);
    if (count == 0) {
        return 0;
    }
    assert_int_equal(ready[0].fd, scene->watched);
    return ready[0].what;
}

static void send_byte(const struct scene *scene)
{
    assert_int_equal(send(scene->other, "a", 1, MSG_NOSIGNAL), 1);
}

static void assert_is_watched(struct scene *scene)
{
    watch(scene, KQ_CLIENT_READABLE);
    assert_int_equal(readiness(scene), 0);
    send_byte(scene);
    assert_int_equal(readiness(scene), KQ_CLIENT_READABLE);
    watch(scene, KQ_CLIENT_WRITABLE);
    assert_int_equal(readiness(scene), KQ_CLIENT_WRITABLE);
    watch(scene, KQ_CLIENT_READABLE | KQ_CLIENT_WRITABLE);
    assert_int_equal(readiness(scene), KQ_CLIENT_READABLE | KQ_CLIENT_WRITABLE);
}

static void test_a_socket_is_watched_for_what_is_asked(void **state)
{
    (void)state;
    SCENE scene;
    open_scene(&scene);
    assert_is_watched(&scene);
    watch(&scene, 0);
    assert_int_equal(readiness(&scene), 0);
}

static void test_a_kept_socket_too(void **state)
{
    (void)state;
    SCENE scene;
    open_scene(&scene);
    kq_watcher_keep(&scene.watcher, scene.watched);
    assert_is_watched(&scene);
    watch(&scene, 0);
    assert_int_equal(readiness(&scene), 0);
    watch(&scene, KQ_CLIENT_READABLE);
    assert_int_equal(readiness(&scene), KQ_CLIENT_READABLE);
}

static void test_what_came_while_nobody_asked_is_told(void **state)
{
    (void)state;
    SCENE scene;
    open_scene(&scene);
    kq_watcher_keep(&scene.watcher, scene.watched);
    watch(&scene, KQ_CLIENT_READABLE);
    watch(&scene, 0);
    send_byte(&scene);
    watch(&scene, KQ_CLIENT_READABLE);
    assert_int_equal(readiness(&scene), KQ_CLIENT_READABLE);
}

static void test_another_socket_of_the_same_number(void **state)
{
    (void)state;
    SCENE scene;
    open_scene(&scene);
    int number = scene.watched;
    kq_watcher_keep(&scene.watcher, number);
    watch(&scene, KQ_CLIENT_READABLE);
    kq_watcher_forget(&scene.watcher, number);
    close_pair(&scene);
    open_pair(&scene);
    assert_int_equal(scene.watched, number);
    kq_watcher_keep(&scene.watcher, number);
    assert_is_watched(&scene);
}

/* Another process, or here another number, may hold the connection open. */
static void test_a_forgotten_socket_says_nothing_any_more(void **state)
{
    (void)state;
    SCENE scene;
    open_scene(&scene);
    kq_watcher_keep(&scene.watcher, scene.watched);
    watch(&scene, KQ_CLIENT_READABLE);
    int copy = dup(scene.watched);
    kq_watcher_forget(&scene.watcher, scene.watched);
    send_byte(&scene);
    assert_int_equal(readiness(&scene), 0);
    close(copy);
}

static void test_what_ended_can_be_read(void **state)
{
    (void)state;
    SCENE scene;
    open_scene(&scene);
    kq_watcher_keep(&scene.watcher, scene.watched);
    watch(&scene, KQ_CLIENT_WRITABLE);
    close(scene.other);
    assert_int_equal(readiness(&scene), KQ_CLIENT_READABLE | KQ_CLIENT_WRITABLE | KQ_CLIENT_BROKEN);
    scene.other = dup(scene.watched);
}

static void test_what_cannot_be_watched(void **state)
{
    (void)state;
    SCENE scene;
    open_scene(&scene);
    assert_false(kq_watcher_watch(&scene.watcher, 1000000, KQ_CLIENT_READABLE));
    kq_watcher_keep(&scene.watcher, 4000);
    assert_false(kq_watcher_watch(&scene.watcher, 4000, KQ_CLIENT_READABLE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_socket_is_watched_for_what_is_asked),
        cmocka_unit_test(test_a_kept_socket_too),
        cmocka_unit_test(test_what_came_while_nobody_asked_is_told),
        cmocka_unit_test(test_another_socket_of_the_same_number),
        cmocka_unit_test(test_a_forgotten_socket_says_nothing_any_more),
        cmocka_unit_test(test_what_ended_can_be_read),
        cmocka_unit_test(test_what_cannot_be_watched),
    };
    return cmocka_run_group_tests_name("client_watcher", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "store_support.h"

#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/memory.h"
#include "server/courier.h"
#include "server/notifier.h"

/* The notifier's beginning and end, and what a courier does where nobody answers; what it tells whom is the
 * black-box tests'. */

static struct kq_private_key *key;

static int make_key(void **state)
{
    (void)state;
    return kq_private_key_generate(1024, &key, NULL).ok ? 0 : -1;
}

static int free_key(void **state)
{
    (void)state;
    kq_private_key_free(key);
    return 0;
}

static struct kq_notifier_settings settings_of(struct scene *scene)
{
    struct kq_slice path = kq_arena_print(&scene->arena, "%s/notify.lock", scene->directory);
    return (struct kq_notifier_settings){.store = scene->store, .private_key = key, .lock_path = path.data};
}

static void it_starts_and_stops(void **state)
{
    struct scene *scene = *state;
    struct kq_notifier_settings settings = settings_of(scene);
    struct kq_notifier *notifier = NULL;
    struct kq_error error = {0};
    struct stat about;
    assert_true(kq_notifier_open(&settings, &notifier, &error).ok);
    assert_int_equal(stat(settings.lock_path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    assert_true(kq_notifier_start(notifier, &error).ok);
    kq_notifier_stop(notifier);
    kq_notifier_close(notifier);
}

static void one_that_was_not_started_is_closed(void **state)
{
    struct kq_notifier_settings settings = settings_of(*state);
    struct kq_notifier *notifier = NULL;
    assert_true(kq_notifier_open(&settings, &notifier, NULL).ok);
    kq_notifier_close(notifier);
    kq_notifier_close(NULL);
    kq_notifier_stop(NULL);
}

static void a_lock_file_that_cannot_be_made_is_named(void **state)
{
    struct kq_notifier_settings settings = settings_of(*state);
    struct kq_notifier *notifier = NULL;
    struct kq_error error = {0};
    settings.lock_path = "/no/such/directory/notify.lock";
    assert_false(kq_notifier_open(&settings, &notifier, &error).ok);
    assert_int_equal(error.code, KQ_E_IO);
    assert_non_null(strstr(error.detail, settings.lock_path));
}

static void each_allocation_of_opening_that_fails(void **state)
{
    struct kq_notifier_settings settings = settings_of(*state);
    unsigned long n = 1;
    for (bool failed = true; failed; n++) {
        struct kq_notifier *notifier = NULL;
        struct kq_error error = {0};
        kq_memory_fail_at(n);
        bool opened = kq_notifier_open(&settings, &notifier, &error).ok;
        failed = kq_memory_has_failed() != 0;
        kq_memory_fail_at(0);
        assert_int_equal(error.code, failed ? KQ_E_NO_MEMORY : KQ_E_NONE);
        assert_int_equal(opened, !failed);
        kq_notifier_close(notifier);
    }
    assert_true(n > 3);
}

/* Something that listens and never answers: what is posted there stays under way. */
static int listen_in_silence(struct scene *scene, struct kq_slice *uri)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (const struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(listener, 128), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    *uri = kq_arena_print(&scene->arena, "http://127.0.0.1:%u/", ntohs(address.sin_port));
    return listener;
}

static struct kq_courier *open_courier(void)
{
    struct kq_courier *courier = NULL;
    assert_true(kq_courier_open(&courier, NULL).ok);
    return courier;
}

static void a_host_has_a_bound_of_its_own(void **state)
{
    struct scene *scene = *state;
    struct kq_slice uri;
    int listener = listen_in_silence(scene, &uri);
    struct kq_courier *courier = open_courier();
    for (int64_t number = 1; number <= KQ_COURIER_HOST_MAX; number++) {
        assert_true(kq_courier_has_room(courier, uri));
        assert_true(kq_courier_post(courier, number, uri, KQ_SLICE("a=1"), NULL).ok);
    }
    assert_false(kq_courier_has_room(courier, uri));
    assert_false(kq_courier_has_room(courier, kq_arena_print(&scene->arena, "%s%s", uri.data, "other")));
    assert_true(kq_courier_has_room(courier, KQ_SLICE("http://127.0.0.2:1/")));
    assert_true(kq_courier_has(courier, KQ_COURIER_HOST_MAX));
    assert_false(kq_courier_has(courier, KQ_COURIER_HOST_MAX + 1));
    assert_int_equal(kq_courier_in_hand(courier), KQ_COURIER_HOST_MAX);
    kq_courier_work(courier, 0);
    assert_null(kq_courier_next_over(courier));
    kq_courier_close(courier);
    close(listener);
}

static const struct kq_parcel *fail_once(struct kq_courier *courier, struct kq_slice uri, int64_t number)
{
    const struct kq_parcel *parcel = NULL;
    assert_true(kq_courier_post(courier, number, uri, KQ_SLICE("a=1"), NULL).ok);
    while (parcel == NULL) {
        kq_courier_work(courier, 1000);
        parcel = kq_courier_next_over(courier);
    }
    assert_false(parcel->taken);
    assert_int_equal(parcel->number, number);
    return parcel;
}

static size_t room_of(struct kq_courier *courier, struct kq_slice uri)
{
    size_t count = 0;
    while (kq_courier_has_room(courier, uri)) {
        count++;
        assert_true(kq_courier_post(courier, 1000 + (int64_t)count, uri, KQ_SLICE("a=1"), NULL).ok);
    }
    return count;
}

static void a_host_that_does_not_answer_gets_fewer_at_a_time(void **state)
{
    struct scene *scene = *state;
    struct kq_slice uri;
    close(listen_in_silence(scene, &uri)); /* Nobody listens there any more. */
    struct kq_courier *courier = open_courier();
    for (int64_t number = 1; number <= 10; number++) {
        const struct kq_parcel *parcel = fail_once(courier, uri, number);
        assert_non_null(strstr(parcel->result, "connect"));
        assert_true(kq_courier_has(courier, number)); /* until it is put away */
        kq_courier_put_away(courier, parcel);
        assert_false(kq_courier_has(courier, number));
    }
    assert_int_equal(room_of(courier, uri), 1);
    kq_courier_close(courier);
}

static void a_wake_ends_a_wait(void **state)
{
    (void)state;
    struct kq_courier *courier = open_courier();
    kq_courier_wake(courier);
    kq_courier_work(courier, 600000);
    assert_int_equal(kq_courier_flying(courier), 0);
    kq_courier_close(courier);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(it_starts_and_stops),
        SCENE_TEST(one_that_was_not_started_is_closed),
        SCENE_TEST(a_lock_file_that_cannot_be_made_is_named),
        SCENE_TEST(each_allocation_of_opening_that_fails),
        SCENE_TEST(a_host_has_a_bound_of_its_own),
        SCENE_TEST(a_host_that_does_not_answer_gets_fewer_at_a_time),
        SCENE_TEST(a_wake_ends_a_wait),
    };
    return cmocka_run_group_tests(tests, make_key, free_key);
}

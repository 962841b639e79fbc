/* SPDX-License-Identifier: Apache-2.0 */
#include "store_support.h"

#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "server/diagnoses.h"
#include "server/suspects.h"

/* What is handed over and what is left; what is found is tests/gateway/test_doctor.py's. The thread is not
 * started, so that nothing is taken from the queue. */

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

static struct kq_diagnoses *open_diagnoses(struct scene *scene)
{
    const struct kq_diagnoses_settings settings = {.store = scene->store, .private_key = key};
    struct kq_diagnoses *diagnoses = NULL;
    assert_true(kq_diagnoses_open(&settings, &diagnoses, NULL).ok);
    return diagnoses;
}

static void offer(struct kq_diagnoses *diagnoses, const char *app_id, struct kq_slice body)
{
    struct kq_call call = {.is_post = true, .trace_id = "1", .app_id = kq_slice_of(app_id), .body = body};
    kq_diagnoses_offer(diagnoses, &call);
}

static unsigned long left_of(struct kq_diagnoses *diagnoses)
{
    struct kq_buffer json KQ_CLEANUP(kq_buffer_free) = {0};
    unsigned long left = 0;
    kq_diagnoses_append(diagnoses, &json);
    assert_int_equal(sscanf(json.data, "{\"diagnosed\":0,\"left\":%lu,\"failures\":[]}", &left), 1);
    return left;
}

static void an_application_has_one_a_second(void **state)
{
    struct scene *scene = *state;
    struct kq_diagnoses *diagnoses = open_diagnoses(scene);
    offer(diagnoses, "1", KQ_SLICE("a=1"));
    assert_int_equal(left_of(diagnoses), 0);
    offer(diagnoses, "1", KQ_SLICE("a=1"));
    assert_int_equal(left_of(diagnoses), 1);
    offer(diagnoses, "2", KQ_SLICE("a=1"));
    assert_int_equal(left_of(diagnoses), 1);
    atomic_fetch_add(&scene->clock.monotonic_us, 999999);
    offer(diagnoses, "1", KQ_SLICE("a=1"));
    assert_int_equal(left_of(diagnoses), 2);
    atomic_fetch_add(&scene->clock.monotonic_us, 1000);
    offer(diagnoses, "1", KQ_SLICE("a=1"));
    assert_int_equal(left_of(diagnoses), 2);
    kq_diagnoses_close(diagnoses);
}

static void the_queue_is_bounded_in_requests(void **state)
{
    struct scene *scene = *state;
    struct kq_diagnoses *diagnoses = open_diagnoses(scene);
    for (size_t i = 0; i < KQ_DIAGNOSES_WAITING_MAX + 3; i++) {
        atomic_fetch_add(&scene->clock.monotonic_us, 2000000);
        offer(diagnoses, "1", KQ_SLICE("a=1"));
    }
    assert_int_equal(left_of(diagnoses), 3);
    kq_diagnoses_close(diagnoses);
}

static void the_queue_is_bounded_in_bytes(void **state)
{
    struct scene *scene = *state;
    struct kq_diagnoses *diagnoses = open_diagnoses(scene);
    struct kq_buffer body KQ_CLEANUP(kq_buffer_free) = {0};
    assert_non_null(kq_buffer_reserve(&body, KQ_DIAGNOSES_WAITING_BYTES));
    memset(body.data, 'a', KQ_DIAGNOSES_WAITING_BYTES);
    offer(diagnoses, "1", (struct kq_slice){body.data, KQ_DIAGNOSES_WAITING_BYTES}); /* too long ever */
    assert_int_equal(left_of(diagnoses), 1);
    offer(diagnoses, "2", (struct kq_slice){body.data, KQ_DIAGNOSES_WAITING_BYTES / 4 * 3});
    assert_int_equal(left_of(diagnoses), 1);
    offer(diagnoses, "3",
          (struct kq_slice){body.data, KQ_DIAGNOSES_WAITING_BYTES / 4 * 3}); /* no room left */
    assert_int_equal(left_of(diagnoses), 2);
    offer(diagnoses, "4", KQ_SLICE("a=1"));
    assert_int_equal(left_of(diagnoses), 2);
    kq_diagnoses_close(diagnoses);
}

/* What is copied of the newer protocol counts, too. */
static void a_header_counts_among_the_bytes(void **state)
{
    struct kq_diagnoses *diagnoses = open_diagnoses(*state);
    struct kq_buffer header KQ_CLEANUP(kq_buffer_free) = {0};
    assert_non_null(kq_buffer_reserve(&header, KQ_DIAGNOSES_WAITING_BYTES));
    memset(header.data, 'a', KQ_DIAGNOSES_WAITING_BYTES);
    struct kq_call call = {.trace_id = "1", .app_id = KQ_SLICE("1"), .v3 = {.path = KQ_SLICE("/v3/a")}};
    call.v3.target = call.v3.path;
    call.v3.authorization = (struct kq_slice){header.data, KQ_DIAGNOSES_WAITING_BYTES};
    kq_diagnoses_offer(diagnoses, &call);
    assert_int_equal(left_of(diagnoses), 1);
    call.app_id = KQ_SLICE("2");
    call.v3.authorization.size = 16;
    kq_diagnoses_offer(diagnoses, &call);
    assert_int_equal(left_of(diagnoses), 1);
    kq_diagnoses_close(diagnoses);
}

static void without_memory_a_call_is_left(void **state)
{
    struct kq_diagnoses *diagnoses = open_diagnoses(*state);
    kq_memory_fail_at(1);
    offer(diagnoses, "1", KQ_SLICE("a=1"));
    assert_true(kq_memory_has_failed());
    kq_memory_fail_at(0);
    assert_int_equal(left_of(diagnoses), 1);
    kq_diagnoses_close(diagnoses);
}

static void it_starts_and_stops_with_calls_waiting(void **state)
{
    struct kq_diagnoses *diagnoses = open_diagnoses(*state);
    offer(diagnoses, "1", KQ_SLICE("a=1&sign_type=RSA2&sign=AAAA"));
    offer(diagnoses, "2", KQ_SLICE("a=1"));
    assert_true(kq_diagnoses_start(diagnoses, NULL).ok);
    kq_diagnoses_close(diagnoses);
    kq_diagnoses_close(NULL);
    offer(NULL, "1", KQ_SLICE("a=1"));
}

static void each_allocation_of_opening_that_fails(void **state)
{
    struct scene *scene = *state;
    const struct kq_diagnoses_settings settings = {.store = scene->store, .private_key = key};
    unsigned long n = 1;
    for (bool failed = true; failed; n++) {
        struct kq_diagnoses *diagnoses = NULL;
        struct kq_error error = {0};
        kq_memory_fail_at(n);
        bool opened = kq_diagnoses_open(&settings, &diagnoses, &error).ok;
        failed = kq_memory_has_failed() != 0;
        kq_memory_fail_at(0);
        assert_int_equal(error.code, failed ? KQ_E_NO_MEMORY : KQ_E_NONE);
        assert_int_equal(opened, !failed);
        kq_diagnoses_close(diagnoses);
    }
    assert_true(n > 3);
}

static void the_gateway_is_a_suspect_of_an_application_that_is_not_there(void **state)
{
    struct scene *scene = *state;
    struct kq_suspects suspects;
    struct kq_error error = {0};
    assert_true(kq_suspects_read(scene->reader, KQ_SLICE("1"), KQ_SIGN_RSA2, KQ_SLICE("der"), &scene->arena,
                                 &suspects, &error)
                    .ok);
    assert_int_equal(suspects.count, 1);
    assert_int_equal(suspects.keys[0].role, KQ_ROLE_GATEWAY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(an_application_has_one_a_second),
        SCENE_TEST(the_queue_is_bounded_in_requests),
        SCENE_TEST(the_queue_is_bounded_in_bytes),
        SCENE_TEST(a_header_counts_among_the_bytes),
        SCENE_TEST(without_memory_a_call_is_left),
        SCENE_TEST(it_starts_and_stops_with_calls_waiting),
        SCENE_TEST(each_allocation_of_opening_that_fails),
        SCENE_TEST(the_gateway_is_a_suspect_of_an_application_that_is_not_there),
    };
    return cmocka_run_group_tests(tests, make_key, free_key);
}

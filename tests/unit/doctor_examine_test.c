/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/examine.h"

#include "wire/signature.h"
#include "wire_support.h"

/* The search alone; tests/cli/test_verify.py has the table of mistakes, made by another implementation. */

#define REQUEST                                                                                              \
    "app_id=2014&biz_content=%7B%22a%22%3A%22%E5%8D%A1+x%22%7D&charset=utf-8&method=m&sign_type=RSA2&"       \
    "timestamp=2014-07-24+03%3A07%3A50&version=1.0"
#define RIGHT                                                                                                \
    "app_id=2014&biz_content={\"a\":\"卡 x\"}&charset=utf-8&method=m&sign_type=RSA2&timestamp=2014-07-24 "  \
    "03:07:50&version=1.0"

struct scene {
    struct kq_arena arena;
    struct kq_private_key *private_key;
    struct kq_doctor_key keys[2];
};

static int set_up(void **state)
{
    static struct scene scene;
    struct kq_error error = {0};
    struct kq_private_key *other = NULL;
    scene = (struct scene){0};
    assert_ok(kq_private_key_load(golden(&scene.arena, "keys/app_2048.pem"), &scene.private_key, &error),
              &error);
    assert_ok(kq_private_key_load(golden(&scene.arena, "keys/app_1024.pem"), &other, &error), &error);
    scene.keys[0] = (struct kq_doctor_key){.role = KQ_ROLE_REGISTERED, .is_for_any = true};
    scene.keys[1] = (struct kq_doctor_key){.role = KQ_ROLE_OTHER, .label = KQ_SLICE("application 2")};
    assert_ok(kq_private_key_export_public(scene.private_key, &scene.arena, &scene.keys[0].der, &error),
              &error);
    assert_ok(kq_private_key_export_public(other, &scene.arena, &scene.keys[1].der, &error), &error);
    kq_private_key_free(other);
    *state = &scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    kq_private_key_free(scene->private_key);
    kq_arena_free(&scene->arena);
    return 0;
}

/* What was signed, and all that is asked about it. */
struct question {
    struct scene *scene;
    struct kq_slice request;
    struct kq_slice signature;
    size_t work_max;
};

static struct question question_of(struct scene *scene, struct kq_slice signed_text)
{
    struct kq_error error = {0};
    BUFFER sign = {0};
    assert_ok(kq_sign(scene->private_key, KQ_SIGN_RSA2, signed_text, &sign, &error), &error);
    return (struct question){
        .scene = scene,
        .request = KQ_SLICE(REQUEST),
        .signature = kq_arena_copy(&scene->arena, kq_buffer_slice(&sign)),
        .work_max = (size_t)64 << 20,
    };
}

static struct kq_result examine(const struct question *question, struct kq_arena *arena,
                                struct kq_diagnosis *diagnosis, struct kq_difference *difference,
                                struct kq_error *error)
{
    struct kq_sent_request request;
    KQ_TRY(kq_request_read(question->request, arena, &request, error));
    const struct kq_examination examination = {
        .request = &request,
        .signature = question->signature,
        .keys = question->scene->keys,
        .key_count = KQ_COUNT(question->scene->keys),
        .openings_max = 16,
        .work_max = question->work_max,
    };
    KQ_TRY(kq_examine(&examination, arena, diagnosis, error));
    return kq_diagnosis_compare(diagnosis, &request, true, arena, difference, error);
}

static void assert_found(struct scene *scene, struct kq_slice signed_text, const char *first,
                         const char *second)
{
    ARENA arena = {0};
    struct kq_error error = {0};
    struct kq_diagnosis diagnosis;
    struct kq_difference difference;
    struct question question = question_of(scene, signed_text);
    assert_ok(examine(&question, &arena, &diagnosis, &difference, &error), &error);
    assert_int_equal(diagnosis.verdict, KQ_VERDICT_EXPLAINED);
    assert_int_equal(diagnosis.finding_count, second == NULL ? 1 : 2);
    assert_string_equal(diagnosis.findings[0].advice->name, first);
    if (second != NULL) {
        assert_string_equal(diagnosis.findings[1].advice->name, second);
    }
    assert_slice(diagnosis.signed_text, signed_text);
    assert_slice(diagnosis.expected, KQ_SLICE(RIGHT));
    assert_true(difference.offset != SIZE_MAX);
    assert_true(difference.expected.size > 0);
}

static void test_a_right_one_verifies(void **state)
{
    ARENA arena = {0};
    struct kq_error error = {0};
    struct kq_diagnosis diagnosis;
    struct kq_difference difference;
    struct question question = question_of(*state, KQ_SLICE(RIGHT));
    assert_ok(examine(&question, &arena, &diagnosis, &difference, &error), &error);
    assert_int_equal(diagnosis.verdict, KQ_VERDICT_VERIFIES);
    assert_int_equal(diagnosis.finding_count, 0);
    assert_int_equal(diagnosis.openings, 1); /* the key that should fit is tried first */
    assert_int_equal(diagnosis.trials, 1);
    assert_true(difference.offset == SIZE_MAX);
}

static void test_one_mistake(void **state)
{
    assert_found(
        *state,
        KQ_SLICE("app_id=2014&biz_content={\"a\":\"卡 x\"}&charset=utf-8&method=m&timestamp=2014-07-24 "
                 "03:07:50&version=1.0"),
        "sign-type-rule", NULL);
    assert_found(*state, KQ_SLICE(RIGHT "\n"), "line-end-behind-string", NULL);
}

static void test_two_mistakes_at_once(void **state)
{
    assert_found(
        *state,
        KQ_SLICE("app_id=2014&biz_content={\"a\":\"卡+x\"}&charset=utf-8&method=m&timestamp=2014-07-24+"
                 "03:07:50&version=1.0"),
        "sign-type-rule", "plus-for-space");
}

static void test_work_is_bounded(void **state)
{
    ARENA arena = {0};
    struct kq_error error = {0};
    struct kq_diagnosis diagnosis;
    struct kq_difference difference;
    struct question question = question_of(*state, KQ_SLICE("something else"));
    question.work_max = 100 * KQ_TRIAL_BYTES;
    assert_ok(examine(&question, &arena, &diagnosis, &difference, &error), &error);
    assert_int_equal(diagnosis.verdict, KQ_VERDICT_STRING_UNKNOWN);
    assert_string_equal(diagnosis.findings[0].advice->name, "search-cut-off");
    assert_true(diagnosis.trials <= 110);
}

static void test_a_signature_of_nobody(void **state)
{
    ARENA arena = {0};
    struct kq_error error = {0};
    struct kq_diagnosis diagnosis;
    struct kq_difference difference;
    struct question question = question_of(*state, KQ_SLICE(RIGHT));
    question.scene = *state;
    char *sign = (char *)(uintptr_t)question.signature.data;
    sign[100] = sign[100] == 'A' ? 'B' : 'A';
    assert_ok(examine(&question, &arena, &diagnosis, &difference, &error), &error);
    assert_int_equal(diagnosis.verdict, KQ_VERDICT_KEY_UNKNOWN);
    assert_true(diagnosis.key == NULL);
}

static void test_sentences_in_both_languages(void **state)
{
    (void)state;
    for (size_t i = 0; i < kq_mistake_count; i++) {
        const struct kq_advice *advice = &kq_mistakes[i].advice;
        struct kq_diagnosis diagnosis = {.finding_count = 1, .findings = {{.advice = advice}}};
        BUFFER english = {0};
        BUFFER chinese = {0};
        kq_diagnosis_append_sentence(&diagnosis, false, &english);
        kq_diagnosis_append_sentence(&diagnosis, true, &chinese);
        assert_true(english.data[0] >= 'A' && english.data[0] <= 'Z');
        assert_int_equal(english.data[english.size - 1], '.');
        assert_null(strstr(english.data, "{}"));
        assert_null(strstr(chinese.data, "{}"));
        assert_true(kq_utf8_is_valid(kq_buffer_slice(&chinese)));
    }
}

static struct kq_result examine_once(void *context, struct kq_error *error)
{
    ARENA arena = {0};
    struct kq_diagnosis diagnosis;
    struct kq_difference difference;
    BUFFER sentence = {0};
    KQ_TRY(examine(context, &arena, &diagnosis, &difference, error));
    kq_diagnosis_append_sentence(&diagnosis, true, &sentence);
    KQ_ENSURE_MEMORY(!sentence.failed, error);
    return KQ_OK;
}

/* A mistake that is found late, so that most of the table is tried first. */
static void test_examining_without_memory(void **state)
{
    struct question question = question_of(
        *state, KQ_SLICE("app_id=2014&biz_content={\"a\":\"卡 x\"}&charset=utf-8&method=M&sign_type="
                         "RSA2&timestamp=2014-07-24 03:07:50&version=1.0"));
    fail_each_allocation(examine_once, &question);
}

#define ANSWER "{\"code\":\"10000\",\"memo\":\"卡\"}"

static void test_an_answer_without_memory(void **state)
{
    ARENA arena = {0};
    struct kq_error error = {0};
    struct kq_diagnosis diagnosis;
    struct kq_difference difference;
    struct scene *scene = *state;
    struct question question = question_of(scene, KQ_SLICE(ANSWER));
    question.request = KQ_SLICE("{\"a_response\":" ANSWER ",\"sign\":\"x\"}");
    scene->keys[0].role = KQ_ROLE_GATEWAY;
    assert_ok(examine(&question, &arena, &diagnosis, &difference, &error), &error);
    assert_int_equal(diagnosis.verdict, KQ_VERDICT_VERIFIES);
    fail_each_allocation(examine_once, &question);
    scene->keys[0].role = KQ_ROLE_REGISTERED;
    assert_ok(examine(&question, &arena, &diagnosis, &difference, &error), &error);
    assert_int_equal(diagnosis.verdict, KQ_VERDICT_EXPLAINED);
    fail_each_allocation(examine_once, &question);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_right_one_verifies),     cmocka_unit_test(test_one_mistake),
        cmocka_unit_test(test_two_mistakes_at_once),     cmocka_unit_test(test_work_is_bounded),
        cmocka_unit_test(test_a_signature_of_nobody),    cmocka_unit_test(test_sentences_in_both_languages),
        cmocka_unit_test(test_examining_without_memory), cmocka_unit_test(test_an_answer_without_memory),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

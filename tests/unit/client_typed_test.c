/* SPDX-License-Identifier: Apache-2.0 */
#include "client/typed.h"

#include "client_support.h"
#include "kaquan_methods.h"

/* Typed calls: what they send, what they read, and whose fault it is where they cannot. */

typedef struct kq_alipay_marketing_voucher_send_request send_request;
typedef struct kq_alipay_marketing_voucher_batchsend_request batch_request;
typedef struct kq_alipay_marketing_voucher_batchsend_request_vouchers batch_recipient;
typedef struct kq_alipay_marketing_voucher_batchsend_answer batch_answer;
typedef struct kq_alipay_marketing_voucher_templatelist_query_request list_request;
typedef struct kq_alipay_marketing_voucher_templatelist_query_answer list_answer;
typedef struct kq_alipay_pass_instance_add_answer pass_answer;

static void assert_written(const struct kq_client_method *method, const void *request, const char *expected)
{
    BUFFER json = {0};
    struct kq_error error = {0};
    assert_ok(kq_typed_write(method->request, request, &json, &error), &error);
    assert_slice(kq_buffer_slice(&json), kq_slice_of(expected));
}

static void assert_not_written(const struct kq_client_method *method, const void *request, const char *why)
{
    BUFFER json = {0};
    struct kq_error error = {0};
    assert_failed(kq_typed_write(method->request, request, &json, &error), &error, KQ_E_USAGE);
    assert_string_equal(kq_error_message(&error), why);
}

#define SEND (&kq_alipay_marketing_voucher_send_method)
#define BATCH (&kq_alipay_marketing_voucher_batchsend_method)
#define LIST (&kq_alipay_marketing_voucher_templatelist_query_method)
#define ADD_PASS (&kq_alipay_pass_instance_add_method)

static void test_what_is_set_is_sent(void **state)
{
    (void)state;
    send_request request = {0};
    request.template_id = "T1";
    request.user_id = "2088";
    request.out_biz_no = "a\"b";
    request.amount = "9.99";
    assert_written(
        SEND, &request,
        "{\"template_id\":\"T1\",\"user_id\":\"2088\",\"out_biz_no\":\"a\\\"b\",\"amount\":\"9.99\"}");
}

static void test_numbers_and_lists(void **state)
{
    (void)state;
    list_request list = {.page_num = KQ_NUMBER(0), .page_size = KQ_NUMBER(-3)};
    list.create_start_time = "2017-01-01 00:00:01";
    list.create_end_time = "2017-01-02 00:00:01";
    assert_written(LIST, &list,
                   "{\"create_start_time\":\"2017-01-01 00:00:01\",\"create_end_time\":\"2017-01-02 "
                   "00:00:01\",\"page_num\":0,\"page_size\":-3}");
    const batch_recipient recipients[] = {{"1"}, {"2"}};
    batch_request batch = {
        .template_id = "T", .out_biz_no = "o", .vouchers = recipients, .vouchers_count = 2};
    assert_written(BATCH, &batch,
                   "{\"template_id\":\"T\",\"vouchers\":[{\"user_id\":\"1\"},{\"user_id\":\"2\"}],"
                   "\"out_biz_no\":\"o\"}");
    batch.vouchers_count = 0;
    assert_written(BATCH, &batch, "{\"template_id\":\"T\",\"vouchers\":[],\"out_biz_no\":\"o\"}");
}

static void test_what_cannot_be_sent_is_named(void **state)
{
    (void)state;
    send_request request = {.template_id = "T"};
    assert_not_written(SEND, &request, "out_biz_no is missing");
    request.out_biz_no = "\xff";
    assert_not_written(SEND, &request, "out_biz_no: not UTF-8");
    const batch_recipient recipients[] = {{"1"}, {NULL}};
    batch_request batch = {
        .template_id = "T", .out_biz_no = "o", .vouchers = recipients, .vouchers_count = 2};
    assert_not_written(BATCH, &batch, "vouchers: item 1: user_id is missing");
}

/* Reads a JSON text as an answer of the method's. */
static struct kq_result read_as(const struct kq_client_method *method, const char *json,
                                struct kq_arena *arena, void *answer, struct kq_error *error)
{
    const struct kq_json *object = NULL;
    KQ_TRY(kq_json_read(kq_slice_of(json), arena, &object, error));
    return kq_typed_read(method->answer, object, arena, answer, error);
}

/* C's own true is KQ_TRUE; what is neither is not taken for either. */
static void test_flags(void **state)
{
    (void)state;
    typedef struct kq_alipay_user_pass_grouplist_query_request wallet_request;
    const struct kq_client_method *method = &kq_alipay_user_pass_grouplist_query_method;
    wallet_request request = {.user_id = "1", .group_type = "card", .time_status = "CURRENT"};
    request.page_num = KQ_NUMBER(1);
    request.page_size = KQ_NUMBER(1);
    static const char *const expected[] = {
        [KQ_UNSET] = "",
        [KQ_TRUE] = ",\"need_shopinfo\":true",
        [KQ_FALSE] = ",\"need_shopinfo\":false",
    };
    for (size_t i = 0; i < KQ_COUNT(expected); i++) {
        BUFFER json = {0};
        struct kq_error error = {0};
        request.need_shopinfo = (enum kq_flag_value)i;
        assert_ok(kq_typed_write(method->request, &request, &json, &error), &error);
        assert_non_null(strstr(json.data, expected[i]));
    }
    assert_int_equal(KQ_TRUE, true);
    request.need_shopinfo = (enum kq_flag_value)7;
    assert_not_written(method, &request, "need_shopinfo: neither KQ_TRUE nor KQ_FALSE");
}

/* A method of the program's own. */
struct tree {
    const struct tree *children;
    size_t children_count;
};

extern const struct kq_client_layout tree_layout;
static const struct kq_client_field tree_fields[] = {
    {"children", KQ_CLIENT_FIELD_STRUCT_LIST, 0, offsetof(struct tree, children),
     offsetof(struct tree, children_count), &tree_layout},
};
const struct kq_client_layout tree_layout = {tree_fields, 1, sizeof(struct tree)};

static void test_layouts_that_cannot_be(void **state)
{
    (void)state;
    static const struct kq_client_field none[] = {{"a", KQ_CLIENT_FIELD_STRUCT, 0, 0, 0, NULL}};
    static const struct kq_client_layout without = {none, 1, sizeof(void *)};
    struct kq_error error = {0};
    assert_failed(kq_typed_check(&without, &error), &error, KQ_E_USAGE);
    assert_string_equal(kq_error_message(&error), "a: its members are missing");
    error = (struct kq_error){0};
    assert_failed(kq_typed_check(&tree_layout, &error), &error, KQ_E_USAGE);
}

static void test_answers_are_read(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_error error = {0};
    batch_answer batch = {0};
    assert_ok(
        read_as(BATCH,
                "{\"code\":\"10000\",\"vouchers\":[{\"user_id\":\"1\",\"total_amount\":10.50,\"more\":[]},"
                "{\"user_id\":2,\"voucher_id\":null,\"code\":\"\"}]}",
                &arena, &batch, &error),
        &error);
    assert_int_equal(batch.vouchers_count, 2);
    assert_string_equal(batch.vouchers[0].user_id, "1");
    assert_string_equal(batch.vouchers[0].total_amount, "10.50");
    assert_string_equal(batch.vouchers[1].user_id, "2");
    assert_null(batch.vouchers[1].voucher_id);
    assert_null(batch.vouchers[1].code);
    list_answer list = {0};
    assert_ok(read_as(LIST, "{\"total_num\":\"12\",\"current_num\":-1}", &arena, &list, &error), &error);
    pass_answer pass = {0};
    assert_ok(read_as(ADD_PASS, "{\"success\":\"true\"}", &arena, &pass, &error), &error);
    assert_int_equal(pass.success, KQ_TRUE);
    assert_ok(read_as(ADD_PASS, "{\"success\":false}", &arena, &pass, &error), &error);
    assert_int_equal(pass.success, KQ_FALSE);
}

static void assert_not_read(const struct kq_client_method *method, const char *json, const char *why)
{
    ARENA arena = {0};
    struct kq_error error = {0};
    char answer[4096] = {0};
    assert_failed(read_as(method, json, &arena, answer, &error), &error, KQ_E_ANSWER);
    assert_string_equal(kq_error_message(&error), why);
}

static void test_a_field_of_another_kind_is_named(void **state)
{
    (void)state;
    assert_not_read(BATCH, "{\"vouchers\":{}}", "vouchers: not a list");
    assert_not_read(BATCH, "{\"vouchers\":[1]}", "vouchers: item 0: not an object");
    assert_not_read(BATCH, "{\"vouchers\":[{\"user_id\":[]}]}", "vouchers: item 0: user_id: not a text");
    assert_not_read(ADD_PASS, "{\"success\":\"yes\"}", "success: neither true nor false");
}

static void test_a_whole_call(void **state)
{
    (void)state;
    ARENA arena = {0};
    GATEWAY gateway = fake_gateway_start(echo_script, NULL);
    const struct kq_client_options options = fake_options(&arena, gateway);
    CLIENT client = open_client(&options);
    struct kq_client_error error;
    struct kq_alipay_marketing_voucher_send_answer answer;
    send_request request = {.template_id = "T", .out_biz_no = "o"};
    assert_status(kq_alipay_marketing_voucher_send(client, &request, &answer, &error), KQ_CLIENT_OK, &error);
    assert_string_equal(answer.answer->response, "{\"code\":\"10000\",\"msg\":\"Success\",\"echo\":{"
                                                 "\"template_id\":\"T\",\"out_biz_no\":\"o\"}}");
    kq_client_answer_free(answer.answer);
    request.out_biz_no = NULL;
    assert_status(kq_alipay_marketing_voucher_send(client, &request, &answer, &error), KQ_CLIENT_USAGE,
                  &error);
    assert_null(answer.answer);
    assert_string_equal(error.message, "out_biz_no is missing");
    assert_int_equal(fake_gateway_requests(gateway), 1);
}

static void read_it(void *data, enum kq_client_status status, struct kq_client_answer *from,
                    const struct kq_client_error *error)
{
    struct kq_alipay_marketing_voucher_send_answer answer;
    struct kq_client_error reading = {.status = KQ_CLIENT_USAGE}; /* of an earlier call */
    (void)error;
    *(int *)data = (int)status + 1;
    assert_status(kq_alipay_marketing_voucher_send_read(from, &answer, &reading), KQ_CLIENT_OK, &reading);
    assert_null(answer.voucher_id);
    assert_ptr_equal(answer.answer, from);
    kq_client_answer_free(from);
}

static void test_what_was_not_answered_cannot_be_read(void **state)
{
    (void)state;
    struct kq_alipay_marketing_voucher_send_answer answer;
    struct kq_client_error error;
    assert_status(kq_alipay_marketing_voucher_send_read(NULL, &answer, &error), KQ_CLIENT_ANSWER, &error);
    assert_string_equal(error.message, "there is no verified answer to be read");
    assert_null(answer.answer);
    assert_null(answer.voucher_id);
}

/* A signed success with a field of another kind. */
static void answer_wrongly(void *data, const struct kq_private_key *key, const struct fake_request *request,
                           struct fake_reply *reply)
{
    (void)data;
    (void)request;
    put_answer(&reply->bytes, key, FAKE_METHOD,
               KQ_SLICE("{\"code\":\"10000\",\"msg\":\"Success\",\"voucher_id\":{}}"));
}

static void test_an_answer_that_cannot_be_read_is_no_success(void **state)
{
    (void)state;
    ARENA arena = {0};
    GATEWAY gateway = fake_gateway_start(answer_wrongly, NULL);
    const struct kq_client_options options = fake_options(&arena, gateway);
    CLIENT client = open_client(&options);
    struct kq_alipay_marketing_voucher_send_answer answer;
    struct kq_client_error error;
    send_request request = {.template_id = "T", .out_biz_no = "o"};
    assert_status(kq_alipay_marketing_voucher_send(client, &request, &answer, &error), KQ_CLIENT_ANSWER,
                  &error);
    assert_string_equal(error.message, "voucher_id: not a text");
    assert_string_equal(error.code, "");
    kq_client_answer_free(answer.answer);
}

static void test_a_whole_call_on_a_loop(void **state)
{
    (void)state;
    ARENA arena = {0};
    GATEWAY gateway = fake_gateway_start(echo_script, NULL);
    const struct kq_client_options options = fake_options(&arena, gateway);
    CLIENT client = open_client(&options);
    struct kq_client_loop *loop = NULL;
    struct kq_client_error error;
    int ended = 0;
    send_request request = {.template_id = "T", .out_biz_no = "o"};
    assert_status(kq_client_loop_open(client, NULL, &loop, &error), KQ_CLIENT_OK, &error);
    assert_status(kq_alipay_marketing_voucher_send_submit(loop, &request, read_it, &ended, &error),
                  KQ_CLIENT_OK, &error);
    assert_int_equal(kq_client_loop_wait(loop, 10000), 0);
    assert_int_equal(ended, KQ_CLIENT_OK + 1);
    kq_client_loop_close(loop);
}

static struct kq_result write_and_read(void *context, struct kq_error *error)
{
    (void)context;
    ARENA arena = {0};
    BUFFER json = {0};
    batch_answer answer = {0};
    const batch_recipient recipients[] = {{"1"}};
    batch_request batch = {
        .template_id = "T", .out_biz_no = "o", .vouchers = recipients, .vouchers_count = 1};
    KQ_TRY(kq_typed_write(BATCH->request, &batch, &json, error));
    return read_as(BATCH, "{\"vouchers\":[{\"user_id\":\"1\",\"voucher_id\":\"v\"}]}", &arena, &answer,
                   error);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    fail_each_allocation(write_and_read, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_set_is_sent),
        cmocka_unit_test(test_numbers_and_lists),
        cmocka_unit_test(test_what_cannot_be_sent_is_named),
        cmocka_unit_test(test_flags),
        cmocka_unit_test(test_layouts_that_cannot_be),
        cmocka_unit_test(test_answers_are_read),
        cmocka_unit_test(test_a_field_of_another_kind_is_named),
        cmocka_unit_test(test_a_whole_call),
        cmocka_unit_test(test_what_was_not_answered_cannot_be_read),
        cmocka_unit_test(test_an_answer_that_cannot_be_read_is_no_success),
        cmocka_unit_test(test_a_whole_call_on_a_loop),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests_name("client_typed", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway_support.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "wire/content_cipher.h"
#include "wire/envelope.h"
#include "wire/signature.h"

/* The shortest that there are: a signature is what these tests spend their time on, most of all under
 * valgrind. */
#define KEY_BITS KQ_KEY_MIN_BITS

struct fake_store fake;
struct fixture fixture;

static bool must_fail(struct kq_operation *operation)
{
    fake.calls++;
    if (fake.calls != fake.fail_at) {
        return false;
    }
    return !kq_fail(&operation->error, fake.failure, "as the test wants").ok;
}

static struct kq_result fake_reader_open(struct kq_store *store, struct kq_reader **reader,
                                         struct kq_error *error)
{
    (void)error;
    fake.reader.functions = store->functions;
    *reader = &fake.reader;
    return KQ_OK;
}

static void fake_reader_close(struct kq_reader *reader)
{
    (void)reader;
}

static void fill_application(const struct fake_application *from, struct kq_application *to)
{
    static const struct kq_slice wallet = {.data = WALLET, .size = sizeof(WALLET) - 1};
    static struct kq_application_limit limits[APP_COUNT];
    struct kq_application_limit *limit = &limits[from - fake.applications];
    limit->per_second = from->per_second;
    *to = (struct kq_application){
        .app_id = kq_slice_of(from->app_id),
        .pid = kq_slice_of(from->pid),
        .state = from->disabled ? KQ_APPLICATION_DISABLED : KQ_APPLICATION_ACTIVE,
        .permissions = &wallet,
        .permission_count = from->may_see_wallets ? 1 : 0,
        .limits = limit,
        .limit_count = from->per_second > 0 ? 1 : 0,
        .content_key = from->content_key,
    };
    for (size_t type = 0; type < KQ_SIGN_TYPE_COUNT; type++) {
        to->keys[type] = (struct kq_application_keys){
            .current = from->key,
            .next = from->next_key,
            .current_certificate = from->certificate,
            .next_certificate = from->next_certificate,
        };
    }
}

static void get_application(struct kq_op_application_get *get)
{
    get->found = false;
    for (size_t i = 0; i < APP_COUNT && !get->found; i++) {
        get->found = kq_slice_equal(get->app_id, kq_slice_of(fake.applications[i].app_id));
        if (get->found) {
            fill_application(&fake.applications[i], &get->application);
        }
    }
}

static void fake_read(struct kq_reader *reader, struct kq_operation *operation)
{
    (void)reader;
    if (must_fail(operation)) {
        return;
    }
    if (operation->kind == KQ_OP_APPLICATION_GET) {
        get_application(&operation->application_get);
    } else if (operation->kind == KQ_OP_VOUCHER_LIST) {
        operation->voucher_list.template_found = true;
        operation->voucher_list.template = (struct kq_template){
            .template_id = operation->voucher_list.template_id,
            .pid = KQ_SLICE("2088102015433735"),
            .state = KQ_TEMPLATE_EFFECTIVE,
        };
    } else if (operation->kind == KQ_OP_GRANT_GET) {
        operation->grant_get.found = true;
        operation->grant_get.grant = (struct kq_grant){
            .app_id = kq_slice_of(fake.applications[APP].app_id),
            .pid = kq_slice_of(fake.applications[STRANGER_APP].pid),
            .expires_s = NOW_MS / 1000 + 60,
        };
    } else {
        assert_true(operation->kind == KQ_OP_HEALTH || operation->kind == KQ_OP_WALLET);
    }
}

static uint64_t fake_revision(struct kq_reader *reader)
{
    (void)reader;
    return fake.revision;
}

static void issue(struct kq_operation *operation)
{
    assert_int_equal(operation->kind, KQ_OP_ISSUE);
    fake.issues++;
    fake.revision++;
    operation->issue.result.voucher = (struct kq_voucher){
        .voucher_id = kq_arena_print(operation->arena, "20160906000730020020%08u", fake.issues),
        .user_id = operation->issue.request.recipient.value,
    };
    if (operation->issue.result.voucher.voucher_id.data == NULL) {
        KQ_IGNORE(kq_fail(&operation->error, KQ_E_NO_MEMORY, "%s", ""));
    }
}

static void fake_submit(struct kq_store *store, struct kq_submission *submission)
{
    (void)store;
    if (fake.keeps_waiting) {
        submission->next = fake.submission;
        fake.submission = submission;
        return;
    }
    if (!must_fail(submission->operation)) {
        issue(submission->operation);
    }
    submission->complete(submission);
}

void complete_writes(void)
{
    struct kq_submission *oldest_first = NULL;
    while (fake.submission != NULL) {
        struct kq_submission *next = fake.submission->next;
        fake.submission->next = oldest_first;
        oldest_first = fake.submission;
        fake.submission = next;
    }
    while (oldest_first != NULL) {
        struct kq_submission *next = oldest_first->next;
        issue(oldest_first->operation);
        oldest_first->complete(oldest_first);
        oldest_first = next;
    }
}

static int64_t fake_wall_ms(const struct kq_clock *clock)
{
    (void)clock;
    return fake.wall_ms;
}

static int64_t fake_business_ms(const struct kq_clock *clock)
{
    (void)clock;
    return fake.business_ms;
}

static int64_t fake_monotonic_us(const struct kq_clock *clock)
{
    (void)clock;
    fake.monotonic_us += fake.tick_us;
    return fake.monotonic_us;
}

static void fake_random(const struct kq_clock *clock, void *bytes, size_t size_bytes)
{
    (void)clock;
    memset(bytes, 7, size_bytes);
}

static const struct kq_clock fake_clock = {
    .wall_ms = fake_wall_ms,
    .business_ms = fake_business_ms,
    .monotonic_us = fake_monotonic_us,
    .random = fake_random,
};

static const struct kq_store_functions fake_functions = {
    .name = "fake",
    .reader_open = fake_reader_open,
    .reader_close = fake_reader_close,
    .read = fake_read,
    .revision = fake_revision,
    .submit = fake_submit,
};

int make_keys(void **state)
{
    (void)state;
    struct kq_slice der;
    struct kq_arena *arena = &fixture.arena;
    assert_true(kq_private_key_generate(KEY_BITS, &fixture.gateway_key, NULL).ok);
    assert_true(kq_private_key_generate(KEY_BITS, &fixture.app_key, NULL).ok);
    assert_true(kq_private_key_generate(KEY_BITS, &fixture.other_key, NULL).ok);
    assert_true(kq_private_key_export_public(fixture.app_key, arena, &fixture.app_public, NULL).ok);
    assert_true(kq_private_key_export_public(fixture.other_key, arena, &fixture.other_public, NULL).ok);
    assert_true(kq_private_key_export_public(fixture.gateway_key, arena, &der, NULL).ok);
    assert_true(kq_public_key_load_der(der, &fixture.gateway_public, NULL).ok);
    return 0;
}

int free_keys(void **state)
{
    (void)state;
    kq_private_key_free(fixture.gateway_key);
    kq_private_key_free(fixture.app_key);
    kq_private_key_free(fixture.other_key);
    kq_public_key_free(fixture.gateway_public);
    kq_arena_free(&fixture.arena);
    return 0;
}

static void wake(struct kq_call *call)
{
    (void)call;
    fixture.woken++;
}

void reopen_gateway(size_t memo_bytes, unsigned max_wait_ms)
{
    kq_gateway_close(fixture.gateway);
    fixture.gateway = NULL;
    struct kq_gateway_settings settings = {
        .store = &fake.store,
        .private_key = fixture.gateway_key,
        .certificates = {.sn = KQ_SLICE(GATEWAY_SN), .roots_sn = KQ_SLICE(ROOTS_SN)},
        .metrics = fixture.metrics,
        .limits = fixture.limits,
        .nonces = fixture.nonces,
        .clock_skew_s = KQ_CLOCK_SKEW_DEFAULT_S,
        .memo_bytes = memo_bytes,
        .max_wait_ms = max_wait_ms,
    };
    assert_true(kq_gateway_open(&settings, &fixture.gateway, NULL).ok);
}

int open_gateway(void **state)
{
    (void)state;
    fake = (struct fake_store){
        .store = {.functions = &fake_functions, .clock = &fake_clock},
        .applications =
            {
                [APP] = {"2014072300007148", "2088102015433735", .key = fixture.app_public},
                [SISTER_APP] = {"2014072300007149", "2088102015433735", .key = fixture.app_public},
                [STRANGER_APP] = {"2014072300007150", "2088102015430000", .key = fixture.app_public},
            },
        .revision = 1,
        .wall_ms = NOW_MS,
        .business_ms = NOW_MS,
    };
    assert_true(kq_metrics_open(&fixture.metrics, NULL).ok);
    reopen_gateway(MEMO_BYTES, KQ_MAX_WAIT_MS_DEFAULT);
    kq_call_init(&fixture.call);
    fixture.call.wake = wake;
    return 0;
}

int close_gateway(void **state)
{
    (void)state;
    kq_memory_fail_at(0);
    kq_call_free(&fixture.call);
    kq_gateway_close(fixture.gateway);
    fixture.gateway = NULL;
    kq_rate_limits_close(fixture.limits);
    fixture.limits = NULL;
    kq_nonces_close(fixture.nonces);
    fixture.nonces = NULL;
    kq_metrics_close(fixture.metrics);
    kq_buffer_free(&fixture.query);
    return 0;
}

static void add_to_query(struct kq_buffer *query, struct kq_slice name, struct kq_slice value)
{
    if (query->size > 0) {
        kq_buffer_append_byte(query, '&');
    }
    kq_buffer_append(query, name);
    kq_buffer_append_byte(query, '=');
    kq_form_encode(value, query);
}

static const char *or_else(const char *given, const char *otherwise)
{
    return given == NULL ? otherwise : given;
}

static struct kq_content_key *load_content_key(void)
{
    struct kq_content_key *key = NULL;
    assert_true(kq_content_key_load_bytes(KQ_SLICE(CONTENT_KEY), &key, NULL).ok);
    return key;
}

static void encrypt(struct kq_buffer *text)
{
    struct kq_buffer plain KQ_CLEANUP(kq_buffer_free) = *text;
    struct kq_content_key *key = load_content_key();
    *text = (struct kq_buffer){0};
    assert_true(kq_content_encrypt(key, kq_buffer_slice(&plain), text, NULL).ok);
    kq_content_key_free(key);
}

struct kq_slice decrypted(struct kq_slice response)
{
    struct kq_buffer plain KQ_CLEANUP(kq_buffer_free) = {0};
    struct kq_content_key *key = load_content_key();
    assert_true(response.size > 2 && response.data[0] == '"' && response.data[response.size - 1] == '"');
    struct kq_slice base64 = {.data = response.data + 1, .size = response.size - 2};
    assert_true(kq_content_decrypt(key, base64, &plain, NULL).ok);
    kq_content_key_free(key);
    struct kq_slice kept = kq_arena_copy(&fixture.arena, kq_buffer_slice(&plain));
    assert_non_null(kept.data);
    return kept;
}

void sign_request(const struct request *request, struct kq_buffer *query)
{
    struct kq_arena arena KQ_CLEANUP(kq_arena_free) = {0};
    struct kq_buffer signature KQ_CLEANUP(kq_buffer_free) = {0};
    struct kq_buffer biz_content KQ_CLEANUP(kq_buffer_free) = {0};
    struct kq_params params;
    struct kq_slice text;
    enum kq_charset charset = KQ_CHARSET_UTF8;
    enum kq_sign_type sign_type = KQ_SIGN_RSA2;
    const char *charset_text = or_else(request->charset, "utf-8");
    const char *sign_type_text = or_else(request->sign_type, "RSA2");
    assert_true(kq_charset_parse(kq_slice_of(charset_text), &charset, NULL).ok);
    assert_true(kq_sign_type_parse(kq_slice_of(sign_type_text), &sign_type));
    struct kq_slice utf8 = kq_slice_of(or_else(request->biz_content, SEND_BIZ));
    assert_true(kq_charset_encode_text(charset, utf8, &biz_content, NULL).ok);
    if (request->encrypts) {
        encrypt(&biz_content);
    }
    const struct kq_param public[] = {
        {KQ_SLICE("app_id"), kq_slice_of(fake.applications[request->app].app_id)},
        {KQ_SLICE("method"), kq_slice_of(or_else(request->method, SEND))},
        {KQ_SLICE("charset"), kq_slice_of(charset_text)},
        {KQ_SLICE("sign_type"), kq_slice_of(sign_type_text)},
        {KQ_SLICE("timestamp"), kq_slice_of(or_else(request->timestamp, NOW_TEXT))},
        {KQ_SLICE("version"), KQ_SLICE("1.0")},
        {KQ_SLICE("biz_content"), kq_buffer_slice(&biz_content)},
        {KQ_SLICE("app_auth_token"), kq_slice_of(request->token)},
        {KQ_SLICE("app_cert_sn"), kq_slice_of(request->app_cert_sn)},
        {KQ_SLICE("alipay_root_cert_sn"), kq_slice_of(request->root_cert_sn)},
        {KQ_SLICE("encrypt_type"), kq_slice_of(request->encrypt_type)},
    };
    kq_buffer_clear(query);
    kq_params_init(&params, &arena);
    for (size_t i = 0; i < KQ_COUNT(public); i++) {
        if (public[i].value.size > 0) {
            assert_true(kq_params_add(&params, public[i].name, public[i].value, NULL).ok);
            add_to_query(query, public[i].name, public[i].value);
        }
    }
    const struct kq_private_key *key = request->key == NULL ? fixture.app_key : request->key;
    assert_true(kq_string_to_sign(&params, &text, NULL).ok);
    assert_true(kq_sign(key, sign_type, text, &signature, NULL).ok);
    add_to_query(query, KQ_SLICE("sign"), kq_buffer_slice(&signature));
    assert_false(query->failed);
}

void sign_call(const char *method, const char *biz_content)
{
    const struct request request = {.method = method, .biz_content = biz_content};
    sign_request(&request, &fixture.query);
}

void run_call(void)
{
    kq_call_reset(&fixture.call);
    fixture.call.query = kq_buffer_slice(&fixture.query);
    finish_call();
}

void finish_call(void)
{
    fixture.woken = 0;
    enum kq_call_progress progress = kq_gateway_start(fixture.gateway, &fixture.call);
    if (progress == KQ_CALL_WAITING) {
        assert_int_equal(fixture.woken, 1);
        progress = kq_gateway_resume(fixture.gateway, &fixture.call);
        assert_int_not_equal(progress, KQ_CALL_WAITING);
    }
    if (progress == KQ_CALL_UNSIGNED) {
        assert_true(kq_gateway_unsigned(fixture.gateway) > 0);
        assert_ptr_equal(kq_gateway_sign_next(fixture.gateway), &fixture.call);
    }
    assert_int_equal(kq_gateway_unsigned(fixture.gateway), 0);
    assert_false(fixture.call.has_place);
}

void run_request(const struct request *request)
{
    sign_request(request, &fixture.query);
    run_call();
}

void begin_call(struct kq_call *call, const struct kq_buffer *query)
{
    kq_call_init(call);
    call->wake = wake;
    call->query = kq_buffer_slice(query);
}

struct kq_slice verified_response_of(const struct kq_call *call, const char *name)
{
    struct kq_arena arena KQ_CLEANUP(kq_arena_free) = {0};
    struct kq_envelope envelope;
    bool is_gbk = call->charset != KQ_CHARSET_UTF8;
    assert_true(kq_envelope_split(kq_buffer_slice(&call->answer), is_gbk, &envelope, NULL).ok);
    assert_true(kq_slice_equal(envelope.name, kq_slice_of(name)));
    assert_true(kq_verify(fixture.gateway_public, call->answer_sign_type, envelope.response, envelope.sign,
                          &arena, NULL)
                    .ok);
    return envelope.response;
}

struct kq_slice verified_response(const char *name)
{
    return verified_response_of(&fixture.call, name);
}

void assert_response(const char *name, const char *expected)
{
    struct kq_slice response = verified_response(name);
    assert_int_equal(response.size, strlen(expected));
    assert_memory_equal(response.data, expected, response.size);
}

uint64_t counted(const char *name)
{
    const struct kq_digest_cache_counts memo[KQ_MEMO_KIND_COUNT] = {0};
    const struct kq_diagnosis_counts diagnoses = {.item_count = 0};
    const struct kq_gauges gauges = {.memo = memo, .diagnoses = &diagnoses};
    char line[128];
    struct kq_buffer shown KQ_CLEANUP(kq_buffer_free) = {0};
    snprintf(line, sizeof(line), "\n%s ", name);
    kq_metrics_append(&shown, &fixture.metrics, 1, &gauges);
    assert_false(shown.failed);
    const char *found = strstr(shown.data, line);
    assert_non_null(found);
    return strtoull(found + strlen(line), NULL, 10);
}

/* Calls that nobody has begun before: each needs a signature. */
static void sign_fresh(struct kq_buffer *query)
{
    static unsigned number;
    char biz_content[256];
    snprintf(biz_content, sizeof(biz_content), SEND_BIZ_OF("fresh-%u"), ++number);
    const struct request request = {.biz_content = biz_content};
    sign_request(&request, query);
}

size_t count_places(void)
{
    static struct kq_call calls[PLACES_MAX];
    static struct kq_buffer queries[PLACES_MAX];
    bool kept_waiting = fake.keeps_waiting;
    size_t count = 0;
    bool has_place = true;
    fake.keeps_waiting = true;
    while (has_place) {
        assert_true(count < PLACES_MAX);
        sign_fresh(&queries[count]);
        begin_call(&calls[count], &queries[count]);
        has_place = kq_gateway_start(fixture.gateway, &calls[count]) == KQ_CALL_WAITING;
        count += has_place ? 1 : 0;
    }
    fake.keeps_waiting = kept_waiting;
    complete_writes();
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(kq_gateway_resume(fixture.gateway, &calls[i]), KQ_CALL_UNSIGNED);
    }
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(kq_gateway_sign_next(fixture.gateway), &calls[i]);
    }
    for (size_t i = 0; i <= count; i++) {
        assert_true(calls[i].answer.size > 0);
        kq_call_free(&calls[i]);
        kq_buffer_free(&queries[i]);
    }
    return count;
}

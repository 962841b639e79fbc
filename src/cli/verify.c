/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "cli/commands.h"
#include "cli/data.h"
#include "cli/keys.h"
#include "cli/locale.h"
#include "cli/request_input.h"
#include "cli/shown.h"
#include "doctor/examine.h"
#include "server/suspects.h"
#include "wire/json.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_REQUEST_FILE,
    {.name = "public-key",
     .kind = KQ_FLAG_LIST,
     .value = "FILE",
     .text = "the public key that should fit; with several, the others are suspects"},
    {.name = "private-key",
     .kind = KQ_FLAG_TEXT,
     .value = "FILE",
     .text = "the private key that you sign with: is its public half the one that is registered?"},
    {.name = "gateway-public-key",
     .kind = KQ_FLAG_TEXT,
     .value = "FILE",
     .text = "the gateway's public key, which notifications and answers are verified with"},
    {.name = "data",
     .kind = KQ_FLAG_TEXT,
     .value = "DIR",
     .text = "a data directory: take the keys that are registered there, of the application and of the "
             "first 128 (256 keys at most)"},
    {.name = "app-id",
     .kind = KQ_FLAG_TEXT,
     .value = "ID",
     .text = "the application, where the request does not name it"},
    {.name = "sign",
     .kind = KQ_FLAG_TEXT,
     .value = "BASE64",
     .text = "the signature, where the request has none"},
};

/* Some hundred thousand combinations of an ordinary request's mistakes, half a second at most. */
#define WORK_MAX ((size_t)384 << 20)
#define OPENINGS_MAX 2048
#define KEYS_MAX (KQ_SUSPECTS_MAX + 64)

/* What is asked, and what came out. */
struct case_file {
    struct kq_buffer input;
    struct kq_sent_request request;
    struct kq_doctor_key keys[KEYS_MAX];
    size_t key_count;
    struct kq_diagnosis diagnosis;
    struct kq_difference difference;
};

static void free_case(struct case_file *file)
{
    kq_buffer_free(&file->input);
}

static struct kq_result add_key(struct case_file *file, struct kq_doctor_key key, struct kq_error *error)
{
    KQ_ENSURE(file->key_count < KEYS_MAX, error, KQ_E_USAGE, "that are more keys than %d", KEYS_MAX);
    file->keys[file->key_count++] = key;
    return KQ_OK;
}

static struct kq_result add_public(struct kq_invocation *invocation, struct case_file *file,
                                   struct kq_slice path, struct kq_doctor_key key, struct kq_error *error)
{
    struct kq_public_key *loaded KQ_CLEANUP(kq_public_key_cleanup) = NULL;
    KQ_TRY(kq_load_public_key(path.data, &loaded, error));
    KQ_TRY(kq_public_key_export(loaded, &invocation->arena, &key.der, error));
    key.label = path;
    return add_key(file, key, error);
}

/* The first is the one that should fit. */
static struct kq_result add_public_keys(struct kq_invocation *invocation, struct case_file *file,
                                        struct kq_error *error)
{
    size_t count = 0;
    const struct kq_slice *paths = kq_flag_list(invocation, "public-key", &count);
    for (size_t i = 0; i < count; i++) {
        const struct kq_doctor_key key = {
            .role = i == 0 ? KQ_ROLE_REGISTERED : KQ_ROLE_OTHER,
            .is_for_any = true,
        };
        KQ_TRY(add_public(invocation, file, paths[i], key, error));
    }
    return KQ_OK;
}

static struct kq_result add_own_key(struct kq_invocation *invocation, struct case_file *file,
                                    struct kq_error *error)
{
    struct kq_private_key *loaded KQ_CLEANUP(kq_private_key_cleanup) = NULL;
    struct kq_slice path = kq_flag_text(invocation, "private-key");
    struct kq_doctor_key key = {.role = KQ_ROLE_OWN, .label = path};
    if (path.size == 0) {
        return KQ_OK;
    }
    KQ_TRY(kq_load_private_key(path.data, &loaded, error));
    KQ_TRY(kq_private_key_export_public(loaded, &invocation->arena, &key.der, error));
    return add_key(file, key, error);
}

/* That of a data directory, which signs answers and notifications. */
static struct kq_result load_gateways(struct kq_invocation *invocation, const struct kq_data *data,
                                      struct kq_slice *der, struct kq_error *error)
{
    struct kq_public_key *gateway KQ_CLEANUP(kq_public_key_cleanup) = NULL;
    struct kq_slice path = kq_data_path(data->directory, KQ_PUBLIC_KEY_FILE_NAME, &invocation->arena);
    KQ_ENSURE_MEMORY(path.data != NULL, error);
    KQ_TRY(kq_load_public_key(path.data, &gateway, error));
    return kq_public_key_export(gateway, &invocation->arena, der, error);
}

/* Those that a data directory has. */
static struct kq_result add_registered(struct kq_invocation *invocation, struct case_file *file,
                                       struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    enum kq_sign_type sign_type = KQ_SIGN_RSA2;
    struct kq_suspects suspects;
    struct kq_slice der = KQ_SLICE_EMPTY;
    struct kq_slice given = kq_flag_text(invocation, "app-id");
    struct kq_slice app_id = given.size > 0 ? given : kq_request_find(&file->request, KQ_SLICE("app_id"));
    KQ_TRY(kq_data_open(invocation, &data, error));
    KQ_TRY(load_gateways(invocation, &data, &der, error));
    (void)kq_sign_type_parse(kq_request_find(&file->request, KQ_SLICE("sign_type")), &sign_type);
    KQ_TRY(kq_suspects_read(data.reader, app_id, sign_type, der, &invocation->arena, &suspects, error));
    bool is_known = suspects.count > 0 && suspects.keys[0].role == KQ_ROLE_REGISTERED;
    bool is_needed = !is_known && !kq_request_is_notification(&file->request) && file->key_count == 0;
    KQ_ENSURE(!is_needed || app_id.size > 0, error, KQ_E_BAD_INPUT,
              "the request has no app_id, which says whose key is looked for: add it, or give --app-id ID or "
              "--public-key FILE");
    KQ_ENSURE(!is_needed, error, KQ_E_NOT_FOUND,
              "there is no application %.*s with a key: `kaquan app list` shows them",
              KQ_SLICE_PRINT(app_id));
    for (size_t i = 0; i < suspects.count; i++) {
        KQ_TRY(add_key(file, suspects.keys[i], error));
    }
    return KQ_OK;
}

/* An answer has one key that fits. */
static struct kq_result add_gateways(struct kq_invocation *invocation, struct case_file *file,
                                     struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    struct kq_doctor_key key = {
        .role = KQ_ROLE_GATEWAY, .label = KQ_SLICE("the gateway"), .label_chinese = KQ_SLICE("网关")};
    if (kq_flag_is_given(invocation, "data")) {
        KQ_TRY(kq_data_open(invocation, &data, error));
        KQ_TRY(load_gateways(invocation, &data, &key.der, error));
        KQ_TRY(add_key(file, key, error));
    }
    KQ_ENSURE(
        file->key_count > 0, error, KQ_E_USAGE,
        "this is an answer of the gateway, whose public key verifies it: give --gateway-public-key FILE, "
        "or --data DIR of the gateway");
    return KQ_OK;
}

static struct kq_result add_keys(struct kq_invocation *invocation, struct case_file *file,
                                 struct kq_error *error)
{
    struct kq_slice gateway = kq_flag_text(invocation, "gateway-public-key");
    KQ_TRY(add_public_keys(invocation, file, error));
    if (!file->request.is_answer) {
        KQ_TRY(add_own_key(invocation, file, error));
    }
    if (gateway.size > 0) {
        KQ_TRY(add_public(invocation, file, gateway, (struct kq_doctor_key){.role = KQ_ROLE_GATEWAY}, error));
    }
    if (file->request.is_answer) {
        return add_gateways(invocation, file, error);
    }
    if (kq_flag_is_given(invocation, "data")) {
        KQ_TRY(add_registered(invocation, file, error));
    }
    KQ_ENSURE(
        file->key_count > 0, error, KQ_E_USAGE,
        "which key should fit? Give --public-key FILE, or --data DIR for those that are registered there");
    return KQ_OK;
}

static void append_sentence(const struct kq_diagnosis *diagnosis, const char *name, bool is_chinese,
                            struct kq_buffer *json)
{
    struct kq_buffer sentence KQ_CLEANUP(kq_buffer_free) = {0};
    kq_diagnosis_append_sentence(diagnosis, is_chinese, &sentence);
    kq_json_append_name(json, name);
    kq_json_append_string(json, kq_buffer_slice(&sentence));
    json->failed = json->failed || sentence.failed;
}

static struct kq_result append_findings(const struct case_file *file, struct kq_buffer *json,
                                        struct kq_error *error)
{
    kq_json_append_name(json, "findings");
    kq_buffer_append_byte(json, '[');
    for (size_t i = 0; i < file->diagnosis.finding_count; i++) {
        const struct kq_finding *finding = &file->diagnosis.findings[i];
        kq_json_append_separator(json);
        kq_buffer_append_byte(json, '{');
        kq_json_append_name(json, "name");
        kq_json_append_string(json, kq_slice_of(finding->advice->name));
        KQ_TRY(kq_request_append_json(&file->request, "subject", finding->subject, json, error));
        kq_buffer_append_byte(json, '}');
    }
    kq_buffer_append_byte(json, ']');
    return KQ_OK;
}

static struct kq_result append_strings(const struct case_file *file, struct kq_buffer *json,
                                       struct kq_error *error)
{
    const struct kq_diagnosis *diagnosis = &file->diagnosis;
    KQ_TRY(kq_request_append_json(&file->request, "string_to_sign", diagnosis->expected, json, error));
    if (diagnosis->signed_text.data != NULL) {
        KQ_TRY(kq_request_append_json(&file->request, "signed_string", diagnosis->signed_text, json, error));
    }
    if (file->difference.offset != SIZE_MAX) {
        kq_json_append_name(json, "difference");
        kq_buffer_print(json, "{\"offset\":%zu", file->difference.offset);
        kq_json_append_name(json, "expected");
        kq_json_append_string(json, file->difference.expected);
        kq_json_append_name(json, "signed");
        kq_json_append_string(json, file->difference.signed_text);
        kq_buffer_append_byte(json, '}');
    }
    return KQ_OK;
}

static struct kq_result print_json(const struct case_file *file, struct kq_error *error)
{
    struct kq_buffer json KQ_CLEANUP(kq_buffer_free) = {0};
    const struct kq_diagnosis *diagnosis = &file->diagnosis;
    kq_buffer_print(&json, "{\"verifies\":%s", diagnosis->verdict == KQ_VERDICT_VERIFIES ? "true" : "false");
    kq_json_append_name(&json, "verdict");
    kq_json_append_string(&json, kq_slice_of(kq_verdict_name(diagnosis->verdict)));
    append_sentence(diagnosis, "sentence", false, &json);
    append_sentence(diagnosis, "sentence_zh", true, &json);
    KQ_TRY(append_findings(file, &json, error));
    kq_json_append_name(&json, "read_as");
    kq_json_append_string(&json, kq_slice_of(kq_request_form_name(file->request.form)));
    if (diagnosis->key != NULL) {
        KQ_TRY(kq_request_append_json(&file->request, "signed_by", diagnosis->key->label, &json, error));
    }
    if (diagnosis->algorithm != NULL) {
        kq_json_append_name(&json, "digest");
        kq_json_append_string(&json, kq_slice_of(diagnosis->algorithm));
    }
    KQ_TRY(append_strings(file, &json, error));
    kq_buffer_append(&json, KQ_SLICE("}\n"));
    KQ_ENSURE_MEMORY(!json.failed, error);
    kq_print_json(stdout, kq_buffer_slice(&json));
    return KQ_OK;
}

static struct kq_result print(const struct case_file *file, struct kq_error *error)
{
    struct kq_buffer sentence KQ_CLEANUP(kq_buffer_free) = {0};
    const struct kq_diagnosis *diagnosis = &file->diagnosis;
    kq_diagnosis_append_sentence(diagnosis, kq_is_chinese(), &sentence);
    KQ_ENSURE_MEMORY(!sentence.failed, error);
    printf("%.*s\n", KQ_SLICE_PRINT(kq_buffer_slice(&sentence)));
    kq_request_print_form(&file->request);
    if (diagnosis->key != NULL) {
        struct kq_slice chinese = diagnosis->key->label_chinese;
        struct kq_slice label = kq_is_chinese() && chinese.size > 0 ? chinese : diagnosis->key->label;
        printf(kq_text("; the key is that of %.*s", "；密钥是 %.*s 的"), KQ_SLICE_PRINT(label));
    }
    if (diagnosis->algorithm != NULL) {
        printf(kq_text(", the digest %s", "，摘要算法 %s"), diagnosis->algorithm);
    }
    puts(kq_text(".", "。"));
    KQ_TRY(kq_request_print(&file->request, kq_request_heading(&file->request), diagnosis->expected, error));
    if (file->difference.offset == SIZE_MAX) {
        return KQ_OK;
    }
    KQ_TRY(kq_request_print(&file->request, kq_text("The string that was signed", "被签名的字符串"),
                            diagnosis->signed_text, error));
    printf(kq_text("They differ from byte %zu on:\n  to sign  %.*s\n  signed   %.*s\n",
                   "从第 %zu 个字节起不同：\n  应签名    %.*s\n  实际签名  %.*s\n"),
           file->difference.offset + 1, KQ_SLICE_PRINT(file->difference.expected),
           KQ_SLICE_PRINT(file->difference.signed_text));
    return KQ_OK;
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct case_file file KQ_CLEANUP(free_case) = {0};
    KQ_TRY(kq_request_input_read(invocation, &file.input, &file.request, error));
    KQ_TRY(add_keys(invocation, &file, error));
    const struct kq_examination examination = {
        .request = &file.request,
        .signature = kq_flag_text(invocation, "sign"),
        .keys = file.keys,
        .key_count = file.key_count,
        .openings_max = OPENINGS_MAX,
        .work_max = WORK_MAX,
    };
    KQ_TRY(kq_examine(&examination, &invocation->arena, &file.diagnosis, error));
    KQ_TRY(kq_diagnosis_compare(&file.diagnosis, &file.request, false, &invocation->arena, &file.difference,
                                error));
    if (file.diagnosis.verdict != KQ_VERDICT_VERIFIES) {
        invocation->exit_status = KQ_EXIT_REFUSED;
    }
    return invocation->json ? print_json(&file, error) : print(&file, error);
}

const struct kq_command kq_command_verify = {
    .name = "verify",
    .text = "verify a request's signature, or say in one sentence why it fails",
    .example =
        "kaquan verify --public-key app_public_key.pem 'https://openapi.alipay.com/gateway.do?app_id=…'",
    .more_examples =
        (const char *const[]){
            "kaquan verify --data demo --file request.txt        (keys that are registered in it)",
            "kaquan verify --public-key registered.pem --private-key app_private_key.pem --file entry.har",
            "grep 2014072300007148 access.log | tail -1 | kaquan verify --data demo --json", NULL},
    .operand = "REQUEST",
    .operand_optional = true,
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <unistd.h>

#include "cli/call_answer.h"
#include "cli/call_code.h"
#include "cli/call_method.h"
#include "cli/call_plan.h"
#include "cli/call_trace.h"
#include "cli/commands.h"
#include "cli/keys.h"
#include "cli/locale.h"
#include "cli/shown.h"
#include "kaquan.h"
#include "wire/base64.h"

static const struct kq_flag flags[] = {
    KQ_FLAGS_OF_A_CALLER(true),
    {.name = "profile",
     .kind = KQ_FLAG_TEXT,
     .value = "NAME",
     .text =
         "the profile that says all this (default: the file's own choice); see `kaquan profile set --help`"},
    {.name = "biz",
     .kind = KQ_FLAG_TEXT,
     .value = "JSON",
     .text = "the method's own fields as JSON (biz_content); fields given as flags come in their place"},
    {.name = "timestamp",
     .kind = KQ_FLAG_TEXT,
     .value = "TIME",
     .text = "instead of now, to see what a wrong clock comes to"},
    KQ_FLAGS_OF_CODE,
    {.name = "dry-run",
     .kind = KQ_FLAG_SWITCH,
     .text = "send nothing: print the string to sign, the URL and the body"},
    {.name = "verbose",
     .kind = KQ_FLAG_SWITCH,
     .text = "show on standard error what is signed, sent, received and verified"},
};

#define MS_PER_S 1000L

/* One side of the call, closed and wiped together. */
struct session {
    struct kq_buffer private_key;
    struct kq_buffer gateway_public_key;
    struct kq_client *client;
    struct kq_client_answer *answer;
};

static void close_session(struct session *session)
{
    kq_client_answer_free(session->answer);
    kq_client_close(session->client);
    kq_buffer_wipe_and_free(&session->private_key);
    kq_buffer_wipe_and_free(&session->gateway_public_key);
}

/* The client takes texts, and the files may be DER: so it gets texts that are made here, whatever the files'
 * form, and refusals name the file. */
static struct kq_result read_private_key(const struct kq_invocation *invocation, struct session *session,
                                         struct kq_error *error)
{
    struct kq_private_key *key KQ_CLEANUP(kq_private_key_cleanup) = NULL;
    KQ_TRY(kq_load_private_key(kq_flag_text(invocation, "private-key").data, &key, error));
    return kq_private_key_write_pem(key, &session->private_key, error);
}

/* In certificate mode the client reads the certificates itself; here it is only told which one it was. */
static struct kq_result read_gateway_key(struct kq_invocation *invocation, const struct kq_call_plan *plan,
                                         struct session *session, struct kq_call_trace *trace,
                                         struct kq_error *error)
{
    struct kq_public_key *key KQ_CLEANUP(kq_public_key_cleanup) = NULL;
    bool certified = plan->gateway_certificate.size > 0;
    const char *path = (certified ? plan->gateway_certificate : plan->gateway_public_key).data;
    struct kq_slice der;
    KQ_TRY(kq_load_public_key(path, &key, error));
    KQ_TRY(kq_public_key_export(key, &invocation->arena, &der, error));
    if (!certified) {
        kq_base64_encode(der, &session->gateway_public_key);
    }
    KQ_ENSURE_MEMORY(!session->gateway_public_key.failed, error);
    return kq_call_trace_name_key(trace, path, key, der, error);
}

static enum kq_client_status call(const struct kq_invocation *invocation, const struct kq_call_plan *plan,
                                  struct kq_call_trace *trace, struct session *session,
                                  struct kq_client_error *error)
{
    const struct kq_client_options options = {
        .gateway_url = plan->gateway.data,
        .app_id = plan->app_id.data,
        .private_key = session->private_key.data,
        .gateway_public_key = session->gateway_public_key.data,
        .protocol = plan->is_v3 ? KQ_CLIENT_OPENAPI_V3 : KQ_CLIENT_GATEWAY_DO,
        .app_certificate_file = plan->app_certificate.data,
        .gateway_certificate_file = plan->gateway_certificate.data,
        .root_certificates_file = plan->root_certificates.data,
        .content_key_file = plan->content_key.size == 0 ? NULL : plan->content_key.data,
        .charset = plan->charset.data,
        .sign_type = plan->sign_type.data,
        .app_auth_token = plan->app_auth_token.data,
        .timeout_ms = (long)kq_flag_number(invocation, "timeout") * MS_PER_S,
        .observe = trace == NULL ? NULL : kq_call_trace_observe,
        .observe_data = trace,
    };
    const struct kq_client_request request = {
        .method = plan->method.data,
        .biz_content = plan->biz.data,
        .timestamp = plan->timestamp.data,
    };
    enum kq_client_status status = kq_client_open(&options, &session->client, error);
    return status == KQ_CLIENT_OK ? kq_client_call(session->client, &request, &session->answer, error)
                                  : status;
}

/* A table for people, as it came for programs. */
static struct kq_result print_response(const struct kq_client_answer *answer, bool json,
                                       struct kq_error *error)
{
    struct kq_slice response = {.data = answer->response, .size = answer->response_bytes};
    if (!json) {
        return kq_call_answer_print(response, error);
    }
    if (kq_is_terminal(STDOUT_FILENO)) {
        kq_print_json(stdout, response);
        printf("\n");
    } else {
        printf("%.*s\n", KQ_SLICE_PRINT(response));
    }
    return KQ_OK;
}

static enum kq_error_code code_of(enum kq_client_status status)
{
    switch (status) {
    case KQ_CLIENT_USAGE:
        return KQ_E_USAGE;
    case KQ_CLIENT_TRANSPORT:
        return KQ_E_TRANSPORT;
    case KQ_CLIENT_MEMORY:
        return KQ_E_INTERNAL;
    default:
        return KQ_E_ANSWER;
    }
}

static void report_refusal(const struct kq_invocation *invocation, const struct kq_client_answer *answer)
{
    const char *code = answer->sub_code[0] == '\0' ? answer->code : answer->sub_code;
    const char *message = answer->sub_msg[0] == '\0' ? answer->msg : answer->sub_msg;
    bool unknown = kq_slice_equal(kq_slice_of(code), KQ_SLICE("isv.invalid-method")) ||
                   kq_slice_equal(kq_slice_of(code), KQ_SLICE("invalid-method"));
    const struct kq_method *nearest = unknown ? kq_call_method_nearest(invocation->operand) : NULL;
    struct kq_buffer hint KQ_CLEANUP(kq_buffer_free) = {0};
    if (nearest != NULL && kq_method_find(invocation->operand) == NULL) {
        kq_buffer_print(&hint, kq_text("%s; did you mean %s?", "%s；是否想用 %s？"), message, nearest->name);
    }
    fflush(stdout);
    kq_report_refusal(invocation->json, code, hint.size > 0 && !hint.failed ? hint.data : message);
}

static struct kq_result send_call(struct kq_invocation *invocation, const struct kq_call_plan *plan,
                                  struct kq_error *error)
{
    struct session session KQ_CLEANUP(close_session) = {0};
    struct kq_client_error client_error = {0};
    struct kq_call_trace trace = {.charset = plan->charset, .is_v3 = plan->is_v3};
    KQ_TRY(read_private_key(invocation, &session, error));
    KQ_TRY(read_gateway_key(invocation, plan, &session, &trace, error));
    struct kq_call_trace *tracer = kq_flag_switch(invocation, "verbose") ? &trace : NULL;
    enum kq_client_status status = call(invocation, plan, tracer, &session, &client_error);
    bool refused = status == KQ_CLIENT_GATEWAY || status == KQ_CLIENT_BUSINESS;
    if (status != KQ_CLIENT_OK && !refused) {
        return kq_fail(error, code_of(status), "%s%s", status == KQ_CLIENT_TRANSPORT ? "no answer: " : "",
                       client_error.message);
    }
    KQ_TRY(print_response(session.answer, invocation->rows_as_json, error));
    if (refused) {
        report_refusal(invocation, session.answer);
        invocation->exit_status = KQ_EXIT_REFUSED;
    }
    return KQ_OK;
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_call_plan plan;
    KQ_TRY(kq_call_plan_make(invocation, &plan, error));
    if (kq_call_code_is_wanted(invocation)) {
        return kq_call_code_print(invocation, &plan, error);
    }
    return kq_flag_switch(invocation, "dry-run") ? kq_call_plan_show(invocation, &plan, error)
                                                 : send_call(invocation, &plan, error);
}

static const char *const more_examples[] = {
    "kaquan call alipay.marketing.voucher.list.query --gateway http://127.0.0.1:8080/gateway.do "
    "--app-id 2014072300007148 --private-key app_private_key.pem "
    "--gateway-public-key demo/gateway_public_key.pem "
    "--biz '{\"template_id\":\"20140601000730010040000000EB\",\"user_id\":\"2088302001456115\"}'",
    "kaquan call voucher.send --help",
    NULL,
};

const struct kq_command kq_command_call = {
    .name = "call",
    .text = "make a signed call to any gateway and verify its answer",
    .example = "kaquan call voucher.list.query --gateway http://127.0.0.1:8080/gateway.do "
               "--app-id 2014072300007148 --private-key app_private_key.pem "
               "--gateway-public-key demo/gateway_public_key.pem "
               "--template-id 20140601000730010040000000EB --user-id 2088302001456115",
    .more_examples = more_examples,
    .operand = "METHOD",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .takes_fields = true,
    .resolve = kq_call_method_resolve,
    .help = kq_call_method_help,
    .run = run,
};

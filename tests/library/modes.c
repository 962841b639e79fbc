/* SPDX-License-Identifier: Apache-2.0 */
/* A caller whose options and request are given as words, for tests of every mode of the protocol:
 *
 *     modes NAME=VALUE...
 *
 * NAME is a member of kq_client_options or kq_client_request, or `loop` (1: the call is made on a loop), or
 * `notification` (a form that is verified in place of a call). Prints NAME=VALUE lines: what came of it; of a
 * notification's parameters the names are `parameter NAME`. */
#include <kaquan.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { TEXT, LONG, INT, SIZE };

struct member {
    const char *name;
    enum kind kind;
    void *place;
};

static struct kq_client_options options;
static struct kq_client_request request;
static int on_loop;
static int protocol;
static int observed;
static const char *notification;

static const struct member members[] = {
    {"gateway_url", TEXT, &options.gateway_url},
    {"app_id", TEXT, &options.app_id},
    {"private_key_file", TEXT, &options.private_key_file},
    {"gateway_public_key_file", TEXT, &options.gateway_public_key_file},
    {"charset", TEXT, &options.charset},
    {"sign_type", TEXT, &options.sign_type},
    {"app_auth_token", TEXT, &options.app_auth_token},
    {"timeout_ms", LONG, &options.timeout_ms},
    {"answer_max_bytes", SIZE, &options.answer_max_bytes},
    {"retries_max", INT, &options.retries_max},
    {"app_certificate_file", TEXT, &options.app_certificate_file},
    {"root_certificates_file", TEXT, &options.root_certificates_file},
    {"gateway_certificate_file", TEXT, &options.gateway_certificate_file},
    {"content_key", TEXT, &options.content_key},
    {"method", TEXT, &request.method},
    {"biz_content", TEXT, &request.biz_content},
    {"timestamp", TEXT, &request.timestamp},
    {"loop", INT, &on_loop},
    {"protocol", INT, &protocol},
    {"observe", INT, &observed},
    {"notification", TEXT, &notification},
};

static void set(const struct member *member, const char *value)
{
    switch (member->kind) {
    case TEXT:
        *(const char **)member->place = value;
        break;
    case LONG:
        *(long *)member->place = strtol(value, NULL, 10);
        break;
    case INT:
        *(int *)member->place = (int)strtol(value, NULL, 10);
        break;
    case SIZE:
        *(size_t *)member->place = (size_t)strtoul(value, NULL, 10);
        break;
    }
}

static void read_word(const char *word)
{
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        size_t size = strlen(members[i].name);
        if (strncmp(word, members[i].name, size) == 0 && word[size] == '=') {
            set(&members[i], word + size + 1);
            return;
        }
    }
    fprintf(stderr, "%s?\n", word);
    exit(2);
}

/* On one line, whatever it is. */
static void print_bytes(const char *name, const char *bytes, size_t size)
{
    printf("%s=", name);
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == '\n' || bytes[i] == '\r') {
            printf(bytes[i] == '\n' ? "\\n" : "\\r");
        } else {
            putchar(bytes[i]);
        }
    }
    putchar('\n');
}

static void print(const char *name, const char *value)
{
    print_bytes(name, value, strlen(value));
}

static void observe(void *data, enum kq_client_event event, const char *bytes, size_t size)
{
    (void)data;
    char name[32];
    snprintf(name, sizeof(name), "event %d", (int)event);
    print_bytes(name, bytes, size);
}

static void report(enum kq_client_status status, const struct kq_client_answer *answer,
                   const struct kq_client_error *error)
{
    print("status", kq_client_status_name(status));
    print("message", error->message);
    print("error_code", error->code);
    print("error_sub_code", error->sub_code);
    if (answer != NULL) {
        printf("http_status=%d\nverified=%d\n", answer->http_status, answer->verified);
        print("code", answer->code);
        print("msg", answer->msg);
        print("sub_code", answer->sub_code);
        print("sub_msg", answer->sub_msg);
        print("trace_id", answer->trace_id);
        print("response", answer->response);
    }
}

static void done(void *data, enum kq_client_status status, struct kq_client_answer *answer,
                 const struct kq_client_error *error)
{
    (void)data;
    report(status, answer, error);
    kq_client_answer_free(answer);
}

static void call_on_loop(struct kq_client *client)
{
    struct kq_client_loop *loop = NULL;
    struct kq_client_error error;
    enum kq_client_status status = kq_client_loop_open(client, NULL, &loop, &error);
    if (status == KQ_CLIENT_OK) {
        status = kq_client_loop_submit(loop, &request, done, NULL, &error);
    }
    if (status != KQ_CLIENT_OK) {
        report(status, NULL, &error);
    }
    while (loop != NULL && kq_client_loop_wait(loop, 1000) > 0) {
    }
    kq_client_loop_close(loop);
}

static void call(struct kq_client *client)
{
    struct kq_client_answer *answer = NULL;
    struct kq_client_error error;
    enum kq_client_status status = kq_client_call(client, &request, &answer, &error);
    report(status, answer, &error);
    kq_client_answer_free(answer);
}

static void verify(struct kq_client *client)
{
    struct kq_client_notification *verified = NULL;
    struct kq_client_error error;
    enum kq_client_status status =
        kq_client_verify_notification(client, notification, strlen(notification), &verified, &error);
    report(status, NULL, &error);
    for (size_t i = 0; verified != NULL && i < verified->count; i++) {
        printf("parameter ");
        print(verified->parameters[i].name, verified->parameters[i].value);
    }
    kq_client_notification_free(verified);
}

int main(int count, char **words)
{
    struct kq_client *client = NULL;
    struct kq_client_error error;
    for (int i = 1; i < count; i++) {
        read_word(words[i]);
    }
    options.protocol = (enum kq_client_protocol)protocol;
    options.observe = observed ? observe : NULL;
    enum kq_client_status status = kq_client_open(&options, &client, &error);
    if (status != KQ_CLIENT_OK) {
        report(status, NULL, &error);
    } else if (notification != NULL) {
        verify(client);
    } else if (on_loop) {
        call_on_loop(client);
    } else {
        call(client);
    }
    kq_client_close(client);
    return 0;
}

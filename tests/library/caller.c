/* SPDX-License-Identifier: Apache-2.0 */
/* A caller in the C that C99 and C++ have in common. Its own functions are called like functions inside the
 * library, and end the program: neither form of the library may take them for its own.
 *
 *     caller GATEWAY-URL APP-ID PRIVATE-KEY-FILE GATEWAY-PUBLIC-KEY-FILE METHOD BIZ-CONTENT
 *
 * prints the status, the answer's code and whether it was verified. */
#include <kaquan_methods.h>
#include <stdio.h>
#include <stdlib.h>

#define KEY_SIZE 8192

#ifdef __cplusplus
extern "C" {
#endif
void kq_fail(void);
void kq_arena_copy(void);
void kq_buffer_append(void);
void kq_client_fail(void);
void kq_curl_load(void);
void kq_http_post(void);
#ifdef __cplusplus
}
#endif

void kq_fail(void)
{
    abort();
}

void kq_arena_copy(void)
{
    abort();
}

void kq_buffer_append(void)
{
    abort();
}

void kq_client_fail(void)
{
    abort();
}

void kq_curl_load(void)
{
    abort();
}

void kq_http_post(void)
{
    abort();
}

static void read_key(const char *path, char key[KEY_SIZE])
{
    FILE *file = fopen(path, "rb");
    size_t size = file == NULL ? 0 : fread(key, 1, KEY_SIZE - 1, file);
    key[size] = '\0';
    if (file == NULL || fclose(file) != 0) {
        fprintf(stderr, "%s cannot be read\n", path);
        exit(2);
    }
}

int main(int count, char **words)
{
    static char private_key[KEY_SIZE];
    static char gateway_public_key[KEY_SIZE];
    static struct kq_client_options options;
    static struct kq_client_request request;
    struct kq_client *client = NULL;
    struct kq_client_answer *answer = NULL;
    struct kq_client_error error;
    enum kq_client_status status;
    if (count != 7) {
        return 2;
    }
    read_key(words[3], private_key);
    read_key(words[4], gateway_public_key);
    options.gateway_url = words[1];
    options.app_id = words[2];
    options.private_key = private_key;
    options.gateway_public_key = gateway_public_key;
    request.method = words[5];
    request.biz_content = words[6];
    status = kq_client_open(&options, &client, &error);
    if (status == KQ_CLIENT_OK) {
        status = kq_client_call(client, &request, &answer, &error);
    }
    printf("%s %s %d\n", kq_client_status_name(status), answer == NULL ? "" : answer->code,
           answer == NULL ? 0 : answer->verified);
    kq_client_answer_free(answer);
    kq_client_close(client);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/request_input.h"

#include <stdio.h>
#include <unistd.h>

#include "cli/file.h"
#include "cli/locale.h"
#include "cli/shown.h"
#include "wire/charset.h"
#include "wire/json.h"

struct kq_result kq_request_input_read(struct kq_invocation *invocation, struct kq_buffer *text,
                                       struct kq_sent_request *request, struct kq_error *error)
{
    struct kq_slice file = kq_flag_text(invocation, "file");
    bool has_operand = invocation->operand.size > 0;
    KQ_ENSURE(!has_operand || file.size == 0, error, KQ_E_USAGE,
              "the request stands on the command line and in --file; give one of them");
    if (has_operand) {
        kq_buffer_append(text, invocation->operand);
        KQ_ENSURE_MEMORY(!text->failed, error);
    } else {
        if (file.size == 0 && kq_is_terminal(STDIN_FILENO)) {
            fputs(kq_text("Paste the request, then press Ctrl-D:\n", "请粘贴请求，然后按 Ctrl-D：\n"),
                  stderr);
        }
        KQ_TRY(kq_file_read(file.size == 0 ? "-" : file.data, KQ_REQUEST_TEXT_MAX_BYTES, text, error));
    }
    return kq_request_read(kq_buffer_slice(text), &invocation->arena, request, error);
}

struct kq_result kq_request_append_shown(const struct kq_sent_request *request, struct kq_slice bytes,
                                         struct kq_buffer *utf8, struct kq_error *error)
{
    enum kq_charset charset = KQ_CHARSET_UTF8;
    struct kq_slice decoded;
    struct kq_error inner = {0};
    if (!kq_charset_parse(kq_request_find(request, KQ_SLICE("charset")), &charset, &inner).ok) {
        charset = KQ_CHARSET_UTF8;
    }
    if (!kq_charset_decode(charset, bytes, request->arena, &decoded, &inner).ok) {
        decoded = bytes;
    }
    kq_append_shown(utf8, decoded, true);
    KQ_ENSURE_MEMORY(!utf8->failed, error);
    return KQ_OK;
}

static const char *const chinese_forms[KQ_REQUEST_FORM_COUNT] = {
    [KQ_REQUEST_URL] = "URL",
    [KQ_REQUEST_FORM] = "表单",
    [KQ_REQUEST_PLAIN] = "未做 URL 编码的参数",
    [KQ_REQUEST_HTTP] = "HTTP 请求",
    [KQ_REQUEST_CURL] = "curl 命令",
    [KQ_REQUEST_FETCH] = "fetch() 调用",
    [KQ_REQUEST_POWERSHELL] = "PowerShell 命令",
    [KQ_REQUEST_HAR] = "HAR 条目",
    [KQ_REQUEST_JSON] = "JSON 对象",
    [KQ_REQUEST_MAP] = "打印出的 map",
    [KQ_REQUEST_LINES] = "每行一个参数",
    [KQ_REQUEST_LOG] = "日志行",
    [KQ_REQUEST_ANSWER] = "网关的应答",
};

void kq_request_print_form(const struct kq_sent_request *request)
{
    const char *form = kq_text(kq_request_form_name(request->form), chinese_forms[request->form]);
    if (request->is_answer) {
        printf(kq_text("Read as %s", "读取形式：%s"), form);
    } else if (request->is_v3) {
        printf(kq_text("Read as %s, a call of OpenAPI v3", "读取形式：%s，OpenAPI v3 的调用"), form);
    } else if (kq_is_chinese()) {
        printf("读取形式：%s，共 %zu 个参数", form, request->count);
    } else {
        printf("Read as %s with %zu parameter%s", form, request->count, request->count == 1 ? "" : "s");
    }
}

const char *kq_request_heading(const struct kq_sent_request *request)
{
    if (request->is_answer) {
        return kq_text("What is signed of it", "被签名的内容");
    }
    if (request->is_v3) {
        return kq_text("String to sign (each line ends with \\n, the last one too)",
                       "待签名字符串（每一行都以 \\n 结束，最后一行也是）");
    }
    return kq_request_is_notification(request)
               ? kq_text("String to sign (of a notification: without sign_type)",
                         "待签名字符串（异步通知：不含 sign_type）")
               : kq_text("String to sign", "待签名字符串");
}

struct kq_result kq_request_print(const struct kq_sent_request *request, const char *heading,
                                  struct kq_slice bytes, struct kq_error *error)
{
    struct kq_buffer utf8 KQ_CLEANUP(kq_buffer_free) = {0};
    KQ_TRY(kq_request_append_shown(request, bytes, &utf8, error));
    printf("%s%s\n%.*s\n", heading, kq_text(":", "："), KQ_SLICE_PRINT(kq_buffer_slice(&utf8)));
    return KQ_OK;
}

struct kq_result kq_request_append_json(const struct kq_sent_request *request, const char *name,
                                        struct kq_slice bytes, struct kq_buffer *json, struct kq_error *error)
{
    struct kq_buffer utf8 KQ_CLEANUP(kq_buffer_free) = {0};
    KQ_TRY(kq_request_append_shown(request, bytes, &utf8, error));
    kq_json_append_name(json, name);
    kq_json_append_string(json, kq_buffer_slice(&utf8));
    return KQ_OK;
}

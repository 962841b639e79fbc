/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/mistakes.h"

#include "base/buffer.h"

/* As it was sent, or as another language would have encoded it. */
#define PERCENT_ENCODED_VALUES                                                                               \
    {                                                                                                        \
        "percent-encoded-values",                                                                            \
            "Sign {} as it is before percent-encoding: the string that was signed has it encoded",           \
            "先用 {} 的原始值签名，再做 URL 编码：被签名的字符串里是编码后的值"  \
    }

#define PLUS_SENT_BARE                                                                                       \
    {                                                                                                        \
        "plus-sent-bare", "Send a + in {} as %2B: it was sent as +, which arrives as a space",               \
            "发送时 {} 里的加号要编码成 %2B：直接发送的 + 到达时变成了空格"         \
    }

const struct kq_mistake kq_mistakes[] = {
    /* Which parameters. */
    {.advice = {"sign-type-rule",
                "Sign sign_type in a request, and leave it out where a notification is verified: the string "
                "that was signed follows the other one's rule",
                "请求的待签名字符串要包含 sign_type，异步通知验签时才去掉它：被签名的字符串用错了规则"},
     .stage = KQ_STAGE_ITEMS,
     .change = kq_change_sign_type_rule,
     .variant_count = 1,
     .is_common = true},
    {.advice = {"parameter-left-out",
                "Sign {} as well: the request has it, the string that was signed has not",
                "把 {} 也放进待签名字符串：请求里有它，被签名的字符串里没有"},
     .stage = KQ_STAGE_ITEMS,
     .change = kq_change_left_out},
    {.advice = {"empty-kept", "Leave parameters with an empty value out of the string to sign",
                "值为空的参数不要放进待签名字符串"},
     .stage = KQ_STAGE_ITEMS,
     .change = kq_change_empty_kept,
     .variant_count = 1,
     .is_common = true},
    {.advice = {"sign-kept", "Take sign out of the parameters before the string to sign is made",
                "生成待签名字符串之前先去掉 sign 参数"},
     .stage = KQ_STAGE_ITEMS,
     .change = kq_change_sign_kept,
     .variant_count = 4},
    {.advice = {"parameter-added",
                "Sign exactly what is sent: the string that was signed has {}, the request has not",
                "签名的参数要与发送的完全一致：被签名的字符串里有 {}，请求里没有"},
     .stage = KQ_STAGE_ITEMS,
     .change = kq_change_added,
     .variant_count = KQ_ADDED_COUNT},
    {.advice = {"parameter-changed",
                "Do not change a parameter between signing and sending: the string that was signed has {}",
                "签名之后不要再改参数：被签名的字符串里是 {}"},
     .stage = KQ_STAGE_ITEMS,
     .change = kq_change_replaced,
     .variant_count = KQ_REPLACED_COUNT},
    {.advice = {"timestamp-taken-twice", "Take the timestamp once, and both sign and send it: {} was signed",
                "timestamp 只取一次，签名和发送用同一个值：被签名的是 {}"},
     .stage = KQ_STAGE_ITEMS,
     .change = kq_change_timestamp,
     .variant_count = KQ_TIMESTAMP_COUNT},
    {.advice = {"names-in-camel-case", "Sign the parameters' names as they are sent, with underscores",
                "参数名按发送时的下划线形式签名，不要用驼峰形式"},
     .stage = KQ_STAGE_ITEMS,
     .change = kq_change_names,
     .variant_count = 1,
     .is_alone = true},
    /* With which values. */
    {.advice =
         {"not-percent-encoded",
          "Percent-encode {} when you send it: it was signed as it should be, but sent without "
          "encoding, so that something else arrived (a + as a space, %41 as A, an & as its end)",
          "发送时对 {} 做 URL 编码：签名没有错，但发送时没有编码，网关收到的就不同了（+ 变成空格，%41 变成 "
          "A，& 把值截断）"},
     .stage = KQ_STAGE_ITEMS,
     .is_costly = true,
     .change = kq_change_unencoded,
     .is_common = true},
    {.advice = PERCENT_ENCODED_VALUES,
     .stage = KQ_STAGE_ITEMS,
     .is_costly = true,
     .change = kq_change_raw_values,
     .is_common = true},
    {.advice = PERCENT_ENCODED_VALUES,
     .stage = KQ_STAGE_ITEMS,
     .forms = {kq_form_java_encoded, kq_form_uri_component, kq_form_rfc3986, kq_form_quoted,
               kq_form_python_plus, kq_form_net_encoded, kq_form_uri},
     .is_common = true,
     .is_for_both = true},
    {.advice = {"plus-for-space",
                "Sign a space in {} as a space, and send a + as %2B: the string that was signed has + where "
                "the request has a space",
                "{} 里的空格按空格签名，加号要编码成 %2B 发送：被签名的字符串里是加号，请求里解码出来是空格"},
     .stage = KQ_STAGE_ITEMS,
     .forms = {kq_form_plus_for_space},
     .is_common = true},
    {.advice = PLUS_SENT_BARE, .stage = KQ_STAGE_ITEMS, .is_costly = true, .change = kq_change_plus_kept},
    {.advice = PLUS_SENT_BARE,
     .stage = KQ_STAGE_ITEMS,
     .is_costly = true,
     .change = kq_change_some_plus_kept,
     .variant_count = KQ_SOME_PLUS_COUNT,
     .is_alone = true},
    {.advice = {"escaped-space", "Sign a space in {} as a space: the string that was signed has %20",
                "{} 里的空格按空格签名：被签名的字符串里是 %20"},
     .stage = KQ_STAGE_ITEMS,
     .forms = {kq_form_escape_for_space}},
    {.advice = {"space-for-plus", "Sign a + in {} as it is: the string that was signed has a space there",
                "{} 里的加号按原样签名：被签名的字符串里变成了空格"},
     .stage = KQ_STAGE_ITEMS,
     .forms = {kq_form_space_for_plus}},
    {.advice = {"encoded-twice", "Percent-encode {} once when you send it: the request has it encoded twice",
                "发送时 {} 只做一次 URL 编码：请求里编码了两次"},
     .stage = KQ_STAGE_ITEMS,
     .forms = {kq_form_percent_decoded, kq_form_percent_only_decoded}},
    {.advice = {"html-escaped",
                "Sign and send {} without HTML escapes: the string that was signed has &quot; or &amp;",
                "{} 不要做 HTML 转义：被签名的字符串里有 &quot; 或 &amp;"},
     .stage = KQ_STAGE_ITEMS,
     .forms = {kq_form_html_escaped, kq_form_html_quotes, kq_form_html_ampersand, kq_form_html_hex},
     .is_for_both = true},
    {.advice = {"html-escaped-request",
                "Do not HTML-escape {} when you send it: the request has &quot; or &amp; where the string "
                "that was signed has not",
                "发送时不要对 {} 做 HTML 转义：请求里有 &quot; 或 &amp;，被签名的字符串里没有"},
     .stage = KQ_STAGE_ITEMS,
     .forms = {kq_form_html_unescaped},
     .is_for_both = true},
    {.advice = {"space-around-values",
                "Trim {} before signing, or not at all: a space or line end was sent and not signed",
                "{} 首尾的空白要么签名前去掉，要么都保留：发送的有空白或换行，签名的没有"},
     .stage = KQ_STAGE_ITEMS,
     .forms = {kq_form_trimmed, kq_form_without_space},
     .comes_first = true,
     .is_for_both = true},
    {.advice =
         {"json-written-anew",
          "Write the JSON of {} once, and sign and send the same bytes: it was written anew in between "
          "(spaces, \\u escapes, \\/ or the order of its members differ)",
          "{} 的 JSON 只序列化一次，签名和发送用同一个字符串：两次序列化的结果不同（空格、\\u 转义、\\/ "
          "或成员顺序）"},
     .stage = KQ_STAGE_ITEMS,
     .is_costly = true,
     .change = kq_change_json_style,
     .variant_count = KQ_JSON_STYLE_COUNT,
     .is_common = true,
     .is_for_both = true},
    {.advice = {"json-printed", "Sign the JSON text of {}, not how the language prints its object",
                "签名要用 {} 的 JSON 文本，不要用语言打印对象的结果"},
     .stage = KQ_STAGE_ITEMS,
     .is_costly = true,
     .change = kq_change_json_printed,
     .variant_count = KQ_JSON_PRINTED_COUNT,
     .is_for_both = true},
    {.advice = {"json-flattened",
                "Sign {} as one parameter: its members were signed as parameters of their own",
                "{} 作为一个参数签名：被签名的字符串把它的成员拆成了单独的参数"},
     .stage = KQ_STAGE_ITEMS,
     .is_costly = true,
     .change = kq_change_json_flattened,
     .variant_count = 1},
    {.advice = {"json-in-json",
                "Send and sign {} itself: it was turned into a JSON string once more before it was signed",
                "{} 不要再做一次 JSON 序列化：被签名的是带引号的 JSON 字符串"},
     .stage = KQ_STAGE_ITEMS,
     .forms = {kq_form_json_string},
     .is_for_both = true},
    {.advice = {"backslashes-added", "Sign {} without added backslashes (addslashes, magic quotes)",
                "签名时不要给 {} 加反斜杠（addslashes、magic quotes）"},
     .stage = KQ_STAGE_ITEMS,
     .forms = {kq_form_slashes_added},
     .is_for_both = true},
    {.advice = {"backslashes-stripped",
                "Sign {} with its backslashes: they were stripped before it was signed",
                "签名时保留 {} 里的反斜杠：被签名的字符串里去掉了"},
     .stage = KQ_STAGE_ITEMS,
     .forms = {kq_form_slashes_stripped},
     .is_for_both = true},
    {.advice = {"line-end-in-value", "Sign {} without a line end (or byte order mark), as it is sent",
                "签名时去掉 {} 首尾的换行（或 BOM），与发送的一致"},
     .stage = KQ_STAGE_ITEMS,
     .forms = {kq_form_line_end, kq_form_windows_line_end, kq_form_byte_order_mark},
     .is_for_both = true},
    {.advice = {"space-behind-value", "Sign {} without a space behind it, as it is sent",
                "签名时去掉 {} 末尾的空格，与发送的一致"},
     .stage = KQ_STAGE_ITEMS,
     .forms = {kq_form_space_behind},
     .is_for_both = true},
    {.advice = {"line-ends-changed",
                "Keep the line ends inside {}: \\n and \\r\\n were exchanged between signing and sending",
                "{} 里的换行符不要改变：签名与发送之间 \\n 和 \\r\\n 互换了"},
     .stage = KQ_STAGE_ITEMS,
     .forms = {kq_form_unix_lines, kq_form_windows_lines},
     .is_for_both = true},
    {.advice = {"letter-case", "Sign {} in the letter case in which it is sent",
                "{} 的大小写在签名和发送时要一致"},
     .stage = KQ_STAGE_ITEMS,
     .forms = {kq_form_lower, kq_form_upper},
     .is_for_both = true},
    /* In which order, and joined how. */
    {.advice = {"unsorted",
                "Sort the parameters by name before they are joined: they were signed in the order in which "
                "they were sent",
                "拼接之前先按参数名排序：被签名的字符串是按发送顺序拼接的"},
     .stage = KQ_STAGE_ORDER,
     .change = kq_change_order_as_sent,
     .variant_count = 1,
     .is_common = true},
    {.advice = {"sorted-otherwise", "Sort the parameters by the bytes of their names, ascending",
                "参数按参数名的字节顺序升序排序"},
     .stage = KQ_STAGE_ORDER,
     .change = kq_change_order,
     .variant_count = KQ_ORDER_COUNT},
    {.advice = {"joined-otherwise", "Join the parameters as a=1&b=2: they were signed as {}",
                "参数按 a=1&b=2 的形式拼接：被签名的是 {} 的形式"},
     .stage = KQ_STAGE_JOIN,
     .change = kq_change_join,
     .variant_count = KQ_JOIN_COUNT},
    /* What was done with the text. */
    {.advice = {"percent-encoded-string",
                "Sign the string itself: it was percent-encoded as a whole before it was signed",
                "直接对待签名字符串签名：签名前整个字符串被 URL 编码了"},
     .stage = KQ_STAGE_TEXT,
     .forms = {kq_form_java_encoded, kq_form_uri_component, kq_form_rfc3986, kq_form_quoted,
               kq_form_python_plus, kq_form_net_encoded, kq_form_uri},
     .is_common = true,
     .is_for_both = true},
    {.advice = {"gbk-for-utf8",
                "Turn the string into bytes in UTF-8, the request's charset: it was signed in GBK",
                "按请求的字符集 UTF-8 取字节签名：被签名的是 GBK 字节"},
     .stage = KQ_STAGE_TEXT,
     .forms = {kq_form_utf8_to_gbk},
     .is_common = true,
     .is_for_both = true},
    {.advice = {"utf8-for-gbk", "Turn the string into bytes in GBK, as charset says: it was signed in UTF-8",
                "按 charset 用 GBK 取字节签名：被签名的是 UTF-8 字节"},
     .stage = KQ_STAGE_TEXT,
     .forms = {kq_form_gbk_to_utf8},
     .is_common = true},
    {.advice = {"lost-characters",
                "Turn the string into bytes in the request's charset: its Chinese characters were signed as "
                "question marks (set the platform's default encoding, or name the charset)",
                "按请求的 charset 取字节：签名时中文变成了问号（设置平台默认编码，或显式指定字符集）"},
     .stage = KQ_STAGE_TEXT,
     .forms = {kq_form_question_marks, kq_form_question_bytes},
     .is_for_both = true},
    {.advice = {"latin1-for-utf8",
                "Turn the string into bytes once: UTF-8 bytes were taken for Latin-1 and encoded again",
                "只做一次字符编码：UTF-8 字节被当成 ISO-8859-1 又编码了一次"},
     .stage = KQ_STAGE_TEXT,
     .forms = {kq_form_latin1_to_utf8},
     .is_for_both = true},
    {.advice = {"unicode-escapes", "Sign the characters themselves, not \\u escapes of them",
                "对字符本身签名，不要用 \\u 转义"},
     .stage = KQ_STAGE_TEXT,
     .forms = {kq_form_unicode_escaped},
     .is_for_both = true},
    {.advice = {"utf16", "Turn the string into bytes in the request's charset: it was signed in UTF-16",
                "按请求的 charset 取字节：被签名的是 UTF-16 字节"},
     .stage = KQ_STAGE_TEXT,
     .forms = {kq_form_utf16_little, kq_form_utf16_big},
     .is_for_both = true},
    {.advice = {"line-end-behind-string",
                "Sign the string without a line end behind it (or a byte order mark before it)",
                "待签名字符串末尾不要带换行（开头不要带 BOM）"},
     .stage = KQ_STAGE_TEXT,
     .forms = {kq_form_line_end, kq_form_windows_line_end, kq_form_byte_order_mark},
     .comes_first = true,
     .is_common = true},
    {.advice = {"html-escaped-string", "Sign the string with & as it is, not as &amp;",
                "待签名字符串里的 & 不要写成 &amp;"},
     .stage = KQ_STAGE_TEXT,
     .forms = {kq_form_html_ampersand, kq_form_html_escaped, kq_form_html_quotes, kq_form_html_hex},
     .is_for_both = true},
    {.advice = {"string-without-spaces", "Sign the string with the spaces that the values have",
                "待签名字符串要保留参数值里的空格"},
     .stage = KQ_STAGE_TEXT,
     .forms = {kq_form_without_space, kq_form_plus_for_space},
     .is_for_both = true},
    {.advice = {"string-case", "Sign the string without changing the case of its letters",
                "待签名字符串不要转换大小写"},
     .stage = KQ_STAGE_TEXT,
     .forms = {kq_form_lower, kq_form_upper},
     .is_for_both = true},
    {.advice = {"digest-signed",
                "Give the string itself to the function that signs: it makes the digest, and got one already",
                "把待签名字符串本身交给签名函数：它会自己做摘要，不要先做摘要再签名"},
     .stage = KQ_STAGE_TEXT,
     .forms = {kq_form_sha256_hex, kq_form_sha256_upper_hex, kq_form_sha256_bytes, kq_form_sha256_base64,
               kq_form_sha1_hex, kq_form_sha1_bytes, kq_form_md5_hex, kq_form_md5_upper_hex},
     .is_for_both = true},
    {.advice = {"base64-signed", "Sign the string itself, not its base64",
                "直接对待签名字符串签名，不要先做 base64"},
     .stage = KQ_STAGE_TEXT,
     .forms = {kq_form_base64},
     .is_for_both = true},
};
const size_t kq_mistake_count = KQ_COUNT(kq_mistakes);

static size_t count_forms(const struct kq_mistake *mistake)
{
    size_t count = 0;
    while (count < KQ_MISTAKE_FORMS_MAX && mistake->forms[count] != NULL) {
        count++;
    }
    return count;
}

/* The newer protocol's own ones come first: the others' last stage is the text. */
size_t kq_mistakes_of(const struct kq_draft *draft)
{
    return draft->v3 == NULL ? kq_mistake_count : kq_v3_mistake_count + kq_mistake_count;
}

const struct kq_mistake *kq_mistake_at(const struct kq_draft *draft, size_t index)
{
    static const struct kq_mistake none = {.variant_count = 0};
    if (draft->v3 == NULL) {
        return &kq_mistakes[index];
    }
    if (index < kq_v3_mistake_count) {
        return &kq_v3_mistakes[index];
    }
    const struct kq_mistake *older = &kq_mistakes[index - kq_v3_mistake_count];
    return older->is_for_both ? older : &none;
}

size_t kq_mistake_variants(const struct kq_mistake *mistake, const struct kq_draft *draft)
{
    if (mistake->change != NULL) {
        return mistake->variant_count == 0 ? draft->count + 1 : mistake->variant_count;
    }
    return count_forms(mistake) * (mistake->stage == KQ_STAGE_ITEMS ? draft->count + 1 : 1);
}

size_t kq_mistake_made_bytes(const struct kq_mistake *mistake, const struct kq_draft *draft, size_t variant)
{
    size_t target = variant % (draft->count + 1);
    if (mistake->change != NULL) {
        return mistake->is_costly ? draft->text.size : 0;
    }
    return mistake->stage == KQ_STAGE_ITEMS && target > 0 ? draft->items[target - 1].value.size
                                                          : draft->text.size;
}

const struct kq_advice *kq_mistake_advice(const struct kq_draft *draft, kq_mistake_change *change)
{
    const struct kq_advice *advice = NULL;
    for (size_t i = 0; i < kq_mistakes_of(draft) && advice == NULL; i++) {
        advice = kq_mistake_at(draft, i)->change == change ? &kq_mistake_at(draft, i)->advice : NULL;
    }
    return advice;
}

/* JSON writers that are tried in threes: the first ones of their table. */
#define COMMON_STYLES 6

/* In pairs, of those that concern each value alone only the call's JSON: it is the one with a life of its
 * own. In threes only what is common. */
bool kq_mistake_is_tried(const struct kq_mistake *mistake, const struct kq_draft *draft, size_t variant,
                         size_t set_size)
{
    if (set_size == 1) {
        return true;
    }
    if (mistake->is_alone || (set_size > 2 && !mistake->is_common)) {
        return false;
    }
    if (mistake->change == kq_change_json_style) {
        return set_size == 2 || variant < COMMON_STYLES;
    }
    bool is_by_value = mistake->change == NULL ? mistake->stage == KQ_STAGE_ITEMS
                                               : mistake->change == kq_change_raw_values ||
                                                     mistake->change == kq_change_unencoded ||
                                                     mistake->change == kq_change_plus_kept;
    size_t target = variant % (draft->count + 1);
    return !is_by_value || target == 0 || kq_slice_equal(draft->items[target - 1].name, draft->content_name);
}

static struct kq_result put_in_form(struct kq_slice *text, kq_value_form *form, struct kq_arena *arena,
                                    bool *changed, struct kq_error *error)
{
    struct kq_buffer out KQ_CLEANUP(kq_buffer_free) = {0};
    form(*text, &out);
    KQ_ENSURE_MEMORY(!out.failed, error);
    if (out.size == 0 || kq_slice_equal(kq_buffer_slice(&out), *text)) {
        return KQ_OK;
    }
    *text = kq_arena_copy(arena, kq_buffer_slice(&out));
    KQ_ENSURE_MEMORY(text->data, error);
    *changed = true;
    return KQ_OK;
}

/* Target 0: all values; else that item's alone. */
static struct kq_result change_values(struct kq_draft *draft, kq_value_form *form, size_t target,
                                      struct kq_slice *subject, bool *changed, struct kq_error *error)
{
    for (size_t i = 0; i < draft->count; i++) {
        struct kq_sent_param *item = &draft->items[i];
        bool is_meant = (target == 0 || target == i + 1) && kq_draft_is_signed(draft, i);
        if (is_meant) {
            KQ_TRY(put_in_form(&item->value, form, draft->arena, changed, error));
            *subject = target == 0 ? KQ_SLICE_EMPTY : item->name;
        }
    }
    return KQ_OK;
}

struct kq_result kq_mistake_make(const struct kq_mistake *mistake, struct kq_draft *draft, size_t variant,
                                 struct kq_slice *subject, bool *changed, struct kq_error *error)
{
    *subject = KQ_SLICE_EMPTY;
    *changed = false;
    if (mistake->change != NULL) {
        return mistake->change(draft, variant, subject, changed, error);
    }
    if (mistake->stage == KQ_STAGE_TEXT) {
        return put_in_form(&draft->text, mistake->forms[variant], draft->arena, changed, error);
    }
    size_t targets = draft->count + 1;
    return change_values(draft, mistake->forms[variant / targets], variant % targets, subject, changed,
                         error);
}

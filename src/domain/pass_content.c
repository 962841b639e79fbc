/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/pass_content.h"

#include "base/time.h"
#include "wire/charset.h"

/* One reading of a content. */
struct reading {
    const struct kq_pass_values *values; /* NULL: of a template, whose placeholders stay open */
    struct kq_arena *arena;
    struct kq_error *error;
};

/* The objects that hold what is read. NULL: not there. */
enum part { PART_VOUCHER, PART_EINFO, PART_MERCHANT, PART_PLATFORM, PART_FILE, PART_COUNT };

struct parts {
    const struct kq_json *objects[PART_COUNT];
};

static const struct {
    const char *type;
    enum kq_pass_group group;
} types[] = {
    {"coupon", KQ_PASS_VOUCHER}, {"boardingPass", KQ_PASS_TICKET}, {"eventTicket", KQ_PASS_TICKET},
    {"card", KQ_PASS_CARD},      {"cert", KQ_PASS_CERT},
};

static bool is_control(char byte)
{
    return (unsigned char)byte < 0x20 || byte == 0x7F;
}

struct kq_result kq_pass_text_check(const char *what, struct kq_slice text, size_t max_chars,
                                    struct kq_error *error)
{
    KQ_ENSURE(kq_utf8_count(text) <= max_chars, error, KQ_E_PASS_PARAMETER, "%s长度不能超过%zu个字符", what,
              max_chars);
    for (size_t i = 0; i < text.size; i++) {
        KQ_ENSURE(!is_control(text.data[i]), error, KQ_E_PASS_PARAMETER, "%s不能有控制字符", what);
    }
    return KQ_OK;
}

/* NULL where it is not there: no such member, or null. */
static struct kq_result find_member(const struct reading *reading, const struct kq_json *object,
                                    const char *name, enum kq_json_kind kind, const struct kq_json **found)
{
    *found = object == NULL ? NULL : kq_json_member(object, kq_slice_of(name));
    if (*found != NULL && (*found)->kind == KQ_JSON_NULL) {
        *found = NULL;
    }
    KQ_ENSURE(*found == NULL || (*found)->kind == kind, reading->error, KQ_E_PASS_PARAMETER,
              "tpl_content的%s格式不正确", name);
    return KQ_OK;
}

static struct kq_result find_parts(const struct reading *reading, const struct kq_json *root,
                                   struct parts *parts)
{
    static const struct {
        enum part part;
        const char *name;
    } rows[] = {
        {PART_VOUCHER, "evoucherInfo"},
        {PART_MERCHANT, "merchant"},
        {PART_PLATFORM, "platform"},
        {PART_FILE, "fileInfo"},
    };
    const struct kq_json *content = NULL;
    KQ_TRY(find_member(reading, root, "content", KQ_JSON_OBJECT, &content));
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        KQ_TRY(find_member(reading, content, rows[i].name, KQ_JSON_OBJECT, &parts->objects[rows[i].part]));
    }
    return find_member(reading, parts->objects[PART_VOUCHER], "einfo", KQ_JSON_OBJECT,
                       &parts->objects[PART_EINFO]);
}

/* *is_open: it has placeholders that nothing is known of yet; *text is then empty. */
static struct kq_result read_text(const struct reading *reading, const struct kq_json *object,
                                  const char *name, struct kq_slice *text, bool *is_open)
{
    const struct kq_json *member = NULL;
    KQ_TRY(find_member(reading, object, name, KQ_JSON_STRING, &member));
    *text = member == NULL ? KQ_SLICE_EMPTY : member->text;
    *is_open = reading->values == NULL && kq_placeholder_stands_in(*text);
    if (*is_open) {
        KQ_ENSURE(text->size <= KQ_FILLED_TEXT_MAX_BYTES, reading->error, KQ_E_PASS_PARAMETER,
                  "tpl_content的%s过长", name);
        *text = KQ_SLICE_EMPTY;
    }
    if (reading->values == NULL) {
        return KQ_OK;
    }
    return kq_placeholders_fill(*text, reading->values, reading->arena, text, reading->error);
}

static struct kq_result read_texts(const struct reading *reading, const struct parts *parts,
                                   struct kq_pass_content *content)
{
    const struct {
        enum part part;
        const char *name;
        size_t max_chars;
        struct kq_slice *text;
    } rows[] = {
        {PART_VOUCHER, "title", KQ_PASS_TEXT_MAX_CHARS, &content->title},
        {PART_VOUCHER, "goodsId", KQ_PASS_TEXT_MAX_CHARS, &content->item_id},
        {PART_VOUCHER, "product", KQ_PASS_TEXT_MAX_CHARS, &content->product},
        {PART_EINFO, "logoText", KQ_PASS_TEXT_MAX_CHARS, &content->logo_text},
        {PART_EINFO, "secondLogoText", KQ_PASS_TEXT_MAX_CHARS, &content->second_logo_text},
        {PART_MERCHANT, "mname", KQ_PASS_TEXT_MAX_CHARS, &content->merchant_name},
        {PART_PLATFORM, "channelID", KQ_PASS_CHANNEL_ID_MAX_CHARS, &content->channel_id},
        {PART_FILE, "serialNumber", KQ_PASS_SERIAL_NUMBER_MAX_CHARS, &content->serial_number},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        bool is_open = false;
        KQ_TRY(read_text(reading, parts->objects[rows[i].part], rows[i].name, rows[i].text, &is_open));
        KQ_TRY(kq_pass_text_check(rows[i].name, *rows[i].text, rows[i].max_chars, reading->error));
    }
    return KQ_OK;
}

static struct kq_result read_type(const struct reading *reading, const struct parts *parts,
                                  struct kq_pass_content *content)
{
    bool is_open = false;
    KQ_TRY(read_text(reading, parts->objects[PART_VOUCHER], "type", &content->type, &is_open));
    if (is_open) {
        return KQ_OK;
    }
    KQ_ENSURE(content->type.size > 0, reading->error, KQ_E_PASS_PARAMETER,
              "tpl_content缺少content.evoucherInfo.type");
    KQ_TRY(kq_pass_text_check("type", content->type, KQ_PASS_TEXT_MAX_CHARS, reading->error));
    for (size_t i = 0; i < KQ_COUNT(types); i++) {
        if (kq_slice_equal(content->type, kq_slice_of(types[i].type))) {
            content->group = types[i].group;
            return KQ_OK;
        }
    }
    return kq_fail(reading->error, KQ_E_PASS_PARAMETER,
                   "type取值只能为coupon、boardingPass、eventTicket、card、cert，不支持%.*s",
                   KQ_SLICE_PRINT(content->type));
}

static struct kq_result read_time(const struct reading *reading, const struct parts *parts, const char *name,
                                  int64_t *time_s)
{
    struct kq_slice text;
    bool is_open = false;
    *time_s = KQ_TIME_UNSET;
    KQ_TRY(read_text(reading, parts->objects[PART_VOUCHER], name, &text, &is_open));
    KQ_ENSURE(text.size == 0 || kq_time_parse(text, time_s, NULL).ok, reading->error, KQ_E_PASS_PARAMETER,
              "%s格式不正确，应为yyyy-MM-dd HH:mm:ss", name);
    return KQ_OK;
}

static struct kq_result read_times(const struct reading *reading, const struct parts *parts,
                                   struct kq_pass_content *content)
{
    KQ_TRY(read_time(reading, parts, "startDate", &content->start_s));
    KQ_TRY(read_time(reading, parts, "endDate", &content->end_s));
    bool both = content->start_s != KQ_TIME_UNSET && content->end_s != KQ_TIME_UNSET;
    KQ_ENSURE(!both || content->end_s > content->start_s, reading->error, KQ_E_PASS_PARAMETER,
              "endDate必须晚于startDate");
    return KQ_OK;
}

/* As much of it as a wallet's line holds. */
static struct kq_slice cut(struct kq_slice text)
{
    size_t chars = kq_utf8_count(text);
    while (chars > KQ_PASS_TEXT_MAX_CHARS && text.size > 0) {
        text.size--;
        chars -= ((unsigned char)text.data[text.size] & 0xC0) != 0x80 ? 1 : 0;
    }
    return text;
}

/* A layout's main line, where the content has no second text of its own. */
static struct kq_result read_main_line(const struct reading *reading, const struct parts *parts,
                                       struct kq_slice *text)
{
    const struct kq_json *fields = NULL;
    KQ_TRY(find_member(reading, parts->objects[PART_EINFO], "primaryFields", KQ_JSON_ARRAY, &fields));
    const struct kq_json *field = fields == NULL ? NULL : fields->first;
    for (; field != NULL && text->size == 0; field = field->next) {
        bool is_open = false;
        KQ_TRY(read_text(reading, field, "value", text, &is_open));
        *text = cut(*text);
        KQ_TRY(kq_pass_text_check("primaryFields", *text, KQ_PASS_TEXT_MAX_CHARS, reading->error));
    }
    return KQ_OK;
}

static struct kq_result read_root(struct kq_slice json, const struct reading *reading,
                                  const struct kq_json **root)
{
    struct kq_error reason = {0};
    if (!kq_json_read(json, reading->arena, root, &reason).ok) {
        KQ_ENSURE_MEMORY(reason.code != KQ_E_NO_MEMORY, reading->error);
        return kq_fail(reading->error, KQ_E_PASS_PARAMETER, "tpl_content不是合法的JSON，%s", reason.detail);
    }
    KQ_ENSURE((*root)->kind == KQ_JSON_OBJECT, reading->error, KQ_E_PASS_PARAMETER,
              "tpl_content不是JSON对象");
    return KQ_OK;
}

static struct kq_result read_content(const struct reading *reading, const struct kq_json *root,
                                     struct kq_pass_content *content)
{
    struct parts parts = {0};
    *content = (struct kq_pass_content){.group = KQ_PASS_VOUCHER};
    KQ_TRY(find_parts(reading, root, &parts));
    KQ_TRY(read_type(reading, &parts, content));
    KQ_TRY(read_texts(reading, &parts, content));
    KQ_TRY(read_times(reading, &parts, content));
    if (content->second_logo_text.size == 0) {
        KQ_TRY(read_main_line(reading, &parts, &content->second_logo_text));
    }
    if (content->logo_text.size == 0) {
        content->logo_text = content->title;
    }
    return KQ_OK;
}

struct kq_result kq_pass_content_check(struct kq_slice json, struct kq_arena *arena,
                                       struct kq_placeholders *placeholders, struct kq_error *error)
{
    struct reading reading = {.arena = arena, .error = error};
    struct kq_pass_content content;
    const struct kq_json *root = NULL;
    KQ_TRY(read_root(json, &reading, &root));
    KQ_TRY(read_content(&reading, root, &content));
    return kq_placeholders_find(root, arena, placeholders, error);
}

struct kq_result kq_pass_content_fill(struct kq_slice json, const struct kq_pass_values *newer,
                                      const struct kq_pass_values *older, struct kq_arena *arena,
                                      struct kq_pass_values *used, struct kq_pass_content *content,
                                      struct kq_error *error)
{
    struct reading reading = {.values = used, .arena = arena, .error = error};
    struct kq_placeholders placeholders;
    const struct kq_json *root = NULL;
    KQ_TRY(read_root(json, &reading, &root));
    KQ_TRY(kq_placeholders_find(root, arena, &placeholders, error));
    KQ_TRY(kq_pass_values_select(&placeholders, newer, older, arena, used, error));
    return read_content(&reading, root, content);
}

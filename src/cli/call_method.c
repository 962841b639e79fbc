/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/call_method.h"

#include <inttypes.h>

#include "base/money.h"
#include "cli/call_fields.h"
#include "cli/flags.h"
#include "cli/help.h"
#include "cli/locale.h"
#include "cli/method_fields.h"
#include "cli/nearest.h"
#include "cli/shown.h"
#include "wire/gateway_error.h"

/* Dots that the name of another gateway's method has at least, where it does not begin with "alipay.". */
#define FOREIGN_DOTS_MIN 3

static bool is_end_of(struct kq_slice end, struct kq_slice name)
{
    if (end.size >= name.size) {
        return kq_slice_equal(end, name);
    }
    struct kq_slice tail = {.data = name.data + name.size - end.size, .size = end.size};
    return tail.data[-1] == '.' && kq_slice_equal(tail, end);
}

const struct kq_method *kq_call_method_find(struct kq_slice name)
{
    const struct kq_method *found = NULL;
    for (size_t i = 0; i < kq_catalogue_count; i++) {
        if (is_end_of(name, kq_slice_of(kq_catalogue[i]->name))) {
            if (found != NULL) {
                return NULL;
            }
            found = kq_catalogue[i];
        }
    }
    return found;
}

static size_t count_dots(struct kq_slice name)
{
    size_t dots = 0;
    for (size_t i = 0; i < name.size; i++) {
        dots += name.data[i] == '.' ? 1 : 0;
    }
    return dots;
}

/* The end of a name that has as many dots. */
static const char *end_of(const char *name, size_t dots)
{
    struct kq_slice end = kq_slice_of(name);
    while (count_dots(end) > dots) {
        size_t dot = kq_slice_find(end, '.');
        end = (struct kq_slice){.data = end.data + dot + 1, .size = end.size - dot - 1};
    }
    return end.data;
}

const struct kq_method *kq_call_method_nearest(struct kq_slice name)
{
    struct kq_nearest nearest;
    const struct kq_method *method = NULL;
    kq_nearest_init(&nearest, name);
    for (size_t i = 0; i < kq_catalogue_count; i++) {
        const char *end = end_of(kq_catalogue[i]->name, count_dots(name));
        kq_nearest_consider(&nearest, end);
        method = nearest.best == end ? kq_catalogue[i] : method;
    }
    return method;
}

static struct kq_result refuse_ambiguous(struct kq_slice name, struct kq_error *error)
{
    struct kq_buffer list KQ_CLEANUP(kq_buffer_free) = {0};
    for (size_t i = 0; i < kq_catalogue_count; i++) {
        if (is_end_of(name, kq_slice_of(kq_catalogue[i]->name))) {
            kq_buffer_print(&list, "%s%s", list.size == 0 ? "" : ", ", kq_catalogue[i]->name);
        }
    }
    KQ_ENSURE_MEMORY(!list.failed, error);
    return kq_fail(error, KQ_E_USAGE, "%.*s is the end of several methods: %s", KQ_SLICE_PRINT(name),
                   list.data);
}

static struct kq_result find(struct kq_slice name, const struct kq_method **method, struct kq_error *error)
{
    *method = NULL;
    for (size_t i = 0; i < kq_catalogue_count; i++) {
        if (is_end_of(name, kq_slice_of(kq_catalogue[i]->name))) {
            if (*method != NULL) {
                return refuse_ambiguous(name, error);
            }
            *method = kq_catalogue[i];
        }
    }
    bool foreign = kq_slice_starts_with(name, KQ_SLICE("alipay.")) || count_dots(name) >= FOREIGN_DOTS_MIN;
    if (*method != NULL || foreign) {
        return KQ_OK;
    }
    const struct kq_method *nearest = kq_call_method_nearest(name);
    KQ_ENSURE(nearest == NULL, error, KQ_E_USAGE, "there is no method %.*s; did you mean %s?",
              KQ_SLICE_PRINT(name), nearest == NULL ? "" : nearest->name);
    return kq_fail(error, KQ_E_USAGE, "there is no method %.*s: `kaquan help call` lists them",
                   KQ_SLICE_PRINT(name));
}

struct kq_result kq_call_method_resolve(struct kq_invocation *invocation, struct kq_error *error)
{
    const struct kq_method *method = NULL;
    if (invocation->operand.size > 0) {
        KQ_TRY(find(invocation->operand, &method, error));
    }
    if (method != NULL) {
        invocation->operand = kq_slice_of(method->name);
        return kq_call_fields_check(invocation, method, error);
    }
    if (invocation->field_count == 0) {
        return KQ_OK;
    }
    if (invocation->operand.size == 0) {
        return kq_flags_refuse_unknown(invocation->command, invocation->fields[0].name, error);
    }
    return kq_fail(error, KQ_E_USAGE,
                   "the fields of %.*s are not known here: give them with --biz, not with --%.*s",
                   KQ_SLICE_PRINT(invocation->operand), KQ_SLICE_PRINT(invocation->fields[0].name));
}

/* A value for the shell. */
static void print_argument(FILE *out, const char *text)
{
    bool plain = text[0] != '\0';
    for (const char *at = text; *at != '\0'; at++) {
        bool letter = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9');
        plain = plain && (letter || *at == '.' || *at == '_' || *at == '-' || *at == '/' || *at == ':' ||
                          (unsigned char)*at >= 0x80);
    }
    if (plain) {
        fputs(text, out);
        return;
    }
    fputc('\'', out);
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '\'') {
            fputs("'\\''", out);
        } else {
            fputc(*at, out);
        }
    }
    fputc('\'', out);
}

static void print_flag_with_example(FILE *out, const char *flag, const struct kq_field *field)
{
    fprintf(out, " \\\n      %s ", flag);
    print_argument(out,
                   field->example != NULL ? field->example : kq_local_text(kq_method_field_value(field)));
}

static bool is_in_example(const struct kq_method *method, const struct kq_field *field)
{
    bool wanted = field->required;
    for (size_t i = 0; i < method->rule_count; i++) {
        wanted = wanted || (method->rules[i].kind == KQ_RULE_ONE_OF &&
                            kq_slice_equal(kq_slice_of(method->rules[i].names[0]), kq_slice_of(field->name)));
    }
    return wanted;
}

/* The shortest end, of two words at least, that only this method's name has. */
static const char *short_name_of(const struct kq_method *method)
{
    size_t all = count_dots(kq_slice_of(method->name));
    for (size_t dots = 1; dots < all; dots++) {
        const char *end = end_of(method->name, dots);
        size_t owners = 0;
        for (size_t i = 0; i < kq_catalogue_count; i++) {
            owners += is_end_of(kq_slice_of(end), kq_slice_of(kq_catalogue[i]->name)) ? 1 : 0;
        }
        if (owners == 1) {
            return end;
        }
    }
    return method->name;
}

static void print_example(FILE *out, const struct kq_method *method)
{
    fprintf(out, "  kaquan call %s", short_name_of(method));
    const struct kq_field *field = kq_method_field(method->request, 0);
    for (size_t i = 0; field != NULL; field = kq_method_field(method->request, ++i)) {
        char flag[KQ_FIELD_FLAG_SIZE];
        kq_method_field_flag(field, flag);
        if (!is_in_example(method, field)) {
            continue;
        }
        if (field->type != KQ_FIELD_OBJECT_LIST && field->type != KQ_FIELD_OBJECT) {
            print_flag_with_example(out, flag, field);
            continue;
        }
        const struct kq_field *member = kq_method_field(field->members, 0);
        for (size_t j = 0; member != NULL; member = kq_method_field(field->members, ++j)) {
            char name[KQ_FIELD_FLAG_SIZE];
            char path[2 * KQ_FIELD_FLAG_SIZE];
            kq_method_field_flag(member, name);
            snprintf(path, sizeof(path), "%s.%s", flag, name + 2);
            print_flag_with_example(out, path, member);
        }
    }
    fputs("\n\n", out);
}

static void print_limits(FILE *out, const struct kq_field *field)
{
    bool is_price = field->type == KQ_FIELD_PRICE;
    if (field->max_chars > 0 && !is_price) {
        fprintf(out, kq_text("; at most %zu characters", "；最多%zu个字符"), field->max_chars);
    }
    if (is_price && field->minimum > 0) {
        char amount[KQ_MONEY_TEXT_SIZE];
        kq_money_format(field->minimum, amount);
        fprintf(out, kq_text("; at least %s", "；最小%s"), amount);
    } else if (!is_price && field->maximum > 0) {
        fprintf(out, kq_text("; %" PRId64 " to %" PRId64, "；%" PRId64 "到%" PRId64), field->minimum,
                field->maximum);
    }
    for (size_t i = 0; field->allowed != NULL && field->allowed[i] != NULL; i++) {
        fprintf(out, "%s%s", i == 0 ? kq_text("; one of ", "；可选值：") : kq_text(", ", "、"),
                field->allowed[i]);
    }
    if (field->example != NULL) {
        fprintf(out, kq_text("; e.g. %s", "；例如 %s"), field->example);
    }
}

static void print_field(FILE *out, const struct kq_field *field, const char *prefix)
{
    char flag[KQ_FIELD_FLAG_SIZE];
    kq_method_field_flag(field, flag);
    char head[3 * KQ_FIELD_FLAG_SIZE];
    snprintf(head, sizeof(head), "--%s%s %s", prefix, flag + 2, kq_local_text(kq_method_field_value(field)));
    kq_help_print_row(out, head, kq_text(field->text, field->text_zh));
    fputs(field->required ? kq_text(" (required)", "（必填）") : "", out);
    print_limits(out, field);
    fputs("\n", out);
    char path[2 * KQ_FIELD_FLAG_SIZE];
    snprintf(path, sizeof(path), "%s%s.", prefix, flag + 2);
    const struct kq_field *member = kq_method_field(field->members, 0);
    for (size_t i = 0; member != NULL; member = kq_method_field(field->members, ++i)) {
        print_field(out, member, path);
    }
}

static void print_rules(FILE *out, const struct kq_method *method)
{
    for (size_t i = 0; i < method->rule_count; i++) {
        const struct kq_rule *rule = &method->rules[i];
        bool one_of = rule->kind == KQ_RULE_ONE_OF;
        fputs(one_of ? kq_text("\nAt least one of ", "\n至少填一个：") : "\n", out);
        if (!one_of) {
            fprintf(out, kq_text("%s true needs %s", "%s为true时必填%s"), rule->names[0], rule->names[1]);
        }
        for (size_t j = 0; one_of && rule->names[j] != NULL; j++) {
            fprintf(out, "%s%s", j == 0 ? "" : kq_text(", ", "、"), rule->names[j]);
        }
        fputs(kq_text(".\n", "。\n"), out);
    }
}

static void print_codes(FILE *out, const struct kq_method *method)
{
    fputs(kq_text("\nBusiness codes it can answer:\n", "\n业务错误码：\n"), out);
    for (size_t i = 0; method->codes[i] != KQ_E_NONE; i++) {
        const struct kq_gateway_error *answer = kq_gateway_error_of(method->codes[i]);
        kq_help_print_row(out, answer->sub_code, kq_text(kq_error_text(method->codes[i]), answer->sub_msg));
        fputs("\n", out);
    }
}

void kq_call_method_help(FILE *out, const struct kq_invocation *invocation)
{
    const struct kq_method *method = kq_method_find(invocation->operand);
    if (method == NULL) {
        kq_help_command(out, invocation->command);
        return;
    }
    fprintf(out, "%s: %s\n\n", method->name, kq_text(method->text, method->text_zh));
    print_example(out, method);
    fputs(kq_text("Its fields (a list's flag may be given several times):\n",
                  "字段（列表类的参数可以重复给出）：\n"),
          out);
    const struct kq_field *field = kq_method_field(method->request, 0);
    for (size_t i = 0; field != NULL; field = kq_method_field(method->request, ++i)) {
        print_field(out, field, "");
    }
    print_rules(out, method);
    print_codes(out, method);
    fputs(kq_text("\nAnswer:\n", "\n应答字段：\n"), out);
    const struct kq_field *answer = kq_method_field(method->answer, 0);
    for (size_t i = 0; answer != NULL; answer = kq_method_field(method->answer, ++i)) {
        kq_help_print_row(out, answer->name, kq_text(answer->text, answer->text_zh));
        fputs("\n", out);
    }
    fputs(kq_text("\n`kaquan help call` explains the flags that all calls have.\n",
                  "\n`kaquan help call` 说明所有调用共有的参数。\n"),
          out);
}

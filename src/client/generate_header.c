/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/money.h"
#include "client/generate_methods.h"
#include "wire/gateway_error.h"

/* kaquan_methods.h: its comments are the reference of the typed calls, so they say what the tables say. */

static const char top[] =
    "/* SPDX-License-Identifier: Apache-2.0 */\n"
    "#ifndef KAQUAN_METHODS_H\n"
    "#define KAQUAN_METHODS_H\n"
    "\n"
    "#include \"kaquan.h\"\n"
    "\n"
    "/* A typed call for every method that Kaquan knows; made from its tables. Of each, three functions:\n"
    " *\n"
    " *     kq_METHOD         makes the call, as kq_client_call does.\n"
    " *     kq_METHOD_submit  begins it on a loop, as kq_client_loop_submit does.\n"
    " *     kq_METHOD_read    reads the answer that the loop hands to `done`.\n"
    " *\n"
    " * They are inline: kaquan_layouts.h tells the library how these structs are laid out here, so that\n"
    " * fields may come to them with any version, and the program runs on as it was compiled.\n"
    " *\n"
    " * Requests: zero one, then set what is needed; everything is borrowed during the call. NULL, a number\n"
    " * that is not set and KQ_UNSET mean that a field is not there. A required field that is not there is\n"
    " * KQ_CLIENT_USAGE, and nothing is sent; whatever else a value may be is for the gateway to say.\n"
    " * A list is a pointer and a count; one that is empty and there is any pointer and 0.\n"
    " *\n"
    " * Answers: written whatever the status; zeroed where nothing came that was verified. `answer` is what\n"
    " * kq_client_call gives, and owns all that the struct points to: kq_client_answer_free takes it in any\n"
    " * case. A refusal has fields where its method's refusals have some.\n"
    " *\n"
    " *     struct kq_alipay_marketing_voucher_send_request request = {0};\n"
    " *     request.template_id = \"20140601000730010040000000EB\";\n"
    " *     request.user_id = \"2088302001456115\";\n"
    " *     request.out_biz_no = \"order-1\";\n"
    " *     struct kq_alipay_marketing_voucher_send_answer answer;\n"
    " *     if (kq_alipay_marketing_voucher_send(client, &request, &answer, &error) == KQ_CLIENT_OK)\n"
    " *         printf(\"%s\\n\", answer.voucher_id);\n"
    " *     kq_client_answer_free(answer.answer);\n"
    " */\n"
    "\n"
    "#ifdef __cplusplus\n"
    "extern \"C\" {\n"
    "#endif\n";

static const char bottom[] = "\n"
                             "#ifdef __cplusplus\n"
                             "}\n"
                             "#endif\n"
                             "\n"
                             "#include \"kaquan_layouts.h\"\n"
                             "\n"
                             "#endif\n";

static void print_number_limits(const struct kq_field *field)
{
    if (field->minimum == 0 && field->maximum == 0) {
        return;
    }
    if (field->type == KQ_FIELD_PRICE) {
        char minimum[KQ_MONEY_TEXT_SIZE];
        char maximum[KQ_MONEY_TEXT_SIZE];
        kq_money_format(field->minimum, minimum);
        kq_money_format(field->maximum, maximum);
        printf("; from %s to %s", minimum, maximum);
    } else {
        bool is_list = field->type == KQ_FIELD_OBJECT_LIST || field->type == KQ_FIELD_STRING_LIST;
        printf("; from %" PRId64 " to %" PRId64 "%s", field->minimum, field->maximum,
               is_list ? " items" : "");
    }
}

static void print_limits(const struct kq_field *field, bool is_answer)
{
    printf("%s", field->required ? (is_answer ? "always there" : "required")
                                 : (is_answer ? "not always there" : "optional"));
    if (field->type == KQ_FIELD_PRICE) {
        printf("; yuan, two decimals at most");
    }
    if (field->type == KQ_FIELD_DATE) {
        printf("; yyyy-MM-dd HH:mm:ss, Beijing time");
    } else if (field->max_chars > 0) {
        printf("; at most %zu characters", field->max_chars);
    }
    print_number_limits(field);
    for (size_t i = 0; field->allowed != NULL && field->allowed[i] != NULL; i++) {
        printf("%s%s", i == 0 ? "; " : " or ", field->allowed[i]);
    }
    if (field->example != NULL) {
        printf("; like %s", field->example);
    }
}

static void print_member(const char *structure, const struct kq_field *field, bool is_answer)
{
    char name[KQ_GENERATED_NAME_SIZE];
    char member[KQ_GENERATED_NAME_SIZE];
    kq_generated_field_name(field, name);
    kq_generated_member_name(structure, field, member);
    printf("    /* %s (", field->text);
    print_limits(field, is_answer);
    printf(") */\n");
    switch (field->type) {
    case KQ_FIELD_NUMBER:
        printf("    struct kq_number_value %s;\n", name);
        break;
    case KQ_FIELD_BOOLEAN:
        printf("    enum kq_flag_value %s;\n", name);
        break;
    case KQ_FIELD_STRING_LIST:
        printf("    const char *const *%s;\n    size_t %s_count;\n", name, name);
        break;
    case KQ_FIELD_OBJECT_LIST:
        printf("    const struct %s *%s;\n    size_t %s_count;\n", member, name, name);
        break;
    case KQ_FIELD_OBJECT:
        printf("    const struct %s *%s;\n", member, name);
        break;
    default:
        printf("    const char *%s;\n", name);
        break;
    }
}

static void print_struct(const char *structure, const struct kq_fields *fields, bool is_answer,
                         const char *more);

static void print_nested(const char *structure, const struct kq_fields *fields, bool is_answer)
{
    if (fields->base != NULL) {
        print_nested(structure, fields->base, is_answer);
    }
    for (size_t i = 0; i < fields->count; i++) {
        if (fields->items[i].members != NULL) {
            char member[KQ_GENERATED_NAME_SIZE];
            kq_generated_member_name(structure, &fields->items[i], member);
            print_struct(member, fields->items[i].members, is_answer, NULL);
        }
    }
}

static void print_members(const char *structure, const struct kq_fields *fields, bool is_answer)
{
    if (fields->base != NULL) {
        print_members(structure, fields->base, is_answer);
    }
    for (size_t i = 0; i < fields->count; i++) {
        print_member(structure, &fields->items[i], is_answer);
    }
}

static void print_struct(const char *structure, const struct kq_fields *fields, bool is_answer,
                         const char *more)
{
    print_nested(structure, fields, is_answer);
    printf("\nstruct %s {\n", structure);
    print_members(structure, fields, is_answer);
    printf("%s};\n", more == NULL ? "" : more);
}

static void print_rules(const struct kq_method *method)
{
    for (size_t i = 0; i < method->rule_count; i++) {
        const struct kq_rule *rule = &method->rules[i];
        if (rule->kind == KQ_RULE_REQUIRED_IF) {
            printf("\n * %s is required where %s is true.", rule->names[1], rule->names[0]);
            continue;
        }
        printf("\n * At least one of");
        for (size_t n = 0; rule->names[n] != NULL; n++) {
            printf("%s %s", n == 0 ? "" : ",", rule->names[n]);
        }
        printf(".");
    }
}

#define CODES_A_LINE 4

static void print_codes(const struct kq_method *method)
{
    size_t count = 0;
    printf("\n * Refusals (sub_code):");
    for (const enum kq_error_code *code = method->codes; *code != KQ_E_NONE; code++) {
        printf("%s%s %s", count == 0 ? "" : ",", count % CODES_A_LINE == 0 ? "\n *  " : "",
               kq_gateway_error_of(*code)->sub_code);
        count++;
    }
    printf(".");
}

static void print_about(const struct kq_method *method)
{
    printf("\n/* %s: %s.", method->name, method->text);
    print_rules(method);
    print_codes(method);
    if (method->is_query) {
        printf("\n * It changes nothing, so it is repeated where nobody answered.");
    } else if (method->repeat_key != NULL) {
        printf("\n * With the same %s it is the same business, so it is repeated where nobody answered.",
               method->repeat_key);
    } else {
        printf("\n * Never repeated: nothing in it tells a repeat from another call.");
    }
    printf(" */\n");
}

#define INLINE "KQ_CLIENT_MUST KQ_CLIENT_INLINE enum kq_client_status "

static void print_method(const struct kq_method *method)
{
    char name[KQ_GENERATED_NAME_SIZE];
    char structure[KQ_GENERATED_NAME_SIZE + sizeof("_request")];
    kq_generated_name(method, name);
    print_about(method);
    snprintf(structure, sizeof(structure), "%s_request", name);
    print_struct(structure, method->request, false, NULL);
    snprintf(structure, sizeof(structure), "%s_answer", name);
    print_struct(structure, method->answer, true,
                 "    /* what came, with its codes; owned: kq_client_answer_free. NULL: nothing did */\n"
                 "    struct kq_client_answer *answer;\n");
    printf("\n" INLINE "%s(\n    struct kq_client *client,\n    const struct %s_request *request,\n"
           "    struct %s_answer *answer,\n    struct kq_client_error *error);\n",
           name, name, name);
    printf(INLINE "%s_submit(\n    struct kq_client_loop *loop,\n    const struct %s_request *request,\n"
                  "    kq_client_done done, void *data,\n    struct kq_client_error *error);\n",
           name, name);
    printf(INLINE "%s_read(\n    struct kq_client_answer *from,\n    struct %s_answer *answer,\n"
                  "    struct kq_client_error *error);\n",
           name, name);
}

/* For whoever wants all of them: a table by name, a binding for another language. */
static void print_list(void)
{
    printf("\n/* DO(kq_METHOD) for each method; kq_METHOD_method is its struct kq_client_method. */\n"
           "#define KQ_CLIENT_EACH_METHOD(DO)");
    for (size_t i = 0; i < kq_catalogue_count; i++) {
        char name[KQ_GENERATED_NAME_SIZE];
        kq_generated_name(kq_catalogue[i], name);
        printf(" \\\n    DO(%s)", name);
    }
    printf("\n");
}

void kq_generate_header(void)
{
    fputs(top, stdout);
    for (size_t i = 0; i < kq_catalogue_count; i++) {
        print_method(kq_catalogue[i]);
    }
    print_list();
    fputs(bottom, stdout);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "client/generate_methods.h"

/* kaquan_methods.c: the tables of typed.h, and functions of one line. */

static const char *kind_of(enum kq_field_type type)
{
    switch (type) {
    case KQ_FIELD_NUMBER:
        return "KQ_TYPED_NUMBER";
    case KQ_FIELD_BOOLEAN:
        return "KQ_TYPED_FLAG";
    case KQ_FIELD_STRING_LIST:
        return "KQ_TYPED_TEXT_LIST";
    case KQ_FIELD_OBJECT_LIST:
        return "KQ_TYPED_LIST";
    case KQ_FIELD_OBJECT:
        return "KQ_TYPED_OBJECT";
    default:
        return "KQ_TYPED_TEXT";
    }
}

static void print_row(const char *structure, const struct kq_field *field)
{
    char name[KQ_GENERATED_NAME_SIZE];
    char member[KQ_GENERATED_NAME_SIZE];
    kq_generated_field_name(field, name);
    kq_generated_member_name(structure, field, member);
    printf("    {.name = \"%s\", .kind = %s, .required = %s, .offset = offsetof(struct %s, %s)", field->name,
           kind_of(field->type), field->required ? "true" : "false", structure, name);
    if (field->type == KQ_FIELD_STRING_LIST || field->type == KQ_FIELD_OBJECT_LIST) {
        printf(", .count_offset = offsetof(struct %s, %s_count)", structure, name);
    }
    if (field->members != NULL) {
        printf(", .members = &%s_fields", member);
    }
    printf("},\n");
}

static void print_rows(const char *structure, const struct kq_fields *fields)
{
    if (fields->base != NULL) {
        print_rows(structure, fields->base);
    }
    for (size_t i = 0; i < fields->count; i++) {
        print_row(structure, &fields->items[i]);
    }
}

static void print_table(const char *structure, const struct kq_fields *fields);

static void print_nested(const char *structure, const struct kq_fields *fields)
{
    if (fields->base != NULL) {
        print_nested(structure, fields->base);
    }
    for (size_t i = 0; i < fields->count; i++) {
        if (fields->items[i].members != NULL) {
            char member[KQ_GENERATED_NAME_SIZE];
            kq_generated_member_name(structure, &fields->items[i], member);
            print_table(member, fields->items[i].members);
        }
    }
}

static void print_table(const char *structure, const struct kq_fields *fields)
{
    print_nested(structure, fields);
    printf("\nstatic const struct kq_typed_field %s_items[] = {\n", structure);
    print_rows(structure, fields);
    printf("};\nstatic const struct kq_typed_fields %s_fields = {\n"
           "    .items = %s_items, .count = KQ_COUNT(%s_items), .struct_bytes = sizeof(struct %s)};\n",
           structure, structure, structure, structure);
}

static void print_tables(const struct kq_method *method)
{
    char name[KQ_GENERATED_NAME_SIZE];
    char structure[KQ_GENERATED_NAME_SIZE + sizeof("_request")];
    kq_generated_name(method, name);
    snprintf(structure, sizeof(structure), "%s_request", name);
    print_table(structure, method->request);
    snprintf(structure, sizeof(structure), "%s_answer", name);
    print_table(structure, method->answer);
}

static void print_entry(const struct kq_method *method)
{
    char name[KQ_GENERATED_NAME_SIZE];
    kq_generated_name(method, name);
    printf("    {.name = \"%s\", .is_query = %s", method->name, method->is_query ? "true" : "false");
    if (method->repeat_key != NULL) {
        printf(", .repeat_key = \"%s\"", method->repeat_key);
    }
    printf(", .request = &%s_request_fields, .answer = &%s_answer_fields, .answer_offset = offsetof(struct "
           "%s_answer, answer)},\n",
           name, name, name);
}

static void print_functions(const struct kq_method *method, size_t place)
{
    char name[KQ_GENERATED_NAME_SIZE];
    kq_generated_name(method, name);
    printf("\nenum kq_client_status %s(struct kq_client *client, const struct %s_request *request, struct "
           "%s_answer *answer, struct kq_client_error *error)\n"
           "{\n    return kq_typed_call(client, &kq_typed_methods[%zu], request, answer, error);\n}\n",
           name, name, name, place);
    printf("\nenum kq_client_status %s_submit(struct kq_client_loop *loop, const struct %s_request *request, "
           "kq_client_done done, void *data, struct kq_client_error *error)\n"
           "{\n    return kq_typed_submit(loop, &kq_typed_methods[%zu], request, done, data, error);\n}\n",
           name, name, place);
    printf("\nenum kq_client_status %s_read(struct kq_client_answer *from, struct %s_answer *answer, struct "
           "kq_client_error *error)\n"
           "{\n    return kq_typed_answer(from, &kq_typed_methods[%zu], answer, error);\n}\n",
           name, name, place);
}

void kq_generate_source(void)
{
    printf("/* SPDX-License-Identifier: Apache-2.0 */\n/* Made by src/client/generate_methods.c. */\n"
           "#include \"kaquan_methods.h\"\n\n#include \"base/macros.h\"\n#include \"client/typed.h\"\n");
    for (size_t i = 0; i < kq_catalogue_count; i++) {
        print_tables(kq_catalogue[i]);
    }
    printf("\nconst struct kq_typed_method kq_typed_methods[] = {\n");
    for (size_t i = 0; i < kq_catalogue_count; i++) {
        print_entry(kq_catalogue[i]);
    }
    printf("};\nconst size_t kq_typed_method_count = KQ_COUNT(kq_typed_methods);\n");
    for (size_t i = 0; i < kq_catalogue_count; i++) {
        print_functions(kq_catalogue[i], i);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "client/generate_methods.h"

/* kaquan_layouts.h: how the structs of kaquan_methods.h are laid out for whoever compiles it, and the typed
 * calls, which are inline and hand that on. */

static const char top[] =
    "/* SPDX-License-Identifier: Apache-2.0 */\n"
    "#ifndef KAQUAN_LAYOUTS_H\n"
    "#define KAQUAN_LAYOUTS_H\n"
    "\n"
    "#include \"kaquan_methods.h\"\n"
    "\n"
    "/* What stands behind the functions of kaquan_methods.h, which includes it; there is nothing in it to "
    "read. */\n"
    "\n"
    "#ifdef __cplusplus\n"
    "extern \"C\" {\n"
    "#endif\n";

static const char bottom[] = "\n"
                             "#ifdef __cplusplus\n"
                             "}\n"
                             "#endif\n"
                             "\n"
                             "#endif\n";

static const char *kind_of(enum kq_field_type type)
{
    switch (type) {
    case KQ_FIELD_NUMBER:
        return "KQ_CLIENT_FIELD_NUMBER";
    case KQ_FIELD_BOOLEAN:
        return "KQ_CLIENT_FIELD_FLAG";
    case KQ_FIELD_STRING_LIST:
        return "KQ_CLIENT_FIELD_TEXT_LIST";
    case KQ_FIELD_OBJECT_LIST:
        return "KQ_CLIENT_FIELD_STRUCT_LIST";
    case KQ_FIELD_OBJECT:
        return "KQ_CLIENT_FIELD_STRUCT";
    default:
        return "KQ_CLIENT_FIELD_TEXT";
    }
}

/* Without the names of members, which C++ has in no standard before 2020. */
static void print_row(const char *structure, const struct kq_field *field)
{
    char name[KQ_GENERATED_NAME_SIZE];
    char member[KQ_GENERATED_NAME_SIZE];
    kq_generated_field_name(field, name);
    kq_generated_member_name(structure, field, member);
    printf("    {\"%s\", %s, %d, offsetof(struct %s, %s), ", field->name, kind_of(field->type),
           field->required ? 1 : 0, structure, name);
    if (field->type == KQ_FIELD_STRING_LIST || field->type == KQ_FIELD_OBJECT_LIST) {
        printf("offsetof(struct %s, %s_count), ", structure, name);
    } else {
        printf("0, ");
    }
    if (field->members != NULL) {
        printf("&%s_layout},\n", member);
    } else {
        printf("NULL},\n");
    }
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

static size_t count_of(const struct kq_fields *fields)
{
    return fields->count + (fields->base == NULL ? 0 : count_of(fields->base));
}

/* An answer may have no fields at all, and C has no arrays of nothing. */
static void print_table(const char *structure, const struct kq_fields *fields)
{
    size_t count = count_of(fields);
    print_nested(structure, fields);
    if (count > 0) {
        printf("\nstatic const struct kq_client_field %s_fields[] = {\n", structure);
        print_rows(structure, fields);
        printf("};");
    }
    printf("\nstatic const struct kq_client_layout %s_layout = {\n    %s%s, %zu, sizeof(struct %s)};\n",
           structure, count > 0 ? structure : "NULL", count > 0 ? "_fields" : "", count, structure);
}

static void print_functions(const char *name)
{
    printf("\nKQ_CLIENT_MUST KQ_CLIENT_INLINE enum kq_client_status %s(struct kq_client *client,\n"
           "    const struct %s_request *request, struct %s_answer *answer, struct kq_client_error *error)\n"
           "{\n    return kq_client_typed_call(client, &%s_method, request, answer, error);\n}\n",
           name, name, name, name);
    printf("\nKQ_CLIENT_MUST KQ_CLIENT_INLINE enum kq_client_status %s_submit(struct kq_client_loop *loop,\n"
           "    const struct %s_request *request, kq_client_done done, void *data, struct kq_client_error "
           "*error)\n"
           "{\n    return kq_client_typed_submit(loop, &%s_method, request, done, data, error);\n}\n",
           name, name, name);
    printf("\nKQ_CLIENT_MUST KQ_CLIENT_INLINE enum kq_client_status %s_read(struct kq_client_answer *from,\n"
           "    struct %s_answer *answer, struct kq_client_error *error)\n"
           "{\n    return kq_client_typed_read(from, &%s_method, answer, error);\n}\n",
           name, name, name);
}

static void print_method(const struct kq_method *method)
{
    char name[KQ_GENERATED_NAME_SIZE];
    char structure[KQ_GENERATED_NAME_SIZE + sizeof("_request")];
    kq_generated_name(method, name);
    snprintf(structure, sizeof(structure), "%s_request", name);
    print_table(structure, method->request);
    snprintf(structure, sizeof(structure), "%s_answer", name);
    print_table(structure, method->answer);
    printf("\nstatic const struct kq_client_method %s_method = {\n    \"%s\", &%s_request_layout, "
           "&%s_answer_layout,\n    offsetof(struct %s_answer, answer)};\n",
           name, method->name, name, name, name);
    print_functions(name);
}

void kq_generate_layouts(void)
{
    fputs(top, stdout);
    for (size_t i = 0; i < kq_catalogue_count; i++) {
        print_method(kq_catalogue[i]);
    }
    fputs(bottom, stdout);
}

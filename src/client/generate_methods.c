/* SPDX-License-Identifier: Apache-2.0 */
#include "client/generate_methods.h"

#include <stdio.h>
#include <string.h>

void kq_generated_name(const struct kq_method *method, char name[KQ_GENERATED_NAME_SIZE])
{
    snprintf(name, KQ_GENERATED_NAME_SIZE, "kq_%s", method->name);
    for (char *at = name; *at != '\0'; at++) {
        *at = *at == '.' ? '_' : *at;
    }
}

void kq_generated_member_name(const char *structure, const struct kq_field *field,
                              char name[KQ_GENERATED_NAME_SIZE])
{
    snprintf(name, KQ_GENERATED_NAME_SIZE, "%s_%s", structure, field->name);
}

const char *kq_generated_field_name(const struct kq_field *field, char name[KQ_GENERATED_NAME_SIZE])
{
    static const char *const taken[] = {"class",   "delete",   "default", "export", "new",     "operator",
                                        "private", "template", "this",    "answer", "register"};
    bool is_taken = false;
    for (size_t i = 0; i < KQ_COUNT(taken); i++) {
        is_taken = is_taken || strcmp(field->name, taken[i]) == 0;
    }
    snprintf(name, KQ_GENERATED_NAME_SIZE, is_taken ? "%s_" : "%s", field->name);
    return name;
}

int main(int argument_count, char **arguments)
{
    const char *what = argument_count == 2 ? arguments[1] : "";
    if (strcmp(what, "header") == 0) {
        kq_generate_header();
    } else if (strcmp(what, "layouts") == 0) {
        kq_generate_layouts();
    } else if (strcmp(what, "source") == 0) {
        kq_generate_source();
    } else {
        fputs("usage: generate_methods header|layouts|source\n", stderr);
        return 2;
    }
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "client/generate_methods.h"

/* kaquan_methods.c: the table of known_methods.h. */

static void print_entry(const struct kq_method *method)
{
    printf("    {.name = \"%s\", .is_query = %s", method->name, method->is_query ? "true" : "false");
    if (method->repeat_key != NULL) {
        printf(", .repeat_key = \"%s\"", method->repeat_key);
    }
    printf("},\n");
}

void kq_generate_source(void)
{
    printf("/* SPDX-License-Identifier: Apache-2.0 */\n/* Made by src/client/generate_source.c. */\n"
           "#include \"base/macros.h\"\n#include \"client/known_methods.h\"\n\n"
           "const struct kq_known_method kq_known_methods[] = {\n");
    for (size_t i = 0; i < kq_catalogue_count; i++) {
        print_entry(kq_catalogue[i]);
    }
    printf("};\nconst size_t kq_known_method_count = KQ_COUNT(kq_known_methods);\n");
}

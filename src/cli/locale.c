/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/locale.h"

#include <stdlib.h>
#include <string.h>

bool kq_is_chinese(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != '\0') {
            return strncmp(value, "zh", 2) == 0;
        }
    }
    return false;
}

const char *kq_text(const char *english, const char *chinese)
{
    return chinese != NULL && kq_is_chinese() ? chinese : english;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/locale.h"

#include <stdlib.h>
#include <string.h>

#include "cli/chinese.h"

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

static const char *find(const struct kq_translation *rows, size_t count, struct kq_slice english)
{
    for (size_t i = 0; i < count; i++) {
        if (kq_slice_equal(kq_slice_of(rows[i].english), english)) {
            return rows[i].chinese;
        }
    }
    return NULL;
}

const char *kq_local_part(struct kq_slice english)
{
    const char *chinese = find(kq_chinese_help, kq_chinese_help_count, english);
    return chinese != NULL ? chinese : find(kq_chinese_words, kq_chinese_words_count, english);
}

const char *kq_local_text(const char *english)
{
    const char *chinese = kq_is_chinese() ? kq_local_part(kq_slice_of(english)) : NULL;
    return chinese != NULL ? chinese : english;
}

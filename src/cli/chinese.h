/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_CHINESE_H
#define KQ_CLI_CHINESE_H

#include <stddef.h>

/* The command line's Chinese, in tables beside the commands: these say what they do in English only. A test
 * names each text of a command that has no row here, and each row that no command needs. */
struct kq_translation {
    const char *english;
    const char *chinese;
};

extern const struct kq_translation kq_chinese_help[];
extern const size_t kq_chinese_help_count;
extern const struct kq_translation kq_chinese_words[];
extern const size_t kq_chinese_words_count;

#endif

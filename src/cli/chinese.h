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

/* Of errors, the English is the format with each conversion (and any that touch) as one `%`. In the Chinese,
 * %1 is what stood in the first one, and &1 the same in Chinese where it has a row itself. */
extern const struct kq_translation kq_chinese_errors[];
extern const size_t kq_chinese_errors_count;
extern const struct kq_translation kq_chinese_error_parts[];
extern const size_t kq_chinese_error_parts_count;
extern const struct kq_translation kq_chinese_system_errors[];
extern const size_t kq_chinese_system_errors_count;
extern const struct kq_translation kq_chinese_error_texts[];
extern const size_t kq_chinese_error_texts_count;
extern const struct kq_translation kq_chinese_key_errors[];
extern const size_t kq_chinese_key_errors_count;
extern const struct kq_translation kq_chinese_server_errors[];
extern const size_t kq_chinese_server_errors_count;
extern const struct kq_translation kq_chinese_doctor_errors[];
extern const size_t kq_chinese_doctor_errors_count;
extern const struct kq_translation kq_chinese_client_errors[];
extern const size_t kq_chinese_client_errors_count;
extern const struct kq_translation kq_chinese_domain_errors[];
extern const size_t kq_chinese_domain_errors_count;

#endif

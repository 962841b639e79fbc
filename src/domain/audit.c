/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/audit.h"

const char *kq_audit_check_name(enum kq_audit_check check)
{
    static const char *const names[KQ_AUDIT_CHECK_COUNT] = {
#define KQ_AUDIT_NAME(name, text_name, text) [KQ_AUDIT_##name] = (text_name),
        KQ_AUDIT_LIST(KQ_AUDIT_NAME)
#undef KQ_AUDIT_NAME
    };
    return names[check];
}

const char *kq_audit_check_text(enum kq_audit_check check)
{
    static const char *const texts[KQ_AUDIT_CHECK_COUNT] = {
#define KQ_AUDIT_TEXT(name, text_name, text) [KQ_AUDIT_##name] = (text),
        KQ_AUDIT_LIST(KQ_AUDIT_TEXT)
#undef KQ_AUDIT_TEXT
    };
    return texts[check];
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_LANGUAGE_H
#define KQ_SERVER_LANGUAGE_H

#include "base/slice.h"

/* The languages of pages for people. */
enum kq_language { KQ_LANGUAGE_CHINESE, KQ_LANGUAGE_ENGLISH, KQ_LANGUAGE_COUNT };

/* Which of them an Accept-Language header (RFC 9110 section 12.5.4) likes better; of two that it likes as
 * much, the first one named. Chinese, the platform's, where it names neither, or is none at all. */
enum kq_language kq_language_of(struct kq_slice accept_language);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_BASE_MACROS_H
#define KQ_BASE_MACROS_H

/* Attributes with names. Both gcc and clang know all of them. */

#define KQ_MUST __attribute__((warn_unused_result))
#define KQ_PRINTF(format_index, first_index) __attribute__((format(printf, format_index, first_index)))

/* Runs `function(&variable)` when the variable leaves its scope. */
#define KQ_CLEANUP(function) __attribute__((cleanup(function)))

#define KQ_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_ACCESS_LOG_H
#define KQ_SERVER_ACCESS_LOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "server/call.h"
#include "server/http.h"

/* The access log: one JSON line a call, so that a call can be found again by its trace id. Never a key, a
 * signature, a token, a parameter's value or a personal datum: what a caller chose is only app_id, made
 * harmless and short. Lines are written with one write each to a file open for appending, so those of several
 * threads do not mix. */

/* Characters of what a caller chose; a longer app_id is nobody's (spec/gateway.md allows 32). */
#define KQ_ACCESS_LOG_TEXT_MAX_CHARS 64

struct kq_access_log {
    int fd;               /* -1: none is kept */
    const char *path;     /* borrowed; NULL: nothing to open anew */
    bool is_file;         /* else a pipe or a terminal, whose reader may be slow */
    _Atomic bool is_torn; /* the last line came out in part: the next begins with a line end */
};

/* What both kinds of line have. */
struct kq_access {
    int64_t wall_ms; /* since 1970, of the answer */
    int64_t duration_us;
    size_t bytes_in;
    size_t bytes_out;
};

/* `path`: a file, made with mode 0640 if it is not there, "-" for standard error, NULL for none; borrowed
 * until close. IO. */
KQ_MUST struct kq_result kq_access_log_open(const char *path, struct kq_access_log *log,
                                            struct kq_error *error);

/* Opens the file anew, for whoever has moved it away; other threads go on writing. IO, and the old one stays.
 */
KQ_MUST struct kq_result kq_access_log_reopen(struct kq_access_log *log, struct kq_error *error);

void kq_access_log_close(struct kq_access_log *log);

/* The line of an answered call, with its line end. */
void kq_access_log_append_call(struct kq_buffer *line, const struct kq_call *call,
                               const struct kq_access *access);

/* The line of a request that was no call, with its answer's trace id. */
void kq_access_log_append_refusal(struct kq_buffer *line, const char *trace_id, enum kq_http_status status,
                                  const struct kq_access *access);

/* Writes one line. Any thread. Never waits for a slow reader. False: the line is lost (disk full, out of
 * memory, …). */
bool kq_access_log_write(struct kq_access_log *log, const struct kq_buffer *line);

#endif

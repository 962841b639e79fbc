/* SPDX-License-Identifier: Apache-2.0 */
#include "server/access_log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/time.h"
#include "wire/charset.h"
#include "wire/gateway_error.h"
#include "wire/json.h"

#define FILE_MODE 0640
#define UTF8_MAX_BYTES 4
#define REPLACEMENT KQ_SLICE("\xEF\xBF\xBD") /* U+FFFD */

static struct kq_result open_file(const char *path, int *fd, struct kq_error *error)
{
    *fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, FILE_MODE);
    KQ_ENSURE(*fd >= 0, error, KQ_E_IO, "the access log %s cannot be opened: %s", path, strerror(errno));
    return KQ_OK;
}

struct kq_result kq_access_log_open(const char *path, struct kq_access_log *log, struct kq_error *error)
{
    *log = (struct kq_access_log){.fd = -1};
    if (path == NULL) {
        return KQ_OK;
    }
    if (kq_slice_equal(kq_slice_of(path), KQ_SLICE("-"))) {
        log->fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        KQ_ENSURE(log->fd >= 0, error, KQ_E_IO, "standard error cannot be used for the access log: %s",
                  strerror(errno));
    } else {
        KQ_TRY(open_file(path, &log->fd, error));
        log->path = path;
    }
    struct stat status;
    log->is_file = fstat(log->fd, &status) == 0 && S_ISREG(status.st_mode);
    return KQ_OK;
}

struct kq_result kq_access_log_reopen(struct kq_access_log *log, struct kq_error *error)
{
    if (log->path == NULL) {
        return KQ_OK;
    }
    int fd = -1;
    KQ_TRY(open_file(log->path, &fd, error));
    int replaced = dup3(fd, log->fd, O_CLOEXEC); /* in one step: a writer has the old file or the new one */
    int reason = errno;
    close(fd);
    KQ_ENSURE(replaced >= 0, error, KQ_E_IO, "the access log cannot be opened anew: %s", strerror(reason));
    return KQ_OK;
}

void kq_access_log_close(struct kq_access_log *log)
{
    if (log->fd >= 0) {
        close(log->fd);
    }
    log->fd = -1;
}

static void append_time(struct kq_buffer *line, int64_t wall_ms)
{
    char text[KQ_TIME_TEXT_SIZE];
    kq_time_format(wall_ms / 1000, text);
    kq_buffer_print(line, "{\"time\":\"%.10sT%.8s.%03d+08:00\"", text, text + sizeof("yyyy-MM-dd"),
                    (int)(wall_ms % 1000));
}

static void append_measures(struct kq_buffer *line, const struct kq_access *access)
{
    kq_buffer_print(line, ",\"ms\":%" PRId64 ".%03d,\"bytes_in\":%zu,\"bytes_out\":%zu}\n",
                    access->duration_us / 1000, (int)(access->duration_us % 1000), access->bytes_in,
                    access->bytes_out);
}

/* How many bytes the valid UTF-8 character at the front has; 0: there is none. */
static size_t character_bytes(struct kq_slice text)
{
    for (size_t size = 1; size <= UTF8_MAX_BYTES && size <= text.size; size++) {
        if (kq_utf8_is_valid((struct kq_slice){.data = text.data, .size = size})) {
            return size;
        }
    }
    return 0;
}

/* A caller's bytes as a JSON string: what is not UTF-8 replaced, the rest cut. */
static void append_foreign(struct kq_buffer *line, struct kq_slice text)
{
    char clean[KQ_ACCESS_LOG_TEXT_MAX_CHARS * UTF8_MAX_BYTES];
    size_t clean_bytes = 0;
    for (size_t count = 0; count < KQ_ACCESS_LOG_TEXT_MAX_CHARS && text.size > 0; count++) {
        size_t size = character_bytes(text);
        struct kq_slice piece = size == 0 ? REPLACEMENT : (struct kq_slice){.data = text.data, .size = size};
        memcpy(clean + clean_bytes, piece.data, piece.size);
        clean_bytes += piece.size;
        size = size == 0 ? 1 : size;
        text = (struct kq_slice){.data = text.data + size, .size = text.size - size};
    }
    kq_json_append_string(line, (struct kq_slice){.data = clean, .size = clean_bytes});
}

void kq_access_log_append_call(struct kq_buffer *line, const struct kq_call *call,
                               const struct kq_access *access)
{
    const struct kq_gateway_error *answer = kq_gateway_error_of(call->error.code);
    append_time(line, access->wall_ms);
    kq_buffer_print(line, ",\"trace_id\":\"%s\",\"app_id\":", call->trace_id);
    append_foreign(line, call->app_id);
    kq_buffer_print(line, ",\"method\":\"%s\",\"code\":\"%s\",\"sub_code\":\"%s\"",
                    call->method == NULL ? "unknown" : call->method->name, answer->code,
                    answer->sub_code == NULL ? "" : answer->sub_code);
    if (kq_call_is_v3(call)) {
        kq_buffer_print(line, ",\"v3_status\":%u", kq_http_status_number(call->v3.status));
    }
    append_measures(line, access);
}

void kq_access_log_append_refusal(struct kq_buffer *line, const char *trace_id, enum kq_http_status status,
                                  const struct kq_access *access)
{
    append_time(line, access->wall_ms);
    kq_buffer_print(line, ",\"trace_id\":\"%s\",\"status\":%u", trace_id, kq_http_status_number(status));
    append_measures(line, access);
}

/* A line is shorter than PIPE_BUF, so a pipe that polls as writable takes it whole. */
static bool is_writable(const struct kq_access_log *log)
{
    struct pollfd poll_fd = {.fd = log->fd, .events = POLLOUT};
    return log->is_file || (poll(&poll_fd, 1, 0) == 1 && (poll_fd.revents & POLLOUT) != 0);
}

bool kq_access_log_write(struct kq_access_log *log, const struct kq_buffer *line)
{
    if (log->fd < 0) {
        return true;
    }
    if (line->failed || line->size == 0 || !is_writable(log)) {
        return false;
    }
    if (atomic_exchange(&log->is_torn, false) && write(log->fd, "\n", 1) != 1) {
        atomic_store(&log->is_torn, true);
        return false;
    }
    ssize_t written = 0;
    do {
        written = write(log->fd, line->data, line->size);
    } while (written < 0 && errno == EINTR);
    if (written > 0 && (size_t)written < line->size) {
        atomic_store(&log->is_torn, true);
    }
    return written == (ssize_t)line->size;
}

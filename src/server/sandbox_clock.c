/* SPDX-License-Identifier: Apache-2.0 */
#include "server/sandbox_clock.h"

#include <inttypes.h>
#include <stdatomic.h>

#include "base/cursor.h"
#include "base/time.h"
#include "wire/json.h"

#define MS_PER_S INT64_C(1000)

/* 9999-12-31 is less than 3 * 10^11 seconds away. */
#define OFFSET_DIGITS_MAX 12

static int64_t wall_s(const struct kq_system_clock *clock)
{
    return clock->clock.wall_ms(&clock->clock) / MS_PER_S;
}

static struct kq_result read_offset(const struct kq_json *value, int64_t *offset_s, struct kq_error *error)
{
    struct kq_cursor cursor = kq_cursor_of(value->text);
    bool is_negative = kq_cursor_take_literal(&cursor, KQ_SLICE("-"));
    struct kq_slice digits = kq_cursor_take_rest(&cursor);
    KQ_ENSURE(kq_slice_is_digits(digits) && digits.size <= OFFSET_DIGITS_MAX, error, KQ_E_BAD_INPUT,
              "offset_s is no whole number of seconds");
    *offset_s = 0;
    for (size_t i = 0; i < digits.size; i++) {
        *offset_s = *offset_s * 10 + (digits.data[i] - '0');
    }
    *offset_s = is_negative ? -*offset_s : *offset_s;
    return KQ_OK;
}

static struct kq_result read_now(const struct kq_json *value, int64_t now_s, int64_t *offset_s,
                                 struct kq_error *error)
{
    int64_t wanted_s = 0;
    KQ_ENSURE(value->kind == KQ_JSON_STRING && kq_time_parse(value->text, &wanted_s, error).ok, error,
              KQ_E_BAD_INPUT, "now is no time as yyyy-MM-dd HH:mm:ss");
    *offset_s = wanted_s - now_s;
    return KQ_OK;
}

/* Where `stopped` is not there, the clock runs. */
static struct kq_result read_stopped(const struct kq_json *value, bool *stopped, struct kq_error *error)
{
    *stopped = value != NULL && value->kind == KQ_JSON_TRUE;
    KQ_ENSURE(value == NULL || *stopped || value->kind == KQ_JSON_FALSE, error, KQ_E_BAD_INPUT,
              "stopped is neither true nor false");
    return KQ_OK;
}

static struct kq_result read_move(const struct kq_json *object, int64_t now_s, int64_t *offset_s,
                                  bool *stopped, struct kq_error *error)
{
    const struct kq_json *offset = kq_json_member(object, KQ_SLICE("offset_s"));
    const struct kq_json *now = kq_json_member(object, KQ_SLICE("now"));
    const struct kq_json *stop = kq_json_member(object, KQ_SLICE("stopped"));
    KQ_ENSURE((offset == NULL) != (now == NULL), error, KQ_E_BAD_INPUT,
              "there is neither offset_s nor now, or there are both");
    KQ_ENSURE(object->count == (stop == NULL ? 1 : 2), error, KQ_E_BAD_INPUT, "there is an unknown member");
    if (offset != NULL) {
        KQ_TRY(read_offset(offset, offset_s, error));
    } else {
        KQ_TRY(read_now(now, now_s, offset_s, error));
    }
    return read_stopped(stop, stopped, error);
}

struct kq_result kq_sandbox_clock_move(struct kq_system_clock *clock, struct kq_slice json,
                                       struct kq_error *error)
{
    KQ_CLEANUP(kq_arena_free) struct kq_arena arena = {0};
    const struct kq_json *value = NULL;
    int64_t now_s = wall_s(clock);
    int64_t offset_s = 0;
    bool stopped = false;
    if (!kq_json_read(json, &arena, &value, error).ok || value->kind != KQ_JSON_OBJECT) {
        return kq_fail(error, KQ_E_BAD_INPUT,
                       "the body is not {\"offset_s\":N} or {\"now\":\"yyyy-MM-dd HH:mm:ss\"}, with"
                       " \"stopped\":true if it is to stand still");
    }
    KQ_TRY(read_move(value, now_s, &offset_s, &stopped, error));
    KQ_ENSURE(now_s + offset_s >= 0 && now_s + offset_s <= KQ_TIME_MAX_S, error, KQ_E_BAD_INPUT,
              "the clock cannot be moved before 1970 or beyond 9999");
    atomic_store(&clock->offset_ms, offset_s * MS_PER_S);
    atomic_store(&clock->stopped_at_ms, stopped ? (now_s + offset_s) * MS_PER_S : KQ_CLOCK_RUNS);
    return KQ_OK;
}

void kq_sandbox_clock_append(const struct kq_system_clock *clock, struct kq_buffer *json)
{
    char now[KQ_TIME_TEXT_SIZE];
    kq_time_format(clock->clock.business_ms(&clock->clock) / MS_PER_S, now);
    bool stopped = atomic_load(&clock->stopped_at_ms) != KQ_CLOCK_RUNS;
    kq_buffer_print(json, "{\"now\":\"%s\",\"offset_s\":%" PRId64 ",\"stopped\":%s}\n", now,
                    atomic_load(&clock->offset_ms) / MS_PER_S, stopped ? "true" : "false");
}

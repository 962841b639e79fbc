/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/available_time.h"

#include "base/arena.h"
#include "base/cursor.h"
#include "base/macros.h"
#include "base/time.h"
#include "wire/json.h"

#define DAYS_PER_WEEK 7
/* The members of a row. */
#define ROW_MEMBER_COUNT 3

/* A row: bit d of `days` for day d, seconds of the day. */
struct row {
    unsigned days;
    int64_t begin_s;
    int64_t end_s;
};

static struct kq_result read_text(const struct kq_json *object, const char *name, struct kq_slice *text,
                                  struct kq_error *error)
{
    const struct kq_json *member = kq_json_member(object, kq_slice_of(name));
    KQ_ENSURE(member != NULL && member->kind == KQ_JSON_STRING, error, KQ_E_BAD_INPUT,
              "available time: %s is not a string", name);
    *text = member->text;
    return KQ_OK;
}

static struct kq_result read_days(const struct kq_json *object, unsigned *days, struct kq_error *error)
{
    struct kq_slice text = KQ_SLICE_EMPTY;
    KQ_TRY(read_text(object, "day_rule", &text, error));
    struct kq_cursor cursor = kq_cursor_of(text);
    int separator = ',';
    *days = 0;
    while (separator == ',') {
        int day = kq_cursor_take(&cursor) - '0';
        KQ_ENSURE(day >= 1 && day <= DAYS_PER_WEEK, error, KQ_E_BAD_INPUT,
                  "available time: day_rule is not days from 1 to 7 with commas between them");
        *days |= 1U << (unsigned)day;
        separator = kq_cursor_take(&cursor);
    }
    KQ_ENSURE(separator < 0, error, KQ_E_BAD_INPUT,
              "available time: day_rule is not days from 1 to 7 with commas between them");
    return KQ_OK;
}

static bool take_two_digits(struct kq_cursor *cursor, int64_t *number)
{
    struct kq_slice digits;
    if (!kq_cursor_take_bytes(cursor, 2, &digits) || !kq_slice_is_digits(digits)) {
        return false;
    }
    *number = (digits.data[0] - '0') * INT64_C(10) + (digits.data[1] - '0');
    return true;
}

static struct kq_result read_time(const struct kq_json *object, const char *name, int64_t *of_day_s,
                                  struct kq_error *error)
{
    struct kq_slice text = KQ_SLICE_EMPTY;
    KQ_TRY(read_text(object, name, &text, error));
    struct kq_cursor cursor = kq_cursor_of(text);
    int64_t hour = 0;
    int64_t minute = 0;
    int64_t second = 0;
    bool shaped = take_two_digits(&cursor, &hour) && kq_cursor_take(&cursor) == ':' &&
                  take_two_digits(&cursor, &minute) && kq_cursor_take(&cursor) == ':' &&
                  take_two_digits(&cursor, &second) && kq_cursor_at_end(&cursor);
    KQ_ENSURE(shaped && hour < 24 && minute < 60 && second < 60, error, KQ_E_BAD_INPUT,
              "available time: %s is not a time as HH:mm:ss", name);
    *of_day_s = hour * 3600 + minute * 60 + second;
    return KQ_OK;
}

static struct kq_result read_row(const struct kq_json *object, struct row *row, struct kq_error *error)
{
    KQ_ENSURE(object->kind == KQ_JSON_OBJECT, error, KQ_E_BAD_INPUT, "available time: a row is no object");
    KQ_TRY(read_days(object, &row->days, error));
    KQ_TRY(read_time(object, "time_begin", &row->begin_s, error));
    KQ_TRY(read_time(object, "time_end", &row->end_s, error));
    KQ_ENSURE(object->count == ROW_MEMBER_COUNT, error, KQ_E_BAD_INPUT,
              "available time: a row has an unknown member");
    KQ_ENSURE(row->end_s >= row->begin_s, error, KQ_E_BAD_INPUT,
              "available time: time_end is before time_begin; a window over midnight is two rows");
    return KQ_OK;
}

static struct kq_result read_rows(struct kq_slice json, struct kq_arena *arena, const struct kq_json **rows,
                                  struct kq_error *error)
{
    struct kq_error reading = {0};
    KQ_ENSURE(json.size <= KQ_AVAILABLE_TIME_MAX_BYTES, error, KQ_E_BAD_INPUT,
              "available time is longer than %zu bytes", KQ_AVAILABLE_TIME_MAX_BYTES);
    if (!kq_json_read(json, arena, rows, &reading).ok) {
        KQ_ENSURE(reading.code != KQ_E_NO_MEMORY, error, KQ_E_NO_MEMORY, "%s", "");
        return kq_fail(error, KQ_E_BAD_INPUT, "available time is not JSON");
    }
    KQ_ENSURE((*rows)->kind == KQ_JSON_ARRAY, error, KQ_E_BAD_INPUT, "available time is not a JSON array");
    KQ_ENSURE((*rows)->count <= KQ_AVAILABLE_TIME_MAX_ROWS, error, KQ_E_BAD_INPUT,
              "available time has more than %d rows", KQ_AVAILABLE_TIME_MAX_ROWS);
    return KQ_OK;
}

static bool is_in(const struct row *row, unsigned day, int64_t of_day_s)
{
    return (row->days >> day & 1U) != 0 && of_day_s >= row->begin_s && of_day_s <= row->end_s;
}

/* 1970-01-01 was a Thursday. */
static unsigned day_of_week(int64_t day_start_s)
{
    int64_t days = (day_start_s + KQ_BEIJING_OFFSET_S) / KQ_SECONDS_PER_DAY;
    int64_t since_monday = ((days + 3) % DAYS_PER_WEEK + DAYS_PER_WEEK) % DAYS_PER_WEEK;
    return (unsigned)since_monday + 1;
}

struct kq_result kq_available_time_is_open(struct kq_slice json, int64_t now_s, bool *is_open,
                                           struct kq_error *error)
{
    *is_open = true;
    if (json.size == 0) {
        return KQ_OK;
    }
    KQ_CLEANUP(kq_arena_free) struct kq_arena arena = {0};
    const struct kq_json *rows = NULL;
    KQ_TRY(read_rows(json, &arena, &rows, error));
    int64_t day_start_s = kq_time_day_start(now_s);
    *is_open = rows->count == 0;
    for (const struct kq_json *object = rows->first; object != NULL; object = object->next) {
        struct row row = {0};
        KQ_TRY(read_row(object, &row, error));
        *is_open = *is_open || is_in(&row, day_of_week(day_start_s), now_s - day_start_s);
    }
    return KQ_OK;
}

struct kq_result kq_available_time_check(struct kq_slice json, struct kq_error *error)
{
    bool is_open = false;
    return kq_available_time_is_open(json, 0, &is_open, error);
}

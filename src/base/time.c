/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"

#include <string.h>

#include "base/cursor.h"

struct civil_date {
    int64_t year;
    int64_t month; /* 1 to 12 */
    int64_t day;   /* 1 to 31 */
};

/* Days since 1970-01-01 of a Gregorian date. A year is counted from March, so that the leap day is its last.
 */
static int64_t days_of(struct civil_date date)
{
    int64_t year = date.month <= 2 ? date.year - 1 : date.year;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t month_from_march = (date.month + 9) % 12;
    int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static struct civil_date date_of(int64_t days)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    struct civil_date date = {
        .day = day_of_year - (153 * month_from_march + 2) / 5 + 1,
        .month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9,
    };
    date.year = year_of_era + era * 400 + (date.month <= 2 ? 1 : 0);
    return date;
}

static int64_t floor_divide(int64_t value, int64_t divisor)
{
    return value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor);
}

static bool take_number(struct kq_cursor *cursor, size_t digits, int64_t *number)
{
    struct kq_slice text;
    if (!kq_cursor_take_bytes(cursor, digits, &text) || !kq_slice_is_digits(text)) {
        return false;
    }
    *number = 0;
    for (size_t i = 0; i < digits; i++) {
        *number = *number * 10 + (text.data[i] - '0');
    }
    return true;
}

static bool date_exists(struct civil_date date)
{
    if (date.year < 1 || date.month < 1 || date.month > 12 || date.day < 1) {
        return false;
    }
    struct civil_date again = date_of(days_of(date));
    return again.year == date.year && again.month == date.month && again.day == date.day;
}

static bool take_date(struct kq_cursor *cursor, struct civil_date *date)
{
    return take_number(cursor, 4, &date->year) && kq_cursor_take(cursor) == '-' &&
           take_number(cursor, 2, &date->month) && kq_cursor_take(cursor) == '-' &&
           take_number(cursor, 2, &date->day);
}

struct kq_result kq_time_parse_day(struct kq_slice text, int64_t *day_s, struct kq_error *error)
{
    struct kq_cursor cursor = kq_cursor_of(text);
    struct civil_date date = {0};
    bool shaped = take_date(&cursor, &date) && kq_cursor_at_end(&cursor);
    KQ_ENSURE(shaped && date_exists(date), error, KQ_E_BAD_INPUT, "not a day as yyyy-MM-dd");
    *day_s = days_of(date) * KQ_SECONDS_PER_DAY - KQ_BEIJING_OFFSET_S;
    return KQ_OK;
}

struct kq_result kq_time_parse(struct kq_slice text, int64_t *time_s, struct kq_error *error)
{
    struct kq_cursor cursor = kq_cursor_of(text);
    struct civil_date date = {0};
    int64_t hour = 0;
    int64_t minute = 0;
    int64_t second = 0;
    bool shaped = take_date(&cursor, &date) && kq_cursor_take(&cursor) == ' ' &&
                  take_number(&cursor, 2, &hour) && kq_cursor_take(&cursor) == ':' &&
                  take_number(&cursor, 2, &minute) && kq_cursor_take(&cursor) == ':' &&
                  take_number(&cursor, 2, &second) && kq_cursor_at_end(&cursor);
    KQ_ENSURE(shaped && date_exists(date) && hour < 24 && minute < 60 && second < 60, error, KQ_E_BAD_INPUT,
              "not a time as yyyy-MM-dd HH:mm:ss");
    *time_s = days_of(date) * KQ_SECONDS_PER_DAY + hour * 3600 + minute * 60 + second - KQ_BEIJING_OFFSET_S;
    return KQ_OK;
}

static int64_t clamp(int64_t time_s)
{
    time_s = time_s < KQ_TIME_MIN_S ? KQ_TIME_MIN_S : time_s;
    return time_s > KQ_TIME_MAX_S ? KQ_TIME_MAX_S : time_s;
}

static char *put_number(char *at, int64_t number, size_t digits, char end)
{
    for (size_t i = digits; i > 0; i--) {
        at[i - 1] = (char)('0' + number % 10);
        number /= 10;
    }
    at[digits] = end;
    return at + digits + 1;
}

void kq_time_format(int64_t time_s, char text[KQ_TIME_TEXT_SIZE])
{
    int64_t local_s = clamp(time_s) + KQ_BEIJING_OFFSET_S;
    int64_t days = floor_divide(local_s, KQ_SECONDS_PER_DAY);
    int64_t of_day_s = local_s - days * KQ_SECONDS_PER_DAY;
    struct civil_date date = date_of(days);
    char *at = put_number(text, date.year, 4, '-');
    at = put_number(at, date.month, 2, '-');
    at = put_number(at, date.day, 2, ' ');
    at = put_number(at, of_day_s / 3600, 2, ':');
    at = put_number(at, of_day_s / 60 % 60, 2, ':');
    put_number(at, of_day_s % 60, 2, '\0');
}

void kq_time_format_day(int64_t time_s, char text[KQ_DAY_TEXT_SIZE])
{
    char whole[KQ_TIME_TEXT_SIZE];
    kq_time_format(time_s, whole);
    memcpy(text, whole, KQ_DAY_TEXT_SIZE - 1);
    text[KQ_DAY_TEXT_SIZE - 1] = '\0';
}

int32_t kq_time_date_number(int64_t time_s)
{
    struct civil_date date = date_of(floor_divide(clamp(time_s) + KQ_BEIJING_OFFSET_S, KQ_SECONDS_PER_DAY));
    return (int32_t)(date.year * 10000 + date.month * 100 + date.day);
}

int64_t kq_time_day_start(int64_t time_s)
{
    int64_t days = floor_divide(time_s + KQ_BEIJING_OFFSET_S, KQ_SECONDS_PER_DAY);
    return days * KQ_SECONDS_PER_DAY - KQ_BEIJING_OFFSET_S;
}

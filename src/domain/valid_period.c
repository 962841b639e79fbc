/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdio.h>

#include "base/time.h"
#include "domain/template.h"
#include "wire/json.h"

/* The valid period of spec/vouchers.md, "Templates". */

struct unit_row {
    const char *name;
    int64_t seconds;
};

static const struct unit_row units[] = {
    [KQ_UNIT_MINUTE] = {"MINUTE", 60},
    [KQ_UNIT_HOUR] = {"HOUR", 3600},
    [KQ_UNIT_DAY] = {"DAY", KQ_SECONDS_PER_DAY},
};

static_assert(KQ_PERIOD_DURATION_MAX <= INT64_MAX / KQ_SECONDS_PER_DAY - KQ_TIME_MAX_S,
              "the end of a relative period could overflow");

/* The largest duration has this many digits. */
#define DURATION_MAX_DIGITS 7

static struct kq_result read_text(const struct kq_json *object, const char *name, struct kq_slice *text,
                                  struct kq_error *error)
{
    const struct kq_json *member = kq_json_member(object, kq_slice_of(name));
    KQ_ENSURE(member != NULL && member->kind == KQ_JSON_STRING, error, KQ_E_BAD_INPUT,
              "valid period: %s is not a string", name);
    *text = member->text;
    return KQ_OK;
}

static struct kq_result read_time(const struct kq_json *object, const char *name, int64_t *time_s,
                                  struct kq_error *error)
{
    struct kq_slice text = KQ_SLICE_EMPTY;
    KQ_TRY(read_text(object, name, &text, error));
    if (!kq_time_parse(text, time_s, error).ok) {
        return kq_fail_in(error, "valid period: %s", name);
    }
    return KQ_OK;
}

/* A number, or its digits as a string: numbers come as either everywhere in this protocol. */
static struct kq_result read_duration(const struct kq_json *object, int64_t *duration, struct kq_error *error)
{
    const struct kq_json *member = kq_json_member(object, KQ_SLICE("duration"));
    struct kq_slice text = member == NULL ? KQ_SLICE_EMPTY : member->text;
    KQ_ENSURE(kq_slice_is_digits(text) && text.size <= DURATION_MAX_DIGITS, error, KQ_E_BAD_INPUT,
              "valid period: duration is not a whole number from 1 to %d", (int)KQ_PERIOD_DURATION_MAX);
    *duration = 0;
    for (size_t i = 0; i < text.size; i++) {
        *duration = *duration * 10 + (text.data[i] - '0');
    }
    return KQ_OK;
}

static struct kq_result read_unit(const struct kq_json *object, enum kq_period_unit *unit,
                                  struct kq_error *error)
{
    struct kq_slice text = KQ_SLICE_EMPTY;
    KQ_TRY(read_text(object, "unit", &text, error));
    for (size_t i = 0; i < KQ_COUNT(units); i++) {
        if (kq_slice_equal(text, kq_slice_of(units[i].name))) {
            *unit = (enum kq_period_unit)i;
            return KQ_OK;
        }
    }
    return kq_fail(error, KQ_E_BAD_INPUT, "valid period: unit is MINUTE, HOUR or DAY");
}

static struct kq_result read_period(const struct kq_json *object, struct kq_valid_period *period,
                                    struct kq_error *error)
{
    KQ_ENSURE(object->kind == KQ_JSON_OBJECT, error, KQ_E_BAD_INPUT, "valid period is not a JSON object");
    struct kq_slice type = KQ_SLICE_EMPTY;
    KQ_TRY(read_text(object, "type", &type, error));
    *period = (struct kq_valid_period){0};
    if (kq_slice_equal(type, KQ_SLICE("ABSOLUTE"))) {
        period->type = KQ_PERIOD_ABSOLUTE;
        KQ_TRY(read_time(object, "start", &period->start_s, error));
        KQ_TRY(read_time(object, "end", &period->end_s, error));
    } else {
        KQ_ENSURE(kq_slice_equal(type, KQ_SLICE("RELATIVE")), error, KQ_E_BAD_INPUT,
                  "valid period: type is ABSOLUTE or RELATIVE");
        period->type = KQ_PERIOD_RELATIVE;
        KQ_TRY(read_duration(object, &period->duration, error));
        KQ_TRY(read_unit(object, &period->unit, error));
    }
    /* Each type has three members, and all three were found. */
    KQ_ENSURE(object->count == 3, error, KQ_E_BAD_INPUT, "valid period has an unknown member");
    return KQ_OK;
}

struct kq_result kq_valid_period_parse(struct kq_slice json, struct kq_valid_period *period,
                                       struct kq_error *error)
{
    KQ_CLEANUP(kq_arena_free) struct kq_arena arena = {0};
    const struct kq_json *object = NULL;
    struct kq_error reading = {0};
    if (!kq_json_read(json, &arena, &object, &reading).ok) {
        KQ_ENSURE(reading.code != KQ_E_NO_MEMORY, error, KQ_E_NO_MEMORY, "%s", "");
        return kq_fail(error, KQ_E_BAD_INPUT, "valid period is not JSON");
    }
    KQ_TRY(read_period(object, period, error));
    return kq_valid_period_check(period, error);
}

struct kq_result kq_valid_period_check(const struct kq_valid_period *period, struct kq_error *error)
{
    if (period->type == KQ_PERIOD_RELATIVE) {
        KQ_ENSURE(period->duration >= 1 && period->duration <= KQ_PERIOD_DURATION_MAX, error, KQ_E_BAD_INPUT,
                  "valid period: duration is not a whole number from 1 to %d", (int)KQ_PERIOD_DURATION_MAX);
        return KQ_OK;
    }
    KQ_ENSURE(period->start_s >= KQ_TIME_MIN_S && period->end_s <= KQ_TIME_MAX_S, error, KQ_E_BAD_INPUT,
              "valid period: a time is out of range");
    KQ_ENSURE(period->end_s > period->start_s, error, KQ_E_BAD_INPUT,
              "valid period: the end is not after the start");
    return KQ_OK;
}

size_t kq_valid_period_format(const struct kq_valid_period *period, char text[KQ_VALID_PERIOD_TEXT_SIZE])
{
    int size = 0;
    if (period->type == KQ_PERIOD_RELATIVE) {
        size = snprintf(text, KQ_VALID_PERIOD_TEXT_SIZE,
                        "{\"type\":\"RELATIVE\",\"duration\":%lld,\"unit\":\"%s\"}",
                        (long long)period->duration, units[period->unit].name);
    } else {
        char start[KQ_TIME_TEXT_SIZE];
        char end[KQ_TIME_TEXT_SIZE];
        kq_time_format(period->start_s, start);
        kq_time_format(period->end_s, end);
        size = snprintf(text, KQ_VALID_PERIOD_TEXT_SIZE,
                        "{\"type\":\"ABSOLUTE\",\"start\":\"%s\",\"end\":\"%s\"}", start, end);
    }
    return (size_t)size;
}

void kq_valid_period_apply(const struct kq_valid_period *period, int64_t issued_s, int64_t *active_s,
                           int64_t *expires_s)
{
    if (period->type == KQ_PERIOD_ABSOLUTE) {
        *active_s = period->start_s;
        *expires_s = period->end_s;
        return;
    }
    int64_t end_s = issued_s + period->duration * units[period->unit].seconds;
    *active_s = issued_s;
    *expires_s = end_s > KQ_TIME_MAX_S ? KQ_TIME_MAX_S : end_s;
}

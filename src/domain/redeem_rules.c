/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/redeem_rules.h"

#include "base/buffer.h"
#include "base/cursor.h"
#include "base/macros.h"
#include "domain/application.h"
#include "domain/text.h"
#include "domain/user.h"
#include "wire/json.h"

/* A list on its way: a line more with each id that is not there yet. */
struct lines {
    const char *what; /* the ids, in English */
    struct kq_buffer text;
    size_t count;
};

static void free_lines(struct lines *lines)
{
    kq_buffer_free(&lines->text);
}

static struct kq_result add_line(struct lines *lines, struct kq_slice id, struct kq_error *error)
{
    if (kq_rule_lists(kq_buffer_slice(&lines->text), id)) {
        return KQ_OK;
    }
    KQ_ENSURE(lines->count < KQ_RULE_IDS_MAX, error, KQ_E_BAD_INPUT, "rules: more than %d %ss",
              KQ_RULE_IDS_MAX, lines->what);
    lines->count++;
    kq_buffer_append(&lines->text, lines->text.size == 0 ? KQ_SLICE_EMPTY : KQ_SLICE("\n"));
    kq_buffer_append(&lines->text, id);
    KQ_ENSURE_MEMORY(!lines->text.failed, error);
    return KQ_OK;
}

static struct kq_result take_lines(const struct lines *lines, struct kq_arena *arena, struct kq_slice *text,
                                   struct kq_error *error)
{
    *text = kq_arena_copy(arena, kq_buffer_slice(&lines->text));
    KQ_ENSURE_MEMORY(text->data != NULL, error);
    return KQ_OK;
}

typedef struct kq_result check_id(struct kq_slice id, struct kq_error *error);

static struct kq_result check_pid(struct kq_slice id, struct kq_error *error)
{
    return kq_party_id_check("rules: pid", id, error);
}

static struct kq_result check_shop(struct kq_slice id, struct kq_error *error)
{
    return kq_text_check_id("rules: shop id", id, KQ_SHOP_ID_MAX_CHARS, error);
}

/* A member's ids as lines. Absent and empty are the same. */
static struct kq_result read_ids(const struct kq_json *member, const char *what, check_id *check,
                                 struct kq_arena *arena, struct kq_slice *ids, struct kq_error *error)
{
    *ids = KQ_SLICE_EMPTY;
    if (member == NULL) {
        return KQ_OK;
    }
    KQ_ENSURE(member->kind == KQ_JSON_STRING, error, KQ_E_BAD_INPUT, "rules: %ss are not a string", what);
    if (member->text.size == 0) {
        return KQ_OK;
    }
    KQ_ENSURE(member->text.data[member->text.size - 1] != ',', error, KQ_E_BAD_INPUT,
              "rules: a comma behind the last %s", what);
    KQ_CLEANUP(free_lines) struct lines lines = {.what = what};
    struct kq_cursor cursor = kq_cursor_of(member->text);
    struct kq_slice id;
    while (kq_cursor_take_part(&cursor, ',', &id)) {
        KQ_TRY(check(id, error));
        KQ_TRY(add_line(&lines, id, error));
    }
    return take_lines(&lines, arena, ids, error);
}

static struct kq_result read_object(struct kq_slice json, struct kq_arena *arena,
                                    const struct kq_json **object, struct kq_error *error)
{
    struct kq_error reading = {0};
    KQ_ENSURE(json.size <= KQ_RULE_CONF_MAX_BYTES, error, KQ_E_BAD_INPUT, "rules are longer than %zu bytes",
              KQ_RULE_CONF_MAX_BYTES);
    if (!kq_json_read(json, arena, object, &reading).ok) {
        KQ_ENSURE(reading.code != KQ_E_NO_MEMORY, error, KQ_E_NO_MEMORY, "%s", "");
        return kq_fail(error, KQ_E_BAD_INPUT, "rules are not JSON");
    }
    KQ_ENSURE((*object)->kind == KQ_JSON_OBJECT, error, KQ_E_BAD_INPUT, "rules are not a JSON object");
    return KQ_OK;
}

struct kq_result kq_rule_conf_parse(struct kq_slice json, struct kq_arena *arena,
                                    struct kq_redeem_rules *rules, struct kq_error *error)
{
    const struct kq_json *object = NULL;
    *rules = (struct kq_redeem_rules){0};
    if (json.size == 0) {
        return KQ_OK;
    }
    KQ_TRY(read_object(json, arena, &object, error));
    const struct kq_json *pids = kq_json_member(object, KQ_SLICE("PID"));
    const struct kq_json *shops = kq_json_member(object, KQ_SLICE("STORE"));
    KQ_ENSURE(object->count == (pids != NULL) + (size_t)(shops != NULL), error, KQ_E_BAD_INPUT,
              "rules have a member beside PID and STORE");
    KQ_TRY(read_ids(pids, "pid", check_pid, arena, &rules->pids, error));
    KQ_ENSURE(rules->pids.size > 0, error, KQ_E_BAD_INPUT, "rules have no PID");
    return read_ids(shops, "shop id", check_shop, arena, &rules->shops, error);
}

static struct kq_result check_lines(struct kq_slice text, const char *what, check_id *check,
                                    struct kq_error *error)
{
    struct kq_cursor cursor = kq_cursor_of(text);
    struct kq_slice line;
    for (size_t count = 1; kq_cursor_take_part(&cursor, '\n', &line); count++) {
        KQ_TRY(check(line, error));
        KQ_ENSURE(count <= KQ_RULE_IDS_MAX, error, KQ_E_BAD_INPUT, "rules: more than %d %ss", KQ_RULE_IDS_MAX,
                  what);
    }
    return KQ_OK;
}

struct kq_result kq_redeem_rules_check(const struct kq_redeem_rules *rules, struct kq_error *error)
{
    KQ_TRY(check_lines(rules->pids, "pid", check_pid, error));
    return check_lines(rules->shops, "shop id", check_shop, error);
}

bool kq_rule_lists(struct kq_slice lines, struct kq_slice id)
{
    struct kq_cursor cursor = kq_cursor_of(lines);
    struct kq_slice line;
    while (kq_cursor_take_part(&cursor, '\n', &line)) {
        if (kq_slice_equal(line, id)) {
            return true;
        }
    }
    return false;
}

static struct kq_result add_lines(struct lines *lines, struct kq_slice text, struct kq_error *error)
{
    struct kq_cursor cursor = kq_cursor_of(text);
    struct kq_slice line;
    while (kq_cursor_take_part(&cursor, '\n', &line)) {
        KQ_TRY(add_line(lines, line, error));
    }
    return KQ_OK;
}

static struct kq_result add_ids(struct kq_slice ids, struct kq_slice added, const char *what,
                                struct kq_arena *arena, struct kq_slice *sum, struct kq_error *error)
{
    *sum = ids;
    if (added.size == 0) {
        return KQ_OK;
    }
    KQ_CLEANUP(free_lines) struct lines lines = {.what = what};
    KQ_TRY(add_lines(&lines, ids, error));
    KQ_TRY(add_lines(&lines, added, error));
    return take_lines(&lines, arena, sum, error);
}

struct kq_result kq_redeem_rules_add(const struct kq_redeem_rules *rules, const struct kq_redeem_rules *added,
                                     struct kq_arena *arena, struct kq_redeem_rules *sum,
                                     struct kq_error *error)
{
    KQ_ENSURE(added->shops.size == 0 || rules->shops.size > 0, error, KQ_E_BAD_INPUT,
              "rules: shops cannot be added where every shop may redeem");
    KQ_TRY(add_ids(rules->pids, added->pids, "pid", arena, &sum->pids, error));
    return add_ids(rules->shops, added->shops, "shop id", arena, &sum->shops, error);
}

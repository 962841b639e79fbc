/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/numbers.h"

#include "base/macros.h"
#include "domain/user.h"

int64_t kq_user_number(struct kq_slice user_id)
{
    if (user_id.size != KQ_PARTY_ID_DIGITS || !kq_slice_starts_with(user_id, KQ_SLICE("2088"))) {
        return KQ_NUMBER_NONE;
    }
    int64_t number = 0;
    for (size_t i = 0; i < KQ_PARTY_ID_DIGITS; i++) {
        if (user_id.data[i] < '0' || user_id.data[i] > '9') {
            return KQ_NUMBER_NONE;
        }
        number = number * 10 + (user_id.data[i] - '0');
    }
    return number;
}

int64_t kq_voucher_number(struct kq_slice voucher_id, uint32_t node, struct kq_slice user_id)
{
    int64_t number = 0;
    uint32_t id_node = 0;
    char again[KQ_ID_TEXT_SIZE];
    if (!kq_id_read(voucher_id, &number, &id_node) || number > KQ_ID_NUMBER_MAX) {
        return KQ_NUMBER_NONE;
    }
    kq_id_write(number, node, KQ_ID_PRODUCT_VOUCHER, user_id, again);
    return kq_slice_equal(voucher_id, KQ_SLICE(again)) ? number : KQ_NUMBER_NONE;
}

struct kq_result kq_store_node(struct kq_connection *connection, uint32_t *node, struct kq_error *error)
{
    static const char select_node[] = "SELECT node FROM meta";
    if (!connection->has_node) {
        KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_node);
        bool found = false;
        KQ_TRY(kq_query_next(&query, &found, error));
        KQ_ENSURE(found, error, KQ_E_STORE, "the store is damaged: it has lost its node id");
        connection->node = (uint32_t)kq_query_take_integer(&query);
        connection->has_node = true;
    }
    *node = connection->node;
    return KQ_OK;
}

void kq_query_put_user(struct kq_query *query, struct kq_slice user_id)
{
    kq_query_put_integer(query, kq_user_number(user_id));
}

struct kq_slice kq_query_take_user(struct kq_query *query, struct kq_arena *arena)
{
    char digits[KQ_PARTY_ID_DIGITS];
    int64_t number = kq_query_take_integer(query);
    for (size_t i = KQ_PARTY_ID_DIGITS; i > 0; i--) {
        digits[i - 1] = (char)('0' + number % 10);
        number /= 10;
    }
    struct kq_slice text = kq_arena_copy(arena, (struct kq_slice){digits, KQ_PARTY_ID_DIGITS});
    if (text.data == NULL) {
        kq_query_note_no_memory(query);
    }
    return text;
}

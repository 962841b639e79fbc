/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/listing.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
};

enum { COLUMN_COUNT = 6 };

static const struct kq_column columns[COLUMN_COUNT] = {
    {.name = "token_sha256"}, {.name = "app_id"},  {.name = "pid"},
    {.name = "expires"},      {.name = "created"}, {.name = "methods", .kind = KQ_COLUMN_JSON},
};

static int digit_of(char hex)
{
    return hex <= '9' ? hex - '0' : hex - 'a' + 10;
}

/* The bytes of the last row's first cell. */
static struct kq_result read_after(struct kq_listing *listing, struct kq_page *page, struct kq_error *error)
{
    struct kq_slice hex = listing->page.after;
    char *bytes = kq_arena_allocate(&listing->arena, hex.size / 2);
    KQ_ENSURE_MEMORY(bytes != NULL, error);
    for (size_t i = 0; i < hex.size / 2; i++) {
        bytes[i] = (char)(digit_of(hex.data[2 * i]) << 4 | digit_of(hex.data[2 * i + 1]));
    }
    *page = (struct kq_page){.after = {.data = bytes, .size = hex.size / 2}, .limit = listing->page.limit};
    return KQ_OK;
}

static void put_digest(struct kq_row *row, struct kq_slice digest)
{
    char hex[2 * KQ_TOKEN_DIGEST_BYTES];
    for (size_t i = 0; i < sizeof(hex); i++) {
        unsigned byte = (unsigned char)digest.data[i / 2];
        hex[i] = "0123456789abcdef"[i % 2 == 0 ? byte >> 4 : byte & 0x0F];
    }
    struct kq_slice text = kq_arena_copy(row->arena, (struct kq_slice){.data = hex, .size = sizeof(hex)});
    row->failed = row->failed || text.data == NULL;
    kq_row_text(row, text);
}

static void fill(struct kq_row *row, const struct kq_grant *grant)
{
    put_digest(row, grant->token_digest);
    kq_row_text(row, grant->app_id);
    kq_row_text(row, grant->pid);
    if (grant->expires_s == INT64_MAX) {
        kq_row_none(row);
    } else {
        kq_row_time(row, grant->expires_s);
    }
    kq_row_time(row, grant->created_s);
    kq_row_texts(row, grant->methods, grant->method_count);
}

static struct kq_result put_page(struct kq_listing *listing, struct kq_error *error)
{
    struct kq_operation operation = {.kind = KQ_OP_GRANT_LIST};
    struct kq_op_grant_list *list = &operation.grant_list;
    KQ_TRY(read_after(listing, &list->page, error));
    KQ_TRY(kq_listing_read(listing, &operation, error));
    for (size_t i = 0; i < list->count; i++) {
        fill(kq_listing_add(listing), &list->items[i]);
    }
    return KQ_OK;
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    return kq_listing_run(invocation, columns, COLUMN_COUNT, put_page, error);
}

const struct kq_command kq_command_app_grants = {
    .group = "app",
    .name = "grants",
    .text = "list the grants, by the digests of their tokens; expired ones stay for 30 days",
    .example = "kaquan app grants --data demo",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};

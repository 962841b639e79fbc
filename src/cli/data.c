/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/data.h"

#include "cli/authority.h"
#include "cli/file.h"
#include "cli/keys.h"
#include "store/sqlite.h"

struct kq_slice kq_data_path(const char *directory, const char *name, struct kq_arena *arena)
{
    return kq_arena_print(arena, "%s/%s", directory, name);
}

struct kq_result kq_data_open(struct kq_invocation *invocation, struct kq_data *data, struct kq_error *error)
{
    data->directory = kq_flag_text(invocation, "data").data;
    KQ_ENSURE(kq_file_exists(data->directory), error, KQ_E_NOT_FOUND,
              "there is no directory %s: `kaquan init --data %s` makes one", data->directory,
              data->directory);
    struct kq_slice path = kq_data_path(data->directory, KQ_STORE_FILE_NAME, &invocation->arena);
    KQ_ENSURE_MEMORY(path.data != NULL, error);
    KQ_ENSURE(kq_file_exists(path.data), error, KQ_E_NOT_FOUND,
              "%s is no data directory yet: `kaquan init --data %s` makes it one", data->directory,
              data->directory);
    kq_system_clock_init(&data->clock, 0);
    const struct kq_sqlite_options options = {
        .path = path.data, .clock = &data->clock.clock, .is_bulk = data->is_bulk};
    KQ_TRY(kq_sqlite_open(&options, &data->store, error));
    return kq_store_reader_open(data->store, &data->reader, error);
}

void kq_data_close(struct kq_data *data)
{
    if (data->reader != NULL) {
        kq_reader_close(data->reader);
    }
    if (data->store != NULL) {
        kq_store_close(data->store);
    }
    *data = (struct kq_data){0};
}

struct kq_result kq_data_make_certificates(struct kq_data *data, struct kq_arena *arena,
                                           struct kq_error *error)
{
    struct kq_private_key *key KQ_CLEANUP(kq_private_key_cleanup) = NULL;
    struct kq_gateway_certificates certificates;
    const struct kq_authority authority = {data->directory, &data->clock.clock, arena};
    struct kq_slice path = kq_data_path(data->directory, KQ_PRIVATE_KEY_FILE_NAME, arena);
    KQ_ENSURE_MEMORY(path.data, error);
    KQ_TRY(kq_load_private_key(path.data, &key, error));
    return kq_authority_open(&authority, key, &certificates, error);
}

struct kq_result kq_data_read(struct kq_data *data, struct kq_operation *operation, struct kq_error *error)
{
    kq_reader_read(data->reader, operation);
    if (operation->error.code != KQ_E_NONE) {
        *error = operation->error;
        return KQ_FAILED;
    }
    return KQ_OK;
}

struct kq_result kq_data_apply(struct kq_data *data, struct kq_operation *operation, struct kq_error *error)
{
    return kq_store_apply(data->store, operation, 1, error);
}

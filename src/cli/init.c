/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/authority.h"
#include "cli/commands.h"
#include "cli/data.h"
#include "cli/file.h"
#include "cli/keys.h"
#include "cli/table.h"
#include "store/sqlite.h"

/* Each step looks whether its work is done already, and what it makes is there whole or not at all: so an
 * interrupted init is repeated, a second one changes nothing, and no key is ever written over. */

static const struct kq_flag flags[] = {
    {.name = "data",
     .kind = KQ_FLAG_TEXT,
     .required = true,
     .value = "DIR",
     .text = "the data directory to make"},
    {.name = "key-bits",
     .kind = KQ_FLAG_NUMBER,
     .value = "N",
     .text = "size of the gateway's key",
     .fallback = "2048",
     .minimum = KQ_KEY_MIN_BITS,
     .maximum = KQ_KEY_MAX_BITS},
};

struct outcome {
    const char *directory;
    struct kq_slice private_key;
    struct kq_slice public_key;
    struct kq_slice root_certificate;
    struct kq_slice gateway_certificate;
    struct kq_slice store;
    bool created; /* anything */
};

static const struct kq_column columns[] = {
    {.name = "data"},
    {.name = "created", .kind = KQ_COLUMN_JSON},
    {.name = "private_key"},
    {.name = "public_key"},
    {.name = "root_certificate"},
    {.name = "gateway_certificate"},
    {.name = "store"},
};

static struct kq_result make_directory(struct outcome *outcome, int *directory, struct kq_error *error)
{
    const char *path = outcome->directory;
    outcome->created = mkdir(path, 0700) == 0;
    KQ_ENSURE(outcome->created || errno == EEXIST || errno == ENOENT, error, KQ_E_IO, "%s cannot be made: %s",
              path, strerror(errno));
    KQ_ENSURE(outcome->created || errno != ENOENT, error, KQ_E_NOT_FOUND,
              "%s cannot be made: make the directory above it first", path);
    return kq_directory_lock(path, directory, error);
}

static struct kq_result make_private_key(int directory, unsigned bits, struct outcome *outcome,
                                         struct kq_private_key **key, struct kq_error *error)
{
    if (kq_file_exists(outcome->private_key.data)) {
        return kq_load_private_key(outcome->private_key.data, key, error);
    }
    KQ_ENSURE(!kq_file_exists(outcome->public_key.data), error, KQ_E_CONFLICT,
              "%s is there without its private key: put %s back, or move the public key away",
              outcome->public_key.data, KQ_PRIVATE_KEY_FILE_NAME);
    struct kq_buffer pem KQ_CLEANUP(kq_buffer_wipe_and_free) = {0};
    KQ_TRY(kq_private_key_generate(bits, key, error));
    KQ_TRY(kq_private_key_write_pem(*key, &pem, error));
    KQ_TRY(kq_file_write(directory, KQ_PRIVATE_KEY_FILE_NAME, 0600, kq_buffer_slice(&pem), error));
    outcome->created = true;
    return KQ_OK;
}

static struct kq_result check_public_key(const struct outcome *outcome,
                                         const struct kq_private_key *private_key, struct kq_arena *arena,
                                         struct kq_error *error)
{
    struct kq_buffer text KQ_CLEANUP(kq_buffer_wipe_and_free) = {0};
    struct kq_public_key *key KQ_CLEANUP(kq_public_key_cleanup) = NULL;
    struct kq_slice der;
    struct kq_slice own_der;
    KQ_TRY(kq_file_read(outcome->public_key.data, KQ_KEY_FILE_MAX_BYTES, &text, error));
    if (!kq_public_key_load(kq_buffer_slice(&text), &key, error).ok) {
        return kq_fail_in(error, "%s", outcome->public_key.data);
    }
    KQ_TRY(kq_public_key_export(key, arena, &der, error));
    KQ_TRY(kq_private_key_export_public(private_key, arena, &own_der, error));
    KQ_ENSURE(kq_slice_equal(der, own_der), error, KQ_E_CONFLICT,
              "%s does not belong to %s: move the public key away and run init again",
              outcome->public_key.data, KQ_PRIVATE_KEY_FILE_NAME);
    return KQ_OK;
}

static struct kq_result make_public_key(int directory, const struct kq_private_key *private_key,
                                        struct outcome *outcome, struct kq_arena *arena,
                                        struct kq_error *error)
{
    if (kq_file_exists(outcome->public_key.data)) {
        return check_public_key(outcome, private_key, arena, error);
    }
    struct kq_buffer pem KQ_CLEANUP(kq_buffer_free) = {0};
    KQ_TRY(kq_private_key_write_public_pem(private_key, &pem, error));
    KQ_TRY(kq_file_write(directory, KQ_PUBLIC_KEY_FILE_NAME, 0644, kq_buffer_slice(&pem), error));
    outcome->created = true;
    return KQ_OK;
}

static struct kq_result make_certificates(int directory, const struct kq_private_key *private_key,
                                          struct outcome *outcome, struct kq_arena *arena,
                                          struct kq_error *error)
{
    bool created = false;
    struct kq_system_clock clock;
    kq_system_clock_init(&clock, 0);
    const struct kq_authority authority = {outcome->directory, &clock.clock, arena};
    KQ_TRY(kq_authority_make(&authority, directory, private_key, &created, error));
    outcome->created = outcome->created || created;
    return KQ_OK;
}

/* Opening makes the store, or brings an older one's schema up to date. */
static struct kq_result make_store(struct outcome *outcome, struct kq_error *error)
{
    outcome->created = outcome->created || !kq_file_exists(outcome->store.data);
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    kq_system_clock_init(&data.clock, 0);
    const struct kq_sqlite_options options = {
        .path = outcome->store.data, .create = true, .clock = &data.clock.clock};
    return kq_sqlite_open(&options, &data.store, error);
}

static void fill(struct kq_row *row, const void *item)
{
    const struct outcome *outcome = item;
    kq_row_name(row, outcome->directory);
    kq_row_name(row, outcome->created ? "true" : "false");
    kq_row_text(row, outcome->private_key);
    kq_row_text(row, outcome->public_key);
    kq_row_text(row, outcome->root_certificate);
    kq_row_text(row, outcome->gateway_certificate);
    kq_row_text(row, outcome->store);
}

static struct kq_result report(const struct outcome *outcome, bool json, struct kq_error *error)
{
    if (json) {
        return kq_print_record(columns, KQ_COUNT(columns), true, fill, outcome, error);
    }
    printf("%s %s.\n", outcome->directory,
           outcome->created ? "is ready: keys, certificates and a store"
                            : "was ready already; nothing was changed");
    printf("The gateway's public key, for your clients: %s\n", outcome->public_key.data);
    return KQ_OK;
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    const char *path = kq_flag_text(invocation, "data").data;
    struct outcome outcome = {
        .directory = path,
        .private_key = kq_data_path(path, KQ_PRIVATE_KEY_FILE_NAME, &invocation->arena),
        .public_key = kq_data_path(path, KQ_PUBLIC_KEY_FILE_NAME, &invocation->arena),
        .root_certificate = kq_data_path(path, KQ_ROOT_CERTIFICATE_FILE_NAME, &invocation->arena),
        .gateway_certificate = kq_data_path(path, KQ_GATEWAY_CERTIFICATE_FILE_NAME, &invocation->arena),
        .store = kq_data_path(path, KQ_STORE_FILE_NAME, &invocation->arena),
    };
    KQ_ENSURE_MEMORY(outcome.private_key.data != NULL && outcome.public_key.data != NULL &&
                         outcome.root_certificate.data != NULL && outcome.gateway_certificate.data != NULL &&
                         outcome.store.data != NULL,
                     error);
    int directory KQ_CLEANUP(kq_file_close) = -1;
    struct kq_private_key *key KQ_CLEANUP(kq_private_key_cleanup) = NULL;
    KQ_TRY(make_directory(&outcome, &directory, error));
    KQ_TRY(
        make_private_key(directory, (unsigned)kq_flag_number(invocation, "key-bits"), &outcome, &key, error));
    KQ_TRY(make_public_key(directory, key, &outcome, &invocation->arena, error));
    KQ_TRY(make_certificates(directory, key, &outcome, &invocation->arena, error));
    KQ_TRY(make_store(&outcome, error));
    return report(&outcome, invocation->json, error);
}

const struct kq_command kq_command_init = {
    .name = "init",
    .text = "make a data directory: the gateway's keys and certificates, and an empty store",
    .example = "kaquan init --data demo",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};

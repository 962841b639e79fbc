/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/authority.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/macros.h"
#include "base/time.h"
#include "cli/data.h"
#include "cli/file.h"
#include "cli/keys.h"
#include "cli/shown.h"
#include "wire/certificate.h"
#include "wire/certificate_issue.h"

#define ROOT_NAME "Kaquan Root"
#define GATEWAY_NAME "Kaquan Gateway"
#define ROOT_KEY_BITS 2048

#define DAY_S INT64_C(86400)
#define ROOT_DAYS 10950 /* nobody has to renew what was made for trying things out */
#define GATEWAY_DAYS 7300

/* Clocks of one network may differ by as much: nobody finds a new certificate not valid yet. */
#define EARLIER_S DAY_S

struct kq_result kq_directory_lock(const char *path, int *lock, struct kq_error *error)
{
    *lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    KQ_ENSURE(*lock >= 0, error, KQ_E_IO, "%s cannot be used: %s", path, strerror(errno));
    KQ_ENSURE(flock(*lock, LOCK_EX) == 0, error, KQ_E_IO, "%s cannot be locked: %s", path, strerror(errno));
    return KQ_OK;
}

static struct kq_result path_of(const struct kq_authority *authority, const char *name, const char **path,
                                struct kq_error *error)
{
    struct kq_slice made = kq_data_path(authority->directory, name, authority->arena);
    KQ_ENSURE_MEMORY(made.data, error);
    *path = made.data;
    return KQ_OK;
}

static void begin_order(const struct kq_authority *authority, int64_t days,
                        struct kq_certificate_order *order)
{
    const struct kq_clock *clock = authority->clock;
    int64_t now_s = clock->wall_ms(clock) / 1000;
    clock->random(clock, order->serial, sizeof(order->serial));
    /* 127 bits: OpenSSL prints longer ones in hexadecimal, and PHP's library takes what it prints. */
    order->serial[0] = (unsigned char)((order->serial[0] & 0x7F) | 0x40);
    order->not_before_s = now_s - EARLIER_S;
    order->not_after_s = now_s + days * DAY_S;
}

static struct kq_result write_certificate(const struct kq_certificate_order *order, int lock,
                                          const char *name, struct kq_error *error)
{
    struct kq_buffer pem KQ_CLEANUP(kq_buffer_free) = {0};
    KQ_TRY(kq_certificate_issue(order, &pem, error));
    return kq_file_write(lock, name, 0644, kq_buffer_slice(&pem), error);
}

static struct kq_result load_root_key(const struct kq_authority *authority, struct kq_private_key **key,
                                      struct kq_error *error)
{
    const char *path = NULL;
    KQ_TRY(path_of(authority, KQ_ROOT_KEY_FILE_NAME, &path, error));
    KQ_ENSURE(kq_file_exists(path), error, KQ_E_NOT_FOUND,
              "%s has no %s: its certificates come from another authority, which must issue this one, too",
              authority->directory, KQ_ROOT_KEY_FILE_NAME);
    return kq_load_private_key(path, key, error);
}

/* The key that is there, or a new one. */
static struct kq_result make_root_key(const struct kq_authority *authority, int lock,
                                      struct kq_private_key **key, struct kq_error *error)
{
    const char *path = NULL;
    KQ_TRY(path_of(authority, KQ_ROOT_KEY_FILE_NAME, &path, error));
    if (kq_file_exists(path)) {
        return kq_load_private_key(path, key, error);
    }
    struct kq_buffer pem KQ_CLEANUP(kq_buffer_wipe_and_free) = {0};
    KQ_TRY(kq_private_key_generate(ROOT_KEY_BITS, key, error));
    KQ_TRY(kq_private_key_write_pem(*key, &pem, error));
    return kq_file_write(lock, KQ_ROOT_KEY_FILE_NAME, 0600, kq_buffer_slice(&pem), error);
}

static struct kq_result make_root(const struct kq_authority *authority, int lock, struct kq_error *error)
{
    struct kq_private_key *key KQ_CLEANUP(kq_private_key_cleanup) = NULL;
    KQ_TRY(make_root_key(authority, lock, &key, error));
    struct kq_certificate_order order = {
        .issuer_key = key, .common_name = KQ_SLICE(ROOT_NAME), .is_authority = true};
    begin_order(authority, ROOT_DAYS, &order);
    KQ_TRY(kq_private_key_export_public(key, authority->arena, &order.public_key, error));
    return write_certificate(&order, lock, KQ_ROOT_CERTIFICATE_FILE_NAME, error);
}

/* With the root's key and certificate in `order`, of which `root_key` is to be freed. */
static struct kq_result begin_signed_order(const struct kq_authority *authority, int64_t days,
                                           struct kq_private_key **root_key,
                                           struct kq_certificate_order *order, struct kq_error *error)
{
    const char *path = NULL;
    struct kq_buffer text KQ_CLEANUP(kq_buffer_free) = {0};
    KQ_TRY(load_root_key(authority, root_key, error));
    KQ_TRY(path_of(authority, KQ_ROOT_CERTIFICATE_FILE_NAME, &path, error));
    KQ_TRY(kq_file_read(path, KQ_KEY_FILE_MAX_BYTES, &text, error));
    if (!kq_certificate_read_der(kq_buffer_slice(&text), authority->arena, &order->issuer, error).ok) {
        return kq_fail_in(error, "%s", path);
    }
    order->issuer_key = *root_key;
    begin_order(authority, days, order);
    return KQ_OK;
}

static struct kq_result make_gateway(const struct kq_authority *authority, int lock,
                                     const struct kq_private_key *gateway_key, struct kq_error *error)
{
    struct kq_private_key *root_key KQ_CLEANUP(kq_private_key_cleanup) = NULL;
    struct kq_certificate_order order = {.common_name = KQ_SLICE(GATEWAY_NAME)};
    KQ_TRY(begin_signed_order(authority, GATEWAY_DAYS, &root_key, &order, error));
    KQ_TRY(kq_private_key_export_public(gateway_key, authority->arena, &order.public_key, error));
    return write_certificate(&order, lock, KQ_GATEWAY_CERTIFICATE_FILE_NAME, error);
}

/* Clients verify answers with the key in it. */
static struct kq_result check_gateway(const struct kq_authority *authority, const char *path,
                                      const struct kq_private_key *gateway_key, struct kq_error *error)
{
    struct kq_public_key *key KQ_CLEANUP(kq_public_key_cleanup) = NULL;
    struct kq_slice der;
    struct kq_slice own_der;
    KQ_TRY(kq_load_public_key(path, &key, error));
    KQ_TRY(kq_public_key_export(key, authority->arena, &der, error));
    KQ_TRY(kq_private_key_export_public(gateway_key, authority->arena, &own_der, error));
    KQ_ENSURE(kq_slice_equal(der, own_der), error, KQ_E_BAD_KEY,
              "%s is not the certificate of %s: move it away, and one is made", path,
              KQ_PRIVATE_KEY_FILE_NAME);
    return KQ_OK;
}

struct kq_result kq_authority_make(const struct kq_authority *authority, int lock,
                                   const struct kq_private_key *gateway_key, bool *created,
                                   struct kq_error *error)
{
    const char *root = NULL;
    const char *gateway = NULL;
    KQ_TRY(path_of(authority, KQ_ROOT_CERTIFICATE_FILE_NAME, &root, error));
    KQ_TRY(path_of(authority, KQ_GATEWAY_CERTIFICATE_FILE_NAME, &gateway, error));
    bool has_gateway = kq_file_exists(gateway);
    *created = false;
    if (!kq_file_exists(root)) {
        KQ_ENSURE(!has_gateway, error, KQ_E_CONFLICT,
                  "%s is there without %s: put that back, or move it away", gateway,
                  KQ_ROOT_CERTIFICATE_FILE_NAME);
        KQ_TRY(make_root(authority, lock, error));
        *created = true;
    }
    if (has_gateway) {
        return check_gateway(authority, gateway, gateway_key, error);
    }
    KQ_TRY(make_gateway(authority, lock, gateway_key, error));
    *created = true;
    return KQ_OK;
}

/* Client libraries look at that, or may. */
static void warn_of_validity(const struct kq_authority *authority, const char *path,
                             const struct kq_certificate_facts *facts)
{
    int64_t now_s = authority->clock->wall_ms(authority->clock) / 1000;
    char text[KQ_TIME_TEXT_SIZE];
    bool is_expired = now_s > facts->not_after_s;
    kq_time_format(is_expired ? facts->not_after_s : facts->not_before_s, text);
    if (is_expired) {
        kq_warn("%s: the certificate expired on %s", path, text);
    } else if (now_s < facts->not_before_s) {
        kq_warn("%s: the certificate is not valid before %s", path, text);
    }
}

/* Whoever has only the roots could not believe it. When it is valid is another warning's: asked is of the
 * time at which it began to be. */
static struct kq_result warn_of_strange_roots(const char *path, struct kq_slice pem, struct kq_slice roots,
                                              int64_t not_before_s, struct kq_error *error)
{
    struct kq_error why = {0};
    if (kq_certificate_check_issuer(pem, roots, not_before_s, &why).ok) {
        return KQ_OK;
    }
    KQ_ENSURE(why.code == KQ_E_BAD_KEY, error, why.code, "%s", why.detail);
    kq_warn("%s: none of these certificates has signed %s", path, KQ_GATEWAY_CERTIFICATE_FILE_NAME);
    return KQ_OK;
}

static struct kq_result warn_of_readable_key(const struct kq_authority *authority, struct kq_error *error)
{
    const char *path = "";
    struct stat about;
    KQ_TRY(path_of(authority, KQ_ROOT_KEY_FILE_NAME, &path, error));
    if (stat(path, &about) == 0 && (about.st_mode & 077) != 0) {
        kq_warn("%s can be read by others than its owner: chmod 600 it", path);
    }
    return KQ_OK;
}

static struct kq_result read_gateway(const struct kq_authority *authority,
                                     struct kq_gateway_certificates *certificates,
                                     struct kq_certificate_facts *facts, struct kq_error *error)
{
    const char *path = NULL;
    struct kq_slice der;
    struct kq_buffer pem KQ_CLEANUP(kq_buffer_free) = {0};
    struct kq_buffer text KQ_CLEANUP(kq_buffer_free) = {0};
    KQ_TRY(path_of(authority, KQ_GATEWAY_CERTIFICATE_FILE_NAME, &path, error));
    KQ_TRY(kq_file_read(path, KQ_KEY_FILE_MAX_BYTES, &text, error));
    if (!kq_certificate_read(kq_buffer_slice(&text), facts, error).ok ||
        !kq_certificate_read_der(kq_buffer_slice(&text), authority->arena, &der, error).ok) {
        return kq_fail_in(error, "%s", path);
    }
    warn_of_validity(authority, path, facts);
    kq_certificate_write_pem(der, &pem);
    KQ_ENSURE_MEMORY(!pem.failed, error);
    certificates->sn = kq_arena_copy(authority->arena, kq_slice_of(facts->sn));
    certificates->pem = kq_arena_copy(authority->arena, kq_buffer_slice(&pem));
    KQ_ENSURE_MEMORY(certificates->sn.data != NULL && certificates->pem.data != NULL, error);
    return KQ_OK;
}

static struct kq_result read_roots(const struct kq_authority *authority,
                                   struct kq_gateway_certificates *certificates, int64_t not_before_s,
                                   struct kq_error *error)
{
    const char *path = NULL;
    struct kq_buffer text KQ_CLEANUP(kq_buffer_free) = {0};
    struct kq_buffer joined KQ_CLEANUP(kq_buffer_free) = {0};
    KQ_TRY(path_of(authority, KQ_ROOT_CERTIFICATE_FILE_NAME, &path, error));
    KQ_TRY(kq_file_read(path, KQ_KEY_FILE_MAX_BYTES, &text, error));
    if (!kq_root_certificates_sn(kq_buffer_slice(&text), &joined, error).ok) {
        return kq_fail_in(error, "%s", path);
    }
    certificates->roots_sn = kq_arena_copy(authority->arena, kq_buffer_slice(&joined));
    KQ_ENSURE_MEMORY(certificates->roots_sn.data, error);
    KQ_TRY(warn_of_strange_roots(path, certificates->pem, kq_buffer_slice(&text), not_before_s, error));
    certificates->pem = kq_arena_print(authority->arena, "%.*s%.*s", KQ_SLICE_PRINT(certificates->pem),
                                       KQ_SLICE_PRINT(kq_buffer_slice(&text)));
    KQ_ENSURE_MEMORY(certificates->pem.data, error);
    return KQ_OK;
}

struct kq_result kq_authority_open(const struct kq_authority *authority,
                                   const struct kq_private_key *gateway_key,
                                   struct kq_gateway_certificates *certificates, struct kq_error *error)
{
    int lock KQ_CLEANUP(kq_file_close) = -1;
    bool created = false;
    KQ_TRY(kq_directory_lock(authority->directory, &lock, error));
    KQ_TRY(kq_authority_make(authority, lock, gateway_key, &created, error));
    KQ_TRY(warn_of_readable_key(authority, error));
    struct kq_certificate_facts facts;
    *certificates = (struct kq_gateway_certificates){0};
    if (!read_gateway(authority, certificates, &facts, error).ok ||
        !read_roots(authority, certificates, facts.not_before_s, error).ok) {
        KQ_ENSURE(error->code == KQ_E_CRYPTO, error, error->code, "%s", error->detail);
        kq_warn("there is no certificate mode: %s", kq_error_message(error));
        *certificates = (struct kq_gateway_certificates){0};
        *error = (struct kq_error){0};
    }
    return KQ_OK;
}

struct kq_result kq_authority_issue(const struct kq_authority *authority, struct kq_slice public_key,
                                    struct kq_slice common_name, int64_t days, struct kq_buffer *pem,
                                    struct kq_error *error)
{
    struct kq_private_key *root_key KQ_CLEANUP(kq_private_key_cleanup) = NULL;
    struct kq_certificate_order order = {.public_key = public_key, .common_name = common_name};
    KQ_TRY(begin_signed_order(authority, days, &root_key, &order, error));
    return kq_certificate_issue(&order, pem, error);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "client/certificate_mode.h"

#include "base/time.h"
#include "client/key_source.h"
#include "wire/certificate.h"

static bool is_given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

bool kq_certificate_mode_is_asked(const struct kq_client_options *options)
{
    return is_given(options->app_certificate) || is_given(options->app_certificate_file) ||
           is_given(options->root_certificates) || is_given(options->root_certificates_file) ||
           is_given(options->gateway_certificate) || is_given(options->gateway_certificate_file);
}

/* `whose`: as the beginning of a sentence. */
static struct kq_result check_validity(const struct kq_certificate_facts *facts, int64_t now_s,
                                       const char *whose, struct kq_error *error)
{
    char text[KQ_TIME_TEXT_SIZE];
    kq_time_format(now_s > facts->not_after_s ? facts->not_after_s : facts->not_before_s, text);
    KQ_ENSURE(now_s <= facts->not_after_s, error, KQ_E_USAGE,
              "%s has expired: it was valid until %s (Beijing time)", whose, text);
    KQ_ENSURE(now_s >= facts->not_before_s, error, KQ_E_USAGE,
              "%s is not valid yet: it begins at %s (Beijing time)", whose, text);
    return KQ_OK;
}

/* Its number, which lives as long as the client. */
static struct kq_result read_certificate(struct kq_client *client, struct kq_slice text, const char *whose,
                                         struct kq_slice *sn, struct kq_error *error)
{
    struct kq_certificate_facts facts;
    if (!kq_certificate_read(text, &facts, error).ok) {
        return kq_fail_in(error, "%s", whose);
    }
    KQ_TRY(check_validity(&facts, client->now_s(client->now_data), whose, error));
    *sn = kq_arena_copy(&client->texts, kq_slice_of(facts.sn));
    KQ_ENSURE_MEMORY(sn->data != NULL, error);
    return KQ_OK;
}

/* Of the certificate that was read, whatever else the text has. */
static struct kq_result load_key(struct kq_slice text, struct kq_public_key **key, struct kq_error *error)
{
    struct kq_arena arena KQ_CLEANUP(kq_arena_free) = {0};
    struct kq_slice der;
    KQ_TRY(kq_certificate_read_der(text, &arena, &der, error));
    return kq_public_key_load(der, key, error);
}

static struct kq_result check_private_key(struct kq_client *client, struct kq_slice certificate,
                                          struct kq_error *error)
{
    struct kq_arena arena KQ_CLEANUP(kq_arena_free) = {0};
    struct kq_public_key *certified = NULL;
    struct kq_slice certified_der;
    struct kq_slice own_der;
    if (!load_key(certificate, &certified, error).ok) {
        return kq_fail_in(error, "the application's certificate");
    }
    struct kq_result exported = kq_public_key_export(certified, &arena, &certified_der, error);
    kq_public_key_free(certified);
    KQ_TRY(exported);
    KQ_TRY(kq_private_key_export_public(client->private_key, &arena, &own_der, error));
    KQ_ENSURE(kq_slice_equal(certified_der, own_der), error, KQ_E_USAGE,
              "the application's certificate is for another key than the private key given");
    return KQ_OK;
}

static struct kq_result read_app_certificate(struct kq_client *client,
                                             const struct kq_client_options *options, struct kq_error *error)
{
    struct kq_buffer text KQ_CLEANUP(kq_buffer_free) = {0};
    KQ_TRY(kq_key_source_read("app_certificate", options->app_certificate, options->app_certificate_file,
                              &text, error));
    KQ_TRY(read_certificate(client, kq_buffer_slice(&text), "the application's certificate",
                            &client->settings.app_cert_sn, error));
    return check_private_key(client, kq_buffer_slice(&text), error);
}

static struct kq_result read_roots(struct kq_client *client, const struct kq_client_options *options,
                                   struct kq_buffer *roots, struct kq_error *error)
{
    struct kq_buffer sn KQ_CLEANUP(kq_buffer_free) = {0};
    KQ_TRY(kq_key_source_read("root_certificates", options->root_certificates,
                              options->root_certificates_file, roots, error));
    if (!kq_root_certificates_sn(kq_buffer_slice(roots), &sn, error).ok) {
        return kq_fail_in(error, "the root certificates");
    }
    client->settings.root_cert_sn = kq_arena_copy(&client->texts, kq_buffer_slice(&sn));
    KQ_ENSURE_MEMORY(client->settings.root_cert_sn.data != NULL, error);
    return KQ_OK;
}

static struct kq_result read_gateway_certificate(struct kq_client *client,
                                                 const struct kq_client_options *options,
                                                 struct kq_slice roots, struct kq_error *error)
{
    struct kq_buffer bytes KQ_CLEANUP(kq_buffer_free) = {0};
    KQ_TRY(kq_key_source_read("gateway_certificate", options->gateway_certificate,
                              options->gateway_certificate_file, &bytes, error));
    struct kq_slice text = kq_buffer_slice(&bytes);
    KQ_TRY(read_certificate(client, text, "the gateway's certificate", &client->gateway_cert_sn, error));
    if (!kq_certificate_check_issuer(text, roots, client->now_s(client->now_data), error).ok ||
        !load_key(text, &client->gateway_key, error).ok) {
        return kq_fail_in(error, "the gateway's certificate");
    }
    return kq_public_key_export(client->gateway_key, &client->texts, &client->gateway_key_der, error);
}

struct kq_result kq_certificate_mode_read(struct kq_client *client, const struct kq_client_options *options,
                                          struct kq_error *error)
{
    struct kq_buffer roots KQ_CLEANUP(kq_buffer_free) = {0};
    KQ_ENSURE(!is_given(options->gateway_public_key) && !is_given(options->gateway_public_key_file), error,
              KQ_E_USAGE,
              "gateway_public_key has no place beside certificates: gateway_certificate has the key");
    KQ_TRY(read_app_certificate(client, options, error));
    KQ_TRY(read_roots(client, options, &roots, error));
    return read_gateway_certificate(client, options, kq_buffer_slice(&roots), error);
}

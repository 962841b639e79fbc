/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cli/application_fields.h"
#include "cli/authority.h"
#include "cli/commands.h"
#include "cli/data.h"
#include "cli/file.h"
#include "cli/keys.h"
#include "cli/table.h"
#include "wire/certificate.h"
#include "wire/certificate_issue.h"

/* Five years, as long as the platform's own certificates of applications are valid. */
#define DAYS_DEFAULT "1825"
#define DAYS_MAX 36500

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    {.name = "app-id",
     .kind = KQ_FLAG_TEXT,
     .required = true,
     .value = "ID",
     .text = "the application that the certificate is for; it need not be registered yet"},
    {.name = "request",
     .kind = KQ_FLAG_TEXT,
     .value = "FILE",
     .text = "its certificate request (CSR); -: standard input"},
    {.name = "public-key",
     .kind = KQ_FLAG_TEXT,
     .value = "FILE",
     .text = "or its public key, in any of the usual forms; -: standard input"},
    {.name = "days",
     .kind = KQ_FLAG_NUMBER,
     .value = "N",
     .text = "how long it is valid",
     .fallback = DAYS_DEFAULT,
     .minimum = 1,
     .maximum = DAYS_MAX},
};

struct issued {
    struct kq_slice pem;
    struct kq_certificate_facts facts;
};

static const struct kq_column columns[] = {{.name = "certificate"}, {.name = "sn"}, {.name = "expires"}};

static void fill(struct kq_row *row, const void *item)
{
    const struct issued *issued = item;
    kq_row_text(row, issued->pem);
    kq_row_name(row, issued->facts.sn);
    kq_row_time(row, issued->facts.not_after_s);
}

/* What a private key may be in is wiped. */
static struct kq_result read_request(const char *path, struct kq_arena *arena, struct kq_slice *public_key,
                                     struct kq_error *error)
{
    struct kq_buffer text KQ_CLEANUP(kq_buffer_wipe_and_free) = {0};
    KQ_TRY(kq_file_read(path, KQ_KEY_FILE_MAX_BYTES, &text, error));
    if (!kq_certificate_request_read(kq_buffer_slice(&text), arena, public_key, error).ok) {
        return kq_fail_in(error, "%s", path);
    }
    return KQ_OK;
}

static struct kq_result read_public_key(struct kq_invocation *invocation, const char *directory,
                                        struct kq_slice *public_key, struct kq_error *error)
{
    struct kq_slice request = kq_flag_text(invocation, "request");
    struct kq_slice path = kq_flag_text(invocation, "public-key");
    KQ_ENSURE((request.size > 0) != (path.size > 0), error, KQ_E_USAGE,
              "give --request FILE or --public-key FILE");
    if (request.size > 0) {
        return read_request(request.data, &invocation->arena, public_key, error);
    }
    return kq_load_application_key(path.data, directory, &invocation->arena, public_key, error);
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    struct kq_buffer pem KQ_CLEANUP(kq_buffer_free) = {0};
    struct kq_slice public_key;
    struct issued issued = {0};
    KQ_TRY(kq_data_open(invocation, &data, error));
    KQ_TRY(read_public_key(invocation, data.directory, &public_key, error));
    KQ_TRY(kq_data_make_certificates(&data, &invocation->arena, error));
    const struct kq_authority authority = {data.directory, &data.clock.clock, &invocation->arena};
    KQ_TRY(kq_authority_issue(&authority, public_key, kq_flag_text(invocation, "app-id"),
                              kq_flag_number(invocation, "days"), &pem, error));
    issued.pem = kq_buffer_slice(&pem);
    if (!invocation->json) {
        printf("%.*s", KQ_SLICE_PRINT(issued.pem));
        return KQ_OK;
    }
    KQ_TRY(kq_certificate_read(issued.pem, &issued.facts, error));
    return kq_print_record(columns, KQ_COUNT(columns), true, fill, &issued, error);
}

const struct kq_command kq_command_app_issue_certificate = {
    .group = "app",
    .name = "issue-certificate",
    .text = "sign an application's key with the data directory's own root; prints the certificate",
    .example = "kaquan app issue-certificate --data demo --app-id 2014072300007148 --request app.csr "
               "> app_certificate.pem",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};

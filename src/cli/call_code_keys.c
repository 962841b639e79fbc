/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/call_code_keys.h"

#include <ctype.h>
#include <string.h>

#include "base/cursor.h"
#include "cli/file.h"
#include "cli/keys.h"
#include "wire/certificate.h"
#include "wire/key_text.h"

#define PEM_DASHES KQ_SLICE("-----")

/* openssl writes 64, MIME's lines have 76. PHP and openssl read a longer one in pieces, not always rightly.
 */
#define PEM_LINE_MAX ((size_t)76)

/* The lines of a file: is it PEM as openssl writes it? */
struct layout {
    struct kq_slice label; /* of the block that began last, within the file's text */
    size_t blocks;
    bool is_in_block;
    bool is_plain; /* all blocks have BEGIN, base64 and END on lines of their own */
    bool is_alone; /* nothing else is there, no block of another kind either */
};

/* -----BEGIN LABEL-----, and nothing else. */
static bool take_begin(struct kq_slice line, struct kq_slice *label)
{
    struct kq_cursor cursor = kq_cursor_of(line);
    return kq_cursor_take_literal(&cursor, KQ_SLICE("-----BEGIN ")) &&
           kq_cursor_take_until(&cursor, PEM_DASHES, label) && kq_cursor_at_end(&cursor);
}

static bool is_end(struct kq_slice line, struct kq_slice label)
{
    struct kq_cursor cursor = kq_cursor_of(line);
    return kq_cursor_take_literal(&cursor, KQ_SLICE("-----END ")) && kq_cursor_take_literal(&cursor, label) &&
           kq_cursor_take_literal(&cursor, PEM_DASHES) && kq_cursor_at_end(&cursor);
}

static bool is_base64(struct kq_slice line)
{
    for (size_t i = 0; i < line.size; i++) {
        if (!isalnum((unsigned char)line.data[i]) && memchr("+/=", line.data[i], 3) == NULL) {
            return false;
        }
    }
    return line.size > 0 && line.size <= PEM_LINE_MAX;
}

/* Blank lines do no harm, but before the first block. */
static void add_line(struct layout *layout, struct kq_slice line)
{
    struct kq_slice label;
    if (layout->is_in_block) {
        layout->is_in_block = !is_end(line, layout->label);
        layout->is_plain = layout->is_plain && (!layout->is_in_block || is_base64(line));
    } else if (take_begin(line, &label)) {
        layout->is_alone = layout->is_alone && (layout->blocks == 0 || kq_slice_equal(label, layout->label));
        layout->label = label;
        layout->is_in_block = true;
        layout->blocks++;
    } else if (line.size > 0 || layout->blocks == 0) {
        layout->is_alone = false;
    }
}

static struct layout layout_of(struct kq_slice text)
{
    struct layout layout = {.is_plain = true, .is_alone = true};
    struct kq_cursor cursor = kq_cursor_of(text);
    struct kq_slice line;
    while (kq_cursor_take_part(&cursor, '\n', &line)) {
        if (line.size > 0 && line.data[line.size - 1] == '\r') {
            line.size--;
        }
        add_line(&layout, line);
    }
    layout.is_plain = layout.is_plain && layout.blocks > 0 && !layout.is_in_block;
    return layout;
}

enum use { PRIVATE_KEY, GATEWAY_KEY, CERTIFICATE, ROOT_CERTIFICATES };

/* A file that the program is to read. Zeroed: nothing was read. */
struct key_file {
    const char *path;
    enum use use;
    struct kq_buffer text;     /* owned, a secret */
    struct kq_key_text blocks; /* likewise */
    struct layout layout;
    bool is_certificate;
    bool is_pkcs1;
};

static void forget(struct key_file *file)
{
    kq_key_text_wipe(&file->blocks);
    kq_buffer_wipe_and_free(&file->text);
}

/* The text between the dashes that says what the block is. */
static bool is_labelled(const struct key_file *file)
{
    bool is_private = file->use == PRIVATE_KEY;
    const char *label = file->is_certificate ? "CERTIFICATE" : is_private ? "PRIVATE KEY" : "PUBLIC KEY";
    struct kq_cursor cursor = kq_cursor_of(file->layout.label);
    if (file->is_pkcs1 && !kq_cursor_take_literal(&cursor, KQ_SLICE("RSA "))) {
        return false;
    }
    return kq_slice_equal(kq_cursor_take_rest(&cursor), kq_slice_of(label));
}

/* One of FILE that is as openssl writes it. Under another name: FILE itself would be emptied first. */
static void append_command(const struct key_file *file, struct kq_buffer *command)
{
    static const char *const tools[] = {[PRIVATE_KEY] = "openssl pkey",
                                        [GATEWAY_KEY] = "openssl pkey -pubin",
                                        [CERTIFICATE] = "openssl x509",
                                        [ROOT_CERTIFICATES] = "openssl x509"};
    bool is_der = file->blocks.blocks[0].size == file->text.size;
    const char *tool =
        file->use == GATEWAY_KEY && file->is_certificate ? "openssl x509 -noout -pubkey" : tools[file->use];
    if (file->use == ROOT_CERTIFICATES && file->blocks.count > 1) {
        kq_buffer_append(
            command, KQ_SLICE("sed -n 's/.*\\(-----BEGIN\\)/\\1/;/-----BEGIN/,/-----END/p' FILE >NEW.pem"));
    } else if (is_der) {
        kq_buffer_print(command, "%s -inform DER -in FILE -out NEW.pem", tool);
    } else if (file->layout.is_plain && (file->layout.blocks > 1 || is_labelled(file))) {
        kq_buffer_print(command, "%s -in FILE -out NEW.pem", tool);
    } else {
        kq_buffer_print(command,
                        "sed 's/-----[^-]*-----//g' FILE|tr -cd A-Za-z0-9+/=|openssl base64 -d -A|"
                        "%s -inform DER -out NEW.pem",
                        tool);
    }
}

/* `kaquan call` finds out what these are; openssl and the libraries go by the labels. */
static struct kq_result read_private_key(struct key_file *file, struct kq_error *error)
{
    struct kq_private_key *key KQ_CLEANUP(kq_private_key_cleanup) = NULL;
    return kq_private_key_load(kq_buffer_slice(&file->text), &key, error);
}

static struct kq_result read_gateway_key(struct key_file *file, struct kq_error *error)
{
    struct kq_arena arena KQ_CLEANUP(kq_arena_free) = {0};
    struct kq_public_key *key KQ_CLEANUP(kq_public_key_cleanup) = NULL;
    struct kq_slice der;
    KQ_TRY(kq_public_key_load(kq_buffer_slice(&file->text), &key, error));
    KQ_TRY(kq_public_key_export(key, &arena, &der, error));
    file->is_certificate = !file->is_pkcs1 && !kq_slice_equal(file->blocks.blocks[0], der);
    return KQ_OK;
}

static struct kq_result read_certificate(struct key_file *file, struct kq_error *error)
{
    struct kq_certificate_facts facts;
    file->is_certificate = true;
    return kq_certificate_read(kq_buffer_slice(&file->text), &facts, error);
}

static struct kq_result read_root_certificates(struct key_file *file, struct kq_error *error)
{
    struct kq_buffer sn KQ_CLEANUP(kq_buffer_free) = {0};
    file->is_certificate = true;
    return kq_root_certificates_sn(kq_buffer_slice(&file->text), &sn, error);
}

/* All forms of a key but those of PKCS#1 have PKCS#1's OID in them. */
static bool is_pkcs1(struct kq_slice der)
{
    static const char oid[] = {0x2A, (char)0x86, 0x48, (char)0x86, (char)0xF7, 0x0D, 0x01, 0x01};
    return memmem(der.data, der.size, oid, sizeof(oid)) == NULL;
}

static struct kq_result read_file(struct key_file *file, struct kq_error *error)
{
    static struct kq_result (*const readers[])(struct key_file *, struct kq_error *) = {
        [PRIVATE_KEY] = read_private_key,
        [GATEWAY_KEY] = read_gateway_key,
        [CERTIFICATE] = read_certificate,
        [ROOT_CERTIFICATES] = read_root_certificates,
    };
    KQ_TRY(kq_file_read(file->path, KQ_KEY_FILE_MAX_BYTES, &file->text, error));
    if (!kq_key_text_read(kq_buffer_slice(&file->text), &file->blocks, error).ok) {
        return kq_fail_in(error, "%s", file->path);
    }
    file->layout = layout_of(kq_buffer_slice(&file->text));
    file->is_pkcs1 = is_pkcs1(file->blocks.blocks[0]);
    if (!readers[file->use](file, error).ok) {
        return kq_fail_in(error, "%s", file->path);
    }
    return KQ_OK;
}

/* The path stands last: a long one is cut off, and the command is not. */
static struct kq_result check_file(const struct kq_code_form *form, enum use use, struct kq_slice path,
                                   struct kq_error *error)
{
    struct key_file file KQ_CLEANUP(forget) = {.path = path.data, .use = use};
    struct kq_buffer command KQ_CLEANUP(kq_buffer_free) = {0};
    KQ_TRY(read_file(&file, error));
    append_command(&file, &command);
    KQ_ENSURE_MEMORY(!command.failed, error);
    bool is_key = use == PRIVATE_KEY || use == GATEWAY_KEY;
    bool is_one = file.layout.blocks == 1 || !is_key;
    KQ_ENSURE(file.layout.is_plain && file.layout.is_alone && is_one && is_labelled(&file), error,
              KQ_E_BAD_KEY, "a printed program reads plain PEM, as `%.*s` writes it (FILE: %s)",
              KQ_SLICE_PRINT(kq_buffer_slice(&command)), file.path);
    KQ_ENSURE(use != PRIVATE_KEY || !file.is_pkcs1 || (form->limits & KQ_CODE_PKCS8_ONLY) == 0, error,
              KQ_E_BAD_KEY, "the library of --%s reads PKCS#8, as `%.*s` writes it, not PKCS#1 (FILE: %s)",
              form->flag, KQ_SLICE_PRINT(kq_buffer_slice(&command)), file.path);
    bool is_bare = !file.is_certificate && !file.is_pkcs1;
    KQ_ENSURE(use != GATEWAY_KEY || is_bare || (form->limits & KQ_CODE_OWN_READER) == 0, error, KQ_E_BAD_KEY,
              "the library of --%s reads a bare public key, as `%.*s` writes it (FILE: %s)", form->flag,
              KQ_SLICE_PRINT(kq_buffer_slice(&command)), file.path);
    return KQ_OK;
}

static struct kq_result check_names(const struct kq_call_plan *plan, struct kq_error *error)
{
    const struct kq_slice paths[] = {plan->private_key,       plan->gateway_public_key,
                                     plan->app_certificate,   plan->gateway_certificate,
                                     plan->root_certificates, plan->content_key};
    for (size_t i = 0; i < KQ_COUNT(paths); i++) {
        KQ_ENSURE(!kq_slice_equal(paths[i], KQ_SLICE("-")), error, KQ_E_USAGE,
                  "a printed program reads keys from files, not from standard input: --http prints what is "
                  "signed already");
    }
    return KQ_OK;
}

struct kq_result kq_code_check_files(const struct kq_code_form *form, const struct kq_call_plan *plan,
                                     struct kq_error *error)
{
    struct kq_content_key *content_key KQ_CLEANUP(kq_content_key_cleanup) = NULL;
    KQ_TRY(check_names(plan, error));
    KQ_TRY(kq_call_plan_load_content_key(plan, &content_key, error));
    if ((form->limits & KQ_CODE_ANY_KEY_FORM) != 0) {
        return KQ_OK;
    }
    KQ_TRY(check_file(form, PRIVATE_KEY, plan->private_key, error));
    if (plan->gateway_public_key.size > 0) {
        return check_file(form, GATEWAY_KEY, plan->gateway_public_key, error);
    }
    KQ_TRY(check_file(form, CERTIFICATE, plan->gateway_certificate, error));
    if ((form->limits & KQ_CODE_OWN_READER) == 0) {
        return KQ_OK; /* it has the numbers of the others, and reads them not */
    }
    KQ_TRY(check_file(form, CERTIFICATE, plan->app_certificate, error));
    return check_file(form, ROOT_CERTIFICATES, plan->root_certificates, error);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "cli/import_source.h"
#include "wire/charset.h"

static const struct kq_import_column columns[] = {
    {.name = "user_id", .required = true},
    {.name = "login_id", .is_list = true},
    {.name = "taobao_nick"},
    {.name = "info", .is_json = true},
};

static void check_row(const struct kq_import_record *record)
{
    FUZZ_CHECK(record->values[0].count == 1);
    FUZZ_CHECK(record->values[2].count <= 1);
    FUZZ_CHECK(record->values[3].count <= 1);
    for (size_t i = 0; i < KQ_COUNT(columns); i++) {
        for (size_t j = 0; j < record->values[i].count; j++) {
            FUZZ_CHECK(record->values[i].items[j].size > 0);
            FUZZ_CHECK(kq_utf8_is_valid(record->values[i].items[j]));
        }
    }
}

/* Rows come in the order of their lines, to the end of the file, and each is whole or refused with a reason.
 */
static void check_rows(struct kq_import_source *source, size_t size)
{
    struct kq_import_record record;
    unsigned long long line = 0;
    do {
        struct kq_arena arena = {0};
        struct kq_error error = {0};
        FUZZ_CHECK(kq_import_source_next(source, &arena, &record, &error).ok);
        FUZZ_CHECK(record.line > line && record.line <= size + 1);
        line = record.line;
        if (record.outcome == KQ_IMPORT_ROW) {
            check_row(&record);
        } else if (record.outcome == KQ_IMPORT_REFUSED) {
            FUZZ_CHECK(record.refusal.code == KQ_E_BAD_INPUT && record.refusal.detail[0] != '\0');
        }
        kq_arena_free(&arena);
    } while (record.outcome != KQ_IMPORT_END);
    FUZZ_CHECK(source->reader.taken_bytes == size);
}

/* The first byte chooses the format, or leaves it to be found. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kq_slice bytes = fuzz_input(data, size);
    enum kq_import_format format = (enum kq_import_format)(fuzz_take_choice(&bytes) % 3);
    int file = memfd_create("input", MFD_CLOEXEC);
    FUZZ_CHECK(file >= 0 &&
               write(file, bytes.size == 0 ? "" : bytes.data, bytes.size) == (ssize_t)bytes.size);
    FUZZ_CHECK(lseek(file, 0, SEEK_SET) == 0);
    struct kq_import_source source;
    struct kq_error error = {0};
    if (kq_import_source_open(&source, file, format, columns, KQ_COUNT(columns), &error).ok) {
        check_rows(&source, bytes.size);
    } else {
        FUZZ_CHECK(error.code == KQ_E_BAD_INPUT);
    }
    kq_import_source_close(&source);
    close(file);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "base/buffer.h"
#include "cli/csv.h"

static void write_record(const struct kq_csv_record *record, struct kq_buffer *text)
{
    for (size_t i = 0; i < record->count; i++) {
        kq_buffer_append(text, i == 0 ? KQ_SLICE("\"") : KQ_SLICE(",\""));
        for (size_t j = 0; j < record->fields[i].size; j++) {
            char byte = record->fields[i].data[j];
            kq_buffer_append(text,
                             byte == '"' ? KQ_SLICE("\"\"") : (struct kq_slice){.data = &byte, .size = 1});
        }
        kq_buffer_append_byte(text, '"');
    }
}

/* What can be read has one form with all fields quoted, which reads as the same fields. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kq_arena arena = {0};
    struct kq_buffer text = {0};
    struct kq_csv_record record;
    struct kq_csv_record again;
    struct kq_error error = {0};
    if (!kq_csv_read(fuzz_input(data, size), &arena, &record, &error).ok) {
        FUZZ_CHECK(error.code == KQ_E_BAD_INPUT);
    } else if (!record.open) {
        write_record(&record, &text);
        FUZZ_CHECK(kq_csv_read(kq_buffer_slice(&text), &arena, &again, NULL).ok);
        FUZZ_CHECK(!again.open && again.count == record.count);
        for (size_t i = 0; i < record.count; i++) {
            FUZZ_CHECK(kq_slice_equal(record.fields[i], again.fields[i]));
        }
    }
    kq_buffer_free(&text);
    kq_arena_free(&arena);
    return 0;
}

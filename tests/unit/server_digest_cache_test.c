/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/macros.h"
#include "base/memory.h"
#include "server/digest_cache.h"

#define SEED UINT64_C(0x243F6A8885A308D3)

/* Memory that keeps exactly so many entries with values of up to 8 bytes: digest, value, index. */
#define ENTRY_BYTES ((size_t)(KQ_SHA256_BYTES + 8 + 20))

/* A digest that looks random and is the same for the same number. */
struct digest {
    unsigned char bytes[KQ_SHA256_BYTES];
};

static uint64_t scramble(uint64_t number)
{
    number = (number ^ number >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    number = (number ^ number >> 27) * UINT64_C(0x94D049BB133111EB);
    return number ^ number >> 31;
}

static struct digest digest_of(uint64_t number)
{
    struct digest digest;
    for (size_t i = 0; i < KQ_SHA256_BYTES / 8; i++) {
        uint64_t word = scramble(number * 4 + i + 1);
        memcpy(digest.bytes + 8 * i, &word, sizeof(word));
    }
    return digest;
}

static struct kq_digest_cache *open_cache(size_t size_bytes, size_t value_max_bytes)
{
    struct kq_digest_cache *cache = NULL;
    assert_true(kq_digest_cache_open(size_bytes, value_max_bytes, SEED, &cache, NULL).ok);
    assert_non_null(cache);
    return cache;
}

static void put(struct kq_digest_cache *cache, uint64_t number, const char *value)
{
    struct digest digest = digest_of(number);
    kq_digest_cache_put(cache, digest.bytes, kq_slice_of(value));
}

static bool get(struct kq_digest_cache *cache, uint64_t number, struct kq_slice *value)
{
    struct digest digest = digest_of(number);
    return kq_digest_cache_get(cache, digest.bytes, value);
}

static void assert_has(struct kq_digest_cache *cache, uint64_t number, const char *expected)
{
    struct kq_slice value = KQ_SLICE("untouched");
    assert_true(get(cache, number, &value));
    assert_true(kq_slice_equal(value, kq_slice_of(expected)));
}

static void assert_has_not(struct kq_digest_cache *cache, uint64_t number)
{
    struct kq_slice value = KQ_SLICE("untouched");
    assert_false(get(cache, number, &value));
    assert_true(kq_slice_equal(value, KQ_SLICE("untouched")));
}

static struct kq_digest_cache_counts count(const struct kq_digest_cache *cache)
{
    struct kq_digest_cache_counts counts;
    kq_digest_cache_count(cache, &counts);
    return counts;
}

static void what_is_put_is_found_under_its_digest_only(void **state)
{
    (void)state;
    struct kq_digest_cache *cache = open_cache(4 * ENTRY_BYTES, 8);
    assert_has_not(cache, 1);
    put(cache, 1, "one");
    put(cache, 2, "");
    put(cache, 3, "12345678");
    assert_has(cache, 1, "one");
    assert_has(cache, 2, "");
    assert_has(cache, 3, "12345678");
    assert_has_not(cache, 4);
    kq_digest_cache_close(cache);
}

/* Two digests that differ in one bit anywhere are two. */
static void every_bit_of_a_digest_counts(void **state)
{
    (void)state;
    struct kq_digest_cache *cache = open_cache(ENTRY_BYTES, 8);
    put(cache, 1, "one");
    for (size_t bit = 0; bit < KQ_SHA256_BYTES * 8; bit++) {
        struct digest other = digest_of(1);
        other.bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
        struct kq_slice value;
        assert_false(kq_digest_cache_get(cache, other.bytes, &value));
    }
    assert_has(cache, 1, "one");
    kq_digest_cache_close(cache);
}

static void a_peek_counts_as_nothing(void **state)
{
    (void)state;
    struct kq_digest_cache *cache = open_cache(2 * ENTRY_BYTES, 8);
    struct digest first = digest_of(1);
    struct digest absent = digest_of(3);
    struct kq_slice value = KQ_SLICE("untouched");
    put(cache, 1, "one");
    put(cache, 2, "two");
    assert_false(kq_digest_cache_peek(cache, absent.bytes, &value));
    assert_true(kq_slice_equal(value, KQ_SLICE("untouched")));
    assert_true(kq_digest_cache_peek(cache, first.bytes, &value));
    assert_true(kq_slice_equal(value, KQ_SLICE("one")));
    assert_int_equal(count(cache).hits, 0);
    assert_int_equal(count(cache).misses, 0);
    put(cache, 3, "three"); /* in the place of the first, which is still the oldest */
    assert_false(kq_digest_cache_peek(cache, first.bytes, &value));
    kq_digest_cache_close(cache);
}

static void a_value_is_replaced(void **state)
{
    (void)state;
    struct kq_digest_cache *cache = open_cache(2 * ENTRY_BYTES, 8);
    put(cache, 1, "one");
    put(cache, 2, "two");
    put(cache, 1, "other");
    assert_int_equal(count(cache).entries, 2);
    assert_int_equal(count(cache).evictions, 0);
    assert_has(cache, 1, "other");
    assert_has(cache, 2, "two");
    kq_digest_cache_close(cache);
}

static void the_least_recently_used_makes_room(void **state)
{
    (void)state;
    struct kq_digest_cache *cache = open_cache(3 * ENTRY_BYTES, 8);
    put(cache, 1, "one");
    put(cache, 2, "two");
    put(cache, 3, "three");
    assert_has(cache, 1, "one"); /* 2 is the oldest now */
    put(cache, 2, "again");      /* and now 3 */
    put(cache, 4, "four");
    assert_has_not(cache, 3);
    put(cache, 5, "five");
    assert_has_not(cache, 1);
    assert_has(cache, 2, "again");
    assert_has(cache, 4, "four");
    assert_has(cache, 5, "five");
    assert_int_equal(count(cache).evictions, 2);
    kq_digest_cache_close(cache);
}

static void a_value_that_is_too_long_is_not_kept(void **state)
{
    (void)state;
    struct kq_digest_cache *cache = open_cache(2 * ENTRY_BYTES, 8);
    put(cache, 1, "one");
    put(cache, 2, "two");
    put(cache, 3, "123456789");
    assert_has_not(cache, 3);
    assert_has(cache, 1, "one");
    put(cache, 2, "123456789");
    assert_has_not(cache, 2);
    assert_int_equal(count(cache).entries, 1);
    put(cache, 4, "four"); /* takes the place that was given up */
    assert_has(cache, 1, "one");
    assert_has(cache, 4, "four");
    assert_int_equal(count(cache).evictions, 0);
    kq_digest_cache_close(cache);
}

static void the_caches_own_values_may_be_put(void **state)
{
    (void)state;
    struct kq_digest_cache *cache = open_cache(2 * ENTRY_BYTES, 8);
    struct kq_slice value;
    put(cache, 1, "one");
    put(cache, 2, "two");
    assert_true(get(cache, 1, &value));
    struct digest same = digest_of(1);
    kq_digest_cache_put(cache, same.bytes, value);
    assert_has(cache, 1, "one");
    assert_true(get(cache, 2, &value));
    assert_has(cache, 1, "one"); /* so that 2 makes room for its own value */
    struct digest other = digest_of(3);
    kq_digest_cache_put(cache, other.bytes, value);
    assert_has_not(cache, 2);
    assert_has(cache, 3, "two");
    kq_digest_cache_close(cache);
}

static void a_cache_of_one_entry_has_the_last(void **state)
{
    (void)state;
    struct kq_digest_cache *cache = open_cache(2 * ENTRY_BYTES - 1, 8);
    for (uint64_t i = 1; i <= 10; i++) {
        put(cache, i, "value");
        assert_has(cache, i, "value");
        assert_has_not(cache, i - 1);
    }
    assert_int_equal(count(cache).entries, 1);
    assert_int_equal(count(cache).evictions, 9);
    kq_digest_cache_close(cache);
}

static void a_cache_without_room_keeps_nothing(void **state)
{
    (void)state;
    const size_t sizes[] = {0, 1, ENTRY_BYTES - 1};
    for (size_t i = 0; i < KQ_COUNT(sizes); i++) {
        struct kq_digest_cache *cache = open_cache(sizes[i], 8);
        put(cache, 1, "one");
        put(cache, 1, "123456789");
        assert_has_not(cache, 1);
        struct kq_digest_cache_counts counts = count(cache);
        assert_int_equal(counts.misses, 1);
        assert_int_equal(counts.hits + counts.entries + counts.bytes + counts.evictions, 0);
        kq_digest_cache_close(cache);
    }
}

static void values_of_no_bytes_are_values(void **state)
{
    (void)state;
    struct kq_digest_cache *cache = open_cache(10 * ENTRY_BYTES, 0);
    put(cache, 1, "");
    put(cache, 2, "x");
    assert_has(cache, 1, "");
    assert_has_not(cache, 2);
    kq_digest_cache_close(cache);
}

/* All of the memory that is used is counted, and it stays in its bounds whatever the sizes are. */
static void bytes_are_bounded(void **state)
{
    (void)state;
    const size_t value_sizes[] = {0, 1, 7, 8, 9, 344, 684};
    for (size_t i = 0; i < KQ_COUNT(value_sizes); i++) {
        const size_t size_bytes = 30011;
        char value[684];
        memset(value, (int)('a' + i), sizeof(value));
        struct kq_digest_cache *cache = open_cache(size_bytes, value_sizes[i]);
        for (uint64_t number = 1; number <= 1000; number++) {
            struct digest digest = digest_of(number);
            kq_digest_cache_put(cache, digest.bytes, (struct kq_slice){value, value_sizes[i]});
            assert_in_range(count(cache).bytes, 1, size_bytes);
        }
        size_t entry_bytes = KQ_SHA256_BYTES + value_sizes[i] + 20;
        struct kq_digest_cache_counts counts = count(cache);
        assert_in_range(counts.bytes, size_bytes - (entry_bytes + 7), size_bytes);
        assert_in_range(counts.entries, size_bytes / (entry_bytes + 7), size_bytes / entry_bytes);
        assert_int_equal(counts.evictions, 1000 - counts.entries);
        for (uint64_t number = 1000; number > 1000 - counts.entries; number--) {
            struct kq_slice found;
            assert_true(get(cache, number, &found));
            assert_true(kq_slice_equal(found, (struct kq_slice){value, value_sizes[i]}));
        }
        assert_has_not(cache, 1000 - counts.entries);
        kq_digest_cache_close(cache);
    }
}

static void hits_and_misses_are_counted(void **state)
{
    (void)state;
    struct kq_digest_cache *cache = open_cache(4 * ENTRY_BYTES, 8);
    put(cache, 1, "one");
    for (size_t i = 0; i < 5; i++) {
        assert_has(cache, 1, "one");
    }
    for (size_t i = 0; i < 3; i++) {
        assert_has_not(cache, 2);
    }
    struct kq_digest_cache_counts counts = count(cache);
    assert_int_equal(counts.hits, 5);
    assert_int_equal(counts.misses, 3);
    assert_int_equal(counts.entries, 1);
    assert_int_equal(counts.bytes, ENTRY_BYTES);
    assert_int_equal(counts.evictions, 0);
    kq_digest_cache_close(cache);
}

/* The model: a plain array in the order of use. */
#define MODEL_MAX 64
struct model_entry {
    uint64_t number;
    char value[12]; /* with its NUL */
};

struct model {
    struct model_entry entries[MODEL_MAX]; /* the newest first */
    size_t count;
    size_t capacity;
};

static size_t model_find(const struct model *model, uint64_t number)
{
    size_t at = 0;
    while (at < model->count && model->entries[at].number != number) {
        at++;
    }
    return at;
}

static void model_remove(struct model *model, size_t at)
{
    model->count--;
    memmove(&model->entries[at], &model->entries[at + 1], (model->count - at) * sizeof(model->entries[0]));
}

static void model_add(struct model *model, struct model_entry entry)
{
    if (model->count == model->capacity) {
        model->count--;
    }
    memmove(&model->entries[1], &model->entries[0], model->count * sizeof(model->entries[0]));
    model->entries[0] = entry;
    model->count++;
}

static void step(struct kq_digest_cache *cache, struct model *model, uint64_t random)
{
    /* Three times as many digests as places, so that all cases come. */
    struct model_entry entry = {.number = random % (model->capacity * 3)};
    size_t at = model_find(model, entry.number);
    bool is_known = at < model->count;
    if (random >> 32 & 1) {
        struct kq_slice value;
        assert_int_equal(get(cache, entry.number, &value), is_known);
        if (is_known) {
            entry = model->entries[at];
            assert_true(kq_slice_equal(value, kq_slice_of(entry.value)));
            model_remove(model, at);
            model_add(model, entry);
        }
        return;
    }
    size_t size = random >> 40 & 15;
    size = size < sizeof(entry.value) ? size : sizeof(entry.value) - 1; /* up to 11: some are too long */
    memset(entry.value, (int)('a' + (random >> 48) % 26), size);
    put(cache, entry.number, entry.value);
    if (is_known) {
        model_remove(model, at);
    }
    if (size <= 8) {
        model_add(model, entry);
    }
}

static void it_does_what_a_plain_list_does(void **state)
{
    (void)state;
    const size_t capacities[] = {1, 2, 3, 5, 16, MODEL_MAX};
    for (size_t i = 0; i < KQ_COUNT(capacities); i++) {
        struct model model = {.capacity = capacities[i]};
        struct kq_digest_cache *cache = open_cache(capacities[i] * ENTRY_BYTES, 8);
        for (uint64_t n = 1; n <= 20000; n++) {
            step(cache, &model, scramble(n * 1000003 + i));
            assert_int_equal(count(cache).entries, model.count);
        }
        for (size_t at = model.count; at > 0; at--) {
            assert_has(cache, model.entries[at - 1].number, model.entries[at - 1].value);
        }
        kq_digest_cache_close(cache);
    }
}

/* Pages of the process that are in memory, or 0 where the system does not tell. */
static long resident_pages(void)
{
    long size = 0;
    long resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file != NULL) {
        if (fscanf(file, "%ld %ld", &size, &resident) != 2) {
            resident = 0;
        }
        fclose(file);
    }
    return resident;
}

/* A gigabyte that is empty takes no more than a few pages, and some entries little more than themselves. */
static void an_empty_cache_costs_next_to_nothing(void **state)
{
    (void)state;
    long page_bytes = sysconf(_SC_PAGESIZE);
    long before = resident_pages();
    struct kq_digest_cache *cache = open_cache((size_t)1 << 30, 344);
    for (uint64_t i = 0; i < 100; i++) {
        put(cache, i, "value");
        assert_has(cache, i, "value");
    }
    long grown_bytes = (resident_pages() - before) * page_bytes;
    assert_true(grown_bytes < 4L << 20);
    kq_digest_cache_close(cache);
}

static void memory_that_is_not_there_is_refused(void **state)
{
    (void)state;
    struct kq_digest_cache *cache = NULL;
    struct kq_error error = {0};
    assert_false(kq_digest_cache_open(SIZE_MAX / 2, UINT32_MAX, SEED, &cache, &error).ok);
    assert_int_equal(error.code, KQ_E_NO_MEMORY);
    assert_null(cache);
    assert_false(kq_digest_cache_open(4096, SIZE_MAX, SEED, &cache, &error).ok);
    assert_int_equal(error.code, KQ_E_NO_MEMORY);
    assert_null(cache);
    error = (struct kq_error){0};
    kq_memory_fail_at(1);
    assert_false(kq_digest_cache_open(4096, 8, SEED, &cache, &error).ok);
    assert_true(kq_memory_has_failed());
    kq_memory_fail_at(0);
    assert_int_equal(error.code, KQ_E_NO_MEMORY);
    assert_null(cache);
    kq_digest_cache_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_put_is_found_under_its_digest_only),
        cmocka_unit_test(every_bit_of_a_digest_counts),
        cmocka_unit_test(a_peek_counts_as_nothing),
        cmocka_unit_test(a_value_is_replaced),
        cmocka_unit_test(the_least_recently_used_makes_room),
        cmocka_unit_test(a_value_that_is_too_long_is_not_kept),
        cmocka_unit_test(the_caches_own_values_may_be_put),
        cmocka_unit_test(a_cache_of_one_entry_has_the_last),
        cmocka_unit_test(a_cache_without_room_keeps_nothing),
        cmocka_unit_test(values_of_no_bytes_are_values),
        cmocka_unit_test(bytes_are_bounded),
        cmocka_unit_test(hits_and_misses_are_counted),
        cmocka_unit_test(it_does_what_a_plain_list_does),
        cmocka_unit_test(an_empty_cache_costs_next_to_nothing),
        cmocka_unit_test(memory_that_is_not_there_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

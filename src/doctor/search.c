/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/search.h"

#include "base/buffer.h"

/* Mistakes at once, at most: with three of the common ones there are some ten thousand combinations. */
#define DEPTH_MAX 3

/* Of so many parameters each subset is tried as the ones that were signed: 2^12 strings. */
#define SUBSET_ITEMS_MAX 12

struct step {
    const struct kq_mistake *mistake;
    struct kq_slice subject;
};

/* Making a value anew, by copying, reading and writing it, takes about so many times as long as the digest of
 * it. */
#define MAKING_FACTOR 4

struct search {
    const struct kq_opened_signature *opened;
    bool is_v3;
    size_t *work_left;
    struct kq_diagnosis *diagnosis;
    struct kq_arena *arena;            /* the diagnosis' */
    struct kq_arena levels[DEPTH_MAX]; /* owned; of one trial, mistake by mistake */
    struct step path[DEPTH_MAX];
    bool is_found;
};

static void free_search(struct search *search)
{
    for (size_t i = 0; i < DEPTH_MAX; i++) {
        kq_arena_free(&search->levels[i]);
    }
}

struct kq_result kq_diagnosis_add(struct kq_diagnosis *diagnosis, const struct kq_advice *advice,
                                  struct kq_slice subject, struct kq_arena *arena, struct kq_error *error)
{
    KQ_ENSURE(diagnosis->finding_count < KQ_FINDINGS_MAX, error, KQ_E_INTERNAL, "more findings than places");
    struct kq_finding *finding = &diagnosis->findings[diagnosis->finding_count++];
    finding->advice = advice;
    finding->subject = kq_arena_copy(arena, subject);
    KQ_ENSURE_MEMORY(finding->subject.data, error);
    return KQ_OK;
}

static bool is_spent(const struct search *search)
{
    return *search->work_left == 0;
}

static void spend(struct search *search, size_t cost)
{
    *search->work_left -= cost < *search->work_left ? cost : *search->work_left;
}

static bool is_hex_of(struct kq_slice text, struct kq_slice bytes)
{
    bool is_equal = text.size == bytes.size * 2;
    for (size_t i = 0; i < bytes.size && is_equal; i++) {
        char pair[3];
        static const char digits[] = "0123456789abcdef";
        pair[0] = digits[(unsigned char)bytes.data[i] >> 4];
        pair[1] = digits[(unsigned char)bytes.data[i] & 15];
        is_equal =
            kq_slice_equal_ignoring_case((struct kq_slice){text.data + 2 * i, 2}, (struct kq_slice){pair, 2});
    }
    return is_equal;
}

/* What stands in the padding without a DigestInfo: the text itself, or a digest of it, in bytes or in hex. */
static struct kq_result matches_bytes(struct search *search, struct kq_slice text, bool *matches,
                                      struct kq_error *error)
{
    struct kq_slice inside = search->opened->bytes;
    *matches = inside.size > 0 && kq_slice_equal(inside, text);
    for (unsigned kind = 0; kind < KQ_DIGEST_KIND_COUNT && !*matches; kind++) {
        unsigned char digest[KQ_DIGEST_MAX_BYTES];
        size_t size = kq_digest_size((enum kq_digest_kind)kind);
        if (inside.size == size || inside.size == 2 * size) {
            KQ_TRY(kq_digest_make((enum kq_digest_kind)kind, text, digest, error));
            struct kq_slice bytes = {.data = (const char *)digest, .size = size};
            *matches = kq_slice_equal(inside, bytes) || is_hex_of(inside, bytes);
        }
    }
    return KQ_OK;
}

static struct kq_result matches_text(struct search *search, struct kq_slice text, bool *matches,
                                     struct kq_error *error)
{
    spend(search, text.size + KQ_TRIAL_BYTES);
    search->diagnosis->trials++;
    if (search->opened->kind == KQ_OPENED_BYTES) {
        return matches_bytes(search, text, matches, error);
    }
    unsigned char digest[KQ_DIGEST_MAX_BYTES];
    KQ_TRY(kq_digest_make(search->opened->digest_kind, text, digest, error));
    struct kq_slice bytes = {(const char *)digest, kq_digest_size(search->opened->digest_kind)};
    *matches = kq_slice_equal(bytes, search->opened->bytes);
    return KQ_OK;
}

static struct kq_result note_text(struct search *search, struct kq_slice text, struct kq_error *error)
{
    search->is_found = true;
    search->diagnosis->signed_text = kq_arena_copy(search->arena, text);
    KQ_ENSURE_MEMORY(search->diagnosis->signed_text.data, error);
    return KQ_OK;
}

/* Seen before the search? */
static bool is_noted(const struct kq_diagnosis *diagnosis, const struct kq_advice *advice)
{
    size_t at = 0;
    while (at < diagnosis->finding_count && strcmp(diagnosis->findings[at].advice->name, advice->name) != 0) {
        at++;
    }
    return at < diagnosis->finding_count;
}

static struct kq_result note_path(struct search *search, struct kq_slice text, size_t depth,
                                  struct kq_error *error)
{
    for (size_t i = 0; i < depth; i++) {
        if (is_noted(search->diagnosis, &search->path[i].mistake->advice)) {
            continue;
        }
        KQ_TRY(kq_diagnosis_add(search->diagnosis, &search->path[i].mistake->advice, search->path[i].subject,
                                search->arena, error));
        if (search->is_v3) {
            struct kq_finding *finding = &search->diagnosis->findings[search->diagnosis->finding_count - 1];
            finding->subject_chinese = kq_line_chinese(finding->subject);
        }
    }
    return note_text(search, text, error);
}

static struct kq_result descend(struct search *search, const struct kq_draft *parent, size_t first,
                                size_t level, size_t goal, struct kq_error *error);

/* One variant of one mistake, on top of those that the parent has. */
static struct kq_result try_variant(struct search *search, const struct kq_draft *parent, size_t index,
                                    size_t variant, size_t level, size_t goal, struct kq_error *error)
{
    const struct kq_mistake *mistake = kq_mistake_at(parent, index);
    struct step *step = &search->path[level];
    struct kq_draft draft;
    bool changed = false;
    bool matches = false;
    spend(search, KQ_TRIAL_BYTES + MAKING_FACTOR * kq_mistake_made_bytes(mistake, parent, variant));
    kq_arena_reset(&search->levels[level]);
    step->mistake = mistake;
    KQ_TRY(kq_draft_copy(parent, &search->levels[level], &draft, error));
    KQ_TRY(kq_mistake_make(mistake, &draft, variant, &step->subject, &changed, error));
    if (!changed) {
        return KQ_OK;
    }
    if (mistake->stage < KQ_STAGE_TEXT) {
        KQ_TRY(kq_draft_join(&draft, error));
    }
    if (level + 1 < goal) {
        return descend(search, &draft, index + 1, level + 1, goal, error);
    }
    KQ_TRY(matches_text(search, draft.text, &matches, error));
    return matches ? note_path(search, draft.text, goal, error) : KQ_OK;
}

/* All sets of exactly `goal` mistakes, in the order of the table. */
static struct kq_result descend(struct search *search, const struct kq_draft *parent, size_t first,
                                size_t level, size_t goal, struct kq_error *error)
{
    for (size_t index = first; index < kq_mistakes_of(parent); index++) {
        const struct kq_mistake *mistake = kq_mistake_at(parent, index);
        size_t count = kq_mistake_variants(mistake, parent);
        for (size_t variant = 0; variant < count && !search->is_found && !is_spent(search); variant++) {
            if (kq_mistake_is_tried(mistake, parent, variant, goal)) {
                KQ_TRY(try_variant(search, parent, index, variant, level, goal, error));
            }
        }
    }
    return KQ_OK;
}

static bool comes_first(const struct kq_mistake *mistake)
{
    return mistake->comes_first;
}

static bool is_common(const struct kq_mistake *mistake)
{
    return mistake->is_common;
}

static bool is_seldom(const struct kq_mistake *mistake)
{
    return !mistake->is_common;
}

/* One mistake alone: first those that explain better what others explain as well; then the common ones, so
 * that the work that a long request allows is not spent on seldom ones with many variants. */
static struct kq_result try_single(struct search *search, const struct kq_draft *right,
                                   bool (*is_meant)(const struct kq_mistake *mistake), struct kq_error *error)
{
    for (size_t index = 0; index < kq_mistakes_of(right); index++) {
        const struct kq_mistake *mistake = kq_mistake_at(right, index);
        size_t count = is_meant(mistake) ? kq_mistake_variants(mistake, right) : 0;
        for (size_t variant = 0; variant < count && !search->is_found && !is_spent(search); variant++) {
            KQ_TRY(try_variant(search, right, index, variant, 0, 1, error));
        }
    }
    return KQ_OK;
}

/* The signed items that stand in the mask are left out. */
static struct kq_result leave_out(const size_t *signed_items, size_t count, unsigned mask,
                                  struct kq_draft *draft, struct kq_error *error)
{
    for (size_t i = count; i > 0; i--) {
        if ((mask >> (i - 1) & 1U) != 0) {
            kq_draft_remove(draft, signed_items[i - 1]);
        }
    }
    return kq_draft_join(draft, error);
}

/* With their names, of lines in Chinese as well. */
static struct kq_result note_left_out(struct search *search, const struct kq_draft *right,
                                      const size_t *signed_items, size_t count, unsigned mask,
                                      struct kq_error *error)
{
    struct kq_buffer names KQ_CLEANUP(kq_buffer_free) = {0};
    struct kq_buffer chinese KQ_CLEANUP(kq_buffer_free) = {0};
    for (size_t i = 0; i < count; i++) {
        if ((mask >> i & 1U) != 0) {
            struct kq_slice name = right->items[signed_items[i]].name;
            struct kq_slice other = kq_line_chinese(name);
            kq_buffer_append(&names, names.size == 0 ? KQ_SLICE_EMPTY : KQ_SLICE(", "));
            kq_buffer_append(&names, name);
            kq_buffer_append(&chinese, chinese.size == 0 ? KQ_SLICE_EMPTY : KQ_SLICE("、"));
            kq_buffer_append(&chinese, other.size == 0 ? name : other);
        }
    }
    KQ_ENSURE_MEMORY(!names.failed && !chinese.failed, error);
    KQ_TRY(kq_diagnosis_add(search->diagnosis, kq_mistake_advice(right, kq_change_left_out),
                            kq_buffer_slice(&names), search->arena, error));
    if (search->is_v3) {
        struct kq_finding *finding = &search->diagnosis->findings[search->diagnosis->finding_count - 1];
        finding->subject_chinese = kq_arena_copy(search->arena, kq_buffer_slice(&chinese));
        KQ_ENSURE_MEMORY(finding->subject_chinese.data, error);
    }
    return KQ_OK;
}

/* Each set of two and more parameters that may have been left out. */
static struct kq_result try_subsets(struct search *search, const struct kq_draft *right,
                                    struct kq_error *error)
{
    size_t signed_items[SUBSET_ITEMS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < right->count; i++) {
        if (kq_draft_is_signed(right, i)) {
            if (count == SUBSET_ITEMS_MAX) {
                return KQ_OK;
            }
            signed_items[count++] = i;
        }
    }
    for (unsigned mask = 3; mask + 1 < 1U << count && !search->is_found && !is_spent(search); mask++) {
        struct kq_draft draft;
        bool matches = false;
        if ((mask & (mask - 1)) == 0) {
            continue; /* one alone was tried before */
        }
        kq_arena_reset(&search->levels[0]);
        KQ_TRY(kq_draft_copy(right, &search->levels[0], &draft, error));
        KQ_TRY(leave_out(signed_items, count, mask, &draft, error));
        KQ_TRY(matches_text(search, draft.text, &matches, error));
        if (matches) {
            KQ_TRY(note_left_out(search, right, signed_items, count, mask, error));
            return note_text(search, draft.text, error);
        }
    }
    return KQ_OK;
}

struct kq_result kq_search(const struct kq_draft *right, const struct kq_opened_signature *opened,
                           size_t *work_left, struct kq_arena *arena, struct kq_diagnosis *diagnosis,
                           struct kq_error *error)
{
    struct search search KQ_CLEANUP(free_search) = {
        .opened = opened,
        .is_v3 = right->v3 != NULL,
        .work_left = work_left,
        .diagnosis = diagnosis,
        .arena = arena,
    };
    bool matches = false;
    KQ_TRY(matches_text(&search, right->text, &matches, error));
    if (matches) {
        return note_text(&search, right->text, error);
    }
    KQ_TRY(try_single(&search, right, comes_first, error));
    KQ_TRY(try_single(&search, right, is_common, error));
    KQ_TRY(try_single(&search, right, is_seldom, error));
    KQ_TRY(try_subsets(&search, right, error));
    for (size_t goal = 2; goal <= DEPTH_MAX; goal++) {
        KQ_TRY(descend(&search, right, 0, 0, goal, error));
    }
    return KQ_OK;
}

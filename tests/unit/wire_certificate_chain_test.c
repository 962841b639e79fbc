/* SPDX-License-Identifier: Apache-2.0 */
#include "certificate_support.h"
#include "wire/certificate.h"

/* Who vouches for a certificate: a root, an authority below it, or nobody. */

#define ROOT_KEY "app_3072.pem"
#define MIDDLE_KEY "app_1536.pem"
#define LEAF_KEY "app_2048.pem"
#define NOW_S INT64_C(1767225600) /* 2026 */

struct chain {
    struct kq_arena arena;
    struct kq_slice root;
    struct kq_slice middle;
    struct kq_slice by_root;
    struct kq_slice by_middle;
};

static struct kq_slice make(struct kq_arena *arena, const char *key, const char *issuer_key,
                            struct kq_slice issuer, const char *name, bool is_authority)
{
    const struct made_certificate made = {key, issuer_key, issuer, name, is_authority};
    return make_certificate(arena, &made);
}

static void make_chain(struct chain *chain)
{
    chain->root = make(&chain->arena, ROOT_KEY, ROOT_KEY, KQ_SLICE_EMPTY, "root", true);
    chain->middle = make(&chain->arena, MIDDLE_KEY, ROOT_KEY, chain->root, "middle", true);
    chain->by_root = make(&chain->arena, LEAF_KEY, ROOT_KEY, chain->root, "leaf", false);
    chain->by_middle = make(&chain->arena, LEAF_KEY, MIDDLE_KEY, chain->middle, "leaf", false);
}

static void free_chain(struct chain *chain)
{
    kq_arena_free(&chain->arena);
}

static void assert_not_vouched(struct kq_slice text, struct kq_slice roots, int64_t now_s, const char *why)
{
    struct kq_error error = {0};
    assert_failed(kq_certificate_check_issuer(text, roots, now_s, &error), &error, KQ_E_BAD_KEY);
    assert_detail_contains(&error, why);
    assert_no_openssl_error();
}

static struct kq_slice join(struct kq_arena *arena, struct kq_slice first, struct kq_slice second)
{
    BUFFER joined = {0};
    kq_buffer_append(&joined, first);
    kq_buffer_append(&joined, second);
    return kq_arena_copy(arena, kq_buffer_slice(&joined));
}

static void test_who_is_vouched_for(void **state)
{
    (void)state;
    struct chain chain KQ_CLEANUP(free_chain) = {0};
    struct kq_error error = {0};
    make_chain(&chain);
    struct kq_slice both = join(&chain.arena, chain.by_middle, chain.middle);
    struct kq_slice roots = join(&chain.arena, golden(&chain.arena, "certificates/roots.pem"), chain.root);
    assert_ok(kq_certificate_check_issuer(chain.by_root, chain.root, NOW_S, &error), &error);
    assert_ok(kq_certificate_check_issuer(chain.root, chain.root, NOW_S, &error), &error);
    assert_ok(kq_certificate_check_issuer(both, chain.root, NOW_S, &error), &error);
    assert_ok(kq_certificate_check_issuer(chain.by_root, roots, NOW_S, &error), &error);
    assert_no_openssl_error();
}

static void test_who_is_not(void **state)
{
    (void)state;
    struct chain chain KQ_CLEANUP(free_chain) = {0};
    make_chain(&chain);
    struct kq_slice others = golden(&chain.arena, "certificates/roots.pem");
    struct kq_slice forged = make(&chain.arena, LEAF_KEY, LEAF_KEY, KQ_SLICE_EMPTY, "root", true);
    struct kq_slice own = make(&chain.arena, LEAF_KEY, LEAF_KEY, forged, "leaf", false);
    struct kq_slice by_leaf = make(&chain.arena, MIDDLE_KEY, LEAF_KEY, chain.by_root, "x", false);
    assert_not_vouched(chain.by_root, others, NOW_S, "none of the root certificates vouches for it: ");
    assert_not_vouched(chain.by_middle, chain.root, NOW_S, "issuer certificate");
    /* An issuer of the root's name, sent along: it is not the root. */
    assert_not_vouched(join(&chain.arena, own, forged), chain.root, NOW_S, "vouches");
    /* One that is no authority vouches for nobody. */
    assert_not_vouched(join(&chain.arena, by_leaf, chain.by_root), chain.root, NOW_S, "vouches");
    assert_not_vouched(chain.by_root, chain.root, MADE_UNTIL_S + 1, "expired");
    assert_not_vouched(chain.by_root, chain.root, MADE_FROM_S - 1, "not yet valid");
}

static struct kq_result check(void *context, struct kq_error *error)
{
    const struct chain *chain = context;
    return kq_certificate_check_issuer(chain->by_root, chain->root, NOW_S, error);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    struct chain chain KQ_CLEANUP(free_chain) = {0};
    make_chain(&chain);
    fail_each_allocation(check, &chain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_is_vouched_for),
        cmocka_unit_test(test_who_is_not),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests_name("wire_certificate_chain", tests, NULL, NULL);
}

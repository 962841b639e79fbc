/* SPDX-License-Identifier: Apache-2.0 */
#include "store_support.h"

#include "base/macros.h"

/* The number that tells a reader whether anything was committed: what every store must do with it. */

static uint64_t revision(struct scene *scene)
{
    uint64_t number = kq_reader_revision(scene->reader);
    assert_true(number != 0);
    return number;
}

static void it_stays_while_nobody_commits(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    issue(scene, template_id, USER, "1");
    uint64_t before = revision(scene);
    assert_true(revision(scene) == before);
    dump(scene);
    struct kq_operation replayed = new_issue(scene, template_id, USER, "1");
    apply_ok(scene, &replayed);
    struct kq_operation refused = new_issue(scene, template_id, OTHER_USER, "2");
    assert_int_equal(apply(scene, &refused), KQ_E_USER_NOT_EXIST);
    assert_true(revision(scene) == before);
}

static void each_commit_gives_another(void **state)
{
    enum { COUNT = 50 };
    struct scene *scene = *state;
    uint64_t seen[COUNT];
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    for (size_t i = 0; i < COUNT; i++) {
        issue(scene, template_id, USER, numbered(scene, "order", i));
        seen[i] = revision(scene);
        for (size_t earlier = 0; earlier < i; earlier++) {
            assert_true(seen[earlier] != seen[i]);
        }
    }
}

/* A second store on the same directory stands for another process. */
static void another_process_gives_another(void **state)
{
    struct scene *scene = *state;
    struct kq_store *other = NULL;
    struct kq_store *own = scene->store;
    open_store_under_test(scene->directory, &scene->clock.clock, 0, &other);
    uint64_t before = revision(scene);
    scene->store = other;
    add_user(scene, USER);
    scene->store = own;
    assert_true(revision(scene) != before);
    kq_store_close(other);
}

static void readers_agree(void **state)
{
    struct scene *scene = *state;
    struct kq_reader *second = NULL;
    assert_true(kq_store_reader_open(scene->store, &second, NULL).ok);
    assert_true(kq_reader_revision(second) == revision(scene));
    add_user(scene, USER);
    assert_true(kq_reader_revision(second) == revision(scene));
    kq_reader_close(second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(it_stays_while_nobody_commits),
        SCENE_TEST(each_commit_gives_another),
        SCENE_TEST(another_process_gives_another),
        SCENE_TEST(readers_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The types of what the library exports, as programs were compiled with them. Lines are added, never changed,
 * as long as the soname is libkaquan.so.0; that an inline function has become one of these is an addition. */
#include <kaquan.h>

void *kq_prototypes(void);

static enum kq_client_status (*const open_sized)(const struct kq_client_options *, size_t,
                                                 struct kq_client **,
                                                 struct kq_client_error *) = kq_client_open_sized;
static void (*const close_client)(struct kq_client *) = kq_client_close;
static enum kq_client_status (*const call_sized)(struct kq_client *, const struct kq_client_request *, size_t,
                                                 struct kq_client_answer **,
                                                 struct kq_client_error *) = kq_client_call_sized;
static void (*const answer_free)(struct kq_client_answer *) = kq_client_answer_free;
static const char *(*const status_name)(enum kq_client_status) = kq_client_status_name;
static enum kq_client_status (*const typed_call)(struct kq_client *, const struct kq_client_method *,
                                                 const void *, void *,
                                                 struct kq_client_error *) = kq_client_typed_call;
static enum kq_client_status (*const typed_submit)(struct kq_client_loop *, const struct kq_client_method *,
                                                   const void *, kq_client_done, void *,
                                                   struct kq_client_error *) = kq_client_typed_submit;
static enum kq_client_status (*const typed_read)(struct kq_client_answer *, const struct kq_client_method *,
                                                 void *, struct kq_client_error *) = kq_client_typed_read;
static enum kq_client_status (*const verify_notification)(
    struct kq_client *, const char *, size_t, struct kq_client_notification **,
    struct kq_client_error *) = kq_client_verify_notification;
static const char *(*const notification_value)(const struct kq_client_notification *,
                                               const char *) = kq_client_notification_value;
static void (*const notification_free)(struct kq_client_notification *) = kq_client_notification_free;
static enum kq_client_status (*const loop_open_sized)(struct kq_client *,
                                                      const struct kq_client_loop_callbacks *, size_t,
                                                      struct kq_client_loop **,
                                                      struct kq_client_error *) = kq_client_loop_open_sized;
static void (*const loop_close)(struct kq_client_loop *) = kq_client_loop_close;
static enum kq_client_status (*const loop_submit_sized)(
    struct kq_client_loop *, const struct kq_client_request *, size_t, kq_client_done, void *,
    struct kq_client_error *) = kq_client_loop_submit_sized;
static size_t (*const loop_cancel)(struct kq_client_loop *, void *) = kq_client_loop_cancel;
static void (*const loop_ready)(struct kq_client_loop *, int, int) = kq_client_loop_ready;
static void (*const loop_timeout)(struct kq_client_loop *) = kq_client_loop_timeout;
static size_t (*const loop_pending)(const struct kq_client_loop *) = kq_client_loop_pending;
static size_t (*const loop_wait)(struct kq_client_loop *, long) = kq_client_loop_wait;

/* The caller's, which the library calls. */
static void (*done)(void *, enum kq_client_status, struct kq_client_answer *, const struct kq_client_error *);
static void (*observer)(void *, enum kq_client_event, const char *, size_t);
static int64_t (*client_clock)(void *);
static struct kq_client_loop_callbacks callbacks;
static void (*watch)(void *, int, int);
static void (*set_timer)(void *, long);

/* Each is used, and assigned what has to be of its type. */
void *kq_prototypes(void)
{
    static const void *const all[] = {
        &open_sized,        &close_client,    &call_sized,   &answer_free,         &status_name,
        &typed_call,        &typed_submit,    &typed_read,   &verify_notification, &notification_value,
        &notification_free, &loop_open_sized, &loop_close,   &loop_submit_sized,   &loop_cancel,
        &loop_ready,        &loop_timeout,    &loop_pending, &loop_wait,
    };
    kq_client_done own_done = done;
    kq_client_observer own_observer = observer;
    kq_client_clock own_clock = client_clock;
    callbacks.watch = watch;
    callbacks.set_timer = set_timer;
    return all[0] != NULL && own_done == NULL && own_observer == NULL && own_clock == NULL ? &callbacks
                                                                                           : NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "doctor/mistakes.h"

struct kq_result kq_change_order_as_sent(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                         bool *changed, struct kq_error *error)
{
    (void)variant;
    (void)subject;
    (void)error;
    draft->order = KQ_ORDER_AS_SENT;
    *changed = true;
    return KQ_OK;
}

static const enum kq_draft_order orders[] = {KQ_ORDER_REVERSED, KQ_ORDER_IGNORING_CASE, KQ_ORDER_BY_VALUE};
static_assert(KQ_COUNT(orders) == KQ_ORDER_COUNT, "the table has another size");

struct kq_result kq_change_order(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                 bool *changed, struct kq_error *error)
{
    (void)subject;
    (void)error;
    *changed = draft->order == KQ_ORDER_BY_NAME;
    draft->order = orders[variant];
    return KQ_OK;
}

#define EQUALS .before_value = KQ_SLICE("=")
#define AND .separator = KQ_SLICE("&")

static const struct {
    struct kq_slice shown; /* for people */
    struct kq_draft_join join;
} joins[] = {
    {KQ_SLICE("a=1&b=2&"), {EQUALS, AND, .suffix = KQ_SLICE("&")}},
    {KQ_SLICE("?a=1&b=2"), {EQUALS, AND, .prefix = KQ_SLICE("?")}},
    {KQ_SLICE("&a=1&b=2"), {EQUALS, AND, .prefix = KQ_SLICE("&")}},
    {KQ_SLICE("a=\"1\"&b=\"2\""), {.before_value = KQ_SLICE("=\""), .after_value = KQ_SLICE("\""), AND}},
    {KQ_SLICE("a=1b=2"), {EQUALS}},
    {KQ_SLICE("a1b2"), {.without_names = false}},
    {KQ_SLICE("12"), {.without_names = true}},
    {KQ_SLICE("1&2"), {.without_names = true, AND}},
    {KQ_SLICE("a=1,b=2"), {EQUALS, .separator = KQ_SLICE(",")}},
    {KQ_SLICE("a=1, b=2"), {EQUALS, .separator = KQ_SLICE(", ")}},
    {KQ_SLICE("a=1;b=2"), {EQUALS, .separator = KQ_SLICE(";")}},
    {KQ_SLICE("a=1|b=2"), {EQUALS, .separator = KQ_SLICE("|")}},
    {KQ_SLICE("a=1 & b=2"), {EQUALS, .separator = KQ_SLICE(" & ")}},
    {KQ_SLICE("a=1\\nb=2"), {EQUALS, .separator = KQ_SLICE("\n")}},
    {KQ_SLICE("a:1&b:2"), {.before_value = KQ_SLICE(":"), AND}},
    {KQ_SLICE("{a=1, b=2}"),
     {EQUALS, .separator = KQ_SLICE(", "), .prefix = KQ_SLICE("{"), .suffix = KQ_SLICE("}")}},
    {KQ_SLICE("/gateway.do?a=1&b=2"), {EQUALS, AND, .prefix = KQ_SLICE("/gateway.do?")}},
    {KQ_SLICE("https://openapi.alipay.com/gateway.do?a=1&b=2"),
     {EQUALS, AND, .prefix = KQ_SLICE("https://openapi.alipay.com/gateway.do?")}},
    {KQ_SLICE("POST&a=1&b=2"), {EQUALS, AND, .prefix = KQ_SLICE("POST&")}},
};
static_assert(KQ_COUNT(joins) == KQ_JOIN_COUNT, "the table has another size");

struct kq_result kq_change_join(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                bool *changed, struct kq_error *error)
{
    (void)error;
    draft->join = joins[variant].join;
    *subject = joins[variant].shown;
    *changed = true;
    return KQ_OK;
}

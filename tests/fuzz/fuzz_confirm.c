/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "domain/confirmation.h"
#include "server/confirm_text.h"
#include "server/funding_text.h"
#include "server/language.h"

/* The confirmation's page: a header of a browser's, an address that a merchant sends a browser to, and texts
 * that others have written. */

/* What may stand in a header line, and in a URL. */
static void check_location(struct kq_slice location)
{
    for (size_t i = 0; i < location.size; i++) {
        FUZZ_CHECK(location.data[i] > ' ' && location.data[i] < 0x7F && location.data[i] != '"');
    }
}

static void lead_to(struct kq_slice uri)
{
    struct kq_error error = {0};
    if (!kq_redirect_uri_check(uri, &error).ok) {
        FUZZ_CHECK(error.code == KQ_E_INVALID_PARAMETER && error.detail[0] != '\0');
        return;
    }
    struct kq_buffer location = {0};
    const struct kq_confirmation confirmation = {
        .template_id = uri, .user_id = KQ_SLICE("2088302001456115"), .out_biz_no = uri, .redirect_uri = uri};
    kq_confirmation_append_redirect(&confirmation, KQ_SLICE("code"), &location);
    FUZZ_CHECK(!location.failed && location.size > uri.size);
    check_location(kq_buffer_slice(&location));
    kq_buffer_free(&location);
}

static size_t count(struct kq_slice text, char byte)
{
    size_t found = 0;
    for (size_t i = 0; i < text.size; i++) {
        found += text.data[i] == byte ? 1 : 0;
    }
    return found;
}

/* The same marks and quotes, whatever is shown. */
static void compare(struct kq_buffer *html, struct kq_buffer *plain)
{
    FUZZ_CHECK(count(kq_buffer_slice(html), '<') == count(kq_buffer_slice(plain), '<'));
    FUZZ_CHECK(count(kq_buffer_slice(html), '"') == count(kq_buffer_slice(plain), '"'));
    kq_buffer_free(html);
    kq_buffer_free(plain);
}

static struct kq_funding_shown order_of(struct kq_slice text)
{
    return (struct kq_funding_shown){.merchant = text,
                                     .brand = text,
                                     .voucher_name = text,
                                     .amount = text,
                                     .quantity = KQ_SLICE("1"),
                                     .budget = KQ_SLICE("1"),
                                     .fund_account = text,
                                     .fund_order_no = text,
                                     .token = text};
}

static void show_order(struct kq_slice text, enum kq_language language)
{
    struct kq_buffer html = {0};
    struct kq_buffer plain = {0};
    const struct kq_funding_shown shown = order_of(text);
    const struct kq_funding_shown other = order_of(KQ_SLICE("x"));
    kq_funding_text_append(&html, language, KQ_FUNDING_VIEW_ASK, &shown);
    kq_funding_text_append(&plain, language, KQ_FUNDING_VIEW_ASK, &other);
    compare(&html, &plain);
}

static void show(struct kq_slice text, enum kq_language language)
{
    struct kq_buffer html = {0};
    struct kq_buffer plain = {0};
    const struct kq_slice x = KQ_SLICE("x");
    const struct kq_confirm_shown other = {
        .voucher_name = x, .condition = x, .merchant = x, .user = x, .token = x};
    const struct kq_confirm_shown shown = {
        .voucher_name = text, .condition = text, .merchant = text, .user = text, .token = text};
    kq_confirm_text_append(&html, language, KQ_CONFIRM_ASK, &shown);
    kq_confirm_text_append(&plain, language, KQ_CONFIRM_ASK, &other);
    compare(&html, &plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kq_slice input = fuzz_input(data, size);
    enum kq_language language = kq_language_of(input);
    FUZZ_CHECK(language < KQ_LANGUAGE_COUNT);
    lead_to(input);
    show(input, language);
    show_order(input, language);
    return 0;
}

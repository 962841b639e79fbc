/* SPDX-License-Identifier: Apache-2.0 */
#include "client/where.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/slice.h"

/* No proxy of the environment can reach this machine's own loopback addresses. libcurl gives them in their
 * usual form: 127.1 is 127.0.0.1 there. */
static bool is_loopback(const char *host)
{
    struct kq_slice text = kq_slice_of(host);
    bool is_number = strspn(host, "0123456789.") == text.size;
    return (is_number && kq_slice_starts_with(text, KQ_SLICE("127."))) ||
           kq_slice_equal_ignoring_case(text, KQ_SLICE("localhost")) || strcmp(host, "[::1]") == 0;
}

static bool is_gateway_loopback(const struct kq_curl *curl, CURLU *gateway)
{
    char *host = NULL;
    bool is_read = curl->url_get(gateway, CURLUPART_HOST, &host, 0) == CURLUE_OK;
    bool is = is_read && is_loopback(host);
    curl->free(host);
    return is;
}

/* Whether the environment may name a proxy; libcurl looks at the same names. */
static bool has_proxy_in_environment(void)
{
    static const char *const names[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    for (size_t i = 0; i < KQ_COUNT(names); i++) {
        if (getenv(names[i]) != NULL) {
            return true;
        }
    }
    return false;
}

/* What the environment says is read once where it says nothing. */
static const char *proxy_of(const struct kq_curl *curl, CURLU *gateway, const char *proxy)
{
    if (proxy != NULL) {
        return proxy;
    }
    return is_gateway_loopback(curl, gateway) || !has_proxy_in_environment() ? "" : NULL;
}

/* Whether a connection's end may come as a message of TLS; what the environment names may be anything. */
static bool may_be_tls(const char *url, const char *proxy)
{
    static const char beginning[] = "https:";
    return kq_slice_starts_with(kq_slice_of(url), kq_slice_of(beginning)) || proxy == NULL ||
           strncasecmp(proxy, beginning, strlen(beginning)) == 0;
}

/* Whether libcurl asks for a path as it stands in the URL, and not for one without dots, or encoded. */
static bool is_path_as_read(const struct kq_curl *curl, CURLU *gateway, const char *given)
{
    char *path = NULL;
    CURLUcode code = curl->url_get(gateway, CURLUPART_PATH, &path, CURLU_URLENCODE);
    bool is = code == CURLUE_OK && (given[0] == '\0' || strcmp(path, given) == 0);
    curl->free(path);
    return is;
}

/* libcurl loses it with a URL that it has read and copies. */
static bool has_zone(const struct kq_curl *curl, CURLU *gateway)
{
    char *zone = NULL;
    CURLUcode code = curl->url_get(gateway, CURLUPART_ZONEID, &zone, 0);
    curl->free(zone);
    return code != CURLUE_NO_ZONEID;
}

/* 0: a proxy may have to be asked for the whole URL, or it is not what libcurl makes of it. Through a proxy
 * that leads to https goes a tunnel. */
static size_t origin_size(const struct kq_curl *curl, CURLU *gateway, const char *url, const char *proxy)
{
    const char *authority = strstr(url, "://");
    bool is_direct =
        kq_slice_starts_with(kq_slice_of(url), KQ_SLICE("https:")) || (proxy != NULL && proxy[0] == '\0');
    if (authority == NULL || !is_direct || has_zone(curl, gateway)) {
        return 0;
    }
    authority += strlen("://");
    const char *path = authority + strcspn(authority, "/");
    return is_path_as_read(curl, gateway, path) ? (size_t)(path - url) : 0;
}

static struct kq_result read_gateway(const struct kq_curl *curl, const char *url, CURLU **gateway,
                                     struct kq_error *error)
{
    *gateway = curl->url();
    KQ_ENSURE_MEMORY(*gateway != NULL, error);
    CURLUcode code = curl->url_set(*gateway, CURLUPART_URL, url, 0);
    if (code != CURLUE_OK) {
        curl->url_cleanup(*gateway);
        *gateway = NULL;
    }
    KQ_ENSURE_MEMORY(code != CURLUE_OUT_OF_MEMORY, error);
    KQ_ENSURE(
        code == CURLUE_OK, error, KQ_E_USAGE,
        "the gateway's URL cannot be read: has it a host, a port up to 65535 and no blanks or line ends?");
    return KQ_OK;
}

struct kq_result kq_where_check(const struct kq_curl *curl, const char *url, struct kq_error *error)
{
    CURLU *gateway = NULL;
    KQ_TRY(read_gateway(curl, url, &gateway, error));
    curl->url_cleanup(gateway);
    return KQ_OK;
}

struct kq_result kq_where_read(const struct kq_curl *curl, const char *url, const char *proxy,
                               struct kq_where *where, struct kq_error *error)
{
    CURLU *gateway = NULL;
    KQ_TRY(read_gateway(curl, url, &gateway, error));
    const char *way = proxy_of(curl, gateway, proxy);
    *where = (struct kq_where){
        .gateway = gateway,
        .proxy = way,
        .origin_size = origin_size(curl, gateway, url, way),
        .may_be_tls = may_be_tls(url, way),
    };
    return KQ_OK;
}

void kq_where_free(const struct kq_curl *curl, struct kq_where *where)
{
    curl->url_cleanup(where->gateway);
    *where = (struct kq_where){0};
}

# SPDX-License-Identifier: Apache-2.0
# Sourced by scripts/demo and scripts/run-demo: demo data made with the commands that an operator uses, and a server on it.

kaquan=${BUILD:-build}/kaquan
demo_pid=2088102146225135
demo_app_id=2014072300007148
demo_user_id=2088302001456115
demo_shop_id=2015092700077000000004491925
demo_valid_30_days='{"type":"RELATIVE","duration":30,"unit":"DAY"}'
demo_server_pid=
demo_ready_tries=200 # of a tenth of a second each

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    demo_bold=$'\e[1m' demo_plain=$'\e[0m'
else
    demo_bold='' demo_plain=''
fi

# demo_heading TEXT
demo_heading() {
    printf '\n%s%s%s\n' "$demo_bold" "$1" "$demo_plain"
}

demo_fail() {
    echo "$0: $1" >&2
    exit 1
}

# demo_json_text NAME: the value of the first string member of that name in the JSON on standard input.
demo_json_text() {
    sed -n 's/.*"'"$1"'" *: *"\([^"]*\)".*/\1/p' | head -n 1
}

# demo_template KIND FLAG...: makes a template of the demo's merchant and prints its id.
demo_template() {
    local id
    id=$("$kaquan" template create --data "$demo_data" --pid "$demo_pid" --type "$1" --brand-name 卡券茶馆 \
        --valid-period "$demo_valid_30_days" --json "${@:2}" | demo_json_text template_id)
    [ -n "$id" ] || demo_fail "no template of kind $1 was made"
    echo "$id"
}

# demo_pass GROUP LOGO-TEXT SECOND-LOGO-TEXT: puts a pass into the demo user's wallet.
demo_pass() {
    "$kaquan" pass create --data "$demo_data" --user-id "$demo_user_id" --pid "$demo_pid" --merchant-name 卡券茶馆 \
        --group "$1" --logo-text "$2" --second-logo-text "$3" --shop-id "$demo_shop_id"
}

# demo_make DIRECTORY: keys, a merchant's application, users, a shop, templates and a wallet below DIRECTORY.
# DIRECTORY/ids, shell assignments, tells the templates' ids.
demo_make() {
    local demo_data=$1/data
    openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$1/app_private_key.pem"
    openssl pkey -in "$1/app_private_key.pem" -pubout -out "$1/app_public_key.pem"
    "$kaquan" init --data "$demo_data"
    "$kaquan" app create --data "$demo_data" --app-id "$demo_app_id" --pid "$demo_pid" --name 卡券茶馆 \
        --public-key "$1/app_public_key.pem" --sign-type RSA2 --permission alipay.user.pass.grouplist.query
    "$kaquan" user create --data "$demo_data" --user-id "$demo_user_id" --login-id 13196215350 --taobao-nick yue54333
    "$kaquan" user create --data "$demo_data" --user-id 2088512417841101 --login-id lin@example.com
    "$kaquan" user create --data "$demo_data" --user-id 2088802463215206 --login-id 13800000000 --state frozen
    "$kaquan" shop create --data "$demo_data" --pid "$demo_pid" --shop-id "$demo_shop_id" --city-code 320100
    demo_fixed=$(demo_template CASHLESS_FIX_VOUCHER --amount 10 --floor-amount 100 --quantity 1000)
    demo_red_packet=$(demo_template CASHLESS_RANDOM_VOUCHER --total-amount 500)
    demo_exchange=$(demo_template EXCHANGE_VOUCHER --quantity 100)
    printf 'template %s created: %s\n' "$demo_fixed" "10 yuan off 100" "$demo_red_packet" "red packet" \
        "$demo_exchange" "exchange"
    printf 'demo_fixed=%s\ndemo_red_packet=%s\ndemo_exchange=%s\n' \
        "$demo_fixed" "$demo_red_packet" "$demo_exchange" >"$1/ids"
    demo_pass card 会员卡 金卡
    demo_pass voucher 30份吮指鸡块 到店可用
    demo_pass ticket 电影票 二楼四排五座
    demo_pass cert 学生证 有效
}

# demo_serve DIRECTORY LISTEN ADMIN: starts a server on DIRECTORY/data, sets demo_server_pid, and once it is
# ready demo_gateway (an URL) and demo_admin (an address).
demo_serve() {
    local tries ready
    "$kaquan" serve --data "$1/data" --listen "$2" --admin "$3" >"$1/server.out" 2>"$1/server.err" </dev/null &
    demo_server_pid=$!
    for ((tries = 0; tries < demo_ready_tries; tries++)); do
        ready=$(grep -m 1 '"event" *: *"ready"' "$1/server.out") && break
        kill -0 "$demo_server_pid" 2>/dev/null || break
        sleep 0.1
    done
    if [ -z "$ready" ]; then
        cat "$1/server.err" >&2
        demo_fail "the server did not start"
    fi
    demo_gateway=http://$(demo_json_text listen <<<"$ready")/gateway.do
    demo_admin=$(demo_json_text admin <<<"$ready")
}

# demo_stop: asks the server to finish what it has in hand; its exit status, 0 where none runs.
demo_stop() {
    local pid=$demo_server_pid status=0
    demo_server_pid=
    [ -n "$pid" ] || return 0
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" || status=$?
    return "$status"
}

# SPDX-License-Identifier: Apache-2.0
"""A success of every method, with any client: what each protocol and each of its modes must be able to do."""

import base64
import time

from support import modes, passes, protocol, templates
from support.errors import assert_success
from support.place import CASH, EXCHANGE, FIX

from test_auth_send import accepted_code, auth_send
from test_confirm import confirm, page_token
from test_token_app import exchange, look, refresh
from test_voucher_life import delay, delete, issued, refund, relative_days, use

LATER = "2099-12-30 00:00:00"


class World:
    """What a method's success needs."""

    def __init__(self, place, app, server, client):
        self.place, self.app, self.server, self.client = place, app, server, client

    def user(self):
        return self.place.create_user()

    def template(self):
        return self.place.create_template(self.app.pid)


def succeed_send(world):
    user = world.user()
    voucher_id = world.client.issue(world.template(), user)
    assert world.client.shown(user)[0]["pass_id"] == voucher_id


def succeed_batch_send(world):
    users = [{"user_id": world.user().user_id} for _ in range(2)]
    answer = assert_success(world.client.batch_send(template_id=world.template(), out_biz_no="batch", vouchers=users))
    assert [entry["user_id"] for entry in answer["vouchers"]] == [user["user_id"] for user in users]


def succeed_list(world):
    user, template_id = world.user(), world.template()
    voucher_id = world.client.issue(template_id, user)
    assert [voucher["voucher_id"] for voucher in world.client.listed(template_id, user)] == [voucher_id]


def succeed_wallet(world):
    assert world.client.shown(world.user()) == []


def succeed_query(world):
    voucher = issued(world)
    answer = assert_success(world.client.call(protocol.QUERY, {"voucher_id": voucher.voucher_id}))
    assert answer["user_id"] == voucher.user.user_id


def succeed_use(world):
    assert_success(use(world, issued(world)))


def succeed_refund(world):
    voucher = issued(world)
    assert_success(use(world, voucher))
    assert_success(refund(world, voucher, trade_no="use-1"))


def succeed_delete(world):
    assert_success(delete(world, issued(world)))


def succeed_delay(world):
    assert_success(delay(world, issued(world, valid_period=relative_days(1)), int(time.time()) + 5 * 86400))


def succeed_confirm(world):
    page_token(confirm(world.client, world.template(), world.user()))


def succeed_auth_send(world):
    template_id, user = world.template(), world.user()
    code = accepted_code(world.client, world.server, template_id, user)
    assert_success(auth_send(world.client, template_id, user, code))


def succeed_token(world):
    pid = world.place.new_pid()
    template_id = world.place.create_template(pid)
    answer = assert_success(exchange(world.client, world.place.authorize(world.app, pid)))
    again = assert_success(refresh(world.client, answer["app_refresh_token"]))
    assert_success(look(world.client, template_id, again["app_auth_token"]))


def succeed_certificate_download(world):
    own = modes.Certificates(world.place)
    answer = assert_success(world.client.call(protocol.CERTIFICATE_DOWNLOAD, {"alipay_cert_sn": modes.sn(own.gateway)}))
    assert base64.b64decode(answer["alipay_cert_content"]) == own.gateway + own.root


def succeed_pass(world):
    tpl_id = passes.new_template(world.client)
    assert_success(passes.update_template(world.client, tpl_id, passes.content(kind="eventTicket")))
    number = world.place.new_key()
    assert_success(passes.add_pass(world.client, tpl_id, world.user(), passes.values(number, channelID=world.app.pid)))
    assert_success(passes.update_pass(world.client, number, status="USED"))


def make_template(kind):
    def succeed(world):
        template_id = templates.created(world.client, kind, world.place.new_key())
        assert templates.detail(world.client, template_id)["template_id"] == template_id
    return succeed


def modify_template(kind):
    def succeed(world):
        template_id = world.place.create_template(world.app.pid, kind, publish_end="2099-01-01 00:00:00")
        answer = world.client.call(templates.MODIFY[kind], {
            "template_id": template_id, "out_biz_no": "change", "publish_end_time": LATER})
        assert_success(answer)
    return succeed


def succeed_template_delete(world):
    template_id = world.place.create_template(world.app.pid, CASH, draft=True)
    assert_success(world.client.call(templates.DELETE, {"template_id": template_id, "out_biz_no": "1"}))


def succeed_template_page(world):
    answer = assert_success(world.client.call(templates.PAGE, {"create_start_time": "2020-01-01 00:00:00",
                                                               "create_end_time": LATER, "page_num": 1,
                                                               "page_size": 1}))
    assert len(answer["voucher_templates"]) <= 1


SUCCESSES = {
    protocol.SEND: succeed_send,
    protocol.BATCH_SEND: succeed_batch_send,
    protocol.LIST: succeed_list,
    protocol.WALLET: succeed_wallet,
    protocol.QUERY: succeed_query,
    protocol.USE: succeed_use,
    protocol.REFUND: succeed_refund,
    protocol.DELETE: succeed_delete,
    protocol.DELAY: succeed_delay,
    protocol.CONFIRM: succeed_confirm,
    protocol.AUTH_SEND: succeed_auth_send,
    protocol.TOKEN: succeed_token,
    protocol.CERTIFICATE_DOWNLOAD: succeed_certificate_download,
    protocol.PASS_TEMPLATE_ADD: succeed_pass,
    protocol.PASS_TEMPLATE_UPDATE: succeed_pass,
    protocol.PASS_ADD: succeed_pass,
    protocol.PASS_UPDATE: succeed_pass,
    templates.CREATE_CASHLESS: make_template(FIX),
    templates.CREATE_CASH: make_template(CASH),
    templates.CREATE_EXCHANGE: make_template(EXCHANGE),
    templates.MODIFY_CASHLESS: modify_template(FIX),
    templates.MODIFY_CASH: modify_template(CASH),
    templates.DETAIL: make_template(FIX),
    templates.PAGE: succeed_template_page,
    templates.DELETE: succeed_template_delete,
}

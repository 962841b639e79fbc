# SPDX-License-Identifier: Apache-2.0
"""More calls than can be signed in time: each is answered, and what is answered is so."""

import select
import threading

import pytest

from support import http, protocol
from support.client import Client
from support.errors import assert_refused, assert_success

CALLERS = 200

# As few may wait as the gateway ever allows: a server that a burst of calls overloads, whatever the machine.
SMALL = {"workers": 1, "max_wait_ms": 1}


def all_at_once(server, requests):
    """Each on a connection of its own, all sent before the first answer is read."""
    connections = [server.connect() for _ in requests]
    try:
        for connection, request in zip(connections, requests):
            connection.send(request)
        return [connection.read() for connection in connections]
    finally:
        for connection in connections:
            connection.close()


def sort_out(answers):
    """The indexes of the successes and of those that were turned away; there is nothing else."""
    successes = [index for index, answer in enumerate(answers) if answer["code"] == "10000"]
    refused = [index for index, answer in enumerate(answers) if answer["code"] != "10000"]
    for index in refused:
        assert_refused(answers[index], "aop.unknow-error")
    return successes, refused


def ids(vouchers):
    return sorted(voucher["voucher_id"] for voucher in vouchers)


@pytest.fixture
def small(place, app, serve):
    """A client of a server that a burst of calls overloads."""
    return Client(serve(place, **SMALL), app)


@pytest.fixture
def sends(user, template_id):
    return [{"template_id": template_id, "user_id": user.user_id, "out_biz_no": str(number)}
            for number in range(CALLERS)]


def test_every_answer_is_success_or_busy_and_true(small, place, template_id, sends):
    requests = [small.request(protocol.SEND, fields) for fields in sends]
    answers = [small.believe(response, name=protocol.response_name(protocol.SEND))
               for response in all_at_once(small.server, requests)]
    successes, refused = sort_out(answers)
    assert successes and refused
    issued = place.vouchers(template_id=template_id)
    assert ids(issued) == ids(answers[index] for index in successes)
    for index in refused:
        answers[index] = assert_success(small.believe(small.server.exchange(requests[index])))
    assert ids(place.vouchers(template_id=template_id)) == ids(answers)
    assert place.template(template_id)["issued_count"] == CALLERS


@pytest.mark.parametrize("charset", ["utf-8", "GBK", "gb2312"])
@pytest.mark.parametrize("sign_type", ["RSA2", "RSA"])
def test_busy_answers_are_signed_as_the_call_wants(small, place, anyone, charset, sign_type):
    """Each of a template of its own: an answer that is known already would need no signature."""
    client = Client(small.server, place.create_app(sign_type=sign_type), charset=charset)
    template_id = place.create_template(client.app.pid)
    requests = [client.request(protocol.SEND, {"template_id": template_id, "user_id": anyone.user_id,
                                               "out_biz_no": str(number)}) for number in range(CALLERS // 2)]
    _, refused = sort_out([client.believe(response, charset, sign_type, protocol.response_name(protocol.SEND))
                           for response in all_at_once(client.server, requests)])
    assert refused


def test_callers_that_are_patient_are_never_turned_away(place, app, serve, sends):
    """One second and more is enough for all of them."""
    client = Client(serve(place, max_wait_ms=60_000), app)
    requests = [client.request(protocol.SEND, fields) for fields in sends]
    for response in all_at_once(client.server, requests):
        assert_success(client.believe(response))


def test_what_is_known_already_is_answered_in_any_case(small, user, template_id):
    """A replay needs neither the store nor a signature: nobody has to wait for it."""
    request = small.request(protocol.SEND, {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1"})
    first = assert_success(small.believe(small.server.exchange(request)))
    responses = all_at_once(small.server, [request] * CALLERS)
    assert {response.body for response in responses} == {first.body}


class Flood:
    """Asks the same again and again on many connections, without a pause, until it is stopped."""

    def __init__(self, server, requests):
        self.connections = {}
        self.requests = requests
        self.answered = 0
        self.refused = 0
        self.stopped = threading.Event()
        self.failure = None
        for request in requests:
            connection = server.connect()
            self.connections[connection.socket] = (connection, request)
        self.thread = threading.Thread(target=self.run)

    def run(self):
        try:
            for connection, request in self.connections.values():
                connection.send(request)
            while not self.stopped.is_set():
                readable, _, _ = select.select(list(self.connections), [], [], http.ANSWER_TIMEOUT_S)
                assert readable
                for socket in readable:
                    connection, request = self.connections[socket]
                    response = connection.read()
                    self.answered += 1
                    self.refused += b'"20000"' in response.body
                    connection.send(request)
        except BaseException as failure:  # told to the test's thread
            self.failure = failure

    def wait_until(self, is_so, tries=60_000):
        """Waits, not for ever, for something that the flood brings about; not where it has ended."""
        for _ in range(tries):
            if is_so() or self.failure is not None:
                break
            self.stopped.wait(0.001)

    def __enter__(self):
        self.thread.start()
        self.wait_until(lambda: self.refused > 0)
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.thread.join()
        for connection, _ in self.connections.values():
            connection.close()
        assert self.failure is None, self.failure


def test_one_that_floods_does_not_starve_another(place, app, serve, user, template_id, sends):
    """Without a memory each answer of the flood has to be signed anew."""
    server = serve(place, workers=1, max_wait_ms=50, signature_cache_bytes=0)
    flooder = Client(server, place.create_app())
    flooded = place.create_template(flooder.app.pid)
    looks = [flooder.request(protocol.LIST, {"template_id": flooded, "user_id": user.user_id})] * CALLERS
    client = Client(server, app)
    requests = [client.request(protocol.SEND, fields) for fields in sends[:50]]
    with Flood(server, looks) as flood, server.connect() as connection:
        assert flood.refused > 0
        for request in requests:
            before = flood.answered
            assert_success(client.believe(connection.exchange(request)))
            flood.wait_until(lambda before=before: flood.answered > before)  # It goes on all the time.
    assert len(place.vouchers(template_id=template_id)) == len(requests)


def test_forgeries_do_not_starve_who_signs(place, app, serve, sends):
    """A flood of calls that say to be of the application, each with another string to sign in its answer."""
    server = serve(place, workers=1, max_wait_ms=50, signature_cache_bytes=0)
    client = Client(server, app)
    forged = [client.request(protocol.SEND, {**fields, "memo": "forged"}, sign="AAAA") for fields in sends]
    requests = [client.request(protocol.SEND, fields) for fields in sends[:50]]
    with Flood(server, forged) as flood, server.connect() as connection:
        assert flood.refused > 0
        for request in requests:
            before = flood.answered
            assert_success(client.believe(connection.exchange(request)))
            flood.wait_until(lambda before=before: flood.answered > before)

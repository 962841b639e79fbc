# SPDX-License-Identifier: Apache-2.0
"""Many callers at once: requests are signed beforehand and let go together."""

import threading

from support import http

# A caller that waits longer for the others has lost one of them.
GATHER_TIMEOUT_S = 60


def run_all(actions):
    """Runs each action in a thread of its own, all let go by one barrier: their outcomes, in the order of the actions.
    An action's exception is raised here."""
    barrier = threading.Barrier(len(actions), timeout=GATHER_TIMEOUT_S)
    outcomes = [None] * len(actions)
    failures = []

    def run(index, action):
        try:
            barrier.wait()
            outcomes[index] = action()
        except BaseException as failure:  # told to the test's thread, which raises it
            failures.append(failure)
            barrier.abort()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return outcomes


def at_once(addresses, requests):
    """Sends each request on a connection of its own, opened before; the responses, in the order of the requests.
    Callers are spread over the addresses."""
    connections = [http.Connection(addresses[index % len(addresses)]) for index in range(len(requests))]
    try:
        return run_all([lambda connection=connection, request=request: connection.exchange(request)
                        for connection, request in zip(connections, requests)])
    finally:
        for connection in connections:
            connection.close()


class Load:
    """Callers that work through requests, each caller its own list one after the other. `acknowledged` grows as answers
    come: (index of the request, response). Callers end where the connection does."""

    def __init__(self, address, requests, callers, at_count=None):
        self.address = address
        self.acknowledged = []
        self.lock = threading.Lock()
        self.at_count = at_count or {}  # {how many are acknowledged: what is done then, by the caller that sees it}
        self.threads = [threading.Thread(target=self.work, args=(list(enumerate(requests))[start::callers],))
                        for start in range(callers)]

    def work(self, mine):
        try:
            with http.Connection(self.address) as connection:
                for index, request in mine:
                    self.note(index, connection.exchange(request))
        except (OSError, AssertionError):
            pass  # the server is gone: what was not acknowledged is seen by its absence

    def note(self, index, response):
        with self.lock:
            self.acknowledged.append((index, response))
            action = self.at_count.pop(len(self.acknowledged), None)
        if action is not None:
            action()

    def run(self):
        for thread in self.threads:
            thread.start()
        for thread in self.threads:
            thread.join()
        return self.acknowledged

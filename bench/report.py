# SPDX-License-Identifier: Apache-2.0
"""The table on the terminal, and the targets."""

import operator

MIB = 1024 * 1024
RELATIONS = {">=": operator.ge, "<=": operator.le, ">": operator.gt}
MANY, FEW = 10_000_000, 10_000  # vouchers, as the targets name them


def find(results, vouchers):
    return next((size for size in results["sizes"] if size["vouchers"] == vouchers), None)


def send_cost(size):
    """The server's CPU time for a send, in signatures: so that a machine that changes its speed does not show."""
    run = size["workloads"]["send, unique keys"]
    return run["server_cpu_s"] / run["good"] * 1e6 / run["limit"]["sign_us"]


def half_load(size):
    """p99 of sends at half of the limit ÷ (a signature, as sampled meanwhile + a sync of the store's own log)."""
    point = next((point for point in size.get("sweep", []) if point["share"] == 0.5), None)
    if point is None:
        return None
    return point["latency_us"]["p99"] / (point["limit"]["sign_us"] + size["store_alone"]["runs"][0]["sync_p50_us"])


OTHER_LIBRARIES = ("Java", "Node", "Python")


def targets(results):
    """Rows of what was wanted and what was measured; on the largest store where there are several."""
    sizes = results["sizes"]
    last = sizes[-1]
    runs = last["workloads"]
    at = f"{last['vouchers']:,} vouchers"
    memory = last["memory"]
    least, many = find(results, FEW) or sizes[0], find(results, MANY) or last
    is_growth = many["vouchers"] >= MANY and least["vouchers"] <= FEW
    client_share, signing_share = client_shares(loop_run(last["clients"]), last["clients"])
    growth = send_cost(many) / send_cost(least) if is_growth else None
    rows = [
        ("send, unique keys, durable ÷ limit", at, runs["send, unique keys"]["ratio"], ">=", 0.90, "{:.2f}"),
        ("replay ÷ limit", at, runs["replay"]["ratio"], ">=", 12, "{:.1f}"),
        ("list of few users ÷ limit", at, runs["list of few users"]["ratio"], ">=", 12, "{:.1f}"),
        ("store alone ÷ plain SQLite inserts", at, last["store_alone"]["ratio"], ">=", 0.60, "{:.2f}"),
        ("voucher import, rows a second", at, last["voucher_import"]["rows_per_s"], ">=", 100_000, "{:,.0f}"),
        ("p99 of a send at half load ÷ (signature + sync)", at, half_load(last), "<=", 4, "{:.1f}"),
        ("cost of a send, 10 million ÷ 10 thousand", f"{many['vouchers']:,} ÷ {least['vouchers']:,}", growth, "<=", 1.3,
         "{:.2f}"),
        ("resident memory at rest, MiB", at, memory["at_rest"]["resident_bytes"] / MIB, "<=", 15, "{:.1f}"),
        ("with 5,000 idle connections, MiB", f"{memory['idle']['connections']:,} connections",
         memory["idle"]["resident_bytes"] / MIB, "<=", 60, "{:.1f}"),
        ("start to first answer, 10 million vouchers, ms", f"{many['vouchers']:,} vouchers",
         many["first_answer_ms"] if many["vouchers"] >= MANY else None, "<=", 100, "{:.0f}"),
        ("libkaquan's calls on one thread ÷ signing alone", f"{at}; {client_share:.2f} of signing and verifying", signing_share,
         ">=", 0.90, "{:.2f}"),
        ("libkaquan ÷ the fastest other client library", at, client_lead(last["clients"]), ">", 1, "{:.1f}"),
    ]
    return [{"name": name, "measured_at": where, "figure": figure, "relation": relation, "target": target,
             "shown": "-" if figure is None else shape.format(figure),
             "met": None if figure is None else RELATIONS[relation](figure, target)}
            for name, where, figure, relation, target, shape in rows]


def columns(rows, left=1):
    """Aligned texts: the first `left` columns to the left, the rest to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  " + "  ".join(cell.ljust(width) if i < left else cell.rjust(width)
                             for i, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in rows]


def milliseconds(us):
    return f"{us / 1000:.2f}" if us < 100_000 else f"{us / 1000:.0f}"


def odd_answers(run):
    """What was not a good answer, in words; empty where all were."""
    names = {"busy": "busy", "limited": "limited", "refused": "refused", "http_errors": "HTTP errors", "unsent": "unsent",
             "unanswered": "unanswered", "lost_connections": "lost connections"}
    return ", ".join(f"{run[key]:,} {name}" for key, name in names.items() if run[key])


def signed_share(run):
    """How many of the answers needed a signature of their own."""
    counters = run["server_counters"]
    asked = counters.get("kaquan_requests_total", 0)
    return f"{counters.get('kaquan_signatures_total', 0) / asked:.0%}" if asked else "-"


def run_row(name, run):
    latency, limit = run["latency_us"], run["limit"]["signatures_per_s"]
    own = run["server_cpu_s"] + run["generator_cpu_s"]
    limit_shown, ratio_shown = (f"{limit:,.0f}", f"{run['ratio']:.2f}") if limit else ("-", "-")
    return [name, f"{run['throughput_per_s']:,.0f}", limit_shown, ratio_shown, milliseconds(latency["p50"]),
            milliseconds(latency["p99"]), milliseconds(latency["p999"]), signed_share(run),
            f"{run['server_cpu_s'] / run['good'] * 1e6:.1f}", f"{run['generator_cpu_s'] / run['good'] * 1e6:.1f}",
            f"{own / run['seconds']:.2f}", f"{max(run['machine_cpu_s'] - own, 0) / run['seconds']:.2f}", odd_answers(run)]


HEAD = ["", "answers/s", "limit/s", "ratio", "p50 ms", "p99 ms", "p99.9", "signed", "server µs", "load µs", "cores", "others"]
SENDS_COLUMNS = ("answers/s", "limit/s", "p50 ms", "p99 ms", "p99.9", "cores", "others")  # of a midnight


def machine_lines(results):
    machine, alone, after = results["machine"], results["alone"], results["alone_after"]
    yield f"Kaquan's benchmark, {results['date']}, {machine['kaquan']}"
    if results["quick"]:
        yield "QUICK: every part was run once and briefly, to see that it works; the figures say little."
    yield f"{machine['cores']} cores, {machine['cpu']}, {machine['kernel']}, {machine['openssl']}"
    yield ""
    yield from columns([
        ["the machine, nothing else running", "before", "after"],
        ["RSA-2048 signatures a second, all cores", f"{alone['signatures_per_s']:,.0f}", f"{after['signatures_per_s']:,.0f}"],
        ["verifications a second, all cores", f"{alone['verifications_per_s']:,.0f}", f"{after['verifications_per_s']:,.0f}"],
        ["4 KiB appended and synced, a second", f"{alone['syncs_per_s']:,.0f}", f"{after['syncs_per_s']:,.0f}"],
        ["  p50 ms", milliseconds(alone["sync_p50_us"]), milliseconds(after["sync_p50_us"])],
        ["  p99 ms", milliseconds(alone["sync_p99_us"]), milliseconds(after["sync_p99_us"])],
    ])


def size_lines(size):
    memory, vouchers = size["memory"], size["voucher_import"]
    yield ""
    yield (f"{size['vouchers']:,} vouchers imported at {vouchers['rows_per_s']:,.0f} rows/s, {size['users']:,} users at "
           f"{size['user_import']['rows_per_s']:,.0f}; {vouchers['bytes_a_row']:.0f} bytes of file a voucher")
    grown = memory["after_load"]["resident_bytes"] - memory["at_rest"]["resident_bytes"]
    yield (f"start to first answer {size['first_answer_ms']:.0f} ms; resident "
           f"{memory['at_rest']['resident_bytes'] / MIB:.1f} MiB at rest, {memory['idle']['resident_bytes'] / MIB:.1f} with "
           f"{memory['idle']['connections']:,} idle connections, {memory['after_load']['resident_bytes'] / MIB:.1f} after the load, "
           f"which is {grown / size['vouchers']:,.1f} bytes more a voucher")
    yield from columns([HEAD + [""], *(run_row(name, run) for name, run in size["workloads"].items())])
    yield ""
    yield from store_lines(size["store_alone"])
    yield ""
    yield from midnight_lines(size)
    if "sweep" in size:
        yield ""
        yield from client_lines(size["clients"])
        yield ""
        yield from columns([["sends offered ÷ limit", "offered/s", "late p99", *HEAD[1:], ""],
                            *([f"{point['share']:.2f}", f"{point['offered_per_s']:,.0f}", milliseconds(point["late_p99_us"]),
                               *run_row("", point)[1:]] for point in size["sweep"])])


def store_lines(alone):
    plain = alone["plain"]
    rows = [["the store alone, durable issues", "a second", "a commit", "p50 ms", "p99 ms", "sync p50"]]
    rows += [[f"{run['in_flight']:,} in flight", f"{run['rows_per_s']:,.0f}", f"{run['rows_a_sync']:.0f}",
              milliseconds(run["latency_p50_us"]), milliseconds(run["latency_p99_us"]), milliseconds(run["sync_p50_us"])]
             for run in alone["runs"]]
    rows.append(["the last one's rows by plain SQLite", f"{plain['rows_per_s']:,.0f}", f"{plain['rows_a_transaction']:.0f}",
                 "", "", ""])
    yield from columns(rows)


def midnight_row(name, step):
    """A dash for what nobody did meanwhile."""
    rates = [f"{step[key]:,.0f}" if step.get(key) else "-" for key in ("written_per_s", "told_per_s")]
    if "sends" not in step:
        return [name, *rates, *("-" for _ in SENDS_COLUMNS), ""]
    cells = run_row("", step["sends"])
    return [name, *rates, *(cells[HEAD.index(column)] for column in SENDS_COLUMNS), cells[-1]]


def midnight_lines(size):
    midnight = size["midnight"]
    steps = midnight["steps"]
    yield (f"A midnight: {midnight['vouchers']:,} vouchers that end at one second, imported at "
           f"{midnight['voucher_import']['rows_per_s']:,.0f} rows/s, written down in "
           f"{steps['sends, from midnight on']['seconds']:.1f} s")
    yield from columns([["", "written/s", "told/s", *SENDS_COLUMNS, ""],
                        *(midnight_row(name, step) for name, step in steps.items())])
    yield ""
    yield from columns([["whole processes", "ms", "CPU ms"],
                        *([name, f"{run['wall_ms']:,.0f}", f"{run['cpu_ms']:,.0f}"] for name, run in
                          (*size["commands"].items(), ("kaquan audit, after the midnight", midnight["audit"])))])


def client_lines(clients):
    yield from columns([["a client's calls, one thread", "calls/s", "CPU µs a call", "sign µs", "verify µs", "÷ limit",
                         "÷ signing alone"],
                        *([name, f"{run['calls_per_s']:,.0f}", f"{run['cpu_s'] / run['calls'] * 1e6:.0f}",
                           *(f"{run['limit'][cost]:.1f}" if "limit" in run else "-" for cost in ("sign_average_us", "verify_us")),
                           *(f"{share:.2f}" for share in client_shares(run, clients))] for name, run in clients.items())])


def client_shares(run, clients):
    """Calls ÷ what one core could do if a call were one signature and one verification and nothing else; and if it were the signature
    alone. Of what was sampled in the same run; while another library runs nobody samples, so it is what was while libkaquan's loop ran."""
    costs = run.get("limit") or loop_run(clients)["limit"]
    alone = run["calls_per_s"] * costs["sign_average_us"] / 1e6
    return run["calls_per_s"] * (costs["sign_average_us"] + costs["verify_us"]) / 1e6, alone


def loop_run(clients):
    return next(run for name, run in clients.items() if name.startswith("libkaquan") and name.endswith("on a loop"))


def client_lead(clients):
    """Each of libkaquan's ways of calling ÷ the fastest other library, the lesser of the two."""
    others = [run["calls_per_s"] for name, run in clients.items() if name.startswith(OTHER_LIBRARIES)]
    least = min(run["calls_per_s"] for name, run in clients.items() if name.startswith("libkaquan"))
    return least / max(others) if others else None


def target_lines(results):
    yield ""
    words = {True: "met", False: "NOT MET", None: "not measured"}
    yield from columns([["target", "wanted", "figure", "", "measured with"],
                        *([row["name"], f"{row['relation']} {row['target']:,}", row["shown"], words[row["met"]],
                           row["measured_at"]] for row in results["targets"])])


NOTES = """
The limit: while a workload runs, a thread on each core makes 15 RSA-2048/SHA-256 signatures a second with the
program's own function, each timed by its own CPU time; limit = cores ÷ median. Ratio = good answers ÷ limit.
Each send is answered after its commit is synced; the access log is off.
signed   answers for which no cache had a signature
server   CPU time of the gateway for an answer; load: of the load generator, which shares the machine
cores    how many these two keep busy; others: how many all else does, a hypervisor and the sampling (0.01) included.
         Where others is much, the machine was not free, and the figures are not to be believed
late     how long requests that were due waited in the generator, for a core or a connection; all latencies of a
         sweep and of a midnight count from when a request was due
written  vouchers whose expiry was written down; told: notifications that their receiver took"""


def table(results):
    lines = list(machine_lines(results))
    for size in results["sizes"]:
        lines += size_lines(size)
    lines += target_lines(results)
    return "\n".join(lines) + "\n" + NOTES

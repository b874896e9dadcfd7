"""heron: a connection pool is made larger without counting the replicas, and starves the others.

`orders` keeps connections of the shared database open in advance. Three replicas want 20 each, the database has 60.
Catalog and payments replace theirs now and then, and find no room. Before it, as a decoy, catalog's cache was given
a shorter time to live: catalog is where the errors are seen first.
"""

from ..clock import hms
from ..places import INES, JONAH, LEA, TOMASZ
from ..report import (alert_list, connections, failing, failing_routes, first_above, first_firing, last_resolved, percent,
                      seconds)
from ..report import post_mortem as frame

NAME = "heron"
ISSUE = 112
SUMMARY = "A small ticket shop under load: pages begin to fail, and five people look for the reason (a lab incident)"
CARDGATE_SLOW = None

DECOY = ("apps/catalog/overlays/lab/lab.yaml", "ttl: 60s", "ttl: 45s")
CAUSE = [
    ("apps/orders/overlays/lab/lab.yaml", "max_size: 8", "max_size: 24"),
    ("apps/orders/overlays/lab/lab.yaml", "min_idle: 2", "min_idle: 20"),
]


def play(lab):
    """The incident in real time, about eleven minutes."""
    times = lab.times
    lab.wait_until(105)
    lab.decoy = lab.commit(
        JONAH, "catalog: seat counts at most 45 s old (CAT-131)\n\nCustomers saw seats that were gone. ttl 60s -> 45s.", [DECOY])
    times["decoy"] = lab.wait_for_sync(lab.decoy)
    lab.wait_until(190)
    lab.cause = lab.commit(
        TOMASZ, "orders: keep connections ready for the agency's batches (ORD-207)\n\n"
        "Checkouts wait for a connection at the start of every batch. Let the pool grow to 24 and keep 20 of them "
        "open.",
        CAUSE)
    times["cause"] = lab.wait_for_sync(lab.cause)
    lab.note("deployed", "the cause is live")
    times["paged"] = lab.wait_for_alert("FrontendErrorRatioHigh", 300)
    lab.pause(25)
    diagnose(lab, times)
    repair(lab, times)


def diagnose(lab, times):
    """Four people and the numbers they really see."""
    value = lab.monitoring.value
    errors = value('service:request_errors:ratio_rate30s{service="frontend"}')
    times["opened"] = lab.thread.open(
        INES, "Shop pages fail since a few minutes",
        f"Paged at {hms(times['paged'])}. {percent(errors)} of the pages fail right now: "
        f"{failing_routes(lab)}.\n\nFiring: {alert_list(lab.webhook.firing_now())}.\n\nI am taking the lead. Who is "
        "around?")
    lab.note("thread", "opened")
    lab.pause(28)
    catalog = value('service:request_errors:ratio_rate30s{service="catalog"}')
    before = value("catalog:cache_hits:ratio_rate30s", times["decoy"] - 2)
    after = value("catalog:cache_hits:ratio_rate30s", times["decoy"] + 75)
    lab.thread.comment(
        JONAH, f"Catalog answers {percent(catalog)} with an error. I did change it today: CAT-131 "
               f"(`{lab.decoy[:10]}`), a shorter "
        f"ttl of the cache, live since {hms(times['decoy'])}.\nThe hit ratio was {percent(before)} before that and "
        f"{percent(after)} a minute after. "
        f"I can take it back, but the error in the log is not about the cache:\n\n"
        f"```\nmsg=\"no database connection\" reason=\"FATAL:  sorry, too many clients already\"\n```")
    lab.pause(32)
    text, total = connections(lab)
    refused = value("sum(database:connections_refused:rate30s)")
    slow = value('max(database:statement_duration_seconds:p95_30s{statement="product"})')
    baseline, _ = connections(lab, times["cause"] - 5)
    lab.thread.comment(
        LEA, f"The database itself is fine: `product` takes {seconds(slow)} at p95. But it is full: {total:.0f} of "
             "60 connections "
        f"({text}), and it refuses {refused:.1f} a second.\nAt {hms(times['cause'] - 5)} it was {baseline}. "
        f"Most of what orders holds is `idle`. Jonah, leave the cache alone for now.")
    times["diagnosed"] = lab.thread.comment(
        TOMASZ, f"That is mine. ORD-207 (`{lab.cause[:10]}`, live since {hms(times['cause'])}): `min_idle: 20`. I "
                "sized it for one process, "
        "and there are three since ORD-188. 3 × 20 is all the database has.\nCatalog and payments replace their "
        "connections "
        f"every minute (DATA-23), and each time one of ours takes the place.\nReverting.")
    lab.note("diagnosed", "in the thread")


def repair(lab, times):
    """The revert, and waiting until it is quiet."""
    lab.pause(14)
    lab.fix = lab.revert(TOMASZ, lab.cause, "Three replicas with 20 connections each leave nothing for the others.")
    times["fixed"] = lab.wait_for_sync(lab.fix)
    lab.note("deployed", "the revert is live")
    lab.pause(38)
    text, total = connections(lab)
    errors = lab.monitoring.value('service:request_errors:ratio_rate30s{service="frontend"}')
    lab.thread.comment(
        INES, f"The revert (`{lab.fix[:10]}`) is live since {hms(times['fixed'])}. {total:.0f} connections ({text}), "
        f"{failing(errors)}.")
    lab.wait_for_quiet(150)
    lab.pause(20)
    since = first_above(lab, 'service:request_errors:ratio_rate30s{service="frontend"}', 0.01, times["cause"])
    times["closed"] = lab.thread.comment(
        INES, f"All alerts are resolved. Customers saw errors from about {hms(since)} on. Closing; post-mortem "
              "tomorrow.")
    lab.thread.close()
    lab.note("closed", "the thread")
    lab.pause(60)


def post_mortem(lab, episodes):
    """What was published the next day."""
    times = lab.times
    peak = lab.peaks["frontend"]
    timeline = [
        (times["decoy"], f"CAT-131 (`{lab.decoy[:10]}`) is live: catalog's cache keeps entries for 45 s instead of "
                         "60 s"),
        (times["cause"], f"ORD-207 (`{lab.cause[:10]}`) is live: each replica of orders keeps 20 connections open"),
        (times["opened"], "the incident is opened"),
        (times["diagnosed"], "the connections are traced to ORD-207"),
        (times["fixed"], f"the revert (`{lab.fix[:10]}`) is live"),
        (last_resolved(episodes), "the last alert resolves"),
    ] + [(at, f"`{name}` fires") for name, at in first_firing(episodes)]
    minutes = (last_resolved(episodes) - first_firing(episodes)[0][1]) / 60
    return frame(
        lab, "Post-mortem: the database ran out of connections", "2",
        f"For about {minutes:.0f} minutes a growing part of the shop's pages failed, at worst {percent(peak)}. "
        "A change to the connection pool of orders took all connections of the shared database, and catalog and "
        "payments could "
        "get none. The change was reverted.",
        timeline,
        [("Root cause",
          "ORD-207 set `database.pool.min_idle` of orders to 20. A pool is per process, and orders has three "
          "replicas: 60 connections, "
          "as many as the database accepts (`max_connections: 60`). The pools open their idle connections one after "
          "the other, so it took "
          "about a minute until the database was full. Catalog and payments replace their connections after 45 s and "
          "60 s; "
          "from then on each connection they gave up was taken by orders, and they were refused."),
         ("What it was not",
          "CAT-131 shortened the life of catalog's cache entries a minute and a half before. Catalog was among the "
          "first to show errors, and "
          "the change was close in time, but the hit ratio hardly moved and the errors came from the database."),
         ("Contributing factors",
          "- The sum of all pools was checked nowhere. The runbook says to multiply by the replicas; the review did "
          "not.\n"
          "- Orders keeps a transaction open while it waits for a payment, which is why it seemed to need so many "
          "connections.\n"
          "- `DatabaseConnectionsHigh` is a warning and paged nobody, though it fired first."),
         ("What went well",
          "- The database's metrics are by user, so one query showed who held the connections.\n- Nobody reverted "
          "the change that was merely near."),
         ("Action items",
          "- [ ] Check in CI that the pools' `max_size` times the replicas fits into `max_connections` (Lea)\n"
          "- [ ] Pay before the transaction begins (Tomasz)\n"
          "- [ ] A connection limit per user in the database (Lea)\n"
          "- [ ] `DatabaseConnectionsHigh` pages above 95 % (Ines)")])


def truth(lab):
    """For whoever checks a diagnosis."""
    return {
        "root_cause": {
            "kind": "resource exhaustion by a configuration change",
            "commit": lab.cause,
            "files": ["apps/orders/overlays/lab/lab.yaml"],
            "component": "orders",
            "resource": "connections of the shared database",
            "text": "min_idle 20 times three replicas takes all 60 connections; catalog and payments starve when "
                    "they replace theirs",
            "at": lab.times["cause"],
        },
        "fix": {"kind": "revert", "commit": lab.fix, "at": lab.times["fixed"]},
        "decoys": [{"commit": lab.decoy, "text": "a shorter ttl of catalog's cache; harmless"}],
    }

"""marten: the payment provider outside turns slow by itself, and retries make much of it.

Nothing was changed that matters; a minute before, as a decoy, payments' settlement batches were made larger, and that
is taken back first, in vain. What helps is a commit that stops waiting: short timeout, one attempt, a circuit breaker,
orders accepted to be paid later. Then the provider recovers, and what was deferred is paid.
"""

from ..clock import hms
from ..places import INES, JONAH, LEA, PRIYA, TOMASZ
from ..report import (alert_list, failing, failing_routes, first_above, first_firing, last_resolved, percent,
                      seconds)
from ..report import post_mortem as frame

NAME = "marten"
ISSUE = 119
SUMMARY = "A small ticket shop under load: checkouts hang, then every page is slow (a lab incident)"
# Seconds after the start, and for how long.
CARDGATE_SLOW = (222.0, 335.0)

DECOY = [
    ("apps/payments/overlays/lab/lab.yaml", "interval: 20s", "interval: 40s"),
    ("apps/payments/overlays/lab/lab.yaml", "batch_size: 20", "batch_size: 50"),
]
MITIGATION = [
    ("apps/payments/overlays/lab/lab.yaml", "timeout: 2500ms\n    attempts: 3",
     "timeout: 800ms\n    attempts: 1\n    circuit_breaker:\n      enabled: true\n      failures_to_open: 5\n      "
     "open_for: 8s"),
    ("apps/orders/overlays/lab/lab.yaml", "    attempts: 2", "    attempts: 1\non_payment_failure: defer"),
]
CARDGATE_P95 = 'call:request_duration_seconds:p95_30s{service="payments",target="cardgate"}'
FRONTEND_P95 = 'service:request_duration_seconds:p95_30s{service="frontend"}'
PAID_LATER = 'sum(orders:results:rate30s{result="paid_later"})'
FRONTEND_ERRORS = 'service:request_errors:ratio_rate30s{service="frontend"}'


def play(lab):
    """The incident in real time, about twelve minutes."""
    times = lab.times
    lab.wait_until(160)
    lab.decoy = lab.commit(
        PRIYA, "payments: settle in batches of 50 (PAY-88)\n\nHalf as many settlement runs, cardgate bills per run.", DECOY)
    times["decoy"] = lab.wait_for_sync(lab.decoy)
    lab.wait_until(CARDGATE_SLOW[0])
    times["slow"] = lab.start + CARDGATE_SLOW[0]
    lab.note("cause", "cardgate turns slow by itself")
    times["paged"] = min(
        lab.wait_for_alert("ServiceErrorRatioHigh", 240),
        lab.webhook.first_firing("FrontendLatencyHigh", lab.start) or float("inf"),
    )
    lab.pause(20)
    suspect(lab, times)
    diagnose(lab, times)
    mitigate(lab, times)
    recover(lab, times)


def suspect(lab, times):
    """The nearest change is taken back."""
    value = lab.monitoring.value
    p95 = value(FRONTEND_P95)
    times["opened"] = lab.thread.open(
        INES, "Checkouts hang, the whole shop is getting slow",
        f"Paged at {hms(times['paged'])}. One page in twenty takes {seconds(p95)} or longer, "
        f"{percent(value(FRONTEND_ERRORS))} fail: "
        f"{failing_routes(lab)}.\n\nFiring: {alert_list(lab.webhook.firing_now())}.\n\n"
        f"The last change is PAY-88 (`{lab.decoy[:10]}`), live since {hms(times['decoy'])}. @praman?")
    lab.note("thread", "opened")
    lab.pause(18)
    lab.thread.comment(
        PRIYA, "That only touches the settlement job, but it is payments and it is the last thing that changed. "
               "Taking it back, then we know.")
    lab.undo = lab.revert(PRIYA, lab.decoy, "To rule it out.")
    times["undone"] = lab.wait_for_sync(lab.undo)
    lab.pause(28)
    busy = value('avg_over_time(service:workers_busy:ratio{service="payments"}[20s])')
    lab.thread.comment(
        PRIYA, f"Back on the old batches since {hms(times['undone'])}, no difference: "
               f"{percent(value(FRONTEND_ERRORS))} of the pages fail, "
        f"{percent(busy)} of payments' workers are busy. It was not PAY-88.")


def diagnose(lab, times):
    """From the edge inwards, and out of the house."""
    value = lab.monitoring.value
    lab.pause(16)
    waiting = value('max_over_time(service:db_pool_waiting:sum{service="orders"}[30s])')
    in_use = value('avg_over_time(service:db_pool_in_use:ratio{service="orders"}[30s])')
    lab.thread.comment(
        TOMASZ, f"Orders: {percent(in_use)} of the pool is in use, up to {waiting:.0f} requests wait for a "
                "connection. The connections are "
        "`idle in transaction`: each order waits for payments with its transaction open. So `/orders/{id}` fails as "
        "well, "
        "although it needs no payment.")
    lab.thread.comment(
        LEA, "Database statements take what they always take, "
             f"{lab.monitoring.value('sum(database:connections:sum)'):.0f} of 60 connections.")
    lab.pause(14)
    p95 = value(CARDGATE_P95)
    before = value(CARDGATE_P95, times["slow"] - 5)
    attempts = value('call:requests:rate30s{service="payments",target="cardgate"}')
    attempts_before = value('call:requests:rate30s{service="payments",target="cardgate"}', times["slow"] - 5)
    failed = value('call:request_errors:ratio_rate30s{service="payments",target="cardgate"}')
    since = first_above(lab, CARDGATE_P95, 1, times["slow"] - 60)
    times["diagnosed"] = lab.thread.comment(
        PRIYA, f"Found it, and it is not us: calls to cardgate take {seconds(p95)} at p95, and we give up after 2.5 "
               f"s; it was {seconds(before)}. "
        f"{percent(failed)} of them fail. It began at about {hms(since)}, and nothing of ours changed then. "
        "We try three times, and orders tries the whole thing twice, so one checkout is up to six calls: "
        f"{attempts:.1f} attempts a second "
        f"instead of {attempts_before:.1f}.\n\nTheir status page says \"all systems operational\", and our probe of "
        "it is green.\n\n"
        "I suggest: give up after 800 ms, one attempt, circuit breaker on, and take orders without payment for now.")
    lab.note("diagnosed", "in the thread")


def mitigate(lab, times):
    """A commit that stops waiting."""
    lab.thread.comment(INES, "Agreed. Do it. I am calling cardgate.")
    lab.pause(12)
    lab.fix = lab.commit(
        PRIYA, "payments, orders: do not wait for cardgate (INC-119)\n\n"
        "One attempt of 800 ms behind a circuit breaker. Orders are accepted and paid later.", MITIGATION)
    times["fixed"] = lab.wait_for_sync(lab.fix)
    lab.note("deployed", "the mitigation is live")
    lab.pause(40)
    value = lab.monitoring.value
    lab.thread.comment(
        INES, f"`{lab.fix[:10]}` is live since {hms(times['fixed'])}: {failing(value(FRONTEND_ERRORS))}, p95 is "
        f"{seconds(value(FRONTEND_P95))}. {value('orders:deferred:sum'):.0f} orders wait "
        "for their payment. cardgate's support says: \"we are looking into reduced capacity in one region\".")


def recover(lab, times):
    """The provider is well again, the deferred orders are paid."""
    value = lab.monitoring.value
    lab.wait_until(sum(CARDGATE_SLOW))
    times["recovered"] = lab.start + sum(CARDGATE_SLOW)
    lab.note("recovered", "cardgate is well again")
    lab.pause(24)
    lab.thread.comment(
        PRIYA, f"cardgate answers again ({seconds(value(CARDGATE_P95))} at p95), the circuit breakers have closed. "
        f"{value('orders:deferred:sum'):.0f} orders still wait for their payment, {value(PAID_LATER):.1f} "
        "are paid a second.")
    lab.watch(lambda: value("orders:deferred:sum") == 0, 240, "deferred orders were not paid")
    lab.note("drained", "all deferred orders are paid")
    times["drained"] = lab.deeds[-1][0]
    lab.wait_for_quiet(150)
    lab.pause(15)
    times["closed"] = lab.thread.comment(
        JONAH, "All orders are paid, all alerts resolved. The short timeout and the breaker stay until we have "
               "talked about it. Closing.")
    lab.thread.close()
    lab.note("closed", "the thread")
    lab.pause(50)


def post_mortem(lab, episodes):
    """What was published the next day."""
    times = lab.times
    timeline = [
        (times["decoy"], f"PAY-88 (`{lab.decoy[:10]}`) is live: settlement in batches of 50"),
        (times["slow"], "cardgate loses most of its capacity, without notice"),
        (times["opened"], "the incident is opened, PAY-88 is suspected"),
        (times["undone"], f"PAY-88 is taken back (`{lab.undo[:10]}`), nothing changes"),
        (times["diagnosed"], "cardgate is found to be slow"),
        (times["fixed"], f"the mitigation (`{lab.fix[:10]}`) is live"),
        (times["recovered"], "cardgate is well again"),
        (times["drained"], "the last deferred order is paid"),
        (last_resolved(episodes), "the last alert resolves"),
    ] + [(at, f"`{name}` fires") for name, at in first_firing(episodes)]
    minutes = (times["fixed"] - times["slow"]) / 60
    return frame(
        lab, "Post-mortem: a slow payment provider stopped the shop", "1",
        f"Our payment provider cardgate was slow for {CARDGATE_SLOW[1] / 60:.1f} minutes. For {minutes:.1f} of them "
        "checkouts hung or failed, and "
        f"so did pages that need no payment: at worst {percent(lab.peaks['frontend'])} of all pages failed. Then "
        "orders were accepted "
        f"without payment; up to {lab.peaks['deferred']:.0f} waited, and all were paid later.",
        timeline,
        [("Root cause",
          "cardgate lost most of its capacity by itself. No change of ours was involved. It answered slower than our "
          "timeout of 2.5 s, "
          "so that nearly every attempt was given up and made again, while cardgate went on working for attempts "
          "nobody waited for."),
         ("How it spread",
          "- Payments tried three times, orders tried twice: one checkout could become six calls (PAY-61, ORD-201).\n"
          "- Most workers of payments were waiting for cardgate.\n"
          "- Orders holds a database connection while it waits for payments; its pools ran empty, and looking at an "
          "order failed too.\n"
          "- All workers of the frontend waited for orders, and it refused what its queue could not hold; so even "
          "the pages of the "
          "healthy catalog became slow or failed."),
         ("What it was not",
          "PAY-88 was deployed a minute before and touched payments. It changes how often finished charges are "
          "settled, and nothing "
          "in the way of a checkout. Taking it back cost us a minute, but ruled it out."),
         ("Contributing factors",
          "- No alert looks at calls that leave the house. The numbers were there "
          "(`call:request_duration_seconds:p95_30s`).\n"
          "- Our probe asks cardgate's status page, which said that all was well throughout.\n"
          "- The circuit breaker existed and was switched off."),
         ("Action items",
          "- [ ] Circuit breakers on for every call that leaves the cluster (Priya)\n"
          "- [ ] Retry in one layer only (Tomasz)\n"
          "- [ ] Alert on `call:request_duration_seconds:p95_30s` towards cardgate (Ines)\n"
          "- [ ] Pay before the transaction begins (Tomasz)\n"
          "- [ ] Workers of the frontend in two groups, so that checkouts cannot take them all (Jonah)")])


def truth(lab):
    """For whoever checks a diagnosis."""
    return {
        "root_cause": {
            "kind": "failing dependency outside the cloud",
            "commit": None,
            "component": "cardgate",
            "text": "the payment provider lost most of its capacity by itself; retries in two layers and held "
                    "resources spread it",
            "at": lab.times["slow"],
            "until": lab.times["recovered"],
        },
        "fix": {"kind": "mitigation", "commit": lab.fix, "at": lab.times["fixed"]},
        "decoys": [{"commit": lab.decoy, "text": "larger settlement batches; harmless", "reverted_by": lab.undo}],
    }

"""Pieces of the texts that both stories write: numbers as people write them, and the post-mortem's frame."""

from .clock import day, hms, rfc3339
from .thread import LAB_NOTE


def percent(ratio):
    """`12 %`"""
    return f"{ratio * 100:.0f} %"


def failing(ratio):
    """`12 % of the pages fail`, or that none does."""
    return "no page fails any more" if ratio < 0.005 else f"{percent(ratio)} of the pages fail"


def seconds(value):
    """`0.35 s`, `2.5 s`"""
    return f"{value:.2f} s" if value < 1 else f"{value:.1f} s"


def alert_list(names):
    """Alert names in code type, with commas."""
    return ", ".join(f"`{name}`" for name in names)


def failing_routes(lab):
    """``` `/checkout` 96 %, `/orders/{id}` 40 % ```: the pages of which more than one in fifty fails."""
    query = 'route:request_errors:ratio_rate30s{route!="overload"} > 0.02'
    routes = sorted(lab.monitoring.vector(query), key=lambda pair: -pair[1])
    return ", ".join(f"`{labels['route']}` {percent(ratio)}" for labels, ratio in routes)


def connections(lab, at=None):
    """`orders 12, catalog 3, payments 4`, and the sum."""
    users = sorted(lab.monitoring.vector("database:connections:sum", at), key=lambda pair: -pair[1])
    text = ", ".join(f"{labels['user']} {value:.0f}" for labels, value in users)
    return text, sum(value for _, value in users)


def first_above(lab, query, limit, since):
    """When the one series of a query first exceeded a limit after `since`."""
    parameters = {"query": f"{query} > {limit}", "start": since, "end": since + 300, "step": 2}
    return lab.monitoring.get("query_range", **parameters)["result"][0]["values"][0][0]


def first_firing(episodes):
    """`[(name, when)]` of the alerts in the order in which they first fired."""
    first = {}
    for name, _, state, at, _ in episodes:
        if state == "firing":
            first.setdefault(name, at)
    return sorted(first.items(), key=lambda pair: pair[1])


def last_resolved(episodes):
    """When the last firing alert was seen last."""
    return max(last for _, _, state, _, last in episodes if state == "firing")


def post_mortem(lab, title, severity, summary, timeline, sections):
    """The whole document. `timeline` is `[(seconds, text)]` in any order, `sections` is `[(heading, text)]`."""
    published = (int(lab.start) // 86400 + 1) * 86400 + 10 * 3600
    lines = [
        "---",
        f"title: {title}",
        f"published: {rfc3339(published)}",
        f"incident: {lab.thread.issue['html_url']}",
        f"severity: {severity}",
        "authors: [Ines Halvorsen, Tomasz Wilk]",
        "---",
        "",
        f"# {title}",
        "",
        LAB_NOTE,
        "",
        summary,
        "",
        f"## Timeline ({day(lab.start)}, UTC)",
        "",
    ]
    lines += [f"- {hms(at)} {text}" for at, text in sorted(timeline)]
    for heading, text in sections:
        lines += ["", f"## {heading}", "", text.strip()]
    return "\n".join(lines) + "\n"

"""Fan-outs by mail, beside the baselines on the same sink and the same database server."""

from collections.abc import Generator

from bench import peer, peers, usage
from bench.desk import FanOut
from bench.figures import Goal, Sample
from bench.peers import THREADS
from bench.place import MAIL_CONNECTIONS, Place
from tests.parts import registries

COUNT = 10_000
DELAY_MS = 50
_LINE = MAIL_CONNECTIONS / (DELAY_MS / 1000)  # mails a second, one round trip each

NO_DELAY = [
    Goal("rate", "from the declaration until every outcome is durable", "/s"),
    Goal("to_peer", "÷ (a) a task each, prefork 2: {peer:,.0f}/s ({peer_count:,.0f} sent)", "×", 30, 60, True),
    Goal(
        "to_kept", "÷ (a), a template and a kept connection: {kept:,.0f}/s ({kept_count:,.0f} sent)", "×", 15, 30, True
    ),
    Goal(
        "to_tuned",
        "÷ the same, nothing read, no mapper: {tuned:,.0f}/s ({tuned_count:,.0f} sent)",
        "×",
        aim=15,
        at_least=True,
    ),
    Goal("to_apprise", "÷ (b) loop over Apprise: {apprise:,.0f}/s ({apprise_count:,.0f} sent)", "×"),
    Goal("to_raw", "÷ (c) raw, DATA: {raw:,.0f}/s", "share", aim=0.3, at_least=True),
    Goal("to_raw_chunks", "÷ (c) raw, BDAT with 8 in flight: {raw_chunks:,.0f}/s", "share"),
    Goal("cpu", "for 1,000, all processes; (a) {peer_cpu:.2f}, tuned {tuned_cpu:.2f}", "CPU s", 0.2, 0.1),
    Goal("to_peer_cpu", "(a)'s ÷ ours; where the goals were set 0.2 was 33 × less than (a)'s 6.6", "×"),
    Goal("declare", "the declaration answers after", "s"),
    Goal("first", "first mail accepted after", "s"),
    Goal("connections", f"connections at once, of {MAIL_CONNECTIONS}", "", MAIL_CONNECTIONS),
    Goal("repeats", "mails that came twice", "", 0),
    Goal("size", "bytes of a mail; the baselines' {letter_size:,.0f}", ""),
]


def no_delay(place: Place) -> Generator[Sample, None, None]:
    """10,000 mails to a sink that answers at once."""
    counts = {"peer": 1_000, "kept": 1_000, "tuned": 2_000, "apprise": 60}
    with peers.task_each(place) as tasks:
        while True:
            place.mail.ask("set", delay_ms=0, offers="pipelining chunking")
            ours = _fan_out(place, COUNT, seconds=120)
            sent = {
                "peer": tasks.send(counts["peer"]),
                "kept": tasks.send(counts["kept"], task=peer.send_kept),
                "tuned": tasks.send(counts["tuned"], task=peer.send_tuned),
                "apprise": peers.apprise_mails(place.mail, counts["apprise"]),
                "raw": peers.ceiling(place.mail, COUNT),
                "raw_chunks": peers.ceiling(place.mail, COUNT, depth=8),
            }
            letters = place.mail.ask("tell")
            yield {
                "size": ours.seen["bytes"] / ours.seen["messages"],
                "letter_size": letters["bytes"] / letters["messages"],
                "rate": ours.a_second,
                "cpu": ours.cpu_a_thousand,
                "declare": ours.declare_seconds,
                "first": ours.seen["first"] - ours.asked,
                "connections": ours.seen["most"],
                "repeats": ours.seen["repeats"],
                **{name: one.a_second for name, one in sent.items()},
                **{f"to_{name}": ours.a_second / one.a_second for name, one in sent.items()},
                **{f"{name}_cpu": one.cpu_a_thousand for name, one in sent.items()},
                "to_peer_cpu": sent["peer"].cpu_a_thousand / ours.cpu_a_thousand,
                **{f"{name}_count": count for name, count in counts.items()},
            }


ROUND_TRIP = [
    Goal("rate", "from the declaration until every outcome is durable", "/s"),
    Goal("share", f"÷ {MAIL_CONNECTIONS} connections ÷ {DELAY_MS} ms = {_LINE:.0f}/s", "share", 0.85, 0.95, True),
    Goal("line_share", "the same from the first mail until the last", "share"),
    Goal("raw_share", "(c) raw on the same line, {raw_count:,.0f} sent", "share"),
    Goal("to_peer", f"÷ (a) with {THREADS[1]} threads: {{peer:,.0f}}/s ({{peer_count:,.0f}} sent)", "×"),
    Goal("to_tuned", f"÷ (a) tuned, {THREADS[1]} threads: {{tuned:,.0f}}/s ({{tuned_count:,.0f}} sent)", "×"),
    Goal("cpu", "for 1,000, all processes; (a) {peer_cpu:.2f}, tuned {tuned_cpu:.2f}", "CPU s"),
    Goal("connections", f"connections at once, of {MAIL_CONNECTIONS}", "", MAIL_CONNECTIONS),
]


def round_trip(place: Place) -> Generator[Sample, None, None]:
    """10,000 mails over a line with 50 ms a round trip, one round trip each."""
    counts = {"peer": 200, "tuned": 400, "raw": 2_000}
    with peers.task_each(place, THREADS) as tasks:
        while True:
            place.mail.ask("set", delay_ms=DELAY_MS, offers="pipelining")
            ours = _fan_out(place, COUNT, seconds=180)
            sent = {
                "peer": tasks.send(counts["peer"]),
                "tuned": tasks.send(counts["tuned"], task=peer.send_tuned),
                "raw": peers.ceiling(place.mail, counts["raw"]),
            }
            yield {
                "rate": ours.a_second,
                "share": ours.a_second / _LINE,
                "line_share": ours.count / (ours.seen["last"] - ours.seen["first"]) / _LINE,
                "raw_share": sent["raw"].a_second / _LINE,
                "cpu": ours.cpu_a_thousand,
                "connections": ours.seen["most"],
                **{name: one.a_second for name, one in sent.items()},
                **{f"to_{name}": ours.a_second / one.a_second for name, one in sent.items()},
                **{f"{name}_cpu": one.cpu_a_thousand for name, one in sent.items()},
                **{f"{name}_count": count for name, count in counts.items()},
            }


CHUNKING = [
    Goal("rate", "from the declaration until every outcome is durable", "/s"),
    Goal(
        "to_tuned",
        f"÷ (a) tuned, {THREADS[1]} threads: {{tuned:,.0f}}/s ({{tuned_count:,.0f}} sent)",
        "×",
        aim=25,
        at_least=True,
    ),
    Goal("to_raw", "÷ (c) raw, BDAT with 8 in flight: {raw:,.0f}/s", "share"),
    Goal("cpu", "for 1,000, all processes; (a) tuned {tuned_cpu:.2f}", "CPU s"),
    Goal("connections", f"connections at once, of {MAIL_CONNECTIONS}", "", MAIL_CONNECTIONS),
]


def chunking(place: Place) -> Generator[Sample, None, None]:
    """The same line where CHUNKING is offered: many mails in each round trip."""
    tuned_count = 400
    with peers.task_each(place, THREADS) as tasks:
        while True:
            place.mail.ask("set", delay_ms=DELAY_MS, offers="pipelining chunking")
            ours = _fan_out(place, COUNT, seconds=180)
            tuned = tasks.send(tuned_count, task=peer.send_tuned)
            raw = peers.ceiling(place.mail, COUNT, depth=8)
            yield {
                "rate": ours.a_second,
                "tuned": tuned.a_second,
                "to_tuned": ours.a_second / tuned.a_second,
                "tuned_cpu": tuned.cpu_a_thousand,
                "tuned_count": tuned_count,
                "raw": raw.a_second,
                "to_raw": ours.a_second / raw.a_second,
                "cpu": ours.cpu_a_thousand,
                "connections": ours.seen["most"],
            }


SCALE = [
    Goal("large", "50,000 mails; 10,000 in {small:.2f} s", "s"),
    Goal("time_ratio", "50,000 ÷ 10,000: time", "×", 5.5),
    Goal("memory_ratio", "50,000 ÷ 10,000: largest sender process ({small_mb:,.0f} MB)", "×", 1.2),
    Goal("large_mb", "largest sender process after 50,000", "MB"),
    Goal("declare", "the declaration with 50,000 answers after", "s"),
]


def scale(place: Place) -> Generator[Sample, None, None]:
    """Five times as many alerts: five times as long, and no more memory where they are sent."""
    while True:
        place.mail.ask("set", delay_ms=0, offers="pipelining chunking")
        small, small_mb = _measured(place, COUNT)
        large, large_mb = _measured(place, 5 * COUNT)
        yield {
            "small": small.seconds,
            "large": large.seconds,
            "time_ratio": large.seconds / small.seconds,
            "small_mb": small_mb,
            "large_mb": large_mb,
            "memory_ratio": large_mb / small_mb,
            "declare": large.declare_seconds,
        }


SQLITE = [
    Goal("seconds", "1,000 mails, from the declaration until every outcome is durable", "s", 2, 0.5),
    Goal("to_peer", "÷ (a) a task each on SQLite, prefork 2: {peer:,.0f}/s ({peer_count:,.0f} sent)", "×"),
    Goal("declare", "the declaration answers after", "s"),
]


def sqlite(place: Place) -> Generator[Sample, None, None]:
    """A small desk: SQLite and the bundled Valkey."""
    peer_count = 300
    with peers.task_each(place) as tasks:
        while True:
            ours = _fan_out(place, 1_000, seconds=60)
            sent = tasks.send(peer_count)
            yield {
                "seconds": ours.seconds,
                "declare": ours.declare_seconds,
                "peer": sent.a_second,
                "peer_count": peer_count,
                "to_peer": ours.a_second / sent.a_second,
            }


def _fan_out(place: Place, count: int, *, seconds: float) -> FanOut:
    platforms = count // 2
    with place.desk(registries.text(platforms, count)) as desk:
        return desk.fan_out(place.mail, count, items=registries.items(120, platforms), seconds=seconds)


def _measured(place: Place, count: int) -> tuple[FanOut, float]:
    platforms = count // 2
    with place.desk(registries.text(platforms, count)) as desk:
        ours = desk.fan_out(place.mail, count, items=registries.items(120, platforms), seconds=240)
        return ours, usage.most_memory_mb(desk.senders())

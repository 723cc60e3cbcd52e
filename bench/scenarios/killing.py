"""kill -9 of every process that sends, in the middle of a fan-out."""

import time
from collections.abc import Generator
from uuid import UUID

from bench.figures import Goal, Sample
from bench.place import Place
from tests.parts import registries

COUNT = 10_000
_PLATFORMS = COUNT // 2
_KILLED_AFTER = COUNT // 4  # mails at the sink
_FLUSH = 500  # rows

KILLED = [
    Goal("seconds", "from the kill until every alert was accepted", "s", 20),
    Goal("attempted", "from the kill until the last alert was first attempted", "s"),
    Goal("before", "mails at the sink when {killed:.0f} processes were killed", ""),
    Goal("lost", "alerts whose mail never came", "", 0),
    Goal("repeats", "mails that came twice, at most one flush", "", _FLUSH),
    Goal("unmarked", "repeats that are not marked as possible repeats", "", 0),
    Goal("marked", "alerts marked as possible repeats", ""),
]


def killed(place: Place) -> Generator[Sample, None, None]:
    """All workers at once, as when a host dies; `crisis up` starts them again."""
    while True:
        place.mail.ask("set", delay_ms=2, offers="pipelining chunking")
        with place.desk(registries.text(_PLATFORMS, COUNT)) as desk:
            place.mail.ask("forget")
            ref = desk.declare(registries.items(120, _PLATFORMS))["ref"]
            before = place.mail.wait_for("messages", _KILLED_AFTER, seconds=60)["messages"]
            at, count = time.time(), desk.running.kill_senders()
            assert before < COUNT, "the fan-out was over before the kill"
            durable = desk.wait_for_outcomes(ref, COUNT, seconds=120)
            rows = desk.query(
                "SELECT alert.id, possible_repeat, first_attempt_at FROM alert "
                f"JOIN incident ON incident.id = incident_id WHERE ref = '{ref}'"
            )
        copies = {UUID(name.partition("@")[0]): many for name, many in place.mail.ask("copies").items()}
        marked = {UUID(str(alert)) for alert, is_marked, _ in rows if is_marked}
        yield {
            "killed": count,
            "before": before,
            "seconds": durable - at,
            "attempted": max(attempted.timestamp() for _, _, attempted in rows) - at,
            "lost": sum(UUID(str(alert)) not in copies for alert, _, _ in rows),
            "repeats": sum(copies.values()) - len(copies),
            "unmarked": len({alert for alert, many in copies.items() if many > 1} - marked),
            "marked": len(marked),
        }

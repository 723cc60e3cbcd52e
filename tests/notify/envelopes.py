"""Facts, recipients and envelopes for tests of notify."""

import queue
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any
from uuid import UUID

from crisis.domain import alert, incident, notice
from crisis.domain.outgoing import Recipient, Text, TextKey
from crisis.notify import facts, marks, messages
from crisis.notify.sender import Envelope, Result, Sender

NOW = datetime(2026, 11, 21, 2, 6, tzinfo=UTC)
LINK = "https://desk.example/a/7Qk2mN8pR4tV6xZ1aB3cDe"


def the_facts(**parts: Any) -> facts.Facts:
    """A real incident, as in the contract's example."""
    given: dict[str, Any] = {
        "ref": "INC-2026-0007",
        "exercise": False,
        "tlp": incident.Tlp.AMBER,
        "kind": incident.Kind.TERRORIST,
        "severity": incident.Severity.EXTREME,
        "summary": "A recording made by an attacker is being copied across services.",
        "occurred_at": NOW - timedelta(minutes=4),
        "declared_at": NOW,
        "member_states": ("BE",),
        "authority": "Belgian Internet Referral Unit",
        "desk_name": "Crisis desk",
        "desk_phone": "+32 2 555 01 99",
        "incident_url": "https://desk.example/incidents/INC-2026-0007",
    }
    return facts.Facts(**(given | parts))


def recipient(**parts: Any) -> Recipient:
    """A contact in Paris who is asked about twelve addresses."""
    given: dict[str, Any] = {
        "channel": alert.Channel.EMAIL,
        "address": "crisis1@pixelly.example",
        "name": "Pixelly trust-and-safety desk",
        "language": "en",
        "time_zone": "Europe/Paris",
        "platform_name": "Pixelly",
        "ask": notice.Ask.ACT,
        "items": 12,
        "named_at": NOW,
        "target_at": NOW + timedelta(hours=1),
        "endpoint_id": UUID(int=5),
    }
    return Recipient(**(given | parts))


def drafted(
    to: Recipient, purpose: alert.Purpose = alert.Purpose.FIRST, about: facts.Facts | None = None
) -> tuple[Text, dict[str, str]]:
    """The message for one recipient, and the values of its slots."""
    texts: dict[TextKey, Text] = {}
    [draft] = messages.drafting(
        [to], texts, cause="cause", purpose=purpose, facts=about or the_facts(), new_id=lambda: UUID(int=1), now=NOW
    )
    return texts[draft.text_key], dict(draft.slots)


def read(
    to: Recipient, purpose: alert.Purpose = alert.Purpose.FIRST, about: facts.Facts | None = None
) -> tuple[str, str, str]:
    """Subject, plain text and HTML as the recipient gets them, before any encoding; an empty slot shows as ``□``."""
    text, values = drafted(to, purpose, about)
    filled = []
    values["link"] = LINK
    escaped = {name: escape(value) for name, value in values.items()}
    for part, known in ((text.subject, values), (text.text, values), (text.html, escaped)):
        pieces = marks.split(part)
        pieces[1::2] = [known.get(name, "□") for name in pieces[1::2]]
        filled.append("".join(pieces))
    return filled[0], filled[1], filled[2]


def envelope(address: str = "crisis1@pixelly.example", **parts: Any) -> Envelope:
    """A small mail, ready for its sender."""
    given: dict[str, Any] = {
        "alert_id": UUID(int=1),
        "channel": alert.Channel.EMAIL,
        "address": address,
        "payload": f"To: {address}\r\nSubject: x\r\n\r\nhello\r\n.\r\n..two\r\n".encode(),
        "started_at": NOW,
    }
    return Envelope(**(given | parts))


def sent(sender: Sender, envelopes: Sequence[Envelope]) -> Iterator[tuple[UUID, Result]]:
    """Each result as it comes; fails where one is missing."""
    inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
    sender.submit(envelopes, inbox)
    for _ in envelopes:
        yield inbox.get(timeout=30)

"""An incident on a web server of a test, declared as an officer would."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from crisis.domain import declaration, notice
from crisis.domain.overview import IncidentView, NoticeView
from crisis.notify import addresses
from crisis.store.models import Link
from crisis.workflows import acknowledge, declare, import_registry, overview
from tests.parts import asked, samples
from tests.parts.rows import rows
from tests.web.site import Website

#: Pixelly can be called; Alpencast is asleep and has a second contact; Quiet has a phone only.
REGISTRY = (Path(__file__).parent / "incident_registry.csv").read_text(encoding="utf-8")
HEADER = REGISTRY.partition("\n")[0] + "\n"


def register(website: Website, text: str = REGISTRY) -> None:
    """Fill the registry."""
    with website.app.app_context():
        import_registry.import_registry(text, now=website.clock.now() - timedelta(days=1), actor="cli")


def declared(website: Website, **parts: Any) -> str:
    """The reference of a new incident; ``parts`` replace fields of the declaration."""
    body = samples.declaration(**{"occurred_at": None, **parts})
    now = website.clock.now()
    with website.app.app_context():
        asked = declaration.parse(body, now=now, to_ascii=addresses.to_ascii)
        return declare.declare(asked, settings=website.settings, now=now, actor="cli").ref


def view(website: Website, ref: str) -> IncidentView:
    with website.app.app_context():
        return overview.incident(ref, now=website.clock.now())


def notice_of(website: Website, ref: str, name: str) -> NoticeView:
    """What the platform of that name is asked."""
    return next(one for one in view(website, ref).notices if one.platform_name == name)


def answer(
    website: Website,
    notice_id: UUID,
    kind: notice.Answer = notice.Answer.ACKNOWLEDGE,
    *,
    contact: int = 0,
    **parts: Any,
) -> None:
    """What a contact sends by its link; ``contact`` counts those alerted, from 0."""
    with website.app.app_context():
        link = rows(Link, Link.notice_id == notice_id)[contact]
        form = acknowledge.Form(kind, "Giulia Ferrante", uuid4().hex, **parts)
        acknowledge.answer(asked.shown(link.id), form, now=website.clock.now())

"""Messages: the texts that all alerts of one round, ask, language and channel share."""

import functools
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from importlib import resources
from typing import Any
from uuid import UUID

import jinja2

from crisis.domain import alert
from crisis.domain.outgoing import Draft, Recipient, Text, TextKey
from crisis.notify import labels, languages, marks, moments, phrases, wording, wrapping
from crisis.notify.facts import Facts
from crisis.notify.parts import Round

_TEMPLATES = ("mail.txt", "mail.html", "short.txt")


def drafting(
    recipients: Iterable[Recipient],
    texts: dict[TextKey, Text],
    *,
    cause: str,
    purpose: alert.Purpose,
    facts: Facts,
    new_id: Callable[[], UUID],
    now: datetime,
) -> Iterator[Draft]:
    """One alert for each recipient, to be sent at once; the texts that they share are added to ``texts``.

    One at a time, so that thousands can be written while they are made. What a recipient's ``extra`` may
    hold is said where it is used: ``reasons.why`` and ``phrases.of``.
    """
    known: dict[tuple[object, ...], tuple[TextKey, dict[str, str]]] = {}  # most of thousands read the same
    for to in recipients:
        reading = phrases.reading(to, purpose)
        if (found := known.get(reading)) is None:
            key = TextKey(cause, to.ask.value, languages.chosen(to.language), to.channel.value)
            found = known[reading] = key, phrases.of(to, purpose, facts, now=now)
            if key not in texts:
                texts[key] = _text(key, Round(purpose, to.ask, to.extra), facts)
        key, slots = found
        yield Draft(new_id(), to, cause, purpose, key, slots, now)


def with_text(recipients: Iterable[Recipient], text: str) -> list[Recipient]:
    """The recipients of a message that holds an officer's words: an update, or why something is taken back."""
    return [one._replace(extra={**one.extra, "text": text}) for one in recipients]


@functools.cache
def version_body() -> dict[str, str]:
    """What is kept as the version of the texts: a digest of each template, and of the words of each language."""
    folder = resources.files("crisis.notify") / "templates"
    sources = {name: (folder / name).read_text(encoding="utf-8") for name in _TEMPLATES}
    sources |= {language: repr(languages.words(language).entries()) for language in sorted(languages.written())}
    return {name: hashlib.sha256(source.encode()).hexdigest() for name, source in sources.items()}


def prepare() -> None:
    """Read and compile beforehand what the first message would wait for: templates, catalogues, names of months."""
    for name in _TEMPLATES:
        _environment().get_template(name)
    for language in languages.written():
        moments.moment(datetime(2026, 1, 1, tzinfo=UTC), zone="UTC", language=language)


def _text(key: TextKey, round_: Round, facts: Facts) -> Text:
    """Of mail all three parts, of a webhook JSON, of Apprise no HTML."""
    if key.channel == alert.Channel.WEBHOOK:
        return Text("", _for_programs(round_, facts), "")
    tongues = [key.language]
    if key.language != "en" and key.channel == alert.Channel.EMAIL:
        tongues.append("en")
    words = [languages.words(tongue) for tongue in tongues]
    subject = _subject(words[0], round_, facts)
    values: dict[str, Any] = {
        "facts": facts,
        "subject": subject,
        "bodies": [wording.body(one, round_, facts, below=place > 0) for place, one in enumerate(words)],
        "sharing": [labels.sharing(one, facts.tlp) for one in words],
        "link": _link(round_, facts),
    }
    templates = _environment()
    if key.channel == alert.Channel.APPRISE:
        return Text(subject, templates.get_template("short.txt").render(values), "")
    return Text(
        subject, templates.get_template("mail.txt").render(values), templates.get_template("mail.html").render(values)
    )


def _subject(words: languages.Words, round_: Round, facts: Facts) -> str:
    """No title, no content: lock screens and ticket systems leak it."""
    own, english = (wording.tag(one, round_, facts) for one in (words, languages.words("en")))
    tag = own if own == english else f"{own} / {english}"
    what = words.gettext("%(tag)s: %(what)s", tag=tag, what=marks.mark("what"))
    start = "EXERCISE EXERCISE EXERCISE " if facts.exercise else ""
    return f"{start}[TLP:{facts.tlp}] [{facts.ref}] {what}"


def _link(round_: Round, facts: Facts) -> str:
    if round_.purpose is alert.Purpose.TEST:
        return ""
    return facts.incident_url if round_.purpose is alert.Purpose.OFFICER else marks.mark("link")


def _for_programs(round_: Round, facts: Facts) -> str:
    """What a webhook says beside its slots; no summary, no address of content."""
    fixed = {
        "ref": facts.ref,
        "exercise": facts.exercise,
        "tlp": facts.tlp.value,
        "kind": facts.kind.value,
        "severity": facts.severity.value,
        "purpose": round_.purpose.value,
        "ask": round_.ask.value,
    }
    return json.dumps(fixed, ensure_ascii=False)


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("crisis.notify", "templates"),
        autoescape=jinja2.select_autoescape(["html"]),
        undefined=jinja2.StrictUndefined,
    )
    environment.filters.update(wrapped=wrapping.wrapped, row=wrapping.row, step=wrapping.step, shared=wrapping.shared)
    return environment

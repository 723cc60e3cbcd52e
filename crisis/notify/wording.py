"""Wording: what a mail says in one language, part by part, with slots where alerts differ."""

from crisis.domain import alert, incident, notice
from crisis.notify import labels, marks, plain, reasons
from crisis.notify.facts import Facts
from crisis.notify.languages import Words
from crisis.notify.parts import ASKING, Body, Round, Section


def body(words: Words, round_: Round, facts: Facts, *, below: bool) -> Body:
    """The mail in the language of ``words``; ``below`` if it stands under the contact's own language and the link."""
    suffix = "_en" if below else ""
    return Body(
        language=words.language,
        headline=headline(words, round_, facts),
        line=marks.mark("line" + suffix),
        rows=_rows(words, round_, facts, suffix),
        why=reasons.why(words, round_, suffix),
        about=(*_happened(words, round_, facts, suffix), *_ask(words, round_, below=below)),
        button=_button(words, round_),
        after=(*_aim(words, round_, facts, suffix), _question(words, round_, facts)),
    )


def tag(words: Words, round_: Round, facts: Facts) -> str:
    """The two words of a subject that say whether this is real."""
    _ = words.gettext
    if round_.purpose is alert.Purpose.TEST:
        return _("TEST")
    return _("EXERCISE ALERT") if facts.exercise else _("REAL ALERT")


def headline(words: Words, round_: Round, facts: Facts) -> str:
    _ = words.gettext
    if round_.purpose is alert.Purpose.TEST:
        return _("TEST of this address. Nothing has happened.")
    if facts.exercise:
        return _("EXERCISE EXERCISE EXERCISE")
    if round_.purpose is alert.Purpose.STAND_DOWN:
        return _("REAL ALERT, now ended.")
    return _("REAL ALERT. Not an exercise.")


def _rows(words: Words, round_: Round, facts: Facts, suffix: str) -> tuple[tuple[str, str], ...]:
    _ = words.gettext
    authority, desk = plain.line(facts.authority), plain.line(facts.desk_name)
    sender = desk if authority == desk else _("%(authority)s, sent through %(desk)s", authority=authority, desk=desk)
    rows = [(_("From"), sender), (_("Sent"), marks.mark("sent" + suffix))]
    if round_.purpose not in (alert.Purpose.FIRST, alert.Purpose.TEST):
        rows.append((_("Declared"), marks.mark("declared" + suffix)))
    return tuple(rows)


def _happened(words: Words, round_: Round, facts: Facts, suffix: str) -> tuple[Section, ...]:
    """What happened, where, when and of what kind; for those who may read it for the first time."""
    if round_.purpose not in ASKING:
        return ()
    _ = words.gettext
    invented = _("This is an exercise: the addresses are invented. Please answer as you would to a real alert.")
    drill = (invented,) if facts.exercise else ()
    states = ", ".join(words.country(plain.line(code)) for code in facts.member_states)
    known = [_("Where: %(states)s.", states=states)] if states else []
    if facts.occurred_at is not None:
        known.append(_("When: about %(moment)s.", moment=marks.mark("occurred" + suffix)))
    known.append(_("Kind: %(kind)s.", kind=labels.kind(words, facts.kind)))
    # a mail passes many hands; what only named persons may read stays behind the link
    red = facts.tlp is incident.Tlp.RED
    told = [_("TLP:RED is not sent by mail: what happened is on the page behind the link.")] if red else None
    return (Section(_("What happened"), (*drill, *(told or plain.lines(facts.summary)), " ".join(known))),)


def _ask(words: Words, round_: Round, *, below: bool) -> tuple[Section, ...]:
    _ = words.gettext
    if round_.purpose not in ASKING:
        return ()
    if round_.ask is notice.Ask.INFORM:
        nothing = _("Nothing. We know of nothing on your service, and no time runs for you.")
        found = _("If you find copies, or want to tell us something, the link is the way.")
        return (Section(_("What we ask"), (nothing, found)),)
    above = _("Open the link above, give your name, choose an answer: half a minute.")
    steps = [above if below else _("Open the link, give your name, choose an answer: half a minute.")]
    if round_.ask is notice.Ask.ACT:
        steps.append(_("Look at the addresses (behind the link), decide under your own rules and law."))
        steps.append(_("Tell us for each: removed, restricted, already gone, kept, not yours, can't find."))
    else:
        steps.append(_("Look for the hashes (behind the link) on your service, decide under your own rules and law."))
        steps.append(_("Tell us how many you found, or that you can't search."))
    steps.append(_("Please keep a copy and the account data for investigators."))
    return (Section(_("What we ask"), steps=tuple(steps)),)


def _button(words: Words, round_: Round) -> str:
    _ = words.gettext
    if round_.purpose is alert.Purpose.OFFICER:
        return _("Open the incident")
    return _("Answer the alert") if round_.asks else _("Open the request")


def _aim(words: Words, round_: Round, facts: Facts, suffix: str) -> tuple[Section, ...]:
    if not round_.asks:
        return ()
    _ = words.gettext
    aim = marks.mark("aim" + suffix)
    if round_.ask is notice.Ask.ACT:
        by = _("Every address looked at by %(moment)s.", moment=aim)
    else:
        by = _("Your service searched by %(moment)s.", moment=aim)
    legal = _("Our aim, not a legal deadline.")
    request = _("This is a request, not a removal order under Regulation (EU) 2021/784; an order would say so.")
    return (Section(_("Our aim"), (f"{by} {legal} {request}",)),)


def _question(words: Words, round_: Round, facts: Facts) -> Section:
    _ = words.gettext
    phone = plain.line(facts.desk_phone)
    reply = (
        _("Reply to this mail, or call the desk, 24 h: %(phone)s.", phone=phone) if phone else _("Reply to this mail.")
    )
    if round_.purpose is alert.Purpose.OFFICER:
        return Section(_("Question?"), (reply,))
    return Section(_("Question, can't open, wrong person?"), (f"{reply} {_('Never send us the material itself.')}",))

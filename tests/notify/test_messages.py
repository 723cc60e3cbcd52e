"""What alerts say, to whom, in which words."""

import re
from html.parser import HTMLParser
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from crisis.domain import alert, incident, notice
from crisis.domain.outgoing import Recipient, Text, TextKey
from crisis.notify import languages, messages
from tests.notify.envelopes import LINK, NOW, drafted, read, recipient, the_facts

EXTRA: dict[alert.Purpose, dict[str, Any]] = {
    alert.Purpose.REMINDER: {"why": "unfinished", "open": 5},
    alert.Purpose.ESCALATION: {"previous": "Anna Berg"},
    alert.Purpose.UPDATE: {"text": "Two more services have copies.\nPlease look again."},
    alert.Purpose.CORRECTION: {"text": "A newspaper's page was named by mistake.", "count": 1},
    alert.Purpose.STAND_DOWN: {"text": "No new copies for two hours."},
    alert.Purpose.OFFICER: {"reason": "silent", "platforms": "Pixelly\nLinknest"},
}
EVERY = list(product(alert.Purpose, notice.Ask, ("en", "fr", "de")))


def every(purpose: alert.Purpose, ask: notice.Ask, language: str) -> Recipient:
    target = {} if ask is not notice.Ask.INFORM else {"target_at": None}
    return recipient(ask=ask, language=language, hashes=4, batch=2, extra=EXTRA.get(purpose, {}), **target)


class _Words(HTMLParser):
    """What somebody reads on the page: no head, nothing hidden; and its links."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.remote: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if self._hidden or tag == "head" or "display:none" in (values.get("style") or ""):
            self._hidden += tag not in ("meta", "br")
        if tag == "a":
            self.links.append(values["href"] or "")
        self.remote += [values[name] or "" for name in ("src", "background", "srcset") if name in values]

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= bool(self._hidden)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words += data.split()


def page(html: str) -> _Words:
    parser = _Words()
    parser.feed(html)
    return parser


def test_the_first_mail_is_that_of_the_contract() -> None:
    subject, text, _ = read(recipient())
    assert subject == "[TLP:AMBER] [INC-2026-0007] REAL ALERT: 12 addresses on your service"
    assert text == (
        "TLP:AMBER - For your organisation and those who must act.\n"
        "\n"
        "REAL ALERT. Not an exercise.\n"
        "First message, 12 addresses, batch 1\n"
        "\n"
        "From  Belgian Internet Referral Unit, sent through Crisis desk\n"
        "Sent  03:06 your time (CET) = 02:06 UTC, 21 Nov 2026\n"
        "\n"
        "WHAT HAPPENED\n"
        "A recording made by an attacker is being copied across services.\n"
        "Where: Belgium. When: about\n"
        "03:02 your time (CET) = 02:02 UTC, 21 Nov 2026. Kind: terrorist or\n"
        "violent extremist content.\n"
        "\n"
        "WHAT WE ASK\n"
        "1. Open the link, give your name, choose an answer: half a minute.\n"
        "2. Look at the addresses (behind the link), decide under your own rules\n"
        "   and law.\n"
        "3. Tell us for each: removed, restricted, already gone, kept, not yours,\n"
        "   can't find.\n"
        "4. Please keep a copy and the account data for investigators.\n"
        "\n"
        f"   {LINK}\n"
        "\n"
        "OUR AIM\n"
        "Every address looked at by 04:06 your time (CET) = 03:06 UTC. Our aim,\n"
        "not a legal deadline. This is a request, not a removal order under\n"
        "Regulation (EU) 2021/784; an order would say so.\n"
        "\n"
        "QUESTION, CAN'T OPEN, WRONG PERSON?\n"
        "Reply to this mail, or call the desk, 24 h: +32 2 555 01 99. Never send\n"
        "us the material itself.\n"
        "\n"
        "TLP:AMBER"
    )


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"items": 1}, "REAL ALERT: 1 address on your service"),
        ({"ask": notice.Ask.SEARCH, "hashes": 4}, "REAL ALERT: 4 hashes to look for"),
        ({"ask": notice.Ask.INFORM}, "REAL ALERT: for your information"),
        ({"language": "fr", "items": 3}, "ALERTE RÉELLE / REAL ALERT : 3 adresses sur votre service"),
        ({"language": "de", "items": 3}, "ECHTER ALARM / REAL ALERT: 3 Adressen auf Ihrem Dienst"),
        ({"language": "pt-BR", "items": 3}, "REAL ALERT: 3 addresses on your service"),
    ],
)
def test_the_subject_says_how_much_and_no_more(parts: dict[str, Any], expected: str) -> None:
    subject, _, _ = read(recipient(**parts))
    assert subject == f"[TLP:AMBER] [INC-2026-0007] {expected}"


@pytest.mark.parametrize(
    ("purpose", "extra", "expected"),
    [
        (alert.Purpose.REMINDER, {}, "reminder, 12 addresses on your service"),
        (alert.Purpose.ESCALATION, {}, "no answer yet, 12 addresses on your service"),
        (alert.Purpose.ITEMS, {}, "12 more addresses, batch 1"),
        (alert.Purpose.UPDATE, {"text": "x"}, "update"),
        (alert.Purpose.CORRECTION, {}, "correction, do not act on 1 address"),
        (alert.Purpose.STAND_DOWN, {}, "ended"),
    ],
)
def test_later_subjects_say_what_is_new(purpose: alert.Purpose, extra: dict[str, str], expected: str) -> None:
    subject, _, _ = read(recipient(extra=extra), purpose)
    assert subject == f"[TLP:AMBER] [INC-2026-0007] REAL ALERT: {expected}"


@pytest.mark.parametrize(("purpose", "ask", "language"), EVERY)
def test_html_says_the_same_as_plain_text(purpose: alert.Purpose, ask: notice.Ask, language: str) -> None:
    _, text, html = read(every(purpose, ask, language), purpose)
    seen = page(html)
    spoken = re.sub(r"^ {3}https://\S+$|^-+$", "", text, flags=re.MULTILINE)
    # the page has the reference beside the line, and the words of its button
    in_page, in_text = (
        sorted({word.casefold().strip("·.") for word in words}) for words in (seen.words, spoken.split())
    )
    button = {
        "answer",
        "the",
        "alert",
        "open",
        "request",
        "incident",
        "inc-2026-0007",
        "",
        "-",
        "die",
        "den",
        "la",
        "l’incident",
    }
    extra = set(in_page) - set(in_text) - button
    assert set(in_text) - set(in_page) <= {"-", "1", "2", "3", "4", ""}, "only in the text"
    assert len(extra) <= 3, extra  # the button in French or German


@pytest.mark.parametrize(("purpose", "ask", "language"), EVERY)
def test_there_is_exactly_one_link_and_nothing_remote(purpose: alert.Purpose, ask: notice.Ask, language: str) -> None:
    facts = the_facts(summary="See https://evil.example/v/1, www.evil.example, ftp://x.example and evil.example/a?b")
    _, text, html = read(every(purpose, ask, language), purpose, facts)
    expected = {alert.Purpose.TEST: [], alert.Purpose.OFFICER: ["https://desk.example/incidents/INC-2026-0007"]}
    assert re.findall(r"\w+://\S+", text.replace("hxxps://", "").replace("fxp://", "")) == expected.get(purpose, [LINK])
    seen = page(html)
    assert seen.links == expected.get(purpose, [LINK])
    assert seen.remote == []
    assert "evil.example" not in text.replace("www[.]evil.example", "")
    assert "<style" not in html
    assert "url(" not in html


@pytest.mark.parametrize(("purpose", "ask", "language"), EVERY)
def test_the_label_is_in_the_first_and_the_last_line_and_no_slot_stays_empty(
    purpose: alert.Purpose, ask: notice.Ask, language: str
) -> None:
    subject, text, html = read(every(purpose, ask, language), purpose)
    assert text.startswith("TLP:AMBER - ")
    assert text.endswith("\nTLP:AMBER")
    assert page(html).words[0] == "TLP:AMBER"
    assert page(html).words[-1] == "TLP:AMBER"
    assert "⟦" not in subject + text + html
    assert "□" not in subject + text + html


@pytest.mark.parametrize(("purpose", "ask", "language"), EVERY)
def test_an_exercise_says_so_first_and_never_speaks_of_a_real_alert(
    purpose: alert.Purpose, ask: notice.Ask, language: str
) -> None:
    subject, text, html = read(every(purpose, ask, language), purpose, the_facts(ref="EX-2026-0004", exercise=True))
    assert subject.startswith("EXERCISE EXERCISE EXERCISE [TLP:AMBER] [EX-2026-0004] ")
    if purpose is not alert.Purpose.TEST:
        assert "EXERCISE EXERCISE EXERCISE" in text
    for said in (subject, text, html):
        for never in ("REAL ALERT", "Not an exercise", "not a drill", "ALERTE RÉELLE", "ECHTER ALARM"):
            assert never not in said
    assert "Ce n’est pas un exercice" not in text
    assert "Keine Übung" not in text


@pytest.mark.parametrize("ask", [notice.Ask.ACT, notice.Ask.SEARCH])
@pytest.mark.parametrize("language", ["en", "fr", "de"])
def test_a_voluntary_request_says_whose_aim_it_is_and_never_that_it_is_late(ask: notice.Ask, language: str) -> None:
    _, text, _ = read(recipient(ask=ask, hashes=4, language=language), alert.Purpose.REMINDER)
    spoken = " ".join(text.split())
    assert (
        "Our aim, not a legal deadline. This is a request, not a removal order under Regulation (EU) 2021/784" in spoken
    )
    for never in ("overdue", "late ", "breach", "missed", "en retard", "überfällig", "versäumt"):
        assert never not in spoken.lower()


def test_who_is_only_informed_is_asked_nothing_and_has_no_aim() -> None:
    _, text, _ = read(recipient(ask=notice.Ask.INFORM, target_at=None))
    assert "Nothing. We know of nothing on your service, and no time runs for you." in text
    assert "OUR AIM" not in text


@pytest.mark.parametrize(
    ("purpose", "sentences"),
    [
        (alert.Purpose.REMINDER, ["Not everything has an outcome yet.", "Reminder, 12 addresses, 5 open"]),
        (alert.Purpose.ESCALATION, ["We have had no answer from Anna Berg. You are the next contact of Pixelly."]),
        (alert.Purpose.ITEMS, ["There is more on your service. What we asked before stays as it is."]),
        (
            alert.Purpose.UPDATE,
            ["Two more services have copies.", "Please look again.", "What we asked of you stays as it is."],
        ),
        (
            alert.Purpose.CORRECTION,
            ["One address was wrong: do not act on it.", "Reason: A newspaper's page was named by mistake."],
        ),
        (alert.Purpose.STAND_DOWN, ["REAL ALERT, now ended.", "Reason: No new copies for two hours."]),
        (alert.Purpose.OFFICER, ["NO ANSWER YET", "Pixelly, Linknest", "The numbers are in the call list"]),
        (alert.Purpose.TEST, ["TEST of this address. Nothing has happened."]),
    ],
)
def test_each_later_message_says_why_it_is_written(purpose: alert.Purpose, sentences: list[str]) -> None:
    _, text, _ = read(recipient(extra=EXTRA.get(purpose, {})), purpose)
    for sentence in sentences:
        assert sentence in text


@pytest.mark.parametrize(
    ("reason", "heading"),
    [
        ("silent", "NO ANSWER YET"),
        ("no_next_contact", "NO ANSWER YET, AND NO FURTHER CONTACT"),
        ("call", "NO ANSWER YET: PLEASE CALL"),
        ("no_phone", "NO ANSWER YET, AND NO NUMBER TO CALL"),
        ("last_warning", "THE HOUR THAT WE AIM FOR ENDS SOON"),
        ("tell_failed", "AN ALERT COULD NOT BE DELIVERED"),
        ("tell_question", "A PLATFORM HAS A QUESTION"),
        ("tell_contradiction", "TWO CONTACTS CONTRADICT EACH OTHER"),
        ("tell_unconfirmed", "AN ANSWER COULD NOT BE CONFIRMED"),
        ("something_new", "THE DESK IS NEEDED"),
    ],
)
def test_an_officer_learns_what_happened_and_where_to_go(reason: str, heading: str) -> None:
    _, text, _ = read(recipient(extra={"reason": reason, "platforms": "Pixelly"}), alert.Purpose.OFFICER)
    assert f"\n{heading}\nPixelly\n" in text
    assert "https://desk.example/incidents/INC-2026-0007" in text
    assert "/a/" not in text


@pytest.mark.parametrize(
    ("again", "sentence"),
    [(False, "otherwise the next officer is told."), (True, "Nobody has taken this yet.")],
)
def test_an_officer_learns_how_to_take_it_and_whether_others_were_told_before(again: bool, sentence: str) -> None:
    extra = {"reason": "silent", "platforms": "Pixelly", "again": again}
    _, text, _ = read(recipient(extra=extra), alert.Purpose.OFFICER)
    assert sentence in " ".join(text.split())


def test_a_last_warning_speaks_of_our_aim_and_of_no_deadline() -> None:
    _, text, _ = read(recipient(extra={"why": "last_warning"}), alert.Purpose.REMINDER)
    assert "The hour that we aim for ends soon." in " ".join(text.split())
    assert "not a legal deadline" in " ".join(text.split())


def test_a_telephone_number_stays_in_one_line() -> None:
    _, text, _ = read(recipient(language="fr"), about=the_facts(desk_phone="+32 2 555 01 99 123"))
    assert text.count("+32 2 555 01 99 123") == 2


def test_a_contact_reads_their_own_language_first_and_english_below() -> None:
    _, text, html = read(recipient(language="fr", items=3))
    own, english = text.split("-" * 72)
    assert "ALERTE RÉELLE. Ce n’est pas un exercice." in own
    assert "Premier message, 3 adresses, lot 1" in own
    assert "03:06 à votre heure (CET) = 02:06 UTC, 21 nov. 2026" in own
    assert LINK in own
    assert "REAL ALERT. Not an exercise." in english
    assert "1. Open the link above" in english
    assert LINK not in english
    assert html.index('<div lang="fr">') < html.index('<div lang="en">')
    assert html.startswith('<!doctype html>\n<html lang="fr"')


def test_who_reads_english_reads_it_once() -> None:
    _, text, _ = read(recipient())
    assert text.count("REAL ALERT") == 1


def test_languages_that_are_not_written_fall_back_to_english() -> None:
    assert languages.written() == {"en", "fr", "de"}
    assert [languages.chosen(one) for one in ("fr", "FR-be", "de_AT", "el", "", "fri")] == [
        "fr",
        "fr",
        "de",
        "en",
        "en",
        "en",
    ]


def test_the_day_is_said_for_each_zone_where_they_differ() -> None:
    _, text, _ = read(recipient(time_zone="America/Los_Angeles"))
    assert "Sent  18:06 your time (PST), 20 Nov 2026 = 02:06 UTC, 21 Nov 2026" in text
    _, text, _ = read(recipient(time_zone="Asia/Kathmandu"))
    assert "Sent  07:51 your time (UTC+0545) = 02:06 UTC, 21 Nov 2026" in text


def test_an_unknown_zone_is_written_as_utc() -> None:
    _, text, _ = read(recipient(time_zone="Mars/Olympus"))
    assert "Sent  02:06 your time (UTC) = 02:06 UTC, 21 Nov 2026" in text


HOSTILE = (
    "<script>alert(1)</script> ⟦link⟧ \u202egnp.exe\u2066 \x00\x1b[31m =cmd|'/c' {{7*7}} %(aim)s\r\nBcc: x@y.example"
)


def test_hostile_texts_are_shown_and_do_nothing() -> None:
    facts = the_facts(summary=HOSTILE, authority=HOSTILE, desk_name=HOSTILE, desk_phone=HOSTILE, member_states=("<b",))
    for purpose in alert.Purpose:
        extra = {"text": HOSTILE, "previous": HOSTILE, "platforms": HOSTILE}
        subject, text, html = read(recipient(platform_name=HOSTILE, extra=extra), purpose, facts)
        assert "<script>" not in html
        assert LINK not in html.replace(f'<a href="{LINK}"', "")
        for said in (subject, text, html):
            assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\x1b\r]", said)
        assert "\nBcc:" not in subject
        assert "49" not in subject + text
    assert "&lt;script&gt;" in html or purpose is alert.Purpose.TEST


def test_a_slot_in_a_value_is_not_filled() -> None:
    _, text, _ = read(recipient(platform_name="⟦link⟧", extra={"previous": "⟦aim⟧"}), alert.Purpose.ESCALATION)
    assert "no answer from [aim]. You are the next contact of [link]." in text


def test_alerts_of_one_round_share_their_texts() -> None:
    them = [
        recipient(address=f"c{number}@pixelly.example", language=language)
        for number, language in enumerate(["fr", "fr", "el", "en"])
    ]
    texts: dict[TextKey, Text] = {}
    new_id = (UUID(int=number) for number in range(9)).__next__
    made = messages.drafting(
        them, texts, cause="first", purpose=alert.Purpose.FIRST, facts=the_facts(), new_id=new_id, now=NOW
    )
    drafts = list(made)
    assert list(texts) == [("first", "act", "fr", "email"), ("first", "act", "en", "email")]
    assert [draft.text_key.language for draft in drafts] == ["fr", "fr", "en", "en"]
    assert {draft.due_at for draft in drafts} == {NOW}


def test_a_service_gets_a_short_text_without_the_summary() -> None:
    subject, text, html = read(recipient(channel=alert.Channel.APPRISE))
    assert subject == "[TLP:AMBER] [INC-2026-0007] REAL ALERT: 12 addresses on your service"
    assert text == (
        "TLP:AMBER - For your organisation and those who must act.\n"
        "REAL ALERT. Not an exercise.\n"
        "First message, 12 addresses, batch 1\n"
        "Every address looked at by 04:06 your time (CET) = 03:06 UTC. Our aim, not a legal deadline. "
        "This is a request, not a removal order under Regulation (EU) 2021/784; an order would say so.\n"
        f"{LINK}\n"
        "TLP:AMBER"
    )
    assert html == ""


def test_no_token_is_kept_with_an_alert() -> None:
    for channel in (alert.Channel.EMAIL, alert.Channel.WEBHOOK, alert.Channel.APPRISE):
        _, values = drafted(recipient(channel=channel))
        assert "link" not in values


@pytest.mark.parametrize("tlp", incident.Tlp)
@pytest.mark.parametrize("language", ["en", "fr", "de"])
def test_every_label_is_explained_and_never_translated(tlp: incident.Tlp, language: str) -> None:
    subject, text, _ = read(recipient(language=language), about=the_facts(tlp=tlp))
    assert subject.startswith(f"[TLP:{tlp}] ")
    assert re.match(rf"TLP:{re.escape(tlp)} - \w", text)


@pytest.mark.parametrize("kind", incident.Kind)
def test_every_kind_has_words(kind: incident.Kind) -> None:
    assert "Kind: " in read(recipient(), about=the_facts(kind=kind))[1]


def test_with_text_adds_the_officers_words() -> None:
    assert messages.with_text([recipient(extra={"open": 1})], "Hello")[0].extra == {"open": 1, "text": "Hello"}


def test_the_version_of_the_texts_changes_with_each_part() -> None:
    version = messages.version_body()
    assert set(version) == {"mail.txt", "mail.html", "short.txt", "en", "fr", "de"}
    assert len(set(version.values())) == 6


def test_a_red_summary_stays_behind_the_link() -> None:
    about = the_facts(tlp=incident.Tlp.RED, summary="Only for those named.")
    _, text, html = read(recipient(), about=about)
    assert "Only for those named." not in text + html
    assert "TLP:RED is not sent by mail" in " ".join(text.split())

"""Which numbers in a mail are the platform's own, and which are not taken for one."""

import pytest

from crisis.domain import case_number


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        ("[#12345] Re: REAL ALERT", "12345"),
        ("[Ticket #48213] We have your request", "48213"),
        ("Re: your alert [PX-48213]", "PX-48213"),
        ("Case 0098123: received", "0098123"),
        ("Case number: 5512-2026", "5512-2026"),
        ("Ticket ABC-123 opened", "ABC-123"),
        ("TICKET ID: TS2211", "TS2211"),
        ("Vorgang Nr. 2026-4711", "2026-4711"),
        ("Dossier n° 88123", "88123"),
        ("Demande no. 88123 reçue", "88123"),
        ("Zaak 20261121-7", "20261121-7"),
        ("Re: request #774411", "774411"),
        ("Ihre Anfrage #99120", "99120"),
        ("Re: [TLP:AMBER] [INC-2026-0007] REAL ALERT: 12 addresses on your service", None),
        ("Re: [EX-2026-0004] REAL ALERT, batch 1", None),
        ("Case closed", None),
        ("case 1 of 3", None),
        ("Our issue of 2026-11-21", None),
        ("Incident 2026", None),
        ("Which ticket?", None),
        ("see example.org/#12345", None),
        ("50 % of 12345", None),
    ],
)
def test_a_case_number_in_a_subject(subject: str, number: str | None) -> None:
    assert case_number.find(subject, "", ours="INC-2026-0007") == number


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ("Good evening,\nour case number is PX-48213.\n", "PX-48213"),
        ("The case is 48213 days old.", None),  # no word for a number: a guess
        ("Good evening,\nour case number: PX-48213.\n", "PX-48213"),
        ("Ticket #48213 has been opened.", "48213"),
        ("> Ticket #999999 in what was quoted", None),
        ("Call us: +32 2 555 01 99 #4", None),
        ("#12345 alone", None),  # a comment, a channel, an apartment: only in a subject
    ],
)
def test_a_case_number_in_a_text(body: str, number: str | None) -> None:
    assert case_number.find("Re: REAL ALERT", body) == number


def test_the_subject_goes_before_the_text() -> None:
    assert case_number.find("[#7777] Re:", "Ticket 88888") == "7777"


@pytest.mark.parametrize(
    "number",
    [
        "",
        "   ",
        "12345\r\nBcc: victim@elsewhere.example",
        "12345\nX: y",
        "12\u202e345",
        "12\x00345",
        "12\u2028345",
        "1" * 41,
        "12] [TLP:CLEAR",
        "⟦link⟧",
        "<script>",
    ],
)
def test_what_could_break_or_forge_a_subject_is_refused(number: str) -> None:
    assert case_number.safe(number) is None


@pytest.mark.parametrize("number", ["12345", "PX-48213", "Zaak 7/2026", "№ 12", "Ü-1"])
def test_what_a_contact_types_is_taken(number: str) -> None:
    assert case_number.safe(f" {number} ") == number


def test_a_subject_keeps_its_form_and_gets_the_number_behind_it() -> None:
    assert case_number.in_subject("update", " PX-1234 ") == "update [case PX-1234]"
    assert case_number.in_subject("update", "1\r\nBcc: x@y.example") == "update"

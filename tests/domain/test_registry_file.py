"""The registry file: what comes back, and what is refused by its line."""

from pathlib import Path

import pytest

from crisis import errors
from crisis.domain import registry_file
from crisis.domain.registry_file import COLUMNS, Row
from tests.domain.registries import to_ascii

HEADER = ",".join(COLUMNS)
CELLS = {
    "platform_id": "p-001",
    "platform_name": "Žurnál Fórum",
    "kind": "company",
    "service": "video",
    "domains": "žurnálfórum.example cdn.zurnal.example",
    "home_state": "LU",
    "languages": "en fr",
    "contact_name": "Night desk",
    "contact_order": "1",
    "contact_language": "fr",
    "time_zone": "Europe/Luxembourg",
    "hours": "Mon-Fri 08:00-18:00",
    "channel": "email",
    "address": "crisis@zurnal.example",
    "verified_on": "2026-03-23",
}


def check_mail(address: str) -> object:
    if "@" not in address:
        raise errors.InvalidInput(f"{address} is no mail address")
    return address


def is_public_suffix(domain: str) -> bool:
    return domain in {"example", "co.example"}


def read(text: str) -> list[Row]:
    return registry_file.read(text, to_ascii=to_ascii, is_public_suffix=is_public_suffix, check_mail=check_mail)


def line(**changed: str) -> str:
    cells = {**CELLS, **changed}
    return registry_file.write([Row(2, *(cells[name] for name in COLUMNS))]).split("\r\n", 1)[1]


def faults(*lines: str) -> dict[str, str]:
    with pytest.raises(errors.InvalidInput) as caught:
        read(HEADER + "\r\n" + "".join(lines))
    return caught.value.fields


def test_a_row_is_read_cell_by_cell() -> None:
    (row,) = read(HEADER + "\r\n" + line())
    assert row.cells() == tuple(CELLS.values())
    assert row.line == 2
    assert row.platform_name == "Žurnál Fórum"


def test_what_is_written_is_read_back_and_written_the_same() -> None:
    rows = [
        line(),
        line(channel="phone", address="+3225550199", verified_on=""),
        line(
            contact_order="2", contact_name='Desk "B", second', channel="webhook", address="https://h.zurnal.example/in"
        ),
        line(contact_order="2", contact_name='Desk "B", second', channel="apprise", address="mmost://h.example/token"),
        line(platform_id="p-2", platform_name="Other", domains="", languages="el", hours="24/7"),
    ]
    text = HEADER + "\r\n" + "".join(rows)
    assert registry_file.write(read(text)) == text


def test_the_sample_comes_back_byte_by_byte() -> None:
    sample = (Path(__file__).parents[1] / "flows" / "data" / "registry.csv").read_bytes()
    rows = read(sample.decode("utf-8"))
    assert len(rows) == 184
    assert registry_file.write(rows).encode("utf-8") == sample


def test_a_mark_of_utf_8_and_other_line_ends_are_no_fault() -> None:
    assert read("\ufeff" + (HEADER + "\r\n" + line()).replace("\r\n", "\n"))[0].platform_id == "p-001"


@pytest.mark.parametrize(
    ("cell", "value", "reason"),
    [
        ("platform_id", "", "platform_id: is missing"),
        ("platform_id", "p 1", "platform_id: expected letters"),
        ("platform_name", "", "platform_name: is missing"),
        ("platform_name", "=HYPERLINK(1)", "platform_name: begins with '='"),
        ("contact_name", "+1", "contact_name: begins with '+'"),
        ("contact_name", "-1", "contact_name: begins with '-'"),
        ("kind", "@x", "kind: begins with '@'"),
        ("service", "a\x1b[2J", "service: holds the character U+001B"),
        ("platform_name", "a\u202eb", "platform_name: holds the character U+202E"),
        ("platform_name", "a\nb", "platform_name: holds the character U+000A"),
        ("platform_name", " a", "platform_name: has blanks"),
        ("platform_name", "x" * 201, "platform_name: has 201 characters; at most 200 fit"),
        ("domains", "a..example", "domains: The host a..example is no domain name"),
        ("domains", "https://a.example", "domains: The host"),
        ("domains", "co.example", "domains: co.example is a public suffix"),
        ("domains", "a.example A.example", "domains: A.example is there twice"),
        ("domains", "a.example,b.example", "domains: The host"),
        ("home_state", "lu", "home_state: expected two capital letters"),
        ("languages", "english", "languages: expected language codes"),
        ("languages", "", "languages: is missing"),
        ("contact_language", "F", "contact_language: expected language codes"),
        ("contact_order", "0", "contact_order: expected a number"),
        ("contact_order", "01", "contact_order: expected a number"),
        ("contact_order", "one", "contact_order: expected a number"),
        ("time_zone", "Mars/Olympus", "time_zone: There is no time zone “Mars/Olympus”"),
        ("hours", "always", "hours: “always” can't be read"),
        ("channel", "fax", "channel: expected one of email, webhook, phone, apprise, portal"),
        ("address", "", "address: is missing"),
        ("address", "crisis", "address: crisis is no mail address"),
        ("address", "=a@b.example", "address: begins with '='"),
        ("verified_on", "23.03.2026", "verified_on: expected a date"),
        ("verified_on", "2026-02-30", "verified_on: expected a date"),
        ("verified_on", "20260323", "verified_on: expected a date"),
    ],
)
def test_a_cell_that_does_not_fit_is_named_with_its_line(cell: str, value: str, reason: str) -> None:
    assert reason in faults(line(contact_order="7", contact_name="Fits"), line(**{cell: value}))["line 3"]


@pytest.mark.parametrize(
    ("channel", "address", "fits"),
    [
        ("portal", "https://pixelly.example/report", True),
        ("portal", "http://pixelly.example/report", False),
        ("portal", "https://", False),
        ("portal", "pixelly.example/report", False),
        ("phone", "+32155504919", True),
        ("phone", "0032155504919", False),
        ("phone", "+32 155 504", False),
        ("phone", "+1234567890123456", False),
        ("webhook", "https://hooks.a.example/in", True),
        ("webhook", "http://127.0.0.1:8025/in", True),
        ("webhook", "http://localhost:8025/in", True),
        ("webhook", "http://[::1]:8025/in", True),
        ("webhook", "http://hooks.a.example/in", False),
        ("webhook", "https://user:secret@hooks.a.example/in", False),
        ("webhook", "hooks.a.example", False),
        ("apprise", "mmost://host/token", True),
        ("apprise", "mmost", False),
        ("apprise", "mmost://host/a b", False),
    ],
)
def test_an_address_fits_its_channel(channel: str, address: str, fits: bool) -> None:
    text = HEADER + "\r\n" + line(channel=channel, address=address)
    if fits:
        assert read(text)[0].address == address
    else:
        with pytest.raises(errors.InvalidInput, match="line 2: address: "):
            read(text)


def test_a_domain_has_one_owner() -> None:
    other = {"platform_id": "p-2", "platform_name": "Other", "domains": "b.example CDN.zurnal.example"}
    found = faults(line(), line(**other), line(**other, channel="phone", address="+3225550199"))
    assert found == {"line 3": "domains: CDN.zurnal.example is p-001's already, in line 2"}


def test_the_same_domain_in_another_script_is_the_same() -> None:
    found = faults(line(), line(platform_id="p-2", domains="xn--urnlfrum-bza6po2d.example"))
    assert "p-001's already" in found["line 3"]


def test_a_platform_says_the_same_in_all_its_rows() -> None:
    found = faults(line(), line(contact_order="2", kind="public", home_state="BE"))
    assert found == {"line 3": "kind, home_state: not as in line 2, though the platform is the same"}


def test_a_contact_says_the_same_in_all_its_rows() -> None:
    found = faults(line(), line(contact_name="Day desk", hours="24/7", channel="phone", address="+3225550199"))
    assert found == {"line 3": "contact_name, hours: not as in line 2, though the contact is the same"}


def test_a_contact_has_an_address_once() -> None:
    assert faults(line(), line()) == {"line 3": "address: the same contact has it in line 2 already"}


def test_all_faults_come_at_once_in_the_order_of_lines() -> None:
    found = faults(line(hours="always", home_state="lu"), "a,b\r\n", line(contact_order="2", channel="fax"), "\r\n")
    assert list(found) == ["line 2", "line 3", "line 4", "line 5"]
    assert found["line 2"].count(";") >= 1
    assert found["line 3"] == "has 2 cells instead of 15"
    assert found["line 5"] == "the line is empty"


def test_a_cell_over_several_lines_does_not_shift_the_count() -> None:
    found = faults(line(platform_id="p-2", domains="", contact_name="a\nb"), line(hours="always"))
    assert list(found) == ["line 2", "line 4"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "missing: platform_id"),
        ("platform_id;platform_name\r\n", "missing:"),
        (HEADER.replace("hours", "opening"), "missing: hours; not known: opening"),
        (HEADER.replace("platform_id,platform_name", "platform_name,platform_id"), "the order differs"),
        (HEADER + ",colour", "not known: colour"),
        (HEADER + "\r\n", "a header and no rows"),
        (HEADER, "a header and no rows"),
        (HEADER + '\r\n"', "is no CSV"),
        ("\x00\x01", "missing"),
    ],
)
def test_a_file_of_another_shape_is_refused(text: str, reason: str) -> None:
    with pytest.raises(errors.InvalidInput) as caught:
        read(text)
    assert reason in next(iter(caught.value.fields.values()))

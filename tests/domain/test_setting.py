"""Which texts an operator may give, and what is said of the others."""

from collections.abc import Callable

import pytest

from crisis.domain import setting

Check = Callable[[str], str]


@pytest.mark.parametrize(
    ("check", "given", "used"),
    [
        (setting.base_url, "https://desk.example/", "https://desk.example"),
        (setting.database_url, "postgresql://desk@db.example/crisis", None),
        (setting.broker_url, "amqps://broker.example/", None),
        (setting.smtp_url, "smtps://ann:secret@mail.example?connections=256&tls=none", None),
        (setting.imap_url, "imaps://ann:secret@mail.example/INBOX", None),
        (setting.web_url, "http://watch.example/desk", None),
        (setting.own_or_web_url, "own", None),
        (setting.mail_address, "alerts@desk.example", None),
        (setting.time_zone, "Asia/Kathmandu", None),
        (setting.limits, "email rate=200/s", None),
    ],
)
def test_a_text_of_its_kind_is_given_back(check: Check, given: str, used: str | None) -> None:
    assert check(given) == (used or given)


@pytest.mark.parametrize(
    ("check", "given", "expected"),
    [
        (setting.base_url, "", "such as https://desk.example"),
        (setting.base_url, "https://desk.example/?a=b", "such as https://desk.example"),
        (setting.database_url, "mysql://db.example/crisis", "postgresql://"),
        (setting.broker_url, "http://broker.example", "redis://"),
        (setting.smtp_url, "mail.example:25", "smtp://host:port"),
        (setting.smtp_url, "smtp://mail.example?connections=0", "from 1 to 256"),
        (setting.smtp_url, "smtp://mail.example?connections=many", "from 1 to 256"),
        (setting.smtp_url, "smtp://mail.example?tls=maybe", "tls is none"),
        (setting.imap_url, "imaps://mail.example/INBOX", "imaps://user"),
        (setting.web_url, "own", "https:// with a host"),
        (setting.own_or_web_url, "theirs", "https:// with a host"),
        (setting.mail_address, "alerts@desk.example, ann@desk.example", "one mail address"),
        (setting.mail_address, "alerts@desk.example\r\nBcc: x", "one mail address"),
        (setting.time_zone, "Europe/Atlantis", "tz database"),
        (setting.time_zone, "../../etc/passwd", "tz database"),
        (setting.limits, "email rate=fast", "rate"),
    ],
)
def test_another_is_refused_with_what_is_expected(check: Check, given: str, expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        check(given)


@pytest.mark.parametrize(
    "check",
    [
        *(setting.database_url, setting.broker_url, setting.smtp_url, setting.imap_url),
        *(setting.web_url, setting.own_or_web_url, setting.mail_address, setting.limits),
    ],
)
def test_what_may_be_left_out_may_be_empty(check: Check) -> None:
    assert check("") == ""


@pytest.mark.parametrize(("url", "count"), [("smtp://mail.example", 16), ("smtp://h?connections=4", 4), ("", 16)])
def test_a_mail_host_has_sixteen_connections_unless_it_says_otherwise(url: str, count: int) -> None:
    assert setting.smtp_connections(url) == count


def test_names_of_a_list_stand_between_commas_or_spaces() -> None:
    assert setting.words("10.0.0.0/8, hooks.example  ::1") == ["10.0.0.0/8", "hooks.example", "::1"]
    assert setting.words(["hooks.example"]) == ["hooks.example"]

"""What can be written to, what may be connected to, what may be shown."""

import contextlib
import re
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis import errors
from crisis.domain import alert
from crisis.notify import addresses


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Pixelly.example.", "pixelly.example"),
        ("bücherkanal.example", "xn--bcherkanal-9db.example"),
        ("ΦΌΡΟΥΜΠΛΑΤΕΊΑ.example", "xn--kxadbo2afujg9agj2f.example"),
        ("faß.example", "xn--fa-hia.example"),
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]", "::1"),
    ],
)
def test_a_host_becomes_ascii(given: str, expected: str) -> None:
    assert addresses.to_ascii(given) == expected


@given(st.from_regex(addresses._ORDINARY, fullmatch=True) | st.from_regex(r"[a.-]{1,66}@[a0.-]{1,66}", fullmatch=True))
def test_the_short_way_for_ordinary_mail_addresses_comes_to_the_same(text: str) -> None:
    def read() -> addresses.MailAddress | None:
        with contextlib.suppress(errors.InvalidInput):
            return addresses.mail_address.__wrapped__(text)
        return None

    short = read()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(addresses, "_ORDINARY", re.compile("(?!)"))
        assert read() == short


@pytest.mark.parametrize(
    "rubbish", ["", ".", "a b", "-x.example", "x" * 64 + ".example", "a..b", "\u202eelpmaxe.x", "<b>"]
)
def test_what_is_not_a_host_is_refused(rubbish: str) -> None:
    with pytest.raises(errors.InvalidInput, match="not a"):
        addresses.to_ascii(rubbish)


def test_the_domain_of_a_mailbox_is_sent_in_ascii() -> None:
    mailbox = addresses.mail_address("crisis1@žurnálfórum.example")
    assert str(mailbox) == "crisis1@xn--urnlfrum-bza6po2d.example"
    assert not mailbox.needs_smtputf8


def test_a_local_part_beyond_ascii_needs_smtputf8() -> None:
    mailbox = addresses.mail_address("e\u0301lodie@pixelly.example")
    assert (mailbox.local, mailbox.needs_smtputf8) == ("élodie", True)


@pytest.mark.parametrize(
    "rubbish",
    [
        "",
        "nobody",
        "@x.example",
        "a@",
        "a b@x.example",
        "a@b@x.example",
        "a@[127.0.0.1]",
        "a@127.0.0.1",
        "a..b@x.example",
        "a@x.example\r\nBcc: b@y.example",
        "a\u202e@x.example",
        "<a@x.example>",
        "a,b@x.example",
        "é" * 33 + "@x.example",
    ],
)
def test_what_is_not_one_mailbox_is_refused(rubbish: str) -> None:
    with pytest.raises(errors.InvalidInput):
        addresses.mail_address(rubbish)


@pytest.mark.parametrize(
    ("channel", "address", "shown"),
    [
        (alert.Channel.EMAIL, "crisis1@pixelly.example", "c•••1@pixelly.example"),
        (alert.Channel.EMAIL, "ab@pixelly.example", "a•••@pixelly.example"),
        (alert.Channel.WEBHOOK, "https://hooks.pixelly.example/crisis?key=secret", "https://hooks.pixelly.example/•••"),
        (alert.Channel.PHONE, "+32155504919", "+32 ••• 19"),
        (alert.Channel.PORTAL, "https://pixelly.example/report", "https://pixelly.example/report"),
        (alert.Channel.APPRISE, "slack://TokenA/TokenB/TokenC/#alerts", "slack://•••"),
    ],
)
def test_an_address_is_shown_masked(channel: alert.Channel, address: str, shown: str) -> None:
    assert addresses.mask(channel, address) == shown


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "239.255.255.255",
        "255.255.255.255",
        "240.0.0.1",
        "198.18.0.1",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
    ],
)
def test_no_address_but_a_public_one_is_public(address: str) -> None:
    assert not addresses.is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_a_public_address_is_public_also_when_wrapped(address: str) -> None:
    assert addresses.is_public(ip_address(address))


def _check(
    url: str, *found: str, networks: tuple[str, ...] = (), hosts: tuple[str, ...] = ()
) -> addresses.PinnedTarget:
    allowed = [ip_network(one) for one in networks]
    return addresses.check_destination(url, allowed_networks=allowed, allowed_hosts=hosts, resolve=lambda _: found)


def test_a_webhook_is_pinned_to_the_address_that_was_checked() -> None:
    target = _check("https://hooks.bücherkanal.example/a/b?c=d", "8.8.8.8", "8.8.4.4")
    assert target == addresses.PinnedTarget(
        url="https://hooks.bücherkanal.example/a/b?c=d",
        scheme="https",
        host="hooks.xn--bcherkanal-9db.example",
        port=443,
        path="/a/b?c=d",
        ip="8.8.8.8",
    )


def test_one_private_address_among_public_ones_refuses_the_host() -> None:
    with pytest.raises(errors.InvalidInput, match="CRISIS_OUTBOUND_ALLOW"):
        _check("https://hooks.pixelly.example/", "8.8.8.8", "10.0.0.1")


def test_a_network_or_a_host_can_be_allowed_then_even_without_tls() -> None:
    assert _check("http://127.0.0.1:8025/x", "127.0.0.1", networks=("127.0.0.0/8",)).port == 8025
    assert _check("http://hooks.internal/x", "10.0.0.9", hosts=("hooks.internal",)).ip == "10.0.0.9"


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.pixelly.example/",
        "ftp://pixelly.example/",
        "https://",
        "https://a:b@pixelly.example/",
        "javascript:1",
        "https://pixelly.example:99999/",
        "https://pixelly.example/a b",
        "https://pixelly.example/\r\nX: y",
        "https://[::1",
    ],
)
def test_an_address_that_must_not_be_posted_to_is_refused(url: str) -> None:
    with pytest.raises(errors.InvalidInput):
        _check(url, "8.8.8.8")


def test_a_name_without_address_is_a_fault_that_may_pass() -> None:
    with pytest.raises(OSError, match="no address"):
        _check("https://hooks.pixelly.example/")


def test_a_suffix_can_not_be_owned_but_that_of_a_company_can() -> None:
    assert addresses.is_public_suffix("co.uk")
    assert addresses.is_public_suffix("example")
    assert not addresses.is_public_suffix("pixelly.example")
    assert not addresses.is_public_suffix("github.io")


@pytest.mark.parametrize(
    ("host", "expected"),
    [("localhost", True), ("127.8.8.8", True), ("[::1]", True), ("10.0.0.1", False), ("localhost.example", False)],
)
def test_loopback_is_known_by_name_and_number(host: str, expected: bool) -> None:
    assert addresses.is_loopback(host) is expected

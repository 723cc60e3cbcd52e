"""URL keys: what is dropped, what is kept, what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis import errors
from crisis.domain import urls


def to_ascii(host: str) -> str:
    return host.encode("idna").decode("ascii")


@pytest.mark.parametrize(
    ("address", "content_key", "dropped"),
    [
        ("https://a.example/v/1", "https://a.example/v/1", ()),
        ("HTTPS://A.Example/V/1", "https://a.example/V/1", ("scheme in capitals", "host in capitals")),
        ("https://a.example:443/", "https://a.example/", ("default port dropped",)),
        ("http://a.example:80/", "http://a.example/", ("default port dropped",)),
        ("http://a.example:443/", "http://a.example:443/", ()),
        ("https://a.example:/", "https://a.example/", ("default port dropped",)),
        ("https://a.example", "https://a.example/", ("empty path read as /",)),
        ("https://a.example?q=1", "https://a.example/?q=1", ("empty path read as /",)),
        ("https://a.example./x", "https://a.example/x", ("dot after the host dropped",)),
        (
            "https://a.example/x?utm_source=c#t=3",
            "https://a.example/x",
            ("utm_source dropped", "fragment #t=3 dropped"),
        ),
        ("https://a.example/x?b=2&fbclid=1&a=1", "https://a.example/x?b=2&a=1", ("fbclid dropped",)),
        ("https://a.example/x?UTM_Medium=m&v=7", "https://a.example/x?v=7", ("UTM_Medium dropped",)),
        ("https://a.example/x#:~:text=boo", "https://a.example/x", ("fragment #:~:text=boo dropped",)),
        ("https://a.example/x#part-2", "https://a.example/x#part-2", ()),
        ("https://a.example/x#!/v/9", "https://a.example/x#!/v/9", ()),
        ("https://a.example/x#t=3&v=9", "https://a.example/x#t=3&v=9", ()),
        ("https://a.example/x#T", "https://a.example/x#T", ()),
        ("https://a.example/x?t=3", "https://a.example/x?t=3", ()),
        ("https://a.example/x?", "https://a.example/x?", ()),
        ("https://a.example/x?b&a=&b=", "https://a.example/x?b&a=&b=", ()),
        ("https://a.example/A/../%7Eb//c", "https://a.example/A/../%7Eb//c", ()),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/ä", ("host in its IDNA form",)),
        ("https://xn--bcher-kva.example/ä", "https://xn--bcher-kva.example/ä", ()),
        ("https://[2001:DB8::1]:8443/x", "https://[2001:db8::1]:8443/x", ("host in capitals",)),
        ("https://192.0.2.7/x", "https://192.0.2.7/x", ()),
    ],
)
def test_the_key_of_an_address(address: str, content_key: str, dropped: tuple[str, ...]) -> None:
    key = urls.key(address, to_ascii)
    assert key.content_key == content_key
    assert key.dropped == dropped
    assert key.url == address


@pytest.mark.parametrize(
    "parameter",
    [
        "utm_source",
        "utm_campaign",
        "utm_anything",
        "fbclid",
        "gclid",
        "dclid",
        "msclkid",
        "mc_cid",
        "mc_eid",
        "igshid",
        "yclid",
        "_hsenc",
        "_hsmi",
    ],
)
def test_a_tracking_parameter_is_no_part_of_the_key(parameter: str) -> None:
    key = urls.key(f"https://a.example/x?{parameter}=1&v=2", to_ascii)
    assert key.content_key == "https://a.example/x?v=2"
    assert key.dropped == (f"{parameter} dropped",)


@pytest.mark.parametrize("parameter", ["utm", "ref", "si", "feature", "source", "id", "fbclid2"])
def test_a_parameter_that_may_choose_the_content_stays(parameter: str) -> None:
    assert urls.key(f"https://a.example/x?{parameter}=1", to_ascii).content_key == f"https://a.example/x?{parameter}=1"


@pytest.mark.parametrize(
    "defanged",
    [
        "hxxps://a[.]example/v/1.html",
        "hXXps://a.example/v/1.html",
        "hxxps[:]//a[.]example/v/1[.]html",
        "https[://]a(.)example/v/1.html",
        "h**ps://a[dot]example/v/1.html",
        "https://a{.}example/v/1.html",
    ],
)
def test_a_defanged_address_is_armed_again(defanged: str) -> None:
    key = urls.key(defanged, to_ascii)
    assert key.url == key.content_key == "https://a.example/v/1.html"
    assert key.host == "a.example"


def test_a_path_keeps_what_only_looks_defanged() -> None:
    assert urls.refang("https://a.example/x(.)y(dot)z") == "https://a.example/x(.)y(dot)z"


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("", "empty"),
        ("a.example/v/1", "begins with http"),
        ("mailto:x@a.example", "begins with http"),
        ("ftp://a.example/x", r"Only http:// and https://.*not ftp://"),
        ("javascript://a.example/%0aalert(1)", "Only http"),
        ("https:///x", "no host"),
        ("https://", "no host"),
        ("https://user:pw@a.example/x", "user name"),
        ("https://a.example\\@b.example/x", "user name"),
        ("https://a.example\\b/x", "no domain name"),
        ("https://a..example/x", "no domain name"),
        ("https://-a.example/x", "no domain name"),
        ("https://a%2eexample/x", "no domain name"),
        (f"https://{'a' * 64}.example/x", "no domain name"),
        ("https://ü..example/x", "no domain name"),
        ("https://a.example:99999/x", "no valid port"),
        ("https://a.example:x/x", "no valid port"),
        ("https://a.example:0/x", "no valid port"),
        ("https://[::g]/x", "IPv6"),
        ("https://a.example/x y", "blank"),
        ("https://a.example/x\u202ey", r"U\+202E"),
        ("https://a.example/x\x00", r"U\+0000"),
        ("https://a.example/" + "x" * 4096, "longer than 4096"),
    ],
)
def test_what_is_no_address_is_refused_with_the_reason(address: str, reason: str) -> None:
    with pytest.raises(errors.InvalidInput, match=reason):
        urls.key(address, to_ascii)


def test_the_host_for_routing_is_bare() -> None:
    assert urls.key("https://[2001:db8::1]/x", to_ascii).host == "2001:db8::1"
    assert urls.key("https://WWW.Bücher.example:8443/x", to_ascii).host == "www.xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://www.a.example/v.1?x=b.c", "hxxps://www[.]a[.]example/v.1?x=b.c"),
        ("HTTP://a.example", "hxxp://a[.]example"),
        ("a.example", "a[.]example"),
    ],
)
def test_a_shown_address_is_not_clickable(address: str, expected: str) -> None:
    assert urls.defang(address) == expected


paths = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=30).filter(
    lambda path: "[.]" not in path
)


@given(paths)
def test_a_key_is_its_own_key(rest: str) -> None:
    content_key = urls.key(f"https://a.example/{rest}", to_ascii).content_key
    assert urls.key(content_key, to_ascii).content_key == content_key


@given(paths)
def test_arming_undoes_defanging(rest: str) -> None:
    address = f"https://www.a.example/{rest}"
    assert urls.refang(urls.defang(address)) == address

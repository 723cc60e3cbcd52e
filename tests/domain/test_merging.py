"""Items given several times become one, and nothing of them is lost."""

from hypothesis import given
from hypothesis import strategies as st

from crisis.domain import merging, urls
from crisis.domain.declaration import GivenItem
from crisis.domain.hashes import Algorithm, Hash
from crisis.domain.merging import Distinct, Merged
from tests.domain.registries import to_ascii

A64, B64, C32, D32 = "a" * 64, "b" * 64, "c" * 32, "d" * 32


def merge(*items: GivenItem, known: frozenset[str] = frozenset()) -> tuple[list[Distinct], list[Merged]]:
    distinct, merged = merging.merge(items, to_ascii=to_ascii, known=known)
    return list(distinct), list(merged)


def distinct(url: str, sha256: str | None = None, md5: str | None = None, pdq: str | None = None) -> Distinct:
    key = urls.key(url, to_ascii)
    return Distinct(key.content_key, key.url, key.host, sha256, md5, pdq)


def alone(sha256: str | None = None, md5: str | None = None, pdq: str | None = None) -> Distinct:
    key = f"sha256:{sha256}" if sha256 else f"pdq:{pdq}" if pdq else f"md5:{md5}"
    return Distinct(key, None, None, sha256, md5, pdq)


def test_two_spellings_become_one_with_the_hashes_of_both() -> None:
    first = GivenItem("https://a.example/x", sha256=A64)
    second = GivenItem("HTTPS://A.example/x?utm_source=c", md5=C32)
    items, merged = merge(first, second)
    assert items == [distinct("https://a.example/x", sha256=A64, md5=C32)]
    assert merged == [Merged("https://a.example/x", second, "scheme in capitals, host in capitals, utm_source dropped")]


def test_the_first_spelling_is_the_one_that_is_kept() -> None:
    items, merged = merge(GivenItem("https://a.example/x#t=3"), GivenItem("https://a.example/x"))
    assert items[0].url == "https://a.example/x#t=3"
    assert items[0].content_key == "https://a.example/x"
    assert merged[0].why == "fragment #t=3 dropped"


def test_the_same_line_twice_is_said_to_be() -> None:
    given = GivenItem("https://a.example/x")
    assert merge(given, given)[1] == [Merged("https://a.example/x", given, "the same line twice")]


def test_a_contradicting_hash_becomes_an_item_of_its_own() -> None:
    second = GivenItem("https://a.example/x", sha256=B64, md5=C32)
    items, merged = merge(GivenItem("https://a.example/x", sha256=A64), second)
    assert items == [distinct("https://a.example/x", sha256=A64, md5=C32), alone(sha256=B64)]
    assert merged[0].why == "the same line twice; another sha256, listed by itself"


def test_the_same_hash_twice_is_one_item() -> None:
    second = GivenItem(sha256=A64, md5=C32)
    items, merged = merge(GivenItem(sha256=A64), second)
    assert items == [alone(sha256=A64, md5=C32)]
    assert merged == [Merged(f"sha256:{A64}", second, "the same hash twice")]


def test_a_hash_is_named_by_its_strongest_algorithm() -> None:
    items, _ = merge(GivenItem(md5=C32, pdq=B64), GivenItem(md5=D32), GivenItem(md5=C32, pdq=A64, sha256=A64))
    assert [item.content_key for item in items] == [f"pdq:{B64}", f"md5:{D32}", f"sha256:{A64}"]


def test_a_hash_of_an_address_may_also_stand_alone() -> None:
    items, merged = merge(GivenItem("https://a.example/x", sha256=A64), GivenItem(sha256=A64))
    assert items == [distinct("https://a.example/x", sha256=A64), alone(sha256=A64)]
    assert merged == []


def test_an_exact_item_keeps_its_own_address_as_its_key() -> None:
    split = GivenItem("https://a.example/x#t=3", exact=True)
    items, merged = merge(GivenItem("https://a.example/x"), split)
    assert [item.content_key for item in items] == ["https://a.example/x", "https://a.example/x#t=3"]
    assert items[1].host == "a.example"
    assert merged == []


def test_what_the_incident_holds_is_merged_into_it() -> None:
    known = frozenset({"https://a.example/x", f"sha256:{A64}", f"md5:{C32}"})
    named = GivenItem("https://a.example/x?fbclid=1", sha256=B64, md5=C32)
    hashed = GivenItem(sha256=A64, md5=D32)
    items, merged = merge(named, hashed, known=known)
    assert items == [alone(sha256=B64), alone(md5=D32)]
    assert merged == [
        Merged("https://a.example/x", named, "named in this incident before"),
        Merged(f"sha256:{A64}", hashed, "named in this incident before"),
    ]


def test_the_order_is_the_one_given() -> None:
    items, _ = merge(GivenItem(md5=C32), GivenItem("https://b.example/"), GivenItem("https://a.example/"))
    assert [item.content_key for item in items] == [f"md5:{C32}", "https://b.example/", "https://a.example/"]


some_urls = st.sampled_from(
    [
        f"https://{host}/{path}"
        for host in ("a.example", "A.example", "b.example")
        for path in ("x", "x#t=1", "x?utm_a=1")
    ]
)
some_hashes = st.none() | st.sampled_from([A64, B64])
given_items = st.builds(
    GivenItem,
    url=st.none() | some_urls,
    sha256=some_hashes,
    md5=st.none() | st.sampled_from([C32, D32]),
    pdq=some_hashes,
    exact=st.booleans(),
).filter(lambda item: bool(item.url or item.sha256 or item.md5 or item.pdq))


def names(item: GivenItem | Distinct) -> set[str]:
    return {Hash(Algorithm(algorithm), value).key for algorithm, value in merging.hashes_of(item).items()}


@given(st.lists(given_items, max_size=12))
def test_merging_loses_neither_an_address_nor_a_hash(items: list[GivenItem]) -> None:
    found, merged = merge(*items)
    keys = [item.content_key for item in found]
    assert len(keys) == len(set(keys))
    assert set().union(*map(names, items)) == set().union(*map(names, found))
    by_key = {urls.key(item.content_key, to_ascii).content_key for item in found if item.url}
    assert by_key == {urls.key(item.url, to_ascii).content_key for item in items if item.url}
    assert all(one.kept in keys for one in merged)
    assert len(items) <= len(found) + len(merged)


@given(st.lists(given_items, max_size=12))
def test_what_was_merged_is_known_the_next_time(items: list[GivenItem]) -> None:
    found, _ = merge(*items)
    known = frozenset({item.content_key for item in found}.union(*map(names, found)))
    again, merged = merge(*items, known=known)
    assert again == []
    assert len(merged) == len(items)

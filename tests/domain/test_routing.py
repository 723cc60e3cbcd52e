"""The owner of a host is the platform with the longest domain, by whole labels."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis.domain.registry import Platform
from crisis.domain.routing import Router


def platform(number: int, *domains: str) -> Platform:
    return Platform(UUID(int=number), f"p-{number}", f"P {number}", "company", "video", "BE", ("en",), domains)


ROUTER = Router([platform(1, "a.example"), platform(2, "cdn.a.example", "b.example"), platform(3, "c.co.example")])


@pytest.mark.parametrize(
    ("host", "owner"),
    [
        ("a.example", "p-1"),
        ("www.a.example", "p-1"),
        ("x.y.a.example", "p-1"),
        ("cdn.a.example", "p-2"),
        ("eu.cdn.a.example", "p-2"),
        ("b.example", "p-2"),
        ("c.co.example", "p-3"),
        ("xa.example", None),
        ("co.example", None),
        ("example", None),
        ("a.example.test", None),
        ("", None),
        ("192.0.2.1", None),
    ],
)
def test_the_owner_of_a_host(host: str, owner: str | None) -> None:
    found = ROUTER.owner(host)
    assert (found and found.registry_id) == owner


names = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=4).map(".".join)


@given(st.lists(names, unique=True, max_size=8), names)
def test_the_longest_parent_by_whole_labels_wins(domains: list[str], host: str) -> None:
    router = Router([platform(number, domain) for number, domain in enumerate(domains)])
    parents = [domain for domain in domains if host == domain or host.endswith("." + domain)]
    owner = router.owner(host)
    assert (owner.domains[0] if owner else None) == max(parents, key=len, default=None)

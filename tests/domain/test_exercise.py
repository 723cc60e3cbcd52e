"""Which hosts an exercise may name."""

import pytest

from crisis.domain import exercise


@pytest.mark.parametrize("host", ["a.example", "example", "x.y.test", "a.invalid", "localhost", "www.example.org"])
def test_reserved_hosts_may_be_named(host: str) -> None:
    assert exercise.may_name(host)


@pytest.mark.parametrize("host", ["", "real.com", "example.de", "myexample.com", "example.com.evil.org", "127.0.0.1"])
def test_real_hosts_may_not(host: str) -> None:
    assert not exercise.may_name(host)

"""Tests that the proxy breaks what it says it breaks, and nothing else."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.faults.proxy import Proxy


@pytest.fixture
def echo() -> Iterator[int]:
    """A server that says back what it hears."""
    server = socket.create_server(("127.0.0.1", 0))

    def talk(one: socket.socket) -> None:
        with one:
            while data := one.recv(100):
                one.sendall(data)

    def accept() -> None:
        while True:
            try:
                one, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=(one,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield server.getsockname()[1]
    server.shutdown(socket.SHUT_RDWR)
    server.close()


@pytest.fixture
def proxy(echo: int) -> Iterator[Proxy]:
    with Proxy(echo) as one:
        yield one


def client(proxy: Proxy) -> socket.socket:
    one = socket.create_connection(("127.0.0.1", proxy.port), timeout=5)
    one.sendall(b"hello")
    assert one.recv(100) == b"hello"
    return one


def test_it_carries_both_ways(proxy: Proxy) -> None:
    client(proxy).close()


def test_it_delays_each_way(proxy: Proxy) -> None:
    with client(proxy) as one:
        proxy.delay = 0.2
        started = time.monotonic()
        one.sendall(b"again")
        assert one.recv(100) == b"again"
        assert time.monotonic() - started >= 0.4


@pytest.mark.parametrize("way", ["deaf", "dumb"])
def test_it_swallows_one_way_and_cuts_the_link_when_it_heals(proxy: Proxy, way: str) -> None:
    with client(proxy) as one:
        setattr(proxy, way, True)
        one.sendall(b"lost")
        one.settimeout(0.3)
        with pytest.raises(TimeoutError):
            one.recv(100)
        proxy.heal()
        one.settimeout(5)
        assert one.recv(100) == b""
    client(proxy).close()


def test_links_that_are_open_are_dead_and_new_ones_work(proxy: Proxy) -> None:
    with client(proxy) as old:
        proxy.black_hole(now_open_only=True)
        client(proxy).close()
        old.sendall(b"lost")
        old.settimeout(0.3)
        with pytest.raises(TimeoutError):
            old.recv(100)


def test_it_cuts(proxy: Proxy) -> None:
    with client(proxy) as one:
        proxy.cut()
        assert one.recv(100) == b""

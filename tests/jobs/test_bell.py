"""Tests of the bell: it never waits, never raises, and one ring is enough."""

import threading
import time
from typing import Any

import pytest

from crisis import config
from crisis.domain.alert import Queue
from crisis.jobs import app as jobs_app
from crisis.jobs import bell, names


class Broker:
    """What a bell publishes to."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.open.set()
        self.rung: list[tuple[str, str]] = []
        self.fails = False

    def send_task(self, name: str, *, args: list[str], queue: str, **_: Any) -> None:
        self.open.wait(10)
        if self.fails:
            raise ConnectionError("no broker")
        assert args == [queue]
        self.rung.append((name, queue))


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
def hung(broker: Broker) -> bell.Bell:
    return bell.Bell(broker)  # type: ignore[arg-type]


def test_a_ring_leaves_in_the_background(hung: bell.Bell, broker: Broker) -> None:
    hung.ring(Queue.MAIL)
    hung.close(5)
    assert broker.rung == [(names.DRAIN, "mail")]


def test_a_ring_without_a_name_is_for_all_queues(hung: bell.Bell, broker: Broker) -> None:
    hung.ring()
    hung.close(5)
    assert broker.rung == [(names.DRAIN, "mail"), (names.DRAIN, "other")]


def test_rings_that_come_while_one_is_published_become_one(hung: bell.Bell, broker: Broker) -> None:
    broker.open.clear()
    hung.ring(Queue.MAIL)
    time.sleep(0.05)  # its thread has taken the first
    for _ in range(100):
        hung.ring(Queue.MAIL)
    broker.open.set()
    hung.close(5)
    assert 1 <= len(broker.rung) <= 2


def test_nobody_waits_for_a_broker_that_hangs(hung: bell.Bell, broker: Broker) -> None:
    broker.open.clear()
    began = time.monotonic()
    hung.ring(Queue.MAIL)
    hung.close(0.1)
    assert time.monotonic() - began < 1
    broker.open.set()


def test_a_dead_broker_raises_nothing_and_the_next_ring_is_heard(hung: bell.Bell, broker: Broker) -> None:
    broker.fails = True
    hung.ring(Queue.MAIL)
    hung.close(5)
    broker.fails = False
    hung.ring(Queue.OTHER)
    hung.close(5)
    assert broker.rung == [(names.DRAIN, "other")]


def test_without_a_bell_a_ring_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bell, "_hung", None)
    bell.ring(Queue.MAIL)
    bell.close(0)


def test_a_real_publisher_gives_up_on_a_dead_broker_within_seconds() -> None:
    settings = config.load({}, broker_url="redis://127.0.0.1:1/0", secret_key="given, so that none is made")
    hung = bell.Bell(jobs_app.publisher(settings))
    began = time.monotonic()
    hung.ring(Queue.MAIL)
    hung.close(10)
    assert time.monotonic() - began < 5

"""Tests of the Celery app: its settings hold for every kind of broker."""

from pathlib import Path

import pytest

from crisis import config
from crisis.jobs import app as jobs_app
from tests.faults.broker import Broker

REDIS = ["redis://h:6379/0", "rediss://u:p@h/1", "sentinel://h:26379", "redis+socket:///run/valkey.sock"]


def _settings(url: str) -> config.Settings:
    return config.load({}, broker_url=url, secret_key="given, so that none is made")


@pytest.mark.parametrize("url", REDIS)
def test_on_redis_a_ring_of_a_dead_worker_comes_back_within_minutes(url: str) -> None:
    conf = jobs_app.create(_settings(url)).conf
    assert conf.broker_transport_options["visibility_timeout"] == 120
    assert conf.broker_transport_options["unacked_restore_interval"] == 5
    assert conf.broker_transport_options["unacked_restore_throttle"] == 1
    assert conf.task_time_limit * 2 < conf.broker_transport_options["visibility_timeout"]
    assert conf.worker_disable_prefetch is True


def test_another_broker_is_not_given_the_options_of_redis() -> None:
    conf = jobs_app.create(_settings("amqp://guest:guest@h//")).conf
    assert "visibility_timeout" not in conf.broker_transport_options
    assert conf.worker_disable_prefetch is False


@pytest.mark.parametrize("url", [*REDIS, "amqp://h//"])
def test_every_wait_of_a_publisher_ends_within_two_seconds(url: str) -> None:
    conf = jobs_app.publisher(_settings(url)).conf
    options = conf.broker_transport_options
    waits = [value for name, value in options.items() if name.endswith("timeout") and name != "visibility_timeout"]
    assert all(value <= 2 for value in [*waits, conf.broker_connection_timeout])
    assert conf.task_publish_retry is False


def test_a_task_is_never_pickled_and_keeps_no_result() -> None:
    conf = jobs_app.create(_settings("")).conf
    assert (conf.task_serializer, conf.accept_content) == ("json", ["json"])
    assert (conf.task_ignore_result, conf.result_backend) == (True, None)


def test_a_worker_knows_the_two_tasks_and_the_two_queues() -> None:
    app = jobs_app.create(_settings(""))
    app.loader.import_default_modules()
    assert {name for name in app.tasks if name.startswith("crisis.")} == {"crisis.drain", "crisis.mark_probe"}
    assert set(app.amqp.queues) == {"mail", "other"}


def test_a_long_data_folder_still_gives_a_socket_that_can_be_made(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("data") / ("x" * 200)
    settings = config.load({}, data_dir=folder, secret_key="given, so that none is made")
    assert len(str(settings.valkey_socket)) <= 100
    assert settings.broker == f"redis+socket://{settings.valkey_socket}"
    again = config.load({}, data_dir=folder, secret_key="given, so that none is made")
    assert again.valkey_socket == settings.valkey_socket


def test_a_ring_for_mail_reaches_no_other_queue() -> None:
    queues = jobs_app.create(_settings("amqp://h//")).amqp.queues
    assert {name: (queue.exchange.name, queue.routing_key) for name, queue in queues.items()} == {
        "mail": ("mail", "mail"),
        "other": ("other", "other"),
    }


def test_a_broker_that_is_full_or_gone_does_not_count_as_one_that_answers(tmp_path: Path) -> None:
    broker = Broker(tmp_path)
    broker.start()
    try:
        publisher = jobs_app.publisher(_settings(broker.url))
        jobs_app.answers(publisher)
        assert broker.say("CONFIG", "SET", "maxmemory", "1").startswith("+OK")
        with pytest.raises(Exception, match="maxmemory"):
            jobs_app.answers(publisher)
        assert broker.say("CONFIG", "SET", "maxmemory", "0").startswith("+OK")
        jobs_app.answers(publisher)
    finally:
        broker.stop()
    with pytest.raises(Exception, match="refused"):
        jobs_app.answers(publisher)

"""One look at RabbitMQ as the broker, where it is installed: the bell rings, and the workers send."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.parts import registries, samples
from tests.parts.mail_sink import MailSink
from tests.parts.running import Running, free_port, until_true

SERVER = shutil.which("rabbitmq-server")

pytestmark = [
    pytest.mark.flow,
    pytest.mark.skipif(SERVER is None, reason="no RabbitMQ here; on Debian: apt-get install rabbitmq-server"),
]


@pytest.fixture
def rabbit() -> Iterator[str]:
    """The URL of a RabbitMQ of the test's own."""
    port = free_port()
    folder = Path(tempfile.mkdtemp(prefix="crisis-rabbit-"))
    folder.chmod(0o777)  # started by root it becomes a user of its own, who reaches nothing of pytest's
    own = {
        "RABBITMQ_NODENAME": f"tests{port}@localhost",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
    }
    assert SERVER is not None
    with (folder / "said").open("wb") as said:
        server = subprocess.Popen(
            [SERVER], env=os.environ | own, cwd=folder, stdout=said, stderr=said, start_new_session=True
        )
    try:
        until_true(lambda: _answers(port), seconds=90, what=lambda: (folder / "said").read_text()[-2000:])
        yield f"amqp://guest:guest@127.0.0.1:{port}//"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as one:
            one.sendall(b"AMQP\x00\x00\x09\x01")
            return bool(one.recv(1))
    except OSError:
        return False


def test_the_bell_rings_over_rabbitmq_and_the_workers_send(rabbit: str, tmp_path: Path) -> None:
    with MailSink() as mail:
        desk = Running(tmp_path / "desk", smtp_url=mail.url, broker_url=rabbit)
        try:
            desk.start()
            registry = desk.folder / "registry.csv"
            registry.write_text(registries.text(20, 40), encoding="utf-8")
            desk.cli("platforms", "import", str(registry))
            body = samples.declaration(items=registries.items(5, 20), exercise=True)
            body.pop("occurred_at")
            desk.cli("declare", "-", "--json", given=json.dumps(body))
            until_true(lambda: len(mail.copies()) == 40, seconds=60, what="not every mail has come")
            owners = {one["owner"].partition("@")[0] for one in desk.rows("SELECT DISTINCT owner FROM attempt")}
            assert "mail" in owners, owners  # not the metronome alone, which needs no broker
            desk.stop()
        finally:
            desk.destroy()

"""The sinks as their user sees them: processes that are started, set, asked and stopped."""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.parts.running import free_port

ROOT = Path(__file__).parents[1]


class Sink:
    """One sink, started with ``module`` and stopped at the end of the block."""

    def __init__(self, module: str, *arguments: str) -> None:
        self.port, control = free_port(), free_port()
        command = [sys.executable, "-m", module, "--port", str(self.port), "--control", str(control), *arguments]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"ready\n", f"{module} did not start"
        self._connection = socket.create_connection(("127.0.0.1", control), 30)
        self._replies = self._connection.makefile()

    def __enter__(self) -> "Sink":
        return self

    def __exit__(self, *_: object) -> None:
        self._replies.close()
        self._connection.close()
        self.process.terminate()
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def ask(self, order: str, **given: Any) -> Any:
        self._connection.sendall(f"{order} {json.dumps(given)}\n".encode())
        return json.loads(self._replies.readline())

    def wait_for(self, what: str, count: int, *, seconds: float) -> dict[str, Any]:
        """Its counts once it has seen ``count`` of something, or when the time is up."""
        until = time.monotonic() + seconds
        while (counts := self.ask("tell"))[what] < count and time.monotonic() < until:
            time.sleep(0.01)
        return counts

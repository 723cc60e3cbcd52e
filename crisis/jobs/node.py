"""Who a sending process is: node, boot and process id, as written on its claims and beats."""

import os
import secrets
import socket
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Node:
    """One worker or metronome on one host. Two that run at once must not have the same name.

    ``boot`` is made once a start, before the fork, so that the processes of one worker share it.
    """

    name: str
    boot: str = field(default_factory=lambda: secrets.token_hex(4))

    @property
    def owner(self) -> str:
        """The name for the claims of the process that asks."""
        return f"{self.name}/{self.boot}/{os.getpid()}"


def metronome() -> Node:
    """This process as a metronome; any number may run on one host, so the process id is in the name."""
    return Node(f"metronome-{os.getpid()}@{socket.gethostname()}")

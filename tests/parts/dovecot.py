"""A real IMAP server of a test: Debian's Dovecot, with one account, on loopback, gone with the block."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

USER, PASSWORD = "desk", "a-p@ss/word"

_CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
log_path = {folder}/log
{tls}
disable_plaintext_auth = no
default_login_user = {login}
default_internal_user = {internal}
default_internal_group = {internal}
mail_location = maildir:{folder}/mail
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = 0
imap_capability = {capability}
passdb {{
  driver = static
  args = password={{PLAIN}}{password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
"""


@dataclass(frozen=True)
class Server:
    """``drop`` delivers as a mail server on the same machine does."""

    port: int
    folder: Path

    @property
    def url(self) -> str:
        return f"imap://{USER}:a-p%40ss%2Fword@127.0.0.1:{self.port}/INBOX"

    def drop(self, raw: bytes) -> None:
        box = self.folder / "mail"
        name = f"{time.time_ns()}.{os.getpid()}.tests"
        (box / "tmp" / name).write_bytes(raw)
        (box / "tmp" / name).chmod(0o666)
        (box / "tmp" / name).rename(box / "new" / name)

    def waiting(self) -> int:
        """How many mails are in the folder that is read."""
        return sum(1 for part in ("new", "cur") for _ in (self.folder / "mail" / part).iterdir())

    def handled(self) -> int:
        """How many were put away."""
        parts = [self.folder / "mail" / ".Handled" / part for part in ("new", "cur")]
        return sum(1 for part in parts if part.exists() for _ in part.iterdir())


@contextlib.contextmanager
def running(*, capability: str = "", certificate: Path | None = None) -> Iterator[Server]:
    """A server; ``capability`` replaces what it says that it can, a certificate (with its key) makes it offer TLS."""
    program = shutil.which("dovecot") or shutil.which("/usr/sbin/dovecot")
    if program is None or os.getuid() != 0:
        pytest.skip("needs Dovecot and root: apt-get install dovecot-imapd")
    folder = Path(tempfile.mkdtemp(prefix="crisis-imap-"))
    owner = pwd.getpwnam("nobody")
    for part in ("tmp", "new", "cur"):
        (folder / "mail" / part).mkdir(parents=True)
    with contextlib.closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    names = {one.pw_name for one in pwd.getpwall()}
    text = _CONFIG.format(
        folder=folder,
        port=port,
        uid=owner.pw_uid,
        gid=owner.pw_gid,
        password=PASSWORD,
        capability=capability,
        tls=f"ssl = yes\nssl_cert = <{certificate}\nssl_key = <{certificate}" if certificate else "ssl = no",
        login="dovenull" if "dovenull" in names else "nobody",
        internal="dovecot" if "dovecot" in names else "nobody",
    )
    (folder / "dovecot.conf").write_text(text, encoding="utf-8")
    for path in (folder, *folder.rglob("*")):
        os.chown(path, owner.pw_uid, owner.pw_gid)
    folder.chmod(0o755)
    command = [program, "-F", "-c", folder / "dovecot.conf"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _until_open(port, process, folder)
        yield Server(port, folder)
    finally:
        process.terminate()
        process.wait(timeout=10)
        shutil.rmtree(folder, ignore_errors=True)


def _until_open(port: int, process: "subprocess.Popen[bytes]", folder: Path) -> None:
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            if connection.recv(4).startswith(b"* OK"):
                return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise AssertionError((folder / "log").read_text() if (folder / "log").exists() else "Dovecot does not answer")

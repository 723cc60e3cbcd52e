"""The data folder of one run: writable, and held by one `crisis up` at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crisis import errors

_LOCK = "up.lock"
_RUN = "run"


@contextmanager
def held(data_dir: Path) -> Iterator[Path]:
    """The folder for pid files, while no other `crisis up` holds the data folder.

    The kernel lets the lock go when this process ends, however it ends.

    Raises:
        StartFailed: the folder can't be written, or another `crisis up` runs on it.
    """
    try:
        run = data_dir / _RUN
        run.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(data_dir / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise errors.StartFailed(
            f"The data folder {data_dir} can't be written ({error.strerror}). Set CRISIS_DATA_DIR to one that can."
        ) from None
    try:
        _take(descriptor, data_dir)
        yield run
    finally:
        os.close(descriptor)


def _take(descriptor: int, data_dir: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip() or "unknown"
        raise errors.StartFailed(
            f"Another `crisis up` (process {holder}) runs on {data_dir}. Stop it, or set another CRISIS_DATA_DIR."
        ) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)

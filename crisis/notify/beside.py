"""Work that blocks, done in a thread beside the event loop that nobody has to wait for."""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


async def run(work: Callable[[], Found], *, name: str) -> Found:
    """What ``work`` gives or raises. A thread of its own: one that hangs takes no other's place."""
    running = asyncio.get_running_loop()
    answer: asyncio.Future[Found] = running.create_future()

    def tell(found: Found | None, error: Exception | None) -> None:
        if answer.done():  # given up meanwhile
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(found)  # type: ignore[arg-type]

    def do() -> None:
        found, failure = None, None
        try:
            found = work()
        except Exception as error:  # a door: it is raised on the loop, where somebody waits
            failure = error
        try:
            running.call_soon_threadsafe(tell, found, failure)
        except RuntimeError:
            return  # the loop has ended meanwhile

    threading.Thread(target=do, name=name, daemon=True).start()
    return await answer

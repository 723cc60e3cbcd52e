"""The addresses of a host, asked of the system's resolver."""

import asyncio
import socket
import threading


async def resolve(host: str) -> list[str]:
    """In the resolver's order. It knows no time limit itself, so it runs in a thread that nobody has to wait for.

    Raises:
        OSError: there is none.
    """
    running = asyncio.get_running_loop()
    answer: asyncio.Future[list[str]] = running.create_future()

    def tell(found: list[str], error: Exception | None) -> None:
        if answer.done():
            return
        if found:
            answer.set_result(found)
        else:
            answer.set_exception(OSError(str(error or "no address")))

    def look_up() -> None:
        found: list[str] = []
        failure: Exception | None = None
        try:
            entries = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            found = list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in entries))
        except (OSError, UnicodeError) as error:
            failure = error
        try:
            running.call_soon_threadsafe(tell, found, failure)
        except RuntimeError:
            return  # the loop has ended meanwhile

    threading.Thread(target=look_up, name="resolve", daemon=True).start()
    return await answer

"""How a sink is told what to do and asked what it has seen: one line of JSON each way, over a port of its own."""

import argparse
import asyncio
import contextlib
import json
import signal
from collections.abc import Awaitable, Callable
from typing import Any

#: What an order does; it gets what was sent with the order.
Order = Callable[[dict[str, Any]], Any]


def arguments(description: str | None) -> argparse.ArgumentParser:
    """The options that every sink has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--control", type=int, required=True)
    parser.add_argument("--max-seconds", type=float, default=3600, help="then nobody is left who could stop it")
    return parser


def run(given: argparse.Namespace, orders: dict[str, Order], listen: Callable[[], Awaitable[Any]]) -> None:
    """Serve until a signal comes: ``listen`` opens the sink's own port, the control port takes the orders."""
    serving = _serve(given, orders, listen)
    try:
        import uvloop
    except ImportError:
        asyncio.run(serving)
    else:
        uvloop.run(serving)


async def _serve(given: argparse.Namespace, orders: dict[str, Order], listen: Callable[[], Awaitable[Any]]) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    kept = await listen()
    asker = await asyncio.start_server(lambda r, w: _obey(orders, r, w), "127.0.0.1", given.control)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    print("ready", flush=True)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), given.max_seconds)
    asker.close()
    del kept


async def _obey(orders: dict[str, Order], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(asyncio.CancelledError):  # the sink is stopped
        while line := await reader.readline():
            name, _, given = line.decode().strip().partition(" ")
            writer.write(json.dumps(orders[name](json.loads(given or "{}"))).encode() + b"\n")
            await writer.drain()
        writer.close()

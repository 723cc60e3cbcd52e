"""Baseline (b): a plain loop over Apprise, one notification after the other, without its throttle.

``python -m bench.apprise_loop --url mailto://… --count 60`` prints its seconds and CPU seconds as one line of JSON;
``{number}`` in the address is filled with the number of the message.
"""

import argparse
import json
import time

import apprise
from apprise.plugins.base import NotifyBase

from bench import letter


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--count", type=int, default=60)
    given = parser.parse_args()
    for plugin in (NotifyBase, *apprise.plugins.N_MGR.plugins()):
        plugin.request_rate_per_sec = 0  # by default it waits seconds between two messages
    start, cpu = time.perf_counter(), time.process_time()
    for number in range(given.count):
        one = apprise.Apprise()
        assert one.add(given.url.format(number=number)), given.url
        body = letter.html(f"Desk {number}", f"Platform {number}", letter.link(number))
        assert one.notify(title="EXERCISE", body=body, body_format=apprise.NotifyFormat.HTML), "refused"
    print(json.dumps({"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu}))


if __name__ == "__main__":
    main()

"""Fan-outs by signed webhook: over a line with a round trip, and with hosts that hang."""

from collections.abc import Generator
from uuid import UUID

import standardwebhooks

from bench import peers
from bench.desk import Desk
from bench.figures import Goal, Sample
from bench.place import HOSTS, WEB_CONNECTIONS, Place
from crisis.notify import links
from tests.parts import registries
from tests.parts.running import SECRET

COUNT = 2_000
DELAY_MS = 50
_LINE = WEB_CONNECTIONS / (DELAY_MS / 1000)
_HANGING = HOSTS // 20  # 5 %

LINE = [
    Goal("rate", "from the declaration until every outcome is durable", "/s"),
    Goal(
        "share",
        f"÷ {WEB_CONNECTIONS} connections ÷ {DELAY_MS} ms = {_LINE:,.0f}/s, first POST to last",
        "share",
        0.85,
        0.95,
        True,
    ),
    Goal("whole_share", "the same from the declaration until every outcome is durable", "share"),
    Goal("to_apprise", "÷ (b) loop over Apprise, unsigned: {apprise:,.0f}/s ({apprise_count:,.0f} sent)", "×"),
    Goal("cpu", "for 1,000, all processes; (b) {apprise_cpu:.2f}", "CPU s"),
    Goal("connections", f"connections at once, of {WEB_CONNECTIONS}", "", WEB_CONNECTIONS),
    Goal("opened", "connections opened", ""),
    Goal("unsigned", "of {sampled:,.0f} looked at, signatures that don't verify", "", 0),
]


def line(place: Place) -> Generator[Sample, None, None]:
    """2,000 webhooks to one host with 50 ms a round trip."""
    apprise_count = 40
    registry = _registry(place, hosts=1)
    while True:
        place.web.ask("set", delay_ms=DELAY_MS, hanging=0)
        with place.desk(registry) as desk:
            ours = desk.fan_out(place.web, COUNT, items=registries.items(20, COUNT), seconds=120)
            kept = place.web.ask("kept")
            wrong = sum(not _verifies(desk, head, body) for head, body in kept)
        apprise = peers.apprise_hooks(place.web, place.hook(0, hosts=1), apprise_count)
        yield {
            "rate": ours.a_second,
            "share": ours.count / (ours.seen["last"] - ours.seen["first"]) / _LINE,
            "whole_share": ours.a_second / _LINE,
            "cpu": ours.cpu_a_thousand,
            "connections": ours.seen["most"],
            "opened": ours.seen["connections"],
            "apprise": apprise.a_second,
            "apprise_cpu": apprise.cpu_a_thousand,
            "apprise_count": apprise_count,
            "to_apprise": ours.a_second / apprise.a_second,
            "sampled": len(kept),
            "unsigned": wrong,
        }


HANGING = [
    Goal("seconds", "healthy ones done after; {alone:.2f} s where none hangs", "s"),
    Goal("ratio", f"with {_HANGING} of {HOSTS} hosts hanging ÷ without", "ratio", 1.10, 1.02),
    Goal("hung", "requests that hang", ""),
]


def hanging(place: Place) -> Generator[Sample, None, None]:
    """2,000 webhooks to 400 hosts, of which 5 % take the request and answer after 30 s."""
    registry = _registry(place, hosts=HOSTS)
    while True:
        alone = _healthy(place, registry, hanging=0)
        seconds = _healthy(place, registry, hanging=_HANGING)
        yield {
            "alone": alone,
            "seconds": seconds,
            "ratio": seconds / alone,
            "hung": place.web.ask("tell")["hung"],
        }


def _healthy(place: Place, registry: str, *, hanging: int) -> float:
    """Seconds from the declaration until the last of the healthy hosts has answered."""
    healthy = COUNT - COUNT // HOSTS * hanging
    place.web.ask("set", delay_ms=DELAY_MS, hanging=0)
    with place.desk(registry) as desk:
        place.web.ask("set", hang_s=30, hanging=hanging)
        ref = desk.declare(registries.items(20, COUNT))["ref"]
        seen = place.web.wait_for("distinct", healthy, seconds=90)
        assert seen["distinct"] == healthy, seen
        # the same healthy share in both runs, so that only the company differs
        ((declared,),) = desk.query(f"SELECT declared_at FROM incident WHERE ref = '{ref}'")
        return float(seen["last"] - declared.timestamp())


def _registry(place: Place, *, hosts: int) -> str:
    return registries.hooks([place.hook(number, hosts=hosts) for number in range(COUNT)])


def _verifies(desk: Desk, head: str, body: str) -> bool:
    """Whether a webhook is signed as its receiver would check it."""
    lines = [one.partition(":") for one in head.split("\r\n")[1:]]
    headers = {name.lower(): value.strip() for name, _, value in lines}
    ((endpoint, generation),) = desk.query(
        "SELECT endpoint.id, secret_generation FROM endpoint JOIN alert ON alert.endpoint_id = endpoint.id "
        f"WHERE alert.id = '{UUID(headers['webhook-id'])}'"
    )
    secret = links.webhook_secret(SECRET, UUID(str(endpoint)), generation)
    try:
        standardwebhooks.Webhook(secret).verify(body, headers)
    except standardwebhooks.WebhookVerificationError:
        return False
    return True

"""Tests of the metrics: every one is there, each changes with its cause, none names anybody."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.ctx import AppContext

from crisis import config
from crisis.domain import alert, declaration
from crisis.notify import addresses
from crisis.notify import canary as probe_texts
from crisis.notify.sender import Envelope
from crisis.store import attempts, db, processes, rota
from crisis.store.models import Alert, Attempt, Mail, Receipt, Timer
from crisis.web import metrics
from crisis.workflows import canary, declare, deliver, figures, tokens, watch
from tests.parts import samples
from tests.parts.clock import FakeClock
from tests.parts.rows import rows
from tests.parts.sending import Died, KeepingRoom, KeepingSender
from tests.web import site


class Desk:
    """A desk whose metrics are scraped."""

    def __init__(self, settings: config.Settings, clock: FakeClock) -> None:
        self.settings = settings.model_copy(update={"canary_mail": "probe@desk.example", "canary_webhook": "own"})
        self.clock = clock

    def scrape(self) -> dict[str, float]:
        text = metrics.exposition(figures.read(settings=self.settings, now=self.clock.now())).decode()
        lines = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in lines}

    def room(self, outcome: alert.Outcome = alert.Outcome.ACCEPTED, **parts: Any) -> KeepingRoom:
        def answer(_envelope: Envelope) -> alert.Outcome:
            return outcome

        return KeepingRoom(self.settings, self.clock, KeepingSender(answer, **parts))

    def declare(self) -> None:
        samples.add(*samples.registry(2))
        body = samples.declaration()
        parsed = declaration.parse(body, now=self.clock.now(), to_ascii=addresses.to_ascii)
        declare.declare(parsed, settings=self.settings, now=self.clock.now(), actor="cli")

    def beat(self, *roles: str) -> None:
        with db.transaction() as session:
            for role in roles:
                processes.beat(session, role=role, node=f"{role}@one", boot="1", now=self.clock.now())


@pytest.fixture
def desk(desk_db: AppContext, settings: config.Settings, clock: FakeClock) -> Desk:
    return Desk(settings, clock)


def _waits(desk: Desk) -> None:
    desk.declare()
    desk.clock.advance(seconds=7)


def _sent(desk: Desk) -> None:
    desk.declare()
    desk.clock.advance(seconds=3)
    deliver.drain(alert.Queue.MAIL, room=desk.room())


def _refused(desk: Desk) -> None:
    desk.declare()
    deliver.drain(alert.Queue.MAIL, room=desk.room(alert.Outcome.PERMANENT))


def _killed(desk: Desk) -> None:
    desk.declare()
    with pytest.raises(Died):
        deliver.drain(alert.Queue.MAIL, room=desk.room(dies_after=1))
    desk.clock.advance(seconds=16)
    deliver.drain(alert.Queue.MAIL, room=desk.room())


def _killed_and_late(desk: Desk) -> None:
    _killed(desk)
    with db.transaction() as session:
        one = session.scalars(sa.select(Attempt).where(Attempt.outcome == "unknown")).first()
        assert one is not None
        one.late_outcome, one.late_at = "accepted", desk.clock.now()


def _beats(desk: Desk) -> None:
    desk.beat("metronome", "sweep", "worker:mail", "worker:other")
    desk.clock.advance(seconds=4)


def _timer_waits(desk: Desk) -> None:
    desk.declare()
    with db.transaction() as session:
        session.execute(sa.update(Timer).values(due_at=desk.clock.now() - timedelta(seconds=9)))


def _timer_fired(desk: Desk) -> None:
    desk.declare()
    now = desk.clock.now()
    with db.transaction() as session:
        session.execute(sa.update(Timer).values(due_at=now - timedelta(seconds=3), ended_at=now, state="fired"))


def _probed(desk: Desk) -> None:
    canary.plan(settings=desk.settings, now=desk.clock.now())
    for one in rows(Alert, Alert.channel == "webhook"):
        canary.arrive(one.id, now=desk.clock.now() + timedelta(seconds=1))
    desk.clock.advance(seconds=2)
    for queue in alert.Queue:
        deliver.drain(queue, room=desk.room())


def _probes_refused(desk: Desk) -> None:
    canary.plan(settings=desk.settings, now=desk.clock.now())
    deliver.drain(alert.Queue.MAIL, room=desk.room(alert.Outcome.PERMANENT))


def _watched(desk: Desk) -> None:
    with db.transaction() as session:
        rota.take(session, rota.HEARTBEAT_SENT, every=timedelta(0), now=desk.clock.now())
    desk.clock.advance(seconds=5)


def _alarmed(desk: Desk) -> None:
    watch.alarm_of_faults(settings=desk.settings, now=desk.clock.now())


def _came_back(desk: Desk) -> None:
    now = desk.clock.now()
    with db.transaction() as session:
        session.add(
            Mail(
                key="k",
                sha256="0",
                size=1,
                message_id="m",
                received_at=now,
                kind="reply",
                sender="ann@pixelly.example",
                sender_name="Ann",
                subject="Re",
                text="",
                shortened=False,
                attachments=[],
                original="",
                state="open",
            )
        )
        session.add(Receipt(key="r", source="mail", about="a", status="failed", code="", detail="", received_at=now))


CAUSES: list[tuple[Callable[[Desk], None], dict[str, float]]] = [
    (
        _waits,
        {
            'crisis_oldest_due_alert_age_seconds{queue="mail"}': 7,
            'crisis_oldest_due_alert_age_seconds{queue="other"}': 0,
            'crisis_alerts_due{queue="mail"}': 2,
            'crisis_alerts{channel="email",state="planned"}': 2,
            "crisis_first_alerts_unattempted": 2,
            'crisis_first_attempt_seconds_bucket{le="+Inf"}': 0,
        },
    ),
    (
        _sent,
        {
            'crisis_oldest_due_alert_age_seconds{queue="mail"}': 0,
            'crisis_alerts{channel="email",state="planned"}': 0,
            'crisis_alerts{channel="email",state="accepted"}': 2,
            'crisis_attempts_total{channel="email",outcome="accepted"}': 2,
            'crisis_first_attempt_seconds_bucket{le="2"}': 0,
            'crisis_first_attempt_seconds_bucket{le="5"}': 2,
            'crisis_first_attempt_seconds_bucket{le="+Inf"}': 2,
            "crisis_first_attempt_seconds_gcount": 2,
            "crisis_first_attempt_seconds_gsum": 6,
            "crisis_first_alerts_unattempted": 0,
        },
    ),
    (
        _refused,
        {
            'crisis_alerts{channel="email",state="failed"}': 2,
            'crisis_attempts_total{channel="email",outcome="permanent"}': 2,
        },
    ),
    (
        _killed,
        {
            "crisis_unknown_attempts_total": 2,
            "crisis_lease_expiries_total": 2,
            "crisis_fenced_finishes_total": 0,
            'crisis_attempts_total{channel="email",outcome="unknown"}': 2,
        },
    ),
    (_killed_and_late, {"crisis_fenced_finishes_total": 1}),
    (
        _beats,
        {
            "crisis_metronome_age_seconds": 4,
            "crisis_sweep_age_seconds": 4,
            'crisis_workers_alive{queue="mail"}': 1,
            'crisis_worker_age_seconds{queue="mail"}': 4,
            'crisis_worker_age_seconds{queue="other"}': 4,
        },
    ),
    (_timer_waits, {"crisis_timers_overdue": 2, "crisis_oldest_timer_age_seconds": 9}),
    (
        _timer_fired,
        {
            "crisis_timers_overdue": 0,
            'crisis_timer_lateness_seconds_bucket{le="2"}': 0,
            'crisis_timer_lateness_seconds_bucket{le="5"}': 2,
            "crisis_timer_lateness_seconds_gcount": 2,
            "crisis_timer_lateness_seconds_gsum": 6,
        },
    ),
    (
        _probed,
        {
            'crisis_canary_success{channel="email"}': 1,
            'crisis_canary_success{channel="webhook"}': 1,
            'crisis_canary_age_seconds{channel="email"}': 2,
            'crisis_canary_seconds{channel="webhook"}': 1,
            'crisis_alerts{channel="email",state="accepted"}': 0,  # outside every figure
            'crisis_attempts_total{channel="email",outcome="accepted"}': 0,
        },
    ),
    (_probes_refused, {'crisis_canary_success{channel="email"}': 0}),
    (_watched, {"crisis_heartbeat_age_seconds": 5}),
    (_alarmed, {'crisis_faults{fault="metronome"}': 1, 'crisis_faults{fault="workers"}': 2}),
    (
        _came_back,
        {
            'crisis_mails_received_total{kind="reply"}': 1,
            "crisis_mails_open": 1,
            'crisis_receipts_total{source="mail",status="failed"}': 1,
        },
    ),
]


@pytest.mark.parametrize(("cause", "figures_after"), CAUSES, ids=[cause.__name__ for cause, _ in CAUSES])
def test_each_metric_changes_with_its_cause(
    desk: Desk, cause: Callable[[Desk], None], figures_after: dict[str, float]
) -> None:
    before = desk.scrape()
    cause(desk)
    after = desk.scrape()
    assert {name: after.get(name) for name in figures_after} == pytest.approx(figures_after, abs=0.02)
    assert any(before.get(name) != after.get(name) for name in figures_after)


def test_every_metric_is_covered_above(sqlite_db: AppContext, settings: config.Settings, clock: FakeClock) -> None:
    desk = Desk(settings, clock)
    text = metrics.exposition(figures.read(settings=desk.settings, now=clock.now())).decode()
    names = set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))
    covered = {re.sub(r"_bucket$", "", name.partition("{")[0]) for _, expected in CAUSES for name in expected}
    assert names - covered == set()


def test_probes_and_old_incidents_are_not_in_the_histograms(desk: Desk) -> None:
    _sent(desk)
    desk.clock.advance(timedelta(hours=24, seconds=1))
    assert desk.scrape()["crisis_first_attempt_seconds_gcount"] == 0


def test_no_label_names_anybody(desk: Desk) -> None:
    _sent(desk)
    _came_back(desk)
    _beats(desk)
    text = metrics.exposition(figures.read(settings=desk.settings, now=desk.clock.now())).decode()
    for word in ("@", "pixelly", "INC-", "Ann", "one", str(rows(Alert)[0].id)):
        assert word not in "".join(re.findall(r"\{[^}]*\}", text)), word


def test_the_words_by_which_an_expired_lease_is_told_are_those_that_are_written(desk: Desk) -> None:
    """The count reads the detail of the attempt; this holds the two together."""
    _killed(desk)
    assert {one.detail for one in rows(Attempt, Attempt.outcome == "unknown")} == {attempts.LEASE_RAN_OUT}


def test_a_monitor_needs_a_token_unless_it_is_on_this_host(website: site.Website) -> None:
    client = website.anonymous()
    near = client.get("/metrics", environ_base={"REMOTE_ADDR": "127.0.0.1"})
    assert near.status_code == 200
    assert near.content_type.startswith("text/plain; version=")
    assert "crisis_metronome_age_seconds" in near.get_data(as_text=True)
    proxied = {"X-Forwarded-For": "203.0.113.9"}
    assert client.get("/metrics", headers=proxied, environ_base={"REMOTE_ADDR": "127.0.0.1"}).status_code == 401
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 401
    with website.app.app_context():
        given = tokens.add("monitor", scopes=["metrics"], now=website.clock.now(), actor="cli")
    bearer = {"Authorization": f"Bearer {given.token}"}
    far = client.get("/metrics", headers=bearer, environ_base={"REMOTE_ADDR": "203.0.113.9"})
    assert far.status_code == 200


def test_the_desks_own_sink_takes_its_probes_and_nobody_elses(website: site.Website) -> None:
    settings = website.settings.model_copy(update={"canary_webhook": "own"})
    with website.app.app_context():
        canary.plan(settings=settings, now=website.clock.now())
        (probe,) = rows(Alert)
    path = f"/canary/{probe_texts.token(settings.secret_key)}"
    client = website.anonymous()
    assert client.post("/canary/guess", headers={"webhook-id": str(probe.id)}).status_code == 404
    assert client.post(path).status_code == 422
    with website.app.app_context():
        assert rows(Alert)[0].delivered_at is None
    assert client.post(path, headers={"webhook-id": str(probe.id)}).status_code == 204
    with website.app.app_context():
        assert rows(Alert)[0].delivered_at == website.clock.now()

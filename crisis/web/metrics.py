"""Metrics: the desk's figures as Prometheus reads them, collected at each scrape and kept nowhere."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeHistogramMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from crisis.domain import alert, canary, watch
from crisis.store.figures import Histogram
from crisis.workflows.figures import Figures

CONTENT_TYPE = CONTENT_TYPE_LATEST

_KINDS = [kind.value for kind in watch.Kind if kind is not watch.Kind.MAIL_UNSET]


def exposition(figures: Figures) -> bytes:
    """The text of one scrape. Labels hold words of ours alone: no name, no address, no id."""
    registry = CollectorRegistry()
    registry.register(_Figures(figures))
    return generate_latest(registry)


class _Figures(Collector):
    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        yield from self._delivery()
        yield from self._trouble()
        yield from self._processes()
        yield from self._timers()
        yield from self._probes()
        yield from self._incoming()

    def _delivery(self) -> Iterator[Metric]:
        found, signs = self._figures, self._figures.signs
        ages = {queue.value: _age(signs.now, signs.oldest_due.get(queue)) or 0.0 for queue in alert.Queue}
        yield _gauge("crisis_oldest_due_alert_age_seconds", "How long the oldest due alert waits.", "queue", ages)
        waiting = {queue.value: found.waiting.get(queue, 0) for queue in alert.Queue}
        yield _gauge("crisis_alerts_due", "Alerts that are due and wait for a worker.", "queue", waiting)
        yield _histogram(
            "crisis_first_attempt_seconds",
            "From declaration to the first attempt of first alerts, of the last 24 hours.",
            found.first_attempts,
        )
        yield GaugeMetricFamily(
            "crisis_first_alerts_unattempted",
            "First alerts of the last 24 hours that were never tried.",
            found.unattempted,
        )
        alerts = GaugeMetricFamily("crisis_alerts", "Alerts by channel and state.", labels=["channel", "state"])
        for labels, count in _every([one.value for one in alert.State], found.alerts):
            alerts.add_metric(labels, count)
        yield alerts
        attempts = CounterMetricFamily(
            "crisis_attempts", "Attempts by channel and outcome.", labels=["channel", "outcome"]
        )
        for labels, count in _every([one.value for one in alert.Outcome], found.attempts):
            attempts.add_metric(labels, count)
        yield attempts

    def _trouble(self) -> Iterator[Metric]:
        lost = self._figures.lost
        yield CounterMetricFamily("crisis_unknown_attempts", "Attempts that ended without a result.", lost.unknown)
        yield CounterMetricFamily("crisis_lease_expiries", "Attempts whose lease ran out.", lost.lease_expired)
        yield CounterMetricFamily(
            "crisis_fenced_finishes", "Results that came after their lease had run out, and moved nothing.", lost.fenced
        )
        raised = {kind: self._figures.alarms.get(kind, 0) for kind in _KINDS}
        yield _gauge("crisis_faults", "Faults of the desk that operators were told of, not over yet.", "fault", raised)

    def _processes(self) -> Iterator[Metric]:
        signs = self._figures.signs
        yield from _aged(
            "crisis_metronome_age_seconds", "Since the last beat of a metronome.", signs.now, signs.beat_at
        )
        yield from _aged("crisis_sweep_age_seconds", "Since the last sweep told of itself.", signs.now, signs.swept_at)
        alive = {queue.value: signs.alive(queue) for queue in alert.Queue}
        yield _gauge("crisis_workers_alive", "Workers that have beaten within 30 s.", "queue", alive)
        ages = {}
        for queue in alert.Queue:
            age = _age(signs.now, max(signs.workers.get(queue, {}).values(), default=None))
            if age is not None:
                ages[queue.value] = age
        yield _gauge("crisis_worker_age_seconds", "Since the last beat of a worker of the queue.", "queue", ages)

    def _timers(self) -> Iterator[Metric]:
        found, signs = self._figures, self._figures.signs
        yield GaugeMetricFamily("crisis_timers_overdue", "Armed timers that are due.", found.timers_overdue)
        age = _age(signs.now, signs.oldest_timer) or 0.0
        yield GaugeMetricFamily("crisis_oldest_timer_age_seconds", "How long the oldest due timer waits.", age)
        yield _histogram(
            "crisis_timer_lateness_seconds",
            "From the time of a timer to its firing, of the last 24 hours.",
            found.timer_lateness,
        )

    def _probes(self) -> Iterator[Metric]:
        found, now = self._figures, self._figures.signs.now
        well: dict[str, float] = {}
        ages: dict[str, float] = {}
        took: dict[str, float] = {}
        for sink in found.sinks:
            decided = canary.newest_decided(found.signs.probes, sink, now=now)
            if decided is None:
                continue
            said, probe = decided
            well[sink.channel.value] = float(said is canary.Verdict.OK)
            ages[sink.channel.value] = _age(now, probe.planned_at) or 0.0
            ended = probe.arrived_at if sink.returns else probe.accepted_at
            if ended is not None:
                took[sink.channel.value] = _age(ended, probe.planned_at) or 0.0
        yield _gauge("crisis_canary_success", "Whether the last decided probe succeeded.", "channel", well)
        yield _gauge("crisis_canary_age_seconds", "Since that probe was planned.", "channel", ages)
        yield _gauge("crisis_canary_seconds", "How long it took.", "channel", took)
        yield from _aged(
            "crisis_heartbeat_age_seconds", "Since the outside watcher was last told.", now, found.heartbeat_at
        )

    def _incoming(self) -> Iterator[Metric]:
        found = self._figures
        mails = CounterMetricFamily("crisis_mails_received", "Mails that came in, by kind.", labels=["kind"])
        for kind, count in sorted(found.mails.items()):
            mails.add_metric([kind], count)
        yield mails
        yield GaugeMetricFamily("crisis_mails_open", "Mails of people that wait for an officer.", found.mails_open)
        receipts = CounterMetricFamily(
            "crisis_receipts", "What hosts and providers said of alerts.", labels=["source", "status"]
        )
        for labels, count in sorted(found.receipts.items()):
            receipts.add_metric(labels, count)
        yield receipts


def _every(second: Iterable[str], found: Mapping[tuple[str, str], int]) -> Iterator[tuple[list[str], int]]:
    """A value for each pair, also where there is none yet: a rate can't be taken of what is absent."""
    pairs = {(channel.value, one) for channel in alert.Channel if channel not in alert.BY_PEOPLE for one in second}
    for channel, one in sorted(pairs | found.keys()):
        yield [channel, one], found.get((channel, one), 0)


def _gauge(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for one, value in values.items():
        family.add_metric([one], value)
    return family


def _aged(name: str, text: str, now: datetime, at: datetime | None) -> Iterator[Metric]:
    """An age; absent before the first time."""
    family = GaugeMetricFamily(name, text)
    age = _age(now, at)
    if age is not None:
        family.add_metric([], age)
    yield family


def _histogram(name: str, text: str, found: Histogram) -> Metric:
    buckets = [(f"{bound:g}", float(count)) for bound, count in zip(found.bounds, found.upto, strict=True)]
    return GaugeHistogramMetricFamily(
        name, text, buckets=[*buckets, ("+Inf", float(found.count))], gsum_value=found.seconds
    )


def _age(now: datetime, at: datetime | None) -> float | None:
    return None if at is None else round(max(0.0, (now - at).total_seconds()), 3)

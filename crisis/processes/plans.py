"""The parts of a run: which processes a desk with these settings needs, and how each is started."""

import signal

from crisis import config
from crisis.domain import alert
from crisis.processes import valkey
from crisis.processes.part import Plan

#: What workers and metronome load; once, before they are forked.
SHARED = (
    "crisis.jobs.tasks",
    "crisis.jobs.worker",
    "celery.apps.worker",
    "celery.bin.worker",
    "crisis.workflows.escalate",
)

_CELERY = ["--quiet", "-A", "crisis.processes.worker", "worker"]


def broker(settings: config.Settings) -> list[Plan]:
    """The bundled Valkey, unless a broker is configured."""
    if settings.broker_url:
        return []
    return [Plan("valkey", valkey.arguments(settings), quiet=True, last=True, deadly=signal.SIGTERM)]


def web(*, host: str, port: int) -> Plan:
    """The web server."""
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    arguments = ["--config", "python:crisis.processes.web_server", "--bind", bind, "crisis.app:create_app()"]
    return Plan("web", arguments, module="gunicorn")


def senders(settings: config.Settings) -> list[Plan]:
    """What sends: a worker for each queue, and the metronome."""
    workers = [Plan(f"worker-{queue}", _worker(settings, queue), module="celery") for queue in alert.Queue]
    return [*workers, Plan("metronome", ["metronome"], module="crisis")]


def mailbox(settings: config.Settings) -> list[Plan]:
    """What reads the desk's mailbox, where one is set; the demo has no mail but its own."""
    if not settings.imap_url or settings.demo:
        return []
    return [Plan("mail-in", ["mail-in", "--watch"], module="crisis")]


def demo(*, smtp_port: int, webhook_port: int, speed: float) -> list[Plan]:
    """The mail catcher and the simulated platforms."""
    platforms = ["--webhook-port", str(webhook_port), "--speed", f"{speed:g}"]
    return [
        Plan("catcher", ["--smtp-port", str(smtp_port)], module="crisis.demo.catcher"),
        Plan("platforms", platforms, module="crisis.demo.platforms"),
    ]


def _worker(settings: config.Settings, queue: alert.Queue) -> list[str]:
    concurrency = settings.mail_processes if queue is alert.Queue.MAIL else 1
    return [
        *_CELERY,
        *("-Q", queue.value, "-n", f"{queue.value}@%h", "--concurrency", str(concurrency), "--loglevel", "WARNING"),
        # nothing here talks between workers: the rows do
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]

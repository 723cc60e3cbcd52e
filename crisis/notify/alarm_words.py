"""Alarms in words, for those who run the desk: what is wrong, and what to do about it."""

from datetime import timedelta

from crisis.domain import watch

_WELL = {
    watch.Kind.METRONOME: "a metronome beats again",
    watch.Kind.SWEEP: "the metronome sweeps again",
    watch.Kind.WORKERS: "a worker is alive again",
    watch.Kind.MAIL: "mail is accepted again",
    watch.Kind.WAITING: "nothing waits too long any more",
    watch.Kind.TIMERS: "timers fire in time again",
    watch.Kind.CANARY: "probes succeed again",
    watch.Kind.MAILBOX: "the mailbox is read again",
    watch.Kind.UNKNOWN: "no attempt of the last minutes ended without a result",
    watch.Kind.METRONOME_HOST: "its metronome beats again, or is no longer expected",
}


def sentence(fault: watch.Fault) -> str:
    """What is wrong, and what to do."""
    age = _age(fault.since)
    match fault.kind:
        case watch.Kind.METRONOME:
            return f"No metronome has beaten{age}: nobody is reminded. Start `crisis metronome`; read its log."
        case watch.Kind.SWEEP:
            return f"The metronome has not swept{age}: nobody is reminded. Look at its log and at the database."
        case watch.Kind.WORKERS:
            return (
                f"No worker of the queue “{fault.about}” has beaten{age}: alerts leave up to 10 s later. "
                f"Start `celery -A worker worker -Q {fault.about}`; look at the broker."
            )
        case watch.Kind.MAIL_UNSET:
            return "No mail host is set: every mail alert fails at once. Set CRISIS_SMTP_URL."
        case watch.Kind.MAIL:
            return (
                f"The last {fault.count} mails were not accepted ({fault.detail or 'no reason given'}). "
                "Look at the mail host and CRISIS_SMTP_URL; alerts by mail do not arrive."
            )
        case watch.Kind.WAITING:
            return (
                f"An alert of the queue “{fault.about}” has waited{age} and nothing takes it. "
                "Look at the workers, the broker and the mail host."
            )
        case watch.Kind.TIMERS:
            return f"A step of a ladder has been due{age}. Look at the metronome's log and at the database."
        case watch.Kind.CANARY:
            return (
                f"The probe by {fault.about} failed ({fault.detail or 'it did not arrive in time'}). "
                "Run `crisis preflight`."
            )
        case watch.Kind.MAILBOX:
            return (
                f"Nobody has read the mailbox{age}: replies and bounces wait there. "
                "Start `crisis mail-in --watch`; look at its log and at CRISIS_IMAP_URL."
            )
        case watch.Kind.UNKNOWN:
            return (
                f"{fault.count} attempts of the last minutes ended without a result: they may have arrived. "
                "They are sent again; find out what died."
            )
        case watch.Kind.METRONOME_HOST:
            return f"The metronome of the host {fault.about} has not beaten{age}; another one does its work."


def well_again(name: str) -> str:
    """What to say when the fault of that name is over."""
    kind, _, about = name.partition(":")
    try:
        words = _WELL.get(watch.Kind(kind), "well again")
    except ValueError:
        words = "well again"
    return f"{about}: {words}." if about else f"{words[:1].upper()}{words[1:]}."


def _age(since: timedelta | None) -> str:
    return "" if since is None else f" for {since.total_seconds():.0f} s"

"""A report's figures as sentences: the opening, and the three that stand large."""

from typing import Any

from crisis.domain import rfc3339
from crisis.reports import words

_CHANGED = ("removed", "disabled_in_eu", "restricted")


def opening(report: dict[str, Any]) -> str:
    """What happened, in a few sentences, each with its n."""
    totals, response = report["totals"], report["response"]
    asked = totals["asked"]
    started, acknowledged = response["declared_to_first_attempt"], response["declared_to_acknowledged"]
    done = response["named_to_done"]
    declared = date_and_clock(report["incident"]["declared_at"])
    told = [f"On {declared} the desk asked {asked} {_platforms(asked)} for help."]
    if started["max"] is not None:
        told.append(f"The last of {started['n']} first alerts was begun {duration(started['max'])} later.")
    if acknowledged["p50"] is not None:
        told.append(f"Half of the platforms had acknowledged within {duration(acknowledged['p50'])}.")
    elif asked:
        told.append(f"{acknowledged['n']} of {asked} acknowledged, fewer than half.")
    if asked:
        told.append(
            f"{done['within_target']} of {asked} were done within our aim of {report['incident']['aim_minutes']} "
            f"minutes; {done['censored']} had not finished {_end(report)}."
        )
    if totals["unreachable"]:
        told.append(f"{totals['unreachable']} could not be reached by any message.")
    if totals["informed"]:
        count = totals["informed"]
        told.append(f"{count} more {'was' if count == 1 else 'were'} informed by one mail each, and in no figure.")
    if report["incident"]["stood_down_at"]:
        end = time_of_day(report["incident"]["stood_down_at"], day=report["incident"]["declared_at"])
        told.append(f"It was stood down at {end} UTC.")
    return " ".join(told)


def figures(report: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Told, acted, rights: the figure, its name, what is in it."""
    totals = report["totals"]
    items, evidence = totals["items"], totals["evidence"]
    outcomes = items["by_outcome"]
    kinds = ", ".join(f"{words.plain(kind)} {count}" for kind, count in sorted(evidence.items())) or "none"
    rest = ", ".join(
        f"{count} {words.plain(state)}"
        for state, count in outcomes.items()
        if state not in (*_CHANGED, "already_gone", "kept", "withdrawn", "restored", "named")
    )
    return [
        (f"{totals['told']} of {totals['asked']}", "Told", f"Platforms by kind of evidence: {kinds}."),
        (
            f"{items['no_longer_public']} of {items['named']}",
            "Acted",
            f"addresses reported no longer public, of which {items['before_we_asked']} before we asked; "
            f"{items['open']} without an answer.",
        ),
        (
            f"{items['kept']} kept",
            "Rights",
            f"as lawful by the platform. {items['withdrawn']} withdrawn by us, {items['restored']} restored."
            + (f" The others: {rest}." if rest else ""),
        ),
    ]


def time_of_day(moment: str | None, *, day: str) -> str:
    """``02:02:11``, with its date where that is not the date of ``day``; for a column that says UTC in its head."""
    if not moment:
        return "–"
    at = rfc3339.read(moment)
    return f"{at:%H:%M:%S}" if at.date() == rfc3339.read(day).date() else f"{at:%d %b %H:%M:%S}"


def date_and_clock(moment: str | None) -> str:
    """``21 Nov 2026 02:02:11 UTC``."""
    return f"{rfc3339.read(moment):%d %b %Y %H:%M:%S} UTC" if moment else "–"


def duration(seconds: float | None) -> str:
    """``2.8 s``, ``38:47``, ``1:02:03``; a dash where there is none."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return f"{seconds:.1f} s"
    hours, rest = divmod(int(seconds), 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes:02}:{left:02}"


def _platforms(count: int) -> str:
    return "platform" if count == 1 else "platforms"


def _end(report: dict[str, Any]) -> str:
    return "at the stand-down" if report["status"] == "final" else "by now"

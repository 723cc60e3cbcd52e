"""A report as HTML: an article for the site's page, and a file that stands by itself."""

import functools
import itertools
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup

from crisis.domain import rfc3339
from crisis.reports import account, contents, curve, lanes, prose, waterfall, words

_WIDTHS = (900, 340)  # px; style shows the one that fits
_DESK_ACTS = ("items.named", "update.sent", "officer.told", "item.withdrawn", "call.made", "incident.reactivated")
_MOST_ROWS = 500  # of the account, and
_MOST_ITEMS = 1000  # of the items: a page that a browser shows at once; JSON and CSV hold all


def article(report: dict[str, Any]) -> Markup:
    """The report without a frame: for a page that brings the style."""
    return Markup(_environment().get_template("article.html").render(_values(report)))  # noqa: S704  # escaped inside


def page(report: dict[str, Any]) -> str:
    """One file with its style inside, that loads nothing: for mail, archive and print."""
    template = _environment().get_template("file.html")
    values = {"report": report, "article": article(report), "tlp_class": _tlp_class(report)}
    return template.render(values, style=Markup(style()))  # noqa: S704  # our own style


@functools.lru_cache(maxsize=1)
def style() -> str:
    """The site's style without its fonts, which a single file can't bring."""
    static = resources.files("crisis").joinpath("web", "static")
    tokens = static.joinpath("tokens.css").read_text(encoding="utf-8")
    kept = "\n".join(line for line in tokens.splitlines() if not line.startswith("@font-face"))
    return f"{kept}\n{static.joinpath('app.css').read_text(encoding='utf-8')}"


@functools.lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("crisis.reports"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(
        actor=words.actor,
        count=words.count,
        day=prose.date_and_clock,
        duration=prose.duration,
        search=words.search,
        words=words.plain,
    )
    return environment


def _values(report: dict[str, Any]) -> dict[str, Any]:
    end = _minutes(report, report["incident"]["stood_down_at"] or report["made_at"])
    acts = [_minutes(report, one["at"]) for one in report["timeline"] if one["kind"] in _DESK_ACTS and one["n"] > 2]
    told = account.rows(report["timeline"])
    responses, night, first = curve.of(report, end=end), lanes.of(report, end=end, moments=acts), waterfall.of(report)
    return {
        "report": report,
        "opening": prose.opening(report),
        "figures": prose.figures(report),
        "curve": responses,
        "curve_rows": curve.table(responses),
        "curve_drawn": _drawn(curve.draw(responses, width=width) for width in _WIDTHS),
        "lanes": night,
        "lanes_drawn": _drawn(lanes.draw(night, width=width) for width in _WIDTHS),
        "waterfall": first,
        "waterfall_rows": waterfall.table(first),
        "waterfall_is_whole": waterfall.is_whole(first),
        "waterfall_drawn": _drawn(waterfall.draw(first, width=width) for width in _WIDTHS),
        "account": told[:_MOST_ROWS],
        "account_count": len(told),
        "contents": list(itertools.islice(contents.rows(report), _MOST_ITEMS)),
        "contents_count": sum(len(one["platforms"]) or 1 for one in report["items"]),
        "clock": functools.partial(prose.time_of_day, day=report["incident"]["declared_at"]),
        "asked": [one for one in report["platforms"] if one["ask"] != "inform"],
        "informed": [one for one in report["platforms"] if one["ask"] == "inform"],
    }


def _drawn(charts: Any) -> Markup:
    return Markup("").join(Markup(chart) for chart in charts)  # noqa: S704  # drawn by us, words escaped


def _minutes(report: dict[str, Any], moment: str) -> float:
    start = rfc3339.read(report["incident"]["declared_at"])
    return max((rfc3339.read(moment) - start).total_seconds() / 60, 0.0)


def _tlp_class(report: dict[str, Any]) -> str:
    return f"tlp-{report['incident']['tlp'].lower().replace('+', '-')}"

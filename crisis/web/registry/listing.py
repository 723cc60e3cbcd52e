"""The list of platforms: found, filtered, in pages."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request

from crisis.domain import access
from crisis.store import platforms
from crisis.web import desk, guards
from crisis.web.registry import sheet

PAGE = 50


def add(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("", "list", list_platforms)


@guards.may(access.Action.READ_REGISTRY)
def list_platforms() -> Any:
    text, show = request.args.get("q", "").strip()[:200], request.args.get("show", "")
    lines = sheet.lines(platforms.snapshot(desk.session()), desk.now())
    found = sheet.matching(lines, text=text, show=show)
    start = _page_number() * PAGE - PAGE
    if start >= len(found):
        start = 0
    shown = found[start : start + PAGE]
    answered = platforms.last_answers(desk.session(), [line.platform.id for line in shown])
    return render_template(
        "registry/list.html",
        lines=shown,
        answered=answered,
        counts={
            "": len(lines),
            "stale": len(sheet.matching(lines, text="", show="stale")),
            "no-phone": len(sheet.matching(lines, text="", show="no-phone")),
            "office": len(sheet.matching(lines, text="", show="office")),
        },
        contacts=sum(line.contacts for line in lines),
        addresses=sum(line.addresses for line in lines),
        text=text,
        show=show,
        first=start + 1,
        last=start + len(shown),
        total=len(found),
        newer=_address(text, show, start // PAGE) if start else None,
        older=_address(text, show, start // PAGE + 2) if start + PAGE < len(found) else None,
        may_write=desk.allowed(access.Action.WRITE_REGISTRY),
    )


def _page_number() -> int:
    number = request.args.get("page", "1")
    return int(number) if number.isascii() and number.isdecimal() and int(number[:9]) > 0 else 1


def _address(text: str, show: str, page: int) -> str:
    parts = {"q": text, "show": show, "page": str(page) if page > 1 else ""}
    query = urlencode({name: value for name, value in parts.items() if value})
    return f"/registry?{query}" if query else "/registry"

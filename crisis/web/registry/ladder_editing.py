"""Edit one part of the ladders: rows added and taken out, tried on a platform, saved as a new version."""

from typing import Any

from flask import Blueprint, redirect, render_template, request

from crisis import errors
from crisis.domain import access, ladder, ladder_body
from crisis.domain.incident import Severity
from crisis.store import platforms, versions
from crisis.web import desk, guards
from crisis.web.incidents import words
from crisis.web.language import gettext
from crisis.web.registry import ladder_form, ladder_words, rehearsing
from crisis.workflows import edit_ladders


def add(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/ladders/edit", "edit_ladder", edit)
    blueprint.add_url_rule("/ladders/edit", "save_ladder", save, methods=["POST"])


@guards.may(access.Action.WRITE_REGISTRY)
def edit() -> Any:
    return _page(ladder_form.of(_active(), request.args.get("part", Severity.EXTREME.value)))


@guards.may(access.Action.WRITE_REGISTRY)
def save() -> Any:
    form = request.form
    draft = ladder_form.read(form)
    do = form.get("do", "save")
    if do.startswith(("add:", "remove:")):
        return _page(draft)
    try:
        body = ladder_form.body(draft, _active(), dropped=do == "drop")
        if do == "rehearse":
            ladders = ladder_body.from_json(body)
            table = ladder_form.table(draft, ladders)
            return _page(draft, rehearsal=rehearsing.of_form(form, ladders, table, draft.registry_id))
        number = edit_ladders.save(body, now=desk.now(), actor=desk.actor())
    except errors.InvalidInput as error:
        return _page(draft, wrong=ladder_form.faults(error)), error.status
    return redirect(f"/registry/ladders/{number}", code=303)


def _active() -> ladder.Ladders:
    found = versions.stored_ladder(desk.session())
    return ladder_body.from_json(found.body) if found else ladder.DEFAULT


def _page(
    draft: ladder_form.Draft, *, wrong: dict[str, str] | None = None, rehearsal: rehearsing.Shown | None = None
) -> str:
    platform = platforms.by_registry_id(desk.session(), draft.registry_id) if draft.registry_id else None
    actions = ladder_words.actions()
    return render_template(
        "registry/ladder_form.html",
        draft=draft,
        platform=platform,
        is_own=draft.registry_id in _active().by_platform,
        wrong=wrong or {},
        summary={name: _with_place(name, text) for name, text in (wrong or {}).items()},
        severities=[(one.value, words.severity(one.value)) for one in Severity],
        ladders=ladder_words.ladders(),
        actions={name: [(one.value, actions[one]) for one in some] for name, some in ladder.ACTIONS.items()},
        channels=[(one.value, ladder_words.channels()[one]) for one in ladder_body.CHANNELS],
        most=ladder_body.MOST_STEPS,
        given=request.form,
        rehearsal=rehearsal,
        say=ladder_words,
    )


def _with_place(name: str, text: str) -> str:
    """What is wrong with the ladder and the step in front: “Last warnings, step 2: …”."""
    parts = name.split("-")
    if parts[0] not in set(ladder.Ladder):
        return text
    title = ladder_words.ladders()[ladder.Ladder(parts[0])]
    if len(parts) == 1:
        return f"{title}: {text}"
    return gettext("%(ladder)s, step %(number)s: %(wrong)s", ladder=title, number=int(parts[1]) + 1, wrong=text)

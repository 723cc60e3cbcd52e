"""Tests that every kind of fact is written by somebody, and that every state can be had from the record alone."""

import ast

from crisis.domain import rebuilding
from crisis.domain.records import BODY, Kind
from tests.architecture import tree

# Facts about an incident that change no state: a report counts them, a rebuilding has nothing to do.
WITHOUT_A_STATE = {
    Kind.ITEMS_NAMED,
    Kind.ITEM_ASSIGNED,
    Kind.NOTICE_ANSWERED,
    Kind.ANSWER_UNCONFIRMED,
    Kind.LIST_SHOWN,
    Kind.TIMER_FIRED,
    Kind.UPDATE_SENT,
    Kind.CALL_MADE,
    Kind.PORTAL_USED,
    Kind.LINK_REVOKED,
    Kind.MAIL_RECEIVED,
    Kind.MAIL_SETTLED,
}
INCIDENT = ("incident.", "items.", "item.", "notice.", "answer.", "list.", "alerts.", "timer.", "officer.", "matter.",
            "update.", "call.", "portal.", "link.", "mail.")  # fmt: skip
# The states exist; the steps to them come with the issues that need them.
LATER = {Kind.INCIDENT_CLOSED, Kind.INCIDENT_CANCELLED}


def _named() -> set[str]:
    """The names and values of kinds that the code names which writes: pages and reports only read them."""
    found: set[str] = set()
    for path in tree.modules("crisis"):
        if path.relative_to(tree.ROOT).parts[1] not in {"workflows", "store"}:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                found.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def test_every_kind_of_fact_is_written_by_somebody() -> None:
    named = _named()
    unwritten = {kind for kind in Kind if kind.name not in named and kind.value not in named}
    assert unwritten - LATER == set()


def test_every_kind_has_a_body() -> None:
    assert set(BODY) == set(Kind)


def test_every_state_of_an_incident_is_rebuilt_from_the_record() -> None:
    of_incidents = {kind for kind in Kind if kind.value.startswith(INCIDENT)}
    assert of_incidents - set(rebuilding.STEPS) - WITHOUT_A_STATE == set()

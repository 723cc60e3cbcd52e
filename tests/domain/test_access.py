"""Who may do what, written out."""

import pytest

from crisis.domain import access
from crisis.domain.access import Action, Role, Scope

MAY = """
                    read_  write_  read_  write_  read_  write_  res-  met-
                    incid  incid   regis  regis   acces  acces   pond  rics
officer             yes    yes     yes    -       -      -       -     -
manager             yes    yes     yes    yes     yes    -       -     -
registrar           -      -       yes    yes     -      -       -     -
auditor             yes    -       yes    -       yes    -       -     -
admin               -      -       yes    -       yes    yes     -     -
incidents:read      yes    -       yes    -       -      -       -     -
incidents:write     yes    yes     -      -       -      -       -     -
registry:write      -      -       yes    yes     -      -       -     -
respond             -      -       -      -       -      -       yes   -
metrics             -      -       -      -       -      -       -     yes
"""


def test_every_grant_is_as_drawn() -> None:
    drawn = {row[0]: row[1:] for row in (line.split() for line in MAY.strip().splitlines()[2:])}
    for grant in [*Role, *Scope]:
        found = ["yes" if access.may([grant], action) else "-" for action in Action]
        assert found == drawn.pop(grant), grant
    assert drawn == {}


def test_grants_add_up() -> None:
    assert access.may(["admin", "officer"], Action.WRITE_INCIDENTS)
    assert access.may(["admin", "officer"], Action.WRITE_ACCESS)


@pytest.mark.parametrize("grants", [[], ["root"], ["OFFICER"], [""]])
def test_unknown_words_grant_nothing(grants: list[str]) -> None:
    assert not any(access.may(grants, action) for action in Action)


def test_a_guard_can_ask_for_the_words() -> None:
    assert access.roles_for(Action.WRITE_INCIDENTS) == (Role.OFFICER, Role.MANAGER)


def test_the_words_of_the_contract_are_these() -> None:
    assert [one.value for one in access.ROLES] == ["officer", "manager", "registrar", "auditor", "admin"]
    assert [one.value for one in access.SCOPES] == [
        "incidents:read",
        "incidents:write",
        "registry:write",
        "respond",
        "metrics",
    ]

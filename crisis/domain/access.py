"""Access: the roles of people, the scopes of programs, and what each of them may do."""

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    OFFICER = "officer"
    MANAGER = "manager"
    REGISTRAR = "registrar"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Scope(StrEnum):
    """Of bearer tokens. ``respond`` is bound to one platform and sees nothing of the others."""

    READ_INCIDENTS = "incidents:read"
    WRITE_INCIDENTS = "incidents:write"
    WRITE_REGISTRY = "registry:write"
    RESPOND = "respond"
    METRICS = "metrics"


class Action(StrEnum):
    READ_INCIDENTS = "read_incidents"
    WRITE_INCIDENTS = "write_incidents"  # declare, name items, update, stand down, call
    READ_REGISTRY = "read_registry"
    WRITE_REGISTRY = "write_registry"
    READ_ACCESS = "read_access"  # who logged in, who was given what
    WRITE_ACCESS = "write_access"  # people and tokens
    RESPOND = "respond"
    READ_METRICS = "read_metrics"


ROLES = tuple(Role)
SCOPES = tuple(Scope)

_R, _S, _A = Role, Scope, Action

#: An auditor sees everything and changes nothing; an admin gives out access and declares nothing:
#: nobody gives themselves a role in silence, for the record of access has other readers.
_MAY: dict[Action, frozenset[str]] = {
    _A.READ_INCIDENTS: frozenset({_R.OFFICER, _R.MANAGER, _R.AUDITOR, _S.READ_INCIDENTS, _S.WRITE_INCIDENTS}),
    _A.WRITE_INCIDENTS: frozenset({_R.OFFICER, _R.MANAGER, _S.WRITE_INCIDENTS}),
    _A.READ_REGISTRY: frozenset(
        {_R.OFFICER, _R.MANAGER, _R.REGISTRAR, _R.AUDITOR, _R.ADMIN, _S.READ_INCIDENTS, _S.WRITE_REGISTRY}
    ),
    _A.WRITE_REGISTRY: frozenset({_R.REGISTRAR, _R.MANAGER, _S.WRITE_REGISTRY}),
    _A.READ_ACCESS: frozenset({_R.MANAGER, _R.AUDITOR, _R.ADMIN}),
    _A.WRITE_ACCESS: frozenset({_R.ADMIN}),
    _A.RESPOND: frozenset({_S.RESPOND}),
    _A.READ_METRICS: frozenset({_S.METRICS}),
}


def may(grants: Iterable[str], action: Action) -> bool:
    """Whether one of the roles or scopes in ``grants`` includes the action; unknown words include nothing."""
    return not _MAY[action].isdisjoint(grants)


def roles_for(action: Action) -> tuple[Role, ...]:
    """The roles that include the action, for a guard that names them."""
    return tuple(role for role in Role if role in _MAY[action])

"""The kinds of facts in the record, with the shape of each one's body.

A body holds ids (UUID as text), words of the wire and times (RFC 3339, UTC, microseconds); no floats,
never a person's name or an address, so that a person can be erased. Keys may be added to a body, none
taken away. ``item`` is an item's id in ``items.named``, ``item.assigned`` and
``item.withdrawn``; in ``item.outcome`` it is the id of the item as asked of one platform.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    # the stream of an incident
    INCIDENT_DECLARED = "incident.declared"
    INCIDENT_STOOD_DOWN = "incident.stood_down"
    INCIDENT_REACTIVATED = "incident.reactivated"
    INCIDENT_CLOSED = "incident.closed"
    INCIDENT_CANCELLED = "incident.cancelled"
    ITEMS_NAMED = "items.named"
    ITEM_OUTCOME = "item.outcome"
    ITEM_ASSIGNED = "item.assigned"
    ITEM_WITHDRAWN = "item.withdrawn"
    NOTICE_NAMED = "notice.named"
    NOTICE_ACKNOWLEDGED = "notice.acknowledged"
    NOTICE_ANSWERED = "notice.answered"
    NOTICE_STATE = "notice.state"
    NOTICE_CONTRADICTION = "notice.contradiction"
    ANSWER_UNCONFIRMED = "answer.unconfirmed"
    LIST_SHOWN = "list.shown"
    ALERTS_PLANNED = "alerts.planned"
    ALERTS_ACCEPTED = "alerts.accepted"
    ALERTS_RETRY = "alerts.retry"
    ALERTS_UNKNOWN = "alerts.unknown"
    ALERTS_DELIVERED = "alerts.delivered"
    ALERTS_FAILED = "alerts.failed"
    ALERTS_CANCELLED = "alerts.cancelled"
    ALERTS_RESUMED = "alerts.resumed"
    TIMER_FIRED = "timer.fired"
    OFFICER_TOLD = "officer.told"
    MATTER_OPENED = "matter.opened"
    MATTER_ENDED = "matter.ended"
    UPDATE_SENT = "update.sent"
    CALL_MADE = "call.made"
    PORTAL_USED = "portal.used"
    LINK_REVOKED = "link.revoked"
    MAIL_RECEIVED = "mail.received"
    MAIL_SETTLED = "mail.settled"
    # the stream "registry"
    PLATFORM_ADDED = "platform.added"
    PLATFORM_CHANGED = "platform.changed"
    PLATFORM_RETIRED = "platform.retired"
    CONTACT_ADDED = "contact.added"
    CONTACT_CHANGED = "contact.changed"
    CONTACT_RETIRED = "contact.retired"
    ENDPOINT_ADDED = "endpoint.added"
    ENDPOINT_CHANGED = "endpoint.changed"
    ENDPOINT_RETIRED = "endpoint.retired"
    ENDPOINT_RENEWED = "endpoint.secret_renewed"
    ENDPOINT_TESTED = "endpoint.tested"
    DOMAIN_ADDED = "domain.added"
    DOMAIN_REMOVED = "domain.removed"
    LADDER_SAVED = "ladder.saved"
    LADDER_ACTIVATED = "ladder.activated"
    # the stream "access"
    USER_ADDED = "user.added"
    USER_CHANGED = "user.changed"
    USER_LOGGED_IN = "user.logged_in"
    USER_LOG_IN_FAILED = "user.log_in_failed"
    TOKEN_ADDED = "token.added"  # noqa: S105  # a kind of fact
    TOKEN_REVOKED = "token.revoked"  # noqa: S105


_K = Kind
_ANSWER = ("notice", "contact", "answer", "kind")
_CONTACT = ("platform", "contact")

#: The keys that the body of each kind must have.
BODY: dict[Kind, tuple[str, ...]] = {
    _K.INCIDENT_DECLARED: (
        *("ref", "purpose", "instrument", "kind", "severity", "tlp", "audience", "member_states"),
        *("aim_minutes", "target_at", "ladder", "texts"),
    ),
    _K.INCIDENT_STOOD_DOWN: ("ref",),
    _K.INCIDENT_REACTIVATED: ("ref",),
    _K.INCIDENT_CLOSED: ("ref",),
    _K.INCIDENT_CANCELLED: ("ref",),
    _K.ITEMS_NAMED: ("batch", "target_at", "items", "merged", "unrouted"),  # items: [id, …]
    _K.ITEM_OUTCOME: ("notice", "item", "outcome", "answer"),
    _K.ITEM_ASSIGNED: ("item", "platform"),
    _K.ITEM_WITHDRAWN: ("item", "reason", "notices"),  # notices: [[notice, item of it], …]
    _K.NOTICE_NAMED: ("notice", "platform", "ask", "batch", "target_at", "items"),  # items: [[item of it, reason], …]
    _K.NOTICE_ACKNOWLEDGED: ("notice", "contact", "first"),  # first: of the notice, not only of the contact
    _K.NOTICE_ANSWERED: _ANSWER,  # and "search", where a search has a result
    _K.NOTICE_STATE: ("notice", "state"),
    _K.NOTICE_CONTRADICTION: ("notice", "contradiction"),
    _K.ANSWER_UNCONFIRMED: (*_ANSWER, "doubt"),
    _K.LIST_SHOWN: ("notice", "contact", "answer"),
    # alerts: [[id, notice, contact or user, endpoint, channel, cause, purpose], …]
    _K.ALERTS_PLANNED: ("alerts",),
    _K.ALERTS_ACCEPTED: ("alerts",),  # alerts: [[id, at], …]; so for the next four
    _K.ALERTS_RETRY: ("alerts",),
    _K.ALERTS_UNKNOWN: ("alerts",),
    _K.ALERTS_DELIVERED: ("alerts", "by"),  # by: delivery_report or provider_receipt
    _K.ALERTS_FAILED: ("alerts",),  # and "by" with its code, where it was told after it was accepted
    _K.ALERTS_CANCELLED: ("alerts",),
    _K.ALERTS_RESUMED: ("alerts",),  # alerts: [id, …]
    # and "hurried", where every alert of the step before had failed
    _K.TIMER_FIRED: ("timer", "notice", "ladder", "step", "action"),
    _K.OFFICER_TOLD: ("action", "notices"),  # notices: [id, …]; and matters, officers: ids of users
    _K.MATTER_OPENED: ("matter", "notice", "reason"),
    _K.MATTER_ENDED: ("matter", "notice", "reason", "how"),  # taken, acted, over
    _K.UPDATE_SENT: ("update",),
    _K.CALL_MADE: ("call", "notice", "contact", "endpoint", "outcome"),
    _K.PORTAL_USED: ("use", "notice", "contact", "endpoint"),
    _K.LINK_REVOKED: ("link",),
    _K.MAIL_RECEIVED: ("mail", "notice", "kind"),  # kind: a mail_kind.Kind; and "status" of a report
    _K.MAIL_SETTLED: ("mail", "notice", "how"),  # how: answered, set_aside, assigned
    _K.PLATFORM_ADDED: ("platform",),
    _K.PLATFORM_CHANGED: ("platform",),
    _K.PLATFORM_RETIRED: ("platform",),
    _K.CONTACT_ADDED: _CONTACT,
    _K.CONTACT_CHANGED: _CONTACT,
    _K.CONTACT_RETIRED: _CONTACT,
    _K.ENDPOINT_ADDED: (*_CONTACT, "endpoint"),
    _K.ENDPOINT_CHANGED: (*_CONTACT, "endpoint"),
    _K.ENDPOINT_RETIRED: (*_CONTACT, "endpoint"),  # and "reason", where nobody decided it
    _K.ENDPOINT_RENEWED: (*_CONTACT, "endpoint", "generation"),
    _K.ENDPOINT_TESTED: (*_CONTACT, "endpoint", "outcome"),
    _K.DOMAIN_ADDED: ("platform", "domain"),
    _K.DOMAIN_REMOVED: ("platform", "domain"),
    _K.LADDER_SAVED: ("version", "number"),
    _K.LADDER_ACTIVATED: ("version", "number"),
    _K.USER_ADDED: ("user_id", "roles"),
    _K.USER_CHANGED: ("user_id", "fields"),
    _K.USER_LOGGED_IN: ("user_id",),
    _K.USER_LOG_IN_FAILED: ("user_id",),  # null where nobody has that address
    _K.TOKEN_ADDED: ("token", "scopes"),
    _K.TOKEN_REVOKED: ("token",),
}


_KEYS = {kind: frozenset(names) for kind, names in BODY.items()}


def check(kind: Kind, body: Mapping[str, Any]) -> None:
    """Nothing, if the body has every key of its kind.

    Raises:
        ValueError: a key is missing; a mistake of ours, found before anything is written.
    """
    if not body.keys() >= _KEYS[kind]:
        missing = [key for key in BODY[kind] if key not in body]
        raise ValueError(f"the body of {kind.value} lacks {', '.join(missing)}")

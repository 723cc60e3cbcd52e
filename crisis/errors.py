"""The errors that people see: each with a stable code and a text that says what to do next."""

from collections.abc import Mapping


class CrisisError(Exception):
    """Something that was asked for did not happen.

    ``str(error)`` is for the reader: what is wrong, what to do. ``code`` is for programs and never
    changes; ``status`` is the HTTP status that a door gives; ``fields`` names the input at fault,
    as ``{"items[3].url": "what is wrong with it"}``.
    """

    code = "failed"
    status = 400

    def __init__(self, text: str, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.fields: dict[str, str] = dict(fields or {})


class InvalidInput(CrisisError):
    """The input does not fit; ``fields`` says where. Correct it and send it again."""

    code = "invalid_input"
    status = 422


class InvalidSetting(CrisisError):
    """A CRISIS_* setting has a value that cannot be used; the text names it and what is expected."""

    code = "invalid_setting"
    status = 500


class NotFound(CrisisError):
    """There is nothing with that reference or id; check it against the list."""

    code = "not_found"
    status = 404


class NotAllowed(CrisisError):
    """The caller's role or token does not include this; ask somebody whose does."""

    code = "not_allowed"
    status = 403


class NotLoggedIn(CrisisError):
    """No valid session or token came with the request; log in or send a bearer token."""

    code = "not_logged_in"
    status = 401


class Conflict(CrisisError):
    """The state of things does not allow it, or somebody was faster; look again, then decide."""

    code = "conflict"
    status = 409


class WrongState(Conflict):
    """The state machine has no such step from here; the text names both."""

    code = "wrong_state"


class KeyReused(Conflict):
    """The Idempotency-Key came before with another body; use a new key for a new request."""

    code = "idempotency_key_reused"


class NobodyToReach(CrisisError):
    """Not one contact of the audience has an address that can be used; correct the registry or the audience."""

    code = "nobody_to_reach"
    status = 422


class SeenMeanwhile(Conflict):
    """Another open incident names some of these items since the preview; look at it before sending."""

    code = "items_in_open_incident"


class LinkUnusable(CrisisError):
    """The link of an alert is unknown, revoked or expired; the page says how to reach the desk."""

    code = "link_unusable"
    status = 404


class StartFailed(CrisisError):
    """A part could not start; the one-line text says which and why."""

    code = "start_failed"
    status = 500


class Unavailable(CrisisError):
    """A part that this needs is down (database, disk); nothing was changed, try again."""

    code = "unavailable"
    status = 503

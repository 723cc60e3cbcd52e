"""What comes in and goes out: JSON bodies, pages of lists, and answers that are given only once."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Response, g, request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

from crisis import errors
from crisis.store import access, db
from crisis.store.models import IdempotencyKey
from crisis.web import desk

LARGEST_BODY = 8 * 1024 * 1024  # bytes; ten thousand addresses with hashes are about 2 MB
_HIGHEST_LIMIT = 500
_USUAL_LIMIT = 100
_LONGEST_KEY = 255

Result = TypeVar("Result")
Alongside = Callable[[Session, Any], None]


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for: what comes after ``cursor``, at most ``limit`` entries."""

    cursor: str | None
    limit: int


def body() -> Any:
    """The JSON value that was sent.

    Raises:
        UnsupportedMediaType: it was not sent as JSON. BadRequest: it can't be read.
    """
    if not request.is_json:
        raise UnsupportedMediaType("Send JSON, with Content-Type: application/json.")
    try:
        return json.loads(_sent())
    except (ValueError, RecursionError):
        raise BadRequest(
            "The body is not JSON that can be read. Check its brackets, quotes and encoding (UTF-8)."
        ) from None


def page() -> Page:
    """The part of a list that is asked for.

    Raises:
        InvalidInput: ``limit`` is no number from 1 to 500.
    """
    limit = request.args.get("limit", str(_USUAL_LIMIT))
    if not (limit.isascii() and limit.isdecimal() and len(limit) <= 4 and 1 <= int(limit) <= _HIGHEST_LIMIT):
        raise errors.InvalidInput(
            f"limit is a number from 1 to {_HIGHEST_LIMIT}.", fields={"limit": f"expected 1 to {_HIGHEST_LIMIT}"}
        )
    return Page(request.args.get("cursor") or None, int(limit))


def cursor(read: Callable[[str], Result], text: str | None, otherwise: Result) -> Result:
    """What ``read`` makes of the cursor; ``otherwise`` at the beginning of a list.

    Raises:
        InvalidInput: it is none that this list gave out.
    """
    if text is None:
        return otherwise
    try:
        return read(text)
    except ValueError:
        raise errors.InvalidInput(
            "The cursor is none that this list gave out. Begin again without one.",
            fields={"cursor": "use the value of “next”"},
        ) from None


def place(text: str) -> int:
    """A cursor that is a whole number of the list.

    Raises:
        ValueError: it is none.
    """
    if not (text.isascii() and text.isdecimal() and len(text) <= 15):
        raise ValueError(text)
    return int(text)


def listed(found: Sequence[Any], *, limit: int, shape: Callable[[Any], Any], at: Callable[[Any], object]) -> Response:
    """A part of a list. ``found`` holds one entry more than asked for, if there are more; ``at`` is its cursor."""
    shown = found[:limit]
    following = str(at(shown[-1])) if len(found) > limit else None
    return answer({"items": [shape(one) for one in shown], "next": following})


def answer(value: Any, status: int = 200) -> Response:
    return _response(_text(value), status)


def once(act: Callable[[Alongside], Result], *, shape: Callable[[Result], Any], status: int = 201) -> Response:
    """The answer to ``act``; the first answer again, if this Idempotency-Key came before with the same request.

    Args:
        act: calls a workflow and hands it the function to run in the same transaction.
        shape: the workflow's result as JSON.

    Raises:
        KeyReused: the key came before with another request.
    """
    key = _key()
    if key is None:
        return answer(shape(act(_nothing)), status)
    principal, digest = g.principal.actor, _digest()

    def keep(session: Session, result: Any) -> None:
        access.keep_answer(
            session,
            principal=principal,
            key=key,
            request_hash=digest,
            status=status,
            answer=_text(shape(result)),
            now=desk.now(),
        )

    known = _known(principal, key)
    if known is None:
        try:
            return answer(shape(act(keep)), status)
        except IntegrityError:  # the same key is being used at this moment; whoever was first has answered
            known = _known(principal, key)
            if known is None:
                raise
    if known.request_hash != digest:
        raise errors.KeyReused("This Idempotency-Key came with another request before. A new request needs a new key.")
    return _response(known.answer, known.status)


def _known(principal: str, key: str) -> IdempotencyKey | None:
    with db.reading() as session:
        return access.answer_to(session, principal=principal, key=key)


def _key() -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not (0 < len(key) <= _LONGEST_KEY and key.isascii() and key.isprintable()):
        raise errors.InvalidInput(
            f"An Idempotency-Key has 1 to {_LONGEST_KEY} printable ASCII characters, such as a UUID.",
            fields={"Idempotency-Key": "choose another key"},
        )
    return key


def _digest() -> str:
    head = f"{request.method} {request.full_path}\n".encode()
    return hashlib.sha256(head + _sent()).hexdigest()


def _sent() -> bytes:
    if (request.content_length or 0) > LARGEST_BODY:
        raise RequestEntityTooLarge
    data = request.get_data(cache=True)
    if len(data) > LARGEST_BODY:
        raise RequestEntityTooLarge
    return data


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _response(text: str, status: int) -> Response:
    return Response(text, status=status, content_type="application/json")


def _nothing(_session: Session, _result: Any) -> None:
    return None

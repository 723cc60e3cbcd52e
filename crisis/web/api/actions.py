"""What programs do to an incident: name more items, send an update, stand it down."""

from flask import Response

from crisis.domain import alert, declaration
from crisis.domain.fields import Fields
from crisis.notify import addresses
from crisis.reports import answers
from crisis.web import desk
from crisis.web.api import bodies, exchange, schemas
from crisis.web.api.operations import WRITE, post
from crisis.workflows import add_items as add_items_workflow
from crisis.workflows import declare
from crisis.workflows import stand_down as stand_down_workflow
from crisis.workflows import update as update_workflow

_LONGEST = 4000  # characters of a text or a reason


@post(
    "/incidents/<ref>/items",
    scope=WRITE,
    summary="Name more items: a new batch, routed and alerted like the first",
    body=bodies.MoreItems,
    answer=schemas.ItemsAdded,
)
def add_items(ref: str) -> Response:
    def act(alongside: exchange.Alongside) -> add_items_workflow.Added:
        items = _items(exchange.body(), exercise=ref.startswith(f"{declare.EXERCISE_PREFIX}-"))
        done = add_items_workflow.add(
            ref, items, settings=desk.settings(), now=desk.now(), actor=desk.actor(), alongside=alongside
        )
        desk.ring(*alert.Queue)
        return done

    return exchange.once(act, shape=answers.items_added)


@post(
    "/incidents/<ref>/updates",
    scope=WRITE,
    summary="Send a message to everybody who was alerted",
    body=bodies.UpdateText,
    answer=schemas.UpdateSent,
)
def send_update(ref: str) -> Response:
    def act(alongside: exchange.Alongside) -> update_workflow.Sent:
        text = _text("text", of="The update")
        done = update_workflow.send(
            ref, text, settings=desk.settings(), now=desk.now(), actor=desk.actor(), alongside=alongside
        )
        desk.ring(*alert.Queue)
        return done

    return exchange.once(act, shape=answers.update_sent)


@post(
    "/incidents/<ref>/stand-down",
    scope=WRITE,
    summary="Stand the incident down: cancel what is unsent, tell those alerted",
    body=bodies.StandDownReason,
    answer=schemas.StoodDown,
    status=200,
)
def stand_down(ref: str) -> Response:
    def act(alongside: exchange.Alongside) -> stand_down_workflow.StoodDown:
        reason = _text("reason", of="The stand-down")
        done = stand_down_workflow.stand_down(
            ref, reason, settings=desk.settings(), now=desk.now(), actor=desk.actor(), alongside=alongside
        )
        desk.ring(*alert.Queue)
        return done

    return exchange.once(act, shape=answers.stood_down, status=200)


def _items(body: object, *, exercise: bool) -> tuple[declaration.GivenItem, ...]:
    fields = Fields(body)
    fields.only("items")
    items = declaration.read_items(fields, exercise=exercise, to_ascii=addresses.to_ascii)
    if not items:
        fields.fault("items", "names nothing")
    fields.finish("The list of items")
    return items


def _text(name: str, *, of: str) -> str:
    """The one field of the body."""
    fields = Fields(exchange.body())
    fields.only(name)
    text = fields.text(name, most=_LONGEST, lines=True)
    fields.finish(of)
    return text

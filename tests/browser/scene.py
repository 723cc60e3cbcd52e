"""One desk with something to see on every page, for all browser tests of a process."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from tests.parts import world as worlds
from tests.parts.letters import letter
from tests.parts.running import until_true
from tests.parts.visitor import Page as Answered
from tests.parts.visitor import Visitor
from tests.parts.world import World

RECORDED = 'role="status"'  # of a page that gives a receipt; one that asks once more has an alert
UNCONFIRMED_SECONDS = 2.1  # an answer sooner than 2 s after its page does not count


@dataclass
class Scene:
    """``ref`` is open with answers, ``exercise`` is open, ``over`` is stood down."""

    world: World
    ref: str = ""
    exercise: str = ""
    over: str = ""
    people: dict[str, Visitor] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)  # by the address of the contact, of ``ref``

    @property
    def url(self) -> str:
        return self.world.desk.url

    def as_role(self, role: str) -> Visitor:
        """Somebody of that role who is logged in; made once."""
        if role not in self.people:
            person = self.world.visitor()
            person.log_in(*self.world.desk.officer(f"{role}-2@desk.example", role))
            self.people[role] = person
        return self.people[role]

    def fresh_link(self) -> str:
        """A link that nobody has used, of an incident of its own."""
        ref = self.world.declare(items=ITEMS[:2], audience={"affected": True})["ref"]
        return self.world.mails(ref, "crisis1@pixelly.example")[0].links[0]


ITEMS: list[dict[str, str]] = [
    {"url": "https://pixelly.example/watch/s1"},
    {"url": "https://pixelly.example/watch/s2", "sha256": "a" * 64},
    {"url": "https://PIXELLY.example/watch/s1?utm_source=feed"},
    {"url": "https://bücherkanal.example/v/s3"},
    {"url": "https://nowhere.example/v/s4"},
    {"url": "https://hookline.example/v/s5"},
]


@contextlib.contextmanager
def set_up() -> Iterator[Scene]:
    """The desk with its incidents; stopped at the end."""
    with worlds.running() as world:
        scene = Scene(world)
        scene.ref = world.declare(items=ITEMS)["ref"]
        scene.exercise = world.declare(items=ITEMS[:2], exercise=True, audience={"affected": True})["ref"]
        scene.over = world.declare(items=ITEMS[:2], audience={"affected": True})["ref"]
        for recipient in ("crisis1@pixelly.example", "crisis@hookline.example", "buero@frohsinn.example"):
            scene.links[recipient] = world.mails(scene.ref, recipient)[0].links[0]
        answer(world, scene.links["crisis@hookline.example"], answer="in_progress", name="Ada Fictional")
        over = world.mails(scene.over, "crisis1@pixelly.example")[0].links[0]
        answer(world, over, answer="acknowledge", name="Bo Fictional")
        world.desk.cli("stand-down", scene.over, "--reason", "The stream has ended.")
        about = next(one for one in world.alerts(scene.ref) if one["platform"]["id"] == "p-001")
        for mail in ("reply-person", "ticket-opened"):
            world.desk.cli("mail-in", "-", given=letter(mail, UUID(about["id"]), ref=scene.ref).decode())
        yield scene


def answer(world: World, link: str, *, name: str, answer: str, **more: str) -> Answered:
    """Answer as a person does: the page, some seconds, the form."""
    visitor = world.visitor()
    page = visitor.get(link)
    time.sleep(UNCONFIRMED_SECONDS)
    sent = visitor.submit(page.form("answer"), name=name, answer=answer, **more)
    assert sent.status == 200, sent.text[:2000]
    assert RECORDED in sent.text, sent.text[:2000]
    return sent


def acknowledged(world: World, ref: str, platform: str) -> str:
    """When the platform's acknowledgement was recorded, once it was."""
    at: str = until_true(lambda: world.notices(ref)[platform]["acknowledged_at"], seconds=5, what="no acknowledgement")
    return at

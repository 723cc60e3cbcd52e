"""The record alone gives back every stored state: walks through random nights, on both databases."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest

from crisis import config, errors
from crisis.domain import alert, notice, receipt
from crisis.domain.claimed import Moment
from crisis.domain.declaration import GivenItem
from crisis.domain.item import SAID_BY_PLATFORM
from crisis.domain.rebuilding import Rebuilt
from crisis.store import answers, db
from crisis.store.models import (
    Alert,
    Contact,
    Endpoint,
    Item,
    Link,
    Notice,
    NoticeItem,
)
from crisis.store.models.incoming import Mail
from crisis.workflows import (
    acknowledge,
    add_items,
    assign,
    call,
    declare,
    deliver,
    escalate,
    reactivate,
    receive_mail,
    receive_receipt,
    settle_mail,
    stand_down,
    take_down,
    update,
    withdraw,
)
from tests.parts import asked, rebuilt, samples
from tests.parts.letters import letter
from tests.parts.rows import rows
from tests.parts.sending import KeepingRoom

pytestmark = pytest.mark.usefixtures("desk_db")


class Night:
    """An incident in which anything may happen, in any order."""

    def __init__(self, done: declare.Declared, settings: config.Settings, room: KeepingRoom, seed: int) -> None:
        self.ref, self.incident_id = done.ref, done.incident_id
        self.settings, self.room, self.clock = settings, room, room.clock
        self.dice = random.Random(seed)
        self.room.sender.answer = lambda _: self.dice.choice([*[alert.Outcome.ACCEPTED] * 4, *alert.Outcome])
        self.count = 0
        platforms = (self.answer, self.answer, self.report, self.report, self.look)
        officers = (self.more, self.withdraw, self.assign, self.update, self.phone, self.down, self.up, self.up)
        hosts = (self.told, self.told, self.mail, self.decide)
        self.happenings = (self.send, self.fire, *platforms, *officers, *hosts)

    def step(self) -> None:
        """One thing that happens; what the desk refuses has not happened."""
        self.clock.advance(seconds=self.dice.choice([1, 20, 200, 700]))
        doing = self.dice.choice(self.happenings)
        try:
            doing()
        except (errors.Conflict, errors.InvalidInput, errors.LinkUnusable):
            return

    def by(self) -> dict[str, object]:
        return {"settings": self.settings, "now": self.clock.now(), "actor": "cli"}

    def send(self) -> None:
        for queue in alert.Queue:
            deliver.drain(queue, room=self.room)

    def fire(self) -> None:
        escalate.fire(settings=self.settings, now=self.clock.now())

    def moment(self) -> Moment | None:
        return self.dice.choice([None, Moment(self.clock.now() - timedelta(minutes=self.dice.choice([0, 3, 30, 300])))])

    def answer(self) -> None:
        link = self.dice.choice(rows(Link))
        said = self.dice.choice(list(notice.Answer))
        form = acknowledge.Form(said, "Camille Roux", key=f"a{self.dice.random()}", happened=self.moment())
        acknowledge.answer(asked.shown(link.id), form, now=self.clock.now())

    def report(self) -> None:
        link = self.dice.choice(rows(Link))
        asked = [one for one in rows(NoticeItem, NoticeItem.notice_id == link.notice_id) if one.reason != "shared"]
        picked = self.dice.sample(asked, min(len(asked), self.dice.choice([1, 2, 9])))
        told = [take_down.Told(one.id, self.dice.choice(SAID_BY_PLATFORM), happened=self.moment()) for one in picked]
        search = self.dice.choice([None, "none", "found:3", "cannot"])
        given = answers.Given(
            link.contact_id,
            f"contact:{link.contact_id}",
            answers.ITEMS,
            "Camille Roux",
            link.id,
            f"r{self.dice.random()}",
        )
        reports = take_down.Reports(told=told, search=search)
        take_down.report(link.notice_id, reports, given=given, now=self.clock.now())

    def more(self) -> None:
        self.count += 1
        hosts = ["pixelly.example", "p-002.example", "mirror.example"]
        items = [GivenItem(url=f"https://{self.dice.choice(hosts)}/more/{self.count}"), GivenItem(md5=samples.MD5)]
        add_items.add(self.ref, items[: self.dice.choice([1, 2])], **self.by())

    def withdraw(self) -> None:
        withdraw.withdraw(self.ref, self.dice.choice(rows(Item)).id, reason="mistaken", **self.by())

    def assign(self) -> None:
        lost = rows(Item, Item.host == "mirror.example")
        if lost:
            assign.assign(self.ref, self.dice.choice(lost).id, self.dice.choice(["p-001", "p-003"]), **self.by())

    def update(self) -> None:
        update.send(self.ref, "Fewer copies now.", **self.by())

    def phone(self) -> None:
        number = rows(Endpoint, Endpoint.channel == "phone")[0]
        (who,) = rows(Contact, Contact.id == number.contact_id)
        (about,) = rows(Notice, Notice.platform_id == who.platform_id)
        outcome = self.dice.choice(list(call.Outcome))
        name = "C. Roux" if outcome is call.Outcome.REACHED else ""
        call.record_call(self.ref, about.id, number.id, outcome, now=self.clock.now(), actor="cli", name=name)

    def look(self) -> None:
        link = self.dice.choice(rows(Link))
        actor = f"contact:{link.contact_id}"
        given = answers.Given(link.contact_id, actor, answers.LIST, "C. Roux", link.id, f"l{self.dice.random()}")
        acknowledge.look_at_list(link.id, given, now=self.clock.now())

    def told(self) -> None:
        self.count += 1
        about = self.dice.choice(rows(Alert))
        said = receipt.Receipt("signed", str(about.id), self.dice.choice(list(receipt.Status)), str(self.count))
        receive_receipt.take(said, now=self.clock.now())
        receive_receipt.settle(now=self.clock.now())

    def mail(self) -> None:
        self.count += 1
        name = self.dice.choice(["postfix-failed", "postfix-delivered", "reply-person", "ticket-opened"])
        raw = letter(name, self.dice.choice(rows(Alert)).id, ref=self.ref) + str(self.count).encode()
        receive_mail.take(raw, settings=self.settings, now=self.clock.now())

    def decide(self) -> None:
        waiting = rows(Mail, Mail.state == "open")
        if waiting:
            said = self.dice.choice(settle_mail.ANSWERS)
            settle_mail.answer(waiting[0].id, said, name="Ana Costa", now=self.clock.now(), actor="cli")

    def down(self) -> None:
        stand_down.stand_down(self.ref, "Over.", **self.by())

    def up(self) -> None:
        reactivate.reactivate(self.ref, "It goes on.", **self.by())


def assert_same(night: Night) -> Rebuilt:
    """Every state and time that is stored is the one that follows from the record."""
    with db.reading() as session:
        found = rebuilt.read(session)
    assert list(rebuilt.differences(found)) == []
    return rebuilt.rebuild(found, night.incident_id)


@pytest.mark.parametrize("seed", range(2))
def test_the_record_alone_gives_back_every_stored_state(
    declared: Callable[..., declare.Declared], settings: config.Settings, room: KeepingRoom, seed: int
) -> None:
    ways = [samples.endpoint("night@p-002.example"), samples.endpoint("+3225550199", channel="phone")]
    pixelly, second, third = samples.registry(3)
    second.contacts.append(samples.contact(2, endpoints=ways))
    samples.add(pixelly, second, third)
    items = [{"url": f"https://{host}/{number}"} for host in ("pixelly.example", "p-002.example") for number in (1, 2)]
    done = declared(items=[*items, {"sha256": samples.SHA256}, {"url": "https://mirror.example/1"}])
    night = Night(done, settings, room, seed)
    assert_same(night)
    for _ in range(45):
        night.step()
        assert_same(night)
    night.send()
    assert len(assert_same(night).alerts) > 5

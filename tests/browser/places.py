"""Every page of the desk, with the way to it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser.scene import Scene

Way = Callable[[Page, Scene], None]


@dataclass(frozen=True)
class Place:
    """A page; ``who`` is the role that looks at it, or nothing for nobody logged in."""

    way: Way
    who: str = "officer"
    status: int = 200


def _at(path: str) -> Way:
    """A plain address, in which the references of the scene stand for themselves."""

    def way(page: Page, scene: Scene) -> None:
        page.goto(scene.url + path.format(ref=scene.ref, exercise=scene.exercise, over=scene.over))

    return way


def _previewed(page: Page, scene: Scene) -> None:
    page.goto(f"{scene.url}/incidents/declare")
    page.locator("textarea[name=content], textarea[name=pasted], textarea[name=items]").first.fill(
        "https://pixelly.example/watch/p1\nhttps://nowhere.example/v/p2\nrubbish\n" + "c" * 64
    )
    page.evaluate("document.querySelector('button[name=look]').click()")  # as Enter does; it is not to be seen
    page.wait_for_url("**/declare")
    page.wait_for_selector("text=rubbish")


def _linked_from(path: str, *parts: str) -> Way:
    """The first link of a page whose address has all the parts."""

    def way(page: Page, scene: Scene) -> None:
        page.goto(scene.url + path)
        found = "".join(f"[href*='{part}']" for part in parts)
        page.goto(scene.url + (page.locator(f"a{found}").first.get_attribute("href") or ""))

    return way


def _set_up(page: Page, scene: Scene) -> None:
    text = scene.world.desk.cli("users", "add", f"new-{time.time_ns()}@desk.example", "--role", "officer")
    page.goto(next(word for word in text.split() if "/account/set-up/" in word))


def _withdraw(page: Page, scene: Scene) -> None:
    item = scene.world.desk.pages(f"/api/v1/incidents/{scene.ref}/items", token=scene.world.token)[0]["id"]
    page.goto(f"{scene.url}/incidents/{scene.ref}/items/{item}/withdraw")


def _opened_row(page: Page, scene: Scene) -> None:
    notice = scene.world.notices(scene.ref)["p-001"]["id"]
    page.goto(f"{scene.url}/incidents/{scene.ref}?open={notice}")


def _revoke(page: Page, scene: Scene) -> None:
    _opened_row(page, scene)
    page.goto(scene.url + (page.locator("a[href$='/revoke']").first.get_attribute("href") or ""))


def _link(page: Page, scene: Scene) -> None:
    page.goto(scene.links["crisis1@pixelly.example"])


def _german_link(page: Page, scene: Scene) -> None:
    page.goto(scene.links["buero@frohsinn.example"])


def _shown_list(page: Page, scene: Scene) -> None:
    page.goto(scene.fresh_link())
    page.wait_for_timeout(2100)
    page.locator("input[name=name]").first.fill("Cy Fictional")
    page.locator("button[name=show_list], button[value=show_list]").first.click()
    page.wait_for_load_state()


def _recorded(page: Page, scene: Scene) -> None:
    page.goto(scene.fresh_link())
    page.wait_for_timeout(2100)
    page.locator("input[name=name]").first.fill("Di Fictional")
    page.locator("input[name=answer][value=acknowledge]").check()
    page.locator("form:has(input[name=answer]) button:not([name=show_list])").first.click()
    page.wait_for_load_state()


def _too_quick(page: Page, scene: Scene) -> None:
    page.goto(scene.fresh_link())
    page.locator("input[name=name]").first.fill("Ed Fictional")
    page.locator("input[name=answer][value=done]").check()
    page.locator("form:has(input[name=answer]) button:not([name=show_list])").first.click()
    page.wait_for_load_state()


PLACES: dict[str, Place] = {
    "log in": Place(_at("/account/log-in"), who=""),
    "account": Place(_at("/account")),
    "home": Place(_at("/")),
    "declare": Place(_at("/incidents/declare")),
    "declare, previewed": Place(_previewed),
    "incident": Place(_at("/incidents/{ref}")),
    "incident, one row open": Place(_opened_row),
    "incident, exercise": Place(_at("/incidents/{exercise}")),
    "incident, stood down": Place(_at("/incidents/{over}")),
    "call list": Place(_at("/incidents/{ref}/tasks")),
    "revoke a link": Place(_revoke),
    "add items": Place(_at("/incidents/{ref}/items")),
    "update": Place(_at("/incidents/{ref}/update")),
    "stand down": Place(_at("/incidents/{ref}/stand-down")),
    "reactivate": Place(_at("/incidents/{over}/reactivate")),
    "report": Place(_at("/incidents/{over}/report")),
    "incidents": Place(_at("/incidents")),
    "mails": Place(_at("/mails")),
    "mail that waits": Place(_linked_from("/mails", "/mails/")),
    "record of an incident": Place(_at("/incidents/{ref}/record")),
    "record of the registry": Place(_at("/record/registry"), who="auditor"),
    "record of log-ins": Place(_at("/record/access"), who="admin"),
    "registry": Place(_at("/registry")),
    "registry, as registrar": Place(_at("/registry"), who="registrar"),
    "platform": Place(_at("/registry/platforms/p-001"), who="registrar"),
    "rehearsal": Place(_at("/registry/platforms/p-001/rehearsal")),
    "ladders": Place(_at("/registry/ladders"), who="registrar"),
    "a version of the ladders": Place(_at("/registry/ladders/1"), who="registrar"),
    "edit the ladders": Place(_at("/registry/ladders/edit?part=extreme"), who="registrar"),
    "new platform": Place(_at("/registry/new"), who="registrar"),
    "edit a platform": Place(_at("/registry/platforms/p-003/edit"), who="registrar"),
    "new contact": Place(_at("/registry/platforms/p-003/contacts/new"), who="registrar"),
    "edit a contact": Place(_linked_from("/registry/platforms/p-003", "/registry/contacts/", "/edit"), who="registrar"),
    "new endpoint": Place(_linked_from("/registry/platforms/p-003", "/endpoints/new"), who="registrar"),
    "edit an endpoint": Place(
        _linked_from("/registry/platforms/p-003", "/registry/endpoints/", "/edit"), who="registrar"
    ),
    "import": Place(_at("/registry/import"), who="registrar"),
    "users": Place(_at("/users"), who="admin"),
    "preflight": Place(_at("/preflight"), who="admin"),
    "set up": Place(_set_up, who=""),
    "withdraw an item": Place(_withdraw),
    "not found": Place(_at("/incidents/INC-1999-0001"), status=404),
    "answer": Place(_link, who=""),
    "answer, in German": Place(_german_link, who=""),
    "answer, list shown": Place(_shown_list, who=""),
    "answer, recorded": Place(_recorded, who=""),
    "answer, too quick": Place(_too_quick, who=""),
    "answer, unknown link": Place(_at("/a/0000000000000000000000"), who="", status=404),
}

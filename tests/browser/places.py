"""Every page of the desk, with the way to it."""

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
    page.locator("main form[method=post] button").first.click()
    page.wait_for_load_state()


def _opened_row(page: Page, scene: Scene) -> None:
    notice = scene.world.notices(scene.ref)["p-001"]["id"]
    page.goto(f"{scene.url}/incidents/{scene.ref}?open={notice}")


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
    "add items": Place(_at("/incidents/{ref}/items")),
    "update": Place(_at("/incidents/{ref}/update")),
    "stand down": Place(_at("/incidents/{ref}/stand-down")),
    "reactivate": Place(_at("/incidents/{over}/reactivate")),
    "report": Place(_at("/incidents/{over}/report")),
    "not found": Place(_at("/incidents/INC-1999-0001"), status=404),
    "answer": Place(_link, who=""),
    "answer, in German": Place(_german_link, who=""),
    "answer, list shown": Place(_shown_list, who=""),
    "answer, recorded": Place(_recorded, who=""),
    "answer, too quick": Place(_too_quick, who=""),
    "answer, unknown link": Place(_at("/a/0000000000000000000000"), who="", status=404),
}

"""Somebody with a simple browser: keeps cookies, fills in forms, runs no scripts."""

import http.client
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit


@dataclass
class Form:
    """One form of a page with the values that it would send untouched; ``buttons`` are sent only when pressed."""

    action: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def filled(self, **given: str) -> list[tuple[str, str]]:
        """The values with some of them replaced."""
        return [(name, value) for name, value in self.values if name not in given] + list(given.items())


@dataclass
class Page:
    """What came back, where it came from, and its forms."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    @property
    def forms(self) -> list[Form]:
        reader = _Forms(self.url)
        reader.feed(self.text)
        return reader.found

    def form(self, name: str) -> Form:
        """The first form with a field or button of this name.

        Raises:
            AssertionError: there is none.
        """
        for form in self.forms:
            if name in form.names:
                return form
        raise AssertionError(f"no form with {name} on {self.url} ({self.status}): {self.text[:2000]}")


class Visitor:
    """A visitor of one site; follows redirects within it."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.cookies: SimpleCookie = SimpleCookie()

    def get(self, path: str, **headers: str) -> Page:
        return self._follow("GET", urljoin(self.base, path), None, headers)

    def submit(self, form: Form, *, press: str = "", origin: str | None = None, **given: str) -> Page:
        """Send a form; ``press`` is the name, or ``name=value``, of the button."""
        values = form.filled(**given)
        if press:
            name, _, value = press.partition("=")
            values += [one for one in form.buttons if one[0] == name and value in ("", one[1])][:1]
        if form.method == "get":
            return self.get(f"{form.action}?{urlencode(values)}")
        return self.post(form.action, values, origin=origin)

    def post(self, path: str, values: list[tuple[str, str]], *, origin: str | None = None) -> Page:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": self.base if origin is None else origin,
        }
        return self._follow("POST", urljoin(self.base, path), urlencode(values).encode(), headers)

    def log_in(self, email: str, password: str) -> Page:
        """Log in by the page for it.

        Raises:
            AssertionError: it did not let us in.
        """
        page = self.submit(self.get("/account/log-in").form("password"), email=email, password=password)
        assert page.status == 200, page.text[:2000]
        assert "/account/log-in" not in page.url, page.text[:2000]
        return page

    def _follow(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> Page:
        for _ in range(8):
            page = self._once(method, url, body, headers)
            if page.status not in (301, 302, 303, 307, 308):
                return page
            url = urljoin(url, page.headers["location"])
            if page.status not in (307, 308):
                method, body, headers = "GET", None, {}
        raise AssertionError(f"redirects without end at {url}")

    def open(self, path: str, **headers: str) -> http.client.HTTPResponse:
        """An answer that is read as it comes, such as an event stream; close it."""
        parts = urlsplit(self.base)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        connection.request("GET", path, headers=headers | self._cookie())
        return connection.getresponse()

    def _cookie(self) -> dict[str, str]:
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items())
        return {"Cookie": cookies} if cookies else {}

    def _once(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> Page:
        parts = urlsplit(url)
        assert parts.netloc == urlsplit(self.base).netloc, f"leaves the site: {url}"
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        try:
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            connection.request(method, target, body, headers | self._cookie())
            answer = connection.getresponse()
            for value in answer.headers.get_all("Set-Cookie", []):
                self.cookies.load(value)
            found = {name.lower(): value for name, value in answer.headers.items()}
            return Page(url, answer.status, found, answer.read())
        finally:
            connection.close()


class _Forms(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Form] = []
        self._url = url
        self._form: Form | None = None
        self._named: dict[str, Form] = {}
        self._select: tuple[str, Form] | None = None
        self._chosen: list[str] = []
        self._area: tuple[str, Form] | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = urljoin(self._url, given.get("action") or self._url)
            self._form = Form(action, given.get("method", "get").lower())
            self.found.append(self._form)
            if "id" in given:
                self._named[given["id"]] = self._form
            return
        form = self._named.get(given.get("form", ""), self._form)
        name = given.get("name", "")
        if form is None:
            return
        if tag in {"input", "select", "textarea", "button"} and name and "disabled" not in given:
            form.names.add(name)
            self._field(tag, name, given, form)
        elif tag == "option" and self._select:
            value = given.get("value", "")
            if "selected" in given or not self._chosen:
                self._chosen = [value]

    def _field(self, tag: str, name: str, given: dict[str, str], form: Form) -> None:
        kind = given.get("type", "text")
        if tag == "button" or kind in {"submit", "image"}:
            form.buttons.append((name, given.get("value", "")))
        elif tag == "select":
            self._select, self._chosen = (name, form), []
        elif tag == "textarea":
            self._area, self._text = (name, form), ""
        elif kind in {"checkbox", "radio"}:
            if "checked" in given:
                form.values.append((name, given.get("value", "on")))
        elif kind != "file":
            form.values.append((name, given.get("value", "")))

    def handle_data(self, data: str) -> None:
        if self._area:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select" and self._select:
            name, form = self._select
            form.values += [(name, value) for value in self._chosen]
            self._select = None
        elif tag == "textarea" and self._area:
            name, form = self._area
            form.values.append((name, self._text.removeprefix("\n")))
            self._area = None

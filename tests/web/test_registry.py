"""Tests of the registry pages: what they show, and that editing takes the same rules as the file."""

import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from crisis.store import db, platforms, records
from crisis.workflows import import_registry
from tests.parts.webhook_sink import WebhookSink
from tests.web import site
from tests.workflows.test_import_registry import FILE, HEADER, MAIL

PIXELLY = "/registry/platforms/p-001"
NEW = {
    "platform_id": "p-100",
    "platform_name": "Žurnál Fórum",
    "kind": "company",
    "service": "forum",
    "domains": "žurnál.example",
    "home_state": "LU",
    "languages": "cs en",
}


@pytest.fixture
def filled(website: site.Website) -> site.Website:
    with website.app.app_context():
        import_registry.import_registry(FILE, now=website.clock.now(), actor="cli")
    return website


@pytest.fixture
def registrar(filled: site.Website) -> FlaskClient:
    return filled.person("registrar")


def text_of(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def contact_ids(website: site.Website) -> list[str]:
    with website.app.app_context(), db.reading() as session:
        return [str(contact.id) for contact in platforms.by_registry_id(session, "p-001").contacts]


def test_an_empty_registry_says_what_to_do(website: site.Website) -> None:
    page = text_of(website.person("registrar"), "/registry")
    assert "No platform is registered yet" in page
    assert 'href="/registry/import"' in page


def test_the_list_finds_by_name_domain_and_address(registrar: FlaskClient) -> None:
    for word, found in (("pixel", "Pixelly"), ("BÜCHER", "Bücher-Kanal"), ("crisis2@", "Pixelly"), ("p-002", "Bücher")):
        page = text_of(registrar, f"/registry?q={word}")
        assert found in page
        assert "1 to 1 of 1" in page
    assert "No platform fits" in text_of(registrar, "/registry?q=nobody")


def test_the_list_filters_what_could_fail_at_night(registrar: FlaskClient) -> None:
    page = text_of(registrar, "/registry?show=no-phone")
    assert "Bücher-Kanal" in page
    assert "Pixelly" not in page


def test_a_platform_shows_its_contacts_their_hours_and_what_they_read(registrar: FlaskClient) -> None:
    page = text_of(registrar, PIXELLY)
    for words in ("Pixelly policy", "Mon-Fri 08:00-18:00", "+32155504919", "out of hours", "Platform added"):
        assert words in page
    assert "texts fall back to English" not in page


def test_a_language_without_texts_is_said(registrar: FlaskClient, filled: site.Website) -> None:
    contact = contact_ids(filled)[0]
    form = {
        "contact_name": "Noční",
        "contact_order": "1",
        "contact_language": "cs",
        "time_zone": "Europe/Prague",
        "hours": "24/7",
    }
    path = f"/registry/contacts/{contact}/edit"
    assert site.post(registrar, path, form).location == PIXELLY
    assert "texts fall back to English" in text_of(registrar, PIXELLY)


def test_a_platform_is_added_with_a_contact_and_an_address(registrar: FlaskClient, filled: site.Website) -> None:
    assert site.post(registrar, "/registry/new", NEW).location == "/registry/platforms/p-100"
    contact = {
        "contact_name": "Noční služba",
        "contact_order": "1",
        "contact_language": "cs",
        "time_zone": "Europe/Prague",
        "hours": "Mon-Fri 08:00-18:00",
    }
    to_address = site.post(registrar, "/registry/platforms/p-100/contacts/new", contact).location
    address = {"channel": "email", "address": "noc@žurnál.example", "verified_on": ""}
    assert site.post(registrar, to_address, address).location == "/registry/platforms/p-100"
    with filled.app.app_context(), db.reading() as session:
        (added,) = platforms.snapshot(session, registry_ids=["p-100"])
        kinds = [event.kind for event in records.newest(session, records.REGISTRY, limit=4)]
    assert added.domains == ("xn--urnl-7na25g.example",)
    assert added.contacts[0].endpoints[0].address == "noc@žurnál.example"
    assert kinds == ["endpoint.added", "contact.added", "domain.added", "platform.added"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"platform_id": "p-001"}, "is taken"),
        ({"domains": "pixelly.example"}, "belongs to p-001 already"),
        ({"domains": "co.uk"}, "public suffix"),
        ({"platform_name": "=HYPERLINK(1)"}, "formula"),
        ({"home_state": "Belgium"}, "two capital letters"),
        ({"platform_name": ""}, "is missing"),
        ({"languages": "english!"}, "language codes"),
    ],
)
def test_what_does_not_fit_comes_back_with_what_was_typed(
    registrar: FlaskClient, change: dict[str, str], says: str
) -> None:
    answer = site.post(registrar, "/registry/new", {**NEW, **change})
    page = answer.get_data(as_text=True)
    assert answer.status_code in (409, 422)
    assert says in page
    assert "<title>Error:" in page
    assert 'value="forum"' in page


def test_two_contacts_have_no_one_place(registrar: FlaskClient, filled: site.Website) -> None:
    form = {
        "contact_name": "Third",
        "contact_order": "2",
        "contact_language": "en",
        "time_zone": "Europe/Brussels",
        "hours": "24/7",
    }
    answer = site.post(registrar, f"{PIXELLY}/contacts/new", form)
    assert answer.status_code == 422
    assert "Pixelly policy has this place in the order" in answer.get_data(as_text=True)


def test_retiring_a_platform_frees_its_domain_and_keeps_its_page(registrar: FlaskClient, filled: site.Website) -> None:
    assert site.post(registrar, f"{PIXELLY}/retire", {}, page=PIXELLY).location == PIXELLY
    page = text_of(registrar, PIXELLY)
    assert "No incident asks it any more." in page
    assert site.post(registrar, "/registry/new", {**NEW, "domains": "pixelly.example"}).status_code == 303
    with filled.app.app_context(), db.reading() as session:
        assert [one.registry_id for one in platforms.snapshot(session)] == ["p-002", "p-100"]


def test_a_file_is_looked_at_first_and_taken_by_a_second_button(website: site.Website) -> None:
    client = website.person("manager")
    upload = {"file": (io.BytesIO(FILE.encode()), "registry.csv")}
    answer = site.post(client, "/registry/import", upload)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "Take it: change 2 platforms" in page
    assert "No platform is registered yet" in text_of(client, "/registry")
    taken = client.post(
        "/registry/import", data={"csrf_token": site.token_of(page), "step": "take", "text": FILE}
    ).get_data(as_text=True)
    assert "Taken." in taken
    assert "Bücher-Kanal" in text_of(client, "/registry")
    assert client.get("/registry/export.csv").get_data() == FILE.encode()


def test_a_faulty_file_is_refused_by_line(website: site.Website) -> None:
    bad = HEADER + MAIL.replace("24/7", "always")
    upload = {"file": (io.BytesIO(bad.encode()), "registry.csv")}
    answer = site.post(website.person("manager"), "/registry/import", upload)
    assert answer.status_code == 422
    assert "<b>line 2</b>" in answer.get_data(as_text=True)


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b""])
def test_a_file_that_is_no_text_is_refused(website: site.Website, data: bytes) -> None:
    upload = {"file": (io.BytesIO(data), "registry.csv")}
    assert site.post(website.person("manager"), "/registry/import", upload).status_code == 422


@pytest.mark.parametrize("path", ["/registry/new", "/registry/import", f"{PIXELLY}/edit"])
def test_an_auditor_reads_and_does_not_edit(filled: site.Website, path: str) -> None:
    client = filled.person("auditor")
    assert client.get(PIXELLY).status_code == 200
    assert "Add a contact" not in text_of(client, PIXELLY)
    assert client.get(path).status_code == 403


def test_the_record_of_the_registry_is_shown_in_order(registrar: FlaskClient) -> None:
    page = text_of(registrar, "/record/registry")
    assert page.index("platform.added") < page.index("domain.added") < page.index("endpoint.added")
    assert "command line" in page
    assert "12 entries" in page


def added_webhook(
    registrar: FlaskClient, website: site.Website, url: str = "https://hooks.pixelly.example/crisis"
) -> Any:
    contact = contact_ids(website)[0]
    added = {"channel": "webhook", "address": url, "verified_on": ""}
    return site.post(registrar, f"/registry/contacts/{contact}/endpoints/new", added)


def endpoint_id(website: site.Website, channel: str) -> str:
    with website.app.app_context(), db.reading() as session:
        endpoints = platforms.by_registry_id(session, "p-001").contacts[0].endpoints
        return next(str(one.id) for one in endpoints if one.channel == channel)


def shown_secret(page: Any) -> str:
    assert page.status_code == 200
    [secret] = re.findall(r"whsec_[A-Za-z0-9+/=]{20,}", page.get_data(as_text=True))
    return str(secret)


def test_the_secret_of_a_webhook_is_shown_once_and_of_nothing_else(
    registrar: FlaskClient, filled: site.Website
) -> None:
    first = shown_secret(added_webhook(registrar, filled))
    page = f"/registry/endpoints/{endpoint_id(filled, 'webhook')}"
    for path in (f"{page}/edit", PIXELLY, f"/registry/endpoints/{endpoint_id(filled, 'email')}/edit"):
        assert "whsec_" not in text_of(registrar, path)
    assert shown_secret(site.post(registrar, f"{page}/secret", {})) != first
    assert "New secret of a webhook" in text_of(registrar, PIXELLY)
    assert "whsec_" not in text_of(registrar, f"{page}/edit")


def test_only_a_registrar_makes_secrets_and_tests(filled: site.Website, registrar: FlaskClient) -> None:
    added_webhook(registrar, filled)
    page = f"/registry/endpoints/{endpoint_id(filled, 'webhook')}"
    for role in ("officer", "auditor", "admin"):
        person = filled.person(role, email=f"{role}@desk.example")
        assert [site.post(person, f"{page}/{act}", {}).status_code for act in ("secret", "test")] == [403, 403]
    assert registrar.post(f"{page}/test").status_code == 400  # without the token of the form


def test_a_test_message_shows_what_went_out_and_what_came_back(registrar: FlaskClient, filled: site.Website) -> None:
    with WebhookSink() as sink:
        sink.status = 503
        added_webhook(registrar, filled, sink.url("/hook").replace("http://", "https://"))
        endpoint = endpoint_id(filled, "webhook")
        page = site.post(registrar, f"/registry/endpoints/{endpoint}/test", {}).get_data(as_text=True)
    assert "not on the public internet" in page  # no exception is made for a test
    assert "crisis.alert" in page
    assert "webhook-timestamp" in page
    assert "v1," not in page
    assert "Test message sent: refused" in text_of(registrar, PIXELLY)


def test_a_mail_address_is_tested_by_the_mail_host(registrar: FlaskClient, filled: site.Website) -> None:
    page = site.post(registrar, f"/registry/endpoints/{endpoint_id(filled, 'email')}/test", {}).get_data(as_text=True)
    assert "What came back" in page
    assert "X-Crisis-Ref: TEST" in page
    assert "n=E2=80=99est ni une alerte ni" in page  # in the language of the contact, as it went out
    assert "crisis1@pixelly.example" in page


def test_a_phone_is_not_tested_but_called(registrar: FlaskClient, filled: site.Website) -> None:
    assert site.post(registrar, f"/registry/endpoints/{endpoint_id(filled, 'phone')}/test", {}).status_code == 409


def test_a_secret_address_is_masked_on_every_page_and_kept_when_the_form_comes_back(
    registrar: FlaskClient, filled: site.Website
) -> None:
    contact = contact_ids(filled)[0]
    given = {"channel": "apprise", "address": "ntfys://token-of-theirs@ntfy.pixelly.example/t", "verified_on": ""}
    assert site.post(registrar, f"/registry/contacts/{contact}/endpoints/new", given).status_code == 303
    endpoint = endpoint_id(filled, "apprise")
    for path in (PIXELLY, f"/registry/endpoints/{endpoint}/edit", "/registry?q=pixelly"):
        page = text_of(registrar, path)
        assert "token-of-theirs" not in page
        assert "sealed:" not in page
    assert "ntfys://•••" in text_of(registrar, PIXELLY)
    back = {"channel": "apprise", "address": "ntfys://•••", "verified_on": "2026-03-01"}
    assert site.post(registrar, f"/registry/endpoints/{endpoint}/edit", back).status_code == 303
    assert "ntfys://token-of-theirs@ntfy.pixelly.example/t" in text_of(registrar, "/registry/export.csv")

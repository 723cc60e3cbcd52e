"""Pages of mails: a person's mail is shown with the click that makes an answer of it, and nothing in it acts."""

from uuid import UUID

import pytest

from crisis.domain.overview import NoticeView
from crisis.store.models import Alert, Answer, Mail
from crisis.workflows import receive_mail
from tests.parts.letters import letter
from tests.parts.rows import rows
from tests.web import incident_site, site


@pytest.fixture
def ref(website: site.Website) -> str:
    incident_site.register(website)
    return incident_site.declared(website)


def pixelly(website: site.Website, ref: str) -> NoticeView:
    return incident_site.notice_of(website, ref, "Pixelly")


def receive(website: site.Website, ref: str, name: str = "reply-person", **replaced: str) -> UUID:
    """A mail about the alert of Pixelly; the id under which it is kept."""
    about = pixelly(website, ref)
    with website.app.app_context():
        alert = rows(Alert, Alert.notice_id == about.id)[0]
        raw = letter(name, alert.id, ref=ref, **replaced)
        taken = receive_mail.take(raw, settings=website.settings, now=website.clock.advance(seconds=30))
    assert taken.mail_id is not None
    return taken.mail_id


def opened(website: site.Website, ref: str, role: str = "officer") -> str:
    page = website.person(role).get(f"/incidents/{ref}?open={pixelly(website, ref).id.hex}")
    assert page.status_code == 200
    return page.get_data(as_text=True)


def test_a_mail_waits_on_the_incident_page_and_asks_for_the_officer(website: site.Website, ref: str) -> None:
    receive(website, ref)
    page = opened(website, ref)
    assert "They wrote a mail." in page
    assert "Mail from Ana Costa (Trust &amp; Safety)" in page
    assert "we have it, our case number" in page
    assert "1 attachment, not kept" in page
    assert "read their mail" in page
    assert 'value="Ana Costa (Trust &amp; Safety)"' in page  # who wrote, to be corrected


def test_nothing_in_a_mail_can_be_followed_or_run(website: site.Website, ref: str) -> None:
    mail_id = receive(website, ref, **{"Good evening": "<script>alert(1)</script> https://pixelly.example/9"})
    for page in (opened(website, ref), website.person("officer", email="b@desk.example").get(f"/mails/{mail_id}").text):
        assert "<script>alert" not in page
        assert "hxxps://pixelly[.]example/9" in page
        assert 'href="https://pixelly' not in page
        assert "screenshot" not in page


def test_one_click_makes_an_answer_of_it(website: site.Website, ref: str) -> None:
    mail_id = receive(website, ref)
    client = website.person("officer")
    sent = site.post(
        client, f"/mails/{mail_id}/answer", {"answer": "in_progress", "name": "Ana Costa", "note": "two of three"},
        page=f"/mails/{mail_id}",
    )  # fmt: skip
    assert sent.status_code == 303
    about = pixelly(website, ref)
    assert sent.headers["Location"] == f"/incidents/{ref}?open={about.id.hex}#n-{about.id.hex}"
    page = client.get(sent.headers["Location"]).get_data(as_text=True)
    assert "Taken down as the answer of Ana Costa: working on it." in page
    assert "made an answer" in page
    assert about.state.value == "in_progress"
    assert about.flags == ()


def test_without_a_name_nothing_is_taken_down(website: site.Website, ref: str) -> None:
    mail_id = receive(website, ref)
    form = {"answer": "done", "name": "  "}
    sent = site.post(website.person("officer"), f"/mails/{mail_id}/answer", form, page=f"/mails/{mail_id}")
    assert sent.status_code == 422
    assert "Say who wrote" in sent.get_data(as_text=True)
    with website.app.app_context():
        assert not rows(Answer)


@pytest.mark.parametrize("answer", ["", "wrong_contact", "show_list", "nonsense"])
def test_a_mail_says_one_of_six_things(website: site.Website, ref: str, answer: str) -> None:
    mail_id = receive(website, ref)
    form = {"answer": answer, "name": "Ana"}
    sent = site.post(website.person("officer"), f"/mails/{mail_id}/answer", form, page=f"/mails/{mail_id}")
    assert sent.status_code == 422
    with website.app.app_context():
        assert rows(Mail)[0].state == "open"


def test_what_is_no_answer_is_set_aside_once(website: site.Website, ref: str) -> None:
    mail_id = receive(website, ref)
    client = website.person("officer")
    token = site.token_of(client.get(f"/mails/{mail_id}").get_data(as_text=True))
    form = {"answer": "set_aside", "csrf_token": token}
    assert client.post(f"/mails/{mail_id}/answer", data=form).status_code == 303
    assert client.post(f"/mails/{mail_id}/answer", data=form).status_code == 409
    assert pixelly(website, ref).state.value == "awaiting"


def test_automatic_replies_and_reports_stand_beside_the_alerts(website: site.Website, ref: str) -> None:
    with website.app.app_context():
        pass
    receive(website, ref, "ticket-opened")
    page = opened(website, ref)
    assert "Mails that came back" in page
    assert "automatic reply" in page
    assert "case 48213" in page
    assert "They wrote a mail." not in page


def test_a_stranger_is_listed_and_given_to_a_platform(website: site.Website, ref: str) -> None:
    mail_id = receive(website, ref, "stranger")
    client = website.person("officer")
    listed = client.get("/mails").get_data(as_text=True)
    assert "hello" in listed
    assert "waits for an officer" in listed
    page = client.get(f"/mails/{mail_id}?ref={ref}").get_data(as_text=True)
    assert "From which platform?" in page
    form = {"ref": ref, "platform": pixelly(website, ref).platform_id}
    sent = site.post(client, f"/mails/{mail_id}/assign", form, page=f"/mails/{mail_id}?ref={ref}")
    assert sent.headers["Location"] == f"/mails/{mail_id}"
    assert pixelly(website, ref).flags == ("reply",)
    assert "They have it" in client.get(f"/mails/{mail_id}").get_data(as_text=True)


def test_every_page_says_how_many_mails_wait(website: site.Website, ref: str) -> None:
    client = website.person("officer")
    assert ">Mails</a>" in client.get("/incidents").get_data(as_text=True)
    receive(website, ref, "stranger")
    receive(website, ref)
    assert ">Mails 2</a>" in client.get("/incidents").get_data(as_text=True)


def test_a_reader_sees_the_mail_and_no_button(website: site.Website, ref: str) -> None:
    mail_id = receive(website, ref)
    page = opened(website, ref, "auditor")
    assert "we have it, our case number" in page
    assert f"/mails/{mail_id}/answer" not in page


@pytest.mark.parametrize("role", ["registrar", "admin"])
def test_others_see_no_mail(website: site.Website, ref: str, role: str) -> None:
    mail_id = receive(website, ref)
    client = website.person(role)
    assert client.get("/mails").status_code == 403
    assert client.get(f"/mails/{mail_id}").status_code == 403


def test_a_mail_of_an_exercise_wears_its_marks(website: site.Website) -> None:
    incident_site.register(website)
    ref = incident_site.declared(website, exercise=True)
    mail_id = receive(website, ref)
    page = website.person("officer").get(f"/mails/{mail_id}").get_data(as_text=True)
    assert "EXERCISE EXERCISE EXERCISE" in page
    assert "TLP:AMBER" in page

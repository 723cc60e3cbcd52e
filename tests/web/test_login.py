"""Tests of logging in and out: who gets in, what is remembered, what is recorded."""

import json

import pytest

from crisis.store import db, passwords, records
from crisis.workflows import users
from tests.web import site

PAGE = "/account/log-in"


def log_in(website: site.Website, **form: str) -> site.TestResponse:
    client = website.anonymous()
    return site.post(client, PAGE, {"email": "ann@desk.example", "password": site.PASSWORD, **form})


@pytest.fixture
def ann(website: site.Website) -> site.Website:
    website.person("officer")
    return website


def kinds(website: site.Website) -> list[str]:
    with website.app.app_context(), db.reading() as session:
        return [event.kind for event in records.read(session, records.ACCESS)]


def test_the_right_password_leads_to_the_desk(ann: site.Website) -> None:
    answer = log_in(ann)
    assert (answer.status_code, answer.location) == (303, "/")


def test_case_of_the_address_does_not_matter(ann: site.Website) -> None:
    assert log_in(ann, email="Ann@Desk.example").status_code == 303


@pytest.mark.parametrize(
    "form", [{"password": "not the sentence at all"}, {"email": "nobody@desk.example"}, {"password": ""}, {"email": ""}]
)
def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(ann: site.Website, form: dict[str, str]) -> None:
    answer = log_in(ann, **form)
    assert answer.status_code == 422
    assert "The address or the password is wrong." in answer.get_data(as_text=True)


def test_somebody_switched_off_does_not_get_in(ann: site.Website) -> None:
    with ann.app.app_context():
        with db.reading() as session:
            user_id = db_user(session)
        users.change(user_id, roles=["officer"], active=False, now=ann.clock.now(), actor="cli")
    assert log_in(ann).status_code == 422


def test_switching_somebody_off_ends_their_open_session(website: site.Website) -> None:
    client = website.person("officer")
    assert client.get("/").status_code == 200
    with website.app.app_context():
        with db.reading() as session:
            user_id = db_user(session)
        users.change(user_id, roles=["officer"], active=False, now=website.clock.now(), actor="cli")
    assert client.get("/").status_code == 302


def db_user(session: db.Session) -> "users.UUID":
    found = users.users.by_email(session, "ann@desk.example")
    assert found is not None
    return found.id


def test_log_ins_and_failed_tries_are_recorded_without_the_address(ann: site.Website) -> None:
    log_in(ann, password="something else entirely")
    log_in(ann, email="stranger@elsewhere.example")
    assert kinds(ann) == ["user.added", "user.logged_in", "user.log_in_failed", "user.log_in_failed"]
    with ann.app.app_context(), db.reading() as session:
        bodies = [event.body for event in records.read(session, records.ACCESS)]
    assert json.loads(bodies[3]) == {"user_id": None}
    assert not [body for body in bodies if "@" in body]


def test_the_cookie_is_strict_and_out_of_reach_of_scripts(ann: site.Website) -> None:
    cookie = log_in(ann).headers["Set-Cookie"]
    assert cookie.startswith("crisis=")
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Domain" not in cookie


def test_ten_tries_in_a_minute_stop_the_address_and_say_so(ann: site.Website) -> None:
    for _ in range(10):
        assert log_in(ann, password="a wrong sentence").status_code == 422
    answer = log_in(ann)
    assert answer.status_code == 429
    assert "Wait a minute" in answer.get_data(as_text=True)
    assert "too_many_requests" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("after", "location"),
    [
        ("/registry?page=2", "/registry?page=2"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_only_paths_of_this_site_are_gone_back_to(ann: site.Website, after: str, location: str) -> None:
    assert log_in(ann, next=after).location == location


def test_a_page_asks_to_log_in_and_remembers_where_one_wanted_to(website: site.Website) -> None:
    answer = website.anonymous().get("/registry?q=pix")
    assert answer.status_code == 302
    assert answer.location == "/account/log-in?next=/registry?q%3Dpix"


def test_without_the_token_of_the_form_nobody_gets_in(ann: site.Website) -> None:
    client = ann.anonymous()
    client.get(PAGE)
    answer = client.post(PAGE, data={"email": "ann@desk.example", "password": site.PASSWORD})
    assert answer.status_code == 400
    assert "form_expired" in answer.get_data(as_text=True)


def test_logging_out_is_a_post_and_ends_the_session(website: site.Website) -> None:
    client = website.person("officer")
    assert client.get("/account/log-out").status_code == 405
    assert site.post(client, "/account/log-out", {}, page="/").status_code == 303
    assert client.get("/").status_code == 302


def test_who_gets_in_is_never_throttled(ann: site.Website) -> None:
    assert [log_in(ann).status_code for _ in range(12)] == [303] * 12


def test_behind_a_proxy_of_this_host_each_address_has_its_own_tries(ann: site.Website) -> None:
    form = {"email": "ann@desk.example", "password": "a wrong sentence"}

    def wrong(address: str) -> int:
        client = ann.anonymous()
        return site.post(
            client, PAGE, {**form, "email": f"{address}@x.example"}, headers={"X-Forwarded-For": address}
        ).status_code

    assert [wrong("192.0.2.1") for _ in range(11)][-1] == 429
    assert wrong("192.0.2.2") == 422


def test_a_session_ends_after_twelve_hours(website: site.Website) -> None:
    client = website.person("officer")
    website.clock.advance(hours=12, seconds=1)
    assert client.get("/").status_code == 401
    assert client.get("/").status_code == 302


def test_a_set_up_link_sets_a_password_once(website: site.Website) -> None:
    with website.app.app_context():
        added = users.add(
            "bo@desk.example", roles=["registrar"], settings=website.settings, now=website.clock.now(), actor="cli"
        )
    assert added.link is not None
    path = added.link.removeprefix("http://127.0.0.1:8000")
    client = website.anonymous()
    form = {"name": "Bo", "password": "twelve or more", "again": "twelve or more"}
    assert site.post(client, path, form).status_code == 303
    assert client.get("/registry").status_code == 200
    assert website.anonymous().get(path).status_code == 404
    answer = site.post(website.anonymous(), PAGE, {"email": "bo@desk.example", "password": "twelve or more"})
    assert answer.status_code == 303


def test_a_set_up_link_lives_for_an_hour(website: site.Website) -> None:
    with website.app.app_context():
        link = users.first_set_up_link(settings=website.settings, now=website.clock.now())
    assert link is not None
    path = link.removeprefix("http://127.0.0.1:8000")
    website.clock.advance(minutes=59, seconds=59)
    assert website.anonymous().get(path).status_code == 200
    website.clock.advance(seconds=1)
    answer = website.anonymous().get(path)
    assert answer.status_code == 404
    assert "link_unusable" in answer.get_data(as_text=True)


def test_the_first_person_names_their_own_address_and_may_do_everything(website: site.Website) -> None:
    with website.app.app_context():
        link = users.first_set_up_link(settings=website.settings, now=website.clock.now())
    assert link is not None
    path = link.removeprefix("http://127.0.0.1:8000")
    client = website.anonymous()
    form = {"email": "chief@desk.example", "name": "Cy", "password": "a long sentence", "again": "a long sentence"}
    assert site.post(client, path, form).status_code == 303
    assert [client.get(page).status_code for page in ("/", "/registry/new", "/users")] == [200, 200, 200]
    with website.app.app_context():
        assert users.first_set_up_link(settings=website.settings, now=website.clock.now()) is None


@pytest.mark.parametrize(
    ("password", "again", "says"),
    [
        ("short", "short", "Use at least 12 characters"),
        ("aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa", "Use more different characters"),
        ("one long sentence", "another sentence", "The two passwords differ"),
        ("x y z " * 60, "x y z " * 60, "Use at most 200 characters"),
    ],
)
def test_a_bad_password_is_refused_with_what_to_do(website: site.Website, password: str, again: str, says: str) -> None:
    with website.app.app_context():
        link = users.first_set_up_link(settings=website.settings, now=website.clock.now())
    assert link is not None
    path = link.removeprefix("http://127.0.0.1:8000")
    form = {"email": "chief@desk.example", "name": "Cy", "password": password, "again": again}
    answer = site.post(website.anonymous(), path, form)
    assert answer.status_code == 422
    assert says in answer.get_data(as_text=True)
    assert password not in answer.get_data(as_text=True)


def test_the_hash_is_argon2_whoever_made_it(website: site.Website) -> None:
    from flask_security import hash_password, verify_password

    with website.app.app_context():
        ours, theirs = passwords.hash_of("a sentence, long enough"), hash_password("a sentence, long enough")
        assert ours.startswith("$argon2id$")
        assert theirs.startswith("$argon2id$")
        assert verify_password("a sentence, long enough", ours)


def test_the_last_admin_stays(website: site.Website) -> None:
    website.person("admin")
    with website.app.app_context():
        with db.reading() as session:
            user_id = db_user(session)
        with pytest.raises(users.errors.Conflict, match="Nobody would be left"):
            users.change(user_id, roles=["officer"], active=True, now=website.clock.now(), actor="cli")

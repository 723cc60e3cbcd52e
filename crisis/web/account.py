"""The account pages: log in, log out, a password by a one-time link, one's own settings."""

from typing import Any

from flask import Blueprint, redirect, render_template, request
from flask_security import current_user, hash_password, login_user, verify_password

from crisis import errors
from crisis.store import passwords
from crisis.store import users as people
from crisis.store.models import User
from crisis.web import desk, guards, limits, session
from crisis.web.language import gettext
from crisis.workflows import users

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("/log-in")
@guards.public("whoever wants to log in is not logged in")
def log_in() -> Any:
    after = session.next_path(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(after or "/")
    return render_template("account/log_in.html", after=after, email="", wrong=None)


@blueprint.post("/log-in")
@guards.public("whoever wants to log in is not logged in")
@limits.per_address
@limits.per_account
def log_in_now() -> Any:
    email = request.form.get("email", "").strip()
    after = session.next_path(request.form.get("next"))
    user = _with_password(email, request.form.get("password", ""))
    if user is None:
        found = people.by_email(desk.session(), email)
        users.log_in_failed(None if found is None else found.id, now=desk.now())
        wrong = gettext("The address or the password is wrong. Check both and try again.")
        return render_template("account/log_in.html", after=after, email=email, wrong=wrong), 422
    users.logged_in(user.id, now=desk.now())
    login_user(user, remember=False, authn_via=["password"])
    session.begin()
    return redirect(after or "/", code=303)


@blueprint.post("/log-out")
@guards.public("logging out twice is no fault")
def log_out() -> Any:
    session.end()
    return redirect("/account/log-in", code=303)


@blueprint.get("/set-up/<token>")
@guards.public("the one-time link is the proof")
def set_up(token: str) -> Any:
    _user_id, email = users.for_link(token, now=desk.now())
    return render_template("account/set_up.html", token=token, given={"email": email or ""}, known=email, wrong={})


@blueprint.post("/set-up/<token>")
@guards.public("the one-time link is the proof")
@limits.per_address
def set_up_now(token: str) -> Any:
    _user_id, known = users.for_link(token, now=desk.now())
    form = request.form
    try:
        if form.get("password") != form.get("again"):
            text = gettext("The two passwords differ. Type the same one twice.")
            raise errors.InvalidInput(text, fields={"again": text})
        user_id = users.set_up(
            token,
            email=form.get("email", ""),
            name=form.get("name", ""),
            password=form.get("password", ""),
            now=desk.now(),
        )
    except errors.InvalidInput as error:
        page = render_template("account/set_up.html", token=token, given=form, known=known, wrong=error.fields)
        return page, error.status
    user = desk.session().get_one(User, user_id)
    users.logged_in(user_id, now=desk.now())
    session.end()
    login_user(user, remember=False, authn_via=["set-up link"])
    session.begin()
    return redirect("/", code=303)


@blueprint.get("")
@guards.role()
def profile() -> Any:
    given = {
        "name": current_user.name,
        "language": current_user.language,
        "notify_address": current_user.notify_address or "",
    }
    return render_template("account/profile.html", given=given, wrong={}, saved="saved" in request.args)


@blueprint.post("")
@guards.role()
def save_profile() -> Any:
    form = request.form
    try:
        users.change_profile(
            current_user.id,
            name=form.get("name", ""),
            language=form.get("language", ""),
            notify_address=form.get("notify_address", ""),
            now=desk.now(),
        )
    except errors.InvalidInput as error:
        return render_template("account/profile.html", given=form, wrong=error.fields, saved=False), error.status
    return redirect("/account?saved=1", code=303)


def _with_password(email: str, password: str) -> User | None:
    """The active person with this address and password; takes as long when there is nobody."""
    given = passwords.normal(password)[: passwords.LONGEST]
    user = people.by_email(desk.session(), email)
    if user is None or not user.password:
        hash_password(given)
        return None
    return user if verify_password(given, user.password) and user.active else None

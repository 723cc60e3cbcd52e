"""The baseline of the answers, the server's side: Flask, the mapper, and one commit for each answer.

Gunicorn serves it as it would serve the desk (``gunicorn bench.answer_peer:app``); its database is in its environment.
"""

import hashlib
import hmac
import os
import uuid
from datetime import UTC, datetime

import sqlalchemy as sa
from flask import Flask, abort, request
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

DATABASE, THREADS = "BENCH_DATABASE", 16
_KEY = b"a key for measurements only"
_TEXT = """\
<!doctype html><html lang=en><title>{{ notice.platform }}</title><body>
<h1>What we ask of {{ notice.platform }}</h1><p>{{ notice.summary }}</p>
{% if answer %}<p role="status">Recorded at {{ answer.at.strftime("%H:%M:%S") }} UTC: {{ answer.name }}
{%- if answer.case_number %}, your number {{ answer.case_number }}{% endif %}. Thank you.</p>
{% else %}<form method=post><input type=hidden name="form" value="{{ form }}">
<label>Your name <input name=name></label> <label>Your number <input name=case_number></label>
<button name=answer value=acknowledge>We have it</button></form>{% endif %}</body></html>
"""

app = Flask(__name__)
_page = app.jinja_env.from_string(_TEXT)  # once; Flask compiles a text each time
_engine = sa.create_engine(os.environ.get(DATABASE, "postgresql+psycopg://"), pool_size=THREADS)


class Base(DeclarativeBase):
    """The tables of the baseline."""


class Notice(Base):
    """What one platform is asked."""

    __tablename__ = "notice"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    platform: Mapped[str]
    summary: Mapped[str]
    state: Mapped[str] = mapped_column(default="awaiting")
    acknowledged_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))


class Link(Base):
    """By which one contact answers; its token is nowhere."""

    __tablename__ = "link"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    notice_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("notice.id"))
    notice: Mapped[Notice] = relationship(lazy="joined")


class Answer(Base):
    """What one contact said; the same form counts once."""

    __tablename__ = "answer"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    notice_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("notice.id"), index=True)
    form: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    name: Mapped[str]
    case_number: Mapped[str]
    at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))


def link(token: str) -> Link:
    """A new link, to a request of its own."""
    return Link(token_hash=_hash(token), notice=Notice(platform="Platform", summary="Fictional."))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _signature(token: str) -> str:
    return hmac.digest(_KEY, token.encode(), "sha256").hex()


@app.get("/a/<token>")
def show(token: str) -> str:
    with Session(_engine) as session:
        found = session.get(Link, _hash(token)) or abort(404)
        return _page.render(notice=found.notice, form=_signature(token))


@app.post("/a/<token>")
def take(token: str) -> str:
    if not hmac.compare_digest(request.form["form"], _signature(token)):
        abort(422)
    with Session(_engine) as session:
        found = session.get(Link, _hash(token)) or abort(404)
        answer = Answer(
            notice_id=found.notice_id,
            form=request.form["form"],
            kind=request.form["answer"],
            name=request.form["name"],
            case_number=request.form["case_number"],
            at=datetime.now(UTC),
        )
        session.add(answer)
        found.notice.state, found.notice.acknowledged_at = "acknowledged", answer.at
        text = _page.render(notice=found.notice, answer=answer)  # after the commit both would be read once more
        session.commit()
        return text

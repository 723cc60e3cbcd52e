"""Baseline (a), the worker's side: one Celery task an alert with one read, one send and one commit; and that tuned.

The process is a Celery worker like any other (``celery -A bench.peer worker``); what it needs is in its environment.
"""

import os
import smtplib
import threading
from datetime import UTC, datetime

import psycopg
import sqlalchemy as sa
from celery import Celery
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from bench import letter

BROKER, DATABASE, SMTP_PORT = "BENCH_BROKER", "BENCH_DATABASE", "BENCH_SMTP_PORT"

app = Celery("peer", broker=os.environ.get(BROKER))
app.conf.update(task_ignore_result=True, broker_connection_retry_on_startup=True)


class Base(DeclarativeBase):
    """The tables of the baseline."""


class Alert(Base):
    """One mail to one recipient."""

    __tablename__ = "alert"

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str]
    name: Mapped[str]
    platform: Mapped[str]
    link: Mapped[str]
    state: Mapped[str] = mapped_column(default="planned")
    sent_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))


class _Kept(threading.local):
    """What a process, or a thread of it, keeps between tasks."""

    engine: sa.Engine | None = None
    template: letter.Template | None = None
    smtp: smtplib.SMTP | None = None
    database: psycopg.Connection | None = None


_kept = _Kept()


@app.task
def send(number: int) -> None:
    """As most programs do it: the row by the mapper, the mail by the library, a connection to the mail host each."""
    with Session(_engine()) as session:
        alert = session.get_one(Alert, number)
        message = letter.build(alert.address, alert.name, alert.platform, alert.link)
        with smtplib.SMTP("127.0.0.1", int(os.environ[SMTP_PORT])) as smtp:
            smtp.send_message(message)
        alert.state, alert.sent_at = "sent", datetime.now(UTC)
        session.commit()


@app.task
def send_kept(number: int) -> None:
    """The same, one read, one send, one commit, tuned by a template and a kept connection to the mail host."""
    template, smtp = _sender()
    with Session(_engine()) as session:
        alert = session.get_one(Alert, number)
        mail = template.fill(alert.address, alert.name, alert.platform, alert.link, number=str(number))
        smtp.sendmail(letter.SENDER, [alert.address], mail)
        alert.state, alert.sent_at = "sent", datetime.now(UTC)
        session.commit()


def _sender() -> tuple[letter.Template, smtplib.SMTP]:
    if _kept.template is None or _kept.smtp is None:
        _kept.template = letter.Template()
        _kept.smtp = smtplib.SMTP("127.0.0.1", int(os.environ[SMTP_PORT]))
    return _kept.template, _kept.smtp


def _engine() -> sa.Engine:
    if _kept.engine is None:
        _kept.engine = sa.create_engine(os.environ[DATABASE])
    return _kept.engine


@app.task
def send_tuned(number: int, address: str, name: str, platform: str, link: str) -> None:
    """As fast as one task an alert can be: nothing read, a template, kept connections, one statement."""
    template, smtp = _sender()
    if _kept.database is None:
        _kept.database = psycopg.connect(os.environ[DATABASE].replace("+psycopg", ""), autocommit=True)
    smtp.sendmail(letter.SENDER, [address], template.fill(address, name, platform, link, number=str(number)))
    _kept.database.execute("UPDATE alert SET state = 'sent', sent_at = now() WHERE id = %s", (number,))

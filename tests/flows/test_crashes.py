"""Stories of processes that die in the middle of a fan-out: nothing is lost, repeats are few and marked."""

import json
import time
from datetime import datetime
from typing import Any

import pytest

from crisis.domain import dispatch, retry
from tests.parts import registries, samples
from tests.parts.mail_sink import MailSink
from tests.parts.running import Running, free_port, until_true

pytestmark = pytest.mark.flow

MAILS = 300
PLATFORMS = 100
RECOVERY_SECONDS = 65  # lease and metronome, with the machine busy


def _seconds(at: datetime | str) -> float:
    return (datetime.fromisoformat(at) if isinstance(at, str) else at).timestamp()


def _import(desk: Running, platforms: int = PLATFORMS, mails: int = MAILS) -> None:
    path = desk.folder / "registry.csv"
    path.write_text(registries.text(platforms, mails), encoding="utf-8")
    desk.cli("platforms", "import", str(path))


def _declare(desk: Running) -> str:
    body = samples.declaration(items=registries.items(20, PLATFORMS), exercise=True)
    body.pop("occurred_at")
    return str(json.loads(desk.cli("declare", "-", "--json", given=json.dumps(body)))["ref"])


def _alerts(desk: Running) -> list[dict[str, Any]]:
    return desk.rows("SELECT id, state, attempts, possible_repeat FROM alert")


def _all_ended(desk: Running) -> bool:
    return all(one["state"] in {"accepted", "failed"} for one in _alerts(desk))


def _check(desk: Running, mail: MailSink, *, crashes: int) -> None:
    alerts = {str(one["id"]).replace("-", ""): one for one in _alerts(desk)}
    assert len(alerts) == MAILS
    assert {one["state"] for one in alerts.values()} == {"accepted"}
    copies = {message_id[1:37].replace("-", ""): count for message_id, count in mail.copies().items()}
    assert set(copies) == set(alerts)
    repeated = {one: count for one, count in copies.items() if count > 1}
    for one, count in repeated.items():
        assert alerts[one]["possible_repeat"], "a repeat that is not marked"
        assert count <= alerts[one]["attempts"] <= retry.CAP
    assert sum(count - 1 for count in repeated.values()) <= crashes * dispatch.MOST


def test_killed_workers_lose_nothing(desk: Running, mail: MailSink) -> None:
    mail.behaviour.message_delay = 0.25
    desk.start()
    _import(desk)
    _declare(desk)
    mail.wait(20, seconds=20)
    killed = 0
    for _ in range(3):
        killed += until_true(desk.kill_senders, seconds=15, what="no worker was started again")
        time.sleep(1.5)
    until_true(lambda: _all_ended(desk), seconds=RECOVERY_SECONDS, what=lambda: str(_alerts(desk))[:2000])
    _check(desk, mail, crashes=3)
    assert killed >= 3
    desk.stop()


def test_a_desk_killed_in_mid_fan_out_starts_again_and_finishes(desk: Running, mail: MailSink) -> None:
    mail.behaviour.message_delay = 0.25
    desk.start()
    _import(desk)
    _declare(desk)
    mail.wait(20, seconds=20)
    desk.kill()
    desk.start()
    until_true(lambda: _all_ended(desk), seconds=RECOVERY_SECONDS, what=lambda: str(_alerts(desk))[:2000])
    _check(desk, mail, crashes=2)
    desk.stop()


def test_everything_dies_and_the_next_start_finishes(desk: Running, mail: MailSink) -> None:
    mail.behaviour.message_delay = 0.25
    desk.start()
    _import(desk)
    _declare(desk)
    mail.wait(20, seconds=20)
    desk.kill()
    desk.destroy()
    assert desk.processes() == {}
    desk.start()
    until_true(lambda: _all_ended(desk), seconds=RECOVERY_SECONDS, what=lambda: str(_alerts(desk))[:2000])
    _check(desk, mail, crashes=1)
    desk.stop()


def test_without_a_broker_everything_leaves_within_ten_seconds_of_its_time(desk: Running, mail: MailSink) -> None:
    desk.set(broker_url=f"redis://127.0.0.1:{free_port()}/0")
    desk.cli("migrate")
    _import(desk)
    desk.spawn("metronome")
    until_true(lambda: desk.rows("SELECT * FROM beat"), seconds=30, what=lambda: desk.output[-2000:])
    _declare(desk)
    mail.wait(MAILS, seconds=15)
    until_true(lambda: _all_ended(desk), seconds=5)
    _check(desk, mail, crashes=0)
    waits = [
        _seconds(one["accepted_at"]) - _seconds(one["planned_at"])
        for one in desk.rows("SELECT planned_at, accepted_at FROM alert")
    ]
    assert max(waits) <= 10

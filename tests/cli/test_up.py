"""Tests of `crisis up` on real processes: it starts, says what is wrong in one line, and leaves nothing behind."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.parts.running import Running, free_port, until_true

pytestmark = pytest.mark.flow

DEAD_BROKER = "redis://127.0.0.1:1/0"
NO_MAIL = "smtp://127.0.0.1:1"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Running]:
    one = Running(tmp_path / "desk", smtp_url=NO_MAIL)
    yield one
    one.destroy()


def _refusal(desk: Running, *arguments: str) -> str:
    done = desk.command("up", *arguments)
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert desk.processes() == {}
    return done.stderr


def test_it_says_what_runs_and_where_and_ends_on_sigterm_with_nothing_left(desk: Running) -> None:
    desk.start()
    until_true(lambda: "Ctrl-C stops it" in desk.output, seconds=10, what=lambda: desk.output)
    assert f"open      {desk.url}" in desk.output
    assert f"set up    {desk.url}/account/set-up/" in desk.output
    assert "parts     valkey · web · worker-mail · worker-other · metronome" in desk.output
    assert len([line for line in desk.processes().values() if line.startswith("crisis metronome")]) == 1
    assert len(desk.senders()) == 4
    second = desk.command("up", "--port", str(free_port()))
    assert second.returncode == 1
    assert second.stderr.startswith("crisis: Another `crisis up` (process ")
    desk.stop()
    assert desk.output.endswith("Stopped.\n")


def test_a_part_that_is_killed_comes_back_and_killed_itself_it_takes_its_parts_along(desk: Running) -> None:
    desk.start()
    before = set(desk.senders())
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    until_true(lambda: len(set(desk.senders()) - before) == 4, seconds=30, what=lambda: str(desk.senders()))
    assert "was killed by SIGKILL; starting it again" in desk.output
    desk.kill()
    until_true(lambda: desk.processes() == {}, seconds=5, what=lambda: str(desk.processes()))
    desk.start()
    desk.stop()


def test_without_a_broker_it_comes_up_all_the_same_and_says_so(desk: Running) -> None:
    desk.set(broker_url=DEAD_BROKER)
    desk.start()
    until_true(lambda: "degraded" in desk.output, seconds=10, what=lambda: desk.output)
    assert "valkey" not in desk.output
    until_true(lambda: desk.get("/readyz").json["degraded"] == ["broker"], seconds=10, what="not degraded")
    desk.stop()


def test_a_port_that_is_taken_is_one_plain_line(desk: Running) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        expected = f"crisis: Port {port} on 127.0.0.1 is taken. Choose another with --port.\n"
        assert _refusal(desk, "--port", str(port)) == expected


def test_a_data_folder_that_cannot_be_written_is_one_plain_line(desk: Running) -> None:
    (desk.folder / "file").write_text("in the way")
    desk.set(data_dir=str(desk.folder / "file" / "data"))
    assert _refusal(desk) == (
        f"crisis: The data folder {desk.folder}/file/data can't be written (Not a directory). "
        "Set CRISIS_DATA_DIR to one that can.\n"
    )


def test_a_setting_that_does_not_fit_is_named(desk: Running) -> None:
    desk.set(aim_minutes="soon")
    assert _refusal(desk).startswith("crisis: CRISIS_AIM_MINUTES: ")


def test_a_database_that_is_not_there_is_one_plain_line(desk: Running) -> None:
    desk.set(database_url="postgresql://nobody@127.0.0.1:1/none")
    assert _refusal(desk).startswith("crisis: The database can't be used (")


def test_a_lone_metronome_beats_and_ends_when_asked(desk: Running) -> None:
    desk.cli("migrate")
    process = desk.spawn("metronome")
    until_true(lambda: desk.rows("SELECT 1 FROM beat WHERE role = 'metronome'"), seconds=30, what=lambda: desk.output)
    assert list(desk.processes().values()) == ["crisis metronome"]
    began = time.monotonic()
    process.terminate()
    assert process.wait(10) == 0
    assert time.monotonic() - began < 6


def test_check_finds_every_fault_of_a_desk_that_does_not_run(desk: Running) -> None:
    desk.set(broker_url=DEAD_BROKER)
    desk.cli("migrate")
    done = desk.command("check")
    assert done.returncode == 1
    verdicts = {line[:15].strip(): line[16:20].strip() for line in done.stdout.splitlines()}
    assert verdicts == {
        "settings": "OK",
        "secret key": "OK",
        "database": "OK",
        "SQLite": "OK",
        "broker": "FAIL",
        "schema": "OK",
        "worker mail": "FAIL",
        "worker other": "FAIL",
        "metronome": "FAIL",
        "clock": "OK",
        "mail": "FAIL",
        "public address": "OK",
    }

"""Tests of the supervisor on small processes: what dies is started again, and nothing is left."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crisis import errors
from crisis.processes import identity, leftovers
from crisis.processes.part import Plan
from crisis.processes.supervisor import Supervisor

SLEEPS = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


class Shown:
    """What a supervisor showed."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def __call__(self, part: str, text: str) -> None:
        self.lines.append((part, text))


@pytest.fixture
def shown() -> Shown:
    return Shown()


@pytest.fixture
def supervisor(tmp_path: Path, shown: Shown) -> Iterator[Supervisor]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    made = Supervisor(tmp_path, dict(os.environ), shown)
    yield made
    made.stop()
    made.close()
    for number, handler in before.items():
        signal.signal(number, handler)


def _plan(name: str, code: str, **more: bool) -> Plan:
    return Plan(name, [sys.executable, "-c", code], **more)


def _until(supervisor: Supervisor, true: object, seconds: float = 10) -> None:
    assert callable(true)
    supervisor.wait_for(lambda: None if true() else "not yet", seconds=seconds)


def _pids(folder: Path) -> dict[str, int]:
    return {path.stem: int(path.read_text().split()[0]) for path in folder.glob("*.pid")}


def test_lines_are_shown_with_the_name_of_their_part(supervisor: Supervisor, shown: Shown) -> None:
    supervisor.start([_plan("one", SLEEPS), _plan("two", SLEEPS)])
    _until(supervisor, lambda: len(shown.lines) == 2)
    assert sorted(shown.lines) == [("one", "up"), ("two", "up")]


def test_a_quiet_part_is_only_heard_when_it_dies(supervisor: Supervisor, shown: Shown, tmp_path: Path) -> None:
    supervisor.start([_plan("quiet", SLEEPS, quiet=True)])
    os.kill(_pids(tmp_path)["quiet"], signal.SIGKILL)
    _until(supervisor, lambda: shown.lines)
    assert shown.lines == [("quiet", "was killed by SIGKILL; starting it again")]


def test_a_part_that_dies_is_started_again(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start([_plan("part", SLEEPS)])
    first = _pids(tmp_path)["part"]
    os.kill(first, signal.SIGKILL)
    _until(supervisor, lambda: _pids(tmp_path)["part"] != first)
    assert identity.of(_pids(tmp_path)["part"]) is not None


def test_five_deaths_in_a_minute_end_it_with_the_last_lines(
    tmp_path: Path, shown: Shown, supervisor: Supervisor
) -> None:
    supervisor.start([_plan("part", "print('the disk is full'); raise SystemExit(3)")])
    with pytest.raises(errors.StartFailed, match=r"part ended with 3, five times in a minute.*\n  the disk is full"):
        supervisor.wait_for(lambda: "never", seconds=30)


def test_stop_ends_a_part_that_does_not_want_to(supervisor: Supervisor, shown: Shown, tmp_path: Path) -> None:
    supervisor.start([_plan("stubborn", STUBBORN), _plan("willing", SLEEPS)])
    _until(supervisor, lambda: len(shown.lines) == 2)
    pids = _pids(tmp_path)
    began = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - began < 9
    assert {name: identity.of(pid) for name, pid in pids.items()} == {"stubborn": None, "willing": None}
    assert _pids(tmp_path) == {}


def test_what_others_need_is_stopped_last(supervisor: Supervisor, shown: Shown, tmp_path: Path) -> None:
    ends = tmp_path / "ends"
    code = f"""
        import signal, sys, time
        def end(*_):
            open({str(ends)!r}, "a").write(sys.argv[1] + " ")
            sys.exit()
        signal.signal(signal.SIGTERM, end)
        print("up", flush=True)
        time.sleep(60)
    """
    arguments = [sys.executable, "-c", textwrap.dedent(code)]
    supervisor.start([Plan("broker", [*arguments, "broker"], last=True), Plan("web", [*arguments, "web"])])
    _until(supervisor, lambda: len(shown.lines) == 2)
    supervisor.stop()
    assert ends.read_text() == "web broker "


def test_a_program_that_is_not_there_is_one_plain_line(supervisor: Supervisor) -> None:
    with pytest.raises(errors.StartFailed, match=r"broker can't be started: /no/such/program: No such file"):
        supervisor.start([Plan("broker", ["/no/such/program"])])


def test_a_forked_module_runs_as_by_python_m(supervisor: Supervisor, shown: Shown) -> None:
    supervisor.start([Plan("module", ["--help"], module="json.tool")])
    _until(supervisor, lambda: any("usage" in text for _, text in shown.lines))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_parts_die_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    script = textwrap.dedent(f"""
        import os, sys
        from pathlib import Path
        from crisis.processes.part import Plan
        from crisis.processes.supervisor import Supervisor
        supervisor = Supervisor(Path({str(tmp_path)!r}), dict(os.environ), lambda part, text: print(part, flush=True))
        supervisor.start([Plan("program", [sys.executable, "-c", {SLEEPS!r}])])
        supervisor.start([Plan("module", ["0"], module="http.server")])
        supervisor.run()
    """)
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        pids = _pids(tmp_path)
        assert set(pids) == {"program", "module"}
        parent.kill()
        parent.wait()
    ends = time.monotonic() + 5
    while time.monotonic() < ends and any(identity.of(pid) for pid in pids.values()):
        time.sleep(0.02)
    assert {name: identity.of(pid) for name, pid in pids.items()} == {"program": None, "module": None}


def test_a_left_over_is_stopped_by_its_pid_file(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True) as process:
        leftovers.note(tmp_path, "valkey", process.pid)
        assert leftovers.stop(tmp_path) == ["valkey"]
        assert process.wait(5) == -signal.SIGTERM
    assert list(tmp_path.iterdir()) == []


def test_a_stranger_with_the_same_process_id_is_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True) as stranger:
        mark = identity.of(stranger.pid)
        assert mark is not None
        earlier = mark.split(" ")
        earlier[1] = str(int(earlier[1]) - 1)
        (tmp_path / "valkey.pid").write_text(" ".join(earlier))
        (tmp_path / "web.pid").write_text("rubbish")
        assert leftovers.stop(tmp_path) == []
        assert stranger.poll() is None
        stranger.kill()

"""The return path names its alert, and nothing else is read as one."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis.notify import return_path

ALERT = UUID("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")


def test_the_return_path_names_the_alert_in_the_desks_own_domain() -> None:
    assert return_path.of("alerts@desk.example", ALERT) == "alerts+0190a1b2c3d47e5f8a9b0c1d2e3f4a5b@desk.example"
    assert return_path.of("alerts@bücher.example", ALERT).endswith("4a5b@xn--bcher-kva.example")


@given(st.uuids())
def test_what_was_written_is_read(alert_id: UUID) -> None:
    assert return_path.read(return_path.of("crisis+night@desk.example", alert_id)) == alert_id


@pytest.mark.parametrize("write", [str.upper, str.title, lambda path: f"<{path}>", lambda path: f" {path}\n"])
def test_what_hosts_do_to_addresses_is_forgiven(write: object) -> None:
    assert return_path.read(write(return_path.of("alerts@desk.example", ALERT))) == ALERT  # type: ignore[operator]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "<>",
        "alerts@desk.example",
        "alerts+0190a1b2c3d47e5f8a9b0c1d2e3f4a5@desk.example",
        "alerts+0190a1b2c3d47e5f8a9b0c1d2e3f4a5bb@desk.example",
        "alerts+0190a1b2c3d47e5f8a9b0c1d2e3f4a5b",
        "alerts+0190a1b2c3d47e5f8a9b0c1d2e3f4a5b@desk.example, x@y.example",
        "alerts+٠190a1b2c3d47e5f8a9b0c1d2e3f4a5b@desk.example",
    ],
)
def test_other_addresses_name_no_alert(address: str) -> None:
    assert return_path.read(address) is None


def test_a_sender_without_room_for_an_id_stays_as_it_is() -> None:
    long = f"{'a' * 32}@desk.example"
    assert return_path.of(long, uuid4()) == long
    assert return_path.read(return_path.of(f"{'a' * 31}@desk.example", ALERT)) == ALERT

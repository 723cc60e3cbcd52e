"""Tests that the demo runs only where every platform is a fictional one."""

import pytest
from flask.ctx import AppContext

from crisis import errors
from crisis.workflows import confine, import_registry
from tests.parts import registries
from tests.parts.clock import FakeClock


def test_an_empty_registry_and_a_fictional_one_are_fine(desk_db: AppContext, clock: FakeClock) -> None:
    confine.demo()
    import_registry.import_registry(registries.text(3, 5), now=clock.now(), actor="cli")
    confine.demo()


@pytest.mark.parametrize(
    ("reserved", "real"), [("bench-00002.example,", "bench-00002.com,"), ("@bench-00002.example,", "@bench-00002.com,")]
)
def test_one_real_domain_or_mailbox_keeps_the_demo_out(
    desk_db: AppContext, clock: FakeClock, reserved: str, real: str
) -> None:
    text = registries.text(3, 3).replace(reserved, real)
    import_registry.import_registry(text, now=clock.now(), actor="cli")
    with pytest.raises(errors.StartFailed, match=r"real platforms \(b-00002\).*Unset CRISIS_DATABASE_URL"):
        confine.demo()

"""The link in a mail that was encoded once: whatever token it ends with, the bytes are those of a mail made for it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crisis.notify import mime

TEXT = "Answer: ⟦link⟧\n" + "x" * 40 + " ⟦link⟧ and ⟦link⟧⟦link⟧\nNo link.\n=⟦link⟧."
HTML = '<a href="⟦link⟧">⟦link⟧</a> & ⟦ref⟧\n⟦link⟧'
FRONT = "https://desk.example/a&b/"

_token = st.text("ABCabcxyz0189", min_size=1, max_size=40)


def bodies() -> tuple[mime.Body, mime.Body]:
    """The same body twice, so that what the one has kept is not known to the other."""
    prepared = mime.prepare("Subject", TEXT, HTML)
    return mime.body(prepared, {"ref": "R"}), mime.body(prepared, {"ref": "R"})


@settings(deadline=None)
@given(_token, st.data())
def test_a_token_takes_the_place_of_another(token: str, data: st.DataObject) -> None:
    body, fresh = bodies()
    before = data.draw(st.text("ABCabcxyz0189", min_size=len(token), max_size=len(token)))
    body.with_link(FRONT + before)
    made = b"".join(body.with_link(FRONT + token))
    assert made == b"".join(fresh.with_link(FRONT + token))
    assert made == b"".join(fresh._encoded(FRONT + token))


@pytest.mark.parametrize("link", [mime.MISSING, "https://desk.example/", "https://desk.example/é", "ABC", ""])
def test_a_link_of_another_shape_is_encoded_for_itself(link: str) -> None:
    body, fresh = bodies()
    body.with_link(FRONT + "A" * 22)
    assert b"".join(body.with_link(link)) == b"".join(fresh._encoded(link))

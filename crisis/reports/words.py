"""Words for the values of the wire, as the report writes them: in English, like the whole report."""

_WORDS = {
    # what happened
    "terrorist-violent-extremist": "terrorist or violent extremist content",
    "child-sexual-abuse": "child sexual abuse material",
    "drug-trafficking": "drug trafficking",
    "human-trafficking": "human trafficking",
    "single": "a single request",
    # what was said of an item
    "disabled_in_eu": "disabled in all Member States",
    "already_gone": "already gone before we asked",
    "cant_find": "can’t find",
    "cant_comply": "can’t comply",
    # why we believe that a platform has the message
    "machine_read": "read by machine",
    "portal": "portal number",
    # what a contact said
    "acknowledge": "has it",
    "wrong_contact": "wrong contact",
    "show_list": "show the list",
    # why an answer is kept as unconfirmed
    "too_fast": "sent under two seconds after its page",
    "unsigned": "came without our form",
    "foreign_origin": "came from another site",
    # who did it
    "user": "somebody of the desk",
    "token": "a program",
    "contact": "a contact",
    "desk": "the desk itself",
    "cli": "the command line",
}


def plain(value: object) -> str:
    """A value of the wire in words; one without an entry is words already, but for its strokes."""
    text = str(value)
    return _WORDS.get(text, text.replace("_", " "))


def count(number: object, one: str) -> str:
    """``1 item``, ``3 items``."""
    return f"{number} {one}" if number == 1 else f"{number} {one}s"


def search(result: str | None) -> str:
    """What a search for hashes ended with: ``none``, ``found:3``, ``cannot``, or nothing yet."""
    if result is None:
        return "search open"
    if result.startswith("found:"):
        return f"found {result.removeprefix('found:')}"
    return {"none": "found none", "cannot": "can’t search"}.get(result, plain(result))


def actor(text: str) -> str:
    """Who did something, by kind: the report names no person that only the record knows."""
    return plain(text.partition(":")[0])

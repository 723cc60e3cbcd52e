"""The words of a contact's page for what can be answered, and for what can be wrong with a file."""

from crisis.domain.item import Outcome
from crisis.domain.outcome_file import BadLine, Fault
from crisis.web.language import gettext, ngettext, pgettext

#: Glyph of each kind of answer, beside its word.
GLYPHS = {
    "acknowledge": "ack",
    "in_progress": "prog",
    "done": "done",
    "question": "unk",
    "not_ours": "none",
    "will_not_act": "warn",
    "wrong_contact": "unk",
    "items": "prog",
    "show_list": "info",
}

#: Names of hashes, the same in every language.
HASHES = {"sha256": "SHA-256", "pdq": "PDQ", "md5": "MD5"}


def answers() -> dict[str, str]:
    """What was said, by the kind of answer."""
    return {
        "acknowledge": gettext("We have it and are looking"),
        "in_progress": pgettext("answer", "In progress"),
        "done": pgettext("answer", "Done"),
        "question": gettext("A question, or can't find it"),
        "not_ours": gettext("Not on our service"),
        "will_not_act": gettext("We will not act"),
        "wrong_contact": gettext("Wrong contact"),
        "items": gettext("Outcomes reported"),
        "show_list": gettext("Looked at the list (confirms nothing)"),
    }


def reasons() -> list[tuple[str, str]]:
    """Why a platform will not act: the word that is kept, the words that are shown."""
    return [
        ("lawful", gettext("Lawful in our view")),
        ("context", gettext("Context: press, research, art")),
        ("impossible", gettext("Technically impossible")),
        ("other", gettext("Another reason")),
    ]


def outcomes() -> list[tuple[str, str]]:
    """The outcomes of an item, in the order of the page."""
    texts = {
        Outcome.REMOVED: gettext("Removed"),
        Outcome.DISABLED_IN_EU: gettext("Disabled in all Member States"),
        Outcome.RESTRICTED: gettext("Restricted (say where)"),
        Outcome.ALREADY_GONE: gettext("Already gone before you asked"),
        Outcome.KEPT: gettext("Kept"),
        Outcome.NOT_OURS: gettext("Not on our service"),
        Outcome.CANT_FIND: gettext("Can't find it"),
        Outcome.QUESTION: gettext("Question"),
        Outcome.CANT_COMPLY: gettext("Can't comply (say why)"),
    }
    return [(outcome.value, text) for outcome, text in texts.items()]


def outcome(value: str) -> str:
    """The outcome that an item has; nothing where it has none yet."""
    if value == Outcome.NAMED:  # which most are, while the first answers come in
        return ""
    if value == Outcome.RESTORED:
        return str(gettext("Restored"))
    return dict(outcomes()).get(value, "")


def searched(result: str | None) -> str:
    """The answer given for the hashes to search for."""
    if result is None:
        return ""
    if result == "cannot":
        return str(gettext("we can't search for them"))
    return str(ngettext("%(num)s copy found", "%(num)s copies found", int(result.partition(":")[2] or 0)))


def line(bad: BadLine) -> str:
    """What is wrong with a line of a file, and what to do."""
    text = {
        Fault.NOT_TEXT: gettext("This is not a CSV file. Save the table as CSV, UTF-8."),
        Fault.COLUMNS: gettext("The columns are id or url, outcome, and maybe happened_at and note. Found:"),
        Fault.TOO_LONG: gettext("More than 10,000 lines. Send it in parts."),
        Fault.NOTHING: gettext("No line has an outcome yet."),
        Fault.ITEM: gettext("This address is not on your list:"),
        Fault.TWICE: gettext("This address comes twice:"),
        Fault.OUTCOME: gettext("This is not an outcome:"),
        Fault.TIME: gettext("This time can't be read, or is still to come:"),
        Fault.NOTE: gettext("The note is longer than 2,000 characters:"),
    }[bad.fault]
    return f"{text} {bad.cell}".strip()

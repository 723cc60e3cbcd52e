"""The definitions that stand beside the figures of a report; plain English, translated where they are shown."""

#: Marks a text for translation without translating it; the extractor knows this name.
N_ = str

DEFINITIONS: dict[str, str] = {
    "declared_to_first_attempt": N_(
        "From the declaration to the moment at which the first try to send a first alert began. "
        "Counted for each first alert to a platform that was asked to act or to search."
    ),
    "declared_to_accepted": N_(
        "From the declaration to the moment at which a server took a first alert. That is no proof that anybody read "
        "it. Counted for each first alert to a platform that was asked to act or to search."
    ),
    "named_to_acknowledged": N_(
        "From the moment at which items were first named to a platform to its first acknowledgement by name."
    ),
    "declared_to_acknowledged": N_("From the declaration to a platform's first acknowledgement by name."),
    "named_to_done": N_(
        "From the moment at which items were first named to a platform to the first time at which it was done, "
        "as it says itself."
    ),
    "declared_to_done": N_("From the declaration to the first time at which a platform was done, as it says itself."),
    "n": N_("How many ended."),
    "censored": N_(
        "How many were asked and had not ended when this report was made: those that never answered, refused, or said "
        "that it is not theirs are among them. Platforms that were only informed are in neither number."
    ),
    "percentiles": N_(
        "Nearest rank over those that ended and, behind them, those that did not. There is no value where the rank "
        "falls on one that did not end."
    ),
    "max": N_("The longest of those that ended."),
    "within_target": N_(
        "How many ended within our aim. It is counted from the moment named in the figure; for the time from naming to "
        "done it counts the platforms that were done by their target. Our aim is no legal deadline."
    ),
    "elapsed_seconds": N_("From the first naming to done, to the stand-down, or else to the time of this report."),
    "received_at": N_(
        "The earliest proof that a platform has the message: a delivery report or something stronger. That a server "
        "took it, or that a page was opened, is none."
    ),
    "already_gone": N_("Gone before we asked, as the platform says; counted apart from what was taken down."),
    "times": N_("Every time is UTC. A time that a platform claims is kept beside the time at which we wrote it down."),
}

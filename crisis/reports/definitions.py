"""What each figure of a report counts, in sentences that stand beside the figure."""

DEFINITIONS: dict[str, str] = {
    "declared": "When the officer's declaration was committed: entry 1 of the record.",
    "named": "When items were named to a platform: the declaration, or a later batch.",
    "asked": "Platforms asked to act or to search. Platforms that are only informed are in no figure.",
    "told": "Asked platforms of which at least one alert was accepted, or which were reached by phone or answered.",
    "acknowledged": "The first confirmed answer of a contact. An opened link is not one.",
    "done": "The platform said so, or every item named to it has an outcome; its own time, if it gave one.",
    "items": "Addresses, counted once for each platform that was asked about them. Withdrawn ones are counted apart.",
    "no_longer_public": (
        "Removed, disabled in all Member States, restricted, or already gone before we asked; as the platform says."
    ),
    "n": "How many ended.",
    "censored": "How many were asked and had not ended at the stand-down, or now if there was none.",
    "p50": "Nearest rank over n + censored, those without an end last; null where the rank falls on one of them.",
    "p90": "As p50, at nine tenths.",
    "max": "The longest that ended.",
    "within_target": (
        "How many ended within our aim: counted from naming, to the batch's target, for named_to_done; "
        "from the start of the figure elsewhere. Our aim is not a duty."
    ),
    "declared_to_first_attempt": "Declaration to the first attempt on the wire, over the first alerts of those asked.",
    "declared_to_accepted": "Declaration to acceptance by our relay or their server, over the same alerts.",
    "named_to_acknowledged": "First naming to the first acknowledgement, over platforms asked.",
    "declared_to_acknowledged": "Declaration to the first acknowledgement, over platforms asked.",
    "named_to_done": "First naming to the first time of done, over platforms asked.",
    "declared_to_done": "Declaration to the first time of done, over platforms asked.",
    "evidence": "Why we believe that a platform has the message, by kind: our_relay and their_server are not proof.",
    "times": "RFC 3339, UTC. Durations are seconds. What happened after the stand-down is listed, and in no figure.",
}

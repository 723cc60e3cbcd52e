"""The names of the tasks, on the wire: fixed, because rings of an older version may still be queued."""

DRAIN = "crisis.drain"
MARK_PROBE = "crisis.mark_probe"

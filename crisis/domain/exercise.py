"""Exercises: which hosts they may name, so that none ever asks about a real address."""

#: Top-level domains and domains that belong to nobody. *Source:* RFC 2606, RFC 6761.
RESERVED = frozenset({"example", "test", "invalid", "localhost", "example.com", "example.net", "example.org"})


def may_name(host: str) -> bool:
    """Whether ``host`` (IDNA, lower case) is reserved, itself or by a parent."""
    while host:
        if host in RESERVED:
            return True
        host = host.partition(".")[2]
    return False

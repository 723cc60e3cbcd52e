"""The services that Apprise may write to here, and why an address of another one is refused."""

import re
from collections.abc import Collection
from typing import Final

from crisis import errors

#: Services of chat, push, telephony and duty rosters that Apprise may write to, unless CRISIS_APPRISE_ALLOW says
#: otherwise; none that runs something on this machine, and none that would carry our mail past its own sender.
KNOWN: Final = frozenset(
    {
        "bark", "barks", "bulksms", "clickatell", "clicksend", "d7sms", "dingtalk", "discord", "feishu", "flock",
        "gchat", "goalert", "goalerts", "gotify", "gotifys", "ilert", "incidentio", "infobip", "lark", "line",
        "matrix", "matrixs", "messagebird", "mmost", "mmosts", "msgbird", "nctalk", "nctalks", "nexmo", "ntfy",
        "ntfys", "opsgenie", "pagerduty", "pagertree", "pbul", "plivo", "pover", "prowl", "pushover", "pushy",
        "rocket", "rockets", "seven", "signal", "signals", "sinch", "slack", "sns", "squadcast", "synology",
        "synologys", "telnyx", "tgram", "threema", "twilio", "twist", "vonage", "webex", "wecombot", "whatsapp",
        "workflow", "workflows", "wxteams", "zulip",
    }
)  # fmt: skip

#: They write to the machine itself, run commands, or pass on to another Apprise with rules of its own.
_NEVER = frozenset(
    {
        "apprise", "apprises", "blink1", "dbus", "file", "gio", "glib", "gnome",
        "http", "https", "include", "kde", "kodi", "kodis", "macosx", "mailto",
        "mailtos", "memory", "qt", "rsyslog", "syslog", "windows", "xbmc", "xbmcs",
    }
)  # fmt: skip
_MAIL = frozenset({"mailto", "mailtos"})
_SCHEME = re.compile(r"[a-z0-9]{1,20}")


def check(address: str, allowed: Collection[str]) -> str:
    """The service that an Apprise address names.

    Raises:
        InvalidInput: it can't be used; the text says why, without the address.
    """
    service = address.partition("://")[0].lower()
    if "://" not in address or not _SCHEME.fullmatch(service) or not address.isprintable():
        raise errors.InvalidInput(
            "This is no Apprise address. It begins with the name of a service, like ntfys://host/topic."
        )
    if service in _MAIL:
        raise errors.InvalidInput("Mail has a channel of its own: register the address as email.")
    if service in _NEVER:
        raise errors.InvalidInput(f"Apprise addresses with {service}:// are not allowed here.")
    if service not in allowed:
        raise errors.InvalidInput(
            f"CRISIS_APPRISE_ALLOW does not name {service}. It lists the services that may be used."
        )
    return service

"""The tables; importing this package makes every one of them known."""

from crisis.store.models.access import ApiToken, IdempotencyKey
from crisis.store.models.alert import Alert, Attempt, Message
from crisis.store.models.answer import Acknowledgement, Answer, Call, ItemOutcome, Opening
from crisis.store.models.base import Base
from crisis.store.models.incident import Batch, Incident, Item, RefCounter, Spelling, Update
from crisis.store.models.incoming import Mail, Receipt
from crisis.store.models.link import Link
from crisis.store.models.matter import Matter, Told
from crisis.store.models.notice import Notice, NoticeItem
from crisis.store.models.process import Beat, Probe
from crisis.store.models.record import Event, StreamHead
from crisis.store.models.registry import Contact, Domain, Endpoint, Platform
from crisis.store.models.registry_change import RegistryChange
from crisis.store.models.task import Claim, PortalUse
from crisis.store.models.timer import Timer
from crisis.store.models.user import Role, User, user_role
from crisis.store.models.version import ActiveVersion, Version
from crisis.store.models.watch import Alarm, Rota

__all__ = [
    "Acknowledgement",
    "ActiveVersion",
    "Alarm",
    "Alert",
    "Answer",
    "ApiToken",
    "Attempt",
    "Base",
    "Batch",
    "Beat",
    "Call",
    "Claim",
    "Contact",
    "Domain",
    "Endpoint",
    "Event",
    "IdempotencyKey",
    "Incident",
    "Item",
    "ItemOutcome",
    "Link",
    "Mail",
    "Matter",
    "Message",
    "Notice",
    "NoticeItem",
    "Opening",
    "Platform",
    "PortalUse",
    "Probe",
    "Receipt",
    "RefCounter",
    "RegistryChange",
    "Role",
    "Rota",
    "Spelling",
    "StreamHead",
    "Timer",
    "Told",
    "Update",
    "User",
    "Version",
    "user_role",
]

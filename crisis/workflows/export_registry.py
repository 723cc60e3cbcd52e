"""Write the registry as the file that can be imported again, with the same cells."""

from dataclasses import dataclass

from crisis.domain import registry_file
from crisis.domain.registry_row import Row
from crisis.store import db, platforms, registrations
from crisis.store.models import Contact, Endpoint, Platform


@dataclass(frozen=True, slots=True)
class Exported:
    """The file, and the platforms that it can't hold because they have no address."""

    text: str
    rows: int
    without_address: tuple[str, ...]


def export_registry() -> Exported:
    """Every platform, contact and endpoint that is not retired, in the order in which they came.

    Addresses that are secrets are in it as they were given: whoever may have the file may have them.
    """
    rows: list[Row] = []
    without = []
    with db.reading() as session:
        for platform in registrations.present(platforms.whole(session)):
            own = [
                _row(platform, contact, endpoint)
                for contact in registrations.present(platform.contacts)
                for endpoint in registrations.present(contact.endpoints)
            ]
            rows += own
            if not own:
                without.append(platform.registry_id)
    return Exported(registry_file.write(rows), len(rows), tuple(without))


def _row(platform: Platform, contact: Contact, endpoint: Endpoint) -> Row:
    return Row(
        line=0,
        platform_id=platform.registry_id,
        platform_name=platform.name,
        kind=platform.kind,
        service=platform.service,
        domains=" ".join(domain.name for domain in platform.domains),
        home_state=platform.home_state,
        languages=platform.languages,
        contact_name=contact.name,
        contact_order=str(contact.position),
        contact_language=contact.language,
        time_zone=contact.time_zone,
        hours=contact.hours,
        channel=endpoint.channel,
        address=db.vault().open(endpoint.address),
        verified_on=endpoint.verified_on.isoformat() if endpoint.verified_on else "",
    )

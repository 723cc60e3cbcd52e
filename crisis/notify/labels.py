"""Labels: the words for values of an incident."""

from crisis.domain import incident
from crisis.notify.languages import Words


def sharing(words: Words, tlp: incident.Tlp) -> str:
    """Who may see a message with this label. *Source:* TLP 2.0, first.org/tlp, shortened."""
    _ = words.gettext
    match tlp:
        case incident.Tlp.RED:
            return _("Only for the people it was sent to.")
        case incident.Tlp.AMBER_STRICT:
            return _("Only for your organisation, for those who must act.")
        case incident.Tlp.AMBER:
            return _("For your organisation and those who must act.")
        case incident.Tlp.GREEN:
            return _("For your community. Not for publication.")
        case incident.Tlp.CLEAR:
            return _("May be shared with anybody.")


def kind(words: Words, kind: incident.Kind) -> str:
    """The harm in words."""
    _ = words.gettext
    match kind:
        case incident.Kind.TERRORIST:
            return _("terrorist or violent extremist content")
        case incident.Kind.CHILD_ABUSE:
            return _("child sexual abuse material")
        case incident.Kind.DRUGS:
            return _("drug trafficking")
        case incident.Kind.TRAFFICKING:
            return _("trafficking in human beings")
        case incident.Kind.OTHER:
            return _("other harm")

"""The page behind the link of an alert: no log-in, no script, no cookie."""

from crisis.web.answer.views import blueprint

__all__ = ["blueprint"]

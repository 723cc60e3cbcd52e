"""The pages of the demo, which exist only there: what was caught, and the exercise at one click."""

from crisis.web.demo import exercise, mails, story
from crisis.web.demo.routes import blueprint

__all__ = ["blueprint", "exercise", "mails", "story"]

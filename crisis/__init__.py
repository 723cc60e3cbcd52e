"""Crisis desk: alert every platform at once, time every answer, report what happened."""

__version__ = "0.1.0"

"""The API for programs, under ``/api/v1``: JSON in and out, bearer tokens, problem+json for what went wrong."""

from crisis.web.api import actions, contacts, description, incidents, ladders, lists, registry, reports
from crisis.web.api.operations import blueprint

__all__ = ["actions", "blueprint", "contacts", "description", "incidents", "ladders", "lists", "registry", "reports"]

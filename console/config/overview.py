"""The console's first page: what waits for somebody."""

from typing import Any

from contacts import dashboard
from django.http import HttpRequest
from transcripts import queues


def to_do(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add `cards` to the page: title, count and link each, of what this account may see."""
    context["cards"] = [*queues.cards(request), *dashboard.cards(request)]
    return context

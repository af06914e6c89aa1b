"""Errors as JSON: one sentence in `detail`."""

from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler


def as_json(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to an error in a view; None for one that nobody foresaw, which Django logs and answers with 500.

    Args:
        error: what was raised; a ValidationError holds lists of messages by the name of the parameter.
        context: of REST framework.
    """
    response = exception_handler(error, context)
    if response is not None and isinstance(error, ValidationError):
        sentences = (f"{name}: {message}" for name, messages in error.detail.items() for message in messages)
        response.data = {"detail": " ".join(sentences)}
    return response

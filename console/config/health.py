"""Whether the console works, for whatever watches over it."""

import logging

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

_has_all = False
_logger = logging.getLogger(__name__)


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 `{"status": "ok"}` when the database answers, else 503; needs no login."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "error", "what": "database"}, status=503)
    return JsonResponse({"status": "ok"})


def _missing_migrations() -> int:
    """How many migrations the database lacks; once it has them all, only that it answers is looked at."""
    global _has_all
    if _has_all:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return 0
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    _has_all = not missing
    return missing


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and has the tables of this release, else 503, and the log says why."""
    try:
        missing = _missing_migrations()
    except DatabaseError as error:
        _logger.error(
            "Not ready: the console's database does not answer (%s). Check DATABASE_URL.", type(error).__name__
        )
        return JsonResponse({"status": "not ready"}, status=503)
    if missing:
        _logger.error("Not ready: %s migrations are missing. Run: console/manage.py migrate", missing)
        return JsonResponse({"status": "not ready"}, status=503)
    return JsonResponse({"status": "ready"})

"""The page of the figures, and its tables as CSV files."""

from datetime import date
from typing import Any

from config.read_only import ReadOnlyAdmin
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from transcripts import audit
from transcripts.models import AuditEntry

from figures import titles
from figures.export import as_csv
from figures.models import DailyCount
from figures.selection import SelectionForm
from figures.tables import Row, Table, figures

MOST_PLOTTED = 15  # bars


@admin.register(DailyCount)
class DailyCountAdmin(ReadOnlyAdmin):
    """In the place of a list of rows: plots and tables. Counts are made of conversations only, and stay."""

    def get_urls(self) -> list[URLPattern]:
        """The page and its files; no page of a single row."""
        return [
            path("", self.admin_site.admin_view(self.changelist_view), name="figures_dailycount_changelist"),
            path("<slug:name>.csv", self.admin_site.admin_view(self.csv_view), name="figures_dailycount_csv"),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Everything about the chosen period."""
        form = self._form(request)
        shown = figures(form.selection())
        context = {
            **self.admin_site.each_context(request),
            "title": _("Figures"),
            "opts": self.opts,
            "form": form,
            "cards": shown.cards,
            "tables": [_as_shown(table) for table in shown.tables],
            "plots": {
                "rtl": get_language_bidi(),
                "tables": {table.name: _plot(table) for table in shown.tables},
            },
            "query": request.GET.urlencode(),
        }
        return TemplateResponse(request, "figures/figures.html", context)

    def csv_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """One table as a file, with the same choice as on the page."""
        form = self._form(request)
        if not form.is_valid():
            words = [str(word) for listed in form.errors.values() for word in listed]
            return HttpResponse(" ".join(words), status=400, content_type="text/plain; charset=utf-8")
        selection = form.selection()
        table = next((table for table in figures(selection).tables if table.name == name), None)
        if table is None:
            raise Http404
        audit.note(request, AuditEntry.Action.EXPORTED, detail=f"{name} {request.GET.urlencode()}")
        response = HttpResponse(as_csv(table, _("total")), content_type="text/csv; charset=utf-8")
        file = f"dalil-{name}-{selection.since}-{selection.until}.csv"
        response["Content-Disposition"] = f'attachment; filename="{file}"'
        return response

    def _form(self, request: HttpRequest) -> SelectionForm:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return SelectionForm(request.GET)


def _as_shown(table: Table) -> dict[str, Any]:
    """A table as the page shows it: everything is text."""
    return {
        "table": table,
        "rows": [{"labels": _labels(row), "cells": _texts(table, row.cells), "words": row.words} for row in table.rows],
        "totals": _texts(table, table.totals),
    }


def _texts(table: Table, cells: tuple[Any, ...]) -> list[str]:
    return [titles.per_cent(cell) if n in table.shares else titles.count(cell) for n, cell in enumerate(cells)]


def _labels(row: Row) -> list[str]:
    return [label if isinstance(label, str) else titles.day(label) for label in row.labels]


def _plot(table: Table) -> dict[str, Any]:
    """A table for Chart.js; what is hidden is a gap."""
    rows = table.rows
    if table.plot == "bar":
        rows = tuple(row for row in rows if isinstance(row.cells[0], int))[:MOST_PLOTTED]
    return {
        "kind": table.plot,
        "labels": [" · ".join(_labels(row)) for row in rows],
        "short": [titles.short_day(label) for row in rows for label in row.labels if isinstance(label, date)],
        "lines": [
            {
                "title": table.columns[n],
                "values": [row.cells[n] if isinstance(row.cells[n], int) else None for row in rows],
            }
            for n in table.plotted
        ],
    }

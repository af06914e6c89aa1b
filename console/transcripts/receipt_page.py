"""The page on which staff look a receipt up."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from transcripts import source
from transcripts.receipts import look_up


@permission_required("transcripts.view_conversation", raise_exception=True)
def receipt_page(request: HttpRequest) -> HttpResponse:
    """Ask for a receipt; on POST, which keeps it out of addresses and logs, say what is known of it."""
    typed = request.POST.get("receipt", "")
    context = {
        **admin.site.each_context(request),
        "title": _("Receipts of erasures"),
        "receipt": typed,
        "found": _known(typed) if typed else "",
    }
    return TemplateResponse(request, "transcripts/receipt.html", context)


def _known(typed: str) -> str:
    try:
        with source.reading(settings.SYSTEM) as engine:
            return look_up(engine, typed)
    except source.Unavailable as error:
        return str(error)

"""What staff do with transcripts: judge a message, file a conversation, save a filter, teach the assistant.

Each is a plain form that comes back to where it was; each leaves a line in the audit log.
"""

from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from assistant.paths import ROOT
from transcripts import audit, teaching, training_files
from transcripts.forms import FileForm, SavedFilterForm, VerdictForm
from transcripts.models import AuditEntry, Conversation, Review, SavedFilter, Turn
from transcripts.queues import SECOND, readable_by
from transcripts.walk import next_waiting

Action = AuditEntry.Action
LIST, PAGE = "admin:transcripts_conversation_changelist", "admin:transcripts_conversation_change"
_may_review = permission_required("transcripts.review", raise_exception=True)
_may_teach = permission_required("transcripts.teach", raise_exception=True)


@require_POST
@_may_review
def judge(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a message a verdict."""
    turn = _turn(request, pk)
    form = VerdictForm(request.POST, turn, request.user)
    if form.is_valid():
        review = form.save()
        said = f"{review.verdict} {review.right_topic}".strip()
        audit.note(request, Action.JUDGED, turn.conversation, turn, said)
    else:
        _complain(request, form)
    return _back(request, turn.conversation, turn)


@require_POST
@_may_review
def agree(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree with a correction as second reader; whoever made it cannot."""
    turn = _turn(request, pk)
    review = get_object_or_404(Review.objects.awaiting_second(), turn=turn)
    if review.reviewer_id == request.user.pk:
        messages.error(request, _("The second reader must be another person."))
    else:
        review.second = request.user
        review.save(update_fields=["second"])
        audit.note(request, Action.AGREED, turn.conversation, turn, f"{review.verdict} {review.right_topic}")
    return _back(request, turn.conversation, turn)


@require_POST
@_may_review
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """Set tags, note and assignment of a conversation."""
    conversation = _conversation(request, pk)
    form = FileForm(request.POST, conversation)
    if form.is_valid():
        form.save()
        assigned = conversation.assigned.get_username() if conversation.assigned else "-"
        tags = ", ".join(form.cleaned_data["tag_names"]) or "-"
        audit.note(request, Action.FILED, conversation, detail=f"{tags}; {assigned}")
        messages.success(request, _("Kept."))
    else:
        _complain(request, form)
    return _back(request, conversation)


@require_POST
@_may_review
def done(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a conversation as reviewed and open the next that waits."""
    conversation = _conversation(request, pk)
    conversation.reviewed = timezone.now()
    conversation.save(update_fields=["reviewed"])
    audit.note(request, Action.REVIEWED, conversation)
    following = next_waiting(request, conversation, request.POST.get("filters", ""))
    if following:
        return _back(request, following)
    messages.success(request, _("Nothing more waits here."))
    return HttpResponseRedirect(f"{reverse(LIST)}?{request.POST.get('filters', '')}")


@require_POST
@permission_required("transcripts.add_savedfilter", raise_exception=True)
def save_filter(request: HttpRequest) -> HttpResponse:
    """Keep a view of the list under a name."""
    form = SavedFilterForm(request.POST, instance=SavedFilter(maker=request.user.get_username()))
    if form.is_valid():
        audit.note(request, Action.SAVED, detail=form.save().name)
    else:
        _complain(request, form)
    return HttpResponseRedirect(f"{reverse(LIST)}?{request.POST.get('query', '')}")


@require_GET
@permission_required("transcripts.view_savedfilter", raise_exception=True)
def saved(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a view of the list that was kept."""
    return HttpResponseRedirect(f"{reverse(LIST)}?{get_object_or_404(SavedFilter, pk=pk).query}")


@require_POST
@permission_required("transcripts.delete_savedfilter", raise_exception=True)
def remove_filter(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a view of the list."""
    kept = get_object_or_404(SavedFilter, pk=pk)
    audit.note(request, Action.REMOVED, detail=kept.name)
    kept.delete()
    return redirect(LIST)


@_may_teach
def teach(request: HttpRequest) -> HttpResponse:
    """Show what corrections would change in the training data; on POST, change it."""
    plan = _plan(request)
    if request.method == "POST" and plan.taught:
        try:
            teaching.apply(plan, ROOT)
        except OSError as error:
            messages.error(request, _("The training data cannot be written (%s). Take the patch.") % error.strerror)
        else:
            _taught(request, plan)
        return redirect("transcripts:teach")
    context = {
        **admin.site.each_context(request),
        "title": _("Teaching"),
        "plan": plan,
        "patch": training_files.as_patch(ROOT, plan.changes),
        "awaiting": Review.objects.awaiting_second().count(),
        "second": SECOND,
    }
    return TemplateResponse(request, "transcripts/teaching.html", context)


@require_POST
@_may_teach
def patch(request: HttpRequest) -> HttpResponse:
    """Take the changes away as a patch (`git apply`), where the console cannot write the training data."""
    plan = _plan(request)
    if not plan.changes:
        return redirect("transcripts:teach")
    _taught(request, plan)
    answer = HttpResponse(training_files.as_patch(ROOT, plan.changes), content_type="text/x-patch; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="corrections.patch"'
    return answer


def _plan(request: HttpRequest) -> teaching.Plan:
    """What teaching would change; nothing, and why, where it cannot be known."""
    try:
        return teaching.plan(ROOT, readable=readable_by(request, Conversation.objects.all()))
    except teaching.TeachingError as error:
        messages.error(request, str(error))
        return teaching.Plan()


def _taught(request: HttpRequest, plan: teaching.Plan) -> None:
    teaching.mark_as_taught(plan)
    count = len(plan.taught)
    audit.note(request, Action.TAUGHT, detail=str(count))
    text = ngettext("%(count)s correction was taken over.", "%(count)s corrections were taken over.", count)
    messages.success(request, text % {"count": count})


def _conversation(request: HttpRequest, pk: int) -> Conversation:
    return get_object_or_404(readable_by(request, Conversation.objects.all()), pk=pk)


def _turn(request: HttpRequest, pk: int) -> Turn:
    turn = get_object_or_404(Turn.objects.select_related("conversation"), pk=pk)
    _conversation(request, turn.conversation_id)
    return turn


def _complain(request: HttpRequest, form: BaseForm) -> None:
    for error in form.errors.values():
        messages.error(request, " ".join(map(str, error)))


def _back(request: HttpRequest, conversation: Conversation, turn: Turn | None = None) -> HttpResponse:
    """To the page of a conversation, in the view of the list from which it was opened."""
    filters = request.POST.get("filters", "")
    kept = "?" + urlencode({"_changelist_filters": filters}) if filters else ""
    return HttpResponseRedirect(f"{reverse(PAGE, args=[conversation.pk])}{kept}" + (f"#turn-{turn.pk}" if turn else ""))

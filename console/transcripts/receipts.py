"""What staff tell somebody who asks whether their conversation is erased."""

from datetime import datetime, timezone

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from sqlalchemy.engine import Engine

from assistant.privacy.receipts import typed
from assistant.storage import erasures


def look_up(engine: Engine, text: str) -> str:
    """What is known of a receipt, in a sentence.

    Args:
        engine: the conversations' database.
        text: the code as it was read out or copied.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database cannot be read.
    """
    receipt = typed(text)
    if not receipt:
        return _("This is no receipt: it has eight letters and digits, such as ACDE-F346.")
    found = erasures.find(engine, receipt)
    if not found:
        return _("Not known: nobody got this receipt here.")
    if found.sender_id or not found.erased:
        return _("Under way since %(time)s.") % {"time": _time(found.asked)}
    return _("Erased on %(time)s; asked for on %(asked)s.") % {
        "time": _time(found.erased),
        "asked": _time(found.asked),
    }


def _time(at: float) -> str:
    return date_format(localtime(datetime.fromtimestamp(at, tz=timezone.utc)), "DATETIME_FORMAT")

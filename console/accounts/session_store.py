"""Sessions in the database: looked for only under keys that Django makes, written only by whoever changed them."""

import re

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError

_KEY = re.compile(r"[a-z0-9]{32}")


class SessionStore(db.SessionStore):
    """Django's own, in two points more careful."""

    def _validate_session_key(self, key: str | None) -> bool:
        """Django's asks the database for any cookie; PostgreSQL fails at NUL, which a cookie can hold ("\\000")."""
        return bool(key and _KEY.fullmatch(key))

    def save(self, must_create: bool = False) -> None:
        """Keep the session; where nothing changed in it, only put off its end.

        Every request saves (SESSION_SAVE_EVERY_REQUEST). Django would write back all that the request had read, and
        so undo what another one changed in the meantime: a browser asks for /favicon.ico beside each page.

        Args:
            must_create: whether the session has to be new.

        Raises:
            CreateError: when it has to be new, and is not.
            UpdateError: when the session is gone, for instance by signing out.
        """
        if must_create or self.modified or not self.session_key:
            super().save(must_create)
            return
        kept = self.model.objects.filter(session_key=self.session_key)
        if not kept.update(expire_date=self.get_expiry_date()):
            raise UpdateError

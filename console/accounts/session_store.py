"""Sessions in the database, looked for only under keys that Django makes."""

import re

from django.contrib.sessions.backends import db

_KEY = re.compile(r"[a-z0-9]{32}")


class SessionStore(db.SessionStore):
    """Django's own asks the database for any cookie; PostgreSQL fails at NUL, which a cookie can hold ("\\000")."""

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key and _KEY.fullmatch(key))

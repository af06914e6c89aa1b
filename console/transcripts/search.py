"""Free text search in what people wrote: FTS5 on SQLite, full text search on PostgreSQL.

Both index `Turn.words`, the message in the form that the assistant matches in: without accents and tashkeel, one form a
letter. "carte sejour" finds « carte de séjour », "الاقامه" finds "الإقامة".

Index and triggers are made after each `migrate`, not in a migration: Django makes a table of SQLite anew to change a
column, and drops its triggers without a word.
"""

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from assistant.nlu.tokens import words_of
from transcripts.models import Turn

MOST_WORDS = 12
_SQLITE = (
    "CREATE VIRTUAL TABLE transcripts_words USING fts5(words, content='transcripts_turn', content_rowid='id', "
    "prefix='2 3', tokenize='unicode61')",
    "INSERT INTO transcripts_words (transcripts_words) VALUES ('rebuild')",
)
_DROP = "INSERT INTO transcripts_words (transcripts_words, rowid, words) VALUES ('delete', old.id, old.words);"
_ADD = "INSERT INTO transcripts_words (rowid, words) VALUES (new.id, new.words);"
_TRIGGERS = (
    f"CREATE TRIGGER IF NOT EXISTS transcripts_words_add AFTER INSERT ON transcripts_turn BEGIN {_ADD} END",
    f"CREATE TRIGGER IF NOT EXISTS transcripts_words_drop AFTER DELETE ON transcripts_turn BEGIN {_DROP} END",
    "CREATE TRIGGER IF NOT EXISTS transcripts_words_change AFTER UPDATE OF words ON transcripts_turn "
    f"BEGIN {_DROP} {_ADD} END",
)
_POSTGRESQL = (
    "CREATE INDEX IF NOT EXISTS transcripts_words ON transcripts_turn USING gin (to_tsvector('simple', words))",
)
_MATCHING = {
    "sqlite": "SELECT rowid FROM transcripts_words WHERE transcripts_words MATCH %s",
    "postgresql": "SELECT id FROM transcripts_turn WHERE to_tsvector('simple', words) @@ to_tsquery('simple', %s)",
}


def prepare(database: BaseDatabaseWrapper) -> None:
    """Make the index where there is none."""
    statements = _POSTGRESQL if database.vendor == "postgresql" else _TRIGGERS
    with database.cursor() as cursor:
        if database.vendor == "sqlite" and "transcripts_words" not in database.introspection.table_names(cursor):
            statements = (*_SQLITE, *statements)
        for statement in statements:
            cursor.execute(statement)


def compact() -> None:
    """Let nothing stay in the index of what was deleted: FTS5 only notes a deletion until its parts are merged."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO transcripts_words (transcripts_words) VALUES ('optimize')")


def searchable(text: str) -> str:
    """A message as it is searched."""
    return " ".join(words_of(text))


def matching(asked: str) -> QuerySet[Turn]:
    """Messages that hold every word asked for; the last may be the beginning of one. None when there is no word."""
    wanted = searchable(asked).split()[:MOST_WORDS]
    if not wanted:
        return Turn.objects.none()
    return Turn.objects.filter(pk__in=RawSQL(_MATCHING[connection.vendor], [_QUERY[connection.vendor](wanted)]))


def _fts5(wanted: list[str]) -> str:
    return " ".join('"' + word.replace('"', '""') + '"' for word in wanted) + "*"


def _tsquery(wanted: list[str]) -> str:
    return " & ".join("'" + word.replace("\\", "\\\\").replace("'", "''") + "'" for word in wanted) + ":*"


_QUERY = {"sqlite": _fts5, "postgresql": _tsquery}

"""Tables of the transcripts: what was said (`projected`), and what staff make of it (`reviewed`, `audit`)."""

from transcripts.models.audit import AuditEntry
from transcripts.models.projected import Conversation, Position, Turn
from transcripts.models.reviewed import Review, SavedFilter, Tag

__all__ = ["AuditEntry", "Conversation", "Position", "Review", "SavedFilter", "Tag", "Turn"]

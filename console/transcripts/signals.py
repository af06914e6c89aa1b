"""What others may want to know of the transcripts."""

from django.dispatch import Signal

# Messages of some days came, changed or got a thumb, sent in the transaction that changes them.
# `moments`: when the messages were written (datetime, with a zone).
turns_changed = Signal()

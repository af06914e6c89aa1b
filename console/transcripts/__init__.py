"""The transcripts: what people asked and what they were told, redacted, for staff who review it."""

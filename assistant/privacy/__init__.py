"""What keeps people out of what is written down: redaction, pseudonyms."""

"""From what was understood to what is said: one decision, and the answers with their buttons."""

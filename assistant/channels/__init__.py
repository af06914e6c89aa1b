"""Ways in and out of the assistant."""

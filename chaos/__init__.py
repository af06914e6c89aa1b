"""What is broken on purpose while people talk, and what becomes of their messages (`make chaos`)."""

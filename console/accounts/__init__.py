"""Who may enter the console: passwords, the second factor, lock-out, sessions, roles."""

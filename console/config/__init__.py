"""Settings and addresses of the staff console."""

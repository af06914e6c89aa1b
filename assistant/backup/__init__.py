"""Backups of everything that people and staff wrote, and their return."""

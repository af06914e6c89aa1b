"""What operators see of the running system: requests by id, log lines, metrics, readiness."""

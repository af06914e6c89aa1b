"""What runs the assistant as a server."""

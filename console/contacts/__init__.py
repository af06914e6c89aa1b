"""The contact directory: who helps, where, at what number, as staff keep it true."""

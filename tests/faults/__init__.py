"""Fault tests: real processes, a real PostgreSQL, a mail server that misbehaves."""

"""The command `nakadachi`: acts on the same use cases and the same database as the servers."""

from gateway.cli.main import main

__all__ = ["main"]

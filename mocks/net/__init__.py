"""Sockets for parties: TLS both ways, document streams both ways, one port per party."""

"""Builds the parts of a process from its settings, starts them and stops them."""

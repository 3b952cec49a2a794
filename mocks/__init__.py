"""Counterparties of the sandbox: they keep state, check what they receive, and can misbehave."""

"""The admin API of the counterparties (`/__mocks/v1`): on its own port, for testers only."""

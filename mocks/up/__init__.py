"""A server of counterparties that stays up, with a system under test among them."""

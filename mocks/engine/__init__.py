"""What every counterparty stands on: keyed draws, the clock, people, orders to misbehave."""

"""Pure values, state tables and decisions: no I/O, no clock, no random numbers."""

"""The counterparties: core, resident registry, agencies; each a pure state machine."""

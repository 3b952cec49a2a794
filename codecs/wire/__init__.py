"""What the parties of the network must agree on: pure conversions between bytes and values."""

"""The demo: residents registered, sixteen cases played, every log verified and reconciled."""

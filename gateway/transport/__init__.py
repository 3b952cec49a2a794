"""The business API over HTTP: what business systems send, validated, and what they get back."""

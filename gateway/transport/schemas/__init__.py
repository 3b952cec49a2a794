"""Requests and responses, written once: these types validate, are published, and are sampled."""

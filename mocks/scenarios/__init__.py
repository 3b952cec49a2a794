"""The scenarios that are shipped, as data, and their schema."""

"""Generated pages of the documentation; each module makes one from what the code says."""

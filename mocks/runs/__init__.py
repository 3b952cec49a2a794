"""Runs of scenarios against a system under test: the cast, the steps, the clock, the verdicts."""

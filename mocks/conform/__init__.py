"""Conformance of a municipal system: profiles, runs, waivers, reports (`mocks conform`)."""

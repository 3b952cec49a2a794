"""Both ends of the network API: signed documents in and out, hops by mutual TLS."""

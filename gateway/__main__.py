"""`python -m gateway` is the command `nakadachi`."""

from gateway.cli import main

main()

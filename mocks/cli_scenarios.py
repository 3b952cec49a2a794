"""`nakadachi mocks scenario`: scenarios in files, and those of a running server."""

import typer

from mocks import cli_scenario, cli_scenario_live

cli_scenario_live.add_commands(cli_scenario.app)


def register(parent: typer.Typer) -> None:
    """Add the group to an application."""
    parent.add_typer(cli_scenario.app, name="scenario")

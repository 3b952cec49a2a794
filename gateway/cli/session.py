"""How a command reaches an institution's use cases, and how its failures reach people."""

import asyncio
import getpass
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import typer

from gateway import logs, settings
from gateway.bootstrap.office import open_office
from gateway.cli.options import refuse_usage
from gateway.cli.output import Exit, exit_code, show_error
from gateway.domain.errors import GatewayError
from gateway.ports import Ports

T = TypeVar("T")
POLL_SECONDS = 0.1  # another process does the work and only the database tells


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What the common options of a command say."""

    config: Path
    institution: str | None = None
    as_json: bool = False


def run(target: Target, work: Callable[[Ports], Awaitable[T]]) -> T:
    """Return what `work` makes of the institution's ports; nothing here calls the network."""
    with refusals(as_json=target.as_json):
        found = read_settings(target.config)
        code = choose(found, target.institution)
        return asyncio.run(_work(found, code, work))


async def _work(found: settings.Settings, code: str, work: Callable[[Ports], Awaitable[T]]) -> T:
    async with open_office(found, [code]) as office:
        return await work(office.ports[code])


def read_settings(file: Path) -> settings.Settings:
    """Return the settings of a file and this process's environment.

    Raises:
        SettingsError: something in them is wrong.
    """
    found = settings.load(file, os.environ)
    logs.configure("WARNING")
    return found


def choose(found: settings.Settings, institution: str | None) -> str:
    """Return the institution code to act for: the named one, or the only one."""
    codes = [one.code for one in found.institutions]
    if institution is None and len(codes) == 1:
        return codes[0]
    if institution not in codes:
        text = f"機関コードを選んでください / choose one of {' '.join(codes)}"
        refuse_usage(text, "--institution")
    return institution


def actor() -> str:
    """Return who acts where no staff id is given: the account of the operating system."""
    return f"os:{getpass.getuser()}"


@contextmanager
def refusals(*, as_json: bool) -> Iterator[None]:
    """Print what was refused inside and end with its exit code."""
    try:
        yield
    except GatewayError as error:
        show_error(error, as_json=as_json)
        raise typer.Exit(exit_code(error)) from error
    except OSError as error:
        # A file or a port of this machine; the text of the system names nothing of a person.
        typer.echo(f"{error.strerror}: {error.filename or ''}", err=True)
        raise typer.Exit(Exit.ENVIRONMENT) from error


async def wait_for(look: Callable[[], Awaitable[T | None]], *, seconds: float) -> T | None:
    """Return what `look` finds at last, looking into the database, or None after `seconds`."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while loop.time() < until:
        found = await look()
        if found is not None:
            return found
        await asyncio.sleep(min(POLL_SECONDS, max(0.0, until - loop.time())))
    return None

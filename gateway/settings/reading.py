"""Reads the TOML file, lays the environment over it and looks for contradictions."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from gateway.domain.errors import GatewayError
from gateway.settings import overrides
from gateway.settings.model import Settings

SCOPE_COLONS = 2
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class SettingsError(GatewayError):
    """A setting is wrong; `path` is its dotted path, `problem` an English sentence."""

    code = "settings.invalid"

    def __init__(self, *, path: str, problem: str) -> None:
        super().__init__(path=path, problem=problem)
        self.path = path
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}" if self.path else self.problem


def load(file: Path, environment: Mapping[str, str]) -> Settings:
    """Return the settings of a TOML file with the `NAKADACHI_*` variables laid over it.

    Raises:
        SettingsError: the file cannot be read, or a setting is unknown, missing or wrong.
    """
    try:
        tree: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(path=str(file), problem=f"cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(path=str(file), problem=f"is not TOML: {error}") from error
    _refuse_password(tree)
    try:
        overrides.apply(tree, environment, Settings)
        settings = msgspec.convert(tree, Settings, dec_hook=_paths_below(file.resolve().parent))
    except overrides.OverrideError as error:
        raise SettingsError(path=error.variable, problem=error.problem) from error
    except msgspec.ValidationError as error:
        path, problem = overrides.explain(str(error))
        raise SettingsError(path=path, problem=problem) from error
    for path, problem in _find_faults(settings):
        raise SettingsError(path=path, problem=problem)
    return settings


def _paths_below(folder: Path) -> Callable[[type, object], object]:
    def hook(kind: type, value: object) -> object:
        if kind is Path and isinstance(value, str) and value:
            return folder / value
        problem = "Expected a file name"
        raise ValueError(problem)

    return hook


def _refuse_password(tree: Mapping[str, Any]) -> None:
    database = tree.get("database")
    url = database.get("url") if isinstance(database, dict) else None
    if isinstance(url, str) and ":" in url.partition("://")[2].rpartition("@")[0]:
        problem = "holds a password; use database.password_file or NAKADACHI_DATABASE__URL"
        raise SettingsError(path="database.url", problem=problem)


def _find_faults(settings: Settings) -> Sequence[tuple[str, str]]:
    return [
        *_find_edge_faults(settings),
        *_find_institution_faults(settings),
        *_find_client_faults(settings),
    ]


def _find_edge_faults(settings: Settings) -> Sequence[tuple[str, str]]:
    faults, edge = [], settings.business
    if (edge.tls_key_file is None) != (edge.tls_certificate_file is None):
        faults.append(("business.tls_key_file", "needs tls_certificate_file beside it, or neither"))
    elif edge.tls_key_file is None and edge.host not in LOOPBACK:
        faults.append(("business.host", "is not loopback, so the TLS files are required"))
    if settings.mode == "production" and settings.institutions_file is None:
        faults.append(("institutions_file", "is required in production"))
    every, stale = settings.jobs.permit_list_seconds, settings.permits.stale_seconds
    if every >= stale:
        problem = f"is not longer than jobs.permit_list_seconds, {every}: every copy would be stale"
        faults.append(("permits.stale_seconds", problem))
    if settings.clients and settings.token is None:
        faults.append(("token.key_file", "is required as soon as there are clients"))
    return faults


def _find_institution_faults(settings: Settings) -> Sequence[tuple[str, str]]:
    faults, seen = [], {settings.core: "core"} | {settings.registry: "registry"}
    for index, one in enumerate(settings.institutions):
        path = f"institutions[{index}].code"
        if one.code in seen:
            faults.append((path, f"is the code of {seen[one.code]} already"))
        seen[one.code] = path
    return faults


def _find_client_faults(settings: Settings) -> Sequence[tuple[str, str]]:
    faults, seen = [], set()
    for index, client in enumerate(settings.clients):
        path = f"clients[{index}]"
        if client.client_id in seen:
            faults.append((f"{path}.client_id", "is used twice"))
        seen.add(client.client_id)
        if settings.institution(client.institution) is None:
            faults.append((f"{path}.institution", "is not one of institutions[].code"))
        if (client.public_key_file is None) == (client.secret_file is None):
            faults.append((f"{path}.public_key_file", "or secret_file: exactly one is required"))
        faults += [
            (f"{path}.scopes", f"{scope} is not {client.system}:resource:operation")
            for scope in client.scopes
            if not scope.startswith(f"{client.system}:") or scope.count(":") != SCOPE_COLONS
        ]
    return faults

"""What a process is told: one TOML file, overridden by `NAKADACHI_*` variables.

Every error names the dotted path of what is wrong. Secrets are never values of the file: they
are files of their own (`*_file`, relative to the folder of the TOML file) or variables.
"""

from gateway.settings.model import (
    Business,
    Client,
    Database,
    Institution,
    Jobs,
    Logs,
    Network,
    Settings,
    Token,
)
from gateway.settings.reading import SettingsError, load

__all__ = [
    "Business",
    "Client",
    "Database",
    "Institution",
    "Jobs",
    "Logs",
    "Network",
    "Settings",
    "SettingsError",
    "Token",
    "load",
]

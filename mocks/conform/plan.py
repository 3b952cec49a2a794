"""The plan of a run: one file that says who is tested, as what, by whom; share that file."""

import tomllib
from pathlib import Path
from typing import Literal

import msgspec

from mocks.conform.profiles import Profile, find_profile, list_profiles


class PlanFileError(Exception):
    """A plan that is none; the text says what is wrong with it."""

    def __init__(self, place: str, what: str) -> None:
        super().__init__(f"{place}: {what}")


class NoProfileError(PlanFileError):
    """A plan that names no profile, or one that there is not; the text says which there are."""

    def __init__(self, profile: str, business: str | None) -> None:
        known = "、".join(one.id for one in list_profiles(business) or list_profiles())
        named = " ".join(filter(None, (profile, business))) or "PROFILE"
        super().__init__(named, f"試験一式を一つ選んでください（{known}）")


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A run as it is planned; options of the command come before what the file says.

    `profile` is an id, or a role of which `business` names one (the first if it names none).
    `sut` is our gateway, or a system that runs elsewhere. `check` and `rewrite` are commands of a
    system of files (see `CommandFiles`), `drop` is its drop folder instead.
    """

    profile: str
    business: str | None = None
    system: str = "nakadachi（この製品の中継システム）"
    environment: str = "模擬環境（この機械の中）"
    ran_by: str = "（記載なし）"
    authorised_by: str = ""
    sut: Literal["gateway", "external"] = "gateway"
    sut_url: str = "https://127.0.0.1:9443"
    port: int = 0
    folder: Path | None = None
    seed: int | None = None
    waivers: Path | None = None
    chosen: tuple[str, ...] = ()
    patience: float = 600.0
    expires_days: int = 365
    check: str | None = None
    rewrite: tuple[str, ...] = ()
    drop: Path | None = None
    closed_days: Path | None = None
    admin_url: str | None = None
    redacted: bool = True

    def load_profile(self) -> Profile:
        """Return the profile that it names.

        Raises:
            PlanFileError: there is none of that name.
        """
        found = find_profile(self.profile, self.business)
        if found is None:
            raise NoProfileError(self.profile, self.business)
        return found


def read_plan(file: Path) -> dict[str, object]:
    """Return what a plan file says; paths in it are beside the file.

    Raises:
        PlanFileError: it cannot be read.
    """
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PlanFileError(file.name, str(error)) from error
    for name in ("folder", "waivers", "drop", "closed_days"):
        if isinstance(found.get(name), str):
            found[name] = file.parent / found[name]
    return found


def make_plan(values: dict[str, object]) -> Plan:
    """Return the plan that values make.

    Raises:
        PlanFileError: one is unknown, missing or of the wrong kind.
    """
    try:
        return msgspec.convert(
            {name: _plain(one) for name, one in values.items()}, Plan, dec_hook=_path
        )
    except msgspec.ValidationError as error:
        raise PlanFileError("plan", str(error)) from error


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Path) else value


def _path(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise NotImplementedError(kind)

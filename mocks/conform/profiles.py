"""Profiles: which tests a business system passes in a role, as data (suite, group, test, check)."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, cast

import msgspec

from mocks.conform.results import Level

Role = Literal["inquirer", "provider", "files"]
Kind = Literal["scenario", "provision", "file", "none"]
FOLDER: Final = "profiles"


class ProfileError(Exception):
    """A profile that is none; the text says what is wrong with it."""


class CheckSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One check: of a scenario it is an expectation, by its place (`expect`, from 1)."""

    id: str
    ja: str
    requirements: tuple[str, ...]
    level: Level = "must"
    expect: int | None = None


class TestSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One test: a sentence for everybody (`ja`), details for those who build.

    `kind` says who carries it out: a `scenario` is played; a `case` is one of the kit's own. Of
    kind `none` it is omitted, and `omit` says what it waits for. `person` is what somebody at the
    system under test has to do, if it is not ours.
    """

    __test__ = False

    id: str
    ja: str
    detail: str
    kind: Kind
    checks: tuple[CheckSpec, ...] = ()
    scenario: str | None = None
    case: str | None = None
    omit: str | None = None
    person: str | None = None
    pending: bool = False
    level: Level = "must"


class GroupSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tests that belong together."""

    id: str
    ja: str
    about: str
    test: tuple[TestSpec, ...]


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A suite: business, role and version of what a system speaks."""

    id: str
    ja: str
    about: str
    business: str
    role: Role
    version: str
    group: tuple[GroupSpec, ...]

    @property
    def tests(self) -> Iterator[TestSpec]:
        """Every test, in order."""
        return (test for group in self.group for test in group.test)

    @property
    def variant(self) -> Mapping[str, str]:
        """What waivers can be narrowed to."""
        return {"business": self.business, "role": self.role, "version": self.version}


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One requirement: its source, its text, how binding it is, and why it is not tested, if so."""

    id: str
    source: str
    ja: str
    level: Level
    actors: tuple[str, ...]
    not_tested: str = ""


@cache
def list_profiles() -> tuple[Profile, ...]:
    """Return the profiles that are shipped, by id."""
    folder = files("mocks.conform") / FOLDER
    found = [one for one in folder.iterdir() if one.name.endswith(".toml")]
    return tuple(sorted((load_profile(one.read_bytes()) for one in found), key=lambda one: one.id))


def load_profile(octets: bytes) -> Profile:
    """Return the profile that a file holds.

    Raises:
        ProfileError: it holds none.
    """
    try:
        profile = msgspec.convert(tomllib.loads(octets.decode("utf-8")), Profile)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ProfileError(str(error)) from error
    for fault in _list_faults(profile):
        raise ProfileError(fault)
    return profile


def find_profile(name: str) -> Profile | None:
    """Return the shipped profile of an id, or the only one of a role."""
    known = list_profiles()
    found = [one for one in known if name in {one.id, one.role}]
    return found[0] if len(found) == 1 else None


@cache
def load_requirements() -> Mapping[str, Requirement]:
    """Return every requirement, by id."""
    text = (files("mocks.conform") / "data" / "requirements.toml").read_text(encoding="utf-8")
    found = cast("Mapping[str, Mapping[str, Any]]", tomllib.loads(text)["requirement"])
    return {
        name: Requirement(
            id=name,
            source=one["source"],
            ja=one["ja"],
            level=one["level"],
            actors=tuple(one["actors"]),
            not_tested=one.get("not_tested", ""),
        )
        for name, one in found.items()
    }


def _list_faults(profile: Profile) -> Iterator[str]:
    names: set[str] = set()
    for test in profile.tests:
        if test.id in names:
            yield f"{test.id}: twice"
        names.add(test.id)
        checks = [one.id for one in test.checks]
        if len(checks) != len(set(checks)):
            yield f"{test.id}: a check twice"
        if (test.kind == "none") != (test.omit is not None):
            yield f"{test.id}: what cannot be tested says why, and nothing else does"
        if test.kind == "scenario" and not test.scenario:
            yield f"{test.id}: no scenario"
        if test.kind in {"provision", "file"} and not test.case:
            yield f"{test.id}: no case"
        yield from _list_unknown(test)


def _list_unknown(test: TestSpec) -> Iterator[str]:
    known = load_requirements()
    for check in test.checks:
        unknown = [one for one in check.requirements if one not in known]
        if unknown or not check.requirements:
            yield f"{test.id} {check.id}: requirements {unknown}"

"""Profiles: which tests a business system passes in a role, as data (suite, group, test, check).

What is written for a role is a profile of each business: placeholders such as `$information` stand
for what is asked there.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from string import Template
from typing import Any, Final, Literal, cast

import msgspec

from mocks.conform.businesses import BUSINESSES, Business
from mocks.conform.results import Level
from mocks.runs.topic import Topic

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
    kind `none` it is never carried out. `omit` says why it is not, empty where it is. `person` is
    what somebody at the system under test has to do, if it is not ours. `pending` is the release in
    which a new test is carried out and reported, but does not count; from the next one on it does.
    """

    __test__ = False

    id: str
    ja: str
    detail: str
    kind: Kind
    checks: tuple[CheckSpec, ...] = ()
    scenario: str | None = None
    case: str | None = None
    omit: str = ""
    person: str | None = None
    pending: str = ""
    level: Level = "must"

    @property
    def is_pending(self) -> bool:
        """Whether it does not count yet."""
        return self.pending == version("nakadachi")


class GroupSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tests that belong together."""

    id: str
    ja: str
    about: str
    test: tuple[TestSpec, ...]


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A suite: business, role and version of what a system speaks.

    `of` is the business among those that share its tests; nobody shares tests of files.
    """

    id: str
    ja: str
    about: str
    business: str
    role: Role
    version: str
    group: tuple[GroupSpec, ...]
    of: Business | None = None

    @property
    def topic(self) -> Topic | None:
        """What is asked in its tests."""
        return self.of.find_topic(self.role) if self.of else None

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
def list_profiles(business: str | None = None) -> tuple[Profile, ...]:
    """Return the profiles that are shipped: of each business in each role, then those of files.

    If a business is named by its id, its profiles alone.
    """
    if business is not None:
        return tuple(one for one in list_profiles() if one.of and one.of.id == business)
    folder = files("mocks.conform") / FOLDER
    texts = [(folder / f"{role}.toml").read_bytes() for role in ("inquirer", "provider")]
    shared = (load_profile(text, business) for business in BUSINESSES for text in texts)
    return (*shared, load_profile((folder / "files.toml").read_bytes()))


def load_profile(octets: bytes, business: Business | None = None) -> Profile:
    """Return the profile that a file holds, put for a business if it is shared by several.

    Raises:
        ProfileError: it holds none.
    """
    try:
        text = octets.decode("utf-8")
        topic = business and business.find_topic(tomllib.loads(text).get("role", ""))
        if business and topic:
            text = Template(text).substitute(business.list_words(topic))
        profile = msgspec.convert(tomllib.loads(text), Profile)
    except (ValueError, KeyError, msgspec.ValidationError) as error:
        raise ProfileError(str(error)) from error
    profile = msgspec.structs.replace(profile, of=business if topic else None)
    for fault in _list_faults(profile):
        raise ProfileError(fault)
    return profile


def find_profile(name: str, business: str | None = None) -> Profile | None:
    """Return the shipped profile of an id, or the first one of a role, in a business if named."""
    return next((one for one in list_profiles(business) if name in {one.id, one.role}), None)


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
        if test.kind == "none" and not test.omit:
            yield f"{test.id}: what cannot be tested says why"
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

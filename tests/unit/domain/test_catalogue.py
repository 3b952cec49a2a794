"""Every code that is raised, recorded or received is explained; nothing else is."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from gateway.domain.alarms import AlarmKind
from gateway.domain.catalogue import (
    REFUSED_BY_PEER,
    Entry,
    explain,
    load_catalogue,
)
from permitlists.model import FailedElement

ROOT = Path(__file__).parents[3]
CODE = re.compile(r"[a-z_]+(?:\.[a-z_]+)+")
# Dotted texts that begin like a code and are none: a package, settings.
OTHERS = re.compile(
    r"gateway\.(?:domain|cli\..*)|token\.key_file|batch\.operating_codes_file"
    r"|(?:permit_list|permit_register|trust)\.(?:sequence|checked)|alarm\.raised"
)
ELSEWHERE = {"permits"}  # reasons of a decision, which permitlists explains itself
JAPANESE = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff]")


def constants(folder: str) -> Iterator[tuple[str, ast.AST]]:
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            yield str(path.relative_to(ROOT)), node


def texts_of(*nodes: ast.AST | None) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def list_raised(folder: str) -> Iterator[tuple[str, str]]:
    """Yield each text that stands where a code stands: an error's, a keyword's, an attribute's."""
    for path, node in constants(folder):
        found: Iterator[str] = iter(())
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            called = node.func.id if isinstance(node.func, ast.Name) else called
            first = node.args[0] if node.args and called.endswith("Error") else None
            found = texts_of(first, *(k.value for k in node.keywords if k.arg == "code"))
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found = texts_of(node.value if ast.unparse(targets[0]) == "code" else None)
        yield from ((path, text) for text in found if CODE.fullmatch(text))


def list_code_like(folder: str) -> Iterator[tuple[str, str]]:
    """Yield each dotted text that begins as codes of the catalogue begin."""
    families = {code.partition(".")[0] for code in load_catalogue()}
    for path, node in constants(folder):
        for text in texts_of(node):
            if CODE.fullmatch(text) and text.partition(".")[0] in families:
                yield path, text


def test_every_code_in_the_source_is_in_the_catalogue() -> None:
    used = {*list_raised("gateway"), *list_code_like("gateway")}
    missing = sorted(
        f"{path}: {code}"
        for path, code in used
        if code not in load_catalogue()
        and not OTHERS.fullmatch(code)
        and code.partition(".")[0] not in ELSEWHERE
    )
    assert not missing


def test_every_code_of_the_catalogue_is_used_or_can_come_from_a_counterparty() -> None:
    used = {code for folder in ("gateway", "mocks") for _, code in list_code_like(folder)}
    used |= {f"inquiry.denied.{element}" for element in get_args(FailedElement)}
    used |= {kind.code for kind in AlarmKind}
    assert not sorted(set(load_catalogue()) - used)


@pytest.mark.parametrize("entry", load_catalogue().values(), ids=lambda entry: entry.code)
def test_an_entry_speaks_to_clerks_in_both_languages(entry: Entry) -> None:
    assert JAPANESE.search(entry.title_ja)
    assert JAPANESE.search(entry.detail_ja)
    assert entry.detail_ja.endswith("。")
    assert not entry.title_ja.endswith("。")
    for english in (entry.title_en, entry.detail_en, entry.cause):
        assert not JAPANESE.search(english)
    assert entry.detail_en.endswith(".")
    assert entry.cause.endswith(".")
    assert len(entry.title_ja) <= 40


@pytest.mark.parametrize("kind", AlarmKind)
def test_every_kind_of_alarm_is_explained(kind: AlarmKind) -> None:
    assert explain(kind.code).code == kind.code


def test_titles_tell_codes_apart() -> None:
    entries = load_catalogue().values()
    assert len({entry.title_ja for entry in entries}) == len(entries)
    assert len({entry.title_en for entry in entries}) == len(entries)


def test_a_code_that_only_a_peer_knows_reads_as_the_peers_refusal() -> None:
    assert explain("peer.invention").code == REFUSED_BY_PEER
    assert explain("message.conflict").code == "message.conflict"

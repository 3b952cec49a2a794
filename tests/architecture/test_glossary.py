"""The glossary is the only source of domain words: names in the code are held to it."""

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = [ROOT / name for name in ("gateway", "codecs", "permitlists", "mocks", "tools")]
CORE = [ROOT / "gateway" / name for name in ("domain", "usecases", "ports.py")]
CONCEPTS = [*CORE, ROOT / "codecs", ROOT / "permitlists"]  # where domain concepts get their names
GLOSSARY: dict[str, Any] = tomllib.loads(
    (ROOT / "docs" / "reference" / "glossary.toml").read_text("utf-8")
)
TERMS: list[dict[str, Any]] = GLOSSARY["term"]
ALLOWED = frozenset(GLOSSARY["romaji_allowed"])
ENGLISH = frozenset(GLOSSARY["english"].split())

# A word made of nothing but Japanese syllables, in any of the usual romanisations.
SYLLABLES = re.compile(
    r"(?:(?:[kstnhmyrwgzdbpjf]|[knhmrgbpstzj]y|sh|ch|ts|kk|ss|tt|pp|ssh|cch|tch|tts)?[aiueo]"
    r"|n(?![aeiouy]))+"
)
# What English has little of: enough to find romanised words where names are less strict.
TELLING = re.compile(
    r"[kgnhbpmr]y[aou]|sh[iou]|ch[iou]|tsu|j[aiou]|ou$|uu|(?:[aeo]i|ou)[kstnhmrgzdb]o"
)


def files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from [folder] if folder.is_file() else sorted(folder.rglob("*.py"))


def names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name) | ast.arg(arg=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
            case _:
                pass


def words(name: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]


def is_romanised(word: str) -> bool:
    return (
        len(word) > 2
        and SYLLABLES.fullmatch(word) is not None
        and word not in ENGLISH
        and word not in ALLOWED
    )


def named_in(folders: Iterable[Path]) -> dict[str, str]:
    """Return every name with one file that defines it."""
    found = {}
    for path in files(folders):
        for name in names(ast.parse(path.read_text("utf-8"))):
            found[name] = str(path.relative_to(ROOT))
    return found


def test_no_two_terms_share_a_word_in_either_language() -> None:
    for column in ("ja", "en"):
        listed = [term[column] for term in TERMS]
        assert len(listed) == len(set(listed))
    rejected = [word for term in TERMS for word in term.get("reject", [])]
    assert len(rejected) == len(set(rejected))


def test_terms_are_complete_sentences_about_something() -> None:
    for term in TERMS:
        assert set(term) <= {"ja", "en", "meaning", "source", "reject", "avoid"}
        assert term["source"]
        assert term["meaning"].endswith(".")


@pytest.mark.parametrize(
    ("folders", "telling"),
    [
        pytest.param(CONCEPTS, re.compile(""), id="concepts"),
        pytest.param(SOURCES, TELLING, id="all"),
    ],
)
def test_no_name_is_a_romanised_word(folders: list[Path], telling: re.Pattern[str]) -> None:
    found = {
        f"{path}: {name} ({word})"
        for name, path in named_in(folders).items()
        for word in words(name)
        if is_romanised(word) and telling.search(word)
    }
    assert not found, "use the English term, or list an English word in glossary.toml"


def test_no_name_uses_a_rejected_word() -> None:
    rejected = {word: term["en"] for term in TERMS for word in term.get("reject", [])}
    found = {
        f"{path}: {name}, use {rejected[word]}"
        for name, path in named_in(SOURCES).items()
        for word in words(name)
        if word in rejected
    }
    assert not found


def test_the_core_avoids_ordinary_words_that_stand_for_a_term() -> None:
    avoided = {word: term["en"] for term in TERMS for word in term.get("avoid", [])}
    found = {
        f"{path}: {name}, use {avoided[word]}"
        for name, path in named_in(CORE).items()
        for word in words(name)
        if word in avoided
    }
    assert not found


def test_class_names_of_the_core_are_made_of_known_words() -> None:
    known = set(GLOSSARY["plain"].split())
    for term in TERMS:
        for word in term["en"].split():
            known |= {word, f"{word}s"}
    unknown = {
        f"{path.relative_to(ROOT)}: {node.name} ({word})"
        for path in files(CORE)
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
        for word in words(node.name)
        if word not in known
    }
    assert not unknown, "add the term, or a plain word, to glossary.toml"


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term["en"])
def test_every_term_is_used(term: dict[str, Any]) -> None:
    wanted = re.compile(term["en"].replace(" ", "[ _]?"), re.IGNORECASE)
    pages = [p for p in (ROOT / "docs").rglob("*.md") if p.name != "glossary.md"]
    places = [*files(SOURCES), *pages]
    assert any(wanted.search(path.read_text("utf-8")) for path in places)


@pytest.mark.parametrize(
    "name",
    ["decide_shokai", "FugoTable", "hugou", "teikyo_list", "atena", "jouhou", "ShinseiId", "kibo"],
)
def test_the_scan_bites(name: str) -> None:
    assert any(map(is_romanised, words(name)))


@pytest.mark.parametrize("name", ["ToWareki", "gaiji_table", "kana", "juki", "symbol", "inquirer"])
def test_the_scan_lets_english_and_the_four_words_pass(name: str) -> None:
    assert not any(map(is_romanised, words(name)))

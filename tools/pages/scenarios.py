"""The page of the scenario format, from its schema, its words, its lint and what is shipped."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mocks.engine.examples import load_examples
from mocks.engine.loading import load_schema
from mocks.engine.problems import load_wordings
from mocks.engine.scenario_graph import draw_graph, write_text
from mocks.engine.vocabulary import Word, list_codes, load_vocabulary
from mocks.scenarios.library import list_shipped
from tools.pages.markdown import code, table

# A JSON Schema has no precise type.
Schema = Mapping[str, Any]

TOP = ("party", "step", "rule", "reaction", "fault", "expectation")
WORDS = {
    "tag": "人のタグ",
    "effect": "試験対象に起こること（effect）",
    "metric": "測る値（metric）",
    "alarm": "警報（alarm）",
    "event": "監査の記録（audit）",
    "variable": "テンプレートの変数",
}


INTRODUCTION = """\
# シナリオの書式

相手機関が何をいつもと違うように行い、試験対象に何を期待するかを YAML 1.2 で書きます。書き方は
[シナリオを書く](../testers/scenarios.md)にあります。
スキーマは `mocks/scenarios/scenario.schema.json` です。"""


def scenarios() -> str:
    """Return the page: the format, its words, what the lint says, the scenarios."""
    sections = (INTRODUCTION, *_format(), *_tables(), *_problems(), *_shipped())
    return "\n\n".join(section.rstrip("\n") for section in sections)


def _format() -> Iterator[str]:
    schema = load_schema()
    yield "## 項目"
    yield _properties(schema)
    for name in TOP:
        part = schema["$defs"][name]
        yield f"### {code(name)}\n\n{part['description']}"
        yield _properties(part)


def _properties(schema: Schema) -> str:
    required = schema.get("required", ())
    rows = [
        [code(name), "○" if name in required else "", _kind(part), _description(part)]
        for name, part in schema["properties"].items()
    ]
    return table(["見出し", "必須", "値", "意味"], rows)


def _resolve(part: Schema) -> Schema:
    name = str(part.get("$ref", "")).rpartition("/")[2]
    found: Schema = load_schema()["$defs"][name] if name else part
    return found


def _description(part: Schema) -> str:
    return str(part.get("description") or _resolve(part).get("description") or "")


def _kind(part: Schema) -> str:
    """Return what a value may be: choices, keys of an object, or a type."""
    reference = str(part.get("$ref", "")).rpartition("/")[2]
    if reference in TOP:
        return code(reference)
    part = _resolve(part)
    if "enum" in part or "const" in part:
        return " ".join(code(str(one)) for one in part.get("enum", [part.get("const")]))
    if "properties" in part:
        return "{" + ", ".join(map(code, part["properties"])) + "}"
    inner = part.get("items") or part.get("additionalProperties")
    if isinstance(inner, Mapping):
        return ("[…] " if part.get("items") else "名前: ") + _kind(inner)
    return _type(part)


def _type(part: Schema) -> str:
    types = part.get("type", "string")
    return part.get("format") or (types if isinstance(types, str) else " / ".join(types))


def _tables() -> Iterator[str]:
    words = load_vocabulary()
    yield "## 行い（op）"
    yield table(
        ["行い", "誰が", "意味", "人", "ファイル"],
        [
            [code(name), _codes(one.kinds), _meaning(one), _yes(one.person), _yes(one.file)]
            for name, one in words.op.items()
        ],
    )
    yield "## 障害（fault）"
    yield table(
        ["障害", "起こる時点", "意味", "要るもの", "使えるもの"],
        [
            [code(name), _codes(one.points), _meaning(one), _codes(one.needs), _codes(one.takes)]
            for name, one in words.fault.items()
        ],
    )
    yield "## 時間をおいて行うこと（begin、later）"
    yield table(
        ["行い", "誰が", "意味", "要るもの", "使えるもの"],
        [
            [code(name), _codes(one.kinds), _meaning(one), _codes(one.needs), _codes(one.takes)]
            for name, one in words.action.items()
        ],
    )
    yield "## テンプレートの関数"
    yield table(
        ["関数", "値", "意味"],
        [
            [code(f"{name}({', '.join(one.arguments)})"), one.gives, _meaning(one)]
            for name, one in words.function.items()
        ],
    )
    for field, title in WORDS.items():
        yield f"## {title}"
        yield _words(getattr(words, field))
    yield "## 決まった回答（example）"
    yield _words(load_examples())
    yield "## 誤りの符号（error、reason）"
    yield _words(list_codes())


def _words(words: Mapping[str, Word]) -> str:
    return table(["", "意味"], [[code(name), _meaning(one)] for name, one in words.items()])


def _meaning(word: Word) -> str:
    return f"{word.ja} / {word.en}"


def _codes(names: Sequence[str]) -> str:
    return " ".join(map(code, names))


def _yes(holds: bool) -> str:  # noqa: FBT001  # one column of a table
    return "○" if holds else ""


def _problems() -> Iterator[str]:
    yield "## 点検で分かること"
    yield "`{value}` は書かれている値、`{hint}` は手掛かりです。"
    rows = [
        [code(name), one.severity, f"{one.ja} / {one.en}"] for name, one in load_wordings().items()
    ]
    yield table(["符号", "重さ", "内容"], rows)


def _shipped() -> Iterator[str]:
    yield "## 同梱のシナリオ"
    for loaded in list_shipped():
        scenario = loaded.scenario
        yield f"### {scenario.id} {scenario.title['ja']}"
        yield "。".join(filter(None, (scenario.title["en"], scenario.about)))
        drawn = write_text(draw_graph(scenario)).partition("\n\n")[2]
        yield f"```text\n{drawn}\n```"
        yield "\n".join(f"- {code(one.kind)} {one.why}" for one in scenario.expect)

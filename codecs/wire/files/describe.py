"""A layout in words: the table people read, as text, as Markdown, and as plain data."""

from collections.abc import Callable, Iterator
from typing import Any, Final
from unicodedata import east_asian_width

from wire.files.layout import Check, Field, FieldType, Layout, Need, Record, Rule

TYPES: Final[dict[FieldType, str]] = {
    "number": "数字",
    "signed": "符号付き数字",
    "zoned": "ゾーン10進数",
    "packed": "パック10進数",
    "text": "半角英数",
    "kana": "半角カナ",
    "wide": "全角",
    "jis": "漢字（JIS X 0208）",
    "shift": "シフトコード",
    "date": "年月日",
    "month": "年月",
    "instant": "日時",
    "partial_date": "年月日（不詳可）",
    "era_date": "和暦年月日",
    "era_month": "和暦年月",
    "filler": "予備",
}
NEEDS: Final[dict[Need, str]] = {"always": "必須", "conditional": "条件", "optional": "任意"}
CHECKS: Final[dict[Check, str]] = {
    "individual_number": "検査用数字（個人番号）",
    "corporate_number": "検査用数字（法人番号）",
    "insurer_number": "検証番号（保険者番号）",
    "payer_number": "検証番号（公費負担者番号）",
    "beneficiary_number": "検証番号（公費受給者番号）",
    "medical_institution": "検証番号（医療機関コード）",
    "municipality": "検査数字（団体コード）",
    "municipality_stem": "団体コード（検査数字なし）",
}
_ORIGINS: Final = {
    "published": "公開資料による",
    "design": "この製品で定めたもの（公式仕様は未公開）",
}
_DIRECTIONS: Final = {"to_federation": "市区町村 → 連合会", "from_federation": "連合会 → 市区町村"}
_HEADINGS: Final = ("項目", "位置", "長さ", "型", "必須", "内容")


def describe(layout: Layout) -> dict[str, Any]:  # Any: a JSON document
    """Return a layout as plain data, with every name in words."""
    return {
        "layout": layout.id,
        "name": layout.name,
        "version": layout.version,
        "valid_from": layout.valid_from.isoformat(),
        "valid_to": layout.valid_to.isoformat() if layout.valid_to else None,
        "origin": layout.origin,
        "direction": layout.direction,
        "form": layout.form,
        "encoding": layout.encoding,
        "terminator": layout.terminator,
        "structure": layout.structure,
        "file_name": layout.file_name,
        "key": list(layout.key),
        "records": [
            {
                "kind": record.kind,
                "name": record.name,
                "length": record.length,
                "fields": [dict(zip(_KEYS, row, strict=True)) for row in map(_row, record.fields)],
            }
            for record in layout.records
        ],
        "rules": [{"id": rule.id, "ja": describe_rule(rule)} for rule in layout.rules],
    }


_KEYS: Final = ("name", "at", "length", "type", "need", "note")


def describe_text(layout: Layout) -> str:
    """Return a layout as a Japanese table for terminals."""
    return "\n".join(_text_lines(layout))


def describe_markdown(layout: Layout) -> str:
    """Return a layout as the section of a page."""
    lines = [f"## {layout.id} {layout.name}", "", *_facts(layout)]
    for record in layout.records:
        lines += ["", f"### {layout.id} {record.kind} {record.name}（{record.length}バイト）", ""]
        lines += [_cells(_HEADINGS), _cells(("---",) * len(_HEADINGS))]
        lines += [_cells(_row(field)) for field in record.fields]
    if layout.rules:
        lines += ["", f"### {layout.id} 項目間の規則", ""]
        lines += [f"- {rule.id}: {describe_rule(rule)}" for rule in layout.rules]
    return "\n".join(lines)


def _facts(layout: Layout) -> list[str]:
    until = f"{layout.valid_to.isoformat()}の前日" if layout.valid_to else "期限なし"
    return [
        f"- 版: {layout.version}（{layout.valid_from.isoformat()}から、{until}）",
        f"- 出所: {_ORIGINS[layout.origin]}",
        f"- 方向: {_DIRECTIONS[layout.direction]}",
        f"- 構成: `{layout.structure}`、文字: {layout.encoding}、改行: {layout.terminator}",
        f"- ファイル名: `{layout.file_name}`",
        f"- キー: {'、'.join(layout.key)}",
    ]


def _text_lines(layout: Layout) -> Iterator[str]:
    yield f"{layout.id} {layout.name}"
    yield from _facts(layout)
    for record in layout.records:
        yield ""
        yield f"{record.kind} {record.name} {record.length}バイト"
        yield from _columns(record)
    if layout.rules:
        yield ""
        yield from (f"{rule.id}  {describe_rule(rule)}" for rule in layout.rules)


def _columns(record: Record) -> Iterator[str]:
    rows = [_HEADINGS, *(_row(field) for field in record.fields)]
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        )
        yield "  ".join(cells).rstrip()


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(2 if east_asian_width(character) in "FWA" else 1 for character in text)


def _cells(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cell.replace('|', '¦') for cell in cells)} |"


def _row(field: Field) -> tuple[str, ...]:
    length = f"{field.length}×{field.occurs}" if field.occurs > 1 else str(field.length)
    need = "" if field.type in {"filler", "shift"} else NEEDS[field.need]
    notes = "; ".join(_notes(field))
    return (field.name, str(field.at), length, TYPES[field.type], need, notes)


def _notes(field: Field) -> Iterator[str]:
    said = (
        (field.constant, f"常に {field.constant}"),
        (field.codes, " ".join(f"{code}={meaning}" for code, meaning in field.codes.items())),
        (field.check, CHECKS[field.check] if field.check else ""),
        (field.charset == "alphanumeric", "英数字のみ"),
        (field.occurs > 1 and field.step != field.length, f"{field.step}バイトごと"),
        (field.empty, f"{'、'.join(field.empty)} は値なし"),
        (field.forever, f"{field.forever} は期限なし"),
        (field.least is not None, f"{field.least}以上"),
        (field.most is not None, f"{field.most}以下"),
        (field.note, field.note),
    )
    yield from (text for condition, text in said if condition)


def describe_rule(rule: Rule) -> str:
    """Return a rule as a Japanese sentence."""
    return _SENTENCES[rule.kind](rule)


def _sum(rule: Rule) -> str:
    minus = "".join(f" − {name}" for name in rule.minus)
    return f"{rule.field} = {' + '.join(rule.plus)}{minus}"


def _needs(rule: Rule) -> str:
    when = f"が{'・'.join(rule.values)}" if rule.values else "がある"
    return f"{rule.field}{when}なら{rule.other}が要る"


def _allows(rule: Rule) -> str:
    parts = (f"{key}→{'・'.join(values)}" for key, values in rule.allowed.items())
    return f"{rule.field}ごとの{rule.other}: {'、'.join(parts)}"


_SENTENCES: Final[dict[str, Callable[[Rule], str]]] = {
    "not_before": lambda rule: f"{rule.field}は{rule.other}より前にならない",
    "sum": _sum,
    "counts": lambda rule: f"{rule.field}は{rule.other}が空・{'・'.join(rule.values)}以外の件数",
    "needs": _needs,
    "allows": _allows,
    "sequence": lambda rule: f"{rule.field}は1からの連番",
    "unique": lambda rule: f"{'・'.join(rule.plus)}はファイル内で一意",
    "same": lambda rule: f"{rule.record}の{rule.field}はヘッダと同じ",
}

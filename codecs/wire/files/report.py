"""The report of a check: JSON for programs, text and a page for people; never a person's value."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any

from wire.files.faults import load_fault_kinds
from wire.files.layout import Layout
from wire.files.walk import Fault

_COLUMNS = ("規則", "レコード", "バイト", "項目", "期待", "内容")
_STYLE = (
    "body{font-family:sans-serif;margin:2rem}table{border-collapse:collapse}"
    "th,td{border:1px solid #999;padding:.2rem .6rem;text-align:left}"
    ".bad{color:#a00}.good{color:#060}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a check found in one file.

    `records` counts all records. `errors` and `warnings` hold as many as the limit let in;
    `error_count` and `warning_count` count all. `totals` tells of counts what was stated and
    found, of sums and hashes only whether they agree: a sum over one record is a person's amount.
    """

    layout: Layout
    records: int
    errors: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    error_count: int
    warning_count: int
    totals: dict[str, Any] = field(default_factory=dict)  # Any: plain JSON

    @property
    def ok(self) -> bool:
        """Tell whether the file may be taken: it has no error, warnings aside."""
        return self.error_count == 0

    def as_document(self) -> dict[str, Any]:  # Any: plain JSON
        """Return the report as plain JSON."""
        return {
            "layout": self.layout.id,
            "records": self.records,
            "ok": self.ok,
            "errors": [self._as_document(fault) for fault in self.errors],
            "totals": {
                "errors": self.error_count,
                "warnings": [self._as_document(fault) for fault in self.warnings],
                **self.totals,
            },
        }

    def _as_document(self, fault: Fault) -> dict[str, Any]:  # Any: plain JSON
        return {
            "rule": fault.rule,
            "record": fault.record,
            "byte": fault.byte,
            "field": fault.field,
            "expected": fault.expected,
            "message_ja": explain(self.layout, fault.rule, "ja"),
        }

    def as_text(self) -> str:
        """Return the report as lines for people."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"{self.layout.id} {self.layout.name}"
        yield f"レコード {self.records}件 / {self.records} records"
        yield "合格 / accepted" if self.ok else f"不合格 / refused: {self.error_count}"
        for title, faults in (("誤り / error", self.errors), ("注意 / warning", self.warnings)):
            for fault in faults:
                where = f"レコード{fault.record} バイト{fault.byte}"
                expected = f" 期待: {fault.expected}" if fault.expected else ""
                message = explain(self.layout, fault.rule, "ja")
                yield f"{title} {fault.rule} {where} {fault.field} {message}{expected}"
        left_out = self.error_count + self.warning_count - len(self.errors) - len(self.warnings)
        if left_out:
            yield f"ほか{left_out}件 / {left_out} more"

    def as_html(self) -> str:
        """Return the report as a page that needs nothing else."""
        verdict = "合格" if self.ok else f"不合格（誤り{self.error_count}件）"
        shown = [*self.errors, *self.warnings]
        left_out = self.error_count + self.warning_count - len(shown)
        return "".join(
            (
                '<!DOCTYPE html><html lang="ja"><head><meta charset="utf-8">',
                f"<title>{escape(self.layout.id)} 検査結果</title><style>{_STYLE}</style></head>",
                f"<body><h1>{escape(self.layout.id)} {escape(self.layout.name)}</h1>",
                f'<p class="{"good" if self.ok else "bad"}">{verdict}</p>',
                f"<p>レコード {self.records}件</p><table><thead><tr>",
                *(f"<th>{column}</th>" for column in _COLUMNS),
                "</tr></thead><tbody>",
                *map(self._row, shown),
                "</tbody></table>",
                f"<p>ほか{left_out}件</p>" if left_out else "",
                "</body></html>\n",
            )
        )

    def _row(self, fault: Fault) -> str:
        message = explain(self.layout, fault.rule, "ja")
        cells = (fault.rule, fault.record, fault.byte, fault.field, fault.expected, message)
        return f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in cells)}</tr>"


def explain(layout: Layout, rule_id: str, language: str) -> str:
    """Return the sentence of a rule in `ja` or `en`; a rule of the layout may have its own."""
    rule = next((one for one in layout.rules if one.id == rule_id), None)
    if rule is not None and rule.message and language == "ja":
        return rule.message
    kinds = load_fault_kinds()
    kind = kinds.get(rule_id.split("-", maxsplit=1)[0]) or kinds[rule.kind if rule else rule_id]
    return kind.ja if language == "ja" else kind.en


def severity_of(rule_id: str) -> str:
    """Return `error` or `warning`; rules that layouts name themselves are errors."""
    kind = load_fault_kinds().get(rule_id)
    return "error" if kind is None else kind.severity

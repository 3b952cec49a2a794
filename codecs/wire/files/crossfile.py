"""Rules over several files that belong together (クロスファイル検査): Q001 to Q011."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from wire.files.check import check_file
from wire.files.crossrules import RULES, Broken, CrossRule
from wire.files.layout import Layout
from wire.files.rows import Decoded
from wire.files.settings import Settings
from wire.files.stream import decode_records

MAX_FINDINGS: Final = 1000
_BLOCK: Final = 1 << 20
# What follows from breaking each rule: a code for programs, and the word people use.
RESULTS: Final = {
    "Q001": ("overlap", "重複"),
    "Q002": ("gap", "空白"),
    "Q003": ("review", "要確認"),
    "Q004": ("review", "要確認"),
    "Q005": ("refused", "受入拒否"),
    "Q006": ("confirmation", "確認リスト"),
    "Q007": ("review", "要確認"),
    "Q008": ("rejected", "拒否"),
    "Q009": ("review", "要確認"),
    "Q010": ("rejected", "拒否"),
    "Q011": ("skipped", "冪等スキップ"),
}
_TOTALS: Final = frozenset({"T001", "T002"})  # which of special collection files are Q010


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One of the files: its layout, a name of the caller's for it, and its bytes, seekable."""

    name: str
    layout: Layout
    stream: BinaryIO


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One rule that is broken: the file and its record, from 1, and for Q001 and Q002 the days."""

    rule: str
    file: str
    record: int
    days: int | None = None

    def as_document(self) -> dict[str, Any]:  # Any: plain JSON
        """Return the finding as plain JSON, with what follows from it."""
        code, word = RESULTS[self.rule]
        told: dict[str, Any] = {"rule": self.rule, "result": code, "result_ja": word}
        told |= {"file": self.file, "record": self.record}
        return told if self.days is None else told | {"days": self.days}


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossReport:
    """What rules over several files found: findings up to a limit, and the count by rule."""

    findings: tuple[Finding, ...]
    counts: dict[str, int]

    def as_document(self) -> dict[str, Any]:  # Any: plain JSON
        """Return the report as plain JSON."""
        return {
            "ok": not self.counts,
            "findings": [finding.as_document() for finding in self.findings],
            "counts": self.counts,
        }


def cross_check(
    sources: Sequence[Source], settings: Settings, *, max_findings: int = MAX_FINDINGS
) -> CrossReport:
    """Return what is wrong between files that were sent and received together, in their order.

    A few numbers are kept for each record that a rule looks at. `settings` hold for all files but
    for their character set, which is that of the layout. Of what one file breaks by itself no
    more than the limit is counted.
    """
    findings: list[Finding] = []
    counts: Counter[str] = Counter()
    for finding in _list_findings(sources, settings, max_findings):
        counts[finding.rule] += 1
        if len(findings) < max_findings:
            findings.append(finding)
    return CrossReport(findings=tuple(findings), counts=dict(sorted(counts.items())))


def _list_findings(sources: Sequence[Source], settings: Settings, limit: int) -> Iterator[Finding]:
    rules: list[CrossRule] = [rule() for rule in RULES]
    digests: set[bytes] = set()
    for index, source in enumerate(sources):
        chosen = Settings(
            encoding=source.layout.encoding,
            policy=settings.policy,
            gaiji=settings.gaiji,
            numbers=settings.numbers,
            overrun=settings.overrun,
        )
        digest = _digest(source.stream)
        if digest in digests:
            yield Finding(rule="Q011", file=source.name, record=1)
            continue
        digests.add(digest)
        yield from _list_within(source, chosen, limit)
        for decoded in decode_records(source.layout, source.stream, chosen):
            if isinstance(decoded, Decoded):
                for rule in rules:
                    rule.take(source.layout, index, decoded)
        source.stream.seek(0)
    told: set[Broken] = set()
    for broken in _list_broken(rules):
        if broken not in told:
            told.add(broken)
            name = sources[broken.file].name
            yield Finding(rule=broken.rule, file=name, record=broken.record, days=broken.days)


def _list_broken(rules: Iterable[CrossRule]) -> Iterator[Broken]:
    for rule in rules:
        yield from rule.list_broken()


def _digest(stream: BinaryIO) -> bytes:
    found = hashlib.sha256()
    while block := stream.read(_BLOCK):
        found.update(block)
    stream.seek(0)
    return found.digest()


def _list_within(source: Source, settings: Settings, limit: int) -> Iterator[Finding]:
    """Yield which of the rules a file breaks by itself."""
    report = check_file(source.layout, source.stream, settings, max_errors=limit)
    source.stream.seek(0)
    special = source.layout.find("M") is not None
    for fault in report.errors:
        rule = fault.rule.partition("-")[0]
        if special and rule in _TOTALS:
            rule = "Q010"
        if rule in RESULTS:
            yield Finding(rule=rule, file=source.name, record=fault.record)

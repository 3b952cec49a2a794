"""Rules of files: what a check may find, and what follows over several files."""

from tools.pages.markdown import code, table
from wire.files.crossfile import RESULTS
from wire.files.faults import load_fault_kinds

GROUPS = {
    "F": "Single fields",
    "S": "Structure",
    "H": "What the header says about its file",
    "T": "What the trailer says about its file",
    "Q": "Rules with a meaning beyond one field, most over several files",
    "": "Rules between fields: each layout gives them ids of its own",
}


def file_rules() -> str:
    """Return the page made from codecs/wire/files/faults.toml and the table of results."""
    sections = [_section(letter, title) for letter, title in GROUPS.items()]
    return (
        "# Rules of files\n\n`nakadachi codec check` and `cross-check` name what is wrong by these"
        " rules. Errors refuse a file, warnings only tell. A report names rule, record, byte and"
        " field; it never shows what a person's field says.\n\n" + "\n".join(sections)
    )


def _section(letter: str, title: str) -> str:
    rows = []
    for rule, kind in load_fault_kinds().items():
        first = rule[0] if rule[1:].isdigit() else ""
        if first == letter:
            result = f" → {RESULTS[rule][1]} ({RESULTS[rule][0]})" if rule in RESULTS else ""
            rows.append([code(rule), kind.severity + result, kind.ja, kind.en])
    return f"## {title}\n\n{table(['rule', 'severity', '内容', 'meaning'], rows)}"

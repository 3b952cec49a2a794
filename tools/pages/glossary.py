"""The glossary: the one bilingual page."""

import tomllib
from pathlib import Path

from tools.pages.markdown import code, table

SOURCE = Path(__file__).parents[2] / "docs" / "reference" / "glossary.toml"


def glossary() -> str:
    """Return the page made from glossary.toml."""
    listed = tomllib.loads(SOURCE.read_text("utf-8"))
    rows = [
        [term["ja"], f"**{term['en']}**", term["meaning"], term["source"]]
        for term in sorted(listed["term"], key=lambda term: str(term["en"]))
    ]
    allowed = ", ".join(code(word) for word in listed["romaji_allowed"])
    return f"""# Glossary 用語集

One English term for each Japanese one, used alike in code, documents and error texts. Identifiers
are English; the only romanised words are {allowed}. A test holds every name in the code to this
page; `docs/reference/glossary.toml` also lists the spellings it rejects.

{table(["日本語", "English", "meaning", "source 出典"], rows)}"""

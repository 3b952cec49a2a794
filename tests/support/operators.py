"""Whoever operates a system under test elsewhere, as far as a conformance run speaks to them."""

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(kw_only=True)
class Operator:
    """Keeps the papers by name, and what is asked of them one after another."""

    papers: dict[str, str] = field(default_factory=dict)
    asked: "asyncio.Queue[str]" = field(default_factory=asyncio.Queue)

    def hear(self, text: str) -> None:
        """Take what a run prints: one paper, or that it waits for something to be done."""
        name, _, value = text.strip().partition(": ")
        self.papers[name] = value
        if "あなたの操作待ち" in text:
            self.asked.put_nowait(text)

    def list_people(self) -> dict[str, dict[str, Any]]:
        """Return the people of the run by name."""
        lines = Path(self.papers["people"]).read_text(encoding="utf-8").splitlines()
        return {one["name"]: one for one in map(json.loads, lines)}

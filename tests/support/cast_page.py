"""The table of the cast, as the page for testers shows it.

`python -m tests.support.cast_page` prints it.
"""

import tomllib
from pathlib import Path
from typing import Any

from permitlists import load_institutions
from permitlists.items import items_of

SOURCE = Path(__file__).parents[2] / "mocks" / "data" / "cast.toml"
SEXES = {"1": "男", "2": "女"}


def render() -> str:
    """Return one row of Markdown for each member."""
    listed = tomllib.loads(SOURCE.read_text("utf-8"))["person"]
    head = "| 名前 | 氏名（カナ） | 生年月日・性別 | 住まい | 決まっている答え |\n"
    return head + "| --- | --- | --- | --- | --- |\n" + "".join(map(_row, listed))


def _row(one: dict[str, Any]) -> str:
    marks = [
        text
        for flag, text in (("foreign", "外国人住民"), ("protected", "支援措置の対象"))
        if one.get(flag)
    ]
    cells = (
        f"`{one['case']}`",
        f"{one['name']}（{one['kana']}）",
        f"{one['born_on']} {SEXES[one['sex']]}",
        "、".join([*(_stay(stay) for stay in one["stays"]), *marks]),
        "<br>".join(_answers(one)) or "種から引いた値",
    )
    return f"| {' | '.join(cells)} |\n"


def _stay(stay: dict[str, Any]) -> str:
    town = load_institutions().find_short(stay["at"])
    assert town is not None
    return f"{stay['from']} から {town.code} {town.name_ja}"


def _answers(one: dict[str, Any]) -> list[str]:
    found = []
    for information, values in one.get("values", {}).items():
        named = {item.id: item.name_ja for item in items_of(information)}
        told = "、".join(f"{named[item]} `{value}`" for item, value in values.items())
        found.append(f"**{information}**: {told}")
    return found


if __name__ == "__main__":
    print(render())  # noqa: T201  # what it is for

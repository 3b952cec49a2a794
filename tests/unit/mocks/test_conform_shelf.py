"""The reports that the panel keeps, apart from its pages."""

from datetime import date
from pathlib import Path

from mocks.conform.report_json import write_json
from mocks.conform.shelf import Shelf
from mocks.conform.waivers import load_waivers
from tests.support.panel import WAIVERS, made_report


def test_the_days_that_a_waiver_has_left_are_those_of_the_day_it_is_looked_at(
    tmp_path: Path,
) -> None:
    shelf = Shelf(tmp_path)
    key = shelf.open("report.json", write_json(made_report()), load_waivers(WAIVERS.encode()))
    days = []
    for today in (date(2999, 10, 30), date(2999, 11, 1)):
        [kept] = shelf.list(today)
        assert kept.key == key
        days += [row["days_left"] for row in kept.waivers]
    assert days == [1, -1]

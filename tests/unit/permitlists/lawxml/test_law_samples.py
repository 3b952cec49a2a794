"""The sample files of real laws; they are not part of the project and may be absent."""

import re
from pathlib import Path

import pytest

from permitlists.lawxml import (
    EditionRequest,
    LawFile,
    LawXmlError,
    import_edition,
    import_tables,
)
from permitlists.permit_list import load_builtin

FOLDER = Path(__file__).parents[5] / "shared" / "law"
SAMPLES = FOLDER / "samples"
ACT = "425AC0000000027_20260214_507AC0000000032.xml"
LATER = "425AC0000000027_20260401_506AC0000000047.xml"
# Where each table stands, its rows and columns, and how many rows carry a number.
TABLES = {
    "324AC0000000148.xml": [
        ("第1条 第1項", 10, 3, 9),
        ("第2条 第1項", 36, 3, 35),
        ("附則（昭和六三年一二月二八日法律第一〇六号） 第2項", 6, 3, 0),
        ("附則（平成一八年六月二一日法律第八〇号） 第20条 第1項", 5, 2, 0),
    ],
    "328AC0000000200.xml": [],
    "329AC0000000108.xml": [("別表", 10, 4, 0)],
    "342AC0000000081.xml": [
        ("第15条の4 第5項", 13, 3, 0),
        ("第20条 第5項", 13, 3, 0),
        ("第21条の3 第5項", 16, 3, 0),
        ("第30条の44の13 第1項", 29, 3, 0),
        ("第30条の45 第1項", 4, 2, 0),
        ("第30条の51 第1項", 8, 3, 0),
        ("附則（令和五年六月九日法律第四八号） 第4条 第1項", 7, 3, 0),
        ("別表第一", 285, 2, 284),
        ("別表第二", 84, 2, 83),
        ("別表第三", 102, 2, 101),
        ("別表第四", 83, 2, 82),
        ("別表第六", 8, 2, 7),
    ],
    "411AC0000000127.xml": [("別記第一", 1, 2, 0), ("別記第二", 1, 2, 1)],
    ACT: [
        ("第30条 第1項", 12, 3, 0),
        ("第30条 第2項", 6, 3, 0),
        ("第31条 第1項", 7, 3, 0),
        ("第31条 第2項", 5, 3, 0),
        ("第31条 第3項", 6, 3, 0),
        ("附則（平成二九年五月二四日法律第三六号） 第4条 第2項", 25, 3, 0),
        ("別表", 181, 2, 181),
    ],
    LATER: [
        ("第30条 第1項", 12, 3, 0),
        ("第30条 第2項", 6, 3, 0),
        ("第31条 第1項", 7, 3, 0),
        ("第31条 第2項", 5, 3, 0),
        ("第31条 第3項", 6, 3, 0),
        ("附則（平成二九年五月二四日法律第三六号） 第4条 第2項", 25, 3, 0),
        ("別表", 178, 2, 178),
    ],
}
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample laws are not here")


def sample(name: str) -> LawFile:
    metadata = (SAMPLES / name).with_suffix(".json")
    return LawFile(
        data=(SAMPLES / name).read_bytes(),
        name=name,
        metadata=metadata.read_bytes() if metadata.exists() else None,
        schema=(FOLDER / "stdLaw.xsd").read_bytes(),
    )


def test_every_sample_is_named_here() -> None:
    assert {path.name for path in SAMPLES.glob("*.xml")} == set(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_every_sample_comes_out_as_tables(name: str) -> None:
    made = import_tables(sample(name), None, None)
    shapes = [
        (table.label, len(table.grid), max(map(len, table.grid)), len(table.row_numbers))
        for table in made.tables
    ]
    assert shapes == TABLES[name]
    assert made.state == "complete"


@pytest.mark.parametrize("name", TABLES)
def test_no_sample_holds_a_permit_table(name: str) -> None:
    with pytest.raises(LawXmlError) as caught:
        import_edition(sample(name), EditionRequest(permit_list=load_builtin()))
    assert caught.value.code == "lawxml.table.no_headings"


def test_rows_that_are_not_ruled_off_stay_apart_and_empty_ones_are_filled() -> None:
    (table,) = import_tables(sample("329AC0000000108.xml"), None, None).tables
    first = [row[0].cell.text for row in table.grid]
    assert {"朝鮮及び台湾", "関東州", "華北"} <= set(first) | {
        slot.cell.text for row in table.grid for slot in row
    }
    filled = sum(
        slot.filled
        for found in import_tables(sample("342AC0000000081.xml"), None, None).tables
        for row in found.grid
        for slot in row
    )
    assert filled == 26


def test_readings_are_left_out_of_cells() -> None:
    file = sample("324AC0000000148.xml")
    readings = re.findall(r"<Ruby>(.)<Rt>(.+?)</Rt></Ruby>", file.data.decode())
    assert readings
    cells = [
        slot.cell.text
        for table in import_tables(file, None, None).tables
        for row in table.grid
        for slot in row
    ]
    for base, reading in readings:
        assert any(base in text for text in cells)
        assert not any(base + reading in text for text in cells)


def test_the_later_text_of_the_act_lost_three_rows_and_is_held() -> None:
    made = import_tables(sample(LATER), None, sample(ACT).data)
    assert made.state == "held"
    (held,) = [finding for finding in made.findings if finding.severity == "hold"]
    assert held.code == "lawxml.rows.dropped"
    assert held.message_en.endswith(": 117の3, 122の2, 125の2")
    back = import_tables(sample(ACT), None, sample(LATER).data)
    assert [finding.code for finding in back.findings if "rows" in finding.code] == [
        "lawxml.rows.added"
    ]

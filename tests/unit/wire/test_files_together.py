"""Rules over several files: what each finds, where, and that nothing else is found."""

import io
from datetime import date
from typing import Any

import pytest

from tests.support.sample_files import check, decoded, patched, rewritten, sample
from wire.files.crossfile import RESULTS, Source, cross_check
from wire.files.faults import load_fault_kinds
from wire.files.library import load_layout
from wire.files.settings import Settings

Found = list[tuple[str, str, int, int | None]]


def together(*files: tuple[str, bytes], **options: int) -> tuple[Found, dict[str, int]]:
    sources = [
        Source(name=f"{index} {layout_id}", layout=load_layout(layout_id), stream=io.BytesIO(data))
        for index, (layout_id, data) in enumerate(files)
    ]
    report = cross_check(sources, Settings(), **options)
    found = [(one.rule, one.file, one.record, one.days) for one in report.findings]
    assert report.as_document()["ok"] == (not report.counts)
    return found, report.counts


def file(layout_id: str, n: int = 6, **changes: dict[str, Any]) -> tuple[str, bytes]:
    """Return a sample with other values in the records named r3, r4 ..."""
    data = sample(layout_id, n)
    for name, values in changes.items():
        data = rewritten(layout_id, data, int(name[1:]), values)
    return layout_id, data


def test_every_rule_has_a_result_and_a_sentence() -> None:
    assert set(RESULTS) == {f"Q{number:03d}" for number in range(1, 12)}
    assert set(RESULTS) <= load_fault_kinds().keys()


def test_samples_that_belong_together_break_no_rule() -> None:
    found, counts = together(
        file("KJKOJIN1", 30),
        file("KJSETAI1"),
        file("KJSKTKS1"),
        file("KJKZKOH1"),
        file("KJKZKAK1"),
        file("KJKGGAI1"),
        file("KJKGKAR1"),
        file("Z22"),
    )
    assert not found
    assert not counts


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"前適用終了年月日": date(2020, 4, 1)}, ("Q001", 1)),
        ({"前適用終了年月日": date(2020, 4, 30)}, ("Q001", 30)),
        ({"前適用終了年月日": date.max}, ("Q001", None)),
        ({"前適用終了年月日": date(2020, 3, 31)}, None),
        ({"前適用終了年月日": date(2020, 3, 30)}, ("Q002", 1)),
        ({"前適用終了年月日": None}, None),
        (
            {"適用終了年月日": date(2021, 1, 31), "次適用開始年月日": date(2021, 2, 3)},
            ("Q002", 2),
        ),
    ],
)
def test_periods_that_overlap_or_leave_a_gap_are_told_with_their_days(
    values: dict[str, Any], expected: tuple[str, int | None] | None
) -> None:
    same = {
        "資格取得年月日": date(2020, 4, 1),
        "適用開始年月日": date(2020, 4, 1),
        "適用終了年月日": None,
        "前適用終了年月日": None,
    }
    found, _ = together(file("KJSKTKS1", r3=same | values))
    assert found == ([] if expected is None else [(expected[0], "0 KJSKTKS1", 3, expected[1])])


def test_periods_of_one_person_in_two_files_are_compared() -> None:
    number = decoded("KJSKTKS1", sample("KJSKTKS1", 6))[2].values["宛名番号"]
    first = {
        "資格取得年月日": date(2020, 4, 1),
        "適用開始年月日": date(2020, 4, 1),
        "適用終了年月日": date(2020, 6, 30),
        "前適用終了年月日": None,
    }
    second = {
        "宛名番号": number,
        "資格取得年月日": date(2020, 4, 1),
        "適用開始年月日": date(2020, 7, 11),
        "適用終了年月日": None,
        "前適用終了年月日": None,
    }
    _, later = file("KJSKTKS1", 4, r4=second)
    later = rewritten("KJSKTKS1", later, 3, {"宛名番号": "900000000000999"})
    later = rewritten("KJSKTKS1", later, 1, {"ファイル通番": 2})
    for number_of in (2, 5):
        later = rewritten("KJSKTKS1", later, number_of, {"宛名番号": f"90000000000088{number_of}"})
    found, _ = together(file("KJSKTKS1", r3=first), ("KJSKTKS1", later))
    assert found == [("Q002", "1 KJSKTKS1", 4, 10)]


def test_a_period_within_a_longer_one_hides_neither_overlap_nor_gap() -> None:
    number = decoded("KJSKTKS1", sample("KJSKTKS1", 6))[2].values["宛名番号"]
    periods = [
        (date(2020, 4, 1), date(2021, 3, 31)),
        (date(2020, 6, 1), date(2020, 6, 30)),  # 30 days within the first
        (date(2021, 3, 31), date(2021, 5, 31)),  # a day with the first, and no gap before
        (date(2021, 6, 3), None),
    ]
    rows = {
        f"r{at}": {
            "宛名番号": number,
            "資格取得年月日": date(2020, 4, 1),
            "前適用終了年月日": None,
            "次適用開始年月日": None,
            "適用開始年月日": begin,
            "適用終了年月日": end,
        }
        for at, (begin, end) in enumerate(periods, start=2)
    }
    found, _ = together(file("KJSKTKS1", 6, **rows))
    name = "0 KJSKTKS1"
    assert found == [("Q001", name, 3, 30), ("Q001", name, 4, 1), ("Q002", name, 5, 2)]


def test_a_qualification_after_the_period_it_is_applied_in_is_told() -> None:
    values = {
        "資格取得年月日": date(2021, 4, 1),
        "適用開始年月日": date(2020, 4, 1),
        "適用終了年月日": None,
        "前適用終了年月日": None,
    }
    assert together(file("KJSKTKS1", r3=values))[0] == [("Q003", "0 KJSKTKS1", 3, None)]


def test_whoever_is_received_must_have_been_sent() -> None:
    values = {"宛名番号": "900000000099999"}
    sent, received = file("KJKOJIN1", 30), file("KJSKTKS1", r3=values)
    assert together(sent, received)[0] == [("Q004", "1 KJSKTKS1", 3, None)]
    assert not together(received)[0]


def test_an_individual_number_in_a_file_received_is_refused() -> None:
    found, _ = together(file("KJSKTKS1", r3={"被保険者番号": "983205673219"}))
    assert found == [("Q005", "0 KJSKTKS1", 3, None)]


def test_one_local_number_has_one_individual_number() -> None:
    first = decoded("KJKOJIN1", sample("KJKOJIN1", 6))[1].values
    values = {name: first[name] for name in ("宛名番号",)}
    found, _ = together(file("KJKOJIN1", r3=values, r5={"個人番号": None, "宛名番号": None}))
    assert found == [("Q006", "0 KJKOJIN1", 3, None)]
    assert together(file("KJKOJIN1", r4={"個人番号": None}))[0] == [("Q006", "0 KJKOJIN1", 4, None)]


def test_candidates_are_confirmed_once_and_have_one_benefit_at_most() -> None:
    listed, confirmed = file("KJKZKOH1"), file("KJKZKAK1", r3={"候補番号": 77})
    benefit = file("KJKGGAI1", 2)
    assert (
        together(listed, confirmed, benefit)[0]
        == [
            ("Q007", "0 KJKZKOH1", 3, None),
            ("Q007", "1 KJKZKAK1", 3, None),
            ("Q007", "2 KJKGGAI1", 3, None),
        ][:2]
    )
    assert together(listed, file("KJKGGAI1", r3={"候補番号": 88}))[0] == [
        ("Q007", "1 KJKGGAI1", 3, None)
    ]


@pytest.mark.parametrize(
    "months",
    [
        ["2026-03", "2026-02"],
        ["2026-02", "2026-02"],
        ["2026-04"],
        ["2025-03"],
    ],
)
def test_the_months_of_a_benefit_are_the_twelve_before_in_order(months: list[str]) -> None:
    values = {"基準年月": "2026-04", "明細.診療年月": months + [None] * (12 - len(months))}
    assert together(file("KJKGGAI1", r3=values))[0] == [("Q008", "0 KJKGGAI1", 3, None)]
    fine = {"基準年月": "2026-04", "明細.診療年月": ["2025-04", "2026-03"] + [None] * 10}
    assert not together(file("KJKGGAI1", r3=fine, r4={"基準年月": None}))[0]


def test_counts_sums_and_totals_of_one_file_are_told_by_their_rule() -> None:
    counted = {"過去12月該当回数": 0, "明細.高額該当区分": ["1"] * 12}
    assert together(file("KJKGGAI1", r3=counted))[0] == [("Q008", "0 KJKGGAI1", 3, None)]
    assert together(file("KJKGKAR1", r3={"高額支給額": -5}))[0] == [("Q009", "0 KJKGKAR1", 3, None)]
    data = rewritten("Z22", sample("Z22", 6), 6, {"合計金額1": 1, "レコード件数": 2}, totals=False)
    assert together(("Z22", data)) == (
        [("Q010", "0 Z22", 6, None), ("Q010", "0 Z22", 6, None)],
        {"Q010": 2},
    )


def test_media_count_on_without_a_gap() -> None:
    first = decoded("Z22", sample("Z22", 6))[0].values["媒体通番"]
    follows = file("Z22", r1={"媒体通番": first + 1})
    assert not together(file("Z22"), follows)[0]
    assert together(file("Z22"), file("Z22", r1={"媒体通番": first + 2}))[0] == [
        ("Q010", "1 Z22", 1, None)
    ]


def test_files_that_were_sent_before_are_passed_over() -> None:
    found, counts = together(
        file("KJSETAI1"),
        file("KJSETAI1"),
        file("KJSETAI1", r1={"全件差分区分": "1"}, r3={"電話番号": "1"}),
    )
    assert found == [("Q011", "1 KJSETAI1", 1, None), ("Q011", "2 KJSETAI1", 1, None)]
    assert counts == {"Q011": 2}
    parts = (
        file("KJSETAI1", r1={"分割総数": 2}),
        file("KJSETAI1", r1={"分割番号": 2, "分割総数": 2}),
    )
    assert not together(*parts)[0]


def test_findings_beyond_the_limit_are_counted_and_no_more() -> None:
    data = sample("KJKGKAR1", 6)
    for number in range(2, 7):
        data = rewritten("KJKGKAR1", data, number, {"高額支給額": -5})
    found, counts = together(("KJKGKAR1", data), max_findings=5)
    assert len(found) == 5
    assert counts == {"Q009": 5}
    assert len(together(("KJKGKAR1", data), max_findings=2)[0]) == 2
    found, counts = together(("KJKGKAR1", data), ("KJKGKAR1", data), max_findings=5)
    assert (len(found), counts) == (5, {"Q009": 5, "Q011": 1})


def test_a_finding_tells_what_follows() -> None:
    _, data = file("KJKGKAR1", r3={"高額支給額": -5})
    layout = load_layout("KJKGKAR1")
    report = cross_check([Source(name="a", layout=layout, stream=io.BytesIO(data))], Settings())
    assert report.as_document() == {
        "ok": False,
        "findings": [
            {"rule": "Q009", "result": "review", "result_ja": "要確認", "file": "a", "record": 3}
        ],
        "counts": {"Q009": 1},
    }
    values = {
        "適用開始年月日": date(2020, 4, 1),
        "資格取得年月日": date(2020, 4, 1),
        "前適用終了年月日": date(2020, 4, 1),
        "適用終了年月日": None,
    }
    _, data = file("KJSKTKS1", r3=values)
    layout = load_layout("KJSKTKS1")
    report = cross_check([Source(name="a", layout=layout, stream=io.BytesIO(data))], Settings())
    assert report.as_document()["findings"][0]["days"] == 1
    assert check("KJSKTKS1", data).ok


def test_files_with_other_faults_are_judged_as_far_as_they_can_be_read() -> None:
    layout_id, data = file("KJSKTKS1", r4={"前適用終了年月日": None})
    data = patched(layout_id, data, 4, "適用開始年月日", b" " * 8)
    assert together((layout_id, data + b"x")) == ([], {})


def test_a_gap_that_two_records_tell_of_is_told_once() -> None:
    number = decoded("KJSKTKS1", sample("KJSKTKS1", 6))[2].values["宛名番号"]
    begin = {"資格取得年月日": date(2020, 4, 1), "前適用終了年月日": None}
    first = begin | {"適用開始年月日": date(2020, 4, 1), "適用終了年月日": date(2020, 6, 30)}
    second = begin | {
        "宛名番号": number,
        "前適用終了年月日": date(2020, 6, 30),
        "適用開始年月日": date(2020, 7, 2),
        "適用終了年月日": None,
    }
    assert together(file("KJSKTKS1", r3=first, r4=second)) == (
        [("Q002", "0 KJSKTKS1", 4, 1)],
        {"Q002": 1},
    )

"""What a sample file says in each field: by the field's name where that tells, else by its type."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any, Final

from wire.check_digits import insurer_digit
from wire.files.layout import Check, Field, Layout
from wire.files.people import MUNICIPALITIES, Household, Municipality, Person

TODAY: Final = date(2026, 4, 1)  # on which all sample files were made
NOW: Final = "2026-04-01T09:30:00"
_MONTHS: Final = 12
_LARGEST_AMOUNT: Final = 300_000
_UNKNOWN_BIRTHS: Final = 20  # of as many people one has a date of birth that is not known fully


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What one data record is about; `row` counts the data records from 1."""

    random: Random
    layout: Layout
    row: int
    place: Municipality
    household: Household
    person: Person
    since: date


_Maker = Callable[[Scene, Field], Any]  # Any: the value of a field


def make_series(scene: Scene, field: Field) -> Any:  # noqa: ANN401  # the value of a field
    """Return the value of a field, a list of them where it occurs several times."""
    if field.occurs == 1:
        return make_value(scene, field)
    if field.type == "month":  # the months before this one, in their order
        return [_months_ago(ago) for ago in range(field.occurs, 0, -1)]
    return [make_value(scene, field) for _ in range(field.occurs)]


def make_value(scene: Scene, field: Field) -> Any:  # noqa: ANN401  # the value of a field
    """Return a value for one occurrence of a field, None for none."""
    return _choose(field)(scene, field)


@cache
def _choose(field: Field) -> _Maker:
    """Return what makes the values of a field."""
    if field.constant is not None:
        return lambda _, field: field.constant
    for pattern, maker in _BY_NAME:
        if pattern.search(field.name):
            return maker
    return make_by_type if field.need != "optional" else lambda *_: None


def make_by_type(scene: Scene, field: Field) -> Any:  # noqa: ANN401  # the value of a field
    """Return a value that the field's declaration allows."""
    if field.codes:
        code = scene.random.choice(sorted(field.codes))
        return int(code) if field.type in _NUMBERS else code
    if field.check is not None:
        return _CHECKED[field.check](scene)
    return _BY_TYPE[field.type](scene, field)


def _months_ago(months: int) -> str:
    months = TODAY.year * _MONTHS + TODAY.month - 1 - months
    return f"{months // _MONTHS}-{months % _MONTHS + 1:02d}"


def _digits(scene: Scene, field: Field) -> str:
    return f"{scene.random.randrange(10 ** min(field.length, 4)):0{min(field.length, 8)}d}"


def _amount(scene: Scene, field: Field) -> int:
    most = min(_LARGEST_AMOUNT, 10 ** (field.length - 1) - 1, field.most or _LARGEST_AMOUNT)
    return scene.random.randint(min(field.least or 0, most), most)


def _born(scene: Scene, field: Field) -> date | str:
    born = scene.person.born
    if field.type == "date":
        return born
    unknown = scene.person.serial % _UNKNOWN_BIRTHS == 0
    return f"{born.year}-00-00" if unknown else born.isoformat()


def _end(scene: Scene, _: Field) -> date:
    later = min(TODAY, scene.since + timedelta(days=scene.random.randrange(400)))
    return scene.random.choice([date.max, later])


def _number_text(scene: Scene, field: Field) -> str | int:
    text = f"{scene.row:0{field.length}d}"[-field.length :]
    return int(text) if field.type in _NUMBERS else text


def _with_digit(first: str) -> str:
    return first + insurer_digit(first)


def _insurer_number(scene: Scene) -> str:
    return _with_digit(f"00138{scene.random.randrange(100):02d}")


def _institution(scene: Scene) -> str:
    return "991" + _with_digit(f"{scene.random.randrange(10**6):06d}")


def _next_municipality(scene: Scene) -> Municipality:
    return MUNICIPALITIES[(MUNICIPALITIES.index(scene.place) + 1) % len(MUNICIPALITIES)]


def _or_none(share: int, maker: _Maker) -> _Maker:
    """Return a maker that gives a value once in as many times as `share`."""
    return lambda scene, field: maker(scene, field) if scene.random.randrange(share) == 0 else None


_NUMBERS: Final = frozenset({"number", "signed", "zoned", "packed"})
_CHECKED: Final[dict[Check, Callable[[Scene], str]]] = {
    "individual_number": lambda scene: scene.person.individual_number,
    "corporate_number": lambda _: "7000012050002",
    "insurer_number": _insurer_number,
    "payer_number": lambda scene: _with_digit(f"54{scene.random.randrange(10**5):05d}"),
    "beneficiary_number": lambda scene: _with_digit(f"{scene.random.randrange(10**6):06d}"),
    "medical_institution": _institution,
    "municipality": lambda scene: scene.place.code,
    "municipality_stem": lambda scene: scene.place.code[:5],
}
_BY_TYPE: Final[dict[str, _Maker]] = {
    "number": _amount,
    "signed": _amount,
    "zoned": _amount,
    "packed": _amount,
    "text": _digits,
    "kana": lambda *_: "ﾐﾎﾝ",
    "wide": lambda *_: "見本",
    "jis": lambda *_: "見本",
    "date": lambda scene, _: scene.since,
    "month": lambda *_: _months_ago(1),
    "instant": lambda *_: NOW,
    "partial_date": lambda scene, _: scene.since.isoformat(),
    "era_date": lambda scene, _: scene.since,
    "era_month": lambda *_: _months_ago(1),
}
_RULES: Final[tuple[tuple[str, _Maker], ...]] = (
    # numbers and who they belong to
    (r"^レコード種別$", lambda *_: "01"),
    (r"^特別徴収制度コード$", lambda *_: "0"),
    (r"^個人番号$", lambda scene, _: scene.person.individual_number),
    (r"^転入前宛名番号$|^旧国保", lambda *_: None),
    (r"世帯主宛名番号|国保主宛名番号", lambda scene, _: scene.household.head.local_number),
    (r"宛名番号", lambda scene, _: scene.person.local_number),
    (r"^転入前国保世帯番号$", lambda *_: None),
    (r"国保世帯番号|住基世帯番号", lambda scene, _: scene.household.number),
    (r"^加入", lambda *_: None),
    (r"被保険者証?記号$", lambda *_: "見本国"),
    (r"被保険者枝番|識別する番号", lambda scene, _: f"{scene.person.branch:02d}"),
    (r"^被保険者番号$|^国保番号$", lambda scene, _: f"{scene.household.serial:08d}"),
    (r"国保_被保険者証番号", lambda scene, _: f"{scene.household.serial:08d}"),
    (r"被保険者ID$", lambda scene, _: f"99{scene.person.serial:018d}"),
    (r"^基礎年金番号$", lambda scene, _: f"{9_900_000_000 + scene.person.serial}"),
    (r"^年金コード$", lambda *_: "1150"),
    (r"候補番号|整理番号|高額番号|レセプト番号|検索番号", _number_text),
    # names and where they live
    (r"券面本名", lambda *_: None),
    (r"外字有無", lambda *_: "0"),
    (r"カナ氏名|氏名カナ", lambda scene, _: scene.person.kana),
    (r"氏名漢字|漢字氏名", lambda scene, _: scene.person.kanji),
    (r"^漢字住所$|^住所$", lambda scene, _: scene.household.address(scene.place)),
    (r"^カナ住所$", lambda scene, _: scene.household.address_kana(scene.place)),
    (r"^方書$", lambda scene, _: scene.household.building),
    (r"郵便番号", lambda scene, _: scene.household.postcode),
    (
        r"^住所コード$",
        lambda scene, _: f"{scene.place.code[:5]}{scene.random.randrange(10**6):06d}",
    ),
    (r"^電話番号$", _or_none(3, lambda scene, _: f"099-{scene.random.randrange(10**6):06d}")),
    (r"生年月日", _born),
    (r"^性別$", lambda scene, _: scene.person.sex),
    (r"続柄コード", lambda scene, _: "02" if scene.person.branch == 1 else "20"),
    (r"^医療機関名称$", lambda *_: "見本診療所"),
    (r"^保険者名$", lambda scene, _: scene.place.name),
    # days, in an order that satisfies every rule
    (r"^前市区町村コード$|^転出地市区町村コード$", lambda scene, _: _next_municipality(scene).code),
    (r"^前適用終了年月日$|転出地適用終了日", lambda scene, _: scene.since - timedelta(days=1)),
    (r"^次", lambda *_: None),
    (r"^転入前市区町村コード$|^転出先市区町村コード$", lambda *_: None),
    (r"^資格喪失年月日$|^適用終了年月日$|^世帯適用終了年月日$", _or_none(4, _end)),
    (r"^資格取得年月日$|適用開始年月日$|^異動年月日$", lambda scene, _: scene.since),
    (r"^証有効期限$", lambda scene, _: scene.since + timedelta(days=730)),
    (r"期間終了$", lambda _, field: TODAY if field.type == "date" else _months_ago(0)),
    (r"^適用終了年月$", lambda *_: None),
    (r"対象年度", lambda *_: TODAY.year - 1),
    (r"基準年月", lambda *_: _months_ago(0)),
    # small numbers that mean something
    (r"人数$", lambda *_: 1),
    (r"被保険者数$", lambda scene, _: len(scene.household.members)),
    (r"重複空白日数|調整額|^引継多数回数$", lambda *_: 0),
    (r"^処理結果区分$", lambda *_: "0"),
    (r"日数", lambda scene, _: scene.random.randint(1, 28)),
    (
        r"^各種金額[123]$",
        lambda scene, field: 0 if field.name[-1] == "3" else _amount(scene, field),
    ),
    (r"^結果コード$", lambda *_: None),
)
_BY_NAME: Final = tuple((re.compile(pattern), maker) for pattern, maker in _RULES)

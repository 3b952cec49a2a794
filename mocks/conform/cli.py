"""`nakadachi mocks conform`: doctor, run, report, compare, waivers."""

import asyncio
from enum import Enum
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Any

import typer

from mocks.cli_output import JsonOption, echo, print_json
from mocks.conform.cli_reports import (
    KeyOption,
    check_waivers,
    compare_reports,
    open_folder,
    read_waivers,
    report,
    tell,
    tell_open,
    write_report,
)
from mocks.conform.conclusion import USAGE
from mocks.conform.doctoring import Diagnosis, exit_code_of, write_diagnosis
from mocks.conform.forms import BUNDLE, write_summary
from mocks.conform.plan import NoProfileError, Plan, PlanFileError, make_plan, read_plan
from mocks.conform.profiles import Profile, list_profiles
from mocks.conform.report_json import as_document
from mocks.conform.session import Session

app = typer.Typer(help="適合性試験 / Conformance of a system under test.", no_args_is_help=True)


class Sut(Enum):
    """Who is under test: our gateway, or a system that runs elsewhere."""

    GATEWAY = "gateway"
    EXTERNAL = "external"


ProfileArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="PROFILE",
        help="試験一式の ID、又は役割 inquirer・provider・files / Id of a profile, or a role.",
    ),
]
BusinessOption = Annotated[
    str | None,
    typer.Option(
        metavar="BUSINESS",
        help="業務（tax・welfare など。profiles が示す）/ Business, as profiles lists them.",
    ),
]
PlanOption = Annotated[
    Path | None,
    typer.Option("--plan", metavar="FILE", help="試験の計画（TOML）/ Plan of the run."),
]
SutOption = Annotated[
    Sut | None, typer.Option(help="試験対象 / Who is under test (default: our gateway).")
]
UrlOption = Annotated[
    str | None,
    typer.Option(metavar="URL", help="外の試験対象の /network/v1 / Of an external one."),
]
FolderOption = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="鍵を置いて使い回す / Where keys stay between runs."),
]
DropOption = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="ファイルの受渡しフォルダー / Drop folder of files."),
]
ClosedOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="試験対象の閉庁日の一覧 / Closed days, a date a line."),
]
AdminOption = Annotated[
    str | None, typer.Option(metavar="URL", help="管理の窓口 / Where the system is operated.")
]
OutOption = Annotated[
    Path, typer.Option("--out", "-o", metavar="FOLDER", help="報告書の書き先 / Where to.")
]
OnlyOption = Annotated[
    list[str] | None,
    typer.Option(metavar="GLOB", help="試験を選ぶ（inq.* など）/ Only these tests."),
]
WaiversOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="適用除外（YAML）/ Waivers.")
]
SeedOption = Annotated[
    int | None, typer.Option(min=0, help="乱数の種（既定はシナリオのもの）/ Seed of all draws.")
]


def register(parent: typer.Typer) -> None:
    """Add the group to an application."""
    parent.add_typer(app, name="conform")


@app.command("profiles")
def show_profiles(*, business: BusinessOption = None, as_json: JsonOption = False) -> None:
    """試験一式を業務ごとに一覧にする / List the profiles by business."""
    found = list_profiles(business)
    if not found:
        tell(str(NoProfileError("", business)))
        raise typer.Exit(USAGE)
    if as_json:
        print_json([_describe(one) for one in found])
        return
    for name, profiles in groupby(found, key=attrgetter("business")):
        listed = list(profiles)
        echo(f"{name}（{listed[0].of.id}）" if listed[0].of else name)
        for one in listed:
            affair = f"  事務 {one.topic.affair}" if one.topic else ""
            echo(f"  {one.id}  {one.ja}{affair}  試験 {sum(1 for _ in one.tests)} 件")


def _describe(one: Profile) -> dict[str, object]:
    return {
        "id": one.id,
        "ja": one.ja,
        "about": one.about,
        **one.variant,
        "affair": one.topic and one.topic.affair,
        "information": one.topic and one.topic.information,
        "tests": sum(1 for _ in one.tests),
        "manual": sum(test.person is not None and not test.omit for test in one.tests),
    }


@app.command()
def doctor(  # noqa: PLR0913  # each is an option of its own
    profile: ProfileArgument = None,
    *,
    business: BusinessOption = None,
    plan: PlanOption = None,
    sut: SutOption = None,
    sut_url: UrlOption = None,
    folder: FolderOption = None,
    drop: DropOption = None,
    closed_days: ClosedOption = None,
    admin_url: AdminOption = None,
    as_json: JsonOption = False,
) -> None:
    """試験の前に設定と環境を点検する / Look at the setup before test 1.

    Exit 0: fine; 2: something is set up wrongly; 3: the environment. Never a conformance failure.
    """
    session = _open(
        plan,
        profile=profile,
        business=business,
        sut=sut and sut.value,
        sut_url=sut_url,
        folder=folder,
        drop=drop,
        closed_days=closed_days,
        admin_url=admin_url,
    )
    found = asyncio.run(session.examine())
    _show_diagnosis(found, as_json=as_json)
    raise typer.Exit(exit_code_of(found))


@app.command()
def run(  # noqa: PLR0913  # each is an option of its own
    profile: ProfileArgument = None,
    *,
    business: BusinessOption = None,
    plan: PlanOption = None,
    out: OutOption = Path("conformance"),
    only: OnlyOption = None,
    waivers: WaiversOption = None,
    sut: SutOption = None,
    sut_url: UrlOption = None,
    folder: FolderOption = None,
    drop: DropOption = None,
    closed_days: ClosedOption = None,
    admin_url: AdminOption = None,
    seed: SeedOption = None,
    system: Annotated[str | None, typer.Option(help="対象のシステムの名 / Its name.")] = None,
    environment: Annotated[str | None, typer.Option(help="環境の名 / The environment.")] = None,
    ran_by: Annotated[str | None, typer.Option(help="実施した人 / Who runs it.")] = None,
    patience: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="操作を待つ秒数 / How long to wait.")
    ] = None,
    no_doctor: Annotated[
        bool, typer.Option("--no-doctor", help="点検を省く / Without the doctor.")
    ] = False,
    no_redact: Annotated[
        bool, typer.Option("--no-redact", help="伏字にしない / Hide nothing in the report.")
    ] = False,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """試験を実行し、報告書を書く / Run the tests and write the report.

    Exit 0: passed; 1: not passed, or ended while somebody was waited for; 2: usage or setup;
    3: the environment or the kit.
    """
    session = _open(
        plan,
        profile=profile,
        business=business,
        sut=sut and sut.value,
        sut_url=sut_url,
        folder=folder,
        drop=drop,
        closed_days=closed_days,
        admin_url=admin_url,
        seed=seed,
        system=system,
        environment=environment,
        ran_by=ran_by,
        patience=patience,
        waivers=waivers,
        chosen=tuple(only) if only else None,
        redacted=False if no_redact else None,
    )
    _carry_out(session, out, key, examined=not no_doctor, as_json=as_json)


def _open(plan: Path | None, **options: Any) -> Session:  # noqa: ANN401  # options of commands
    """Return the session of a plan and what options say beside it.

    Raises:
        Exit: 2, the plan is none or names no profile.
    """
    try:
        values = read_plan(plan) if plan is not None else {}
        values |= {name: value for name, value in options.items() if value is not None}
        if "profile" not in values:
            raise NoProfileError("", str(values.get("business") or "") or None)
        made: Plan = make_plan(values)
        profile: Profile = made.load_profile()
    except PlanFileError as error:
        tell(str(error))
        raise typer.Exit(USAGE) from error
    return Session(plan=made, profile=profile, tell=tell)


def _carry_out(
    session: Session, out: Path, key: Path | None, *, examined: bool, as_json: bool
) -> None:
    """Run a session, write its report and end with its exit code."""
    known = read_waivers(session.plan.waivers)
    signer = open_folder(out, key)
    if examined:
        diagnosis, result = asyncio.run(session.examine_and_run(known))
    else:
        diagnosis, result = (), asyncio.run(session.run(known))
    if result is None:
        _show_diagnosis(diagnosis, as_json=as_json)
        raise typer.Exit(exit_code_of(diagnosis))
    document = as_document(result, redacted=session.plan.redacted)
    write_report(document, out, signer)
    if as_json:
        print_json(document)
    else:
        echo(write_summary(document))
        echo(f"報告書: {out / BUNDLE}")
    tell_open(document, out / BUNDLE)
    raise typer.Exit(result.exit_code)


def _show_diagnosis(found: tuple[Diagnosis, ...], *, as_json: bool) -> None:
    if as_json:
        names = ("id", "ja", "state", "expected", "received", "fix")
        print_json([{name: getattr(one, name) for name in names} for one in found])
        return
    for one in found:
        echo(write_diagnosis(one))


app.command("report")(report)
app.command("compare")(compare_reports)
app.command("waivers")(check_waivers)

"""`nakadachi mocks conform`: doctor, run, report, compare, waivers."""

import asyncio
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from mocks.cli_source import JsonOption, echo, print_json
from mocks.conform.bundle import BundleError, load_signing_key, verify_bundle, write_bundle
from mocks.conform.compare import WORDS, compare, worse
from mocks.conform.conclusion import ENVIRONMENT, FAILED, OK, USAGE, RunResult
from mocks.conform.doctoring import Diagnosis, exit_code_of, write_diagnosis
from mocks.conform.forms import BUNDLE, list_forms, load_document, write_summary
from mocks.conform.plan import Plan, PlanFileError, make_plan, read_plan
from mocks.conform.profiles import Profile, list_profiles
from mocks.conform.report_json import as_document
from mocks.conform.session import Session
from mocks.conform.waivers import Waiver, WaiverError, list_states, load_waivers
from mocks.engine.clock import day_of, system_time

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
SeedOption = Annotated[
    int | None, typer.Option(min=0, help="乱数の種（既定はシナリオのもの）/ Seed of all draws.")
]
KeyOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="署名の鍵（Ed25519 PEM、なければ作る）/ Signing key, made if missing."
    ),
]


def register(parent: typer.Typer) -> None:
    """Add the group to an application."""
    parent.add_typer(app, name="conform")


@app.command("profiles")
def show_profiles(*, as_json: JsonOption = False) -> None:
    """試験一式を一覧にする / List the profiles."""
    rows = [
        {
            "id": one.id,
            "ja": one.ja,
            "about": one.about,
            **one.variant,
            "tests": sum(1 for _ in one.tests),
            "manual": sum(test.person is not None for test in one.tests),
        }
        for one in list_profiles()
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        echo(
            f"{row['id']}（{row['role']}）  {row['ja']}  試験 {row['tests']} 件\n    {row['about']}"
        )


@app.command()
def doctor(  # noqa: PLR0913  # each is an option of its own
    profile: ProfileArgument = None,
    *,
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
    plan: PlanOption = None,
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FOLDER", help="報告書の書き先 / Where to.")
    ] = Path("conformance"),
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="GLOB", help="試験を選ぶ（inq.* など）/ Only these tests."),
    ] = None,
    waivers: Annotated[
        Path | None, typer.Option(metavar="FILE", help="適用除外（YAML）/ Waivers.")
    ] = None,
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
    known = _read_waivers(session.plan.waivers)
    diagnosis = () if no_doctor else asyncio.run(session.examine())
    if exit_code_of(diagnosis):
        _show_diagnosis(diagnosis, as_json=as_json)
        raise typer.Exit(exit_code_of(diagnosis))
    result = asyncio.run(session.run(known, diagnosis))
    document = as_document(result, redacted=session.plan.redacted)
    _write(document, out, key)
    if as_json:
        print_json(document)
    else:
        echo(write_summary(document))
        echo(f"報告書: {out / BUNDLE}")
    raise typer.Exit(_exit_code(result))


@app.command()
def report(
    source: Annotated[
        Path, typer.Argument(metavar="FILE", help="report.json 又は report.zip / A report.")
    ],
    *,
    verify: Annotated[
        bool, typer.Option("--verify", help="ZIP の署名と中身を確かめる / Verify a ZIP.")
    ] = False,
    key_sha256: Annotated[
        str | None,
        typer.Option(metavar="HEX", help="署名した鍵の SHA-256 / Who must have signed it."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FOLDER", help="書き先 / Write every form of it here."),
    ] = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """報告書を見る・作り直す・確かめる / Show, write anew or verify a report.

    Exit 0: fine; 1: the ZIP is not what was signed; 2: it is no report.
    """
    if verify:
        _verify(source, key_sha256, as_json=as_json)
        return
    document = _load(source)
    if out is not None:
        _write(document, out, key)
    if as_json:
        print_json(document)
    else:
        echo(write_summary(document))


@app.command("compare")
def compare_reports(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="前の報告書 / The former report.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="今の報告書 / The present one.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """二つの報告書を比べる / Compare two reports; exit 1 if anything fails that did not."""
    found = compare(_load(old), _load(new))
    if as_json:
        names = ("change", "about", "before", "after")
        print_json([{name: getattr(one, name) for name in names} for one in found])
    else:
        for one in found:
            echo(f"{WORDS[one.change]}: {one.about}\n    前: {one.before}\n    今: {one.after}")
        if not found:
            echo("違いはありません / no difference")
    raise typer.Exit(FAILED if worse(found) else OK)


@app.command("waivers")
def check_waivers(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="適用除外（YAML）/ Waivers.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """適用除外を点検する / Check waivers: form, expiry, whether they match any test.

    Exit 0: fine; 1: one has expired or matches nothing; 2: the file is none.
    """
    today = day_of(system_time())
    rows = list_states(_read_waivers(file), today)
    checks = {
        (test.id, check.id)
        for one in list_profiles()
        for test in one.tests
        for check in test.checks
    }
    for row, waiver in zip(rows, _read_waivers(file), strict=True):
        row["matches"] = sum(
            waiver.matches(test, check, dict(waiver.variant)) for test, check in checks
        )
    if as_json:
        print_json(rows)
    else:
        for row in rows:
            left = row["days_left"]
            state = f"あと{left}日" if isinstance(left, int) and left >= 0 else "期限切れ"
            echo(
                f"{row['test']} {row['check']}  {row['expect']}  {row['until']}（{state}）"
                f"  当たる検査 {row['matches']} 件  {row['owner']}  {row['reason']}"
            )
    bad = any(today > one.until for one in _read_waivers(file)) or any(
        not row["matches"] for row in rows
    )
    raise typer.Exit(FAILED if bad else OK)


def _open(plan: Path | None, **options: Any) -> Session:  # noqa: ANN401  # options of commands
    """Return the session of a plan and what options say beside it.

    Raises:
        Exit: 2, the plan is none or names no profile.
    """
    try:
        values = read_plan(plan) if plan is not None else {}
        values |= {name: value for name, value in options.items() if value is not None}
        if "profile" not in values:
            raise typer.BadParameter("PROFILE", param_hint="--plan")
        made: Plan = make_plan(values)
        profile: Profile = made.load_profile()
    except PlanFileError as error:
        _tell(str(error))
        raise typer.Exit(USAGE) from error
    return Session(plan=made, profile=profile, tell=_tell)


def _read_waivers(file: Path | None) -> tuple[Waiver, ...]:
    if file is None:
        return ()
    try:
        return load_waivers(file.read_bytes())
    except (OSError, WaiverError) as error:
        _tell(f"{file.name}: {error}")
        raise typer.Exit(USAGE) from error


def _show_diagnosis(found: tuple[Diagnosis, ...], *, as_json: bool) -> None:
    if as_json:
        names = ("id", "ja", "state", "expected", "received", "fix")
        print_json([{name: getattr(one, name) for name in names} for one in found])
        return
    for one in found:
        echo(write_diagnosis(one))


def _write(document: dict[str, Any], out: Path, key: Path | None) -> None:
    """Write every form of a report, and the signed ZIP of all of them."""
    home = Path(typer.get_app_dir("nakadachi"))
    try:
        signer = load_signing_key(key or home / "conformance-signing.key")
        out.mkdir(parents=True, exist_ok=True)
        forms = list_forms(document)
        for name, octets in forms.items():
            (out / name).write_bytes(octets)
        write_bundle(out / BUNDLE, forms, signer)
    except (OSError, BundleError) as error:
        _tell(f"{type(error).__name__}: {error}")
        raise typer.Exit(ENVIRONMENT) from error


def _load(source: Path) -> dict[str, Any]:
    try:
        return load_document(source)
    except (OSError, ValueError, BundleError) as error:
        _tell(f"{source.name}: {error}")
        raise typer.Exit(USAGE) from error


def _verify(source: Path, key_sha256: str | None, *, as_json: bool) -> None:
    try:
        found = verify_bundle(source, key_sha256=key_sha256)
    except BundleError as error:
        if as_json:
            print_json({"ok": False, "file": error.file, "why": str(error)})
        else:
            echo(f"NG {error}")
        raise typer.Exit(FAILED) from error
    except OSError as error:
        _tell(f"{source.name}: {type(error).__name__}")
        raise typer.Exit(ENVIRONMENT) from error
    told = {"ok": True, "key_sha256": found.key_sha256, "files": list(found.files)}
    if as_json:
        print_json(told)
    else:
        echo(f"ok 署名した鍵 SHA-256 {found.key_sha256}\n   " + " ".join(found.files))


def _exit_code(result: RunResult) -> int:
    return result.exit_code


def _tell(text: str) -> None:
    typer.echo(text, err=True)

"""`nakadachi mocks conform report|compare|waivers`: what remains of runs, and what is waived."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mocks.cli_output import JsonOption, echo, print_json
from mocks.conform.bundle import BundleError, load_signing_key, verify_bundle, write_bundle
from mocks.conform.compare import WORDS, compare, worse
from mocks.conform.conclusion import ENVIRONMENT, FAILED, OK, USAGE
from mocks.conform.forms import BUNDLE, list_forms, load_document, write_summary
from mocks.conform.profiles import list_profiles
from mocks.conform.report_html import count_untried
from mocks.conform.report_json import as_document, identify, load_run
from mocks.conform.verdicts import (
    VerdictError,
    decide,
    list_open,
    load_verdicts,
    write_template,
)
from mocks.conform.waivers import Waiver, WaiverError, list_states, load_waivers
from mocks.engine.clock import day_of, system_time

KeyOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="署名の鍵（Ed25519 PEM、なければ作る）/ Signing key, made if missing."
    ),
]


def report(  # noqa: PLR0913  # each is an option of its own
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
    template: Annotated[
        bool,
        typer.Option("--template", help="人の判定の用紙を出す / Print verdicts to be filled in."),
    ] = False,
    verdicts: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="人の判定（YAML）を当てる / Lay verdicts over it."),
    ] = None,
    waivers: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="判定の後の適用除外 / Waivers, instead of those of the run."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FOLDER", help="書き先 / Write every form of it here."),
    ] = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """報告書を見る・作り直す・確かめる・人の判定を当てる / Show, write, verify or decide a report.

    Exit 0: fine; 1: --verify: the ZIP is not what was signed; 2: it is no report, or was changed.
    With --verdicts as a run: 0 passed, 1 not; 2: the verdicts are not right, nothing is written.
    """
    decides = verdicts is not None
    modes = (verify, template, decides)
    _check_options(source, out, waivers, modes=modes, decides=decides)
    if verify:
        _verify(source, key_sha256, as_json=as_json)
        return
    document = _load(source, key_sha256)
    if template:
        echo(write_template(document))
        return
    if verdicts is not None:
        document = _decide(document, verdicts, waivers)
    if out is not None:
        write_report(document, out, open_folder(out, key))
    if as_json:
        print_json(document)
    else:
        echo(write_summary(document))
    tell_open(document, source if out is None else out / BUNDLE)
    if verdicts is not None:
        raise typer.Exit(document["exit_code"])


def compare_reports(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="前の報告書 / The former report.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="今の報告書 / The present one.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """二つの報告書を比べる / Compare two reports; exit 1 if anything came off worse.

    Worse is what newly fails, and what passed and waits for a person or is not checked any more.
    Tests that somebody did not choose for one of the runs are not compared.
    """
    before, after = _load(old), _load(new)
    found = compare(before, after)
    profiles = [one["profile"]["id"] for one in (before, after)]
    if profiles[0] != profiles[1]:
        tell(f"試験一式が違います / different profiles: {', '.join(profiles)}")
    untried = [count_untried(before), count_untried(after)]
    if any(untried):
        counts = ", ".join(map(str, untried))
        tell(f"選ばれなかった試験は比べません / not chosen, not compared: {counts}")
    if as_json:
        names = ("change", "about", "before", "after")
        print_json([{name: getattr(one, name) for name in names} for one in found])
    else:
        for one in found:
            echo(f"{WORDS[one.change]}: {one.about}\n    前: {one.before}\n    今: {one.after}")
        if not found:
            echo("違いはありません / no difference")
    raise typer.Exit(FAILED if worse(found) else OK)


def check_waivers(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="適用除外（YAML）/ Waivers.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """適用除外を点検する / Check waivers: form, expiry, whether they match any test.

    Exit 0: fine; 1: one has expired or matches nothing; 2: the file is none.
    """
    waivers, today = read_waivers(file), day_of(system_time())
    rows = list_states(waivers, today)
    for row, waiver in zip(rows, waivers, strict=True):
        row["matches"] = len(_list_matches(waiver))
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
    bad = any(today > one.until for one in waivers) or any(not row["matches"] for row in rows)
    raise typer.Exit(FAILED if bad else OK)


def _list_matches(waiver: Waiver) -> set[tuple[str, str]]:
    """Return the tests and checks that a waiver is about, whatever the profile."""
    return {
        (test.id, check.id)
        for one in list_profiles()
        for test in one.tests
        for check in test.checks
        if waiver.matches(test.id, check.id, one.variant)
    }


def read_waivers(file: Path | None) -> tuple[Waiver, ...]:
    """Return the waivers of a file, none without one.

    Raises:
        Exit: 2, it holds none.
    """
    if file is None:
        return ()
    try:
        return load_waivers(file.read_bytes())
    except (OSError, WaiverError) as error:
        tell(f"{file.name}: {error}")
        raise typer.Exit(USAGE) from error


def open_folder(out: Path, key: Path | None) -> Ed25519PrivateKey:
    """Make the folder of a report and return the key that signs it, before anybody works for it.

    Raises:
        Exit: 3, there is no such folder or key to be had.
    """
    home = Path(typer.get_app_dir("nakadachi"))
    try:
        out.mkdir(parents=True, exist_ok=True)
        return load_signing_key(key or home / "conformance-signing.key")
    except (OSError, BundleError) as error:
        tell(f"{type(error).__name__}: {error}")
        raise typer.Exit(ENVIRONMENT) from error


def write_report(document: dict[str, Any], out: Path, signer: Ed25519PrivateKey) -> None:
    """Write every form of a report, and the signed ZIP of all of them.

    Raises:
        Exit: 3, they cannot be written.
    """
    try:
        forms = list_forms(document)
        for name, octets in forms.items():
            (out / name).write_bytes(octets)
        write_bundle(out / BUNDLE, forms, signer)
    except OSError as error:
        tell(f"{type(error).__name__}: {error}")
        raise typer.Exit(ENVIRONMENT) from error


def tell_open(document: dict[str, Any], file: Path) -> None:
    """Say how many checks wait for a person, if any do, and which command decides them."""
    if count := len(list_open(document)):
        command = f"nakadachi mocks conform report {shlex.quote(str(file))}"
        tell(
            f"人の判定を待つ検査が {count} 件あります / wait for a person: {command} --template、"
            f"書き込んで {command} --verdicts FILE -o FOLDER"
        )


def _check_options(
    source: Path, out: Path | None, waivers: Path | None, *, modes: Sequence[bool], decides: bool
) -> None:
    """Refuse options that do not go together; nothing is written over the report one decides."""
    same = out is None or out.resolve() == source.resolve().parent
    wrong = {
        "--verify, --template, --verdicts": (sum(modes) > 1, "一つだけ / only one of them"),
        "--waivers": (waivers is not None and not decides, "--verdicts と / with --verdicts"),
        "--out": (decides and same, "もとの報告書と別のフォルダー / not the report's own folder"),
    }
    for name, (is_wrong, why) in wrong.items():
        if is_wrong:
            raise typer.BadParameter(why, param_hint=name)


def _decide(document: dict[str, Any], file: Path, waivers: Path | None) -> dict[str, Any]:
    held = None if waivers is None else read_waivers(waivers)
    try:
        given, run = load_verdicts(file.read_bytes()), load_run(document)
        today = day_of(system_time())
        decided = decide(run, given, report=identify(document), today=today, waivers=held)
    except (OSError, ValueError, VerdictError) as error:
        tell(f"{file.name}: {error}")
        raise typer.Exit(USAGE) from error
    return as_document(decided, redacted=document["redacted"])


def _load(source: Path, key_sha256: str | None = None) -> dict[str, Any]:
    try:
        return load_document(source, key_sha256)
    except (OSError, ValueError, BundleError) as error:
        tell(f"{source.name}: {error}")
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
        tell(f"{source.name}: {type(error).__name__}")
        raise typer.Exit(ENVIRONMENT) from error
    told = {"ok": True, "key_sha256": found.key_sha256, "files": list(found.files)}
    if as_json:
        print_json(told)
    else:
        echo(f"ok 署名した鍵 SHA-256 {found.key_sha256}\n   " + " ".join(found.files))


def tell(text: str) -> None:
    """Print a line for people beside the output."""
    echo(text, err=True)

"""`nakadachi mocks conform report|compare|waivers`: what remains of runs, and what is waived."""

from pathlib import Path
from typing import Annotated, Any

import typer

from mocks.cli_output import JsonOption, echo, print_json
from mocks.conform.bundle import BundleError, load_signing_key, verify_bundle, write_bundle
from mocks.conform.compare import WORDS, compare, worse
from mocks.conform.conclusion import ENVIRONMENT, FAILED, OK, USAGE
from mocks.conform.forms import BUNDLE, list_forms, load_document, write_summary
from mocks.conform.profiles import list_profiles
from mocks.conform.waivers import Waiver, WaiverError, list_states, load_waivers
from mocks.engine.clock import day_of, system_time

KeyOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="署名の鍵（Ed25519 PEM、なければ作る）/ Signing key, made if missing."
    ),
]


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
        write_report(document, out, key)
    if as_json:
        print_json(document)
    else:
        echo(write_summary(document))


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


def check_waivers(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="適用除外（YAML）/ Waivers.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """適用除外を点検する / Check waivers: form, expiry, whether they match any test.

    Exit 0: fine; 1: one has expired or matches nothing; 2: the file is none.
    """
    today = day_of(system_time())
    rows = list_states(read_waivers(file), today)
    checks = {
        (test.id, check.id)
        for one in list_profiles()
        for test in one.tests
        for check in test.checks
    }
    for row, waiver in zip(rows, read_waivers(file), strict=True):
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
    bad = any(today > one.until for one in read_waivers(file)) or any(
        not row["matches"] for row in rows
    )
    raise typer.Exit(FAILED if bad else OK)


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


def write_report(document: dict[str, Any], out: Path, key: Path | None) -> None:
    """Write every form of a report, and the signed ZIP of all of them.

    Raises:
        Exit: 3, they cannot be written.
    """
    home = Path(typer.get_app_dir("nakadachi"))
    try:
        signer = load_signing_key(key or home / "conformance-signing.key")
        out.mkdir(parents=True, exist_ok=True)
        forms = list_forms(document)
        for name, octets in forms.items():
            (out / name).write_bytes(octets)
        write_bundle(out / BUNDLE, forms, signer)
    except (OSError, BundleError) as error:
        tell(f"{type(error).__name__}: {error}")
        raise typer.Exit(ENVIRONMENT) from error


def _load(source: Path) -> dict[str, Any]:
    try:
        return load_document(source)
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
    typer.echo(text, err=True)

"""Commands that look after benches, profiles and records."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
import msgspec

from benchtui.cli_options import JSON, SEED, WORKSPACE
from benchtui.errors import BadInput, BenchtuiError
from benchtui.i18n import N_, _, render, text


@click.group()
def bench() -> None:
    """Look for instruments, check a bench, see what was said on its wires, or serve a virtual one."""


@bench.command()
@click.argument("file", type=click.Path(path_type=Path))
@JSON
def check(file: Path, as_json: bool) -> None:
    """Connect to every instrument of the bench FILE and say who answers."""
    from datetime import date

    from benchtui.inspection import inspect_bench

    found = inspect_bench(file, date.today())  # noqa: DTZ011 - a certificate's date is the laboratory's own
    if as_json:
        click.echo(
            json.dumps(
                [
                    {
                        "instrument": f.name, "resource": f.resource, "identity": f.identity, "sound": f.sound,
                        "round_trip_ms": None if f.round_trip is None else round(1e3 * f.round_trip, 3),
                        "certificate_due": f.certificate, "error": str(f.error or ""),
                    }
                    for f in found
                ],
                ensure_ascii=False, indent=1,
            )
        )  # fmt: skip
    else:
        for f in found:
            mark = "✓" if f.sound else "✗"
            speed = "" if f.round_trip is None else f"  {1e3 * f.round_trip:.2f} ms"
            due = f"  {_('certificate valid until')} {f.certificate}" if f.certificate else ""
            click.echo(f"{mark} {f.name}  {f.resource}  {f.identity}{speed}{due}")
            if f.error is not None:
                click.echo(f"    {render(f.error.what)}\n    {_('try')}: {render(f.error.hint)}")
            if f.expired:
                click.echo(f"    {_('The certificate has expired.')}")
    sys.exit(0 if all(f.sound for f in found) else 3)


@bench.command()
@WORKSPACE
@click.option("--network", is_flag=True, help="Search the networks of this computer too, by broadcasts.")
@JSON
def scan(workspace: Path | None, network: bool, as_json: bool) -> None:
    """List serial ports, GPIB and USB, and who answers at the addresses of the bench files here and in the workspace.

    Nothing is set and nothing is reset: instruments are asked who they are, and no more.
    """
    from benchtui import bench_scan, platforms

    found = bench_scan.survey((Path(), workspace or platforms.default_workspace()), network=network)
    click.echo(
        json.dumps(bench_scan.as_json(found), ensure_ascii=False, indent=1)
        if as_json
        else bench_scan.as_text(found)
    )


@bench.command()
@click.argument("place", required=False, type=click.Path(path_type=Path))
@WORKSPACE
@click.option("--instrument", default="", help="Only this one, by its name on the bench.")
@click.option(
    "--last",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    help="How many pieces of each instrument.",
)
@click.option("--failed", is_flag=True, help="What the record keeps with the attempts that failed.")
@JSON
def log(
    place: Path | None, workspace: Path | None, instrument: str, last: int, failed: bool, as_json: bool
) -> None:
    """Show what went over the wires: who said what, when, how many bytes. PLACE is a bench file or a workspace.

    → to the instrument, ← from the instrument, × thrown away because nobody had asked for it. Times are UTC.
    """
    from benchtui import bench_log, platforms

    place = place or workspace or platforms.default_workspace()
    if failed:
        said = bench_log.kept_with_attempts(place, workspace=workspace, instrument=instrument)
    else:
        said = bench_log.lately(place, workspace=workspace, instrument=instrument, last=last)
    if as_json:
        click.echo(json.dumps([msgspec.structs.asdict(piece) for piece in said], indent=1))
        return
    for line in bench_log.as_text(said):
        click.echo(line)
    if failed and not said:
        click.echo(_("Nothing is kept: no attempt has failed."), err=True)


@click.group()
def profile() -> None:
    """Look after profiles."""


@profile.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def check_profiles(files: tuple[Path, ...]) -> None:
    """Check the TOML FILES: benches, instruments, standards, units under test, jobs."""
    from benchtui.inspection import inspect_profile

    status = 0
    for file in files:
        try:
            click.echo(f"✓ {file}  {render(inspect_profile(file))}")
        except BenchtuiError as error:
            click.echo(f"✗ {error.where}  {render(error.what)}\n    {_('try')}: {render(error.hint)}")
            status = 2
    sys.exit(status)


@bench.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--truth", type=click.Path(path_type=Path), help="TOML file with the hidden errors.")
@SEED
@click.option("--ready-file", type=click.Path(path_type=Path), help="Where to write the addresses as JSON.")
@click.option(
    "--time-scale",
    default="1",
    show_default=True,
    help="Bench seconds in a second, or: virtual (as fast as possible).",
)
@click.option("--idle-exit", type=float, help="End after so many seconds without a client.")
@click.option(
    "--print-truth", is_flag=True, help="Print the hidden errors of the seed as a template, and end."
)
def serve(
    file: Path | None,
    truth: Path | None,
    seed: int,
    ready_file: Path | None,
    time_scale: str,
    idle_exit: float | None,
    print_truth: bool,
) -> None:
    """Serve the virtual instruments of a bench FILE on loopback ports until stopped."""
    from benchtui.virtualbench.program import serve as serve_bench

    sys.exit(
        serve_bench(
            bench=file, truth=truth, seed=seed, ready_file=ready_file, time_scale=time_scale,
            print_truth=print_truth, idle_exit=idle_exit,
        )
    )  # fmt: skip


@click.group()
def records() -> None:
    """Look after the record of a workspace."""


@records.command()
@click.argument("workspace", type=click.Path(path_type=Path))
@click.option(
    "--printed", default="", help="NUMBER:HASH as a certificate prints it, to find a tail that was cut off."
)
@JSON
def verify(workspace: Path, printed: str, as_json: bool) -> None:
    """Check the hash chain of the record in WORKSPACE, and every row against it."""
    from benchtui.records import Head
    from benchtui.records import verify as verify_record

    number, _colon, digest = printed.partition(":")
    if printed and not (number.isdecimal() and len(digest) == 64):
        raise BadInput(
            text(N_("This is not the head of a hash chain.")),
            where=printed,
            hint=text(N_("Type it as the certificate prints it: number, colon, 64 digits.")),
        )
    found = verify_record(_record_file(workspace), printed=Head(int(number), digest) if printed else None)
    if as_json:
        problems = [str(problem) for problem in found.problems]
        click.echo(
            json.dumps(
                {"ok": found.ok, "entries": found.entries, "head": found.head.hash, "problems": problems}
            )
        )
    else:
        for problem in found.problems:
            click.echo(f"! {render(problem)}")
        verdict = _("The chain is whole") if found.ok else _("The record was changed, or is damaged")
        click.echo(f"{verdict}: {found.entries} {_('entries')}, {found.head.hash}")
    sys.exit(0 if found.ok else 1)


@records.command()
@click.argument("workspace", type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(path_type=Path))
def backup(workspace: Path, target: Path) -> None:
    """Copy the record in WORKSPACE to the file TARGET, also while the engine writes, and verify the copy."""
    from benchtui.records import back_up

    copied = back_up(_record_file(workspace), target)
    click.echo(f"{target}: {copied.entries} {_('entries')}, {copied.head.hash}")
    sys.exit(0 if copied.ok else 1)


@records.command()
@click.argument("workspace", type=click.Path(path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def export(workspace: Path, folder: Path) -> None:
    """Write every table of the record in WORKSPACE as CSV to FOLDER."""
    from benchtui.records import export_csv

    for path in export_csv(_record_file(workspace), folder):
        click.echo(path)


def _record_file(place: Path) -> Path:
    from benchtui.records import FILE_NAME

    return place / FILE_NAME if place.is_dir() else place

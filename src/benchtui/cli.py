"""The command line. Heavy parts are imported where they are needed: ``benchtui`` alone must open at once."""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path
from typing import Literal, NoReturn

import click

from benchtui import __version__, i18n, messages, platforms
from benchtui.cli_dcc import dcc
from benchtui.cli_options import JSON, SEED, WORKSPACE
from benchtui.cli_upkeep import bench, profile, records
from benchtui.errors import BadInput, BenchtuiError
from benchtui.i18n import N_, _, render, text


class _Commands(click.Group):
    """A group whose commands end in a sentence and an exit status, never in a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BenchtuiError as error:
            _explain(error)
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except KeyboardInterrupt:
            ctx.exit(130)
        except BrokenPipeError:
            # Whoever read our output has seen enough; what Python would still write at exit must go nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return None
        except Exception:  # the last net: a technician gets a sentence, the log the traceback
            log = _log_file()
            logging.getLogger("benchtui").exception("unforeseen")
            click.echo(
                _("Something went wrong inside the program. The details are in {log}.").format(log=log),
                err=True,
            )
            ctx.exit(1)


def _explain(error: BenchtuiError) -> NoReturn:
    click.echo(f"{_('error')}: {render(error.what)}", err=True)
    if error.where:
        click.echo(f"  {_('where')}: {error.where}", err=True)
    if str(error.hint):
        click.echo(f"  {_('try')}: {render(error.hint)}", err=True)
    logging.getLogger("benchtui").info("refused", exc_info=error)
    sys.exit(getattr(error, "status", error.exit_status))


def _log_file() -> Path:
    import platformdirs

    return Path(platformdirs.user_log_dir("benchtui", appauthor=False)) / "benchtui.log"


def _set_up() -> None:
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A GBK or Latin-1 locale would print \\u escapes, or nothing at all; a key may send any byte.
            stream.reconfigure(encoding="utf-8", errors="replace")
    wanted = os.environ.get("BENCHTUI_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    i18n.use("zh" if wanted.startswith("zh") else "en")
    log = _log_file()
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        logging.basicConfig(
            filename=log, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
        )
    except OSError:
        logging.basicConfig(handlers=[logging.NullHandler()])


@click.group(cls=_Commands, invoke_without_command=True)
@WORKSPACE
@click.option("--watch", is_flag=True, help="Only watch; another console may be in control.")
@click.version_option(__version__, prog_name="benchtui")
@click.pass_context
def main(ctx: click.Context, workspace: Path | None, watch: bool) -> None:
    """Calibrate instruments step by step.

    Without a command: open the console on the workspace.
    """
    _set_up()
    if ctx.invoked_subcommand is None:
        ctx.exit(_console(workspace or platforms.default_workspace(), control=not watch))


def _console(
    workspace: Path, *, control: bool = True, bench: Path | None = None, job: Path | None = None
) -> int:
    from benchtui.app import run_console
    from benchtui.client import EngineClient

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise BadInput(
            text(N_("The console needs a terminal.")),
            hint=text(N_("Over a line without a terminal use: benchtui run JOB.toml --plain")),
        )
    known = workspace / "bench.toml"
    client = EngineClient.connect(workspace, bench or (known if known.is_file() else None), control=control)
    if job is not None:
        client.send(messages.AddJob(path=str(job.resolve())))
    return run_console(client, language=i18n.language())


@main.command()
@click.option("--headless", is_flag=True, help="Run without the console, also in a terminal.")
@SEED
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo"),
    show_default=True,
    help="Folder for everything that the demonstration writes.",
)
@click.option("--items", default="", help="Calibration items, separated by commas; all by default.")
def demo(headless: bool, seed: int, out: Path, items: str) -> None:
    """Calibrate a virtual analyzer with hidden errors, from the first reading to the certificate."""
    from benchtui.demo import prepare

    chosen = tuple(item.strip() for item in items.split(",") if item.strip())
    headless = headless or not (sys.stdin.isatty() and sys.stdout.isatty())
    files = prepare(out, seed, chosen, "virtual" if headless else "20")
    if not headless:
        sys.exit(_console(files.workspace, bench=files.bench, job=files.job))
    sys.exit(_follow(files.job, files.bench, files.workspace, "headless", certificate_to=out))


@main.command()
@click.argument("job", type=click.Path(path_type=Path))
@click.option(
    "--bench", type=click.Path(path_type=Path), help="Bench file; default: bench.toml of the workspace."
)
@WORKSPACE
@click.option("--plain", "mode", flag_value="plain", help="Ask and answer line by line on stdin and stdout.")
@click.option("--headless", "mode", flag_value="headless", help="Ask nobody; only on a virtual bench.")
def run(
    job: Path, bench: Path | None, workspace: Path | None, mode: Literal["plain", "headless"] | None
) -> None:
    """Carry out the work order JOB (a TOML file)."""
    from benchtui.profiles import Bench, Job, load

    workspace = workspace or platforms.default_workspace()
    # Read here first: a mistake in a file should not wait for an engine to be found.
    load(job, Job)
    if bench is None and (workspace / "bench.toml").is_file():
        bench = workspace / "bench.toml"
    if bench is None:
        raise BadInput(
            text(N_("No bench is named.")),
            where=str(workspace),
            hint=text(N_("Give the bench file: benchtui run JOB.toml --bench BENCH.toml")),
        )
    load(bench, Bench)
    if mode is None and sys.stdin.isatty() and sys.stdout.isatty():
        sys.exit(_console(workspace, bench=bench, job=job))
    sys.exit(_follow(job, bench, workspace, mode or "plain"))


def _follow(
    job: Path,
    bench: Path,
    workspace: Path,
    mode: Literal["plain", "headless"],
    certificate_to: Path | None = None,
) -> int:
    from benchtui.client import EngineClient
    from benchtui.runner import Runner

    client = EngineClient.connect(workspace, bench)
    runner = Runner(client, mode, sys.stdout if mode == "plain" else sys.stderr)
    try:
        opened = runner.add(job)
        status = runner.run(opened)
        click.echo(f"{_('database')}     {workspace / 'records.sqlite'}")
        if certificate_to is not None and status == 0:
            _say_issued(runner.issue(opened.number, "both", certificate_to))
    except KeyboardInterrupt:
        status = 130
    finally:
        runner.shut_down()
    if status == 130:
        click.echo(_("Stopped; outputs are off."), err=True)
    return status


def _say_issued(issued: messages.Issued) -> None:
    click.echo(f"{_('certificate')}  {issued.certificate}\n{_('record')}       {issued.record}")
    click.echo(f"DCC          {issued.dcc}")
    if issued.draft:
        click.echo(_("It is a draft: nobody has approved it yet."), err=True)


@main.command()
@click.argument("job")
@WORKSPACE
@JSON
def results(job: str, workspace: Path | None, as_json: bool) -> None:
    """Print the results of JOB: its number, its file, or the folder it was run in."""
    from benchtui.results import locate, rows, table

    place = locate(job, workspace or platforms.default_workspace())
    listed = rows(place)
    click.echo(json.dumps(listed, ensure_ascii=False, indent=1) if as_json else table(listed))


@main.command()
@click.argument("job")
@WORKSPACE
@click.option("--lang", type=click.Choice(["zh", "en", "both"]), default="both", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Folder for the files."
)
def certificate(job: str, workspace: Path | None, lang: Literal["zh", "en", "both"], out: Path) -> None:
    """Write certificate and record of JOB as PDF, and the certificate as DCC (XML)."""
    from benchtui.client import EngineClient
    from benchtui.results import locate
    from benchtui.runner import Runner

    place = locate(job, workspace or platforms.default_workspace())
    client = EngineClient.connect(place.workspace, control=False)
    _say_issued(Runner(client, "plain", sys.stderr).issue(place.job, lang, out))
    client.leave()


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--monte-carlo/--no-monte-carlo", default=True, show_default=True, help="Check by simulation.")
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of the simulation.")
@JSON
def budget(file: Path, monte_carlo: bool, seed: int, as_json: bool) -> None:
    """Compute the uncertainty budget described in FILE (TOML: inputs, formula, distributions)."""
    from benchtui.calc import budget_report

    report = budget_report(file, monte_carlo=monte_carlo, seed=seed)
    click.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=1) if as_json else report.table())


@main.command()
@JSON
@click.option("--markdown", is_flag=True, help="Print the report as it stands in docs/validation.md.")
def validate(as_json: bool, markdown: bool) -> None:
    """Recompute the tables and figures of the source documents and say which of them hold."""
    from benchtui import validation

    rows = validation.report()
    if as_json:
        click.echo(validation.to_json(rows))
    else:
        click.echo(validation.to_markdown(rows) if markdown else validation.to_text(rows), nl=False)


@main.command()
@click.argument("item")
@click.option(
    "--runs", type=click.IntRange(min=1), default=20, show_default=True, help="Virtual laboratories."
)
@SEED
@click.option(
    "--modules", default="", help="Modules of the unit under test, separated by commas; all by default."
)
@JSON
def coverage(item: str, runs: int, seed: int, modules: str, as_json: bool) -> None:
    """Calibrate virtual units with hidden errors and tell whether U covers the truth."""
    import msgspec

    from benchtui.coverage import coverage as measure

    chosen = tuple(module.strip() for module in modules.split(",") if module.strip())
    found = measure(item, runs, seed, chosen, lambda done: click.echo(f"\r{done}/{runs}", nl=False, err=True))
    click.echo(err=True)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found)))
    else:
        for name, value in msgspec.to_builtins(found).items():
            click.echo(f"{name:10} {value:.4g}" if isinstance(value, float) else f"{name:10} {value}")


for group in (bench, dcc, profile, records):
    main.add_command(group)

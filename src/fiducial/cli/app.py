"""The command line: its verbs, and how an error that was raised on purpose ends."""

import os
import sys
from typing import Annotated

import typer

import fiducial as fd
from fiducial.cli import (
    align,
    audit,
    audit_log,
    bundle,
    catalogue,
    cohort,
    compare,
    decide,
    demo,
    explain,
    froc,
    fuse,
    history,
    learn,
    licence,
    metric,
    operating,
    overrides,
    pipeline,
    predict,
    probe,
    readers,
    rules,
    run,
    serve,
    service,
    settings,
    token,
)
from fiducial.errors import FiducialError

UNFORESEEN = 70  # EX_SOFTWARE of sysexits.h; no verdict uses it

app = typer.Typer(
    name="fiducial",
    help="From raw scans to a claim that survives every honest attempt to break it. Not a medical device.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(align.app, name="align")
app.add_typer(bundle.app, name="bundle")
app.add_typer(cohort.app, name="cohort")
app.add_typer(learn.app, name="learn")
app.add_typer(rules.app, name="rules")
app.add_typer(pipeline.app, name="pipeline")
app.add_typer(settings.app, name="settings")
app.add_typer(settings.config, name="config")
app.add_typer(licence.app, name="licence")
app.add_typer(service.app, name="service")
app.add_typer(token.app, name="token")
app.add_typer(audit_log.app, name="audit-log")
app.command("audit")(audit.audit)
app.command("catalogue")(catalogue.catalogue)
app.command("compare")(compare.compare)
app.command("history")(history.history)
app.command("metric-check")(metric.metric_check)
app.command("operating-point")(operating.operating_point)
app.command("predict")(predict.predict)
app.command("probe")(probe.probe)
app.command("explain")(explain.explain)
app.command("froc")(froc.froc)
app.command("fuse")(fuse.fuse)
app.command("run")(run.run)
app.command("serve")(serve.serve)
app.command("overrides")(overrides.overrides)
app.command("decide")(decide.decide)
app.command("readers")(readers.readers)
app.command("demo")(demo.demo)


def main() -> None:
    """Run the command line; exit codes are listed in the docs."""
    try:
        app(prog_name="fiducial")
    except FiducialError as told:
        sys.stderr.write(f"fiducial: {told}\n")
        sys.exit(told.exit_code)
    except Exception as unforeseen:  # a verdict's exit code must never come from a crash
        if "FIDUCIAL_TRACEBACK" in os.environ:
            raise
        kind = type(unforeseen).__name__
        sys.stderr.write(
            f"fiducial: this was not foreseen ({kind}: {unforeseen}). Please report it, with what the same command "
            "prints under FIDUCIAL_TRACEBACK=1.\n"
        )
        sys.exit(UNFORESEEN)
    except KeyboardInterrupt:
        sys.stderr.write("fiducial: stopped; nothing half-written was left behind.\n")
        sys.exit(130)


@app.callback()
def _options(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.", is_eager=True)] = False,
) -> None:
    if version:
        typer.echo(f"fiducial {fd.__version__}")
        raise typer.Exit

"""``fiducial rules``: decision files, and what they decided, to be looked at."""

import typer

from fiducial.cli import rule_pages

app = typer.Typer(help="Decision files: draw one, and show why a study was decided so.", no_args_is_help=True)
app.command("show")(rule_pages.show)
app.command("explain")(rule_pages.explain)

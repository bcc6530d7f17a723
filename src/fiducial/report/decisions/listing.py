"""The rows of a tree as nested lists: what a screen reader tells instead of the picture."""

from markupsafe import Markup, escape

from fiducial.report.decisions.rows import Row


def list_html(rows: list[Row]) -> Markup:
    """``<ul>`` within ``<ul>``, a row an item."""
    parts: list[str] = []
    depth = -1
    for row in rows:
        if row.depth > depth:
            parts.append("<ul>" * (row.depth - depth))
        else:
            parts.append("</li>" + "</ul></li>" * (depth - row.depth))
        parts.append(f"<li>{_item(row)}")
        depth = row.depth
    parts.append("</li></ul>" * (depth + 1))
    return Markup("".join(parts))  # noqa: S704  (our own; every word in it is escaped)


def _item(row: Row) -> str:
    if row.says in {"", "given"}:
        return str(escape(row.sentence))
    said = f"<b>{row.says}{', decides' if row.on else ''}</b>"
    return f"{said} {escape(row.sentence)}"

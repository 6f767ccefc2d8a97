"""Message catalogues: run it after texts changed, translate what it lists, run it again.

It collects the texts marked with ``N_``, ``_`` or ``text`` in src/benchtui, merges them into each
benchtui.po, and writes benchtui.mo beside it. With ``--check`` it writes nothing and ends with status 1 if
something is missing.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "benchtui"
LOCALES = SOURCE / "locales"
KEYWORDS = ("N_", "_", "text")
UNSTEADY = re.compile(
    rb'^"(?:POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Language-Team|Report-Msgid).*\n',
    re.MULTILINE,
)
PLACE = re.compile(r"\{(\w+)\}")


def collected() -> Catalog:
    """Return the template: every marked text of the sources, also those inside f-strings."""
    template = Catalog(project="benchtui", charset="utf-8")
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS:
                msgid = node.args[0] if node.args else None
                if isinstance(msgid, ast.Constant) and isinstance(msgid.value, str) and msgid.value:
                    template.add(msgid.value, locations=[(path.relative_to(ROOT).as_posix(), 0)])
    return template


def read(path: Path) -> Catalog:
    """Return the catalogue in the file *path*, without the dates that Babel would take from the clock."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.parents[1].name)
    catalogue.creation_date = catalogue.revision_date = datetime(2000, 1, 1, tzinfo=UTC)
    return catalogue


def written(catalogue: Catalog) -> bytes:
    """Return *catalogue* as the text of a .po file, without dates: it changes only when a text does."""
    catalogue.header_comment = "# Texts of benchtui; see tools/messages.py."
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=110, ignore_obsolete=True, include_lineno=False, sort_output=True)
    return UNSTEADY.sub(b"", buffer.getvalue())


def compiled(catalogue: Catalog) -> bytes:
    """Return *catalogue* as the bytes of a .mo file; fuzzy texts are left out."""
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def catalogues() -> list[Path]:
    """Return the .po file of every language."""
    return sorted(LOCALES.glob("*/LC_MESSAGES/benchtui.po"))


def faults(path: Path, template: Catalog) -> list[str]:
    """Return a line for everything that is wrong with the catalogue *path*."""
    catalogue = read(path)
    found = []
    for message in template:
        if not message.id:
            continue
        here = catalogue.get(message.id)
        if here is None or not here.string or here.fuzzy:
            found.append(f"not translated: {message.id}")
        elif set(PLACE.findall(str(message.id))) != set(PLACE.findall(str(here.string))):
            found.append(f"other {{places}}: {message.id}")
    found += [f"no longer used: {m.id}" for m in catalogue if m.id and template.get(m.id) is None]
    binary = path.with_suffix(".mo")
    if not binary.is_file() or binary.read_bytes() != compiled(catalogue):
        found.append(f"not compiled: {binary.relative_to(ROOT)}")
    return found


def main(*, check: bool) -> int:
    """Bring all catalogues up to date, or only look whether they are; report what is left to do."""
    template = collected()
    status = 0
    for path in catalogues():
        if not check:
            catalogue = read(path)
            catalogue.update(template, no_fuzzy_matching=True)
            path.write_bytes(written(catalogue))
            path.with_suffix(".mo").write_bytes(compiled(read(path)))
        for fault in faults(path, template):
            sys.stderr.write(f"{path.relative_to(ROOT)}: {fault}\n")
            status = 1
    return status if check else 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))

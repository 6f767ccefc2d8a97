"""Every text has a Chinese translation, and the compiled catalogue is the one that the texts give."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog
from rich.cells import cell_len
from tools import messages

from benchtui import i18n
from benchtui.screens.keys import LIST_KEYS, TABLE
from benchtui.screens.marks import STATE_WORDS

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_every_text_is_translated_and_compiled() -> None:
    template = messages.collected()
    assert len(template) > 100
    assert messages.catalogues(), "there is a catalogue"
    for path in messages.catalogues():
        assert messages.faults(path, template) == []


def test_a_catalogue_that_is_behind_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    path = tmp_path / "zh" / "LC_MESSAGES" / "benchtui.po"
    path.parent.mkdir(parents=True)
    path.write_text(
        'msgid "{n} points"\nmsgstr "{m} 点"\n\nmsgid "gone"\nmsgstr "没有"\n\nmsgid "open"\nmsgstr ""\n',
        encoding="utf-8",
    )
    template = Catalog()
    for msgid in ("{n} points", "open", "new"):
        template.add(msgid)
    assert messages.faults(path, template) == [
        "other {places}: {n} points",
        "not translated: open",
        "not translated: new",
        "no longer used: gone",
        "not compiled: zh/LC_MESSAGES/benchtui.mo",
    ]


def test_the_key_line_says_every_key_in_both_languages() -> None:
    for language in i18n.LANGUAGES:
        i18n.use(language)
        words = [i18n._(key.sense) for key in TABLE] + [i18n._(sense) for _keys, sense in LIST_KEYS]
        assert all(words)
        first = [key for key in TABLE if key.rank <= 4 and key.place != "job"]
        assert all(i18n._(key.label) for key in first)
        assert sum(cell_len(i18n._(key.label)) + cell_len(key.shown[0]) + 2 for key in first) < 80
    chinese = i18n.catalogue("zh")
    assert chinese.gettext(STATE_WORDS["todo"]) == "未测"


def test_no_face_imports_what_is_slow_or_belongs_to_the_engine() -> None:
    slow = ("numpy", "scipy", "pyvisa", "fpdf", "sqlite_utils", "sqlite3", "serial", "odrpack")
    ours = ("engine", "calc", "procedures", "instruments", "records", "certificate", "virtualbench")
    program = (
        "import sys, benchtui.app, benchtui.screens.console, benchtui.screens.items.dc_voltage_output\n"
        f"slow = [name for name in {slow!r} if name in sys.modules]\n"
        f"ours = [name for name in {ours!r} if 'benchtui.' + name in sys.modules]\n"
        "print(*slow, *ours)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert loaded.stdout.strip() == ""


def test_the_launcher_prepares_before_it_imports_the_toolkit() -> None:
    program = "import sys, benchtui.app\nprint([name for name in sys.modules if name.startswith(('textual', 'rich'))])"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert loaded.stdout.strip() == "[]"

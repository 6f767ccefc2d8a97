"""Finding the fonts that a certificate is set in: sans for the body, serif for the titles."""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import msgspec

from benchtui.errors import CertificateError
from benchtui.i18n import N_, text


class Face(msgspec.Struct, frozen=True):
    """A font file, and the face inside it if it is a collection."""

    path: Path
    index: int = 0


class Fonts(msgspec.Struct, frozen=True):
    """The two faces of a document."""

    body: Face
    title: Face


# File names by preference; the number is the Simplified Chinese face of a collection.
_SYSTEM_SANS = (
    ("NotoSansCJK-Regular.ttc", 2),
    ("NotoSansSC-Regular.otf", 0),
    ("SourceHanSansSC-Regular.otf", 0),
    ("wqy-microhei.ttc", 0),
    ("wqy-zenhei.ttc", 0),
    ("msyh.ttc", 0),
    ("simsun.ttc", 0),
)
_SYSTEM_SERIF = (
    ("NotoSerifCJK-Regular.ttc", 2),
    ("NotoSerifSC-Regular.otf", 0),
    ("SourceHanSerifSC-Regular.otf", 0),
    ("simsun.ttc", 0),
)


def system_folders() -> tuple[Path, ...]:
    """Return the folders in which this platform keeps its fonts."""
    if sys.platform == "win32":
        return (Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts",)
    return (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts")


def find(
    setting: Path | None = None, *, packaged: bool = True, folders: tuple[Path, ...] | None = None
) -> Fonts:
    """Find the fonts.

    Parameters
    ----------
    setting
        Font file from the setting ``[certificate] font``; it is used for body and titles.
    packaged
        Whether the fonts of the package ``pylopdf-fonts-zh-cn`` may be used.
    folders
        Where to look for system fonts; None: the platform's folders.

    Raises
    ------
    CertificateError
        The file that is set does not exist or is no font, or no Chinese font is found anywhere.
    """
    if setting is not None:
        face = Face(setting)
        characters(face)
        return Fonts(face, face)
    if packaged and find_spec("pylopdf_fonts_zh_cn"):
        import pylopdf_fonts_zh_cn as noto

        return Fonts(Face(noto.sans_path()), Face(noto.serif_path()))
    return _system(system_folders() if folders is None else folders)


def _system(folders: tuple[Path, ...]) -> Fonts:
    installed: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            installed.setdefault(path.name, path)
    body = next((Face(installed[name], index) for name, index in _SYSTEM_SANS if name in installed), None)
    if body is None:
        raise CertificateError(
            text(N_("No font with Chinese characters was found.")),
            where=", ".join(map(str, folders)),
            hint=text(
                N_("Install the Python package {package}, or set [certificate] font to a font file."),
                package="pylopdf-fonts-zh-cn",
            ),
        )
    title = next((Face(installed[name], index) for name, index in _SYSTEM_SERIF if name in installed), body)
    return Fonts(body, title)


@lru_cache(maxsize=8)
def characters(face: Face) -> frozenset[int]:
    """Return the code points that *face* has glyphs for.

    Raises
    ------
    CertificateError
        The file is missing or is no font.
    """
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with face.path.open("rb") as file, TTFont(file, fontNumber=face.index, lazy=True) as font:
            return frozenset(font.getBestCmap() or ())
    except (OSError, TTLibError) as error:
        raise CertificateError(
            text(N_("The font cannot be read: {reason}."), reason=getattr(error, "strerror", None) or error),
            where=str(face.path),
            hint=text(N_("Name a TrueType or OpenType font file in the setting [certificate] font.")),
        ) from error

"""Make htb/document/fonts/*.ttf: the portal's typeface in two weights, for the PDF.

WeasyPrint would cut the weights out of the variable file for every document: slower, and with the time of day in the file, so
that the same request would not give the same bytes. Run it after the typeface changed (`make -C frontend font`).
"""

from pathlib import Path

from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "ui/static/ui/fonts/atkinson-hyperlegible-next.woff2"
TARGET = ROOT / "htb/document/fonts"


def main() -> None:
    """Write the two files and say how large they are."""
    for weight, name in ((400, "regular"), (700, "bold")):
        font = instantiateVariableFont(TTFont(SOURCE, recalcTimestamp=False), {"wght": weight}, static=True)
        font.flavor = None
        path = TARGET / f"atkinson-{name}.ttf"
        font.save(path)
        print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()

"""Make ui/static/ui/fonts/atkinson-hyperlegible-next.woff2: one variable file of the letters that European names need.

The npm package cuts the typeface in two, Latin and Latin Extended; a name such as Wałęsa would need both. This puts the second
into the first, keeps the weights 400 to 700, and leaves out what pages do not use. Needs fonttools and brotli.
"""

from io import BytesIO
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

HERE = Path(__file__).parent
SOURCE = HERE / "node_modules/@fontsource-variable/atkinson-hyperlegible-next/files"
TARGET = HERE.parent / "ui/static/ui/fonts/atkinson-hyperlegible-next.woff2"
# Latin-1, Latin Extended-A, the Romanian letters, capital sharp s, punctuation, the euro.
LETTERS = [
    *range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x218, 0x21C), 0x1E9E, *range(0x2010, 0x2016), 0x2018, 0x2019, 0x201A,
    0x201C, 0x201D, 0x201E, 0x2022, 0x2026, 0x202F, 0x20AC, 0x2212,
]  # fmt: skip


def main() -> None:
    """Write the file and say how large it is."""
    font, extended = (
        TTFont(SOURCE / f"atkinson-hyperlegible-next-{part}-wght-normal.woff2") for part in ("latin", "latin-ext")
    )
    add_glyphs(font, extended)
    whole = BytesIO()
    instantiateVariableFont(font, {"wght": (400, 400, 700)}).save(whole)
    font = TTFont(whole)
    options = subset.Options(flavor="woff2", hinting=False, layout_features=["kern", "mark", "ccmp", "tnum", "locl"])
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=LETTERS)
    subsetter.subset(font)
    subset.save_font(font, TARGET, options)
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")


def add_glyphs(font: TTFont, other: TTFont) -> None:
    """Give `font` the glyphs of `other` for the letters it lacks; both are cut from the same drawing."""
    other.setGlyphOrder([f"{name}.ext" for name in other.getGlyphOrder()])
    font.ensureDecompiled()
    font.setGlyphOrder([*font.getGlyphOrder(), *other.getGlyphOrder()])
    font["glyf"].glyphOrder = font.getGlyphOrder()
    for name in other.getGlyphOrder():
        font["glyf"].glyphs[name] = other["glyf"][name]
        font["hmtx"].metrics[name] = other["hmtx"].metrics[name]
        font["gvar"].variations[name] = other["gvar"].variations.get(name, [])
    known = font.getBestCmap()
    added = {code: name for code, name in other.getBestCmap().items() if code not in known and code < 0x10000}
    for table in font["cmap"].tables:
        table.cmap.update(added)
    del font["HVAR"]  # the widths vary in gvar too; HVAR would need the added glyphs as well


if __name__ == "__main__":
    main()

"""Cuts the site's four font files out of their npm sources; knows nothing of the site.

    npm i @fontsource-variable/source-serif-4@5 @fontsource/barlow-semi-condensed@5
    pip install fonttools brotli
    python3 subset.py node_modules fonts

Both sources are under the SIL Open Font License 1.1 (OFL-*.txt). Source Serif reserves its name, so what comes out is
called Faultline Serif; the instrument's arrows and signs, which Barlow lacks, are drawn here.
"""
import io
import math
import os
import sys

from fontTools import subset
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

SOURCES, OUT = sys.argv[1], sys.argv[2]
SERIF = SOURCES + "/@fontsource-variable/source-serif-4/files/source-serif-4-latin-opsz-{}.woff2"
SANS = SOURCES + "/@fontsource/barlow-semi-condensed/files/barlow-semi-condensed-latin-{}-normal.woff2"

ASCII = "".join(chr(i) for i in range(0x20, 0x7F))
PROSE = ASCII + "\u00a0§°±²·½×àáäçèéëíñóöøü–—‘’“”…−"
INSTRUMENT = ASCII + "\u00a0§°±²·½×éöü–—‘’“”…−←→↑↓↔✓✗≤≥≠"
EMPHASIS = "".join(c for c in ASCII if c.isalnum() or c in " !\"'(),-.:;?") + "\u00a0é’–…"


def cut(font, text, features):
    options = subset.Options(layout_features=features, hinting=False, flavor="woff2")
    options.name_IDs = ["*"]
    options.notdef_outline = False
    options.drop_tables += ["DSIG", "STAT"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=text)
    subsetter.subset(font)
    return options


def name(font, family, style):
    table = font["name"]
    copyright_line = table.getDebugName(0)
    table.names = []
    for name_id, value in {
        0: copyright_line,
        1: family,
        2: style,
        3: f"{family} {style}",
        4: f"{family} {style}",
        6: f"{family}-{style}".replace(" ", ""),
        13: "SIL Open Font License 1.1",
        14: "https://scripts.sil.org/OFL",
    }.items():
        table.setName(value, name_id, 3, 1, 0x409)


def save(font, options, file):
    path = f"{OUT}/{file}"
    subset.save_font(font, path, options)
    print(f"{os.path.getsize(path):6} {file}")


def serif(slope, axes, text, style, file):
    font = instancer.instantiateVariableFont(TTFont(SERIF.format(slope)), axes)
    if "gvar" in font:
        # The subsetter wants an entry for every glyph, those that do not vary included.
        stream = io.BytesIO()
        font.save(stream)
        stream.seek(0)
        font = TTFont(stream)
        varying = font["gvar"].variations
        font["gvar"].variations = {g: varying[g] if g in varying else [] for g in font.getGlyphOrder()}
    options = cut(font, text, ["kern"])
    name(font, "Faultline Serif", style)
    save(font, options, file)


def bar(x1, y1, x2, y2, weight):
    """A straight stroke from one point to the other, as a four-sided contour."""
    length = math.hypot(x2 - x1, y2 - y1)
    nx, ny = -(y2 - y1) / length * weight / 2, (x2 - x1) / length * weight / 2
    corners = [(x1 + nx, y1 + ny), (x2 + nx, y2 + ny), (x2 - nx, y2 - ny), (x1 - nx, y1 - ny)]
    return [(round(x), round(y)) for x, y in corners]


# Advance width and strokes of each drawn sign, in units of 1/1000 em; 350 is the mathematical axis.
SIGNS = {
    "→": (760, [(60, 350, 660, 350), (700, 350, 480, 550), (700, 350, 480, 150)]),
    "←": (760, [(100, 350, 700, 350), (60, 350, 280, 550), (60, 350, 280, 150)]),
    "↑": (520, [(260, 20, 260, 640), (260, 690, 60, 470), (260, 690, 460, 470)]),
    "↓": (520, [(260, 60, 260, 680), (260, 10, 60, 230), (260, 10, 460, 230)]),
    "↔": (860, [(100, 350, 760, 350), (60, 350, 260, 530), (60, 350, 260, 170), (800, 350, 600, 530), (800, 350, 600, 170)]),
    "✓": (600, [(60, 300, 230, 110), (200, 90, 550, 620)]),
    "✗": (560, [(80, 120, 480, 600), (80, 600, 480, 120)]),
    "≤": (560, [(70, 400, 490, 590), (70, 400, 490, 210), (70, 90, 490, 90)]),
    "≥": (560, [(490, 400, 70, 590), (490, 400, 70, 210), (70, 90, 490, 90)]),
    "≠": (560, [(60, 450, 500, 450), (60, 250, 500, 250), (180, 80, 380, 650)]),
}


def sans(weight, stroke, style):
    font = TTFont(SANS.format(weight))
    maps = [table.cmap for table in font["cmap"].tables if table.isUnicode()]
    for sign, (advance, strokes) in SIGNS.items():
        pen = TTGlyphPen(None)
        for points in (bar(*line, stroke) for line in strokes):
            pen.moveTo(points[0])
            for point in points[1:]:
                pen.lineTo(point)
            pen.closePath()
        glyph = f"uni{ord(sign):04X}"
        font["glyf"][glyph] = pen.glyph()
        font["glyf"][glyph].recalcBounds(font["glyf"])
        font["hmtx"][glyph] = (advance, font["glyf"][glyph].xMin)
        for table in maps:
            table[ord(sign)] = glyph
    # An instrument's figures stand under one another: the tabular ones are the default.
    for digit, figure in enumerate("zero one two three four five six seven eight nine".split()):
        for table in maps:
            table[ord("0") + digit] = figure + ".tf"
    font["maxp"].numGlyphs = len(font.getGlyphOrder())
    options = cut(font, INSTRUMENT, ["kern"])
    name(font, "Faultline Sans", style)
    save(font, options, f"faultline-sans-{weight}.woff2")


serif("normal", {"wght": (400, 400, 650), "opsz": 15}, PROSE, "Regular", "faultline-serif.woff2")
serif("italic", {"wght": 400, "opsz": 20}, EMPHASIS, "Italic", "faultline-serif-italic.woff2")
sans(400, 70, "Regular")
sans(600, 104, "SemiBold")

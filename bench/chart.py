"""A bar chart of what bench/store has measured, as SVG for a light and a dark page."""
# SPDX-License-Identifier: Apache-2.0
import statistics

WIDTH, BAR, GAP, LABEL, FIGURE = 720, 16, 6, 150, 90
STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600 }
  .posse { fill: #0a7d5a }
  .peer { fill: #8c959f }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .posse { fill: #3fb68b }
    .peer { fill: #6e7681 }
  }"""


def _speed(rows):
    return statistics.median(row["per_second"] for row in rows)


def _bars(compared):
    """Posse, by all of its runs, and each peer."""
    ours = [row for one in compared for row in one["posse_rows"]]
    return [("Posse", "posse", _speed(ours)),
            *((one["peer"], "peer", _speed(one["peer_rows"])) for one in compared)]


def _cell(title, bars, top):
    most = max(speed for _, _, speed in bars)
    yield f'<text class="title" x="0" y="{top + 12}">{title}</text>'
    for number, (name, kind, speed) in enumerate(bars):
        y = top + 22 + number * (BAR + GAP)
        width = max(1, round(speed / most * (WIDTH - LABEL - FIGURE)))
        yield f'<text x="{LABEL - 8}" y="{y + 12}" text-anchor="end">{name}</text>'
        yield f'<rect class="{kind}" x="{LABEL}" y="{y}" width="{width}" height="{BAR}" rx="2"/>'
        yield f'<text x="{LABEL + width + 6}" y="{y + 12}">{speed:,.0f}/s</text>'


def chart(cells):
    """`cells`: pairs of a title and what was compared."""
    parts, top = [], 0
    for title, compared in cells:
        bars = _bars(compared)
        parts += _cell(title, bars, top)
        top += 22 + len(bars) * (BAR + GAP) + 16
    body = "\n".join(f"  {part}" for part in parts)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" role="img">\n'
            f"  <title>Purchases per second</title>\n  <style>{STYLE}\n  </style>\n"
            f"{body}\n</svg>\n")

# SPDX-License-Identifier: Apache-2.0
"""Throughput and p99 latency against offered load, as an SVG of two panels."""

import html
import math

WIDTH, PANEL_HEIGHT, LEFT, RIGHT, TOP, GAP, BOTTOM = 760, 230, 78, 24, 64, 46, 52
INK, GRID, LINE, GUIDE = "#222222", "#dddddd", "#0b6bb0", "#b0530b"


def text(x, y, content, anchor="start", size=12, color=INK, weight="normal"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{color}" '
            f'font-weight="{weight}">{html.escape(content)}</text>')


def segment(x1, y1, x2, y2, color=GRID, dash=""):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{color}" stroke-dasharray="{dash}"/>'


def nice_step(largest, steps=5):
    """1, 2 or 5 times a power of ten, so that about `steps` fit."""
    rough = max(largest, 1e-9) / steps
    power = 10 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)


class Panel:
    """A pair of axes; x is the offered load as a share of the limit."""

    def __init__(self, top, title, x_max, y_ticks, y_place, y_name):
        self.top, self.title, self.x_max = top, title, x_max
        self.y_ticks, self.y_place, self.y_name = y_ticks, y_place, y_name

    def x(self, value):
        return LEFT + value / self.x_max * (WIDTH - LEFT - RIGHT)

    def y(self, value):
        return self.top + PANEL_HEIGHT * (1 - self.y_place(value))

    def draw(self, points, guide=None):
        yield text(LEFT, self.top - 10, self.title, weight="bold")
        for tick in self.y_ticks:
            yield segment(LEFT, self.y(tick), WIDTH - RIGHT, self.y(tick))
            yield text(LEFT - 8, self.y(tick) + 4, self.y_name(tick), "end")
        step = nice_step(self.x_max, 8)
        for number in range(int(self.x_max / step + 1e-9) + 1):
            at = self.x(number * step)
            yield segment(at, self.top, at, self.top + PANEL_HEIGHT)
            yield text(at, self.top + PANEL_HEIGHT + 16, f"{number * step:.4g}", "middle")
        if guide is not None:
            ends, name = guide
            (x1, y1), (x2, y2) = ((self.x(x), self.y(y)) for x, y in ends)
            yield segment(x1, y1, x2, y2, GUIDE, "5 4")
            yield text(x2 - 4, y2 - 6, name, "end", 11, GUIDE)
        places = [(self.x(x), self.y(y)) for x, y in points]
        yield (f'<polyline fill="none" stroke="{LINE}" stroke-width="2" points="'
               + " ".join(f"{x:.1f},{y:.1f}" for x, y in places) + '"/>')
        for x, y in places:
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{LINE}"/>'


def throughput_panel(points, x_max):
    limit = max(point["limit"]["signatures_per_s"] for point in points)
    largest = max([limit] + [point["throughput_per_s"] for point in points])
    step = nice_step(largest)
    highest = step * math.ceil(largest / step)
    panel = Panel(TOP, "Sends answered a second", x_max,
                  [step * i for i in range(int(highest / step) + 1)], lambda value: value / highest, lambda value: f"{value:,.0f}")
    shown = [(point["offered_per_s"] / point["limit"]["signatures_per_s"], point["throughput_per_s"]) for point in points]
    return panel.draw(shown, (((0, limit), (x_max, limit)), "the limit: all cores do nothing but sign"))


def latency_panel(points, x_max):
    values = [max(point["latency_us"]["p99"] / 1000, 0.01) for point in points]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)) + 1e-9)
    high = max(high, low + 1)
    panel = Panel(TOP + PANEL_HEIGHT + GAP, "Latency of 99 in 100 sends, ms (from when each was due)", x_max,
                  [10 ** power for power in range(low, high + 1)],
                  lambda value: (math.log10(value) - low) / (high - low), lambda value: f"{value:g}")
    shown = [(point["offered_per_s"] / point["limit"]["signatures_per_s"], value) for point, value in zip(points, values)]
    return panel.draw(shown)


def sweep_svg(points, title):
    """The file's text."""
    height = TOP + 2 * PANEL_HEIGHT + GAP + BOTTOM
    x_max = max(point["offered_per_s"] / point["limit"]["signatures_per_s"] for point in points) * 1.05
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        'font-family="Helvetica, Arial, sans-serif">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        text(LEFT, 26, title, size=15, weight="bold"),
        *throughput_panel(points, x_max),
        *latency_panel(points, x_max),
        text((LEFT + WIDTH - RIGHT) / 2, height - 14, "offered load ÷ the limit of RSA-2048 signatures", "middle"),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"

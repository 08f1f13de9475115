"""The page's colors: one table for its style sheet, its static pictures and its script.

The palette keeps at least 3:1 on the panel of its theme (WCAG 1.4.11), and its places stay apart
under protanopia and deuteranopia: at least 0.06 in OKLab (Machado's matrices at full severity).
A run beyond the palette takes a color again, with the next of `DASHES`.
"""

from __future__ import annotations

# name → light, dark. `mark-…` shades a step range, `ink-…` writes on the panel.
TOKENS: dict[str, tuple[str, str]] = {
    "ground": ("#fbfbf9", "#121417"),
    "panel": ("#ffffff", "#191c20"),
    "ink": ("#17191c", "#e9eaec"),
    "muted": ("#5f666e", "#9aa2ab"),
    "line": ("#e3e3de", "#2b2f35"),
    "edge": ("#8b9097", "#666d76"),
    "grid": ("#ecece8", "#262a30"),
    "hover": ("#f0f0ec", "#21252a"),
    "accent": ("#0b5cad", "#7db7f0"),
    "ink-error": ("#b3261e", "#ff8a80"),
    "ink-warning": ("#8a5a00", "#f2c14e"),
    "ink-info": ("#0b5cad", "#7db7f0"),
    "ink-ok": ("#1d7a3e", "#6fcf8f"),
    "mark-error": ("#fbe9e7", "#3a1f1d"),
    "mark-warning": ("#fdf3dc", "#342a14"),
    "mark-info": ("#e8f0f9", "#1a2836"),
    "mark-ok": ("#e6f3ea", "#18291f"),
    "mark-plain": ("#f0f0ec", "#22262b"),
}

PALETTE: tuple[tuple[str, str], ...] = (
    ("#0072b2", "#4ea8e0"),
    ("#d55e00", "#ff8a4c"),
    ("#00906a", "#7fe3b8"),
    ("#8f2450", "#d9739a"),
    ("#7f82ee", "#c4cdf5"),
    ("#6b5310", "#f2d75c"),
    ("#40288a", "#7a6be0"),
    ("#8b8f96", "#a98f6a"),
)

# Lengths in px of strokes and gaps; the first is a solid line. Training beside validation is
# always drawn with DASHED.
DASHES = ("", "1 3", "8 3 2 3", "10 4")
DASHED = "5 3"

LEVELS = 8  # shades of a ridgeline, from the first step to the last


def style_sheet() -> str:
    """The part of the style sheet that follows from the tables: variables, runs, shades."""
    light_ones, dark_ones = declarations(0), declarations(1)
    runs = "".join(f".run-{place}{{--own:var(--run-{place})}}" for place in range(len(PALETTE)))
    shades = "".join(
        f".ridge-{level}{{fill:color-mix(in srgb,var(--own) {shade(level):.0%},var(--panel))}}"
        for level in range(LEVELS)
    )
    return (
        f":root{{color-scheme:light;{light_ones}}}"
        "@media screen and (prefers-color-scheme:dark){"
        f':root:not([data-theme="light"]){{color-scheme:dark;{dark_ones}}}}}'
        f'@media screen{{:root[data-theme="dark"]{{color-scheme:dark;{dark_ones}}}}}'
        f"\n{runs}{shades}\n"
    )


def dark_style() -> str:
    """The style sheet of a picture that stands alone: its dark colors, by the classes of shapes."""
    dark = {name: pair[1] for name, pair in TOKENS.items()}
    fills = {".panel": "panel", ".ink": "ink", ".muted": "muted", ".axis": "muted"}
    fills |= {".ring": "panel", "path.crowd": "edge"}
    strokes = {".grid": "grid", ".rug": "ink-error", ".ring": "ink", ".median": "muted"}
    for tone in ("plain", "muted", "info", "warning", "error"):
        ink = {"plain": "ink", "muted": "muted"}.get(tone, f"ink-{tone}")
        shade = f"mark-{tone}" if tone != "muted" else "mark-plain"
        fills |= {f".label.{tone}": ink, f".note.{tone}": ink, f".mark.{tone}": shade}
        strokes[f".at.{tone}"] = ink
    rules = [f"{name}{{fill:{dark[token]}}}" for name, token in fills.items()]
    rules += [f"{name}{{stroke:{dark[token]}}}" for name, token in strokes.items()]
    rules += [f".run-{place}{{stroke:{pair[1]}}}" for place, pair in enumerate(PALETTE)]
    return f"@media (prefers-color-scheme:dark){{{''.join(rules)}}}"


def declarations(theme: int) -> str:
    """CSS custom properties of a theme: 0 is light, 1 is dark."""
    named = [(name, pair[theme]) for name, pair in TOKENS.items()]
    placed = [(f"run-{place}", pair[theme]) for place, pair in enumerate(PALETTE)]
    return "".join(f"--{name}:{color};" for name, color in [*named, *placed])


def light(name: str) -> str:
    """A token's light color, for pictures that must be readable without a style sheet."""
    return TOKENS[name][0]


def run_place(color: int) -> int:
    """The place in the palette of a run's color number."""
    return color % len(PALETTE)


def run_class(color: int) -> str:
    """The style sheet's class for a run's color number."""
    return f"run-{run_place(color)}"


def run_color(color: int) -> str:
    """The light color of a run's color number."""
    return PALETTE[run_place(color)][0]


def run_dash(color: int) -> str:
    """The dash of a run's color number: the palette's second round is dotted, and so on."""
    return DASHES[color // len(PALETTE) % len(DASHES)]


def stripes(color: int) -> str:
    """The dash of a swatch of 9 px; templates/js/names.js fills the script's swatches alike."""
    dash = run_dash(color)
    return f"{max(1.5, int(dash.split()[0]) / 2):g} 1.5" if dash else ""


def shade(level: int) -> float:
    """How much of its run's color a ridge has; the rest is the panel's."""
    return 0.22 + 0.09 * level


def run_shade(color: int, level: int) -> str:
    """The light color of a ridge."""
    channels = (int(run_color(color)[at : at + 2], 16) for at in (1, 3, 5))
    share = shade(level)
    return "#" + "".join(f"{round(share * part + (1 - share) * 255):02x}" for part in channels)

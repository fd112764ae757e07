"""chart.py: line charts with logarithmic axes as SVG, without a library."""
import html
import math

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 490, 300, 58, 150, 34, 44
COLOURS = ('#1f5fa8', '#b3541e', '#3a7d44', '#7a3b8f', '#555555', '#a8324a')
STYLE = ('text{font:11px sans-serif;fill:#222}.title{font-size:13px;font-weight:bold}.axis{stroke:#888}'
         '.grid{stroke:#ddd}polyline{fill:none;stroke-width:1.6}')


def decades(values):
    """the powers of ten around them"""
    return math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))


def label(power):
    """1, 10, 1k, 100k, 1M; below one as it is"""
    if power < 0:
        return f'{10.0 ** power:g}'
    return f'{10 ** (power % 3)}{("", "k", "M", "G")[power // 3]}'


def axes(x_of, y_of, across, up):
    parts = []
    for power in range(across[0], across[1] + 1):
        x = x_of(10.0 ** power)
        parts.append(f'<line class="grid" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{HEIGHT - BOTTOM}"/>'
                     f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 14}" text-anchor="middle">{label(power)}</text>')
    for power in range(up[0], up[1] + 1):
        y = y_of(10.0 ** power)
        parts.append(f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>'
                     f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{label(power)}</text>')
    return parts


def apart(places):
    """the same positions, in the same order, moved so that they are at least a line apart"""
    moved, last = {}, -math.inf
    for name, y in sorted(places.items(), key=lambda item: item[1]):
        last = max(y, last + 12)
        moved[name] = last
    return moved


def one(title, x_name, y_name, lines):
    """lines: {name: [(x, y)]}, all above 0"""
    points = [point for line in lines.values() for point in line]
    across, up = decades([x for x, _ in points]), decades([y for _, y in points])
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x_of(x):
        return LEFT + wide * (math.log10(x) - across[0]) / max(1, across[1] - across[0])

    def y_of(y):
        return HEIGHT - BOTTOM - high * (math.log10(y) - up[0]) / max(1, up[1] - up[0])

    parts = [f'<text class="title" x="{LEFT}" y="18">{html.escape(title)}</text>', *axes(x_of, y_of, across, up),
             f'<text x="{LEFT + wide / 2:.0f}" y="{HEIGHT - 8}" text-anchor="middle">{html.escape(x_name)}</text>',
             f'<text transform="translate(12 {TOP + high / 2:.0f}) rotate(-90)" text-anchor="middle">{html.escape(y_name)}</text>']
    ends = apart({name: y_of(line[-1][1]) for name, line in lines.items()})
    for i, (name, line) in enumerate(lines.items()):
        colour = COLOURS[i % len(COLOURS)]
        drawn = ' '.join(f'{x_of(x):.1f},{y_of(y):.1f}' for x, y in line)
        parts.append(f'<polyline points="{drawn}" stroke="{colour}"/>'
                     f'<text x="{WIDTH - RIGHT + 6}" y="{ends[name] + 4:.1f}" style="fill:{colour}">{html.escape(name)}</text>')
    return ''.join(parts)


def page(charts):
    """charts: lists of arguments of one(), two in a row"""
    rows = (len(charts) + 1) // 2
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH} {rows * HEIGHT}" role="img">',
             f'<style>{STYLE}</style><rect width="100%" height="100%" fill="#fff"/>']
    for i, chart in enumerate(charts):
        parts.append(f'<g transform="translate({i % 2 * WIDTH} {i // 2 * HEIGHT})">{one(*chart)}</g>')
    return '\n'.join(parts) + '\n</svg>\n'

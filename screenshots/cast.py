"""Joins pictures of a screen (SVG) into one that moves: cast.py SECONDS FRAME... > cast.svg

An element is drawn for the run of frames it stands in, so what does not change is written once.
"""

import collections
import re
import sys

RECT = re.compile(r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" fill="([^"]+)"( opacity="[^"]+")?/>')


def runs(frames):
    """Each element of each frame as (first, last) frame of a run in which it stays, in order of drawing."""
    groups = collections.defaultdict(list)
    begun = {}
    for n, lines in enumerate([*frames, []]):
        here = set(lines)
        for line in [line for line in begun if line not in here]:
            groups[begun.pop(line), n - 1].append(line)
        for line in lines:
            begun.setdefault(line, n)
    return groups


def shapes(lines):
    """Rectangles of one colour as one path; grounds of cells before what stands on them."""
    paths, texts = collections.defaultdict(list), []
    for line in lines:
        if rect := RECT.fullmatch(line):
            x, y, w, h = (f"{float(n):g}" for n in rect.groups()[:4])
            is_ground = float(h) == 18 and float(w) > 8
            paths[not is_ground, rect[5], rect[6] or ""].append(f"M{x} {y}h{w}v{h}h-{w}z")
        else:
            texts.append(re.sub(r' xml:space="preserve"', "", line))
    for (_, fill, opacity), parts in sorted(paths.items()):
        yield f'<path fill="{fill}"{opacity} d="{"".join(parts)}"/>'
    yield from texts


def main():
    seconds, files = float(sys.argv[1]), sys.argv[2:]
    documents = [open(file, encoding="utf-8").read().splitlines() for file in files]
    head, ground = documents[0][:2]
    groups = runs([document[2:-1] for document in documents])
    n = len(files)
    style, body = [], []
    for (first, last), lines in sorted(groups.items(), key=lambda group: group[0][0] - group[0][1]):
        name = f"f{first}_{last}"
        if (first, last) != (0, n - 1):
            shown = "visible" if first == 0 else "hidden"
            steps = [f"0%{{visibility:{shown}}}"]
            if first:
                steps.append(f"{100 * first / n:.3f}%{{visibility:visible}}")
            if last < n - 1:
                steps.append(f"{100 * (last + 1) / n:.3f}%{{visibility:hidden}}")
            style.append(f"@keyframes {name}{{{''.join(steps)}}}")
            style.append(f".{name}{{animation:{name} {seconds * n:g}s step-end infinite;visibility:{shown}}}")
        body.append(f'<g class="{name}">')
        body.extend(shapes(lines))
        body.append("</g>")
    print(head, ground, f"<style>text{{white-space:pre}}{''.join(style)}</style>", *body, "</svg>", sep="\n")


main()

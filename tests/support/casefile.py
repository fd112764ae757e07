"""casefile.py: a case folder written as one text file, NAME.case, for cases of a few short texts.

A line `--- NAME` begins the file NAME of the folder; the lines up to the next such line are its text.
"""

import re


def read(path):
    """{name: text}"""
    pieces = re.split(r'^--- (\S+)\n', path.read_text(encoding='utf-8'), flags=re.M)
    if pieces[0]:
        raise ValueError(f'{path} does not begin with a line `--- NAME`')
    return dict(zip(pieces[1::2], pieces[2::2]))


def write(path, texts):
    path.write_text(''.join(f'--- {name}\n{text}' for name, text in texts.items()), encoding='utf-8')


def folders(place, scratch):
    """[(name, folder, its .case file or None)] of all cases in place, in the order of their names."""
    out = [(each.parent.name, each.parent, None) for each in place.glob('*/argv')]
    for source in place.glob('*.case'):
        folder = scratch / source.stem
        folder.mkdir()
        for name, text in read(source).items():
            (folder / name).write_text(text, encoding='utf-8')
        out.append((source.stem, folder, source))
    return sorted(out, key=lambda case: case[0])

"""casefile.py: a case folder written as one text file, NAME.case, for cases of a few short texts.

A line `--- NAME` begins the file NAME of the folder, which may be in a folder of its own (`mail/cur/1`); the lines up
to the next such line are its text, with their line ends as they are.
"""

import re


def read(path):
    """{name: text}"""
    pieces = re.split(r'^--- (\S+)\n', path.read_bytes().decode('utf-8'), flags=re.M)
    if pieces[0]:
        raise ValueError(f'{path} does not begin with a line `--- NAME`')
    return dict(zip(pieces[1::2], pieces[2::2]))


def write(path, texts):
    path.write_bytes(''.join(f'--- {name}\n{text}' for name, text in texts.items()).encode())


def folders(place, scratch):
    """[(name, folder, its .case file or None)] of all cases in place, in the order of their names."""
    out = [(each.parent.name, each.parent, None) for each in place.glob('*/argv')]
    for source in place.glob('*.case'):
        folder = scratch / source.stem
        folder.mkdir()
        for name, text in read(source).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(text.encode())
        out.append((source.stem, folder, source))
    return sorted(out, key=lambda case: case[0])

"""sentences.py: docs/advice.md, the table of every sentence of advice with the test that provokes it."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PATH = ROOT / 'docs/advice.md'
PROOFS = {
    'passes': 'with the record overlaid on DNS the message passes',
    'usable': 'with the record overlaid on DNS it can be used',
    'after-switch': 'the message, as it is sent then, passes: marked "after you switch it on"',
    None: 'proposes no record',
}


def sentences():
    """{code: sentence} of filter/explain/advice_text.c"""
    text = (ROOT / 'filter/explain/advice_text.c').read_text()
    out = {}
    for entry in re.split(r'\[ADVICE_(?!IDS)[A-Z_]+\] =', text)[1:]:
        entry = entry.split('\n};')[0]
        code = re.search(r'"([a-z0-9_]+)"', entry).group(1)
        last = entry[entry.index('N_('):] if 'N_(' in entry else entry[entry.rindex(',', 0, entry.rindex('"') - 1):]
        out[code] = ''.join(re.findall(r'"((?:[^"\\]|\\.)*)"', last))
    return out


def table(seen):
    """(text, codes that no test provokes); seen: {code: {proof: name of a test}}"""
    lines = ['# Every sentence of advice', '',
             '<!-- made by `tests/advice/run --bless BUILD_DIR`; do not edit -->', '',
             'What `explain` and `batch` advise an owner to publish or to request, a case of testdata/maker/ that',
             'provokes it, and what is proved before it is shown. `tests/advice/run` checks each row.', '',
             '| code | sentence | test | proof |', '|---|---|---|---|']
    missing = []
    for code, sentence in sorted(sentences().items()):
        if code not in seen:
            missing.append(code)
            continue
        proof = next(each for each in PROOFS if each in seen[code])
        lines.append(f'| {code} | {sentence.replace("|", "&#124;")} | {seen[code][proof]} | {PROOFS[proof]} |')
    return '\n'.join(lines) + '\n', missing


def codes_told():
    """the codes of docs/advice.md"""
    return set(re.findall(r'^\| ([a-z0-9_]+) \|', PATH.read_text(), re.M)) - {'code'} if PATH.exists() else set()

"""findings.py: docs/inspect-findings.md, the table of every sentence of inspect."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PATH = ROOT / 'docs/inspect-findings.md'
PROOFS = {'mends': 'with the record overlaid on DNS the finding is gone, and no error is new',
          None: 'proposes no record'}
CALL = re.compile(r'\b(?:ADD|findings_add)\(\s*[^,"]+,\s*(?:[^"()?:]|\?|:)*?,\s*(?:[a-z]+(?:->[a-z]+)?,\s*|"[a-z]+",\s*)?'
                  r'"([a-z0-9-]+)",\s*((?:"(?:[^"\\]|\\.)*"\s*)+)', re.S)


def sentences():
    """[(id, sentence)] of filter/inspect/, each once"""
    out = []
    for path in sorted((ROOT / 'filter/inspect').glob('inspect*.c')):
        for name, text in CALL.findall(path.read_text()):
            one = name, ''.join(re.findall(r'"((?:[^"\\]|\\.)*)"', text))
            if one not in out:
                out.append(one)
    return sorted(out)


def calls():
    """The number of calls, with or without a sentence: none may be missed."""
    text = ''.join(path.read_text() for path in (ROOT / 'filter/inspect').glob('inspect*.c'))
    return len(re.findall(r'(?<!define )\b(?:ADD|findings_add)\(', re.sub(r'#define ADD.*?\n(?!\t)', '', text, flags=re.S)))


def found():
    """How many of them were read."""
    return sum(len(CALL.findall(path.read_text())) for path in (ROOT / 'filter/inspect').glob('inspect*.c'))


def form(sentence):
    """A pattern for the sentence with its values."""
    plain = sentence.replace('\\"', '"').replace('\\\\', '\\')
    return re.compile('.*'.join(re.escape(part).replace('%%', '%') for part in re.split(
        r'%(?:[-0-9.*]*)(?:zu|llu|lld|lu|[dusgxf])', plain)), re.S)


class Seen:
    """The sentences that the tests provoked, each with the first case and the best proof."""

    def __init__(self):
        self.forms = [(name, sentence, form(sentence)) for name, sentence in sentences()]
        self.seen = {}

    def note(self, finding, case):
        fits = [(len(sentence), name, sentence) for name, sentence, shape in self.forms
                if name == finding['id'] and shape.fullmatch(finding['text'])]
        if not fits:
            return False
        _, name, sentence = max(fits)
        self.seen.setdefault((name, sentence), {}).setdefault(finding.get('proof'), case)
        return True

    def table(self):
        """(text, sentences that nothing provokes)"""
        lines = ['# Every sentence of inspect', '',
                 '<!-- made by `tests/inspect/run --bless BUILD_DIR`; do not edit -->', '',
                 'The findings of `inspect`, a case of tests/inspect/ that provokes it, and what is',
                 'proved before a record is shown with it. `tests/inspect/run` checks each row.', '',
                 '| id | sentence | test | proof |', '|---|---|---|---|']
        missing = []
        for name, sentence, _ in self.forms:
            cases = self.seen.get((name, sentence))
            if cases is None:
                missing.append(f'{name}: {sentence}')
                continue
            proof = 'mends' if 'mends' in cases else None
            words = sentence.replace('|', '&#124;').replace('\\"', '"')
            lines.append(f'| {name} | {words} | {cases[proof]} | {PROOFS[proof]} |')
        return '\n'.join(lines) + '\n', missing


def told():
    """{(id, sentence)} of docs/inspect-findings.md"""
    if not PATH.exists():
        return set()
    return {(name, words.replace('&#124;', '|')) for name, words in
            re.findall(r'^\| ([a-z0-9-]+) \| (.*?) \| [^|]* \| [^|]* \|$', PATH.read_text(), re.M) if name != 'id'}

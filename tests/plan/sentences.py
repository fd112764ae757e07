"""sentences.py: docs/plan-sentences.md, the table of every sentence of plan with a test that provokes it."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PATH = ROOT / 'docs/plan-sentences.md'
FILES = ('plan_text.c', 'plan_text_step.c')
OVER = 'the record is overlaid on DNS for batch, which counts the same messages by both RFCs'
BOUND = 'the bound holds in 200 histories of known rates'
# by the function that has the sentence
PROOFS = {
    'plan_print_step': OVER, 'print_force': OVER, 'print_asked': OVER, 'print_view_hurt': OVER, 'print_hurt': OVER, 'print_proof': OVER,
    'print_view_bound': BOUND, 'print_view_stop': BOUND,
    'print_needs': 'batch evaluated the messages again with the record overlaid on DNS',
}
LITERALS = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'


def sentences():
    """[(function, sentence)] of the files that print a plan, each once, in their order; those of several words"""
    out = []
    for name in FILES:
        function = ''
        for line in re.split(r'\n(?=[a-z])', (ROOT / 'filter/plan' / name).read_text()):
            found = re.match(r'(?:static |const |void|bool|enum |uint64_t|unsigned |long |char |\*|\s)*\n?([a-z_]+)\(', line)
            function = found[1] if found else function
            for text in re.findall(r'\b_\(' + LITERALS + r'\)', line):
                words = ''.join(re.findall(r'"((?:[^"\\]|\\.)*)"', text))
                if ' ' in words.strip() and words not in [each for _, each in out]:
                    out.append((function, words))
    return out


def form(sentence):
    """A pattern for the sentence with its values."""
    plain = sentence.replace('\\n', '\n').replace('\\"', '"')
    return re.compile('[^\n]*?'.join(re.escape(part).replace('%%', '%') for part in re.split(r'%(?:[-0-9.*]*)(?:zu|llu|[dus])', plain)))


def shown(sentence):
    return sentence.replace('\\n', '').replace('\\"', '"').replace('|', '&#124;').strip()


class Seen:
    """The sentences in the text of plans, each with the first case."""

    def __init__(self):
        self.forms = [(function, sentence, form(sentence)) for function, sentence in sentences()]
        self.cases = {}

    def note(self, text, case):
        for function, sentence, shape in self.forms:
            if (function, sentence) not in self.cases and shape.search(text):
                self.cases[function, sentence] = case

    def table(self):
        """(text, sentences that nothing provokes)"""
        lines = ['# Every sentence of plan', '', '<!-- made by `tests/plan/run --bless BUILD_DIR`; do not edit -->', '',
                 'The sentences of `plan`, a case of tests/plan/ that provokes it, and what the tests prove of it. What a',
                 'single sender needs is in [advice.md](advice.md). `tests/plan/run` checks each row.', '',
                 '| sentence | test | proof |', '|---|---|---|']
        missing = []
        for function, sentence, _ in self.forms:
            case = self.cases.get((function, sentence))
            if case is None:
                missing.append(sentence)
                continue
            lines.append(f'| {shown(sentence)} | {case} | {PROOFS.get(function, "proposes no record")} |')
        return '\n'.join(lines) + '\n', missing


def told():
    """[sentence] of docs/plan-sentences.md"""
    rows = re.findall(r'^\| (.*?) \| [^|]* \| [^|]* \|$', PATH.read_text(), re.M) if PATH.exists() else []
    return rows[1:]

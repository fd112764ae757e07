"""Readers of From fields other than ours: each returns the domains of the addresses that it shows."""
import email.policy
import email.utils
import re

POLICY = email.policy.default


def domain_of(address):
    """The domain of an address as text, in lower case, or None if there is no `@`."""
    at = address.rfind('@')
    return None if at < 0 else address[at + 1:].strip().lower()


def python_old(value):
    """email.utils, which most Python programs use"""
    text = re.sub(r'\r?\n', '', value.decode('ascii', 'surrogateescape'))
    try:
        return [domain_of(address) for _, address in email.utils.getaddresses([text])]
    except Exception:  # a reader that fails shows nothing
        return []


def python_new(value):
    """email.policy.default: the grammar of RFC 5322 with recovery"""
    try:
        field = POLICY.header_fetch_parse('From', value.decode('ascii', 'surrogateescape'))
        return [a.domain.lower() or None for a in field.addresses]
    except Exception:
        return []


class Nodemailer:
    """How addressparser of nodemailer 6 (and mailauth with it) behaves, from its observed results.

    It splits the text at operators, each of which may wait for its own end, and classifies the text between
    them: after `<` an address, after `(` a comment, after `:` a group, everything else is text. A backslash
    is special only in quotes. If there was no `<`, an address is searched for in the text, the last piece
    first. since_7: 7.0.7 and later do not search in quotes, and join adjacent pieces.
    """
    ENDS = {'"': '"', '(': ')', '<': '>', ',': None, ':': ';', ';': None}
    WHOLE = re.compile(r'[^@\s]+@[^@\s]+\Z')
    WITHIN = re.compile(r'\s*\b[^@\s]+@[^\s]+\b\s*', re.A)
    SPACE = ' \t\r\n\v\f\u00a0\ufeff\u2028\u2029\u3000'

    def __init__(self, since_7):
        self.since_7 = since_7

    def pieces(self, text):
        """(is it an operator, the piece, does it touch what follows an end)"""
        found, run = [], []
        waits, escaped, touches = None, False, False

        def close():
            piece = ''.join(run).strip(self.SPACE)
            run.clear()
            if piece:
                found.append((False, piece, touches))
        for at, c in enumerate(text):
            if not escaped and (c == waits or (waits is None and c in self.ENDS)):
                close()
                found.append((True, c, False))
                touches = c == waits and text[at + 1:at + 2] not in (' ', '\t', '\r', '\n', ',', ';', '')
                waits = None if c == waits else self.ENDS[c]
            elif not escaped and waits == '"' and c == '\\':
                escaped = True
            else:
                escaped = False
                c = ' ' if c == '\n' else c
                if c >= '!' or c in ' \t':
                    run.append(c)
        close()
        return found

    def entries(self, text):
        entry = []
        for piece in self.pieces(text):
            if piece[0] and piece[1] in ',;':
                if entry:
                    yield entry
                entry = []
            else:
                entry.append(piece)
        if entry:
            yield entry

    def read_entry(self, entry, depth):
        kinds = {'<': 'address', '(': 'comment', ':': 'group'}
        kind, quoted, is_group, before_is_operator = 'text', False, False, False
        sorted_by = {'address': [], 'comment': [], 'group': [], 'text': []}
        for operator, piece, touches in entry:
            if operator:
                quoted = piece == '"' and not quoted
                kind = kinds.get(piece, 'text')
                is_group = is_group or piece == ':'
            else:
                if kind == 'address':
                    piece = re.sub(r'\A[^<]*<\s*', '', piece)
                pieces = sorted_by[kind]
                if self.since_7 and touches and before_is_operator and pieces:
                    pieces[-1] = (pieces[-1][0] + piece, pieces[-1][1] or quoted)
                else:
                    pieces.append((piece, quoted and self.since_7))
            before_is_operator = operator
        if is_group:
            yield from self.addresses(','.join(p for p, _ in sorted_by['group']), depth + 1)
            return
        text = sorted_by['text'] or sorted_by['comment']
        found = [p for p, _ in sorted_by['address']]
        address = found[0] if found else self.look_in(text)
        yield address or ' '.join([p for p, _ in text] + found[1:])

    def look_in(self, text):
        for piece, quoted in reversed(text):
            if not quoted and self.WHOLE.match(piece):
                return piece
        for piece, quoted in reversed(text):
            match = None if quoted else self.WITHIN.search(piece)
            if match:
                return match.group().strip(self.SPACE)
        return None

    def addresses(self, text, depth=0):
        if depth <= 50:
            for entry in self.entries(text):
                yield from self.read_entry(entry, depth)

    def __call__(self, value):
        text = re.sub(r'\r?\n', '', value.decode('utf-8', 'replace'))
        return [domain_of(address) for address in self.addresses(text)]


READERS = {
    'email.utils': python_old,
    'email.policy': python_new,
    'nodemailer 6': Nodemailer(False),
    'nodemailer 7': Nodemailer(True),
}

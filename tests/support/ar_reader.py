"""ar_reader.py: a strict reader of one Authentication-Results field (RFC 8601 2.2), and of the
block that mailstamp puts on top of a message.

It refuses what the grammar does not allow, and also what PROGRAM.md 3 promises never to write:
octets over 127, control characters, a version, properties that are not registered.
"""

import re

WORDS = {
    'auth': 'none pass fail temperror permerror',
    'spf': 'none pass fail softfail neutral policy temperror permerror',
    'dkim': 'none pass fail policy neutral temperror permerror',
    'arc': 'none pass fail',
    'dmarc': 'none pass fail temperror permerror',
}
PROPERTIES = {
    'auth': ('smtp.auth', 'smtp.mailfrom'),
    'spf': ('smtp.mailfrom', 'smtp.helo'),
    'dkim': ('header.d', 'header.i', 'header.s', 'header.a', 'header.b'),
    'arc': ('smtp.remote-ip', 'header.oldest-pass', 'arc.chain'),
    'dmarc': ('header.from', 'policy.dmarc'),
}
ORDER = ('auth', 'spf', 'dkim', 'arc', 'dmarc')

TOKEN = re.compile(r'[!#$%&\'*+\-.0-9A-Z^_`a-z{|}~]+')          # RFC 2045 5.1
QUOTED = re.compile(r'"(?:[\x20\x21\x23-\x5b\x5d-\x7e\t]|\\[\x20-\x7e\t])*"')
KEYWORD = re.compile(r'[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?')   # RFC 5321 Ldh-str
LABEL = r'[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?'
DOMAIN = re.compile(r'%s(?:\.%s)*' % (LABEL, LABEL))
ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
DOT_ATOM = re.compile(r'%s(?:\.%s)*' % (ATEXT, ATEXT))


class Bad(Exception):
    """not as RFC 8601 or PROGRAM.md says"""


class Result:
    def __init__(self, method, word):
        self.method, self.word, self.reason, self.props = method, word, None, {}

    def __repr__(self):
        return '%s=%s %s' % (self.method, self.word,
                             ' '.join('%s=%s' % each for each in self.props.items()))


class Cursor:
    def __init__(self, text):
        self.text, self.at = text, 0

    def end(self):
        return self.at >= len(self.text)

    def next(self, char):
        if self.text[self.at:self.at + 1] != char:
            return False
        self.at += 1
        return True

    def need(self, char):
        if not self.next(char):
            raise Bad('%r expected before %r' % (char, self.text[self.at:self.at + 30]))

    def take(self, pattern):
        match = pattern.match(self.text, self.at)
        if not match:
            return None
        self.at = match.end()
        return match.group()

    def cfws(self):
        start = self.at
        while not self.end():
            if self.text[self.at] in ' \t':
                self.at += 1
            elif self.text[self.at] == '(':
                self.comment()
            else:
                break
        return self.at > start

    def comment(self):
        depth = 0
        while not self.end():
            char = self.text[self.at]
            if char == ';':
                raise Bad('a semicolon in a comment')
            self.at += 2 if char == '\\' else 1
            depth += {'(': 1, ')': -1}.get(char, 0)
            if depth == 0:
                return
        raise Bad('a comment without an end')

    def value(self):
        """value = token / quoted-string (RFC 2045 5.1)"""
        quoted = self.take(QUOTED)
        if quoted is not None:
            return re.sub(r'\\(.)', r'\1', quoted[1:-1])
        return self.take(TOKEN)

    def pvalue(self):
        """value / [ [ local-part ] "@" ] domain-name; the longest reading counts"""
        start = self.at
        local = self.take(QUOTED) or self.take(DOT_ATOM) or ''
        if self.next('@'):
            domain = self.take(DOMAIN)
            if domain is None:
                raise Bad('no domain after @ in %r' % self.text[start:start + 40])
            return (re.sub(r'\\(.)', r'\1', local[1:-1]) if local[:1] == '"' else local) \
                + '@' + domain
        self.at = start
        value = self.value()
        if value is None:
            raise Bad('no value before %r' % self.text[start:start + 30])
        return value


def parse(value):
    """The unfolded value of the field -> (authserv-id, [Result])."""
    bad = re.search(r'[^\t\x20-\x7e]', value)
    if bad:
        raise Bad('the octet %r in the field' % bad.group())
    at = Cursor(value)
    at.cfws()
    ident = at.value()
    if not ident:
        raise Bad('no authserv-id')
    at.cfws()
    if at.text[at.at:at.at + 1] not in (';',):
        raise Bad('no semicolon after the authserv-id')
    results = []
    while not at.end():
        at.need(';')
        at.cfws()
        results.append(one_result(at))
        at.cfws()
    check_order(results)
    return ident, results


def one_result(at):
    method = at.take(KEYWORD)
    at.cfws()
    at.need('=')
    at.cfws()
    word = at.take(KEYWORD)
    if method not in WORDS or word not in WORDS[method].split():
        raise Bad('%s=%s is not registered' % (method, word))
    result = Result(method, word)
    while True:
        gap = at.cfws()
        if at.end() or at.text[at.at] == ';':
            return result
        if not gap:
            raise Bad('no blank before %r' % at.text[at.at:at.at + 30])
        name = at.take(KEYWORD)
        at.cfws()
        if name == 'reason' and at.next('='):
            if result.reason is not None or result.props:
                raise Bad('a reason twice, or after a property')
            at.cfws()
            result.reason = at.value()
            if not result.reason:
                raise Bad('an empty reason')
            continue
        at.need('.')
        at.cfws()
        full = '%s.%s' % (name, at.take(KEYWORD))
        at.cfws()
        at.need('=')
        at.cfws()
        # RFC 8601 2.4 leaves the names under policy to the site
        if full in result.props or not (full in PROPERTIES[method] or
                                        full.startswith('policy.')):
            raise Bad('%s for %s is not registered, or stands twice' % (full, method))
        result.props[full] = at.pvalue()


def check_order(results):
    places = [ORDER.index(each.method) for each in results]
    if places != sorted(places):
        raise Bad('methods out of order: %r' % results)
    for method in ORDER:
        if method != 'dkim' and sum(each.method == method for each in results) > 1:
            raise Bad('%s twice' % method)
    if sum(each.method == 'dkim' for each in results) > 1 and any(
            each.method == 'dkim' and each.word == 'none' for each in results):
        raise Bad('dkim=none beside others')


FIELD = re.compile(rb'([!-9;-~]+):([^\n]*(?:\r?\n[ \t][^\n]*)*)\n')
OURS = ('authentication-results', 'mailstamp-disposition', 'mailstamp-note')


class Block:
    """
    Our fields on top of a message: fields {lower name: value}, and the rest (the mbox line
    included). more: further names that are ours in this run.
    """

    def __init__(self, data, more=()):
        self.fields = {}
        mbox = re.match(rb'From [^\n]*\n', data)
        self.mbox = mbox.group() if mbox else b''
        self.end = len(self.mbox)
        while True:
            match = FIELD.match(data, self.end)
            name = match.group(1).lower().decode() if match else None
            if name not in OURS + tuple(more) or name in self.fields:
                break
            if not self.fields and name != 'authentication-results' and name not in more:
                break
            raw = match.group()
            if name == 'mailstamp-note':    # what continues it is the message's first line
                raw = raw[:raw.index(b'\n') + 1]
            self.check_lines(raw)
            text = re.sub(rb'\r?\n(?=[ \t])', b'', raw[len(name) + 1:]).strip(b' \t\r\n')
            self.fields[name] = text.decode('ascii', 'backslashreplace')
            self.end += len(raw)
            if name == 'mailstamp-note':
                break
        if 'authentication-results' not in self.fields:
            raise Bad('the output does not begin with our Authentication-Results')
        self.rest = self.mbox + data[self.end:]

    @staticmethod
    def check_lines(raw):
        for line in raw.split(b'\n')[:-1]:
            line = line.rstrip(b'\r')
            # a line may be long if it cannot be folded anywhere
            foldable = re.search(rb'[^:\s][ \t]+\S', line.strip()) and b'"' not in line
            if len(line) > 998 or (len(line) > 78 and foldable):
                raise Bad('a line of %d octets: %r' % (len(line), line[:60]))
            if not line.strip():
                raise Bad('an empty line inside our field')


GOOD = (
    'mx.example.net; spf=none; dkim=none; dmarc=none',
    ' "mx example" ; spf=pass smtp.mailfrom=a@example.com; dkim=pass header.d=example.com'
    ' header.s=s1 header.a=rsa-sha256 header.b="ab/+cd12"',
    'x; auth=pass smtp.auth=u; spf=none reason=local; dkim=fail reason="body hash" '
    'header.d=example.com; dkim=pass; dmarc=fail header.from=example.com policy.dmarc=reject',
    'x; spf=fail smtp.mailfrom="a \\"b"@example.com; dkim=policy header.i=@example.com',
)
REFUSED = (
    '', 'mx.example.net', 'mx.example.net; none', 'mx.example.net 1; spf=pass', 'x;', 'x; spf',
    'x; spf=', 'x; spf=passed', 'x; spf=PASS', 'x; spf=pass smtp.mailfrom', 'x; spf=pass spf=fail',
    'x; spf=pass smtp.mailfrom=', 'x; spf=pass smtp.client-ip=1', 'x; dkim=pass header.b=a/b',
    'x; spf=pass; spf=pass', 'x; dkim=none; dkim=pass', 'x; dmarc=none; spf=none',
    'x; dkim=pass header.d=a header.d=b', 'x; dkim=pass header.d="a', 'x; spf=pass (a;b)',
    'x; spf=pass (a', 'x; spf=pass smtp.mailfrom=a@', 'x; dkim=pass header.d=caf\u00e9.example',
    'x; dkim=fail header.d=a reason=b', 'x; spf=pass;', 'x; foo=pass', 'x; spf=pass\x01',
)


def self_test():
    """[texts of what is wrong with this reader]"""
    wrong = []
    for text, good in [(t, True) for t in GOOD] + [(t, False) for t in REFUSED]:
        try:
            parse(text)
            read = True
        except Bad:
            read = False
        if read != good:
            wrong.append('ar_reader %s %r' % ('took' if read else 'refused', text))
    return wrong

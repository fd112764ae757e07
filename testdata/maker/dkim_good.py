"""dkim_good.py: signatures that verify, and the octets of the message that may change."""

import re

from maker.case import Case
from maker.mail import DATE, NOW, Mail, mail
from maker.sign import fold

KEYS = '''
    s1._domainkey.example.com KEY rsa-a
    s2._domainkey.example.com KEY rsa-b
    e1._domainkey.example.com KEY ed-a
'''
AWAY = {'ip': '203.0.113.9', 'helo': 'fw.example.org', 'mail_from': 'b@example.org'}


def row(name, message, results, zone=KEYS, **options):
    """results: one text for each signature; DMARC finds no record and stays out of the way."""
    results = [results] if isinstance(results, str) else results
    return Case('dkim/' + name, message=message, zone=zone, expect='''
                spf=none smtp.mailfrom=b@example.org
                %s
                dmarc=none header.from=example.com
                disposition=accept''' % '\n'.join('dkim=' + each for each in results),
                **dict(AWAY, **options))


OK = 'pass header.d=example.com header.s=s1 header.a=rsa-sha256'


def canonicalization():
    plain = mail()
    for c in ('simple/simple', 'simple/relaxed', 'relaxed/simple', 'relaxed/relaxed', 'simple',
              'relaxed'):
        yield row('canon-' + c.replace('/', '-'), plain.signed(c=c), OK)
        yield row('canon-%s-crlf' % c.replace('/', '-'), plain.signed(c=c), OK, eol='\r\n')
    yield row('canon-left-out', plain.signed(c='simple/simple', drop=('c',)), OK)
    signed = {c: plain.signed(c=c) for c in ('simple/simple', 'relaxed/relaxed')}
    trailing = {c: m.with_body(m.body + b'\r\n\r\n\r\n') for c, m in signed.items()}
    yield row('body-more-empty-lines-simple', trailing['simple/simple'], OK)
    yield row('body-more-empty-lines-relaxed', trailing['relaxed/relaxed'], OK)
    blanks = {c: m.with_body(m.body.replace(b'today.', b'today.  \t')) for c, m in signed.items()}
    bad = OK.replace('pass', 'fail')
    yield row('body-blanks-at-line-end-simple', blanks['simple/simple'], bad)
    yield row('body-blanks-at-line-end-relaxed', blanks['relaxed/relaxed'], OK)
    runs = {c: m.with_body(m.body.replace(b'  house \t ', b' house ')) for c, m in signed.items()}
    yield row('body-blanks-inside-simple', runs['simple/simple'], bad)
    yield row('body-blanks-inside-relaxed', runs['relaxed/relaxed'], OK)
    gone = {c: m.with_body(m.body.replace(b'our  house', b'ourhouse')) for c, m in signed.items()}
    yield row('body-blank-taken-out-relaxed', gone['relaxed/relaxed'], bad)
    for name, body in (('empty', ''), ('one-line-end', '\n'), ('only-line-ends', '\n\n\n'),
                       ('only-blanks', ' \t\n  \n'), ('no-last-line-end', 'end'),
                       ('blanks-and-no-line-end', 'end \t'), ('lone-cr', 'a\rb\r\rc\n'),
                       ('dots', '.\n..\n.\n'), ('blank-lines-inside', 'a\n\n\n \nb\n')):
        for c in ('simple/simple', 'relaxed/relaxed'):
            yield row('body-%s-%s' % (name, c.split('/', 1)[0]),
                      plain.with_body(body).signed(c=c), OK,
                      dkimpy=not body.endswith('\t'))  # dkimpy keeps one space there
    none = plain.with_body(None)
    yield row('body-missing-simple', none.signed(c='simple/simple'), OK)
    yield row('body-missing-relaxed', none.signed(), OK)
    eight = plain.with_body(bytes(range(1, 256)).replace(b'\r', b'').replace(b'\n', b'') + b'\n')
    yield row('body-8-bit', eight.signed(), OK)
    yield row('body-nul', plain.with_body(b'a\0b\0\0\n\0').signed(), OK)
    long_body = b''.join(b'line %d  with some text \n' % n for n in range(3000))
    yield row('body-70-kb', plain.with_body(long_body).signed(), OK)
    yield row('body-one-long-line', plain.with_body(b'word  ' * 4000 + b'end\n').signed(), OK)


def header():
    plain = mail(more=['X-Folded: one\n two\n\tthree', 'X-Empty:', 'X-Blanks: \t '])
    names = ('from', 'to', 'subject', 'date', 'x-folded', 'x-empty', 'x-blanks')
    for c in ('simple/simple', 'relaxed/relaxed'):
        yield row('header-folds-and-empties-' + c.split('/', 1)[0], plain.signed(c=c, h=names), OK)
    signed = mail().signed()
    yield row('header-refolded-relaxed', signed.replaced('Subject', ' Your\r\n\torder   4711'), OK)
    strict = mail().signed(c='simple/simple')
    yield row('header-refolded-simple', strict.replaced('Subject', 'Your\r\n order 4711'),
              OK.replace('pass', 'fail'))
    renamed = signed.copy()
    renamed.fields = [f.replace(b'Subject: ', b'SUBJECT:   ') for f in renamed.fields]
    yield row('header-name-case-relaxed', renamed, OK)
    spaced = signed.copy()
    spaced.fields = [f.replace(b'Subject: ', b'Subject : ') for f in spaced.fields]
    yield row('header-blank-before-colon-relaxed', spaced, OK)
    yield row('header-names-case-in-h', mail().signed(h=('FROM', 'To', 'subJECT')), OK)
    yield row('header-absent-names-in-h', mail().signed(
        h=('from', 'to', 'subject', 'reply-to', 'x-nothing')), OK)
    yield row('header-absent-name-added-later', mail().signed(
        h=('from', 'to', 'subject', 'reply-to')).ended('Reply-To: evil@example.org'),
        OK.replace('pass', 'fail'))
    yield row('header-oversigned', mail().signed(
        h=('from', 'from', 'to', 'to', 'subject', 'subject')), OK)
    yield row('header-unsigned-field-added', signed.topped('X-Spam-Flag: NO'), OK)
    yield row('header-order-of-fields-changed', Mail(
        signed.fields[:1] + signed.fields[:0:-1], signed.body), OK)
    three = mail(more=['X-Hop: a', 'X-Hop: b', 'X-Hop: c']).signed(
        h=('from', 'x-hop', 'x-hop', 'x-hop'))
    yield row('header-three-instances', three, OK)
    two = mail(more=['X-Hop: a', 'X-Hop: b', 'X-Hop: c']).signed(h=('from', 'x-hop', 'x-hop'))
    yield row('header-last-two-instances', two.topped('X-Hop: new on top'), OK)
    yield row('header-utf-8-subject', mail(subject='ご注文 4711').signed(), OK)
    yield row('header-8-bit-subject', Mail(
        [b'Subject: caf\xe9', 'From: orders@example.com', 'Date: ' + DATE]).signed(), OK)
    hundred = Mail(['X-%d: %d' % (n, n) for n in range(100)] + ['From: orders@example.com'])
    yield row('header-100-signed-fields', hundred.signed(
        h=['x-%d' % n for n in range(100)] + ['from']), OK)


def tags():
    def one_line(pairs):
        return ' ' + '; '.join('%s=%s' % pair for pair in pairs)

    def tight(pairs):
        return ''.join('%s=%s;' % pair for pair in pairs if pair[0] != 'b') + 'b='

    def wide(pairs):
        return '\r\n\t' + ' ;\r\n  '.join('%s \t=\r\n %s' % pair for pair in pairs)

    def backwards(pairs):
        return fold([p for p in reversed(pairs) if p[0] != 'b'] + [('b', '')])

    yield row('tags-on-one-line', mail().signed(layout=one_line), OK)
    yield row('tags-without-blanks', mail().signed(layout=tight), OK)
    yield row('tags-with-many-folds', mail().signed(layout=wide), OK, dkimpy=False)
    yield row('tags-backwards', mail().signed(layout=backwards), OK)
    yield row('tags-unknown-one', mail().signed(extra=[('zz', 'whatever'), ('r', 'y')]), OK)
    yield row('tags-z', mail().signed(extra=[('z', 'From:orders@example.com|To:x=20y')]), OK)
    yield row('tags-q-dns-txt', mail().signed(q='dns/txt'), OK)
    yield row('tags-q-list', mail().signed(q='http/well-known:dns/txt'), OK, dkimpy=False)
    yield row('tags-i-own-domain', mail().signed(i='orders@example.com'),
              OK + ' header.i=orders@example.com')
    yield row('tags-i-subdomain', mail().signed(i='@news.example.com'),
              OK + ' header.i=@news.example.com')
    yield row('tags-i-letter-case', mail().signed(i='@News.EXAMPLE.com'), OK)
    yield row('tags-d-letter-case', mail().signed(d='Example.COM'), OK)
    yield row('tags-i-quoted-printable', mail().signed(i='=6Frders@example.com'), OK, dkimpy=False)
    yield row('tags-x-in-time', mail().signed(x=NOW + 3600), OK)
    yield row('tags-x-within-drift', mail().signed(t=NOW - 9000, x=NOW - 10), OK, dkimpy=False)
    yield row('tags-t-within-drift', mail().signed(t=NOW + 200), OK)
    yield row('tags-t-left-out', mail().signed(t=None), OK)
    yield row('tags-h-with-blanks', mail().signed(
        layout=lambda p: fold([(n, v.replace(':', ' : ')) if n == 'h' else (n, v) for n, v in p])),
        OK)
    folded = mail().signed()
    folded.fields[0] = re.sub(rb'([ \t])b=', rb'\1b=\r\n ', folded.fields[0])
    yield row('tags-b-refolded', folded, OK)
    last = mail().signed()
    last.fields[0] = last.fields[0][:-2] + b' ;\r\n'
    yield row('tags-b-semicolon-added', last, 'fail header.d=example.com')
    lower = mail().signed(name='dkim-signature')
    yield row('tags-field-name-case', lower, OK)


def several():
    ed = 'pass header.d=example.com header.s=e1 header.a=ed25519-sha256'
    other = 'pass header.d=example.org header.s=o1'
    zone = KEYS + 'o1._domainkey.example.org KEY rsa-c'
    yield row('ed25519', mail().signed('ed-a', s='e1'), ed)
    yield row('ed25519-simple', mail().signed('ed-a', s='e1', c='simple/simple'), ed)
    both = mail().signed('ed-a', s='e1').signed()
    yield row('rsa-and-ed25519', both, [OK, ed])
    yield row('two-domains', mail().signed('rsa-c', 'example.org', 'o1').signed(), [OK, other],
              zone=zone)
    spoilt = both.copy()
    spoilt.fields[1] = spoilt.fields[1].replace(b'bh=', b'bh=A', 1)
    yield row('one-good-one-malformed', spoilt, [OK, 'permerror header.d=example.com header.s=e1'],
              dkimpy=False)
    twice = mail().signed()
    yield row('same-signature-twice', twice.topped(twice.fields[0]), [OK, OK])
    over = mail().signed()
    yield row('signature-over-signature', over.signed(
        'rsa-b', s='s2', h=('from', 'to', 'subject', 'dkim-signature')),
        ['pass header.d=example.com header.s=s2', OK])
    many = mail()
    for n in range(18):
        many = many.signed('rsa-c', 'example.org', 'o1')
    yield row('18-signatures-aligned-last', Mail(
        many.fields[:18] + mail().signed().fields, many.body),
        [other] * 15 + [OK, 'policy policy.unchecked=3'], zone=zone,
        explain=('DKIM - policy - more signatures than the limit',))


def cases():
    for group in (canonicalization, header, tags, several):
        yield from group()

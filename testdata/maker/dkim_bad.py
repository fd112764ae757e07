"""dkim_bad.py: signatures that must not pass, each with one defect."""

import re

from maker.dkim_good import row
from maker.mail import NOW, mail

BAD = 'fail|permerror|policy|neutral'  # must not pass; no standard decides which word is right
HERE = ' header.d=example.com header.s=s1'


def defect(name, result, edit=None, **options):
    """The usual message with a signature that was changed before signing."""
    case_options = {k: options.pop(k) for k in ('args', 'zone') if k in options}
    return row('bad-' + name, mail().signed(edit=edit, **options), result, dkimpy=False,
               **case_options)


def changed():
    signed = mail().signed()
    for name, message in (
            ('body', signed.with_body(signed.body.replace(b'4711', b'4712'))),
            ('body-line-added', signed.with_body(signed.body + b'PS: more\r\n')),
            ('body-empty', signed.with_body('')),
            ('body-gone', signed.with_body(None)),
            ('subject', signed.replaced('Subject', 'Your order 4712')),
            ('from-local-part', signed.replaced('From', 'Order Desk <evil@example.com>')),
            ('from-display', signed.replaced('From', 'Your Bank <orders@example.com>')),
            ('to-removed', signed.without('To'))):
        yield row('changed-' + name, message, 'fail' + HERE + ' header.a=rsa-sha256')
    for tag, old, new in (('t', b't=%d' % (NOW - 60), b't=%d' % (NOW - 61)),
                          ('h', b'h=from:to', b'h=from:cc'), ('s', b's=s1', b's=s2')):
        message = mail().signed(
            edit=lambda f, old=old, new=new: f.replace(old, new, 1))
        assert new in message.fields[0]
        selector = 's2' if tag == 's' else 's1'
        yield row('changed-tag-' + tag, message, 'fail header.d=example.com header.s=' + selector)
    yield row('changed-b', mail().signed(edit=flip_b), 'fail' + HERE)
    yield row('changed-bh', mail().signed(edit=lambda f: re.sub(
        rb'bh=(.)', lambda m: b'bh=' + (b'A' if m.group(1) != b'A' else b'B'), f)), 'fail' + HERE)
    ed = mail().signed('ed-a', s='e1')
    yield row('changed-ed25519-body', ed.with_body('other\n'),
              'fail header.d=example.com header.s=e1')
    yield row('changed-ed25519-b', mail().signed('ed-a', s='e1', edit=flip_b),
              'fail header.d=example.com header.s=e1')
    unsigned = mail()
    yield row('no-signature', unsigned, 'none')


def flip_b(field):
    start = re.search(rb'[ \t]b=', field).end()
    spot = start + re.search(rb'[A-Za-z0-9+/]{8}', field[start:]).start() + 4
    other = b'A' if field[spot:spot + 1] != b'A' else b'B'
    return field[:spot] + other + field[spot + 1:]


def malformed():
    yield defect('v-2', 'permerror' + HERE, change={'v': '2'})
    yield defect('v-missing', 'permerror' + HERE, drop=('v',))
    yield defect('v-1.0', 'permerror' + HERE, change={'v': '1.0'})
    for tag in ('a', 'b', 'bh', 'd', 'h', 's'):
        yield defect(tag + '-missing', 'permerror', drop=(tag,))
    for tag in ('bh', 'd', 's', 'h'):
        yield defect(tag + '-empty', 'permerror', change={tag: ''})
    yield defect('b-empty', 'permerror', edit=lambda f: re.sub(
        rb'([ \t])b=.*', rb'\1b=\r\n', f, flags=re.S))
    yield defect('b-no-base64', 'permerror', edit=lambda f: re.sub(
        rb'([ \t])b=.*', rb'\1b=!!!not base64!!!\r\n', f, flags=re.S))
    yield defect('bh-short', 'permerror', change={'bh': 'AAAA'})
    yield defect('bh-no-base64', 'permerror', change={'bh': '*'})
    yield defect('c-unknown', 'permerror|neutral' + HERE, change={'c': 'nowsp'})
    yield defect('c-body-unknown', 'permerror|neutral' + HERE, change={'c': 'relaxed/nowsp'})
    yield defect('a-unknown', BAD + HERE, change={'a': 'rsa-sha512'})
    yield defect('a-nonsense', BAD + HERE, change={'a': 'md5'})
    yield defect('a-sha1', BAD + HERE + ' header.a=rsa-sha1', a='rsa-sha1')
    yield defect('a-ed25519-with-rsa-key', BAD + HERE, change={'a': 'ed25519-sha256'})
    yield defect('q-unknown', 'permerror|neutral' + HERE, q='http/well-known')
    yield defect('i-other-domain', 'permerror' + HERE, i='@example.org')
    yield defect('i-parent-domain', 'permerror header.d=mail.example.com', d='mail.example.com',
                 i='@example.com', zone='s1._domainkey.mail.example.com KEY rsa-a')
    yield defect('i-not-a-label-boundary', 'permerror' + HERE, i='@evilexample.com')
    yield defect('i-domain-goes-on', 'permerror' + HERE, i='@example.com.evil.example.org')
    yield defect('i-without-at', 'permerror' + HERE, i='example.com')
    yield defect('tag-twice', 'permerror', extra=[('d', 'example.com')])
    yield defect('tag-without-equals', 'permerror', extra=[('zz', '1;nonsense')])
    yield defect('h-without-from', 'permerror' + HERE, h=('to', 'subject', 'date'))
    yield defect('d-one-label', 'permerror', d='com', zone='s1._domainkey.com KEY rsa-a')
    yield defect('d-with-blank', 'permerror', change={'d': 'example .com'})
    yield defect('s-with-blank', 'permerror', change={'s': 's 1'})
    yield row('bad-only-the-name', mail().topped('DKIM-Signature:'), 'permerror')
    yield row('bad-nonsense', mail().topped('DKIM-Signature: ((((;;;;====\x01\x02'), 'permerror')
    yield row('bad-8-bit', mail().topped(b'DKIM-Signature: v=1; d=\xff\xfe; b=\x80'), 'permerror')


def times():
    yield defect('x-expired', BAD + HERE, t=NOW - 9000, x=NOW - 600)
    yield defect('x-before-t', 'permerror' + HERE, t=NOW - 60, x=NOW - 120)
    yield defect('t-in-the-future', BAD + HERE, t=NOW + 86400)
    yield defect('t-not-a-number', 'permerror' + HERE, t='yesterday')
    yield defect('x-not-a-number', 'permerror' + HERE, x='12 34')
    yield defect('x-negative', 'permerror' + HERE, x='-1')
    yield row('x-far-beyond-64-bits', mail().signed(x='9' * 40), 'pass|permerror' + HERE,
              dkimpy=False)


def lengths():
    signed = mail().signed(l=40)
    size = len(mail().signed(c='relaxed/simple').body)
    yield row('l-part-of-the-body', signed, 'policy' + HERE, dkimpy=False)
    yield row('l-part-of-the-body-allowed', signed, 'pass' + HERE, args=('--dkim-l', 'allow'))
    longer = signed.with_body(signed.body + b'click here\r\n')
    yield row('l-text-added', longer, 'policy' + HERE, dkimpy=False)
    yield row('l-text-added-allowed', longer, 'pass' + HERE, args=('--dkim-l', 'allow'))
    yield row('l-0', mail().signed(l=0), 'policy' + HERE, dkimpy=False)
    yield row('l-whole-body', mail().signed(c='relaxed/simple', l=size), 'pass|policy' + HERE)
    yield defect('l-beyond-the-body', BAD + HERE, c='relaxed/simple', l=size + 1)
    yield defect('l-beyond-the-body-allowed', BAD + HERE, c='relaxed/simple', l=size + 1,
                 args=('--dkim-l', 'allow'))
    yield defect('l-not-a-number', 'permerror' + HERE, change={'l': 'ten'}, l=10)
    yield defect('l-huge', BAD + HERE, change={'l': '9' * 76}, l=100000)
    yield row('l-changed-inside', signed.with_body(b'x' + signed.body), 'fail|policy' + HERE,
              dkimpy=False)


def duplicates():
    """A field that a reader shows once, and that is signed once but occurs twice (RFC 6376 8.15)."""
    signed = mail().signed()
    for name, value in (('From', 'Evil <evil@example.com>'), ('Subject', 'You have won'),
                        ('To', 'everybody@example.net'),
                        ('Date', 'Fri, 02 Jan 2026 00:00:00 +0000'),
                        ('Content-Type', 'text/html')):
        for where in ('top', 'end'):
            field = '%s: %s' % (name, value)
            message = signed.topped(field) if where == 'top' else signed.ended(field)
            result = 'policy' if where == 'top' else 'fail|policy'
            if name == 'From':
                yield ambiguous('duplicate-from-' + where, message, result + HERE)
            else:
                yield row('duplicate-%s-%s' % (name.lower(), where), message, result + HERE,
                          dkimpy=False)
    over = mail().signed(h=('from', 'from', 'to', 'subject', 'subject', 'date'))
    yield row('duplicate-of-oversigned-subject', over.topped('Subject: You have won'),
              'fail' + HERE)
    yield row('duplicate-of-unsigned-field', signed.topped('Received: a', 'Received: b'),
              'pass' + HERE)


def ambiguous(name, message, result):
    case = row(name, message, result, dkimpy=False)
    case.expect = case.expect.replace('dmarc=none header.from=example.com', 'dmarc=permerror')
    case.expect = case.expect.replace('disposition=accept', 'disposition=quarantine')
    case.exit = 10
    return case


def cases():
    for group in (changed, malformed, times, lengths, duplicates):
        yield from group()

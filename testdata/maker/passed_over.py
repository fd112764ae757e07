"""passed_over.py: violations of a grammar that are accepted because they change nothing (docs/REAL-MAIL.md),
each with a message that tries to exploit it."""

from maker import sign
from maker.arc_chains import LISTS, RELAY, by, mangled
from maker.arc_chains import ZONE as ARC_ZONE
from maker.case import Case
from maker.keys import public
from maker.mail import NOW, mail

NAME = 's1._domainkey.example.com'
ZONE = NAME + ' ESCAPED %s\n_dmarc.example.com TXT v=DMARC1; p=reject'
HEADLINE = 'Ignored, because it does not change the result:'


def row(name, message, result, told, record=None):
    """told: what explain shows, one text or several; the verdict depends on the signature only."""
    good = result == 'pass'
    word = 'pass' if good else 'fail'
    return Case('dkim/passed-over-' + name, message,
                zone=ZONE % (record or 'v=DKIM1; p=' + public('rsa-a')), ip='203.0.113.9',
                mail_from='b@example.org', dkimpy=False,
                expect='dkim=%s%s\ndmarc=%s header.from=example.com' % (
                    result, '' if '8-bit-domain' in name else ' header.d=example.com', word),
                exit=0 if good else '10 11', explain=(HEADLINE, *told) if told else ())


def keys():
    signed = mail().signed()
    p = public('rsa-a')
    for name, record, told in (
            ('line-ends', r'v=DKIM1;\nk=rsa;\r\np=%s\r\n%s\r\n' % (p[:90], p[90:]),
             'a line end in the key record counts as white space: octet 0x0a at 9'),
            ('version-last', 'k=rsa; p=%s; v=DKIM1' % p, 'v= is not the first tag of the key record'),
            ('odd-name', 'v=DKIM1; x-note=1; p=' + p,
             'the key record has a tag with an unusual name: octet 0x2d at 11'),
            ('latin-1-note', r'v=DKIM1; n=cl\xe9; p=' + p, 'unknown tag: octet 0xe9 at 14'),
            ('octets-behind', 'v=DKIM1; p=%sAAAA' % p, 'octets follow the key in p=: octet 0x41 at 404')):
        yield row('key-' + name, signed, 'pass', [NAME + ' (d=example.com): ' + told
                                                  if name == 'version-last' else told], record)
    other = public('rsa-b')
    for name, record, result in (
            ('two-keys-by-line-end', r'v=DKIM1; p=%s\nv=DKIM1; p=%s' % (other, p), 'permerror'),
            ('version-last-of-another', 'p=%s; v=DMARC1' % p, 'permerror'),
            ('odd-name-like-p', 'v=DKIM1; p-=%s; p=%s' % (p, other), 'fail'),
            ('8-bit-service', r'v=DKIM1; s=\xe9:*; p=' + p, 'permerror'),
            ('key-behind-key', 'v=DKIM1; p=%s%s' % (other, p), 'fail')):
        yield row('attack-key-' + name, signed, result, [], record)


def signatures():
    def h(*names):
        return {'h': names}

    for name, options, told in (
            ('i-bare-equals', {'i': 'bounce=gmail.com@example.com'},
             'the local part of i= cannot be decoded: octet 0x3d at'),
            ('odd-name', {'extra': [('x-y', '1')]}, 'the field has a tag with an unusual name: octet 0x2d at'),
            ('latin-1-tag', {'extra': [('note', 'caf\udce9')]},
             'the field has 8-bit octets in an unknown tag: octet 0xe9 at'),
            ('empty-names', h('from', 'to', 'subject', '', 'date', ''), 'h= has an empty name: octet 0x3a at'),
            ('time-ahead', {'t': NOW + 3600}, 't= is at most an hour ahead of the local clock: octet 0x74 at')):
        yield row('signature-' + name, mail().signed(**options), 'pass', [told])
    whole = mail()
    length = len(sign.canon_body(whole.body, 'relaxed'))
    yield row('signature-whole-length', whole.signed(l=length), 'pass',
              ['l= covers the whole body: octet 0x6c at'])
    twice = mail().signed().topped('MIME-Version: 1.0', 'Subject: Your\n order 4711')
    yield row('fields-twice', twice, 'pass', [
        'MIME-Version (d=example.com): MIME-Version appears more often than it is signed',
        'Subject (d=example.com): a signed field is repeated with identical content'])
    for name, message, result in (
            ('i-of-another', mail().signed(i='a=b@example.com@example.org'), 'permerror'),
            ('8-bit-domain', mail().signed(change={'d': 'ex\udce9mple.com'}), 'permerror'),
            ('name-begins-with-underscore', mail().signed(extra=[('_', '1')]), 'permerror'),
            ('empty-names-without-from', mail().signed(h=('to', '', 'subject')), 'permerror'),
            ('time-far-ahead', mail().signed(t=NOW + 3601), 'policy'),
            ('text-behind-length', whole.signed(l=length).with_body(whole.body + b'Buy!\r\n'), 'policy'),
            ('relaxed-equal-type', mail().signed().topped('Content-Type: text/plain;  charset=utf-8'), 'policy'),
            ('two-of-three', mail().signed().topped('Subject: Your order 4711', 'Subject: another'), 'policy')):
        yield row('attack-' + name, message, result, [])


def sealers():
    """A list changed the message; a trusted sealer recorded these results before."""
    zone = ARC_ZONE + '\n_dmarc.example.com TXT v=DMARC1; p=reject'

    def case(name, results, vouches, told, message=None, trusted='lists.example.org'):
        start = message or by(mangled(mail().signed()), LISTS, results)
        return Case('arc/sealer-' + name, start, zone=zone, exit=0 if vouches else 10,
                    dkimpy=False, args=('--trusted-sealer', trusted), explain=tuple(told),
                    expect='dmarc=fail header.from=example.com\ndisposition=' +
                    ('accept' if vouches else 'quarantine'))

    dmarc = 'dmarc=pass header.from=example.com'
    for name, results, told in (
            ('property-without-type', 'mx.example.org; dkim=pass header.d=example.com x-bits=2048; ' + dmarc,
             'a result has a property without a type: octet 0x78 at'),
            ('odd-name', 'mx.example.org; x-return-mx=pass header.domain=example.com policy.is_org=yes; ' + dmarc,
             'a result has a property with an unusual name: octet 0x5f at'),
            ('slash', 'mx.example.org; dkim=pass header.b=CiN9J/AU; ' + dmarc,
             'a result has a value outside the grammar: octet 0x2f at'),
            ('semicolon', 'mx.example.org; ' + dmarc + ';', 'a semicolon follows the last result: octet 0x3b at'),
            ('angle', 'mx.example.org; dmarc=pass header.from=<a@example.com>',
             'header.from is an address in angle brackets: octet 0x3c at')):
        yield case(name, results, True, ['Vouched for by: lists.example.org', told])
    yield case('by-the-grammar', 'mx.example.org; ' + dmarc, True, ['Vouched for by: lists.example.org'])
    no = 'The trusted sealer lists.example.org (i=1) does not vouch for it: '
    for name, results, told in (
            ('unreadable', 'mx.example.org; dkim=pass yes; ' + dmarc, 'its results cannot be read: octet 0x3b at 36'),
            ('attack-odd-name', 'mx.example.org; dmarc=pass header.from=example.com policy.is_org=yes',
             'its results cannot be read: octet 0x5f at'),
            ('no-dmarc', 'mx.example.org; dkim=pass header.d=example.com', 'its results have no DMARC result'),
            ('no-pass', 'mx.example.org; dmarc=fail header.from=example.com',
             'its DMARC result is not pass: fail'),
            ('another-author', 'mx.example.org; dmarc=pass header.from=example.net',
             'its DMARC result is for another author domain: example.net'),
            ('attack-angle', 'mx.example.org; dmarc=pass header.from=<example.com@example.net>',
             'its DMARC result is for another author domain: example.net'),
            ('attack-second-dmarc', 'mx.example.org; dmarc=fail header.from=example.com; ' + dmarc,
             'its results contain dmarc= more than once'),
            ('attack-dmarc-as-property', 'mx.example.org; spf=pass dmarc=fail; ' + dmarc,
             'its results contain dmarc= more than once'),
            ('attack-dmarc-in-a-value', 'mx.example.org; spf=pass smtp.mailfrom=a/dmarc=fail; ' + dmarc,
             'its results contain dmarc= more than once'),
            ('attack-quote-hides', 'mx.example.org; ' + dmarc + '; spf=pass smtp.mailfrom=a/"; dmarc=fail x="',
             'its results cannot be read: octet 0x22 at')):
        yield case(name, results, False, [no + told])
    broken = by(mangled(mail().signed()), LISTS, 'mx.example.org; ' + dmarc).with_body('other\n')
    yield case('chain-broken', '', False, [no + 'the chain does not pass'], broken)
    later = by(by(mangled(mail().signed()), LISTS, 'mx.example.org; ' + dmarc), RELAY)
    yield case('later-not-trusted', '', False,
               [no + 'a later sealer is not trusted: relay.example.org'], later)


def cases():
    for group in (keys, signatures, sealers):
        yield from group()

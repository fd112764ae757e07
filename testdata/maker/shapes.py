"""shapes.py: messages of unusual form: line ends, mbox lines, empty, binary, too large."""

from maker.arc_chains import LISTS, RELAY, ZONE as ARC_ZONE, by
from maker.case import Case
from maker.envelopes import FAIL, PASS, ZONE
from maker.mail import Mail, mail

GOOD = 'spf=pass\ndkim=none\n' + PASS
SIGNED = 'spf=pass\ndkim=pass header.d=example.com\n' + PASS
LIMITED = '''
    s4._domainkey.example.com KEY rsa-4096
    three._domainkey.example.com KEY rsa-b
    three._domainkey.example.com KEY rsa-c
    three._domainkey.example.com KEY rsa-a
    _dmarc.example.com TXT v=DMARC1; p=reject
'''
ODD = 'dmarc=permerror\ndisposition=quarantine'


def row(name, message, expect=GOOD, status=None, **options):
    if status is None:
        status = 10 if 'quarantine' in expect else 0
    return Case('shape/' + name, zone=ZONE, message=message, expect=expect,
                exit=status, **options)


def limit(name, message, expect, option, number):
    """A case of limits()."""
    zone = LIMITED + ARC_ZONE + ''.join('q%d._domainkey.example.com KEY rsa-a\n' % k for k in range(9))
    return Case('shape/limit-' + name, zone=zone, message=message, expect=expect, args=(option, str(number)), mail_from=None,
                exit=11 if 'disposition=reject' in expect else 10 if 'quarantine' in expect else 0,
                dkimpy=False)


def line_ends():
    signed = mail().signed()
    lf, crlf = signed.bytes(), signed.bytes('\r\n')
    head, body = lf.split(b'\n\n', 1)
    yield row('lf', lf, SIGNED)
    yield row('crlf', crlf, SIGNED)
    yield row('lf-header-crlf-body', head + b'\n\n' + body.replace(b'\n', b'\r\n'), SIGNED)
    yield row('crlf-header-lf-body', head.replace(b'\n', b'\r\n') + b'\r\n\r\n' + body, SIGNED)
    mixed = b''.join(each if n % 2 else each.replace(b'\n', b'\r\n')
                     for n, each in enumerate(lf.splitlines(True)))
    yield row('mixed-line-by-line', mixed, SIGNED)
    yield row('no-last-line-end', mail(body='text without an end').bytes())
    yield row('body-only-a-line-end', mail(body='\n'))
    yield row('body-empty', mail(body=''))
    yield row('no-body', mail(body=None))
    yield row('no-body-no-line-end', mail(body=None).bytes()[:-1])
    yield row('bare-cr-in-body', mail(body=b'a\rb\r\n\rc\n').bytes())
    yield row('mbox-line', b'From orders@example.com Thu Jan  1 00:00:00 2026\n' + lf, SIGNED)
    yield row('mbox-line-crlf', b'From orders@example.com Thu Jan  1 00:00:00 2026\r\n' + crlf,
              SIGNED)
    yield row('mbox-line-only', b'From orders@example.com Thu Jan  1 00:00:00 2026\n', ODD)
    yield row('mbox-quoted-line', b'>From orders@example.com Thu Jan  1 00:00:00 2026\n' + lf,
              SIGNED)


def nothing():
    yield row('empty', b'', ODD)
    yield row('one-line-end', b'\n', ODD)
    yield row('one-crlf', b'\r\n', ODD)
    yield row('one-letter', b'x', ODD)
    yield row('only-line-ends', b'\n\n\n\n', ODD)
    yield row('empty-header', b'\nFrom: orders@example.com\n\nbody\n', ODD)
    yield row('no-header-text', b'This is no mail.\nReally not.\n', ODD)
    yield row('no-header-binary', bytes(range(256)) * 4, ODD)
    yield row('only-nul', b'\0' * 64, ODD)
    yield row('only-blanks', b'   \t  \n', ODD)
    yield row('only-a-colon', b':', ODD)
    yield row('only-from', b'From: orders@example.com', GOOD)
    yield row('html', b'<!DOCTYPE html>\n<html><body>hello</body></html>\n', ODD)


def header():
    plain = mail().bytes()
    for name, front in (('blank', b' '), ('tab', b'\t'), ('blank-line', b'  \n')):
        yield row('first-line-begins-with-' + name, front + plain,
                  'field Mailstamp-Note:\n' + ODD)
    yield row('line-without-colon', plain.replace(b'To:', b'nonsense here\nTo:'))
    yield row('first-line-without-colon', b'nonsense here\n' + plain)
    yield row('name-with-blank-inside', b'X Y: z\n' + plain)
    yield row('empty-name', b': value\n' + plain)
    yield row('8-bit-header', mail(subject='@').bytes().replace(
        b'Subject: @', b'Subject: \xff\xfe'))
    yield row('8-bit-name', b'X-\xe9: 1\n' + plain)
    yield row('nul-in-body', plain + b'\0\0\0\n')
    yield row('nul-in-header', plain.replace(b'To:', b'X-\0: a\nTo:'), ODD)
    yield row('bare-cr-in-header', plain.replace(b'To:', b'X-A: a\rb\nTo:'), ODD)
    yield row('999-fields', Mail(['X-%03d: 1' % n for n in range(992)] + mail().fields))
    yield row('1200-fields-from-first', Mail(mail().fields + ['X-%03d: 1' % n
              for n in range(1200)]), ODD)
    yield row('1200-fields-from-last', Mail(['X-%03d: 1' % n for n in range(1200)] +
              mail().fields), ODD)
    yield row('1200-fields-raised', Mail(['X-%03d: 1' % n for n in range(1200)] + mail().fields),
              args=('--max-fields', '2000'))
    big = 'X-Big: ' + 'word ' * 14000
    yield row('70-kib-field', mail().topped(big))
    yield row('70-kib-field-folded', mail().topped('X-Big:' + '\n some words in a line' * 3400))
    yield row('70-kib-field-signed-mail', mail().topped(big).signed(), SIGNED)
    yield row('70-kib-from', mail(author='"%s" <orders@example.com>' % ('x' * 70000)), ODD)
    yield row('64-kib-from-of-colons', mail(author='a:' * 30000), ODD)
    yield row('from-with-60-kib-name', mail(author='"%s" <orders@example.com>' % ('x' * 60000)))
    yield row('from-with-nested-comments', mail(author='(' * 500 + ')' * 500 +
              'orders@example.com'), ODD)
    yield row('from-with-300-addresses', mail(author=',\n '.join(
        'a%d@example.com' % n for n in range(300))))
    yield row('from-with-2000-addresses', mail(author=',\n '.join(
        'a%d@example.com' % n for n in range(2000))), ODD)


def sizes():
    over = 'spf=none\ndkim=none\ndmarc=none\ndisposition=quarantine'
    large = mail(body='a line of text\n' * 400).topped(
        'Authentication-Results: mx.example.net; spf=pass')
    rest = large.without('Authentication-Results')
    yield row('over-max-size', large, over, args=('--max-size', '4096'), rest=rest,
              explain=('DMARC - none - the message is over the size limit',))
    yield row('over-max-size-accept', large, over.replace('=quarantine', '=accept'), 0,
              args=('--max-size', '4096', '--ambiguous', 'accept'), rest=rest)
    yield row('over-max-size-tempfail', large, 'stdout empty', 75,
              args=('--max-size', '4096', '--oversize', 'tempfail'))
    yield row('under-max-size', large, args=('--max-size', '100000'), rest=rest)
    exact = mail(body='x' * 1000)
    yield row('exactly-max-size', exact, args=('--max-size', str(len(exact.bytes()))))


def limits():
    """Each option that limits work: one more than the message needs, as many, and one less. Nothing but the signatures can
    pass (the reverse-path is unknown), so what the limit refuses fails under p=reject. Octets are needed for CRLF, and
    are too few for LF: these are `lines` less."""
    passes = 'spf=none\ndkim=pass\n' + PASS

    def refused(why):
        return 'spf=none\ndkim=policy\nreason dkim: %s\n%s' % (why, FAIL)
    signed, strong = mail().signed(), mail().signed('rsa-4096', s='s4')
    long = mail(to='Customer <%s@example.net>' % ('x' * 2000)).signed()
    field = next(each for each in long.fields if each.startswith(b'To:'))
    wide = mail().topped('X-Wide: ' + 'x' * 40000, 'X-Wide: ' + 'y' * 40000)
    covered = [each for each in wide.fields if each.startswith((b'X-Wide', b'From'))]
    asking = mail()
    for k in range(9):
        asking = asking.signed(s='q%d' % k)
    chain = by(by(mail().signed(), LISTS), RELAY)
    rows = (
        ('fields', 'fields', len(signed.fields), 0, signed, passes, 'dmarc=permerror\ndisposition=quarantine'),
        ('field-size', 'field-size', len(field), 1, long, passes, refused('a signed field is over the size limit')),
        ('signatures', 'signatures', 2, 0, signed.signed(), passes.replace('dkim=pass', 'dkim=pass\ndkim=pass'),
         passes.replace('dkim=pass', 'dkim=pass\ndkim=policy\nreason dkim: more signatures than the limit')),
        ('keys', 'keys', 3, 0, mail().signed(s='three'), passes, refused('more key records than the limit')),
        ('verifications', 'verifications', 4, 0, strong, passes, refused('the signatures of the message cost more than the limit')),
        ('signed', 'signed', sum(map(len, covered)), len(covered), wide.signed(h=['from', 'x-wide', 'x-wide']), passes,
         refused('the signatures cover more of the header than the limit')),
        ('questions', 'questions', 12 + 9, 0, asking, passes.replace('dkim=pass', 'dkim=pass\n' * 8 + 'dkim=pass'),
         passes.replace('dkim=pass', 'dkim=pass\n' * 8 + 'dkim=policy\nreason dkim: the message asks more of DNS than the limit')),
        ('rsa-max-bits', None, 4096, 0, strong, passes, refused('the key is too large')),
    )
    for name, option, need, lines, message, at, over in rows:
        for word, number, expect in (('under', need + 1, at), ('at', need, at), ('over', need - lines - 1, over)):
            yield limit('%s-%s' % (name, word), message, expect, '--max-' + option if option else '--' + name, number)
    for word, number, expect in (('under', 4095, passes), ('at', 4096, passes), ('over', 4097, refused('the key is too small'))):
        yield limit('rsa-min-bits-' + word, strong, expect, '--rsa-min-bits', number)
    for word, number, expect in (('under', 3, 'arc=pass'), ('at', 2, 'arc=pass'),
                                 ('over', 1, 'arc=fail\nreason arc: more sets than the limit')):
        yield limit('arc-sets-' + word, chain, expect, '--max-arc-sets', number)


def cases():
    for group in (line_ends, nothing, header, sizes, limits):
        yield from group()

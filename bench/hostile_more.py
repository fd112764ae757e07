"""hostile_more.py: more messages designed to be expensive; they join those of hostile_mail.py."""
import base64
import io
import quopri
import tarfile
import zipfile

from hostile_mail import (ATTACHED, B, BH, BODY, BOMBS, FIELD, FROM, MULTIPART, ONE_KEY, REST, SHAPES, bomb, chain, dkim, fields_of, fill,
                          key, mail, shape, wrap)

EXPLAINED = ('explain',)


def bombs(**made):
    """each is (message, options, zone)"""
    for name, whole in made.items():
        BOMBS[name.replace('_', '-')] = lambda whole=whole: whole() if callable(whole) else whole


def shapes_of_fields(**made):
    """a field whose value repeats one piece, in every size"""
    for name, (field, piece, start, end) in made.items():
        SHAPES[name.replace('_', '-')] = lambda size, f=field, p=piece, s=start, e=end: (
            wrap(fields_of(f, p, size, s, e)), (), ONE_KEY)


# every grammar that reads a field, with the piece that makes it look ahead furthest
shapes_of_fields(
    folds_in_subject=(b'Subject', b'\n ', b'x', b'x'),
    folds_in_received=(b'Received', b'\n\t', b'from a (b [192.0.2.1])', b'by c; Thu, 01 Jan 2026 00:00:00 +0000'),
    brackets_in_received=(b'Received', b'([', b'from a ', b' by c'),
    by_in_received=(b'Received', b' by', b'from a', b'; x'),
    folds_in_signatures=(b'DKIM-Signature', b'\n ', b'v=1; a=rsa-sha256; d=evil.example; s=s; h=from; bh=', b'; b='),
    equals_in_signatures=(b'DKIM-Signature', b'=', b'v=1; a', b';'),
    colons_in_h=(b'DKIM-Signature', b':', b'v=1; a=rsa-sha256; d=evil.example; s=s; h=from', b'; bh=x; b=x'),
    blanks_in_h=(b'DKIM-Signature', b' \t: ', b'v=1; a=rsa-sha256; d=evil.example; s=s; h=from', b'; bh=x; b=x'),
    padding_in_bh=(b'DKIM-Signature', b'====', b'v=1; a=rsa-sha256; d=evil.example; s=s; h=from; b=x; bh=', b''),
    dots_in_d=(b'DKIM-Signature', b'a.', b'v=1; a=rsa-sha256; s=s; h=from; bh=x; b=x; d=', b'example'),
    copied_fields=(b'DKIM-Signature', b'|From:=20', b'v=1; a=rsa-sha256; d=evil.example; s=s; h=from; bh=x; b=x; z=', b''),
    quoted_i=(b'DKIM-Signature', b'=5C=22', b'v=1; a=rsa-sha256; d=evil.example; s=s; h=from; bh=x; b=x; i=', b'@evil.example'),
    semicolons_in_results=(b'Authentication-Results', b';', b'mx.example.net', b'dkim=pass'),
    slashes_in_results=(b'Authentication-Results', b'a/1;', b'mx.example.net/', b' x'),
    escapes_in_results=(b'Authentication-Results', b'\\"', b'"mx.example.net', b'"; none'),
    words_in_list_id=(b'List-Id', b'=?utf-8?b?w6k=?= ', b'', b'<a.example>'),
    angles_in_list_post=(b'List-Post', b'<mailto:', b'', b'>'),
    angles_in_message_id=(b'Message-ID', b'<', b'', b'@a>'),
    signs_in_resent_from=(b'Resent-From', b'@', b'a', b'.example'),
    routes_in_return_path=(b'Return-Path', b'@a,', b'<', b':a@evil.example>'),
    parameters_of_type=(b'Content-Type', b"; a*0*=utf-8''%41", b'multipart/mixed', b''),
)


# a label that is not ASCII costs a call of libidn2; a name has at most 31 of them
LABELS = 'é.'.encode()
for field, piece in (('results', b'Authentication-Results: %sexample; x\n'), ('d', b'DKIM-Signature: d=%sexample; s=x\n')):
    for what, name in (('labels', piece % (LABELS * 400)), ('names', piece % (LABELS * 30))):
        SHAPES[f'{what}-in-{field}-not-ascii'] = lambda size, name=name: (wrap(fill(name, size)), (), ONE_KEY)


def encoded(words):
    return b'From: ' + words + b' <a@evil.example>\n' + REST + BODY


@shape
def charsets_in_from(size):
    names = (b'utf-7', b'iso-2022-jp', b'iso-2022-cn-ext', b'gb18030', b'hz', b'utf-16', b'big5-hkscs', b'euc-tw')
    words = b' '.join(b'=?%s?b?GyRCGyhCGyRC+AAA?=' % names[i % len(names)] for i in range(min(size, FIELD) // 45))
    return encoded(words), (), ''


@shape
def quoted_words_in_from(size):
    return encoded(b' '.join([b'=?iso-2022-jp?q?=1B$B=1B(B=40?='] * (min(size, FIELD) // 34))), (), ''


@shape
def charsets_of_parts(size):
    part = b'--b\nContent-Type: text/html; charset=iso-2022-jp-3\nContent-Transfer-Encoding: base64\n\n%s\n' % (b'GyRC' * 15)
    return FROM + REST + MULTIPART + b'\n' + fill(part, size) + b'--b--\n', ATTACHED, ''


def in_itself(size, body, encoding, encode):
    inner = FROM + REST + body
    while len(inner) < size:
        inner = FROM + REST + b'MIME-Version: 1.0\nContent-Type: message/rfc822\nContent-Transfer-Encoding: ' + encoding + b'\n\n' + encode(inner)
    return inner[:size], ATTACHED, ''


@shape
def base64_in_base64(size):
    return in_itself(size, BODY, b'base64', base64.encodebytes)


@shape
def quoted_printable_in_itself(size):
    return in_itself(size, fill(b'===\n', 2000), b'quoted-printable', quopri.encodestring)


@shape
def boundaries_that_begin_alike(size):
    types = b''.join(b'--%s\nContent-Type: multipart/mixed; boundary="%s"\n\n' % (b'b' * i, b'b' * (i + 1)) for i in range(1, 70))
    return FROM + REST + MULTIPART + b'\n' + types + fill(b'--' + b'b' * 60 + b'x\n', size), ATTACHED, ''


@shape
def deep_parts_without_ends(size):
    return FROM + REST + MULTIPART + b'\n' + fill(b'--b\nContent-Type: multipart/digest; boundary=b\n\n', size), ATTACHED, ''


@shape
def explained_subject(size):
    start = mail().signed()
    start.body = b'another\r\n'
    return start.bytes().replace(b'Subject:', b'Subject: ' + fill(b'Re: [x] ', min(size, FIELD)), 1), EXPLAINED, \
        's1._domainkey.example.com KEY rsa-a'


@shape
def explained_received(size):
    lines = fill(b'Received: from a.example (b.example [192.0.2.7]) by c.example with ESMTP; Thu, 01 Jan 2026 00:00:00 +0000\n', size)
    return lines + mail().signed().bytes(), EXPLAINED, 's1._domainkey.example.com KEY rsa-a'


def tree(width, depth, leaf='v=spf1 ?all'):
    """SPF records that include each other, wider and deeper than any limit"""
    lines = []

    def node(name, level):
        lines.append('%s TXT %s' % (name, leaf if level == depth else 'v=spf1 %s -all' % ' '.join(
            'include:%d.%s' % (i, name) for i in range(width))))
        for i in range(width if level < depth else 0):
            node('%d.%s' % (i, name), level + 1)

    node('evil.example', 0)
    return wrap(b''), (), '\n'.join(lines) + '\n'


def spf(record, *more):
    return wrap(b''), (), 'evil.example TXT v=spf1 %s\n' % record + ''.join(each + '\n' for each in more)


def names_of(kind, target, n=2000):
    return tuple('%s %s %s' % (target, kind, ('10 ' if kind == 'MX' else '') + 'm%d.evil.example' % i) for i in range(n))


def archive(kind, depth=6, n=400):
    """an archive in an archive in an archive, each with many messages"""
    octets, name = FROM + REST + BODY, 'm.eml'
    for level in range(depth):
        out = io.BytesIO()
        if kind == 'zip':
            with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as made:
                for i in range(n if level else 1):
                    made.writestr('%d-%s' % (i, name), octets if level < 2 else octets if i == 0 else b'')
        else:
            with tarfile.open(fileobj=out, mode='w:gz') as made:
                for i in range(n if level else 1):
                    info = tarfile.TarInfo('%d-%s' % (i, name))
                    info.size = len(octets) if level < 2 or i == 0 else 0
                    made.addfile(info, io.BytesIO(octets[:info.size]))
        octets, name = out.getvalue(), 'a.%s' % ('zip' if kind == 'zip' else 'tar.gz')
    return octets, ('batch',), ''


def keys_that_point_on():
    lines = ['s._domainkey.evil.example CNAME c0.evil.example'] + [f'c{i}.evil.example CNAME c{i + 1}.evil.example' for i in range(400)]
    return wrap(dkim() * 16), (), '\n'.join(lines) + '\n'


bombs(
    spf_tree_of_ten_by_three=lambda: tree(10, 3), spf_tree_of_two_by_nine=lambda: tree(2, 9),
    spf_tree_of_errors=lambda: tree(10, 2, 'v=spf1 ip4:300.1.1.1'),
    spf_that_includes_itself=lambda: spf(' '.join(['include:evil.example'] * 900)),
    spf_redirects_in_a_circle=lambda: spf('redirect=a.evil.example', 'a.evil.example TXT v=spf1 redirect=evil.example'),
    spf_of_three_thousand_networks=lambda: spf(' '.join('ip4:10.%d.%d.0/24' % (i // 250, i % 250) for i in range(3000)) + ' -all'),
    spf_mx_of_thousands=lambda: spf('mx -all', *names_of('MX', 'evil.example')),
    spf_ptr_of_thousands=lambda: spf('ptr -all', *names_of('PTR', '9.113.0.203.in-addr.arpa')),
    spf_macros_of_long_local_parts=lambda: (
        wrap(b''), ('--mail-from', 'a.' * 4000 + 'a@evil.example'),
        'evil.example TXT v=spf1 %s -all\n' % ' '.join(['exists:%{l1r.-+,/_=}%{L}%{S}.evil.example'] * 60)),
    spf_explanation_of_macros=lambda: spf('-all exp=e.evil.example', 'e.evil.example TXT ' + '%{S}%{p}%{h}%{c}' * 3000),
    keys_that_point_on=keys_that_point_on,
    key_of_a_long_note=lambda: (wrap(dkim() * 16), (), 's._domainkey.evil.example TXT v=DKIM1; n=' + 'x' * 60000 + '; p=\n'),
    key_of_broken_base64=lambda: (wrap(dkim() * 16), (), 's._domainkey.evil.example TXT p=' + 'A= ' * 20000 + '\n'),
    key_of_nested_der=lambda: (wrap(dkim() * 16), (), 's._domainkey.evil.example TXT p=' + base64.b64encode(
        b'\x30\x80' * 20000).decode() + '\n'),
    signatures_that_are_alike=lambda: (wrap(dkim() * 700), (), ONE_KEY),
    signatures_of_every_algorithm=lambda: (wrap(b''.join(dkim(a=a) for a in ('rsa-sha1', 'ed25519-sha256', 'x-' + 'y' * 9000)) * 30), (),
                                           's._domainkey.evil.example TXT ' + key(4096) + '\n'),
    h_of_one_name_by_length=lambda: (wrap(dkim('from' + ':to' * 15000, bh=BH, b=B) + b'To: x\n' * 900), (), ONE_KEY),
    sets_that_are_missing=lambda: (wrap(b''.join(b'ARC-Seal: i=%d; a=rsa-sha256; cv=pass; d=evil.example; s=s; b=%s\n' % (i, B.encode())
                                                 for i in range(50, 0, -2) for _ in range(20))), (), ONE_KEY),
    sets_twice=lambda: (chain(25).bytes() + b'', (), 'arc._domainkey.evil.example KEY rsa-b\n'),
    zip_in_zip=lambda: archive('zip'), tar_in_tar=lambda: archive('tar'),
)


# messages whose broken signature is expensive to explain, for batch --diagnose
DIAGNOSE = ('batch', '--diagnose')
SIGNED = 's1._domainkey.example.com KEY rsa-a'


def broken(body):
    """a signature over another body, for batch --diagnose"""
    start = mail().signed()
    start.body = body.replace(b'\n', b'\r\n')
    return start.bytes()


@shape
def diagnose_parts(size):
    return broken(b'MIME-Version: 1.0\n' + fill(b'--a\n\nx\n', size)), DIAGNOSE, SIGNED


@shape
def diagnose_nested_parts(size):
    pieces, n = [], 0
    while n < size:
        pieces.append(b'--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n' % (len(pieces), len(pieces) + 1))
        n += len(pieces[-1])
    start = mail().replaced('Content-Type', 'multipart/mixed; boundary=b0').signed()
    start.body = b''.join(pieces).replace(b'\n', b'\r\n')
    return start.bytes(), DIAGNOSE, SIGNED


@shape
def diagnose_base64(size):
    start = mail().topped('Content-Transfer-Encoding: base64').signed()
    start.body = fill(b'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=\r\n', size)
    return start.bytes(), DIAGNOSE, SIGNED


@shape
def diagnose_line_ends(size):
    """for four signatures, the most that are searched"""
    start = mail().signed()
    start.fields[:1] = start.fields[:1] * 4
    start.body = fill(b'\r\n', size)
    return start.bytes(), DIAGNOSE, SIGNED


@shape
def diagnose_short_lines_and_a_long_subject(size):
    start = mail().signed()
    start.body = fill(b'x y\r\n', size * 7 // 8)
    subject = b'Subject: [a] [b] Re: Fwd: ' + fill(b'=?utf-8?b?w6nDqcOp?=\r\n ', min(size // 8, 20000)) + b'x'
    return start.bytes().replace(b'Subject:', subject, 1), DIAGNOSE, SIGNED


def again(name, piece, **fields):
    """a body that is one piece again and again, which was another one when it was signed"""
    def make(size):
        start = mail()
        for field, value in fields.items():
            field = field.replace('_', '-')
            start = start.replaced(field, value) if start.has(field) else start.topped(f'{field}: {value}')
        start = start.signed()
        start.body = fill(piece, size).replace(b'\n', b'\r\n')
        return start.bytes(), DIAGNOSE, SIGNED
    SHAPES['diagnose-' + name] = make


again('bare-crs', b'x\r')
again('one-line', b'x')
again('octets-of-0', b'\0')
again('white-space', b'\t \t\n')
again('two-octets', b'\xe9\xe8\n', Content_Type='text/plain; charset=iso-8859-1')
again('quoted-printable', b'a=3Db =20\n', Content_Transfer_Encoding='quoted-printable')
again('links-in-links', b'https://a.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.safelinks.protection.outlook.com%2F%3Furl%3D')
again('parameters', b'--b\nContent-Type: text/plain' + b'; a=b' * 10000 + b'\n\nx\n', Content_Type='multipart/mixed; boundary=b')


@shape
def diagnose_copied_fields(size):
    text = mail().signed().bytes().replace(b'Subject: ', b'Subject: [x] ')
    return text.replace(b'd=example.com;', b'd=example.com; z=' + fill(b'|Subject:x=20y', min(size, FIELD))[1:] + b';', 1), DIAGNOSE, SIGNED


@shape
def diagnose_several_signatures(size):
    start = mail().topped('Content-Transfer-Encoding: quoted-printable')
    for i in range(16):
        start = start.signed(h=['From', 'To', 'Subject', 'Date', 'Message-ID'][:1 + i % 5])
    start.body = fill(b'=41=3D=\r\n', size)
    return start.bytes(), DIAGNOSE, SIGNED


@shape
def explained_attached_in_attached(size):
    text = b''.join(b'--b%d\nContent-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=b%d\n\n' % (i, i + 1) for i in range(60))
    return wrap(MULTIPART.replace(b'=b', b'=b0'), b'\n' + text + fill(b'--\n\n', size)), EXPLAINED, ''


@bomb
def mime_of_a_hundred_levels():
    return SHAPES['diagnose-nested-parts'](300000)


# signed fields that are repeated: each try of the search sorts all of them
def repeated(field):
    return lambda size: (field * min(950, size // 64) + mail().signed().bytes().replace(b'Subject:', b'Subject: ' + b'Re: [x] ' * 50, 1),
                         EXPLAINED, SIGNED)


SHAPES.update({f'explained-{name}-again': repeated(field) for name, field in (
    ('subject', b'Subject: x\r\n'), ('to', b'To: x\r\n'), ('type', b'Content-Type: text/plain\r\n'))})


@shape
def explained_encoded_words(size):
    return mail().signed().bytes().replace(b'Subject:', b'Subject: ' + fill(b'=?utf-8?q?=41?=\r\n ', min(size, FIELD)), 1), EXPLAINED, SIGNED


# bounces, which explain reads in a process of its own
GROUP = b'Final-Recipient: rfc822; b@example.net\nAction: failed\nStatus: 5.7.1\nDiagnostic-Code: smtp; 550 5.7.26 no\n\n'
STATUS = b'Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n'
RETURNED = b'Content-Type: message/rfc822\n\n' + FROM + REST + BODY


def bounce(*parts):
    return b'From: MAILER-DAEMON@example.net\n' + REST + b'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; ' \
        b'boundary=b\n\n' + b''.join(b'--b\n' + part + b'\n' for part in parts) + b'--b--\n', EXPLAINED, ONE_KEY


def nested(size):
    inner = RETURNED
    while len(inner) < size // 3:
        inner = b'Content-Type: message/rfc822\n\n' + bounce(STATUS + GROUP, inner)[0]
    return bounce(STATUS + GROUP, inner)


for name, made in {
        'recipients': lambda size: bounce(STATUS + fill(GROUP, size), RETURNED),
        'empty-groups': lambda size: bounce(STATUS + GROUP + fill(b'\n', size), RETURNED),
        'folds': lambda size: bounce(STATUS + b'Status: 5.7.1\nDiagnostic-Code: smtp; 550' + fill(b'\n ', size), RETURNED),
        'codes-in-text': lambda size: bounce(b'\n' + fill(b'host mx.example.net[192.0.2.1] said: 550-5.7.1 ', size), STATUS + GROUP),
        'statuses': lambda size: bounce(*[STATUS + GROUP] * (size // 200), RETURNED),
        'returned': lambda size: bounce(STATUS + GROUP, *[RETURNED] * (size // 200)),
        'returned-in-returned': nested,
        'returned-fields': lambda size: bounce(STATUS + GROUP, b'Content-Type: text/rfc822-headers\n\n' + FROM + fill(b'a:\n', size)),
        'returned-signatures': lambda size: bounce(STATUS + GROUP, b'Content-Type: message/rfc822\n\n' + fill(dkim(), size) + FROM + REST + BODY),
        'quoted-printable': lambda size: bounce(STATUS.replace(b'\n', b'\nContent-Transfer-Encoding: quoted-printable\n', 1) + fill(b'=41=\n', size)),
        'global': lambda size: bounce(STATUS.replace(b'delivery', b'global-delivery', 1) + fill(b'Original-Recipient: utf-8; \\x{e9}\\x{ffff}@b\n', size)),
        'no-ends': lambda size: (bounce()[0] + fill(b'--b\n' + STATUS, size), EXPLAINED, ''),
        'in-words': lambda size: (b'From: MAILER-DAEMON@x\nSubject: Undelivered Mail Returned to Sender\n\n' +
                                  fill(b'<b@example.net>: host mx[192.0.2.1] said: 550 5.7.26 This ', size), EXPLAINED, '')}.items():
    SHAPES[f'bounce-{name}'] = made


def domain(zone, *options, message=b''):
    """records of a domain, or saved mail in its name, for inspect and plan"""
    return message, options or ('inspect',), zone


def lines(count, text):
    return ''.join(text.replace('#', str(i)) + '\n' for i in range(count))


bombs(
    inspect_spf_tree=lambda: domain(tree(10, 3)[2]),
    inspect_spf_networks=lambda: domain('evil.example TXT v=spf1 %s -all\n' % ' '.join('ip4:10.0.%d.%d' % (i // 256, i % 256) for i in range(3400))),
    inspect_spf_records=lambda: domain(lines(1300, 'evil.example TXT v=spf1 ip4:10.0.0.1 include:#.example -all')),
    inspect_dmarc_records=lambda: domain(lines(1300, '_dmarc.evil.example TXT v=DMARC1; p=none; rua=mailto:#@a.example')),
    inspect_dmarc_addresses=lambda: domain('_dmarc.evil.example TXT v=DMARC1; p=none; rua=' + ','.join(f'mailto:a@d{i}.example' for i in range(2500)) + '\n'),
    inspect_mail_exchangers=lambda: domain(lines(3000, 'evil.example MX # m#.evil.example')),
    inspect_keys=lambda: domain(lines(300, 's._domainkey.evil.example TXT v=DKIM1; n=#; p=' + 'A' * 1200), 'inspect', '--selector', 's'),
    inspect_selectors=lambda: domain(ONE_KEY, 'inspect', '--messages', 'MESSAGE', message=wrap(b''.join(dkim(s='s%d' % i) for i in range(2200)))),
    plan_of_received=lambda: domain('', 'plan', '--archive', 'MESSAGE', message=wrap(fill(
        b'Received: from a.example (b.example [192.0.2.7]) by c.example with ESMTP; Thu, 01 Jan 2026 00:00:00 +0000\n', 10 ** 6))),
    plan_of_signatures=lambda: domain(ONE_KEY, 'plan', '--archive', 'MESSAGE', message=wrap(fill(dkim(), 10 ** 6))),
)

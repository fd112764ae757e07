"""senders_flows.py: what happens to a customer's mail on its way: forms, vendors, forwarding, lists, and the
effect of each published policy."""

from maker.case import Case
from maker.mail import Mail, mail

PSL = '''// a few public suffixes for the tests
// ===BEGIN ICANN DOMAINS===
com
example
jp
co.jp
net
org
// ===END ICANN DOMAINS===
'''
RFC7489 = ('--dmarc-mode', 'rfc7489', '--psl', 'psl')


def flow(name, **options):
    options.setdefault('message', mail())
    if '--psl' in options.get('args', ()):
        options['files'] = dict(options.get('files', {}), psl=PSL)
    return Case('senders/' + name, **options)


def verdict(spf, dkim, dmarc, disposition, *more):
    lines = ['spf=' + spf]
    lines += ['dkim=' + each for each in (dkim if isinstance(dkim, (list, tuple)) else [dkim])]
    lines += ['dmarc=' + dmarc, 'disposition=' + disposition] + list(more)
    return '\n'.join(lines)


def form():
    zone = '''
        forms.example.net TXT v=spf1 ip4:198.51.100.20 -all
        f1._domainkey.forms.example.net KEY rsa-b
        _dmarc.forms.example.net TXT v=DMARC1; p=reject
        _dmarc.example.org TXT v=DMARC1; p=%s
        example.org TXT v=spf1 ip4:192.0.2.200 -all
    '''
    common = {'ip': '198.51.100.20', 'helo': 'www.forms.example.net',
              'mail_from': 'form@forms.example.net'}
    visitor = mail(author='Visitor <visitor@example.org>', subject='Question from the web form')
    visitor = visitor.signed('rsa-b', 'forms.example.net', 'f1')
    for p, disposition, status in (('none', 'accept', 0), ('quarantine', 'quarantine', 10),
                                   ('reject', 'reject', 11)):
        yield flow('form-visitor-address-' + p, message=visitor, zone=zone % p, **common,
                   exit=status, explain=(
                       'have it write an address of forms.example.net into From',), expect=verdict(
                       'pass smtp.mailfrom=form@forms.example.net',
                       'pass header.d=forms.example.net',
                       'fail header.from=example.org policy.dmarc=' + p, disposition))
    own = mail(author='Web form <form@forms.example.net>', subject='Question from the web form',
               more=['Reply-To: Visitor <visitor@example.org>'])
    yield flow('form-own-address-reply-to', zone=zone % 'reject', **common,
               message=own.signed('rsa-b', 'forms.example.net', 'f1'), expect=verdict(
                   'pass smtp.mailfrom=form@forms.example.net', 'pass header.d=forms.example.net',
                   'pass header.from=forms.example.net policy.dmarc=reject', 'accept'))
    same = dict(common, mail_from='visitor@example.org')
    yield flow('form-visitor-address-as-envelope-too', message=visitor, zone=zone % 'reject',
               **same, exit=11, expect=verdict(
                   'fail smtp.mailfrom=visitor@example.org', 'pass header.d=forms.example.net',
                   'fail header.from=example.org policy.dmarc=reject', 'reject'))


def vendor():
    sub = 'news.example.co.jp'
    zone = '''
        %s TXT v=spf1 ip4:203.0.113.128/28 -all
        v1._domainkey.%s KEY rsa-c
        _dmarc.example.co.jp TXT v=DMARC1; p=reject; sp=quarantine
    ''' % (sub, sub)
    letter = mail(author='News <news@%s>' % sub)
    good = letter.signed('rsa-c', sub, 'v1')
    path = 'b@' + sub
    common = {'ip': '203.0.113.130', 'helo': 'vendor.example.net', 'mail_from': path}
    spoof = dict(common, ip='198.51.100.66')
    own = zone + '\n_dmarc.%s TXT v=DMARC1; p=none; rua=mailto:v@example.net' % sub
    ok = ('pass smtp.mailfrom=' + path, 'pass header.d=' + sub)
    bad = ('fail smtp.mailfrom=' + path, 'none')
    yield flow('vendor-subdomain-inherits-pass', message=good, zone=zone, **common,
               expect=verdict(*ok, 'pass header.from=%s policy.dmarc=quarantine' % sub, 'accept'))
    yield flow('vendor-subdomain-inherits-fail', message=letter, zone=zone, **spoof, exit=10,
               explain=('_dmarc.example.co.jp: v=DMARC1; p=reject; sp=quarantine',),
               expect=verdict(*bad, 'fail header.from=%s policy.dmarc=quarantine' % sub,
                              'quarantine'))
    yield flow('vendor-subdomain-own-record-pass', message=good, zone=own, **common,
               expect=verdict(*ok, 'pass header.from=%s policy.dmarc=none' % sub, 'accept'))
    yield flow('vendor-subdomain-own-record-fail', message=letter, zone=own, **spoof,
               expect=verdict(*bad, 'fail header.from=%s policy.dmarc=none' % sub, 'accept'))
    # the vendor signs as the customer's main domain on behalf of the subdomain
    yield flow('vendor-subdomain-signed-by-parent', zone=zone +
               '\nv2._domainkey.example.co.jp KEY rsa-a', **spoof,
               message=letter.signed('rsa-a', 'example.co.jp', 'v2'), expect=verdict(
                   'fail smtp.mailfrom=' + path, 'pass header.d=example.co.jp',
                   'pass header.from=%s policy.dmarc=quarantine' % sub, 'accept'))


OWNER = '''
    example.com TXT v=spf1 ip4:192.0.2.0/28 -all
    s1._domainkey.example.com KEY rsa-a
    _dmarc.example.com TXT v=DMARC1; p=%s
'''


def forwarding():
    signed = mail().signed()
    away = {'ip': '203.0.113.9', 'helo': 'fw.example.org'}
    moved = 'Received: from mail.example.com (mail.example.com [192.0.2.10])\n' \
            '\tby fw.example.org with ESMTPS id 4711 for <user@example.org>;\n' \
            '\tThu, 01 Jan 2026 08:59:40 +0900'
    failed = 'fail smtp.mailfrom=orders@example.com'
    yield flow('forwarded-body-kept', message=signed.topped(moved), zone=OWNER % 'reject', **away,
               explain=('example.com fail yes', 'DKIM example.com pass yes',
                        'note: 203.0.113.9 is not allowed by the SPF record of example.com. '
                        'If it is a forwarder, nothing needs to be done'),
               expect=verdict(failed, 'pass header.d=example.com header.s=s1',
                              'pass header.from=example.com policy.dmarc=reject', 'accept'))
    for p, disposition, status in (('none', 'accept', 0), ('quarantine', 'quarantine', 10),
                                   ('reject', 'reject', 11)):
        yield flow('forwarded-spf-only-' + p, message=mail().topped(moved), zone=OWNER % p, **away,
                   exit=status, expect=verdict(
                       failed, 'none', 'fail header.from=example.com policy.dmarc=' + p,
                       disposition), explain=(
                       '203.0.113.9 is not allowed to use example.com, and nothing shows that it '
                       'should be: this is what your policy is for',))
    resent = mail().topped('Resent-From: user@example.org', 'Resent-To: other@example.net',
                           'Resent-Date: Thu, 01 Jan 2026 08:59:50 +0900')
    yield flow('forwarded-spf-only-resent', message=resent, zone=OWNER % 'reject', **away, exit=10,
               expect=verdict(failed, 'none', 'fail header.from=example.com policy.dmarc=reject',
                              'quarantine'))
    reencoded = signed.with_body(b'Dear customer,=20\n\nyour order 4711 has left our house.\n')
    yield flow('forwarded-body-reencoded', message=reencoded.topped(moved),
               zone=OWNER % 'reject', **away, exit=10, expect=verdict(
                   failed, 'fail header.d=example.com',
                   'fail header.from=example.com policy.dmarc=reject', 'quarantine'))
    rewritten = {'ip': '203.0.113.9', 'helo': 'fw.example.org',
                 'mail_from': 'SRS0=a1b2=4X=example.com=orders@fw.example.org'}
    yield flow('forwarded-with-srs', message=mail().topped(moved),
               zone=OWNER % 'reject' + '\nfw.example.org TXT v=spf1 ip4:203.0.113.9 -all',
               **rewritten, exit=11, expect=verdict(
                   'pass smtp.mailfrom=SRS0=a1b2=4X=example.com=orders@fw.example.org', 'none',
                   'fail header.from=example.com policy.dmarc=reject', 'reject'),
               explain=('fw.example.org, which seems to be a list or forwarder and not example.com',
                        'which seems to be a list or forwarder'))


def lists():
    zone = OWNER % 'reject' + '''
        lists.example.org TXT v=spf1 ip4:203.0.113.40 -all
        l1._domainkey.lists.example.org KEY rsa-b
    '''
    common = {'ip': '203.0.113.40', 'helo': 'lists.example.org',
              'mail_from': 'club-bounces@lists.example.org', 'rcpt': 'user@example.net'}
    path = 'pass smtp.mailfrom=club-bounces@lists.example.org'
    post = mail(to='Club <club@lists.example.org>').signed()
    changed = Mail(list(post.fields), post.body + b'_____\r\nClub mailing list\r\n')
    changed = changed.replaced('Subject', '[Club] Your order 4711')
    tagged = changed.topped('List-Id: The club <club.lists.example.org>',
                            'List-Post: <mailto:club@lists.example.org>')
    ours = tagged.signed('rsa-b', 'lists.example.org', 'l1')
    fail = 'fail header.from=example.com policy.dmarc=reject'
    by_both = ['pass header.d=lists.example.org', 'fail header.d=example.com']
    yield flow('list-footer-and-tag', message=ours, zone=zone, **common, exit=10,
               explain=('DKIM example.com fail yes', 'List-Id',
                        'if the message came through a list or forwarder',
                        'passes again without the last 24 bytes, which begin with `_____ Club mailing '
                        'list` and without `[Club]` in Subject: changed after signing'),
               expect=verdict(path, by_both, fail, 'quarantine', 'reason dmarc: list|signature'))
    yield flow('list-footer-and-tag-published', message=ours, zone=zone, **common, exit=11,
               args=('--reject-on', 'published'), expect=verdict(path, by_both, fail, 'reject'))
    yield flow('list-footer-without-list-fields', message=changed, zone=zone, **common, exit=10,
               expect=verdict(path, 'fail header.d=example.com', fail, 'quarantine',
                              'reason dmarc: signature'))
    unsigned = mail(to='Club <club@lists.example.org>').topped(
        'List-Id: The club <club.lists.example.org>')
    yield flow('list-unsigned-post', message=unsigned, zone=zone, **common, exit=10,
               expect=verdict(path, 'none', fail, 'quarantine', 'reason dmarc: list|signature'))
    untouched = post.topped('List-Id: The club <club.lists.example.org>')
    yield flow('list-changes-nothing', message=untouched, zone=zone, **common, expect=verdict(
        path, 'pass header.d=example.com', 'pass header.from=example.com policy.dmarc=reject',
        'accept'), explain=('lists.example.org, which seems to be a list or forwarder and not example.com',))
    munged = tagged.replaced('From', 'Order Desk via Club <club@lists.example.org>')
    yield flow('list-rewrites-from', zone=zone +
               '\n_dmarc.lists.example.org TXT v=DMARC1; p=none', **common,
               message=munged.signed('rsa-b', 'lists.example.org', 'l1'), expect=verdict(
                   path, by_both, 'pass header.from=lists.example.org policy.dmarc=none',
                   'accept'))


def policies():
    spoof = {'ip': '203.0.113.99', 'helo': 'bulk.example.org'}
    word = {'none': ('accept', 0), 'quarantine': ('quarantine', 10), 'reject': ('reject', 11)}

    def row(name, record, applied, args=()):
        disposition, status = word[applied]
        return flow('policy-' + name, zone=OWNER % record, args=args, exit=status, **spoof,
                    expect=verdict('fail smtp.mailfrom=orders@example.com', 'none',
                                   'fail header.from=example.com policy.dmarc=' + applied,
                                   disposition))

    one_down = {'none': 'none', 'quarantine': 'none', 'reject': 'quarantine'}
    for p in ('none', 'quarantine', 'reject'):
        yield row(p, p, p)
        yield row(p + '-testing', p + '; t=y', one_down[p])
        yield row(p + '-pct-0-ignored', p + '; pct=0', p)
        yield row(p + '-rfc7489', p, p, RFC7489)
        yield row(p + '-rfc7489-pct-100', p + '; pct=100', p, RFC7489)
        yield row(p + '-rfc7489-pct-0', p + '; pct=0', one_down[p], RFC7489)
        yield row(p + '-rfc7489-testing-ignored', p + '; t=y', p, RFC7489)


def families():
    """Child and parent, in both directions, by the tree walk and by the public suffix list."""
    child = 'news.example.com'
    records = {
        'org': '_dmarc.example.com TXT v=DMARC1; p=quarantine\n',
        'child': '_dmarc.news.example.com TXT v=DMARC1; p=quarantine\n',
        'both': '_dmarc.example.com TXT v=DMARC1; p=quarantine\n'
                '_dmarc.news.example.com TXT v=DMARC1; p=quarantine\n',
        'fence': '_dmarc.example.com TXT v=DMARC1; p=quarantine\n'
                 '_dmarc.news.example.com TXT v=DMARC1; p=quarantine; psd=n\n',
    }
    keys = ''.join('s1._domainkey.%s KEY rsa-a\n' % d
                   for d in ('example.com', child, 'shop.example.com'))
    path = {'ip': '203.0.113.99', 'helo': 'relay.example.org', 'mail_from': 'b@example.org'}
    rows = (  # name, author, signer, records, result by RFC 9989, result by RFC 7489
        ('child-author-parent-signer', child, 'example.com', 'org', 'pass', 'pass'),
        ('parent-author-child-signer', 'example.com', child, 'org', 'pass', 'pass'),
        ('child-author-parent-signer-child-record-only', child, 'example.com', 'child', 'fail',
         'pass'),
        ('child-author-parent-signer-both-records', child, 'example.com', 'both', 'pass', 'pass'),
        ('parent-author-child-signer-both-records', 'example.com', child, 'both', 'pass', 'pass'),
        ('child-author-parent-signer-psd-n', child, 'example.com', 'fence', 'fail', 'pass'),
        ('parent-author-child-signer-psd-n', 'example.com', child, 'fence', 'fail', 'pass'),
        ('siblings', child, 'shop.example.com', 'org', 'pass', 'pass'),
        ('siblings-child-record-only', child, 'shop.example.com', 'child', 'fail', 'pass'),
    )
    for name, author, signer, which, new, old in rows:
        letter = mail(author='Orders <orders@%s>' % author).signed('rsa-a', signer, 's1')
        for mode, dmarc, args in (('rfc9989', new, ()), ('rfc7489', old, RFC7489)):
            good = dmarc == 'pass'
            yield flow('family-%s-%s' % (name, mode), message=letter, args=args, **path,
                       zone=records[which] + keys, exit=0 if good else 10, expect=verdict(
                           'none smtp.mailfrom=b@example.org', 'pass header.d=' + signer,
                           '%s header.from=%s policy.dmarc=quarantine' % (dmarc, author),
                           'accept' if good else 'quarantine'))
    for mode, dmarc, args in (('rfc9989', 'pass', ()), ('rfc7489', 'pass', RFC7489)):
        for name, author, envelope in (('child-envelope', 'example.com', child),
                                       ('parent-envelope', child, 'example.com')):
            yield flow('family-%s-%s' % (name, mode), args=args, ip='192.0.2.3',
                       message=mail(author='Orders <orders@%s>' % author),
                       mail_from='b@' + envelope, zone=records['org'] +
                       '%s TXT v=spf1 ip4:192.0.2.3 -all' % envelope, expect=verdict(
                           'pass smtp.mailfrom=b@' + envelope, 'none',
                           '%s header.from=%s policy.dmarc=quarantine' % (dmarc, author),
                           'accept'))


def cases():
    for group in (form, vendor, forwarding, lists, policies, families):
        yield from group()

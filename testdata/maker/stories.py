"""stories.py: an owner's tasks, each from mail that fails to a proposal that fixes it when overlaid on DNS.

In addition to a case's files: own (--own-senders), story.json (the expected advice: its code, whether a
record comes with it and with which proof; what --compare-received reports about the stored message). If the
sender must first change a setting: after.eml and the new reverse-path, the message as it is sent then.
tests/advice/run lays each proposal over the zone and evaluates the message (or after.eml) again: it must
pass. If a story is about forged mail, nothing may be proposed that would make it pass.
"""

import json

from maker.case import Case
from maker.mail import mail

KEYS = 's1._domainkey.example.com KEY rsa-a\n'
POLICY = '_dmarc.example.com TXT v=DMARC1; p=reject\n'
SPF = 'example.com TXT v=spf1 ip4:192.0.2.0/28 -all\n'
SES = '''
    amazonses.com TXT v=spf1 ip4:198.51.100.0/26 -all
    ap-northeast-1.amazonses.com TXT v=spf1 include:amazonses.com -all
    own._domainkey.amazonses.com KEY rsa-1024
'''
MAILCHIMP = '''
    mail1.mcsv.net TXT v=spf1 ip4:198.51.100.128/26 -all
    dkim2.mcsv.net KEY rsa-b
    dkim3.mcsv.net KEY rsa-c
    k1._domainkey.mcsv.net KEY rsa-1024
'''
GOOGLE = '_spf.google.com TXT v=spf1 ip4:203.0.113.128/26 ~all\n'
OUTLOOK = '''
    spf.protection.outlook.com TXT v=spf1 ip4:203.0.113.192/27 -all
    selector1-x._domainkey.tenant.onmicrosoft.com KEY rsa-b
'''
SERVICE = '''
    bounce.service.example TXT v=spf1 ip4:203.0.113.64/28 -all
    spf.service.example TXT v=spf1 ip4:203.0.113.64/28 -all
    tp._domainkey.service.example KEY rsa-b
'''


def story(name, code, zone, record=True, proof='passes', own=None, after=None, after_path=None,
          forged=False, told=(), untold=(), received=(), result='fail', **options):
    """code: of the advice; record: does a record come with it? A code of None: no proposal at all."""
    options.setdefault('message', mail())
    expected = {'code': code, 'record': record, 'proof': proof, 'forged': forged, 'after_path': after_path,
                'told': list(told), 'untold': list(untold), 'received': list(received)}
    files = {'story.json': json.dumps(expected)}
    if own is not None:
        files['own'] = own
    if after is not None:
        files['after.eml'] = after.bytes('\n')
    good = result in ('pass', 'none')
    return Case('stories/' + name, zone=zone, dkimpy=False, files=files, exit=options.pop('exit', 0 if good else 11),
                expect='dmarc=%s' % result, **options)


def spf():
    away = {'ip': '203.0.113.7'}
    yield story('first-record-own-list', 'spf_publish', POLICY, own='203.0.113.0/29\n', **away)
    yield story('first-record-mx', 'spf_publish', POLICY + 'example.com MX 10 mx.example.com\nmx.example.com A 203.0.113.7\n', **away)
    yield story('first-record-address', 'spf_publish', POLICY + 'example.com A 203.0.113.7\n', **away)
    yield story('first-record-of-nobody', 'spf_publish_unknown', POLICY, record=False, proof=None, forged=True, **away)
    yield story('new-host-own-list', 'spf_add', POLICY + SPF, own='# the new host\n203.0.113.7\n', **away,
                told=('should be example.com: v=spf1 ip4:192.0.2.0/28 ip4:203.0.113.7 -all',
                      'proof     with it overlaid on DNS, this message passes'))
    yield story('new-host-own-name', 'spf_add', POLICY + SPF + 'out.example.net A 203.0.113.7\n', own='example.net\n',
                helo='out.example.net', **away)
    yield story('new-host-name-of-another-address', 'spf_unknown', POLICY + SPF + 'out.example.net A 203.0.113.8\n',
                own='example.net\n', helo='out.example.net', record=False, proof=None, forged=True, **away)
    yield story('new-host-is-mx', 'spf_add', POLICY + SPF + 'example.com MX 5 mx.example.com\nmx.example.com A 203.0.113.7\n', **away)
    for name, ip, records in (('mx-on-a-private-address', '10.0.0.9', 'example.com MX 5 mx.example.com\nmx.example.com A 10.0.0.9\n'),
                              ('mx-on-the-host-itself', '127.0.0.1', 'example.com MX 5 localhost\nlocalhost A 127.0.0.1\n'),
                              ('address-of-nobody', '0.0.0.0', 'example.com A 0.0.0.0\n'),
                              ('address-behind-a-carrier', '100.64.1.9', 'example.com A 100.64.1.9\n'),
                              ('address-of-a-local-network', 'fd00::9', 'example.com AAAA fd00::9\n')):
        yield story(name, 'spf_inside', POLICY + SPF + records, record=False, proof=None, ip=ip)
    yield story('first-record-of-a-private-address', 'spf_inside', POLICY, own='10.0.0.0/8\n', record=False, proof=None, ip='10.0.0.9')
    yield story('private-address-in-another-envelope', 'spf_inside', POLICY + SPF, own='10.0.0.0/8\n', record=False, proof=None, ip='10.0.0.9',
                mail_from='x@other.example')
    above = POLICY + SPF + 'example.com MX 5 mx.example.com\nmx.example.com A 203.0.113.7\n'
    below = mail(author='news@news.example.com')
    yield story('mx-above-writes-below', 'spf_add', above, message=below, mail_from='news@example.com', **away)
    yield story('mx-above-in-the-envelope-below', 'spf_add', above + 'news.example.com TXT v=spf1 ip4:192.0.2.9 -all\n',
                message=below, mail_from='news@news.example.com', **away)
    yield story('address-above-other-envelope', 'spf_foreign', POLICY + 'example.com A 203.0.113.7\n'
                'other.example TXT v=spf1 -all\n', message=below, mail_from='www-data@other.example', proof='after-switch',
                after=below, after_path='orders@news.example.com', **away)
    # names below an organization may also belong to its customers, and so may an address with such a name
    yield story('forged-from-a-customers-line', 'spf_publish_unknown', POLICY + SPF + 'p7.dyn.example.com A 203.0.113.7\n',
                helo='p7.dyn.example.com', mail_from='', record=False, proof=None, forged=True, **away)
    yield story('forged-by-a-customer-with-an-mx', 'spf_unknown', POLICY + SPF + '''
                customer.example.com TXT v=spf1 ip4:192.0.2.9 -all
                customer.example.com MX 5 mx.customer.example.com
                mx.customer.example.com A 203.0.113.7
                ''', mail_from='x@customer.example.com', record=False, proof=None, forged=True, **away)
    yield story('forged-below-a-public-suffix', 'spf_unknown', '''
                _dmarc.com TXT v=DMARC1; p=reject; psd=y
                com MX 5 mx.com
                mx.com A 203.0.113.7
                com A 203.0.113.7
                ''' + SPF, record=False, proof=None, forged=True, **away)
    yield story('new-host-ipv6', 'spf_add', POLICY + SPF, own='2001:db8:5::/48\n', ip='2001:db8:5::7')
    # a provider that takes the domain's mail need not send any, and each of its customers uses the same hosts
    inbound = 'example.com MX 1 aspmx.l.google.com\n'
    yield story('provider-by-mx-own-list', 'spf_add', POLICY + SPF + GOOGLE + inbound, own='provider Google Workspace\n',
                ip='203.0.113.130', told=('include:_spf.google.com -all',))
    yield story('forged-by-a-neighbour-at-the-mx', 'spf_unknown', POLICY + SPF + GOOGLE + inbound, ip='203.0.113.130', record=False,
                proof=None, forged=True, told=('name it with --own-senders',))
    yield story('forged-by-a-neighbour-at-the-mx-without-spf', 'spf_publish_unknown', POLICY + GOOGLE + inbound, ip='203.0.113.130',
                record=False, proof=None, forged=True)
    yield story('forged-by-a-neighbour-at-the-mx-other-envelope', 'spf_foreign_unknown', POLICY + SPF + GOOGLE + inbound +
                'other.example TXT v=spf1 -all\n', ip='203.0.113.130', mail_from='x@other.example', record=False, proof=None, forged=True)
    yield story('forged-by-another-tenant-at-the-mx', 'spf_unknown', POLICY + SPF + OUTLOOK + 'example.com MX 0 '
                'example-com.mail.protection.outlook.com\n', ip='203.0.113.194', record=False, proof=None, forged=True)
    yield story('ses-at-the-mx', 'spf_mail_from_at', POLICY + SPF + SES + 'example.com MX 10 mx.amazonses.com\n', ip='198.51.100.10',
                mail_from='0106@ap-northeast-1.amazonses.com', record=False, proof='after-switch', forged=True)
    yield story('provider-own-list', 'spf_add', POLICY + SPF + OUTLOOK, own='provider Microsoft 365\n', ip='203.0.113.194',
                told=('include:spf.protection.outlook.com -all',))
    yield story('provider-that-nothing-names', 'spf_unknown', POLICY + SPF + GOOGLE, ip='203.0.113.130', record=False, proof=None, forged=True)
    yield story('forged', 'spf_unknown', POLICY + SPF, ip='203.0.113.66', record=False, proof=None, forged=True,
                told=('203.0.113.66 is not allowed to use example.com, and nothing shows that it should be',))
    yield story('forged-with-spf-of-his-own', 'spf_other', POLICY + SPF + 'forger.example TXT v=spf1 ip4:203.0.113.66 -all\n',
                ip='203.0.113.66', mail_from='x@forger.example', record=False, proof=None, forged=True)
    yield story('forged-with-a-list-id', 'spf_sent_on', POLICY + SPF, ip='203.0.113.66', record=False, proof=None,
                forged=True, exit=10, message=mail(more=['List-Id: <x.example.org>']))
    yield story('merged', 'spf_join', POLICY + SPF + 'example.com TXT v=spf1 ip4:203.0.113.0/29 ~all\n', **away)
    yield story('slip-of-the-pen', 'spf_broken_term', POLICY + 'example.com TXT v=spf1 ipv4:203.0.113.0/29 -all\n', **away)
    full = ' '.join('include:s%d.example.net' % n for n in range(10))
    nets = ''.join('s%d.example.net TXT v=spf1 ip4:198.51.100.%d -all\n' % (n, n) for n in range(10))
    yield story('ten-lookups-and-an-address', 'spf_add', POLICY + 'example.com TXT v=spf1 %s -all\n' % full + nets, own='203.0.113.7\n', **away)
    yield story('ten-lookups-and-an-include', 'spf_no_room', POLICY + 'example.com TXT v=spf1 %s -all\n' % full + nets +
                GOOGLE, own='provider Google Workspace\n', record=False, proof=None, ip='203.0.113.130')
    strict = '_dmarc.example.com TXT v=DMARC1; p=reject; aspf=s\nnews.example.com TXT v=spf1 ip4:203.0.113.7 -all\n'
    yield story('strict-subdomain', 'spf_strict', strict, mail_from='b@news.example.com', own='news.example.com\n', **away)
    yield story('strict-subdomain-from-the-mx', 'spf_strict', strict + 'example.com MX 5 mx.example.com\nmx.example.com A 203.0.113.7\n',
                mail_from='b@news.example.com', **away)
    # a name below may be a customer's, or somebody may have taken it over: strict alignment is there to stop them
    yield story('forged-from-a-subdomain-under-strict', 'spf_other', strict, mail_from='b@news.example.com', record=False, proof=None,
                forged=True, **away)
    yield story('forged-with-a-path-that-fails', 'spf_foreign_unknown', POLICY + SPF + 'other.example TXT v=spf1 -all\n',
                ip='203.0.113.66', mail_from='x@other.example', record=False, proof=None, forged=True)
    yield story('strict-organization-above', 'spf_strict_send', '_dmarc.shop.example.com TXT v=DMARC1; p=reject; aspf=s; '
                'psd=n\n' + POLICY + 'example.com TXT v=spf1 ip4:203.0.113.7 -all\n', record=False, proof=None,
                message=mail(author='shop@shop.example.com'), **away)
    yield story('own-host-other-envelope', 'spf_foreign', POLICY + SPF + 'other.example TXT v=spf1 -all\n',
                own='203.0.113.7\n', mail_from='www-data@other.example', proof='after-switch',
                after=mail(), after_path='orders@example.com', **away)


def services():
    ses = mail().signed('rsa-1024', 'amazonses.com', 'own')
    path = {'ip': '198.51.100.10', 'mail_from': '0106@ap-northeast-1.amazonses.com'}
    yield story('ses-custom-mail-from', 'spf_mail_from_at', POLICY + SES, message=ses, own='provider Amazon SES\n',
                proof='after-switch', after=ses, after_path='0106@bounce.example.com', **path,
                told=('should be bounce.example.com: v=spf1 include:amazonses.com ~all',
                      'and bounce.example.com: MX 10 feedback-smtp.ap-northeast-1.amazonses.com', 'after you switch it on'))
    yield story('ses-in-an-included-record', 'spf_mail_from_at', POLICY + SES + 'example.com TXT v=spf1 include:_spf.example.com -all\n'
                '_spf.example.com TXT v=spf1 ip4:192.0.2.9 include:_x.example.com -all\n_x.example.com TXT v=spf1 include:amazonses.com -all\n',
                message=ses, proof='after-switch', after=ses, after_path='0106@bounce.example.com', **path,
                told=('and bounce.example.com: MX 10 feedback-smtp.ap-northeast-1.amazonses.com',))
    yield story('ses-easy-dkim', 'dkim_domain_at', POLICY + SES + KEYS + 'example.com TXT v=spf1 include:amazonses.com -all\n',
                message=ses, record=False, proof='after-switch', after=ses.signed('rsa-a', 'example.com', 's1'), **path)
    yield story('ses-of-another-customer', 'spf_other', POLICY + SES, message=ses, record=False, proof=None, forged=True, **path)
    chimp = {'ip': '198.51.100.130', 'mail_from': 'bounce@mail1.mcsv.net'}
    letter = mail().signed('rsa-1024', 'mcsv.net', 'k1')
    yield story('mailchimp-k2-k3', 'dkim_domain_at', POLICY + MAILCHIMP, message=letter, own='provider Mailchimp\n',
                proof='after-switch', after=letter.signed('rsa-b', 'example.com', 'k2'), **chimp,
                told=('k2._domainkey.example.com: CNAME dkim2.mcsv.net', 'k3._domainkey.example.com: CNAME dkim3.mcsv.net'))
    yield story('mailchimp-cname-missing', 'dkim_cname', POLICY + MAILCHIMP, own='provider Mailchimp\n',
                message=mail().signed('rsa-c', 'example.com', 'k3'), **chimp)
    yield story('mailchimp-cname-of-a-forger', 'dkim_unknown', POLICY + MAILCHIMP, record=False, proof=None, forged=True,
                message=mail().signed('rsa-a', 'example.com', 'k3'), **chimp)
    own = mail().signed('rsa-b', 'service.example', 'tp')
    there = {'ip': '203.0.113.66', 'mail_from': 'm1@bounce.service.example'}
    yield story('service-by-include', 'dkim_domain', POLICY + SERVICE + KEYS +
                'example.com TXT v=spf1 include:spf.service.example -all\n', message=own, record=False,
                proof='after-switch', after=own.signed('rsa-a', 'example.com', 's1'), **there)
    yield story('service-envelope', 'spf_mail_from', POLICY + SERVICE +
                'example.com TXT v=spf1 include:spf.service.example -all\n', message=own, record=False,
                proof='after-switch', after=own, after_path='m1@example.com', **there)
    # a record that cannot be used stops forgers; a proposal must not allow everybody
    for name, code, records in (
            ('a-slip', 'spf_broken_term', 'example.com TXT v=spf1 ipv4:192.0.2.1 +all\n'),
            ('a-slip-in-a-length', 'spf_broken_term', 'example.com TXT v=spf1 ip4:192.0.2.1/0. -all\n'),
            ('half-of-all', 'spf_broken_term', 'example.com TXT v=spf1 ipv4:198.51.100.0/1 ~all\n'),
            ('two-records', 'spf_join', 'example.com TXT v=spf1 ip4:192.0.2.1 -all\nexample.com TXT v=spf1 +all\n'),
            ('a-dead-include', 'spf_broken_term', 'example.com TXT v=spf1 include:none.example.com all\n')):
        yield story('forged-and-everybody-behind-' + name, code, POLICY + records, record=False, proof=None, forged=True, ip='203.0.113.66')
    # nor a large part of the Internet, where the forger may be
    nine = '1.0.0.0/8 2.0.0.0/7 4.0.0.0/6 8.0.0.0/5 16.0.0.0/4 32.0.0.0/3 64.0.0.0/2 128.0.0.0/2 192.0.0.0/3'
    for name, ip, code, records in (
            ('an-eighth-of-ipv6', '2607:f8b0::1', 'spf_broken_term', 'example.com TXT v=spf1 ip6:2000::/3 ipv4:192.0.2.1 -all\n'),
            ('a-quarter-of-ipv4', '185.220.101.1', 'spf_broken_term', 'example.com TXT v=spf1 ip4:167.89.0.0/2 ipv4:198.51.100.7 -all\n'),
            ('nine-networks', '185.220.101.1', 'spf_broken_term', 'example.com TXT v=spf1 ipv4:192.0.2.1 %s -all\n'
             % ' '.join('ip4:' + net for net in nine.split())),
            ('two-records', '185.220.101.1', 'spf_join', 'example.com TXT v=spf1 ip4:192.0.2.1 -all\nexample.com TXT v=spf1 ip4:128.0.0.0/2 -all\n'),
            ('a-length-of-a', '185.220.101.1', 'spf_broken_term', 'example.com TXT v=spf1 a:h.example.com/2 ipv4:192.0.2.1 -all\n'
             'h.example.com A 167.89.0.1\n'),
            ('a-length-of-mx', '2607:f8b0::1', 'spf_broken_term', 'example.com TXT v=spf1 mx//3 ipv4:192.0.2.1 -all\n'
             'example.com MX 5 h.example.com\nh.example.com AAAA 2001:db8::1\n'),
            ('an-include', '185.220.101.1', 'spf_broken_term', 'example.com TXT v=spf1 include:wide.example.com ipv4:192.0.2.1 -all\n'
             'wide.example.com TXT v=spf1 ip4:128.0.0.0/2 -all\n')):
        yield story('forged-from-a-wide-network-behind-' + name, code, POLICY + records, record=False, proof=None, forged=True, ip=ip)
    yield story('slip-beside-the-shortest-networks', 'spf_broken_term', POLICY + 'example.com TXT v=spf1 ip4:192.0.0.0/8 ip6:2001::/16 '
                '-ip4:10.0.0.0/7 ipv4:203.0.113.7 -all\n', ip='203.0.113.7')
    # a service gives names to customers who know nothing of each other
    for name, records in (('the-mx', SPF + 'example.com MX 5 mx.service.example\nmx.service.example A 192.0.2.1\n'),
                          ('an-include', 'example.com TXT v=spf1 include:c1.service.example -all\nc1.service.example TXT v=spf1 ip4:192.0.2.1 -all\n'),
                          ('a-whole-service', 'example.com TXT v=spf1 include:service.example -all\nservice.example TXT v=spf1 ip4:192.0.2.1 -all\n')):
        yield story('forged-by-a-neighbour-of-' + name, 'spf_other', POLICY + records + 'evil.service.example TXT v=spf1 ip4:203.0.113.66 -all\n'
                    'e._domainkey.evil.service.example KEY rsa-b\n', message=mail().signed('rsa-b', 'evil.service.example', 'e'), record=False,
                    proof=None, forged=True, ip='203.0.113.66', mail_from='x@evil.service.example')
    yield story('service-that-nothing-names', 'spf_other', POLICY + SERVICE, message=own, record=False, proof=None, forged=True, **there)
    yield from microsoft()
    yield from rotated(chimp)
    yield story('form-with-a-visitor', 'spf_other', POLICY + 'forms.example.net TXT v=spf1 ip4:203.0.113.20 -all\n',
                ip='203.0.113.20', mail_from='form@forms.example.net', record=False, proof=None, forged=True)


def microsoft():
    """The two CNAMEs, for a tenant that the owner named: anybody can have a tenant."""
    keys = OUTLOOK + SPF + '\n'.join(
        'selector%d-example-com._domainkey.%s.onmicrosoft.com KEY rsa-%s' % (n, tenant, key)
        for tenant, key in (('tenant', 'a'), ('forger', 'c')) for n in (1, 2)) + '\n'
    mx = 'example.com MX 0 example-com.mail.protection.outlook.com\n'
    first = mail().signed('rsa-b', 'tenant.onmicrosoft.com', 'selector1-x')
    yield story('microsoft-two-cnames', 'dkim_domain_at', POLICY + keys + mx, message=first, ip='203.0.113.194',
                mail_from='', helo='mail-x.outbound.protection.outlook.com', own='tenant.onmicrosoft.com\n',
                proof='after-switch', after=mail().signed('rsa-a', 'example.com', 'selector1'),
                told=('selector1._domainkey.example.com: CNAME selector1-example-com._domainkey.tenant.onmicrosoft.com',
                      'selector2._domainkey.example.com: CNAME selector2-example-com._domainkey.tenant.onmicrosoft.com'))
    forged = mail().signed('rsa-b', 'forger.onmicrosoft.com', 'selector1-x')
    yield story('microsoft-of-another-tenant', 'dkim_other', POLICY + keys + mx + 'selector1-x._domainkey.forger.'
                'onmicrosoft.com KEY rsa-b\n', message=forged, ip='203.0.113.194', mail_from='', own='tenant.onmicrosoft.com\n',
                helo='mail-x.outbound.protection.outlook.com', record=False, proof=None, forged=True)
    # the owner's own selector names his tenant
    yield story('microsoft-tenant-by-selector', 'dkim_domain_at', POLICY + keys + mx + 'selector2._domainkey.example.com CNAME '
                'selector2-example-com._domainkey.tenant.onmicrosoft.com\n' + KEYS, message=first, ip='198.51.100.77', record=False,
                proof='after-switch', after=mail().signed('rsa-a', 'example.com', 's1'))
    # a signature that fails may name the owner's key, too: his service's hosts are also the forger's
    fake = mail().signed('rsa-c', 'example.com', 'selector1', edit=lambda field: field.replace(b'v=1;', b'v=1; l=x;'))
    for name, spf_record, code, ip, path in (('', SPF, 'spf_unknown', '203.0.113.200', 'a@example.com'), ('-below', SPF.replace(
            '192.0.2.0/28', '203.0.113.194'), 'spf_publish_unknown', '203.0.113.200', 'a@bounce.example.com')):
        yield story('forged-with-the-name-of-the-key' + name, code, POLICY + OUTLOOK + spf_record + 'selector1._domainkey.example.com CNAME '
                    'selector1-example-com._domainkey.tenant.onmicrosoft.com\nselector1-example-com._domainkey.tenant.onmicrosoft.com KEY rsa-a\n',
                    message=fake, ip=ip, mail_from=path, helo='h.example.org', record=False, proof=None, forged=True)
    # Microsoft gives new domains other targets
    for name, tenant, code, forged in (('', 'tenant', 'dkim_domain_at', False), ('-of-another', 'forger', 'dkim_other', True)):
        yield story('microsoft-tenant-by-new-selector' + name, code, POLICY + keys + mx + 'selector2._domainkey.example.com CNAME '
                    'selector2-example-com._domainkey.tenant.n-v1.dkim.mail.microsoft\nselector1-x._domainkey.forger.onmicrosoft.com KEY rsa-b\n'
                    + KEYS, message=mail().signed('rsa-b', tenant + '.onmicrosoft.com', 'selector1-x'), ip='198.51.100.77', record=False,
                    proof=None if forged else 'after-switch', forged=forged,
                    after=None if forged else mail().signed('rsa-a', 'example.com', 's1'),
                    told=() if forged else ('the Defender portal shows their targets',))
    yield story('microsoft-new-selector-below-another-name', 'dkim_other', POLICY + keys + mx + 'selector2._domainkey.example.com CNAME '
                'x._domainkey.tenant.forger.n-v1.dkim.mail.microsoft\n', message=first, ip='198.51.100.77', record=False, proof=None, forged=True)
    yield from customers()


def customers():
    """A neighbour at a service that the owner's records name: he passes for a name that is his, and only his."""
    services = OUTLOOK + GOOGLE + 'mail.zendesk.com TXT v=spf1 ip4:198.51.100.192/27 -all\nmailgun.org TXT v=spf1 ip4:198.51.100.224/27 -all\n'
    for number, (name, ip, include) in enumerate((
            ('forger.onmicrosoft.com', '203.0.113.194', 'spf.protection.outlook.com'),
            ('forger-example.20230601.gappssmtp.com', '203.0.113.130', '_spf.google.com'),
            ('forger.zendesk.com', '198.51.100.194', 'mail.zendesk.com'), ('forger.mailgun.org', '198.51.100.226', 'mailgun.org'))):
        zone = POLICY + services + 'example.com TXT v=spf1 include:%s -all\nx._domainkey.%s KEY rsa-b\n' % (include, name)
        signed = mail().signed('rsa-b', name, 'x')
        yield story('forged-by-another-customer-%d' % number, 'spf_other', zone + '%s TXT v=spf1 include:%s -all\n' % (name, include),
                    message=signed, ip=ip, mail_from='x@' + name, record=False, proof=None, forged=True)
        yield story('forged-by-another-customer-%d-null-path' % number, 'dkim_other', zone, message=signed, ip=ip, mail_from='',
                    helo='h.example.net', record=False, proof=None, forged=True)
        yield story('forged-by-another-customer-%d-own-list' % number, 'dkim_other', zone, message=signed, ip=ip, mail_from='',
                    helo='h.example.net', record=False, proof=None, forged=True, own=(
                        'provider Microsoft 365\n', 'provider Google Workspace\n', 'provider Zendesk\n', 'provider Mailgun\n')[number])
        yield story('customer-on-the-own-list-%d' % number, 'dkim_domain_at', zone + KEYS, message=signed, ip=ip, mail_from='',
                    helo='h.example.net', own=name + '\n', record=False, proof='after-switch', after=mail().signed('rsa-a', 'example.com', 's1'))
    # a hoster names its customers' domains below the names of its hosts
    yield story('forged-by-a-neighbour-at-the-hoster', 'spf_other', POLICY + 'example.com TXT v=spf1 include:spf.sakura.ne.jp -all\n'
                'spf.sakura.ne.jp TXT v=spf1 ip4:192.0.2.0/28 -all\nforger.sakura.ne.jp TXT v=spf1 ip4:203.0.113.66 -all\n',
                ip='203.0.113.66', mail_from='x@forger.sakura.ne.jp', record=False, proof=None, forged=True)


def wildcards():
    """What a wildcard, or the target of a CNAME, answers is nothing that the owner published for that name."""
    signed, sub = mail().signed('rsa-c', 'example.com', 'invented'), mail(author='x@invented.example.com')
    services = OUTLOOK + SES + 'mail.zendesk.com TXT v=spf1 ip4:203.0.113.64/28 -all\nx.zendesk.com A 192.0.2.99\n'
    none = {'record': False, 'proof': None, 'forged': True}
    for name, target, ip in (('zendesk', '*.example.com CNAME x.zendesk.com\n', '203.0.113.66'),
                             ('ses', '*._domainkey.example.com CNAME x.amazonses.com\nx.amazonses.com A 192.0.2.99\n', '198.51.100.10')):
        yield story('forged-with-a-selector-by-wildcard-' + name, 'spf_unknown', POLICY + SPF + services + target, message=signed, ip=ip, **none)
    yield story('forged-with-a-selector-by-wildcard-other-envelope', 'spf_foreign_unknown', POLICY + SPF + services +
                '*.example.com CNAME x.outlook.com\nx.outlook.com A 192.0.2.99\nother.example TXT v=spf1 -all\n', message=signed,
                ip='203.0.113.194', mail_from='x@other.example', **none)
    away = {'ip': '203.0.113.66', 'message': sub, 'mail_from': 'x@invented.example.com', **none}
    for name, records in (('address', '*.example.com A 203.0.113.66\n'),
                          ('mx', '*.example.com MX 5 mx.host.example\nmx.host.example A 203.0.113.66\n'),
                          ('target', 'invented.example.com CNAME x.pages.example\nx.pages.example A 203.0.113.66\n')):
        yield story('forged-from-a-host-by-wildcard-' + name, 'spf_publish_unknown', POLICY + SPF + records, **away)
    yield story('forged-from-a-taken-over-name-on-the-own-list', 'spf_unknown', POLICY + SPF + 'old.example.com CNAME x.pages.example\n'
                'x.pages.example A 203.0.113.66\n', own='example.com\n', ip='203.0.113.66', helo='old.example.com', **none)
    yield story('forged-from-a-taken-over-name-when-time-is-up', 'spf_unknown', POLICY + SPF + 'old.example.com CNAME x.pages.example\n'
                'x.pages.example A 203.0.113.66\n!DEADLINE old.example.com CNAME\n', own='example.com\n', ip='203.0.113.66',
                helo='old.example.com', **none)
    # who controls a name below does not speak for the domain
    yield story('forged-with-a-selector-of-a-customer-below', 'spf_unknown', POLICY + SPF + services + 'x._domainkey.c1.example.com CNAME '
                'x.zendesk.com\n', message=mail().signed('rsa-c', 'c1.example.com', 'x'), ip='203.0.113.66', **none)
    # a forger's message may use up the queries, or time
    yield story('forged-with-a-selector-beside-silence', 'spf_unknown', POLICY + SPF + services + 'invented._domainkey.example.com CNAME '
                'x.zendesk.com\n!TIMEOUT mailstamp-no-such-name._domainkey.example.com CNAME\n', message=signed, ip='203.0.113.66', **none)
    yield story('forged-from-a-host-beside-silence', 'spf_publish_unknown', POLICY + SPF + 'invented.example.com A 203.0.113.66\n'
                '!TIMEOUT mailstamp-no-such-name.example.com A\n', **away)
    # beside a registered name is no name of the owner's; and silence about a CNAME takes no answer back
    for name, silence in (('the-registry', '!SERVFAIL mailstamp-no-such-name.com\n'), ('the-question-for-a-cname', '!TIMEOUT example.com CNAME\n')):
        yield story('own-mx-and-silence-of-' + name, 'spf_add', POLICY + SPF + 'example.com MX 5 mx.example.com\nmx.example.com A 203.0.113.7\n' +
                    silence, ip='203.0.113.7')
    yield story('own-host-and-silence-of-the-question-for-a-cname', 'spf_add', POLICY + SPF + 'out.example.net A 203.0.113.7\n'
                '!TIMEOUT out.example.net CNAME\n', own='example.net\n', helo='out.example.net', ip='203.0.113.7')
    yield story('host-beside-a-wildcard', 'spf_publish', POLICY + SPF + '*.example.com A 192.0.2.9\nnews.example.com A 203.0.113.7\n',
                ip='203.0.113.7', message=mail(author='x@news.example.com'), mail_from='x@news.example.com')
    # any selector of a service may be another customer's: only a signature on mail of the service's hosts is its own
    token = POLICY + SES + 'example.com TXT v=spf1 include:amazonses.com -all\ntok.dkim.amazonses.com KEY rsa-c\n'
    yield story('forged-with-a-key-at-the-service', 'dkim_fails', token, message=mail().signed('rsa-c', 'example.com', 'tok'),
                ip='203.0.113.66', **none)
    yield story('key-at-the-service', 'dkim_cname', token, message=mail().signed('rsa-c', 'example.com', 'tok'), ip='198.51.100.10',
                mail_from='0106@ap-northeast-1.amazonses.com')


def neighbours():
    """Hosts that all customers of a service use: a pass for a foreign domain shows another customer."""
    none = {'record': False, 'proof': None, 'forged': True}
    google = POLICY + GOOGLE + 'example.com TXT v=spf1 include:_spf.google.com -all\n'
    foreign = 'forger.example TXT v=spf1 include:_spf.google.com -all\nf._domainkey.forger.example KEY rsa-b\n'
    signed = mail().signed('rsa-b', 'forger.example', 'f')
    at = {'ip': '203.0.113.130', 'mail_from': 'x@forger.example'}
    yield story('forged-by-a-neighbour-with-a-domain', 'spf_other', google + foreign, message=signed, **at, **none)
    # the record names the service in a record of its own, or only its addresses
    for name, record in (('included', 'include:_spf.example.com'), ('redirected', 'redirect=_spf.example.com'),
                         ('kept-by-others', 'include:%{d}._spf.flat.example'), ('listed', 'ip4:203.0.113.128/26')):
        yield story('forged-by-a-neighbour-in-a-record-' + name, 'spf_other', POLICY + GOOGLE + foreign + """
                    example.com TXT v=spf1 %s
                    _spf.example.com TXT v=spf1 include:_spf.google.com -all
                    example.com._spf.flat.example TXT v=spf1 include:_spf.google.com -all
                    """ % record, **at, **none)
    # the record allows the host, but the name for which the message passes is a customer's, maybe the author's own
    for name, zone, ip, tenant, service in (
            ('google', google, '203.0.113.130', 'example-com.20230601.gappssmtp.com', 'Google Workspace'),
            ('microsoft', POLICY + OUTLOOK + 'example.com TXT v=spf1 include:spf.protection.outlook.com -all\n', '203.0.113.194',
             'example.onmicrosoft.com', 'Microsoft 365')):
        yield story('null-path-of-a-customer-at-' + name, 'spf_shared', zone + 'x._domainkey.%s KEY rsa-b\n' % tenant, ip=ip, mail_from='',
                    helo='h.example.org', message=mail().signed('rsa-b', tenant, 'x'), **none,
                    told=('record of example.com allows %s, but all customers of %s use this host, and the message passes for %s' % (
                        ip, service, tenant),))
    yield story('null-path-at-a-host-that-the-record-lists', 'spf_shared_host', POLICY + SPF.replace('192.0.2.0/28', '203.0.113.0/24') + foreign,
                message=signed, ip='203.0.113.130', mail_from='', helo='h.example.org', **none,
                told=('allows 203.0.113.130, but others may use this host, too, and the message passes for forger.example',))
    # the envelope is below the author domain and has no record, but that of the author domain allows the host
    below = {'mail_from': 'x@bounce.example.com', 'helo': 'h.example.org'}
    listed = POLICY + SPF.replace('192.0.2.0/28', '203.0.113.0/24')
    yield story('first-record-below-at-a-host-of-others', 'spf_shared_host', listed + foreign, message=signed, ip='203.0.113.130', **below,
                **none, told=('allows 203.0.113.130, but others may use this host, too, and the message passes for forger.example',))
    yield story('first-record-below-with-a-list-id', 'spf_publish', listed, message=mail().topped('List-Id: <l.example.com>'),
                ip='203.0.113.130', exit=10, **below, **none, told=('bounce.example.com has no SPF record',),
                untold=('Nothing shows that 203.0.113.130 is one of them',))
    yield story('first-record-of-a-bounce-host', 'spf_publish', POLICY + SPF, message=mail(author='postmaster@mail.example.com'),
                ip='192.0.2.10', mail_from='', helo='mail.example.com', **none, untold=('Nothing shows that',))
    yield story('first-record-below-at-a-service', 'spf_publish', POLICY + SES + 'example.com TXT v=spf1 include:amazonses.com -all\n',
                ip='198.51.100.10', mail_from='x@bounce.example.com', helo='h.example.org',
                told=('should be bounce.example.com: v=spf1 include:amazonses.com ~all',))
    # a record that a service keeps names its suppliers, and not those of the author
    for name, supplier, ip, path in (('ses', 'amazonses.com', '198.51.100.10', '0106@ap-northeast-1.amazonses.com'),
                                     ('campaign-monitor', '_spf.createsend.com', '203.0.113.66', 'x@createsend.com')):
        yield story('forged-at-a-supplier-of-a-service-' + name, 'spf_other', POLICY + SES + '''
                    example.com TXT v=spf1 include:helpscoutemail.com -all
                    helpscoutemail.com TXT v=spf1 include:%s -all
                    _spf.createsend.com TXT v=spf1 ip4:203.0.113.66 -all
                    createsend.com TXT v=spf1 include:_spf.createsend.com -all
                    ''' % supplier, ip=ip, mail_from=path, helo='h.example.org', **none)
    # the record has the address alone, and only the MX names the service: its include would let every tenant in
    at_mx = POLICY + OUTLOOK + 'example.com TXT v=spf1 ip4:203.0.113.194 -all\nexample.com MX 0 mail.protection.outlook.com\n'
    yield story('first-record-below-at-the-mx', 'spf_publish', at_mx, ip='203.0.113.194', mail_from='x@bounce.example.com',
                helo='h.example.org', told=('should be bounce.example.com: v=spf1 ip4:203.0.113.194 ~all',))
    yield story('forged-by-a-tenant-at-the-mx-below', 'spf_publish_unknown', at_mx, ip='203.0.113.200', mail_from='x@bounce.example.com',
                helo='h.example.org', **none)
    yield story('new-host-below-at-a-service', 'spf_add', POLICY + SES + 'example.com TXT v=spf1 include:amazonses.com -all\n'
                'bounce.example.com TXT v=spf1 ip4:192.0.2.9 -all\n', ip='198.51.100.10', mail_from='x@bounce.example.com', helo='h.example.org',
                told=('should be bounce.example.com: v=spf1 ip4:192.0.2.9 include:amazonses.com -all',))
    yield story('neighbour-on-the-own-list', 'dkim_domain', google + foreign + KEYS, message=signed, own='forger.example\n', record=False,
                proof='after-switch', after=mail().signed('rsa-a', 'example.com', 's1'), **at)
    yield story('agency-that-the-record-includes', 'dkim_domain', google.replace(
        'include:_spf.google.com -all', 'include:_spf.google.com include:spf.forger.example -all') + foreign + KEYS +
                'spf.forger.example TXT v=spf1 include:_spf.google.com -all\n', message=signed, record=False, proof='after-switch',
                after=mail().signed('rsa-a', 'example.com', 's1'), **at)
    outlook = POLICY + OUTLOOK + 'example.com TXT v=spf1 include:spf.protection.outlook.com -all\n'
    yield story('forged-from-a-public-mailbox', 'spf_other', outlook + 'outlook.com TXT v=spf1 include:spf.protection.outlook.com -all\n'
                'x._domainkey.outlook.com KEY rsa-b\n', message=mail().signed('rsa-b', 'outlook.com', 'x'), ip='203.0.113.194',
                mail_from='x@outlook.com', **none)
    # services that keep mailboxes in their own domain, too, and whose customers with a domain include them
    others = {'yandex.ru': '_spf.yandex.net', 'runbox.com': 'spf.runbox.com', 'protonmail.com': '_spf.protonmail.ch', 'zohomail.com': 'zoho.com'}
    for domain in ('icloud.com yandex.ru mailbox.org runbox.com hey.com yahoo.com protonmail.com zohomail.com gmail.com googlemail.com gmx.net gmx.de '
                   'web.de hotmail.com live.com msn.com mail.ru docomo.ne.jp au.com ezweb.ne.jp softbank.jp softbank.ne.jp').split():
        include = others.get(domain, domain)
        records = ''.join('%s TXT v=spf1 ip4:203.0.113.192/27 -all\n' % each for each in sorted({domain, include}))
        yield story('forged-from-a-public-mailbox-at-' + domain, 'spf_other', POLICY + 'example.com TXT v=spf1 include:%s -all\n' % include +
                    records + 'x._domainkey.%s KEY rsa-b\n' % domain, message=mail().signed('rsa-b', domain, 'x'), ip='203.0.113.194',
                    mail_from='x@' + domain, helo='h.example.org', **none)
    yield story('forged-from-a-public-mailbox-of-a-service-on-the-own-list', 'spf_other', POLICY + 'example.com TXT v=spf1 include:icloud.com -all\n'
                'icloud.com TXT v=spf1 ip4:203.0.113.192/27 -all\nx._domainkey.icloud.com KEY rsa-b\n', own='provider Apple iCloud Mail\n',
                message=mail().signed('rsa-b', 'icloud.com', 'x'), ip='203.0.113.194', mail_from='x@icloud.com', helo='h.example.org', **none)
    yield story('forged-by-a-neighbour-in-ses', 'dkim_other', POLICY + SES + 'example.com TXT v=spf1 include:amazonses.com -all\n'
                'f._domainkey.forger.example KEY rsa-b\n', message=mail().signed('rsa-b', 'forger.example', 'f').signed(
                    'rsa-1024', 'amazonses.com', 'own'), ip='198.51.100.10', mail_from='0106@ap-northeast-1.amazonses.com', **none)
    yield story('strict-subdomain-at-a-service', 'spf_strict_send', '_dmarc.example.com TXT v=DMARC1; p=reject; aspf=s\n' + google.replace(
        POLICY, '') + 'old.example.com TXT v=spf1 ip4:203.0.113.0/24 -all\n', record=False, proof=None, ip='203.0.113.130',
                mail_from='x@old.example.com', forged=True)
    # a line of the list that names a service, and not one of its customers or hosts
    yield story('service-by-its-domain-on-the-own-list', 'spf_add', POLICY + SPF + SES + 'a8.smtp-out.amazonses.com A 198.51.100.10\n',
                own='amazonses.com\n', ip='198.51.100.10', helo='a8.smtp-out.amazonses.com', told=('include:amazonses.com -all',))
    # nor one that names only public mailboxes, which is no word about the hosts of all customers of that service
    yield story('forged-beside-a-public-mailbox-on-the-own-list', 'spf_unknown', POLICY + SPF + OUTLOOK, own='hotmail.com\n',
                ip='203.0.113.194', helo='h.example.org', **none)
    yield story('forged-from-a-host-of-a-hoster-on-the-own-list', 'spf_unknown', POLICY + SPF + 'ik1.vs.sakura.ne.jp A 203.0.113.66\n',
                own='sakura.ne.jp\n', ip='203.0.113.66', helo='ik1.vs.sakura.ne.jp', **none)
    keys = ''.join('selector%d-example-com._domainkey.forger.onmicrosoft.com KEY rsa-c\n' % n for n in (1, 2))
    yield story('forged-by-another-tenant-below-the-own-list', 'dkim_other', POLICY + SPF + OUTLOOK + keys +
                'x._domainkey.forger.onmicrosoft.com KEY rsa-b\n', own='onmicrosoft.com\n', ip='203.0.113.194', mail_from='',
                helo='h.example.net', message=mail().signed('rsa-b', 'forger.onmicrosoft.com', 'x'), **none)


def rotated(chimp):
    """The service signs with a new key; the owner published the old one as a copy."""
    copied = 'k2._domainkey.example.com KEY rsa-a\n'
    yield story('vendor-key-rotated', 'dkim_rotated', POLICY + MAILCHIMP + copied, own='provider Mailchimp\n', exit=10,
                message=mail().signed('rsa-b', 'example.com', 'k2'), **chimp, told=('should be k2._domainkey.example.com: CNAME dkim2.mcsv.net',))
    yield story('vendor-key-rotated-of-a-forger', 'dkim_fails', POLICY + MAILCHIMP + copied, own='provider Mailchimp\n', exit=10,
                message=mail().signed('rsa-c', 'example.com', 'k2'), record=False, proof=None, forged=True, **chimp)


GMAIL = ('Received: by 2002:a05:6a10:4484:b0:51b:9a8e:8b7a with SMTP id x4; Wed, 31 Dec 2025 12:00:02 +0000 (UTC)',
         'Return-Path: <%(path)s>',
         'Received: from out2.jcity.com (out2.jcity.com. [203.0.113.66]) by mx.google.com with ESMTPS id a1\n'
         '        for <user@gmail.com>; Wed, 31 Dec 2025 12:00:01 +0000 (UTC)',
         'Authentication-Results: mx.google.com; dkim=%(dkim)s header.i=@%(signer)s; spf=%(spf)s smtp.mailfrom=%(path)s;\n'
         '        dmarc=%(dmarc)s (p=REJECT) header.from=example.com')
JCITY = '''
    jcity.com TXT v=spf1 ip4:203.0.113.64/28 -all
    bounce.jcity.com TXT v=spf1 include:jcity.com -all
    tp._domainkey.jcity.com KEY rsa-b
    mmmg._domainkey.example.com KEY rsa-a
'''
THREE_LINES = ("Gmail's \"Show original\" shows the same in three lines",
               'Only DMARC is about your domain: SPF and DKIM can both say PASS while it says FAIL')


def jcity():
    """The table of J-City: SPF, its alignment, DKIM, its alignment, DMARC; and the result in each of Gmail's
    three lines."""
    zone = POLICY + JCITY + 'example.com TXT v=spf1 ip4:192.0.2.0/28 include:jcity.com -all\n'
    third = mail().signed('rsa-b', 'jcity.com', 'tp')
    author = mail().signed('rsa-a', 'example.com', 'mmmg')
    theirs, ours = 'm4711@bounce.jcity.com', 'orders@example.com'

    def row(name, code, message, path, spf, dkim, signer, dmarc, **more):
        values = {'path': path, 'spf': spf, 'dkim': dkim, 'signer': signer, 'dmarc': dmarc}
        gmail = message.topped(*(each % values for each in GMAIL))
        lines = THREE_LINES + ('SPF %s %s' % (spf, spf), 'DKIM %s %s' % (dkim, dkim), 'DMARC %s %s' % (dmarc, dmarc))
        return story('jcity-' + name, code, zone, message=gmail, ip='203.0.113.66', helo='out2.jcity.com', mail_from=path,
                     received=lines, result=dmarc, **more)
    broken = third.replaced('Subject', 'Your order 4712')
    yield row('pass-fail-pass-fail', 'dkim_domain_at', third, theirs, 'pass', 'pass', 'jcity.com', 'fail', record=False,
              proof='after-switch', after=third.signed('rsa-a', 'example.com', 'mmmg'))
    yield row('pass-fail-pass-fail-envelope', 'spf_mail_from_at', third, theirs, 'pass', 'pass', 'jcity.com', 'fail',
              proof='after-switch', record=False, after=third, after_path=ours)
    yield row('pass-fail-fail-fail', 'spf_mail_from_at', broken, theirs, 'pass', 'fail', 'jcity.com', 'fail',
              proof='after-switch', record=False, after=broken, after_path=ours)
    yield row('pass-pass-pass-fail', 'dkim_domain_at', third, ours, 'pass', 'pass', 'jcity.com', 'pass', record=False,
              proof='after-switch', after=third.signed('rsa-a', 'example.com', 'mmmg'))


def dmarc():
    yield story('no-policy', 'dmarc_publish', SPF, result='none')
    yield story('policy-that-is-none', 'dmarc_policy', SPF + '_dmarc.example.com TXT v=DMARC1; p=monitor\n', result='permerror', exit=0)
    zone = '_dmarc.example.com TXT v=DMARC1; p=reject; adkim=s\ns1._domainkey.sub.example.com KEY rsa-a\n' + SPF
    signed = {'ip': '203.0.113.7', 'message': mail().signed('rsa-a', 'sub.example.com', 's1')}
    yield story('strict-signature', 'dkim_strict', zone, own='203.0.113.7\n', **signed)
    yield story('forged-with-a-signature-below-under-strict', 'dkim_other', zone, record=False, proof=None, forged=True, **signed)


def strict_above():
    yield story('strict-signature-above', 'dkim_strict_sign', '_dmarc.shop.example.com TXT v=DMARC1; p=reject; adkim=s; '
                'psd=n\n' + POLICY + KEYS, record=False, proof=None, ip='203.0.113.7',
                message=mail(author='shop@shop.example.com').signed())


def cases():
    for group in (spf, services, jcity, dmarc, strict_above, wildcards, neighbours):
        yield from group()

"""senders_providers.py: mail as common sending services make it for a customer's domain.

The records have the form that the providers document; all addresses are documentation ranges and all
customers are reserved names. The records that the services tell their customers to publish decide whether
DMARC passes: each case is one sentence of such an instruction, followed or not.
"""

from maker.case import Case
from maker.mail import mail

GOOGLE = '''
    _spf.google.com TXT v=spf1 include:_netblocks.google.com ~all
    _netblocks.google.com TXT v=spf1 ip4:192.0.2.0/26 ~all
'''
OUTLOOK = '''
    spf.protection.outlook.com TXT v=spf1 ip4:192.0.2.64/26 ip6:2001:db8:40::/48 -all
'''
SES = '''
    amazonses.com TXT v=spf1 ip4:198.51.100.0/26 -all
    ap-northeast-1.amazonses.com TXT v=spf1 include:amazonses.com -all
    jabjvtexn5gsnfmwbgzwvdc4ln3wzbqq._domainkey.amazonses.com KEY rsa-1024 v=DKIM1; k=rsa; n=SES
'''
MAILCHIMP = '''
    servers.mcsv.net TXT v=spf1 ip4:198.51.100.128/26 ?all
    mail128.atl11.mcsv.net TXT v=spf1 ip4:198.51.100.128/26 -all
    dkim2.mcsv.net KEY rsa-b
    dkim3.mcsv.net KEY rsa-c
    k1._domainkey.mcsv.net KEY rsa-1024
'''
JCITY = '''
    bounce.jcity.example TXT v=spf1 include:spf.jcity.example -all
    spf.jcity.example TXT v=spf1 ip4:203.0.113.64/28 -all
    tp._domainkey.jcity.example KEY rsa-b
'''


def customer(domain='example.co.jp', **options):
    return mail(author='=?UTF-8?B?5Y+X5rOo5L+C?= <orders@%s>' % domain, **options)


def sender(name, **options):
    return Case('senders/' + name, **options)


def google():
    shared = 'example-co-jp.20230601.gappssmtp.com'
    keys = '''
        20230601._domainkey.example-co-jp.20230601.gappssmtp.com KEY rsa-b
        google._domainkey.example.co.jp KEY rsa-a
        _dmarc.example.co.jp TXT v=DMARC1; p=reject; rua=mailto:dmarc@example.co.jp
    '''
    by_shared = customer().signed('rsa-b', shared, '20230601')
    common = {'ip': '192.0.2.10', 'helo': 'mail-sor-f41.google.com',
              'mail_from': 'orders@example.co.jp'}
    with_include = 'example.co.jp TXT v=spf1 include:_spf.google.com ~all'
    yield sender('google-relay-shared-signature', message=by_shared,
                 zone=GOOGLE + keys + with_include, **common, expect='''
                 spf=pass smtp.mailfrom=orders@example.co.jp
                 dkim=pass header.d=%s header.s=20230601
                 dmarc=pass header.from=example.co.jp policy.dmarc=reject
                 disposition=accept''' % shared, explain=(
                     'ask the signer to sign with your own domain, d=example.co.jp (in Google Workspace: '
                     'Authenticate email)',))
    yield sender('google-relay-shared-signature-without-include', message=by_shared,
                 zone=GOOGLE + keys + 'example.co.jp TXT v=spf1 ip4:203.0.113.5 ~all', **common,
                 exit=11, expect='''
                 spf=softfail smtp.mailfrom=orders@example.co.jp
                 dkim=pass header.d=%s header.s=20230601
                 dmarc=fail header.from=example.co.jp policy.dmarc=reject
                 disposition=reject''' % shared)
    yield sender('google-relay-shared-signature-other-envelope', message=by_shared,
                 zone=GOOGLE + keys + with_include +
                 '\napp.example.org TXT v=spf1 include:_spf.google.com ~all',
                 **dict(common, mail_from='bounce@app.example.org'), exit=11, expect='''
                 spf=pass smtp.mailfrom=bounce@app.example.org
                 dkim=pass header.d=%s
                 dmarc=fail header.from=example.co.jp policy.dmarc=reject
                 disposition=reject''' % shared)
    yield sender('google-relay-own-signature', message=customer().signed(
                 'rsa-a', 'example.co.jp', 'google'), zone=GOOGLE + keys + with_include, **common,
                 expect='''
                 spf=pass smtp.mailfrom=orders@example.co.jp
                 dkim=pass header.d=example.co.jp header.s=google header.a=rsa-sha256
                 dmarc=pass header.from=example.co.jp policy.dmarc=reject
                 disposition=accept''')


def office():
    tenant = 'examplecojp.onmicrosoft.com'
    selector = 'selector1-examplecojp-onmicrosoft-com'
    keys = '''
        %s._domainkey.%s KEY rsa-b
        selector1-example-co-jp._domainkey.%s KEY rsa-a
        example.co.jp TXT v=spf1 include:spf.protection.outlook.com -all
        _dmarc.example.co.jp TXT v=DMARC1; p=quarantine
    ''' % (selector, tenant, tenant)
    cnames = '''
        selector1._domainkey.example.co.jp CNAME selector1-example-co-jp._domainkey.%s
        selector2._domainkey.example.co.jp CNAME selector2-example-co-jp._domainkey.%s
    ''' % (tenant, tenant)
    common = {'ip': '2001:db8:40::a2', 'mail_from': 'orders@example.co.jp',
              'helo': 'JPN01-OS0-obe.outbound.protection.outlook.com', 'eol': '\r\n'}
    default = customer().signed('rsa-b', tenant, selector)
    yield sender('office365-default-signature', message=default, zone=OUTLOOK + keys, **common,
                 expect='''
                 spf=pass smtp.mailfrom=orders@example.co.jp
                 dkim=pass header.d=%s header.s=%s
                 dmarc=pass header.from=example.co.jp policy.dmarc=quarantine
                 disposition=accept''' % (tenant, selector))
    yield sender('office365-default-signature-forwarded', message=default, zone=OUTLOOK + keys,
                 **dict(common, ip='203.0.113.9', helo='fw.example.org'), exit=10, expect='''
                 spf=fail smtp.mailfrom=orders@example.co.jp
                 dkim=pass header.d=%s
                 dmarc=fail header.from=example.co.jp policy.dmarc=quarantine
                 disposition=quarantine''' % tenant)
    yield sender('office365-custom-domain', message=customer().signed(
                 'rsa-a', 'example.co.jp', 'selector1'), zone=OUTLOOK + keys + cnames, **common,
                 expect='''
                 spf=pass smtp.mailfrom=orders@example.co.jp
                 dkim=pass header.d=example.co.jp header.s=selector1
                 dmarc=pass header.from=example.co.jp policy.dmarc=quarantine
                 disposition=accept''')
    yield sender('office365-custom-domain-cname-missing', message=customer().signed(
                 'rsa-a', 'example.co.jp', 'selector1'), zone=OUTLOOK + keys,
                 **dict(common, ip='203.0.113.9', helo='fw.example.org'), exit=10, dkimpy=False,
                 expect='''
                 spf=fail smtp.mailfrom=orders@example.co.jp
                 dkim=permerror header.d=example.co.jp header.s=selector1
                 dmarc=fail header.from=example.co.jp policy.dmarc=quarantine
                 disposition=quarantine''', explain=(
                     'the signature of selector1._domainkey.example.co.jp does not count: there is '
                     'no key there',
                     '203.0.113.9 is not allowed to use example.co.jp, and nothing shows that it '
                     'should be'))
    yield sender('office365-bounce-default-signature', message=mail(
                 author='Microsoft Outlook <postmaster@example.co.jp>',
                 subject='Undeliverable: Your order').signed('rsa-b', tenant, selector),
                 zone=OUTLOOK + keys +
                 'JPN01-OS0-obe.outbound.protection.outlook.com TXT '
                 'v=spf1 include:spf.protection.outlook.com -all',
                 **dict(common, mail_from=''), exit=10, expect='''
                 spf=pass smtp.helo=JPN01-OS0-obe.outbound.protection.outlook.com
                 dkim=pass header.d=%s
                 dmarc=fail header.from=example.co.jp policy.dmarc=quarantine
                 disposition=quarantine''' % tenant)


def amazon():
    token = 'vhfmqszgfpm2lcpxnokfk3i6hqjmgpyq'
    keys = '''
        %s._domainkey.example.co.jp CNAME %s.dkim.amazonses.com
        %s.dkim.amazonses.com KEY rsa-a
    ''' % (token, token, token)
    own = 'jabjvtexn5gsnfmwbgzwvdc4ln3wzbqq'
    path = '010601946f1e0000-4711-000000@ap-northeast-1.amazonses.com'
    common = {'ip': '198.51.100.10', 'helo': 'e234-10.smtp-out.ap-northeast-1.amazonses.com'}

    def policy(tags):
        return '_dmarc.example.co.jp TXT v=DMARC1; ' + tags

    def ses(message):
        return message.signed('rsa-1024', 'amazonses.com', own)

    easy = ses(customer()).signed('rsa-a', 'example.co.jp', token)
    yield sender('ses-easy-dkim', message=easy, mail_from=path, **common,
                 zone=SES + keys + policy('p=quarantine;rua=mailto:dmarc@example.co.jp'),
                 expect='''
                 spf=pass smtp.mailfrom=%s
                 dkim=pass header.d=example.co.jp header.s=%s
                 dkim=pass header.d=amazonses.com header.s=%s
                 dmarc=pass header.from=example.co.jp policy.dmarc=quarantine
                 disposition=accept''' % (path, token, own), explain=(
                     'ap-northeast-1.amazonses.com pass no', 'DKIM example.co.jp pass yes',
                     'DKIM amazonses.com pass no'))
    yield sender('ses-without-easy-dkim', message=ses(customer()), mail_from=path, **common,
                 zone=SES + policy('p=quarantine'), exit=10, expect='''
                 spf=pass smtp.mailfrom=%s
                 dkim=pass header.d=amazonses.com
                 dmarc=fail header.from=example.co.jp policy.dmarc=quarantine
                 disposition=quarantine''' % path, explain=(
                     'SPF passed for ap-northeast-1.amazonses.com, which is not example.co.jp, and nothing '
                     'shows that it sends for example.co.jp',
                     'the message is signed by amazonses.com, not by example.co.jp, and nothing shows'))
    bounces = 'bounces.example.co.jp TXT v=spf1 include:amazonses.com ~all\n' \
              'bounces.example.co.jp MX 10 feedback-smtp.ap-northeast-1.amazonses.com\n'
    for aspf, result, disposition, status in (('r', 'pass', 'accept', 0),
                                              ('s', 'fail', 'reject', 11)):
        yield sender('ses-custom-mail-from-aspf-' + aspf, message=ses(customer()),
                     mail_from='0106@bounces.example.co.jp', **common,
                     zone=SES + bounces + policy('p=reject; aspf=' + aspf), exit=status,
                     expect='''
                     spf=pass smtp.mailfrom=0106@bounces.example.co.jp
                     dkim=pass header.d=amazonses.com
                     dmarc=%s header.from=example.co.jp policy.dmarc=reject
                     disposition=%s''' % (result, disposition), explain=(
                         'bounces.example.co.jp pass ' + {'r': 'yes', 's': 'no'}[aspf],
                         'If you know it as yours, name it with --own-senders')[:2 if aspf == 's' else 1])
    news = ses(customer('news.example.co.jp')).signed('rsa-a', 'example.co.jp', token)
    for adkim, result, disposition, status in (('r', 'pass', 'accept', 0),
                                               ('s', 'fail', 'quarantine', 10)):
        yield sender('ses-subdomain-adkim-' + adkim, message=news, mail_from=path, **common,
                     zone=SES + keys + policy('p=quarantine; adkim=' + adkim), exit=status,
                     expect='''
                     spf=pass smtp.mailfrom=%s
                     dkim=pass header.d=example.co.jp
                     dkim=pass header.d=amazonses.com
                     dmarc=%s header.from=news.example.co.jp policy.dmarc=quarantine
                     disposition=%s''' % (path, result, disposition), explain=(
                         'DKIM example.co.jp pass ' + {'r': 'yes', 's': 'no'}[adkim],
                         'If you know it as yours, name it with --own-senders')[:2 if adkim == 's'
                                                                                  else 1])


def mailchimp():
    zone = MAILCHIMP + '''
        example.com TXT v=spf1 include:servers.mcsv.net -all
        _dmarc.example.com TXT v=DMARC1; p=quarantine
    '''
    path = 'bounce-mc.us1_4711.1-user=example.net@mail128.atl11.mcsv.net'
    common = {'ip': '198.51.100.130', 'helo': 'mail128.atl11.mcsv.net', 'mail_from': path}
    yield sender('mailchimp-include-only', message=mail().signed('rsa-1024', 'mcsv.net', 'k1'),
                 zone=zone, **common, exit=10, expect='''
                 spf=pass smtp.mailfrom=%s
                 dkim=pass header.d=mcsv.net header.s=k1
                 dmarc=fail header.from=example.com policy.dmarc=quarantine
                 disposition=quarantine''' % path, explain=(
                     'ask the signer to sign with your own domain, d=example.com (in Mailchimp:',))
    cnames = '''
        k2._domainkey.example.com CNAME dkim2.mcsv.net
        k3._domainkey.example.com CNAME dkim3.mcsv.net
    '''
    for selector, key in (('k2', 'rsa-b'), ('k3', 'rsa-c')):
        yield sender('mailchimp-' + selector, zone=zone + cnames, **common,
                     message=mail().signed(key, 'example.com', selector), expect='''
                     spf=pass smtp.mailfrom=%s
                     dkim=pass header.d=example.com header.s=%s
                     dmarc=pass header.from=example.com policy.dmarc=quarantine
                     disposition=accept''' % (path, selector))


def jcity():
    zone = JCITY + '''
        example.jp TXT v=spf1 ip4:203.0.113.5 include:spf.jcity.example -all
        child.example.jp TXT v=spf1 include:spf.jcity.example -all
        mmmg._domainkey.example.jp KEY rsa-a
    '''
    policy = '_dmarc.example.jp TXT v=DMARC1; p=quarantine; aspf=%s\n'
    letter = customer('example.jp')
    third = letter.signed('rsa-b', 'jcity.example', 'tp')
    author = letter.signed('rsa-a', 'example.jp', 'mmmg')
    standard = {'ip': '203.0.113.66', 'helo': 'out2.jcity.example',
                'mail_from': 'm4711@bounce.jcity.example'}
    custom = dict(standard, mail_from='orders@example.jp')
    child = dict(standard, mail_from='m4711@child.example.jp')
    elsewhere = dict(custom, ip='198.51.100.77', helo='fw.example.org')

    def row(name, message, where, spf, dkim, aligned, dmarc, aspf='r'):
        """aligned: SPF's, then DKIM's"""
        good = dmarc == 'pass'
        signer = dkim.split('header.d=')[1].split()[0]
        told = ('%s %s %s' % (where['mail_from'].split('@')[1], spf, aligned.split()[0]),
                'DKIM %s %s %s' % (signer, dkim.split()[0], aligned.split()[1]))
        if aligned.startswith('no') and spf == 'pass':
            told += ('SPF passed for %s, which is not example.jp' % where['mail_from'].split('@')[1]
                     if where is standard else 'aspf=s requires example.jp itself: send with example.jp',)
        if not good and dkim.startswith('pass'):
            told += ('ask the signer to sign with your own domain, d=example.jp',)
        return sender('jcity-' + name, message=message, zone=zone + policy % aspf, **where,
                      exit=0 if good else 10, expect='''
                      spf=%s smtp.mailfrom=%s
                      dkim=%s
                      dmarc=%s header.from=example.jp policy.dmarc=quarantine
                      disposition=%s''' % (spf, where['mail_from'], dkim, dmarc,
                                           'accept' if good else 'quarantine'), explain=told)

    by_third, by_author = 'pass header.d=jcity.example', 'pass header.d=example.jp header.s=mmmg'
    yield row('third-party-signature', third, standard, 'pass', by_third, 'no no', 'fail')
    yield row('author-signature', author, standard, 'pass', by_author, 'no yes', 'pass')
    yield row('envelope-from-customised', third, custom, 'pass', by_third, 'yes no', 'pass')
    yield row('envelope-from-child-relaxed', third, child, 'pass', by_third, 'yes no', 'pass')
    yield row('envelope-from-child-strict', third, child, 'pass', by_third, 'no no', 'fail', 's')

    # the table of the service's help page: SPF, its alignment, DKIM, its alignment -> DMARC
    broken = third.replaced('Subject', 'Your order 4712')
    spoilt = 'fail header.d=jcity.example'
    yield row('table-1-pass-pass-pass-pass', author, custom, 'pass', by_author, 'yes yes',
              'pass')
    yield row('table-2-pass-pass-fail-fail', broken, custom, 'pass', spoilt, 'yes no', 'pass')
    yield row('table-3-pass-fail-fail-fail', broken, standard, 'pass', spoilt, 'no no', 'fail')
    yield row('table-4-fail-fail-pass-pass', author, dict(standard, ip='198.51.100.77'), 'fail',
              by_author, 'no yes', 'pass')
    yield row('table-5-pass-fail-pass-fail', third, standard, 'pass', by_third, 'no no', 'fail')
    yield row('envelope-from-customised-forwarded', third, elsewhere, 'fail', by_third, 'yes no',
              'fail')


def cases():
    for group in (google, office, amazon, mailchimp, jcity):
        yield from group()

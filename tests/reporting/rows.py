"""rows.py: kinds of messages, and the rows that RFC 9990 requires for them."""
import collections

DAY = 86400
NOW = 1790000000 - 1790000000 % DAY  # a midnight
FROM = 'dmarc-noreply@reports.us.example'
PASSES, FAILS = '192.0.2.1', '198.51.100.7'

ZONE = '''
_dmarc.none.example. TXT "v=DMARC1; p=none; rua=mailto:d@none.example"
_dmarc.quarantine.example. TXT "v=DMARC1; p=quarantine; rua=mailto:d@quarantine.example"
_dmarc.reject.example. TXT "v=DMARC1; p=reject; sp=none; adkim=s; aspf=s; rua=mailto:d@reject.example"
_dmarc.test.example. TXT "v=DMARC1; p=quarantine; t=y; rua=mailto:d@test.example; ruf=mailto:f@test.example; fo=d:s"
_dmarc.bad.example. TXT "v=DMARC1; p=rejekt; rua=mailto:d@bad.example"
_dmarc.silent.example. TXT "v=DMARC1; p=reject"
_dmarc.web.example. TXT "v=DMARC1; p=reject; rua=https://web.example/,mailto:no-address"
_dmarc.pct.example. TXT "v=DMARC1; p=quarantine; pct=0; rua=mailto:d@pct.example"
_dmarc.psd.example. TXT "v=DMARC1; p=reject; psd=y; rua=mailto:d@psd.example"
none.example. TXT "v=spf1 ip4:192.0.2.1 -all"
quarantine.example. TXT "v=spf1 ip4:192.0.2.1 -all"
reject.example. TXT "v=spf1 ip4:192.0.2.1 -all"
sub.reject.example. TXT "v=spf1 ip4:192.0.2.1 -all"
test.example. TXT "v=spf1 ip4:192.0.2.1 -all"
bad.example. TXT "v=spf1 ip4:192.0.2.1 -all"
pct.example. TXT "v=spf1 ip4:192.0.2.1 -all"
helo.none.example. TXT "v=spf1 ip4:192.0.2.1 -all"
none.none.example. A 192.0.2.1
;!SERVFAIL slow.quarantine.example TXT
;!SERVFAIL _dmarc.lost.example TXT
_dmarc.one.example. TXT "v=DMARC1; p=none; rua=mailto:one@dead.example"
_dmarc.two.example. TXT "v=DMARC1; p=none; rua=mailto:two@dead.example"
one.example. A 192.0.2.1
two.example. A 192.0.2.1
;!SERVFAIL one.example._report._dmarc.dead.example TXT
;!SERVFAIL two.example._report._dmarc.dead.example TXT
sub.psd.example. A 192.0.2.1
'''

LIST, ARC = 'List-Id: <l.example>\n', 'ARC-Seal: i=1\n'
SPF_PASS, SPF_FAIL = 'pass', 'fail'


def row(name, domain, ip, wanted, path='a', helo='helo.example', head='', rcpt=('u@us.example',), options=()):
    return collections.namedtuple('Row', 'name domain ip wanted path helo head rcpt options')(
        name, domain, ip, wanted, path, helo, head, rcpt, list(options))


def at(domain):
    return f'bounce@{domain}'


# wanted: (policy domain, disposition, dkim, spf, reasons, header_from, envelope_from, envelope_to, spf
# result), or why it is not a row (aggregate_event.h)
ROWS = (
    row('pass under p=none is none', 'none.example', PASSES, (
        'none.example', 'none', 'fail', 'pass', (), 'none.example', 'none.example', 'us.example', ('none.example', 'pass'))),
    row('pass under an enforcing policy is pass', 'quarantine.example', PASSES, (
        'quarantine.example', 'pass', 'fail', 'pass', (), 'quarantine.example', 'quarantine.example', 'us.example',
        ('quarantine.example', 'pass'))),
    row('fail under p=none', 'none.example', FAILS, (
        'none.example', 'none', 'fail', 'fail', (), 'none.example', 'none.example', 'us.example', ('none.example', 'fail'))),
    row('fail under p=quarantine', 'quarantine.example', FAILS, (
        'quarantine.example', 'quarantine', 'fail', 'fail', (), 'quarantine.example', 'quarantine.example', 'us.example',
        ('quarantine.example', 'fail'))),
    row('fail under p=reject', 'reject.example', FAILS, (
        'reject.example', 'reject', 'fail', 'fail', (), 'reject.example', 'reject.example', 'us.example',
        ('reject.example', 'fail'))),
    row('a list is not rejected', 'reject.example', FAILS, (
        'reject.example', 'quarantine', 'fail', 'fail', ('mailing_list',), 'reject.example', 'reject.example', 'us.example',
        ('reject.example', 'fail')), head=LIST),
    row('nor is what was sealed', 'reject.example', FAILS, (
        'reject.example', 'quarantine', 'fail', 'fail', ('local_policy',), 'reject.example', 'reject.example', 'us.example',
        ('reject.example', 'fail')), head=ARC),
    row('a site that never rejects', 'reject.example', FAILS, (
        'reject.example', 'quarantine', 'fail', 'fail', ('local_policy',), 'reject.example', 'reject.example', 'us.example',
        ('reject.example', 'fail')), options=['--reject-on', 'never']),
    row('a site that always does', 'reject.example', FAILS, (
        'reject.example', 'reject', 'fail', 'fail', (), 'reject.example', 'reject.example', 'us.example',
        ('reject.example', 'fail')), head=LIST, options=['--reject-on', 'published']),
    row('a trusted forwarder', 'reject.example', FAILS, (
        'reject.example', 'none', 'fail', 'fail', ('trusted_forwarder',), 'reject.example', 'reject.example', 'us.example',
        ('reject.example', 'fail')), options=['--trusted-forwarder', FAILS]),
    row('an exception of the site', 'reject.example', FAILS, (
        'reject.example', 'none', 'fail', 'fail', ('local_policy',), 'reject.example', 'reject.example', 'us.example',
        ('reject.example', 'fail')), options=['--accept-from', f'reject.example via {FAILS}']),
    row('t=y', 'test.example', FAILS, (
        'test.example', 'none', 'fail', 'fail', ('policy_test_mode',), 'test.example', 'test.example', 'us.example',
        ('test.example', 'fail'))),
    row('t=y, pass', 'test.example', PASSES, (
        'test.example', 'none', 'fail', 'pass', (), 'test.example', 'test.example', 'us.example', ('test.example', 'pass'))),
    row('pct=0 of RFC 7489', 'pct.example', FAILS, (
        'pct.example', 'none', 'fail', 'fail', ('other',), 'pct.example', 'pct.example', 'us.example', ('pct.example', 'fail')),
        options=['--dmarc-mode', 'rfc7489']),
    row('a subdomain is a row of the policy domain', 'sub.reject.example', FAILS, (
        'reject.example', 'none', 'fail', 'fail', (), 'sub.reject.example', 'sub.reject.example', 'us.example',
        ('sub.reject.example', 'fail'))),
    row('strict alignment', 'sub.reject.example', PASSES, (
        'reject.example', 'none', 'fail', 'fail', (), 'sub.reject.example', 'reject.example', 'us.example',
        ('reject.example', 'pass')), path='reject.example'),
    row('a bad p with rua is p=none', 'bad.example', FAILS, (
        'bad.example', 'none', 'fail', 'fail', (), 'bad.example', 'bad.example', 'us.example', ('bad.example', 'fail'))),
    row('the null path', 'none.example', PASSES, (
        'none.example', 'none', 'fail', 'pass', (), 'none.example', '', 'us.example', ('helo.none.example', 'pass')), path='',
        helo='helo.none.example'),
    row('an unknown path', 'none.example', PASSES, (
        'none.example', 'none', 'fail', 'fail', (), 'none.example', None, 'us.example', None), path=None),
    row('recipients of two domains', 'none.example', FAILS, (
        'none.example', 'none', 'fail', 'fail', (), 'none.example', 'none.example', None, ('none.example', 'fail')),
        rcpt=('a@us.example', 'b@other.example')),
    row('recipients of one domain', 'none.example', FAILS, (
        'none.example', 'none', 'fail', 'fail', (), 'none.example', 'none.example', 'us.example', ('none.example', 'fail')),
        rcpt=('a@us.example', 'b@US.example')),
    row('IPv6', 'none.example', '2001:DB8::1', (
        'none.example', 'none', 'fail', 'fail', (), 'none.example', 'none.example', 'us.example', ('none.example', 'fail'))),
    row('another who sends', 'quarantine.example', PASSES, (
        'quarantine.example', 'quarantine', 'fail', 'fail', (), 'quarantine.example', 'none.example', 'us.example',
        ('none.example', 'pass')), path='none.example'),
    row('a lookup that failed for now', 'quarantine.example', FAILS, (
        'quarantine.example', 'none', 'fail', 'fail', ('other',), 'quarantine.example', 'slow.quarantine.example',
        'us.example', ('slow.quarantine.example', 'temperror')), path='slow.quarantine.example',
        options=['--on-temperror', 'accept']),
    row('one part of the mail to us', 'none.example', FAILS, (
        'none.example', 'none', 'fail', 'fail', (), 'none.example', 'none.example', None, ('none.example', 'fail')),
        rcpt=(FROM, 'u@us.example')),
    row('a policy of a public suffix', 'sub.psd.example', FAILS, (
        'psd.example', 'reject', 'fail', 'fail', (), 'sub.psd.example', 'sub.psd.example', 'us.example', ('sub.psd.example', 'none'))),
    row('a trusted client', 'reject.example', FAILS, 'trusted', options=['--trusted-client', FAILS]),
    row('an authenticated user', 'reject.example', FAILS, 'trusted', options=['--authenticated', 'joe']),
    row('two authors', 'reject.example', FAILS, 'ambiguous', head='From: b@other.example\n'),
    row('over the size limit', 'reject.example', FAILS, 'ambiguous', head='X: ' + 'x' * 1100 + '\n',
        options=['--max-size', '1024']),
    row('no record', 'nothing.example', FAILS, 'no usable DMARC record'),
    row('no answer', 'lost.example', FAILS, 'no usable DMARC record'),
    row('no answer, to come again', 'lost.example', FAILS, 'sent again', options=['--tempfail-on', 'dmarc']),
    row('COMMAND failed', 'reject.example', PASSES, 'sent again', options=['--', 'false']),
    row('no rua', 'silent.example', FAILS, 'requests no reports'),
    row('no rua that is an address', 'web.example', FAILS, 'requests no reports'),
    row('to our report address', 'none.example', FAILS, 'to addresses of', rcpt=(FROM,)),
    row('to a bounce address', 'none.example', FAILS, 'to addresses of', rcpt=('dmarc-noreply+1-2-3@REPORTS.us.example',)),
    row('to where reports come', 'none.example', FAILS, 'to addresses of', rcpt=('rua@us.example',)),
)

# a bounce (RFC 3464)
DSN = '''From: MAILER-DAEMON@mx.none.example
To: <{to}>
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
 boundary="b/1"

--b/1
Content-Type: text/plain

no such user
--b/1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.none.example

Final-Recipient: rfc822; d@none.example
Action: {action}
Status: {status}

--b/1
Content-Type: message/rfc822

Subject: x

--b/1--
'''

# policy_published of the policies in ZONE (RFC 9990 3.1.1.7)
POLICIES = {
    'none.example': {'p': 'none', 'sp': 'none', 'np': 'none', 'adkim': 'r', 'aspf': 'r', 'fo': '0', 'testing': 'n',
                     'discovery_method': 'treewalk'},
    'reject.example': {'p': 'reject', 'sp': 'none', 'np': 'none', 'adkim': 's', 'aspf': 's', 'fo': '0', 'testing': 'n',
                       'discovery_method': 'treewalk'},
    'test.example': {'p': 'quarantine', 'sp': 'quarantine', 'np': 'quarantine', 'adkim': 'r', 'aspf': 'r', 'fo': 'd:s',
                     'testing': 'y', 'discovery_method': 'treewalk'},
    'bad.example': {'p': 'none', 'sp': 'none', 'np': 'none', 'adkim': 'r', 'aspf': 'r', 'fo': '0', 'testing': 'n',
                    'discovery_method': 'treewalk'},
    'pct.example': {'p': 'quarantine', 'sp': 'quarantine', 'adkim': 'r', 'aspf': 'r', 'fo': '0',
                    'discovery_method': 'psl'},
}

# a record that asks for reports at many addresses, and the domains that agree or do not
ASKED = ['one@t.example!5m', ' mailto:two@sub.t.example', 'ONE@t.example', '%61%2Bb@yes.example', 'x@no.example',
         'x@moved.example', 'x@away.example', '-x@t.example', 'a%20b@t.example', 'x%0aBcc:y@t.example',
         'x@slow.example']
RECORD = ' '.join(f'"{uri if ":" in uri[:9] else "mailto:" + uri},"' for uri in ASKED)
TARGETS = f'_dmarc.t.example. TXT "v=DMARC1; p=none; rua=http://t.example/," {RECORD}' + '''
t.example. A 192.0.2.1
t.example._report._dmarc.yes.example. TXT "v=DMARC1"
*._report._dmarc.moved.example. TXT "v=DMARC1; rua=mailto:new@moved.example"
*._report._dmarc.away.example. TXT "v=DMARC1; rua=mailto:x@victim.example"
*._report._dmarc.no.example. TXT "v=spf1"
;!SERVFAIL t.example._report._dmarc.slow.example TXT
'''

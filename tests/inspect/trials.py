"""trials.py: proposals of inspect on saved mail: shown only if they make no message worse.

A sender is worse if DMARC or SPF passed and does not pass with the record, if its mail gets a stricter
disposition, or if SPF starts to fail; forged mail should fail (mailstamp-inspect(1)).
"""
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / 'testdata'))
from maker.mail import mail  # noqa: E402  (after the path above)
from maker.zone import master  # noqa: E402

KEY = 's1._domainkey.%s KEY rsa-a\n'
REJECT = '_dmarc.example.com TXT v=DMARC1; p=reject; rua=mailto:d@example.com\n'
RECEIVED = ('Received: from out.example.net (out.example.net [%s]) by mx.example.net with ESMTP; '
            'Thu, 01 Jan 2026 09:00:00 +0900\r\n')


def saved(author, ip, path, signed=None):
    message = mail(author=author)
    if signed:
        message = message.signed('rsa-a', signed, 's1')
    return (f'Return-Path: <{path}>\r\n' + RECEIVED % ip).encode() + message.bytes('\r\n')


def news(ip='203.0.113.9', signed='news.example.com'):
    return saved('info@news.example.com', ip, 'b@news.example.com', signed)


def own(ip, signed=None):
    return saved('orders@example.com', ip, 'orders@example.com', signed)


MERGED = REJECT + KEY % 'example.com' + '''
    example.com TXT v=spf1 ip4:192.0.2.0/28 -all
    example.com TXT v=spf1 ip4:203.0.113.0/28 %s
    example.com MX 10 mx.example.com
    mx.example.com A 192.0.2.1
'''
SIGNED_NEWS = REJECT + KEY % 'news.example.com' + 'news.example.com A 192.0.2.1\n'

# name, zone, messages, domain, the finding, (judged, DMARC passes, SPF passes) or None: not shown, own senders
CASES = (
    ('a domain that sends, and has neither MX nor SPF', SIGNED_NEWS, [news()], 'news.example.com', 'spf-missing', None, None),
    ('the same, one of many', SIGNED_NEWS, [news(signed=None)] * 20 + [news()], 'news.example.com', 'spf-missing', None, None),
    ('a domain that only forgers use', SIGNED_NEWS, [news(signed=None)] * 3, 'news.example.com', 'spf-missing', (3, 0, 0), None),
    ('the same, but the owner lists the host', SIGNED_NEWS, [news(signed=None)] * 3, 'news.example.com', 'spf-missing', None,
     '203.0.113.9\n'),
    ('a domain of which no mail was saved', SIGNED_NEWS, [own('192.0.2.3')], 'news.example.com', 'spf-missing', (0, 0, 0), None),
    ('merged records', MERGED % '~all', [own('192.0.2.3'), own('203.0.113.4'), own('198.51.100.9'),
                                         own('198.51.100.9', 'example.com')], 'example.com', 'spf-several', (4, 3, 2), None),
    ('a policy to begin with', 'example.com TXT v=spf1 ip4:192.0.2.0/28 -all\nexample.com A 192.0.2.3\n',
     [own('192.0.2.3'), own('203.0.113.4')], 'example.com', 'dmarc-missing', (2, 1, 1), None),
)


def inspect(program, folder, common, domains, *more):
    ran = subprocess.run([program, 'inspect', *common, '--zone', 'zone', '--trusted-relay', 'mx.example.net',
                          '--messages', 'mail', '--output', 'json', *more, *domains], cwd=folder, capture_output=True,
                         text=True, timeout=300, check=False)
    return [json.loads(line) for line in ran.stdout.splitlines()], ran.stderr


def make(folder, zone, messages):
    (folder / 'mail').mkdir(parents=True)
    (folder / 'zone').write_text(master(zone))
    for number, message in enumerate(messages):
        (folder / 'mail' / f'{number}.eml').write_bytes(message)


def many(suite, program, folder, common, note):
    """Proposals beyond the limit are not shown."""
    domains = [f'd{number}.example' for number in range(18)]
    make(folder, REJECT + ''.join(f'{name} A 192.0.2.1\n' for name in domains), [own('192.0.2.3')])
    told, stderr = inspect(program, folder, common, domains)
    shown = [any(each['record_should_be'] for each in one['findings'] if each['id'] == 'spf-missing') for one in told]
    left = [any(each['id'] == 'proposal-not-tried' for each in one['findings']) for one in told]
    for one in told:
        suite.none('trials: many', note(one, 'trials: more proposals than there is room for'))
    suite.check('trials: too many', 8 <= sum(shown) < 18 and left[-1] and not left[0], f'{shown} {left} {stderr}')


def run(suite, program, scratch, common, checker, note):
    for number, (name, zone, messages, domain, wanted, figures, listed) in enumerate(CASES):
        folder = scratch / f'trial{number}'
        make(folder, zone, messages)
        (folder / 'own').write_text(listed or '')
        told, stderr = inspect(program, folder, common, [domain], '--own-senders', 'own')
        one = told[0]
        suite.none(f'trials: {name}: schema', [error.message for error in checker.iter_errors(one)])
        suite.none(f'trials: {name}: sentences', note(one, f'trials: {name}'))
        found = [each for each in one['findings'] if each['id'] == wanted]
        worse = [each['text'] for each in one['findings'] if each['id'] == 'proposal-worse']
        if not suite.check(f'trials: {name}: {wanted}', len(found) == 1, str(one['findings']) + stderr):
            continue
        each = found[0]
        if figures is None:
            suite.check(f'trials: {name}: not shown', each['record_should_be'] is None and 'proof' not in each and worse, str(each))
        else:
            got = each.get('saved_messages', {'judged': 0, 'dmarc_passes': 0, 'spf_passes': 0})
            suite.check(f'trials: {name}: shown', each['record_should_be'] and each['proof'] == 'mends' and not worse,
                        f'{each} {worse}')
            suite.check(f'trials: {name}: figures', (got['judged'], got['dmarc_passes'], got['spf_passes']) == figures, str(got))
    many(suite, program, scratch / 'many', common, note)

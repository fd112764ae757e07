"""reports.py: a plan from saved mail and from reports: side by side, never added up; only known receivers count."""
import json
import pathlib
import sqlite3
import subprocess
import sys

import dkim
import harness
import jsonschema

sys.path.insert(0, str(harness.ROOT / 'tests/reports'))
import shapes  # noqa: E402  (after the path above)
from sender import Sender  # noqa: E402
from views import BROKEN, LIST, OWN, World, result, row  # noqa: E402

DAY, BEGIN, NOW = 86400, 1700006400, 1800000000
CHECKER = jsonschema.Draft202012Validator(json.loads((harness.ROOT / 'docs/schema-plan.json').read_text()))
LADDER = 5
FORGER = '192.0.2.66'
GOOD = result('dkim', 'example.com', 'pass') + result('spf', 'example.com', 'pass')
PASS = {'dkim_told': 'pass', 'spf_told': 'pass'}
# the domain's own host, by its SPF record, with the envelope of another domain
OWN_FAILS = row('198.51.100.2', 9, result('spf', 'other.example', 'none'))
FORGED = row(FORGER, 7, result('spf', 'forger.example', 'fail'))


class Story(World):
    def __init__(self, suite, folder, name):
        super().__init__(folder / f'reports {name}')
        self.suite, self.name = suite, name
        self.store = self.folder / 'store.sqlite'
        self.reports = 0
        self.zone.write_text(self.zone.read_text().replace('_dmarc.example.com. TXT "v=DMARC1; p=reject"', '_dmarc.example.com. TXT "v=DMARC1; p=none"') +
                             'news.example.com. TXT "v=spf1 ip4:198.51.100.0/28 -all"\n')

    def check(self, what, ok, why=''):
        return self.suite.check(f'reports, {self.name}: {what}', ok, why)

    def read(self, octets):
        done = subprocess.run([harness.program(), 'report', 'read', '--config', '/dev/null', '--zone', self.zone, '--store', self.store,
                               '--now', '1800000000'], input=octets, capture_output=True, timeout=60, check=False)
        self.check('a report is read', done.returncode == 0, done.stderr)

    def report(self, rows, day=0, sender=None, org='Google', ident=None, policy='example.com', **more):
        self.reports += 1
        octets = shapes.xml(rows, org=org, policy=policy, ident=ident or str(self.reports), dates=(str(BEGIN + day * DAY), str(BEGIN + day * DAY + DAY - 1)))
        self.read((sender or self.large).mail(octets, **more) if sender is not False else octets)

    def plan(self, *argv, archive=False, store=True, domain='example.com'):
        more = ['--archive', self.mail] if archive else []
        more += ['--store', self.store] if store else []
        return subprocess.run([harness.program(), 'plan', '--config', '/dev/null', '--zone', self.zone, '--now', str(NOW), '--psl',
                               harness.ROOT / 'testdata/psl/small.dat', *more, *argv, domain], capture_output=True, text=True,
                              timeout=60, check=False)

    def told(self, *argv, status=None, **more):
        ran = self.plan('--output', 'json', *argv, **more)
        if not self.check('status', ran.returncode == status if status is not None else ran.returncode in (0, 10), f'{ran.returncode} {ran.stderr}'):
            return None
        told = json.loads(ran.stdout)
        self.suite.none(f'reports, {self.name}: schema', [error.message for error in CHECKER.iter_errors(told)])
        return told

    def says(self, words, *argv, **more):
        text = self.plan(*argv, **more).stdout
        SEEN[0].note(text, f'reports, {self.name}')
        missing = [each for each in words if each not in ' '.join(text.split())]
        self.check('text', not missing, f'{missing} not in {text}')


def counts(part, scope='domain'):
    one = part[scope]
    return one['judged'], one['passes'], one['hurt'], one['decide'], one['stopped']


def alone(suite, folder):
    """no saved mail at all"""
    story = Story(suite, folder, 'alone')
    for day in range(30):
        story.report(row(OWN, 40, GOOD, **PASS) + (FORGED if day == 3 else ''), day)
    told = story.told(status=0)
    story.check('steps', told['end'] == 'steps' and len(told['steps']) == LADDER, told['end'])
    story.check('counts', counts(told['reports']['counts']) == (1207, 1200, 0, 0, 7), told['reports'])
    story.check('no saved mail', counts(told['counts']) == (0, 0, 0, 0, 0) and told['mail']['messages'] == 0, told['counts'])
    bound = told['steps'][-1]['reports']['bound']
    story.check('bound', (bound['failing'], bound['of'], bound['days']) == (0, 1200, 30) and 0.0024 < bound['share'] < 0.0025, bound)
    story.check('wait', [each['wait_days'] for each in told['steps']] == [7, 14, 14, 14, 0], [each['wait_days'] for each in told['steps']])
    story.says(('In reports of known receivers: 1207 messages in its name, 2023-11-15 to 2023-12-14',
                'reports: 0 of 1200 failing in 30 days: at most 0.25 % of mail of the kind seen in this window',
                'reports: overlaid on DNS, it asks for just this by both RFCs; 1200 of 1200 messages that passed before still pass',
                'reports: 0 messages of known senders; 0 to decide; it stops 7', 'nothing needs to be fixed',
                "over 0.25 % of the known senders' mail in the reports of later days is not aligned", 'Only known receivers count.'))
    ja = story.plan('--lang', 'ja').stdout
    story.check('Japanese', 'の計画' in ja and 'reports' not in ja and 'receivers' not in ja, ja)
    first = story.told('--since', '2023-12-01')
    story.check('--since', first['reports']['messages'] == 14 * 40 and first['steps'][-1]['reports']['bound']['days'] == 14, first['reports'])
    config = story.folder / 'config'
    config.write_text(f'[mailstamp]\nstore = {story.store}\n')
    story.check('the store of a configuration file', story.told('--config', config, store=False) == told)


def side_by_side(suite, folder):
    """a host fails in one view only; the mail of both views may be the same"""
    for name, failing, archive_fails in (('in reports', OWN_FAILS, 0), ('in the archive', '', 2)):
        story = Story(suite, folder, f'a host that fails {name}')
        for n in range(6):
            story.hold(story.message(f'm{n}'), OWN, 'a@example.com')
        for n in range(archive_fails):
            story.hold(story.message(f'n{n}', signed=False), '198.51.100.2', 'x@other.example')
        before = story.told(archive=True, store=False, status=10 if archive_fails else 0)
        story.report(row(OWN, 20, GOOD, **PASS) + failing)
        told = story.told(archive=True, status=10)
        story.check('the counts of saved mail are as without reports', told['counts'] == before['counts'] and before['reports'] is None, told)
        story.check('both counts', counts(told['counts'])[:3] == (6 + archive_fails, 6, archive_fails) and
                    counts(told['reports']['counts'])[:3] == (29 if failing else 20, 20, 9 if failing else 0), told)
        source = [each for each in told['sources'] if each['class'] == 'own']
        wanted = (0, 9) if failing else (2, None)
        story.check('its mail in both', [(each['hurt'], each['reports'] and each['reports']['hurt']) for each in source] == [wanted], source)
        last = told['steps'][-1]
        story.check('bounds', (last['bound']['failing'], last['bound']['of'], last['reports']['bound']['failing'],
                               last['reports']['bound']['of']) == (archive_fails, 6 + archive_fails, 9 if failing else 0, 29 if failing else 20), last)
        story.says(('saved mail: ', 'reports: ', 'fix the known senders', 'Both may show the same messages'), archive=True)
        ja = story.plan('--lang', 'ja', archive=True).stdout
        story.check('Japanese', 'reports' not in ja and 'saved mail' not in ja, ja)


def order(suite, folder):
    """the larger share of the two views decides which part comes first"""
    story = Story(suite, folder, 'order')
    for n in range(5):
        story.hold(story.message(f'm{n}'), OWN, 'a@example.com')
        story.hold(story.message(f'n{n}').replace(b'a@example.com', b'a@news.example.com', 1), OWN, 'a@news.example.com')
    story.check('by saved mail', story.told(archive=True, store=False)['order'] == 'together')
    story.report(row(OWN, 20, GOOD, **PASS) + OWN_FAILS)
    told = story.told(archive=True, status=0)
    story.check('by the worse', told['order'] == 'subdomains-first' and told['reports']['counts']['domain']['hurt'] == 9, told['order'])


def verdicts(suite, folder):
    """what the receiver found aligned is aligned, and nothing else"""
    helo = '<spf><domain>mail.example.com</domain><scope>helo</scope><result>pass</result></spf>'
    for name, rows, wanted in (
            ('HELO passed, and it does not count', row('198.51.100.3', 4, helo), (4, 0, 4, 0, 0)),
            ('a pass of DKIM that was not aligned', row('198.51.100.3', 4, result('dkim', 'example.com', 'pass')), (4, 0, 4, 0, 0)),
            ('a pass without names', row('203.0.113.5', 4, '', dkim_told='pass'), (4, 4, 0, 0, 0)),
            ('a pass, and the name of another', row('203.0.113.5', 4, result('dkim', 'other.example', 'pass'), dkim_told='pass'), (4, 4, 0, 0, 0)),
            ('a sibling', row(OWN, 4, result('spf', 'bounce.example.com', 'pass'), spf_told='pass', author='news.example.com'), None)):
        story = Story(suite, folder, name)
        story.report(rows)
        told = story.told()
        if wanted is not None:
            story.check('counts', counts(told['reports']['counts']) == wanted, told['reports'])
        else:
            story.check('counts', counts(told['reports']['counts'], 'subdomains') == (4, 4, 0, 0, 0), told['reports'])
    strict = Story(suite, folder, 'stricter since')
    strict.zone.write_text(strict.zone.read_text().replace('_dmarc.example.com. TXT "v=DMARC1; p=none"', '_dmarc.example.com. TXT "v=DMARC1; p=none; aspf=s"'))
    strict.report(row(OWN, 4, result('spf', 'bounce.example.com', 'pass'), spf_told='pass'))
    told = strict.told(status=10)
    strict.check('it would fail now', counts(told['reports']['counts']) == (4, 0, 4, 0, 0), told['reports'])


def names(suite, folder):
    """names of the domain in every spelling, and reports about the domain above, whose record applies"""
    for name, domain, policy, author in (
            ('capitals', 'example.com', 'Example.COM', 'Example.Com'), ('a final dot', 'example.com', 'example.com.', 'example.com.'),
            ('white space', 'example.com', ' example.com ', ' example.com '),
            ('a subdomain', 'news.example.com', 'example.com', 'news.example.com'),
            ('Unicode', 'xn--r8jz45g.example.com', 'example.com', '\u4f8b\u3048.example.com'),
            ('Unicode, all of it', 'xn--r8jz45g.jp', '\u4f8b\u3048.jp', '\u4f8b\u3048.jp')):
        story = Story(suite, folder, name)
        story.zone.write_text(story.zone.read_text() + '_dmarc.xn--r8jz45g.jp. TXT "v=DMARC1; p=none"\n'
                              'xn--r8jz45g.jp. TXT "v=spf1 ip4:198.51.100.0/28 -all"\n'
                              'xn--r8jz45g.example.com. TXT "v=spf1 ip4:198.51.100.0/28 -all"\n')
        story.report(row('198.51.100.2', 9, result('spf', 'other.example', 'none'), author=author), policy=policy)
        told = story.told(domain=domain, status=10)
        story.check('counts', told and counts(told['reports']['counts'])[:3] == (9, 0, 9), told and told['reports'])


def forwarders(suite, folder):
    """saved mail proves them in reports, as in `report show`"""
    story = Story(suite, folder, 'forwarders')
    story.hold(story.message('m1'), OWN, 'a@example.com')
    story.hold(story.message('m1', broken=True), LIST, 'owner@list.example')
    story.report(row(OWN, 20, GOOD, **PASS) + row(LIST, 5, BROKEN))
    told = story.told(archive=True, status=10)
    story.check('hurt in reports', counts(told['reports']['counts']) == (25, 20, 5, 0, 0), told['reports'])
    stored = story.folder / 'run'
    subprocess.run([harness.program(), 'batch', '--config', '/dev/null', '--zone', story.zone, '--now', str(NOW), '--psl',
                    harness.ROOT / 'testdata/psl/small.dat', '--resume', stored, '--output', 'none', story.mail], check=True)
    again = story.told('--runs', stored)
    story.check('from a run', again == told, again)
    alone_ = story.told()
    story.check('without saved mail they are to decide', counts(alone_['reports']['counts'])[2:4] == (0, 5), alone_['reports'])


def attacks(suite, folder):
    """reports of anyone else change nothing: neither a step nor a failing source"""
    for name, real in (('clean', ''), ('a failing source', OWN_FAILS)):
        story = Story(suite, folder, f'attack, {name}')
        hidden = row(OWN, 100000, GOOD, **PASS) + row('198.51.100.2', 9000, GOOD, **PASS)
        scare = row('198.51.100.9', 5000, result('spf', 'other.example', 'none')) + row('203.0.113.99', 50, UNKNOWN_SPF)
        other_key = Sender('example.com', 1)
        forger = Sender('forger.example')
        story.zone.write_text(story.zone.read_text() + forger.zone())
        # first of all a forged report with the organization and the identifier of the real one
        story.report(hidden + scare, ident='real', sender=story.large, signed=False)
        story.report(row(OWN, 20, GOOD, **PASS) + real, ident='real')
        wanted = story.plan('--output', 'json')
        text = story.plan()
        story.check('status', wanted.returncode == (10 if real else 0), wanted.stderr)
        told = json.loads(wanted.stdout)
        story.check('what is real', counts(told['reports']['counts']) == ((29, 20, 9, 0, 0) if real else (20, 20, 0, 0, 0)), told['reports'])
        for n, (rows, more) in enumerate((
                (scare, {'sender': story.large, 'signed': False}), (hidden, {'sender': story.large, 'signed': False}),
                (scare, {'sender': story.author}), (hidden, {'sender': story.other}), (scare, {'sender': forger}),
                (hidden + scare, {'sender': forger, 'author': 'google.com'}), (scare, {'sender': False}), (hidden, {'sender': False}),
                (scare, {'sender': other_key, 'author': 'google.com'}),
                (scare, {'sender': story.author, 'author': 'google.com'}))):
            story.report(rows, org='google.com', ident='real', **more)
            for argv, was in (((), text), (('--output', 'json'), wanted)):
                now = story.plan(*argv)
                story.check(f'{n}: nothing has changed', (now.returncode, now.stdout) == (was.returncode, was.stdout), now.stdout)
        failure = story.arf('m1', '198.51.100.2')
        for signed, sender in ((False, story.large), (True, story.other)):
            story.read(story.sent(failure, sender, signed))
        story.check('failure reports of others', story.plan('--output', 'json').stdout == wanted.stdout)
        story.check('--reporters is not an option of plan', story.plan('--reporters', 'all').returncode == 64)
    trusted = story.told('--trusted-reporter', 'reports.example')
    story.check('one who is trusted counts', trusted['reports']['messages'] > 100000, trusted['reports'])


UNKNOWN_SPF = result('spf', 'forger.example', 'pass')


def two_kinds(suite, folder):
    """one network with a host of ours and one of a forger: each list says what its messages are"""
    story = Story(suite, folder, 'two kinds of mail from one network')
    story.report(OWN_FAILS + row('198.51.100.99', 7, result('spf', 'forger.example', 'fail')) + row('198.51.100.98', 3, result('spf', 'f.example', 'pass')))
    story.zone.write_text(story.zone.read_text() + 'f.example. TXT "v=spf1 ip4:198.51.100.98 -all"\n')
    told = story.told(status=10)
    story.check('counts', counts(told['reports']['counts']) == (19, 0, 9, 3, 7), told['reports'])
    story.says(('9 network 198.51.100.0/24, in the name of example.com: yours, not aligned',
                '7 network 198.51.100.0/24, in the name of example.com: probably forged'))


def neighbour(suite, folder):
    """A trusted receiver reports what it saw: mail of another customer of the domain's service. It proposes nothing, and is
    not mail of a known sender. The same from the owner's customer name is."""
    signed = result('dkim', 'forger.onmicrosoft.com', 'pass') + result('spf', 'forger.onmicrosoft.com', 'pass')
    for name, more, wanted in (('a forger', (), (27, 20, 0, 7, 0)), ('the owner', ('--own-senders',), (27, 20, 7, 0, 0))):
        story = Story(suite, folder, f'a neighbour at the service, {name}')
        story.zone.write_text(story.zone.read_text().replace('example.com. TXT "v=spf1 ', 'example.com. TXT "v=spf1 include:spf.protection.outlook.com ', 1) +
                              'spf.protection.outlook.com. TXT "v=spf1 ip4:203.0.113.192/27 -all"\n')
        own = story.folder / 'own'
        own.write_text('forger.onmicrosoft.com\n')
        story.report(row(OWN, 20, GOOD, **PASS) + row('203.0.113.194', 7, signed))
        told = story.told(*more, *([own] if more else []), status=10)
        story.check('counts', counts(told['reports']['counts']) == wanted, told['reports'])
        story.check('needs', all(not each['needs'] for each in told['sources']), told['sources'])


def unanswered(suite, folder):
    """mail that failed while DNS does not answer is no evidence, for or against"""
    story = Story(suite, folder, 'DNS does not answer')
    story.zone.write_text(story.zone.read_text() + ';!SERVFAIL _dmarc.x.example.com\n')
    story.report(row('198.51.100.2', 5, result('spf', 'other.example', 'none'), author='x.example.com'))
    told = story.told(status=10)
    story.check('not judged', told['end'] == 'nothing-seen' and told['reports']['not_judged'] == 5, told['reports'])
    story.says(('5 of them could not be judged', 'DNS did not answer for the mail in reports: it shows nothing about p=reject'))


def crowd(suite, folder):
    """more senders than anybody expects, before the first known receiver"""
    story = Story(suite, folder, 'a crowd of senders')
    story.report(row(OWN, 1, GOOD, **PASS), signed=False)
    with sqlite3.connect(story.store) as store:
        store.executemany('INSERT INTO in_sender (auth, domain) VALUES (1, ?)', ((f'x{n}.example',) for n in range(100100)))
    story.report(OWN_FAILS + row(OWN, 20, GOOD, **PASS))
    told = story.told(status=10)
    story.check('the known one counts', told['reports']['messages'] == 29, told['reports'])


def refused(suite, folder):
    story = Story(suite, folder, 'refused')
    story.report(row(OWN, 1, GOOD, **PASS))
    for name, ran, status, why in (
            ('nothing', story.plan(store=False), 64, '--store'), ('--since alone', story.plan('--since', '2023-01-01', archive=True, store=False), 64, '--store'),
            ('no day', story.plan('--since', 'today'), 64, '--since'), ('no store', story.plan('--store', story.folder / 'missing/store'), 78, 'there is no store'),
            ('another file', story.plan('--store', story.zone), 78, 'zone')):
        story.check(name, ran.returncode == status and why in ran.stderr and not ran.stdout, f'{ran.returncode} {ran.stderr}')
    story.hold(story.message('m1'), OWN, 'a@example.com')
    ran = story.plan('--store', story.folder / 'missing/store', archive=True)
    story.check('no store, but saved mail', ran.returncode == 78 and len(ran.stderr.splitlines()) == 1, f'{ran.returncode} {ran.stderr}')


SEEN = []


def run(suite, folder, seen):
    SEEN[:] = [seen]
    folder = pathlib.Path(folder)
    for part in (alone, side_by_side, order, verdicts, names, forwarders, attacks, two_kinds, neighbour, unanswered, crowd, refused):
        part(suite, folder)

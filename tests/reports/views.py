"""views.py: what others report compared with what an archive holds: classes, forwarders proved and likely,
contradictions.

A forwarder is proved if the archive holds what it passed on, or if a failure report of a known receiver names
the Message-ID, domain and selector of a message that the archive holds; and only in rows with such a
signature.
"""
import json
import pathlib

import dkim
import jsonschema
import shapes
from sender import Sender

OWN, LIST, SECOND = '198.51.100.1', '203.0.113.7', '203.0.113.20'
SCHEMA = jsonschema.Draft202012Validator(json.loads((pathlib.Path(__file__).parents[2] / 'docs/schema-report.json').read_text()))
SPF = 'example.com. TXT "v=spf1 ip4:198.51.100.0/28 -all"\nlist.example. TXT "v=spf1 ip4:203.0.113.0/24 -all"\n'


def result(kind, domain, word, selector='s'):
    if kind == 'spf':
        return f'<spf><domain>{domain}</domain><scope>mfrom</scope><result>{word}</result></spf>'
    named = f'<selector>{selector}</selector>' if selector else ''
    return f'<dkim><domain>{domain}</domain>{named}<result>{word}</result></dkim>'


def row(source, count, results, dkim_told='fail', spf_told='fail', disposition='none', reason='', author='example.com'):
    why = f'<reason><type>{reason}</type></reason>' if reason else ''
    return (f'<record><row><source_ip>{source}</source_ip><count>{count}</count><policy_evaluated><disposition>{disposition}</disposition>'
            f'<dkim>{dkim_told}</dkim><spf>{spf_told}</spf>{why}</policy_evaluated></row><identifiers><header_from>{author}</header_from>'
            f'</identifiers><auth_results>{results}</auth_results></record>')


BROKEN = result('dkim', 'example.com', 'fail') + result('spf', 'list.example', 'pass')
UNSIGNED = result('spf', 'list.example', 'pass')


class World:
    """an author who signs, with an archive of received mail, and a large receiver who reports"""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self.author, self.large, self.other = Sender('example.com'), Sender('google.com'), Sender('reports.example')
        self.zone = folder / 'views.zone'
        self.zone.write_text('$TTL 60\n' + self.author.zone() + self.large.zone() + self.other.zone() + SPF)
        self.mail = folder / 'views'
        self.mail.mkdir()
        self.n = 0
        self.signatures = {}  # of each message once: a copy has the same one, whose t= is its time of signing

    def message(self, ident, signed=True, broken=False):
        text = (b'From: a@example.com\r\nTo: b@example.net\r\nSubject: x\r\nMessage-ID: <' + ident.encode() + b'@example.com>\r\n'
                b'Date: Wed, 15 Nov 2023 01:00:00 +0000\r\n\r\nhello\r\n')
        if signed:
            if ident not in self.signatures:
                self.signatures[ident] = dkim.sign(text, b's', b'example.com', self.author.key, include_headers=[b'from', b'subject', b'message-id'])
            text = self.signatures[ident] + text
        return text + b'-- \r\nA list.\r\n' if broken else text

    def hold(self, octets, client, sender):
        self.n += 1
        (self.mail / f'{self.n}.eml').write_bytes(octets)
        (self.mail / f'{self.n}.envelope').write_text(f'client_address={client}\nhelo_name=h.example\nsender={sender}\n')

    def arf(self, ident, source, selector='s'):
        fields = (f'Feedback-Type: auth-failure\r\nUser-Agent: x/1\r\nVersion: 1\r\nAuth-Failure: dmarc\r\nSource-IP: {source}\r\n'
                  f'Reported-Domain: example.com\r\nDKIM-Domain: example.com\r\nDKIM-Selector: {selector}\r\nIdentity-Alignment: dkim, spf\r\n'
                  'Arrival-Date: Wed, 15 Nov 2023 01:00:00 +0000')
        header = f'From: a@example.com\r\nMessage-ID: <{ident}@example.com>\r\nSubject: x\r\n'
        return shapes.parts(shapes.PLAIN, ('Content-Type: message/feedback-report', fields), ('Content-Type: text/rfc822-headers', header),
                            kind='multipart/report; report-type=feedback-report')

    def sent(self, octets, sender, signed=True):
        text = octets.replace(b'reports@acme.example', f'reports@{sender.domain}'.encode(), 1)
        if not signed:
            return text
        return dkim.sign(text, b's', sender.domain.encode(), sender.key, include_headers=[b'from', b'subject', b'content-type']) + text


def archive(world):
    world.hold(world.message('m1'), OWN, 'a@example.com')
    world.hold(world.message('m1', broken=True), LIST, 'owner@list.example')
    # the Message-ID of a message that was not aligned, without a valid signature
    world.hold(world.message('m2', signed=False), '192.0.2.66', 'x@forger.example')
    world.hold(world.message('m2', broken=True), '203.0.113.8', 'owner@list.example')
    # the Message-ID alone
    world.hold(world.message('m3'), OWN, 'a@example.com')
    world.hold(world.message('m3', signed=False), '203.0.113.9', 'owner@list.example')
    # both from the same host
    world.hold(world.message('m4'), '203.0.113.10', 'owner@list.example')
    world.hold(world.message('m4', broken=True), '203.0.113.10', 'owner@list.example')
    # for failure reports
    world.hold(world.message('m5'), OWN, 'a@example.com')
    world.hold(world.message('m6', signed=False), '198.18.0.9', 'x@forger.example')
    world.hold(b'this is no mail', OWN, 'a@example.com')


ROWS = [
    row(LIST, 5, BROKEN), row(LIST, 2, UNSIGNED), row(LIST, 3, BROKEN.replace('<selector>s<', '<selector>other<')),
    row('203.0.113.8', 4, BROKEN), row('203.0.113.9', 4, BROKEN), row('203.0.113.10', 4, BROKEN),
    row('203.0.113.11', 6, BROKEN), row('203.0.113.12', 6, BROKEN), row('203.0.113.15', 6, BROKEN),
    row('203.0.113.13', 7, UNSIGNED, reason='forwarded'),
    row('203.0.113.14', 8, result('dkim', 'example.com', 'pass') + result('spf', 'example.com', 'fail'), dkim_told='pass'),
    row('198.51.100.2', 9, result('spf', 'other.example', 'none')),
    row('192.0.2.66', 10, result('spf', 'forger.example', 'fail'), disposition='reject'),
]


def forwarders(suite, places, read, show):
    world = World(places.folder / ('postgres' if places.server else 'sqlite'))
    archive(world)
    stored = places.new()

    def take(octets):
        done = read(stored.place, world.zone, stdin=octets)
        suite.check('views: a report is read', done.returncode == 0 and not done.stderr, done.stderr)

    def tables(*argv):
        done = show(stored.place, '--output', 'json', *argv, zone=world.zone)
        suite.check('views: status', done.returncode == 0, done.stderr)
        found = json.loads(done.stdout)
        wrong = [f'{list(each.path)}: {each.message}' for each in SCHEMA.iter_errors(found)]
        suite.check('views: JSON as docs/schema-report.json has it', not wrong, wrong[:3])
        return found, done

    take(world.large.mail(shapes.xml(''.join(ROWS))))
    later = row(SECOND, 3, result('spf', 'forger.example', 'fail')) + row('203.0.113.13', 1, UNSIGNED)
    take(world.large.mail(shapes.xml(later, ident='2', dates=('1700092800', '1700179199'))))
    # another reporter claims as much: forged, and from a sender who is not a known receiver
    take(world.other.mail(shapes.xml(row(LIST, 1000, BROKEN) + row('203.0.113.30', 50, BROKEN, reason='forwarded'), ident='3')))
    take(world.large.mail(shapes.xml(row(LIST, 2000, BROKEN), ident='4'), signed=False))
    take(world.sent(world.arf('m5', '203.0.113.11'), world.large))
    take(world.sent(world.arf('m5', '203.0.113.12'), world.large, signed=False))
    take(world.sent(world.arf('m5', '203.0.113.12'), world.other))
    take(world.sent(world.arf('m5', '203.0.113.12', 'x'), world.large))
    take(world.sent(world.arf('m6', '203.0.113.12'), world.large))

    found, done = tables('--archive', world.mail, '--since', '2023-11-16')
    suite.check('views: what is no mail is told', b'11.eml' in done.stderr and done.stderr.count(b'\n') == 1, done.stderr)
    got = {r['source']: (r['sure'], r['messages'], r['proved'], r['archive'], r['reason']) for r in found['forwarders']}
    wanted = {
        LIST: ('proved', 10, 5, 1, 'copy'),
        '203.0.113.11': ('proved', 6, 6, 0, 'failure-report'),
        '203.0.113.13': ('likely', 7, 0, 0, 'reporter'),
        '203.0.113.14': ('likely', 8, 0, 0, 'signature'),
    }
    for source in sorted(got.keys() | wanted.keys()):
        suite.check(f'forwarders: {source}', got.get(source) == wanted.get(source), (got.get(source), wanted.get(source)))
    classes = {r['source']: (r['class'], r['why'], r['archive'], r['archive_pass']) for r in found['sources']}
    for source, class_ in ((LIST, ('forwarder', 'archive', 1, 0)), ('203.0.113.11', ('forwarder', 'archive', 0, 0)),
                           ('203.0.113.12', ('decide', 'pass', 0, 0)), ('203.0.113.8', ('decide', 'pass', 1, 0)),
                           ('203.0.113.13', ('forwarder', 'reporter', 0, 0)), ('203.0.113.14', ('passes', '', 0, 0)),
                           ('198.51.100.2', ('own', 'records', 0, 0)), ('192.0.2.66', ('forged', '', 1, 0))):
        suite.check(f'classes: {source}', classes.get(source) == class_, classes.get(source))
    suite.check('both views: who sends', [(r['messages'], r['archive'], r['archive_pass']) for r in found['identities']
                                          if (r['by'], r['name']) == ('signature', 'example.com')] == [(8, 4, 4)], found['identities'])
    suite.check('both views: only in the archive', [(r['name'], r['archive']) for r in found['identities'] if r['messages'] == 0] ==
                [('198.18.0.0/24', 1)], found['identities'])
    suite.check('new sources', [(r['source'], r['first']) for r in found['new_sources']] == [(SECOND, '2023-11-16')], found['new_sources'])
    ready = found['readiness'][0]
    suite.check('readiness: reports', (ready['domain'], ready['published'], ready['messages'], ready['pass']) ==
                ('example.com', 'reject', 78, 8), ready)
    suite.check('readiness: hurt, decide, stopped', (ready['hurt'], ready['decide'], ready['stopped']) == (32, 25, 13), ready)
    suite.check('readiness: archive', (ready['archive'], ready['archive_pass'], ready['archive_hurt'], ready['archive_decide'],
                                        ready['archive_stopped']) == (10, 4, 2, 2, 2), ready)  # m3's copy has no signature
    suite.check('failure reports', sorted((r['source'], r['message_id'], r['archive']) for r in found['failures']) == [
        ('203.0.113.11', '<m5@example.com>', 'aligned'), ('203.0.113.12', '<m5@example.com>', ''),
        ('203.0.113.12', '<m6@example.com>', '')], found['failures'])
    suite.check('policies: now, and what was done', [(r['p'], r['published'], r['fail'], r['none'], r['reject']) for r in found['policies']] ==
                [('none', 'reject', 70, 60, 10)], found['policies'])

    # widening what the tables count proves nothing
    found, _ = tables('--archive', world.mail, '--reporters', 'all')
    got = {r['source']: (r['sure'], r['messages'], r['proved']) for r in found['forwarders']}
    suite.check('attack: a row of a forger proves nothing', got[LIST] == ('proved', 3010, 5), got)
    suite.check('attack: nor does his failure report', '203.0.113.12' not in got and got['203.0.113.30'][0] == 'likely', got)
    suite.check('attack: his reason gives no class', [r['class'] for r in found['sources'] if r['source'] == '203.0.113.30'] == ['decide'])
    found, _ = tables()
    suite.check('without an archive nothing is proved', {r['sure'] for r in found['forwarders']} == {'likely'}, found['forwarders'])
    suite.check('without an archive its cells are empty', {r['archive'] for r in found['sources']} == {None}, found['sources'][:2])
    bad = show(stored.place, '--archive', world.folder / 'missing', zone=world.zone)
    suite.check('an archive that is not there', bad.returncode == 0 and b'missing' in bad.stderr, bad)
    for since in ('2023-02-29', '1969-01-01', '2023-1-1', 'today', '2023-11-16x'):
        bad = show(stored.place, '--since', since, zone=world.zone)
        suite.check(f'--since {since}: refused', bad.returncode == 64, bad)
    text = show(stored.place, '--archive', world.mail, zone=world.zone)
    suite.check('text: proved and likely', b'proved' in text.stdout and b'likely' in text.stdout, text.stdout)


def contradictions(suite, places, read, show):
    """compared with the DNS of the zone"""
    world = World(places.folder / ('postgres2' if places.server else 'sqlite2'))
    world.zone.write_text(world.zone.read_text() + 'sub.example.com. TXT "v=spf1 ip4:192.0.2.1 -all"\n'
                          'macro.example. TXT "v=spf1 exists:%{l}.macro.example -all"\n'
                          'outer.example. TXT "v=spf1 include:macro.example -all"\nloop.example. TXT "v=spf1 include:loop.example -all"\n')
    walk = '<discovery_method>treewalk</discovery_method>'
    rows = [
        row('192.0.2.77', 1, result('spf', 'sub.example.com', 'pass'), spf_told='pass'),          # an address that it does not allow
        row('192.0.2.1', 2, result('spf', 'sub.example.com', 'pass'), spf_told='fail'),           # aligned by the walk
        row('192.0.2.1', 4, result('dkim', 'sub.example.com', 'pass') + result('spf', 'sub.example.com', 'pass'), spf_told='pass'),  # likewise DKIM
        row('192.0.2.9', 8, result('spf', 'macro.example', 'pass')),                              # nobody can know
        row('192.0.2.9', 16, result('spf', 'outer.example', 'pass')),
        row('192.0.2.9', 32, result('spf', 'nothing.example', 'pass')),                           # no record now
    ]
    stored = places.new()

    def codes(*argv):
        return {r['code']: r['messages'] for r in json.loads(show(stored.place, '--output', 'json', *argv, zone=world.zone).stdout)['contradictions']}

    head = shapes.xml(''.join(rows)).decode().replace('<policy_published>', '<policy_published>' + walk)
    read(stored.place, world.zone, stdin=world.large.mail(head.encode()))
    suite.check('contradictions: by DNS', codes() == {'spf_record': 1, 'spf_fail_dns': 2, 'dkim_fail_dns': 4}, codes())
    # a reporter without the tree walk may be right
    stored = places.new()
    read(stored.place, world.zone, stdin=world.large.mail(shapes.xml(''.join(rows[1:3]))))
    suite.check('contradictions: not by another method', not any(code.endswith('_dns') for code in codes()), codes())
    # a span
    stored = places.new()
    read(stored.place, world.zone, stdin=world.large.mail(shapes.xml(rows[3], dates=('1700092799', '1700006400'))))
    read(stored.place, world.zone, stdin=world.large.mail(shapes.xml(rows[4], ident='2', dates=('1900000000', '1900086399'))))
    suite.check('contradictions: spans', codes() == {'span': 24}, codes())
    # of others: only if they are requested
    stored = places.new()
    read(stored.place, world.zone, stdin=world.other.mail(shapes.xml(rows[0])))
    suite.check('contradictions: of those who count', codes() == {} and codes('--reporters', 'all') == {'spf_record': 1}, codes())


def subdomains(suite, places, read, show):
    """of reports about a domain above, the rows of that author domain and of those below it"""
    world = World(places.folder / ('postgres3' if places.server else 'sqlite3'))
    stored = places.new()
    none = result('spf', 'forger.example', 'fail')

    def take(sender, rows, **head):
        octets = shapes.xml(''.join(row(OWN, n, none, author=author, disposition=what) for author, n, what in rows), **head)
        read(stored.place, world.zone, stdin=sender.mail(octets))

    take(world.large, [('example.com', 1, 'none'), ('sub.example.com', 2, 'none'), ('deep.sub.example.com', 4, 'quarantine'), ('SUB.Example.COM.', 8, 'reject'),
                       ('other.example.com', 16, 'none'), ('bücher.example.com', 32, 'none')])
    take(world.large, [('sub.example.com', 64, 'none'), ('example.com', 128, 'none')], ident='2', policy='sub.example.com')
    take(world.large, [('sub.example.com', 256, 'none')], ident='3', policy='example.net')
    take(world.large, [('sub.example.com', 512, 'none')], ident='4', policy='com')
    take(world.other, [('sub.example.com', 1024, 'none')], ident='5')
    take(world.large, [('sub.example.com', 2048, 'none'), ('example.com', 4096, 'none')], ident='6', dates=('1700092799', '1700006400'))
    take(world.large, [('example.com', 8192, 'odd')], ident='7')
    take(world.large, [('xsub.example.com', 16384, 'none')], ident='8')
    for author in ('sub.example.com', 'example.com'):
        arf = world.arf('m1', '192.0.2.5').replace(b'From: a@example.com', b'From: a@' + author.encode())
        read(stored.place, world.zone, stdin=world.sent(arf, world.large))

    def sums(*argv):
        found = json.loads(show(stored.place, '--output', 'json', *argv, zone=world.zone).stdout)
        counted = {t: sum(r['messages'] for r in found[t] if t != 'senders' or r['class'] == 'known') for t in (
            'senders', 'readiness', 'days', 'services', 'identities', 'sources', 'reporters')}
        counted['policies'] = sum(r['fail'] for r in found['policies'])
        counted['actions'] = sum(r['none'] + r['quarantine'] + r['reject'] for r in found['policies'])
        if '--reporters' not in argv:
            counted['reporters'] = sum(r['messages'] for r in found['reporters'] if r['class'] == 'known')
        return found, counted

    for domain, wanted in (('sub.example.com', 2 + 4 + 8 + 64 + 128 + 512 + 2048), ('deep.sub.example.com', 4), ('xn--bcher-kva.example.com', 32),
                           ('BÜCHER.example.com', 32), ('none.example.com', 0), ('example.net', 256),
                           ('example.com', 1 + 2 + 4 + 8 + 16 + 32 + 64 + 128 + 512 + 2048 + 4096 + 8192 + 16384)):
        found, counted = sums(domain)
        suite.check(f'{domain}: sums of all tables', set(counted.values()) == {wanted}, (wanted, counted))
    found, _ = sums('sub.example.com')
    suite.check('sub.example.com: by policy domain', {r['domain']: (r['reports'], r['fail'], r['quarantine'], r['reject']) for r in found['policies']} == {
        'com': (1, 512, 0, 0), 'example.com': (2, 2 + 4 + 8 + 2048, 4, 8), 'sub.example.com': (1, 64 + 128, 0, 0)}, found['policies'])
    suite.check('sub.example.com: contradictions', {r['code']: (r['rows'], r['messages']) for r in found['contradictions']} ==
                {'span': (1, 2048), 'from': (1, 128), 'policy': (2, 12)}, found['contradictions'])
    suite.check('sub.example.com: irregularities of its reports only', {r['code'] for r in found['warnings']} == {'header_from', 'span'}, found['warnings'])
    suite.check('sub.example.com: failure reports', [r['domain'] for r in found['failures']] == ['sub.example.com'], found['failures'])
    _, counted = sums('sub.example.com', '--reporters', 'authenticated')
    suite.check('sub.example.com: other reporters only if they are wanted', counted['days'] == 2766 + 1024, counted)
    found, _ = sums('example.com')
    suite.check('example.com: failure reports', len(found['failures']) == 2, found['failures'])
    found, counted = sums()
    suite.check('all domains: sums of all tables', set(counted.values()) == {2 ** 15 - 1 - 1024}, counted)


def sums(suite, places, read, show):
    """the same numbers in every table, whatever the row contains"""
    world = World(places.folder / ('postgres4' if places.server else 'sqlite4'))
    stored = places.new()
    rows = [row(OWN, 1, '', author='', dkim_told='pass'), row(OWN, 2, '', author='a b', spf_told='pass'), row(OWN, 4, '', author='a b'),
            row('', 8, '', spf_told='pass', disposition='reject'), row('fe80::1%eth0', 16, '', disposition='quarantine'), row(OWN, 32, '', disposition='odd'),
            row(OWN, 64, '', dkim_told='pass', disposition='quarantine')]
    read(stored.place, world.zone, stdin=world.large.mail(shapes.xml(''.join(rows))))
    read(stored.place, world.zone, stdin=world.large.mail(shapes.xml(row(OWN, 128, ''), ident='2', dates=('x', ''))))
    found = json.loads(show(stored.place, '--output', 'json', zone=world.zone).stdout)
    for table in ('senders', 'days', 'services', 'identities', 'sources', 'reporters'):
        counted = tuple(sum(r[name] for r in found[table]) for name in ('messages', 'pass', 'fail', 'blocked'))
        suite.check(f'sums: {table}', counted == (255, 75, 180, 88), counted)
    suite.check('sums: what became of mail that did not pass', [(r['fail'], r['none'], r['quarantine'], r['reject']) for r in found['policies']] ==
                [(180, 164, 16, 0)], found['policies'])
    suite.check('sums: a report without a date is the last day', [r['day'] for r in found['days']] == ['2023-11-15', ''], found['days'])
    # a number that no reporter has, of a known one
    tls = shapes.TLS.replace(b'session-count": 5', b'session-count": 9223372036854775807')
    for ident in (b't1', b't2'):
        read(stored.place, world.zone, stdin=world.large.mail(tls.replace(b't1', ident)))
    done = show(stored.place, '--output', 'json', zone=world.zone)
    suite.check('sums: of sessions', done.returncode == 0 and [(r['successes'], r['failures']) for r in json.loads(done.stdout)['tls']] == [(0, 4)], done)
    suite.check('sums: nothing', show(stored.place, 'nothing.example', zone=world.zone).stdout == b'no reports\n')

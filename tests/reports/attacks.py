"""attacks.py: who reports. A report is attributed to its sender who passes DMARC, whatever it contains."""
import email.utils
import os
import socket
import sqlite3
import subprocess
import time

import shapes
from sender import Sender


def run(suite, places, read):
    large, own = Sender('google.com'), Sender('example.com')
    zone = places.folder / 'senders'
    zone.write_text(large.zone() + own.zone())
    report = shapes.xml(org='google.com', ident='77')
    forged = report.replace(b'<count>3', b'<count>9')

    def senders(stored):
        return stored.ask('SELECT s.domain, s.auth, r.messages FROM in_report r JOIN in_sender s ON s.id = r.sender ORDER BY r.id')

    stored = places.new()
    done = read(stored.place, zone, stdin=large.mail(report))
    suite.check('sender: one who passes DMARC is named', done.returncode == 0 and senders(stored) == [('google.com', '2', '3')], senders(stored))

    # a forged report with a large reporter's organization and identifier, sent first
    stored = places.new()
    read(stored.place, zone, stdin=large.mail(forged, signed=False))
    read(stored.place, zone, stdin=large.mail(report))
    suite.check('attack: a forged report that comes first suppresses nothing', senders(stored) ==
                [('google.com', '1', '9'), ('google.com', '2', '3')], senders(stored))

    # the owner of another domain, who passes DKIM and claims to be google.com in the report
    stored = places.new()
    read(stored.place, zone, stdin=own.mail(forged))
    read(stored.place, zone, stdin=large.mail(report))
    suite.check('attack: who passes for his own domain is not whom his report names', senders(stored) ==
                [('example.com', '2', '9'), ('google.com', '2', '3')], senders(stored))

    # that owner's signature over a mail in the name of google.com
    stored = places.new()
    read(stored.place, zone, stdin=own.mail(forged, author='google.com'))
    suite.check('attack: a signature of another domain authenticates nobody', senders(stored) == [('google.com', '1', '9')], senders(stored))

    # a loose file has no authenticated sender, and suppresses nothing
    stored = places.new()
    read(stored.place, zone, stdin=forged)
    read(stored.place, zone, stdin=large.mail(report))
    suite.check('attack: a loose file suppresses nothing', senders(stored) == [('', '0', '9'), ('google.com', '2', '3')], senders(stored))

    # text of the report on a terminal
    stored = places.new()
    done = read(stored.place, zone, stdin=report)
    done = read(stored.place, zone, stdin=report.replace(b'<count>3', b'<count>4').replace(b'google.com', b'\x1b[31mgoogle.com', 1))
    suite.check('attack: no escape reaches a terminal', b'\x1b' not in done.stderr + done.stdout, done.stderr)
    sql = report.replace(b'<report_id>77', b"<report_id>7'); DROP TABLE in_report; --")
    read(stored.place, zone, stdin=sql)
    suite.check('attack: SQL in a value is a value', ("7'); DROP TABLE in_report; --",) in stored.ask('SELECT report_id FROM in_report'))


def outage(suite, places, read):
    """DNS does not answer for a sender: the mail waits, for a day at most, and then it is judged again."""
    sender, now = Sender('google.com'), 1800000000
    good, bad = places.folder / 'good', places.folder / 'bad'
    good.write_text(sender.zone())
    report = sender.mail(shapes.xml())

    def mail(age):
        return f'Received: from a.example by us.example; {email.utils.formatdate(now - age)}\r\n'.encode() + report

    def senders(stored):
        return stored.ask('SELECT s.domain, s.auth, r.messages FROM in_report r JOIN in_sender s ON s.id = r.sender ORDER BY r.id')

    for what in ('_dmarc.google.com', 's._domainkey.google.com'):
        bad.write_text(''.join(line + '\n' for line in sender.zone().splitlines() if not line.startswith(what)) + f';!SERVFAIL {what} TXT\n')
        for name, age, waits in (('now', 0, True), ('for 23 hours', 82800, True), ('for 25 hours', 90000, False), ('ahead of our clock', -60, True),
                                 ('from the future', -3600, False)):
            stored = places.new()
            done = read(stored.place, bad, stdin=mail(age))
            held = done.returncode == 75 and b'waits for the next run' in done.stderr and not senders(stored) and not stored.asides()
            kept = done.returncode == 0 and b'unauthenticated' in done.stderr and senders(stored) == [('google.com', '1', '3')]
            suite.check(f'no answer of {what}: {name}', held if waits else kept, done)
            done = read(stored.place, good, stdin=mail(age))
            suite.check(f'no answer of {what}: {name}: later', done.returncode == 0 and senders(stored)[-1] == ('google.com', '2', '3') and
                        len(senders(stored)) == (1 if waits else 2), (done, senders(stored)))
    stored, box = places.new(), places.folder / 'waiting'
    box.mkdir(exist_ok=True)
    (box / '1.eml').write_bytes(mail(60))
    (box / '2.xml').write_bytes(shapes.xml(ident='2'))
    done = read(stored.place, bad, box)
    suite.check('no answer: of an archive, the others are stored', done.returncode == 75 and b'1 wait for the next run' in done.stdout and
                senders(stored) == [('', '0', '3')], done)
    done = read(stored.place, good, box)
    suite.check('no answer: of an archive, later', done.returncode == 0 and senders(stored) == [('', '0', '3'), ('google.com', '2', '3')], done)


def envelopes(suite, places, read):
    """--envelope field, and a mail whose field is missing or cannot be read: it will never have one, so it neither waits nor stops the rest"""
    large = Sender('google.com')
    zone, secret, box = places.folder / 'envelope-zone', places.folder / 'envelope-secret', places.folder / 'envelopes'
    zone.write_text(large.zone() + 'google.com. TXT "v=spf1 ip4:192.0.2.1 -all"\n')
    secret.write_text('s3cret')
    secret.chmod(0o600)
    box.mkdir(exist_ok=True)
    given = ('--envelope', 'field', '--envelope-secret-file', secret)
    field = b'X-Mailstamp-Envelope: secret=s3cret client_address=192.0.2.1 sender=a%40google.com\r\n'
    signed, unsigned = large.mail(shapes.xml()), large.mail(shapes.xml(), signed=False)
    why, only = b'no X-Mailstamp-Envelope has the right secret', b': only DKIM can authenticate its sender\n'
    cases = [
        ('with the field', field + unsigned, '2', b''),
        ('without the field', signed, '2', why + only),
        ('without field or signature', unsigned, '1', why + only),
        ('with another secret', field.replace(b's3cret', b'other') + unsigned, '1', why + only),
        ('with two fields', field * 2 + signed, '2', b'more than one X-Mailstamp-Envelope has the right secret' + only),
        ('with a client that is no address', field.replace(b'192.0.2.1', b'localhost') + signed, '2', b"the envelope's client_address is not an address" + only),
        ('with a name twice', field.replace(b' sender', b' sender=x%40y.example sender') + signed, '2', b'a name is repeated in the envelope' + only),
        ('with a wrong code', field.replace(b'%40', b'%4') + signed, '2', b'a value of the envelope is not percent-encoded correctly' + only),
    ]
    for name, octets, auth, words in cases:
        stored = places.new()
        done = read(stored.place, zone, *given, stdin=octets)
        suite.check(f'envelope field, a mail {name}', done.returncode == 0 and done.stderr == (b'mailstamp: stdin: ' + words if words else b'') and
                    stored.ask('SELECT s.domain, s.auth FROM in_report r JOIN in_sender s ON s.id = r.sender') == [('google.com', auth)], done)
    for n, (_, octets, _, _) in enumerate(cases):
        (box / f'{n}.eml').write_bytes(octets)
    stored = places.new()
    done = read(stored.place, zone, *given, box)
    suite.check('envelope field: of an archive, all are read', done.returncode == 0 and done.stderr.count(only) == len(cases) - 1 and
                stored.ask('SELECT s.auth, r.seen FROM in_report r JOIN in_sender s ON s.id = r.sender ORDER BY 1') == [('1', '2'), ('2', '6')], done)


def pruned(suite, places, program):
    """Between two transactions of a reader, while DNS is slow, another process removes what the first of them stored."""
    silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    silent.bind(('127.0.0.1', 0))
    silent.settimeout(300)
    box = places.folder / 'pruned'
    box.mkdir(exist_ok=True)
    for n in range(200):
        (box / f'{n:03}.xml').write_bytes(shapes.xml(ident='old'))
    (box / '200.eml').write_bytes(Sender('google.com').mail(shapes.xml(ident='new')))
    stored = places.new()
    base = ['--config', '/dev/null', '--store', stored.place]
    with subprocess.Popen([program, 'report', 'read', *base, '--resolver', f'127.0.0.1:{silent.getsockname()[1]}', '--dns-timeout', '3', '--deadline', '3',
                           '--now', '1700000000', box], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        silent.recv(512)
        subprocess.run([program, 'report', 'prune', *base, '--days', '1', '--now', '1800000000'], check=True)
        suite.check('prune during read: it removed', (stored.count('in_report'), stored.count('in_auth')) == (0, 0))
    silent.close()
    suite.check('prune during read: the rows keep their results', stored.ask('SELECT r.report_id, count(x.auth) FROM in_report r JOIN in_row w ON w.report = r.id '
                'LEFT JOIN in_result x ON x.auth = w.auth GROUP BY r.report_id') == [('new', '2')], stored.ask('SELECT report_id FROM in_report'))


def slow(suite, places, program):
    """A sender whose DNS never answers delays that mail, not the store."""
    silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    silent.bind(('127.0.0.1', 0))
    silent.settimeout(300)
    stored = places.new()
    argv = [program, 'report', 'read', '--config', '/dev/null', '--store', stored.place]
    resolver = ['--resolver', f'127.0.0.1:{silent.getsockname()[1]}', '--dns-timeout', '30', '--deadline', '30']
    subprocess.run([*argv, '--zone', places.zone], input=shapes.xml(ident='1'), check=True)
    with subprocess.Popen([*argv, *resolver], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as waiting:
        waiting.stdin.write(Sender('google.com').mail(shapes.xml(ident='2')))
        waiting.stdin.close()
        silent.recv(512)  # it has begun to wait
        other = subprocess.run([*argv, '--zone', places.zone], input=shapes.xml(ident='3'), check=False)
        suite.check('slow DNS: others are stored meanwhile', other.returncode == 0 and waiting.poll() is None, other)
        waiting.terminate()
    box = places.folder / 'slow'
    box.mkdir(exist_ok=True)
    (box / '1.xml').write_bytes(shapes.xml(ident='4'))
    (box / '2.eml').write_bytes(Sender('google.com').mail(shapes.xml(ident='5')))
    while True:  # what the first reader asked
        try:
            silent.settimeout(1)
            silent.recv(512)
        except TimeoutError:
            break
    silent.settimeout(300)
    with subprocess.Popen([*argv, *resolver, box], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as waiting:
        silent.recv(512)
        other = subprocess.run([*argv, '--zone', places.zone], input=shapes.xml(ident='6'), check=False)
        suite.check('slow DNS: of one mail in an archive', other.returncode == 0 and waiting.poll() is None, other)
        waiting.terminate()
    silent.close()
    suite.check('slow DNS: which', stored.ask('SELECT report_id FROM in_report ORDER BY id') == [('1',), ('3',), ('6',)])


def shows(suite, places, read, show):
    """what is shown: of known receivers only, unless all are requested"""
    import json
    large, own, other = Sender('google.com'), Sender('example.com'), Sender('reports.example')
    zone = places.folder / 'showers'
    zone.write_text(large.zone() + own.zone() + other.zone())
    rows = shapes.ROW + shapes.ROW.replace('192.0.2.1', '192.0.2.2').replace('<dkim>pass', '<dkim>fail').replace('<count>3', '<count>5').replace(
        'none</disposition>', 'reject</disposition>').replace('<domain>example.com</domain><selector>s1</selector><result>pass', (
            '<domain>mcsv.net</domain><selector>k2</selector><result>pass'))
    stored = places.new()
    read(stored.place, zone, stdin=large.mail(shapes.xml(rows, ident='1')))
    read(stored.place, zone, stdin=large.mail(shapes.xml(rows, ident='2', dates=('1700092800', '1700179199'))))
    read(stored.place, zone, stdin=large.mail(shapes.xml(ident='3', policy='other.example')))
    read(stored.place, zone, stdin=own.mail(shapes.xml(ident='4', org='google.com').replace(b'<count>3', b'<count>100')))
    read(stored.place, zone, stdin=large.mail(shapes.xml(ident='5').replace(b'<count>3', b'<count>200'), signed=False))
    read(stored.place, zone, stdin=other.mail(shapes.xml(ident='6', org='=cmd()').replace(b'<count>3', b'<count>7').replace(b'192.0.2.1', b'=cmd()')))
    read(stored.place, zone, stdin=shapes.TLS)

    def table(name, *argv):
        done = show(stored.place, '--output', 'json', *argv)
        return json.loads(done.stdout)[name]

    suite.check('show: sources of known receivers', [(r['source'], r['messages'], r['pass'], r['fail'], r['blocked'], r['first'], r['last'])
                                                     for r in table('sources', 'example.com')] ==
                [('192.0.2.2', 10, 0, 10, 10, '2023-11-15', '2023-11-16'), ('192.0.2.1', 6, 6, 0, 0, '2023-11-15', '2023-11-16')],
                table('sources', 'example.com'))
    suite.check('show: services', [(r['service'], r['messages']) for r in table('services', 'example.com')] ==
                [('Mailchimp', 10), ('example.com', 6)], table('services', 'example.com'))
    suite.check('show: days', [(r['day'], r['messages']) for r in table('days')] == [('2023-11-16', 8), ('2023-11-15', 11)], table('days'))
    suite.check('show: senders apart', [(r['class'], r['messages']) for r in table('senders', 'example.com')] ==
                [('known', 16), ('authenticated', 107), ('unauthenticated', 200)], table('senders', 'example.com'))
    suite.check('show: one made known', ('=cmd()', 7) in [(r['source'], r['messages']) for r in table(
        'sources', 'example.com', '--trusted-reporter', 'reports.example')])
    suite.check('show: all', sum(r['messages'] for r in table('sources', 'example.com', '--reporters', 'all')) == 323)
    suite.check('show: a domain alone', [r['domain'] for r in table('policies', 'OTHER.example.')] == ['other.example'], table('policies'))
    suite.check('show: nothing of a name that ends alike', not table('sources', 'ample.com'), table('sources', 'ample.com'))
    suite.check('show: no pattern of SQL', not table('sources', 'e_ample.com'))
    suite.check('show: reporters', {(r['domain'], r['class'], r['reports']) for r in table('reporters')} ==
                {('google.com', 'known', 3), ('example.com', 'authenticated', 1), ('reports.example', 'authenticated', 1),
                 ('google.com', 'unauthenticated', 1)}, table('reporters'))
    csv = show(stored.place, '--output', 'csv', '--reporters', 'all').stdout.decode()
    suite.check('show: no formula in CSV', "\"'=cmd()\"" in csv and ',=cmd' not in csv, csv)
    tsv = show(stored.place, '--output', 'tsv').stdout.decode().splitlines()
    suite.check('show: TSV', any(line.startswith('sources\t192.0.2.2\t10\t0\t10\t10\t2023-11-15\t2023-11-16\texample.com\t') for line in tsv), tsv)
    ja = show(stored.place, '--lang', 'ja')
    suite.check('show: Japanese', ja.returncode == 0 and '\u9001\u4fe1\u5143'.encode() in ja.stdout and b'By source' not in ja.stdout, ja.stdout)
    suite.check('show: TLS', [(r['domain'], r['failures']) for r in table('tls', '--reporters', 'all')] == [('example.com', 2)], table('tls', '--reporters', 'all'))
    bad = show(stored.place, 'not a domain')
    suite.check('show: not a domain', bad.returncode == 64, bad)
    if not places.server:
        none = show(places.folder / 'none.sqlite')
        suite.check('show: no store', none.returncode == 78 and not (places.folder / 'none.sqlite').exists(), none)


def unfinished(suite, store, allow, show):
    """A writer with a rollback journal was killed: what it had not committed is not reported."""
    journal, whole = store.with_name(store.name + '-journal'), store.read_bytes()
    writer = sqlite3.connect(store, isolation_level=None)
    writer.execute('PRAGMA journal_mode = DELETE')
    writer.execute('PRAGMA cache_size = 1')
    writer.execute('CREATE TABLE filler (octets)')
    writer.execute('BEGIN')
    writer.execute('UPDATE in_row SET messages = 99')
    writer.execute('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)'
                   ' INSERT INTO filler SELECT randomblob(4000) FROM n')    # so that the cache is written
    kept = store.read_bytes(), journal.read_bytes()
    writer.execute('ROLLBACK')
    writer.close()
    for path, octets in zip((store, journal), kept):
        path.write_bytes(octets)
    allow()
    done = show()
    suite.check('unwritable: a -journal file that cannot be read', len(kept[1]) > 512 and done.returncode == 75 and not done.stdout
                and b'-wal or -journal file holds changes' in done.stderr, done)
    journal.write_bytes(b'')
    store.write_bytes(whole)
    allow()
    done = show()
    suite.check('unwritable: an empty -journal file', done.returncode == 0 and done.stdout, done)
    journal.unlink()


def unwritable(suite, places, read, program):
    """A store where nothing can be written: it is read, unless that could be wrong."""
    os.chmod(places.folder, 0o755)
    folder = places.folder / 'unwritable'
    folder.mkdir()
    store = folder / 'a?b#%41.sqlite'
    who = {'user': 'nobody', 'group': 'nogroup', 'extra_groups': []} if os.geteuid() == 0 else {}
    if subprocess.run([program, '--version'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, **who).returncode != 0:
        suite.skip('unwritable', 'another user cannot start the program')
        return

    def argv(*more):
        return [program, 'report', 'show', '--config', '/dev/null', '--reporters', 'all', '--store', store, *more]

    def show(*more):
        os.chmod(folder, 0o555)
        try:
            return subprocess.run(argv('--zone', places.zone, *more), capture_output=True, timeout=60, check=False, **who)
        finally:
            os.chmod(folder, 0o755)

    def allow():
        for path in folder.iterdir():
            os.chmod(path, 0o644)

    read(store, places.zone, stdin=shapes.xml())
    wanted = subprocess.run(argv('--zone', places.zone), capture_output=True, check=True).stdout
    allow()
    done = show()
    suite.check('unwritable: shown', done.returncode == 0 and done.stdout == wanted and b'192.0.2.1' in wanted, done)
    suite.check('unwritable: nothing was written', [path.name for path in folder.iterdir()] == [store.name])
    done = subprocess.run(['unshare', '-m', 'sh', '-c', 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" || exit 99; exec "$@"', folder,
                           *map(str, argv('--zone', places.zone))], capture_output=True, check=False)
    if done.returncode == 99 or b'unshare' in done.stderr:
        suite.skip('unwritable: a read-only file system', 'nothing can be mounted here')
    else:
        suite.check('unwritable: a read-only file system', done.returncode == 0 and done.stdout == wanted, done)
    writer = sqlite3.connect(store)
    writer.execute("UPDATE in_row SET messages = 77")
    writer.commit()
    allow()
    done = show()
    suite.check('unwritable: what a writer has not moved into the file', done.returncode == 0 and b'77' in done.stdout, done)
    kept = (folder / (store.name + '-wal')).read_bytes()
    writer.close()
    (folder / (store.name + '-wal')).write_bytes(kept)
    allow()
    done = show()
    suite.check('unwritable: a -wal file that cannot be read', done.returncode == 75 and b'-wal or -journal file holds changes' in done.stderr and not done.stdout, done)
    (folder / (store.name + '-wal')).unlink()
    unfinished(suite, store, allow, show)
    silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    silent.bind(('127.0.0.1', 0))
    silent.settimeout(300)
    os.chmod(folder, 0o555)
    with subprocess.Popen(list(map(str, argv('--resolver', f'127.0.0.1:{silent.getsockname()[1]}', '--dns-timeout', '2', '--deadline', '2'))),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, **who) as reader:
        silent.recv(512)    # it has begun to read
        os.chmod(folder, 0o755)
        with sqlite3.connect(store) as writer:
            writer.execute("UPDATE in_row SET messages = 78")
        writer.close()
        out, told = reader.communicate(timeout=60)
    silent.close()
    suite.check('unwritable: changed meanwhile', reader.returncode == 75 and b'was changed while it was read' in told and not out, (reader.returncode, out, told))

"""The page of `report show`: the reports of tests/reports compared with an archive, and a hostile reporter's
texts."""
import gzip
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.append(str(ROOT / 'tests/reports'))
import shapes  # noqa: E402
import views  # noqa: E402

BAD = ['<script>alert(1)</script>', '"><img src=x onerror=alert(2)>', "' onload='x", '\u202egnp', '</bdi></td><i>', '&lt;b&gt;', '{shown}']
DAY = 86400
FIRST = 1763424000  # 2025-11-18


def escaped(text):
    return text.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')


def hostile():
    """every value of a report that a reporter chooses"""
    rows = ''
    for n, bad in enumerate(map(escaped, BAD)):
        rows += views.row(bad, n + 1, views.result('dkim', bad, 'pass', bad) + views.result('spf', bad, 'pass'), dkim_told=bad, spf_told='fail',
                          disposition=bad, reason=bad, author=bad)
        rows += views.row(f'198.51.100.{n + 1}', n + 1, views.result('spf', 'x.example', 'pass'), author=f'{n}.example')
    head = f'<extra_contact_info>{escaped(BAD[0])}</extra_contact_info><error>{escaped(BAD[1])}</error><generator>{escaped(BAD[2])}</generator>'
    report = shapes.xml(rows, head=head, org=escaped(BAD[0]), ident=escaped(BAD[1]), policy=escaped(BAD[0]), dates=(FIRST, FIRST + DAY - 1))
    tls = json.loads(shapes.TLS)
    tls['organization-name'] = tls['contact-info'] = BAD[0]
    tls['policies'][0]['policy'] = {'policy-type': BAD[1], 'policy-domain': BAD[0]}
    tls['policies'][0]['failure-details'] = [{'result-type': bad, 'receiving-mx-hostname': bad, 'failed-session-count': 1} for bad in BAD]
    arf = (f'Feedback-Type: auth-failure\r\nUser-Agent: {BAD[0]}\r\nSource-IP: {BAD[1]}\r\nReported-Domain: {BAD[0]}\r\nDKIM-Domain: {BAD[0]}\r\n'
           f'DKIM-Selector: {BAD[1]}\r\nAuth-Failure: {BAD[4]}')
    failure = shapes.parts(shapes.PLAIN, ('Content-Type: message/feedback-report', arf),
                           ('Content-Type: text/rfc822-headers', f'From: a@example.com\r\nMessage-ID: <{BAD[0]}@x>\r\n'))
    return [report, json.dumps(tls).encode(), failure]


def usual():
    """forty days of reports about two domains, with forwarders, and a new source"""
    out = []
    for n in range(40):
        rows = ''.join(views.ROWS[n % 4:]) + ''.join(
            views.row(f'198.51.100.{1 + n % 6}', 40 + n * 7 % 23, views.result('dkim', 'example.com', 'pass') +
                      views.result('spf', 'example.com', 'pass'), 'pass', 'pass') for _ in range(2))
        rows += views.row('192.0.2.80', 30, views.result('dkim', 'mcsv.net', 'pass', 'k2') + views.result('spf', 'mcsv.net', 'pass'))
        rows += views.row('192.0.2.99', 3, views.result('spf', 'x.example', 'fail')) if n >= 35 else ''
        begins = FIRST + n * DAY
        out.append(shapes.xml(rows, ident=f'u{n}', dates=(begins, begins + DAY - 1)))
    return out


class Reported:
    def __init__(self, program, folder, zone, mail):
        self.program, self.zone, self.mail = program, zone, mail
        self.store = folder / 'reports.sqlite'
        self.reports = folder / 'reports'
        self.reports.mkdir()

    def read(self, name, reports):
        for n, octets in enumerate(reports):
            (self.reports / f'{name}{n}').write_bytes(octets if octets[:1] != b'<' else gzip.compress(octets))
        return subprocess.run([self.program, 'report', 'read', '--config', '/dev/null', '--zone', self.zone, '--store', self.store, self.reports],
                              capture_output=True, timeout=60, check=False)

    def show(self, target, *argv):
        return subprocess.run(list(map(str, [self.program, 'report', 'show', '--config', '/dev/null', '--zone', self.zone, '--store', self.store,
                                             '--now', '1767225600', '--reporters', 'all', '--since', '2025-12-20', '--archive', self.mail,
                                             '--html', target, *argv])), capture_output=True, timeout=60, check=False)


def checked(check, parse, shape, rows_of, archive, target):
    """The page agrees with the JSON, keeps a reporter's texts as text, and is Japanese throughout."""
    here = Reported(archive.program, target.parent, archive.zone, archive.mail)
    ran = here.read('usual', usual())
    check('reports: read', ran.returncode == 0 and ran.stdout.startswith(b'40 aggregate'), ran)
    ran = here.show(target, '--output', 'json')
    found = json.loads(ran.stdout)
    page = target.read_bytes()
    tree, errors = parse(page)
    shape('reports', page, tree, errors)
    for name, table in found.items():
        if name not in ('identities', 'days') and table:
            shown = rows_of(tree, f't-{name}')
            check(f'reports: {name}, every row', len(shown) == len(table), (len(shown), len(table)))
    told = {row[0]: row for row in rows_of(tree, 't-sources')}
    for row in found['sources']:
        check(f"reports: {row['source']}", told[row['source']][1:4] == [f'{row[n]:,}' for n in ('messages', 'pass', 'fail')], told[row['source']])
    check('reports: new sources', [row[0] for row in rows_of(tree, 't-new_sources')] == [row['source'] for row in found['new_sources']])
    check('reports: who sends', sum(int(row[3].replace(',', '')) for row in rows_of(tree, 'sources')) ==
          sum(row['messages'] for row in found['days']), found['days'][:2])
    check('reports: without an archive its columns are not there', b'In the archive' in page)
    ran = here.show(target, '--lang', 'ja', '--output', 'none')
    tree, errors = parse(target.read_bytes())
    shape('reports in Japanese', target.read_bytes(), tree, errors)
    html = '{http://www.w3.org/1999/xhtml}'
    left = [text for element in tree.iter() if element.tag not in (html + 'script', html + 'style') for text in [element.text or '', element.tail or '']
            if re.search(r'\b[A-Za-z]{2,} [a-z]{1,} [a-z]{2,}\b', text)]
    check('reports in Japanese: no English prose', not left, left[:5])
    ran = here.read('hostile', hostile())
    ran = here.show(target, '--output', 'none')
    page = target.read_bytes()
    tree, errors = parse(page)
    shape('hostile reports', page, tree, errors)
    check('hostile reports: status', ran.returncode == 0, ran.stderr)
    text = ''.join(tree.itertext())
    for bad in BAD:
        check(f'hostile reports: {bad!r} is text', bad.replace('\u202e', '\\xe2\\x80\\xae') in text)
    check('hostile reports: no controls, no directions', not set(page) & (set(range(32)) - {9, 10}) and
          not re.search('[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]', page.decode()))
    tags = {element.tag[len(html):] for element in tree.iter() if str(element.tag).startswith(html)}
    check('hostile reports: no tag but ours', not tags & {'img', 'i', 'iframe', 'object', 'form'} and
          sum(element.tag == html + 'script' for element in tree.iter()) == 1, tags)
    target.write_text('a letter')
    ran = here.show(target, '--output', 'none')
    check('reports: what is no page stands', ran.returncode == 75 and target.read_text() == 'a letter', ran)
    target.unlink()
    target.mkdir()
    ran = here.show(target, '--output', 'json')
    check('reports: a folder is told, before any work', ran.returncode == 75 and not ran.stdout, ran)

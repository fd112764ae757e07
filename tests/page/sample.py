"""An archive for the page: the messages of the cases senders/*, spread over days.

A Received field on top of all others says when each arrived and breaks no signature; the envelopes are those
of the cases, with one zone made of theirs.
"""
import datetime
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / 'tests/support'))
import archive as archives  # noqa: E402  (after the path above)

LAST_DAY = datetime.datetime(2025, 12, 28, 9, 30, tzinfo=datetime.timezone.utc)
SCENARIOS = ['--what-if', 'p=reject', '--what-if', 'p=quarantine; adkim=s; aspf=s', '--dmarc-compare']


def dated(message, when):
    end = b'\r\n' if b'\r\n' in message[:2000] else b'\n'
    day = when.strftime('%a, %d %b %Y %H:%M:%S +0000').encode()
    return b'Received: from mta.example by mx.example.net;' + end + b'\t' + day + end + message


def day_of(number, copy, days):
    """More mail towards the end, less at weekends, as in reality."""
    when = LAST_DAY - datetime.timedelta(days=(number * 7 + copy * copy * 5 + copy) % days)
    return when - datetime.timedelta(days=2) if when.weekday() > 4 and number % 3 else when


def make(program, folder, copies=4, days=40):
    """An archives.Archive whose manifest names every message, several times, on different days."""
    archive = archives.Archive(program, folder)
    rows = []
    for number, (name, message, options) in enumerate(archive.cases):
        for copy in range(1 + (number * 5) % copies):
            path = f'{name}-{copy + 1}.eml'
            (archive.mail / path).write_bytes(dated(message, day_of(number, copy, days)))
            rows.append({'path': path, 'client_ip': options['--client-ip'], 'helo': options['--helo'],
                         'mail_from': options['--mail-from']})
    archive.listing = folder / 'sample.jsonl'
    archive.listing.write_text(''.join(json.dumps(row) + '\n' for row in rows))
    return archive


def page(archive, target, *argv, **more):
    return archive.run('--envelopes', archive.listing, '--html', target, *argv, archive.mail, **more)

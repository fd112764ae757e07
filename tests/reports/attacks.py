"""attacks.py: who says so. A report is its sender's who passes DMARC, whatever stands in it."""
import gzip

import dkim
import shapes
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
import base64


class Sender:
    def __init__(self, domain):
        self.domain = domain
        key = rsa.generate_private_key(65537, 2048)
        self.key = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
        self.public = base64.b64encode(key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)).decode()

    def zone(self):
        text = f'v=DKIM1; p={self.public}'
        return f's._domainkey.{self.domain}. TXT "{text[:200]}" "{text[200:]}"\n_dmarc.{self.domain}. TXT "v=DMARC1; p=reject"\n'

    def mail(self, octets, author=None, signed=True):
        text = shapes.mail(gzip.compress(octets, mtime=0)).replace(b'reports@acme.example', f'reports@{author or self.domain}'.encode(), 1)
        if not signed:
            return text
        return dkim.sign(text, b's', self.domain.encode(), self.key, include_headers=[b'from', b'subject', b'content-type']) + text


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

    # his signature over a mail in the name of google.com
    stored = places.new()
    read(stored.place, zone, stdin=own.mail(forged, author='google.com'))
    suite.check('attack: a signature of another domain authenticates nobody', senders(stored) == [('google.com', '1', '9')], senders(stored))

    # a loose file says nothing of its sender, and suppresses nothing
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

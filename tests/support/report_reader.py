"""report_reader.py: aggregate reports by RFC 9990, read without our code: xmllint with the RFC's schema, the
mail by Python's email, the XML by ElementTree."""
import email
import email.policy
import gzip
import pathlib
import re
import subprocess
import xml.etree.ElementTree as ET

SCHEMA = pathlib.Path(__file__).resolve().parent.parent.parent / 'testdata/rfc9990.xsd'
NS = '{urn:ietf:params:xml:ns:dmarc-2.0}'
# RFC 9990 3.5.1, 3.5.2
NAME = re.compile(r'([a-z0-9.-]+)!([a-z0-9._-]+)!(\d+)!(\d+)(?:!([A-Za-z0-9]+))?\.xml\.gz')
SUBJECT = re.compile(r'Report\s+Domain:\s+(\S+)\s+Submitter:\s+(\S+)\s+Report-ID:\s+<?([^\s<>]+)>?')


def text(element, path):
    found = element.find('/'.join(NS + part for part in path.split('/')))
    return None if found is None else found.text or ''


def valid(xml):
    """None, or the complaints of xmllint."""
    done = subprocess.run(['xmllint', '--noout', '--nonet', '--schema', SCHEMA, '-'], input=xml, capture_output=True,
                          check=False)
    return None if done.returncode == 0 else done.stderr.decode()[:1000]


class Report:
    """One report; rows is {everything in a row but its count: count}."""

    def __init__(self, xml):
        self.xml, top = xml, ET.fromstring(xml)
        self.invalid = valid(xml)
        meta, policy = top.find(NS + 'report_metadata'), top.find(NS + 'policy_published')
        self.meta = {each.tag[len(NS):]: each.text for each in meta if not len(each)}
        self.begin, self.end = (int(text(meta, 'date_range/' + name)) for name in ('begin', 'end'))
        self.policy = {each.tag[len(NS):]: each.text for each in policy}
        self.rows = {}
        for record in top.findall(NS + 'record'):
            key = self.key(record)
            assert key not in self.rows, f'a row twice: {key}'
            self.rows[key] = int(text(record, 'row/count'))

    @staticmethod
    def key(record):
        evaluated = record.find(f'{NS}row/{NS}policy_evaluated')
        reasons = tuple((text(each, 'type'), text(each, 'comment')) for each in evaluated.findall(NS + 'reason'))
        dkim = tuple(tuple(text(each, name) for name in ('domain', 'selector', 'result'))
                     for each in record.findall(f'{NS}auth_results/{NS}dkim'))
        spf = tuple(tuple(text(each, name) for name in ('domain', 'scope', 'result'))
                    for each in record.findall(f'{NS}auth_results/{NS}spf'))
        return (text(record, 'row/source_ip'), text(evaluated, 'disposition'), text(evaluated, 'dkim'),
                text(evaluated, 'spf'), reasons, text(record, 'identifiers/header_from'),
                text(record, 'identifiers/envelope_from'), text(record, 'identifiers/envelope_to'), dkim, spf)


class Mail:
    """The mail that brings a report; wrong: the requirements of RFC 9990 3.5 that it violates."""

    def __init__(self, raw):
        self.raw = raw
        message = email.message_from_bytes(raw, policy=email.policy.default)
        self.wrong = []
        self.verp = (message['Return-Path'] or '').strip('<>')
        self.to, self.sender = message['To'], message['From']
        parts = [part for part in message.walk() if part.get_content_type() == 'application/gzip']
        if len(parts) != 1:
            raise ValueError(f'{len(parts)} parts of application/gzip')
        self.name, self.packed = parts[0].get_filename(), parts[0].get_payload(decode=True)
        self.report = Report(gzip.decompress(self.packed))
        self.check(message)

    def check(self, message):
        report, name = self.report, NAME.fullmatch(self.name or '')
        subject = SUBJECT.fullmatch(message['Subject'])
        if name is None or subject is None:
            self.wrong.append(f'name {self.name} or subject {message["Subject"]}')
            return
        if report.invalid:
            self.wrong.append(report.invalid)
        if (name[2], int(name[3]), int(name[4])) != (report.policy['domain'], report.begin, report.end):
            self.wrong.append('the name is not that of the report')
        if (subject[1], subject[2]) != (report.policy['domain'], name[1]):
            self.wrong.append('the subject is not that of the report')
        if not subject[3] == report.meta['report_id'] == name[5]:
            self.wrong.append('the ids differ')
        if report.begin % 86400 or report.end - report.begin != 86399:
            self.wrong.append('not a UTC day')
        if b'\nContent-Disposition: attachment;\n\tfilename="' + self.name.encode() + b'"\n' not in self.raw:
            self.wrong.append('the name is not there as one quoted string')
        if message['Auto-Submitted'] != 'auto-generated':
            self.wrong.append('not auto-submitted')

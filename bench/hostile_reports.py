"""hostile_reports.py: reports designed to cost time or memory, for bench/hostile.

REPORTS: {name: function that returns the octets of a file or mail for `report read`, and its uncompressed
size}.
"""
import gzip
import io
import json
import pathlib
import sys
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'tests/reports'))
import shapes  # noqa: E402

MEGABYTE = 1000 * 1000
REPORTS = {}


def report(function):
    REPORTS[function.__name__.replace('_', '-')] = function
    return function


def plain(octets):
    return octets, len(octets)


def packed(octets):
    return gzip.compress(octets, mtime=0), len(octets)


def fill(piece, size=MEGABYTE):
    return piece * (size // len(piece) + 1)


def xml(rows):
    return shapes.xml(rows)


@report
def xml_entities_in_entities():
    names = ''.join(f'<!ENTITY e{i} "{("&e%d;" % (i - 1)) * 10}">' for i in range(1, 30))
    return plain(f'<?xml version="1.0"?><!DOCTYPE feedback [<!ENTITY e0 "x">{names}]><feedback>&e29;</feedback>'.encode())


@report
def xml_one_long_entity():
    return plain(f'<!DOCTYPE feedback [<!ENTITY e "{"x" * 500000}">]><feedback>{"&e;" * 100000}</feedback>'.encode())


@report
def xml_nested():
    return plain(fill(b'<a>'))


@report
def xml_nested_rows():
    return plain(xml(fill('<record>')))


@report
def xml_rows():
    return plain(xml(fill(shapes.ROW)))


@report
def xml_empty_rows():
    return plain(xml(fill('<record/>')))


@report
def xml_results_of_a_row():
    return plain(xml(shapes.ROW.replace('</auth_results>', fill('<dkim><domain>a.example</domain><result>pass</result></dkim>') +
                                        '</auth_results>')))


@report
def xml_one_long_text():
    return plain(xml(shapes.ROW.replace('example.com', fill('x'), 1)))


@report
def xml_text_in_pieces():
    return plain(xml(shapes.ROW.replace('example.com', fill('x<!-- -->'), 1)))


@report
def xml_attributes():
    return plain(b'<feedback ' + b''.join(b'a%d="x" ' % i for i in range(90000)) + b'></feedback>')


@report
def xml_open_tags():
    return plain(xml(fill('<')))


@report
def xml_ampersands():
    return plain(xml(fill('&')))


@report
def xml_controls():
    return plain(xml(fill('\x01')))


@report
def xml_not_utf8():
    return plain(xml('X').replace(b'X', fill(b'\xff')))


@report
def xml_cdata():
    return plain(xml(fill('<![CDATA[')))


@report
def xml_comments():
    return plain(xml(fill('<!--')))


@report
def xml_several_roots():
    return plain(fill(b'<feedback></feedback>'))


@report
def gzip_of_a_gigabyte():
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode='wb', mtime=0) as made:
        for _ in range(1024):
            made.write(bytes(1 << 20))
    return out.getvalue(), 64 << 20  # nothing beyond that is unpacked


@report
def gzip_of_spaces():
    return packed(xml(fill(' ', 32 << 20)))


@report
def gzip_in_gzip():
    octets = bytes(1000)
    for _ in range(2000):
        octets = gzip.compress(octets, mtime=0)
    return plain(octets)


@report
def zip_of_many_files():
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w') as made:
        for i in range(9000):
            made.writestr(f'{i}.xml', b'')
    return plain(out.getvalue())


@report
def zip_of_reports():
    return plain(shapes.zipped_all(shapes.xml(ident=str(i)) for i in range(900)))


@report
def zip_of_gzips():
    octets = b'<feedback>' + bytes(60000)
    return shapes.zipped_all([gzip.compress(octets, mtime=0)] * 990), 990 * len(octets)


@report
def zip_of_gzip_of_gzip():
    octets = b'<feedback>' + fill(b' ', 60 << 20)
    return shapes.zipped_all([gzip.compress(gzip.compress(octets, mtime=0), mtime=0)]), len(octets)


@report
def mail_with_zip_of_many_files():
    octets, _ = REPORTS['zip-of-many-files']()
    return plain(shapes.parts(shapes.attached(octets, 'application/zip', 'report.zip')))


def tls(policies):
    return json.dumps({'organization-name': 'Acme', 'date-range': {'start-datetime': '2023-11-15T00:00:00Z',
                                                                   'end-datetime': '2023-11-15T23:59:59Z'},
                       'contact-info': 'a@acme.example', 'report-id': '1', 'policies': policies}).encode()


POLICY = {'policy': {'policy-type': 'sts', 'policy-domain': 'example.com'},
          'summary': {'total-successful-session-count': 1, 'total-failure-session-count': 1}}


@report
def tls_nested_arrays():
    return plain(fill(b'['))


@report
def tls_nested_objects():
    return plain(fill(b'{"a":'))


@report
def tls_policies():
    return plain(tls([POLICY] * 5000))


@report
def tls_failures():
    return plain(tls([{**POLICY, 'failure-details': [{'result-type': 'x', 'failed-session-count': 1}] * 18000}]))


@report
def tls_strings():
    return plain(tls([{**POLICY, 'policy': {**POLICY['policy'], 'policy-string': ['x'] * 200000}}]))


@report
def tls_names():
    return plain(b'{"policies":[],' + b','.join(b'"%d":1' % i for i in range(90000)) + b'}')


@report
def tls_same_name():
    return plain(b'{' + fill(b'"policies":[],') + b'"a":1}')


@report
def tls_escapes():
    return plain(tls([]).replace(b'Acme', fill(rb'\u0001')))


@report
def tls_one_long_number():
    return plain(tls([POLICY]).replace(b'count": 1', b'count": ' + fill(b'1'), 1))


@report
def gzip_of_tls_policies():
    return packed(tls([POLICY] * 60000))


def failure(fields, body='', third='Content-Type: text/rfc822-headers\r\n\r\nFrom: a@b.example\r\n'):
    return ('From: r@acme.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n'
            'Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n--b\r\n\r\n' + body +
            '\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: auth-failure\r\nVersion: 1\r\n'
            'User-Agent: x\r\n' + fields + '\r\n--b\r\n' + third + '\r\n--b--\r\n').encode()


@report
def failure_of_many_fields():
    return plain(failure(fill('Delivery-Result: x\r\n')))


@report
def failure_of_one_long_field():
    return plain(failure('Original-Mail-From: ' + fill('x') + '\r\n'))


@report
def failure_with_a_wide_header():
    return plain(failure('', third='Content-Type: text/rfc822-headers\r\n\r\n' + fill('X: y\r\n')))


@report
def mail_of_many_parts():
    return plain(shapes.parts(*[('Content-Type: text/xml', '<feedback/>')] * 20000))


@report
def mail_of_nested_parts():
    text = ''
    for i in range(8000):
        text += f'--{i}\r\nContent-Type: multipart/mixed; boundary={i + 1}\r\n\r\n'
    return plain(('From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=0\r\n\r\n' + text).encode())

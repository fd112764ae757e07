"""shapes.py: every shape of a report that reporters send, made here, with what is to be read from it.

A shape: name, octets of a file or a mail, kind, expected warnings, values by their names in the store (of the
report, or `row.NAME` of the first row), and why it is set aside instead, or ''.
"""
import base64
import collections
import gzip
import io
import random
import tarfile
import zipfile

Shape = collections.namedtuple('Shape', 'name octets kind warnings values aside')
NS = 'urn:ietf:params:xml:ns:dmarc-2.0'

ROW = '''<record><row><source_ip>192.0.2.1</source_ip><count>3</count><policy_evaluated><disposition>none</disposition>
<dkim>pass</dkim><spf>fail</spf></policy_evaluated></row><identifiers><header_from>example.com</header_from></identifiers>
<auth_results><dkim><domain>example.com</domain><selector>s1</selector><result>pass</result></dkim>
<spf><domain>example.net</domain><scope>mfrom</scope><result>softfail</result></spf></auth_results></record>'''


def xml(rows=ROW, head='', root='<feedback>', dates=('1700006400', '1700092799'), org='Acme', ident='1', policy='example.com',
        declaration='<?xml version="1.0" encoding="UTF-8"?>\n', end='</feedback>\n', version=''):
    return (f'{declaration}{root}{version}<report_metadata><org_name>{org}</org_name><email>r@acme.example</email>'
            f'<report_id>{ident}</report_id><date_range><begin>{dates[0]}</begin><end>{dates[1]}</end></date_range>{head}'
            f'</report_metadata><policy_published><domain>{policy}</domain><adkim>r</adkim><aspf>r</aspf><p>none</p>'
            f'<sp>none</sp><pct>100</pct></policy_published>{rows}{end}').encode()


def swap(old, new, **more):
    """the usual report with one change"""
    text = xml(**more).decode()
    assert old in text, old
    return text.replace(old, new, 1).encode()


def zipped(name, octets):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, octets)
    return out.getvalue()


def zipped_all(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w') as archive:
        for n, octets in enumerate(files):
            archive.writestr(f'{n}.xml', octets)
    return out.getvalue()


def mail(body, kind='application/gzip', name='acme!example.com!1700006400!1700092799.xml.gz', fields='', type_field='Content-Type',
         subject='Report Domain: example.com Submitter: acme.example Report-ID: 1'):
    coded = base64.encodebytes(body).decode().replace('\n', '\r\n')
    return (f'From: reports@acme.example\r\nTo: dmarc@example.com\r\nSubject: {subject}\r\n'
            f'Date: Wed, 15 Nov 2023 01:00:00 +0000\r\nMessage-ID: <1@acme.example>\r\nMIME-Version: 1.0\r\n{fields}'
            f'{type_field}: {kind}; name="{name}"\r\nContent-Transfer-Encoding: base64\r\n'
            f'Content-Disposition: attachment; filename="{name}"\r\n\r\n{coded}').encode()


def parts(*bodies, kind='multipart/mixed'):
    """bodies: (fields, text)"""
    lines = ''.join(f'--b\r\n{fields}\r\n\r\n{text}\r\n' for fields, text in bodies)
    return (f'From: reports@acme.example\r\nTo: dmarc@example.com\r\nSubject: Report Domain: example.com\r\n'
            f'MIME-Version: 1.0\r\nContent-Type: {kind}; boundary=b\r\n\r\n{lines}--b--\r\n').encode()


def attached(octets, kind, name):
    return (f'Content-Type: {kind}; name="{name}"\r\nContent-Transfer-Encoding: base64',
            base64.encodebytes(octets).decode().replace('\n', '\r\n'))


def wrong(octets, at):
    """with one bit changed"""
    out = bytearray(octets)
    out[at] ^= 1
    return bytes(out)


def other_octets(octets, old, new):
    """gzip, stored as it is, in which something was changed"""
    return gzip.compress(octets, 0).replace(old, new, 1)


def tar_of(files, name='r.xml'):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w') as archive:
        for octets in files:
            info = tarfile.TarInfo(name)
            info.size = len(octets)
            archive.addfile(info, io.BytesIO(octets))
    return out.getvalue()


def tar(octets, name='r.xml'):
    return tar_of([octets], name)


USUAL = {'org': 'Acme', 'report_id': '1', 'domain': 'example.com', 'begins': 1700006400, 'row.source': '192.0.2.1', 'row.messages': 3}
PLAIN = ('Content-Type: text/plain', 'A report is attached.')
TLS = b'''{"organization-name": "Acme", "contact-info": "t@acme.example", "report-id": "t1",
"date-range": {"start-datetime": "2023-11-15T00:00:00Z", "end-datetime": "2023-11-15T23:59:59Z"},
"policies": [{"policy": {"policy-type": "sts", "policy-domain": "Example.com", "mx-host": ["a.example.com", "b.example.com"]},
"summary": {"total-successful-session-count": 5, "total-failure-session-count": 2},
"failure-details": [{"result-type": "certificate-expired", "sending-mta-ip": "2001:DB8:0::1", "failed-session-count": 2}]}]}'''
ARF = ('Feedback-Type: auth-failure\r\nVersion: 1\r\nUser-Agent: Acme/1\r\nAuth-Failure: dmarc\r\nSource-IP: 192.0.2.9\r\n'
       'Original-Mail-From: <bounce@example.net>\r\nArrival-Date: Wed, 15 Nov 2023 01:00:00 +0000\r\nReported-Domain: Example.com\r\n'
       'Identity-Alignment: dkim, spf\r\nDelivery-Result: reject\r\nIncidents: 4')
HEADER = 'From: Joe <joe@Example.com>\r\nMessage-ID: <m@example.com>\r\nSubject: x\r\n'
EXIM = ('From: postmaster@acme.example\r\nTo: ruf@example.com\r\nSubject: DMARC Forensic Report for example.com from IP 192.0.2.7\r\n\r\n'
        'A message claiming to be from you has failed the published DMARC policy for your domain.\r\n\r\n'
        '  Sender Domain: example.com\r\n  Sender IP Address: 192.0.2.7\r\n  Received Date: Wed, 15 Nov 2023 01:00:00 +0000\r\n'
        '  SPF Alignment: no\r\n  DKIM Alignment: no\r\n  DMARC Results: Reject\r\n').encode()

BAD_REASON = '<spf>fail</spf><reason><type></type><comment></comment></reason>'
SHAPES = [
    Shape('as RFC 7489 has it', xml(), 'aggregate', {}, USUAL, ''),
    Shape('as RFC 9990 has it', xml(root=f'<feedback xmlns="{NS}">', version='<version>1.0</version>'), 'aggregate', {},
          {**USUAL, 'version': '1.0', 'pct': '100'}, ''),
    Shape('a prefix for the namespace', xml(root=f'<d:feedback xmlns:d="{NS}">', end='</d:feedback>').replace(b'<', b'<d:').replace(
        b'<d:/', b'</d:').replace(b'<d:?', b'<?').replace(b'd:d:', b'd:'), 'aggregate', {}, USUAL, ''),
    Shape('version 2.0', xml(version='<version>2.0</version>'), 'aggregate', {}, {**USUAL, 'version': '2.0'}, ''),
    Shape('a wrapper that is not closed', xml(root='<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><feedback>'), 'aggregate',
          {'wrapper': 1}, USUAL, ''),
    Shape('TLS: a name twice', TLS.replace(b'"report-id"', b'"report-id": "t0", "report-id"'), 'tls', {'repeated': 1}, {'report_id': 't1'}, ''),
    Shape('TLS: octets that are not UTF-8', TLS.replace(b'Acme', b'Acm\xe9'), 'tls', {'octets': 1}, {'org': 'Acm\\xe9'}, ''),
    Shape('TLS: a name twice, and no UTF-8', TLS.replace(b'Acme", ', b'A\xff", "report-id": "", '), 'tls', {'octets': 1, 'repeated': 1},
          {'org': 'A\\xff', 'report_id': 't1'}, ''),
    Shape('TLS: a name twice before what is not UTF-8', TLS.replace(b'Acme", ', b'A", "report-id": "", ').replace(b'sts', b's\xff'), 'tls',
          {'octets': 1, 'repeated': 1}, {'org': 'A', 'report_id': 't1'}, ''),
    *(Shape(f'TLS: the count {number}', TLS.replace(b'count": 5', b'count": ' + number.encode()), 'tls', {'count': 1}, {'org': 'Acme'}, '')
      for number in ('18446744073709551616', '-99999999999999999999', '1e999', '9' * 400, '1.5', '1e5')),
    *(Shape(f'TLS: {end!r} after its end', TLS + end, 'tls', {'markup': 1}, {'org': 'Acme', 'report_id': 't1'}, '')
      for end in (b'\0', b'}', b'\n]', b'\n# 3')),
    Shape('TLS: another report after its end', TLS + TLS, '', {}, {}, 'not_json'),
    Shape('TLS: all of these', TLS.replace(b'Acme', b'A\\"1e9999\xff').replace(b'"report-id"', b'"report-id": 1e999, "report-id"').replace(
          b'count": 2}', b'count": 1e400}') + b'}', 'tls', {'octets': 1, 'repeated': 1, 'count': 3, 'markup': 1},
          {'org': 'A"1e9999\\xff', 'report_id': 't1'}, ''),
    Shape('two policies', swap('<record>', '<policy_published><domain>b.example</domain><p>reject</p><np>reject</np></policy_published><record>'),
          'aggregate', {'repeated': 3}, {**USUAL, 'p': 'none', 'sp': 'none', 'np': ''}, ''),
    Shape('two of each element of the head', swap('<policy_published>', '<report_metadata><org_name>B</org_name><report_id>2</report_id><date_range>'
          '<begin>1</begin><end>2</end></date_range></report_metadata><policy_published>'), 'aggregate', {'repeated': 4}, USUAL, ''),
    Shape('two domains and two dates', swap('<domain>', '<domain>example.com</domain><domain>', policy='b.example').replace(
          b'</begin>', b'</begin><begin>5</begin>'), 'aggregate', {'repeated': 2}, USUAL, ''),
    Shape('two of each element of a row', xml(ROW.replace('</row>', '<count>9</count></row><row><source_ip>192.0.2.2</source_ip></row>').replace(
          '</header_from>', '</header_from><header_from>b.example</header_from>').replace('<spf>fail', '<spf>fail</spf><spf>pass')), 'aggregate',
          {'repeated': 4}, {**USUAL, 'row.header_from': 'example.com', 'row.spf': 'fail'}, ''),
    Shape('two lists of results are one', xml(ROW.replace('<spf><domain>', '</auth_results><auth_results><spf><domain>')), 'aggregate', {},
          {**USUAL, 'row.result.0': 'pass', 'row.result.1': 'softfail'}, ''),
    Shape('a policy that is not closed', swap('</policy_published>', ''), 'aggregate', {'markup': 1}, {**USUAL, 'rows': 1}, ''),
    Shape('a second policy that is not closed', swap('</policy_published>', '</policy_published><policy_published><p>none</p>', rows=ROW * 3),
          'aggregate', {'markup': 1, 'repeated': 1, 'wrapper': 3}, {**USUAL, 'rows': 3}, ''),
    Shape('rows in another element', xml('<records>' + ROW * 3 + '</records>'), 'aggregate', {'wrapper': 3}, {**USUAL, 'rows': 3}, ''),
    Shape('rows in rows', xml(ROW.replace('</record>', '<records>' + ROW.replace('192.0.2.1', '192.0.2.2') + '</records></record>')), 'aggregate',
          {'wrapper': 1}, {**USUAL, 'rows': 2}, ''),
    Shape('a row of an extension', xml(ROW + f'<x:a xmlns:x="urn:x">{ROW.replace("<", "<x:").replace("<x:/", "</x:")}</x:a>'), 'aggregate', {},
          {**USUAL, 'rows': 1}, ''),
    Shape('a repeated element that is not closed', xml(ROW + ROW.replace('<row>', '<row></row><row>').replace('</row>', '', 1)), 'aggregate',
          {'markup': 1}, {**USUAL, 'rows': 2}, ''),
    Shape('raw < and >', swap('Acme', 'Acme <>', root='<feedback>'), 'aggregate', {'markup': 1}, {'org': 'Acme <>'}, ''),
    Shape('an address in < and >', swap('r@acme.example', '<r@acme.example>'), 'aggregate', {'markup': 1}, {'email': '<r@acme.example>'}, ''),
    Shape('a bare ampersand', swap('Acme', 'A & B'), 'aggregate', {'markup': 1}, {'org': 'A & B'}, ''),
    Shape('an entity of HTML', swap('Acme', 'A&nbsp;B'), 'aggregate', {'markup': 1}, {'org': 'A&nbsp;B'}, ''),
    *(Shape(f'{bad}, which XML does not allow', xml(ROW + ROW.replace('</spf></auth', f'<human_result>a{bad}</human_result></spf></auth') + ROW,
                                                   org=f'Acme{bad}'), 'aggregate', {'markup': 2}, {**USUAL, 'org': f'Acme{bad}', 'rows': 3}, '')
      for bad in ('&#27;', '&#0;', '&#xFFFF;', '&#xD800;', '&#1114112;', '&#1b;', '&#x;', '&#;', '&#X41;', '&#4294967361;', '&#65')),
    *(Shape(f'the character U+{code:04X}, which XML does not allow', xml(ROW + ROW.replace('example.net', f'a{chr(code)}') + ROW), 'aggregate',
            {'octets': 1}, {**USUAL, 'rows': 3}, '') for code in (0xFFFE, 0xFFFF)),
    *(Shape(f'{end} in a text', xml(ROW + ROW.replace('</spf></auth', f'<human_result>a{end}</human_result></spf></auth') + ROW, org=f'Acme{end}.'),
            'aggregate', {}, {**USUAL, 'org': f'Acme{text}.', 'rows': 3}, '')
      for end, text in ((']]>', ']]>'), ('<![CDATA[]]]]>>', ']]>'), (']]<![CDATA[>]]>', ']]>'))),
    *(Shape(f'UTF-8 that says it is {name}', xml(declaration=f'<?xml version="1.0" encoding="{name}"?>', org='Ac\u00e9'), 'aggregate', {},
            {**USUAL, 'org': 'Ac\u00e9'}, '') for name in ('utf-16', 'UTF-16LE', 'utf-32', 'ISO-10646-UCS-2', 'UCS-4')),
    Shape('UTF-16 that says so', b'\xff\xfe' + xml(declaration='<?xml version="1.0" encoding="utf-16"?>').decode().encode('utf-16-le'), 'aggregate', {},
          USUAL, ''),
    Shape('a document type as text', xml(ROW + ROW.replace('</spf></auth', '<human_result><!DOCTYPE a [<!ENTITY b "c">]>&b;</human_result></spf></auth')),
          'aggregate', {'markup': 3}, {**USUAL, 'rows': 2}, ''),
    Shape('text after the end', xml() + b'-- \nA list', 'aggregate', {'markup': 1}, USUAL, ''),
    Shape('comments and spaces after the end', xml() + b' <!-- <feedback> -->\n<?a <feedback>?>\n\0', 'aggregate', {'markup': 1}, USUAL, ''),
    Shape('spaces and a comment after the end', xml() + b' <!-- <feedback> -->\n<?a <feedback>?>\r\n', 'aggregate', {}, USUAL, ''),
    Shape('two reports in a wrapper', b'<reports>' + xml(declaration='') + xml(declaration='', ident='2') + b'</reports>', '', {}, {}, 'not_xml'),
    Shape('a report in a report', swap('<policy_published>', '<feedback><version>1.0</version></feedback><policy_published>'), 'aggregate', {}, USUAL, ''),
    Shape('another report after the end', xml() + xml(ident='2'), '', {}, {}, 'not_xml'),
    Shape('references to characters', swap('Acme', '&#65;c&#x6D;e&#00000000000000000000000000000000000065;&#x10FFFF;&#9;.'), 'aggregate', {},
          {**USUAL, 'org': 'AcmeA\U0010ffff\t.'}, ''),
    Shape('a text longer than libxml2 reads', gzip.compress(xml(ROW + ROW.replace('</spf></auth', f'<human_result>{"a" * 11000000}'
          '</human_result></spf></auth') + ROW)), 'aggregate', {'cut': 1}, USUAL, ''),
    Shape('octets that are not UTF-8', xml().replace(b'Acme', b'Acm\xe9'), 'aggregate', {'octets': 1}, {'org': 'Acm\\xe9'}, ''),
    Shape('a control character', xml().replace(b'Acme', b'Ac\x01me'), 'aggregate', {'octets': 1}, {'org': 'Ac\\x01me'}, ''),
    Shape('another character set', xml(declaration='<?xml version="1.0" encoding="ISO-8859-1"?>').replace(b'Acme', b'Acm\xe9'),
          'aggregate', {}, {'org': 'Acm\u00e9'}, ''),
    Shape('UTF-16', b'\xff\xfe' + xml(declaration='').decode().encode('utf-16-le'), 'aggregate', {}, USUAL, ''),
    Shape('a byte order mark', b'\xef\xbb\xbf' + xml(), 'aggregate', {}, USUAL, ''),
    Shape('blank lines in front', b'\r\n\r\n  ' + xml(), 'aggregate', {}, USUAL, ''),
    Shape('without a declaration', xml(declaration=''), 'aggregate', {}, USUAL, ''),
    Shape('XML that ends early', xml(ROW * 2)[:-120], 'aggregate', {'cut': 1, 'no_spf': 1}, {**USUAL, 'rows': 2}, ''),
    Shape('XML that ends in the first row', xml()[:xml().index(b'<policy_evaluated>')], 'aggregate', {'cut': 1, 'no_spf': 1, 'header_from': 1},
          {**USUAL, 'rows': 1}, ''),
    Shape('a row that is not closed', xml(ROW.replace('</record>', '') + ROW), 'aggregate', {'markup': 1}, {**USUAL, 'rows': 2}, ''),
    Shape('hardfail', swap('softfail', 'hardfail'), 'aggregate', {'result': 1}, {'row.result.1': 'hardfail'}, ''),
    Shape('unknown', swap('softfail', 'unknown'), 'aggregate', {'result': 1}, {'row.result.1': 'unknown'}, ''),
    Shape('words in upper case', swap('<dkim>pass', '<dkim>Pass').replace(b'<disposition>none', b'<disposition>None'), 'aggregate', {},
          {'row.dkim': 'pass', 'row.disposition': 'none'}, ''),
    Shape('an empty result', swap('softfail', ''), 'aggregate', {'result': 1}, {'row.result.1': ''}, ''),
    Shape('a result that is a sentence', swap('<spf>fail', '<spf>no idea'), 'aggregate', {'result': 1}, {'row.spf': 'no idea'}, ''),
    Shape('an odd disposition', swap('<disposition>none', '<disposition>delivered'), 'aggregate', {'disposition': 1},
          {'row.disposition': 'delivered'}, ''),
    Shape('an empty override reason', swap('<spf>fail</spf>', BAD_REASON), 'aggregate', {'reason': 2}, USUAL, ''),
    Shape('a reason that is not in the list', swap('<spf>fail</spf>', '<spf>fail</spf><reason><type>arc</type><comment>as=1</comment></reason>'),
          'aggregate', {'reason': 1}, {'row.reason': 'arc'}, ''),
    Shape('forwarded, as RFC 7489 had it', swap('<spf>fail</spf>', '<spf>fail</spf><reason><type>forwarded</type></reason>'), 'aggregate', {},
          {'row.reason': 'forwarded'}, ''),
    Shape('no spf element', swap('<spf><domain>example.net</domain><scope>mfrom</scope><result>softfail</result></spf>', ''), 'aggregate',
          {'no_spf': 1}, USUAL, ''),
    Shape('spf without a domain', swap('<domain>example.net</domain>', ''), 'aggregate', {'spf': 1}, {'row.result.1': 'softfail'}, ''),
    Shape('scope helo', swap('mfrom', 'helo'), 'aggregate', {'spf': 1}, {'row.scope.1': 'helo'}, ''),
    Shape('DKIM without domain and selector', swap('<domain>example.com</domain><selector>s1</selector>', ''), 'aggregate', {'dkim': 1}, USUAL, ''),
    Shape('a span of two days', xml(dates=('1700006400', '1700179200')), 'aggregate', {'span': 1}, USUAL, ''),
    Shape('an end before the beginning', xml(dates=('1700006400', '1600000000')), 'aggregate', {'span': 1}, USUAL, ''),
    Shape('a date that is none', xml(dates=('yesterday', '1700092799')), 'aggregate', {'date': 1}, {'begins': None, 'ends': 1700092799}, ''),
    Shape('no organization', xml(org=''), 'aggregate', {'org': 1}, {'org': '', 'email': 'r@acme.example'}, ''),
    Shape('no report identifier', xml(ident=''), 'aggregate', {'id': 1}, {'report_id': ''}, ''),
    Shape('no policy domain', xml(policy=''), 'aggregate', {'domain': 1}, {'domain': ''}, ''),
    Shape('a source that is not an address', swap('192.0.2.1', 'mail.example'), 'aggregate', {'source': 1}, {'row.source': 'mail.example'}, ''),
    Shape('an address in brackets', swap('192.0.2.1', '[IPv6:2001:DB8::1]'), 'aggregate', {}, {'row.source': '2001:db8::1'}, ''),
    Shape('a count that is not a number', swap('<count>3', '<count>many'), 'aggregate', {'count': 1}, {'row.messages': 0, 'row.source': '192.0.2.1'}, ''),
    Shape('a negative count', swap('<count>3', '<count>-3'), 'aggregate', {'count': 1}, {'row.messages': 0}, ''),
    Shape('a count beyond all numbers', swap('<count>3', '<count>99999999999999999999'), 'aggregate', {'count': 1}, {'row.messages': 0}, ''),
    Shape('no count', swap('<count>3</count>', ''), 'aggregate', {'row': 1}, {'row.source': '192.0.2.1'}, ''),
    Shape('no rows', xml(rows=''), 'aggregate', {'empty': 1}, {'org': 'Acme', 'rows': 0}, ''),
    Shape('200 results in a row', swap('<dkim><domain>', ''.join(f'<dkim><domain>d{i}.example</domain><selector>s</selector><result>fail</result></dkim>'
                                                              for i in range(200)) + '<dkim><domain>'), 'aggregate', {'many': 102}, USUAL, ''),
    Shape('a long value', xml(org='A' * 5000), 'aggregate', {'long': 1}, {'org': 'A' * 1000}, ''),
    Shape('extensions', swap('</record>', '<x:a xmlns:x="urn:x"><x:source_ip>9.9.9.9</x:source_ip><x:b><x:c/></x:b></x:a></record>'), 'aggregate',
          {}, USUAL, ''),
    Shape('identities, as the first drafts had it', swap('<identifiers>', '<identities>').replace(b'</identifiers>', b'</identities>'), 'aggregate',
          {}, {'row.header_from': 'example.com'}, ''),
    Shape('CDATA', swap('Acme', '<![CDATA[A<b>&c]]>'), 'aggregate', {}, {'org': 'A<b>&c'}, ''),
    Shape('rows before the metadata', swap('<report_metadata>', ROW + '<report_metadata>', rows=''), 'aggregate', {}, USUAL, ''),
    Shape('deep nesting', swap('</record>', '<a>' * 100 + '</a>' * 100 + '</record>'), 'aggregate', {}, USUAL, ''),
    # packed
    Shape('gzip', gzip.compress(xml()), 'aggregate', {}, USUAL, ''),
    Shape('zip', zipped('r.xml', xml()), 'aggregate', {}, USUAL, ''),
    Shape('tar', tar(xml()), 'aggregate', {}, USUAL, ''),
    Shape('gzip in gzip', gzip.compress(gzip.compress(xml())), 'aggregate', {}, USUAL, ''),
    Shape('gzip of two members', gzip.compress(xml()[:300]) + gzip.compress(xml()[300:]), 'aggregate', {}, USUAL, ''),
    Shape('gzip with zeros after it', gzip.compress(xml()) + bytes(20), 'aggregate', {}, USUAL, ''),
    Shape('gzip with a wrong checksum', wrong(gzip.compress(xml()), -8), 'aggregate', {'checksum': 1}, USUAL, ''),
    Shape('gzip with a wrong length', wrong(gzip.compress(xml()), -4), 'aggregate', {'checksum': 1}, USUAL, ''),
    Shape('gzip whose second member has a wrong checksum', gzip.compress(xml()[:300]) + wrong(gzip.compress(xml()[300:]), -8), 'aggregate',
          {'checksum': 1}, USUAL, ''),
    Shape('gzip with other octets than its checksum', other_octets(xml(), b'Acme', b'Acne'), 'aggregate', {'checksum': 1},
          {**USUAL, 'org': 'Acne'}, ''),
    Shape('zip of a gzip', zipped('r.xml.gz', gzip.compress(xml())), 'aggregate', {}, USUAL, ''),
    Shape('zip of a tar of gzip', zipped('r.tgz', gzip.compress(tar(xml()))), 'aggregate', {}, USUAL, ''),
    Shape('zip of a gzip with a wrong checksum', zipped('r.xml.gz', wrong(gzip.compress(xml()), -8)), 'aggregate', {'checksum': 1}, USUAL, ''),
    Shape('zip of a gzip with a wrong length', mail(zipped('r.xml.gz', wrong(gzip.compress(xml()), -4))), 'aggregate', {'checksum': 1}, USUAL, ''),
    Shape('tar of a gzip with a wrong checksum', tar(wrong(gzip.compress(xml()), -8), 'r.xml.gz'), 'aggregate', {'checksum': 1}, USUAL, ''),
    Shape('tar.gz of a gzip with a wrong checksum', gzip.compress(tar(wrong(gzip.compress(xml()), -8), 'r.xml.gz')), 'aggregate',
          {'checksum': 1}, USUAL, ''),
    Shape('zip of a tar.gz with a wrong checksum', zipped('r.tgz', wrong(gzip.compress(tar(xml())), -8)), 'aggregate', {'checksum': 1}, USUAL, ''),
    Shape('gzip of a gzip with a wrong checksum', gzip.compress(wrong(gzip.compress(xml()), -8)), 'aggregate', {'checksum': 1}, USUAL, ''),
    Shape('gzip with a wrong checksum of a gzip', wrong(gzip.compress(gzip.compress(xml())), -8), 'aggregate', {'checksum': 1}, USUAL, ''),
    Shape('zip of a gzip that ends early', zipped('r.xml.gz', gzip.compress(xml() + b' ' * 2000)[:200]), '', {}, {}, 'packed'),
    Shape('zip of a zip of a gzip', zipped('r.zip', zipped('r.xml.gz', gzip.compress(xml()))), '', {}, {}, 'packed'),
    Shape('a mail with a wrong checksum', mail(wrong(gzip.compress(xml()), -8)), 'aggregate', {'checksum': 1}, USUAL, ''),
    Shape('TLS with a wrong checksum', wrong(gzip.compress(TLS), -8), 'tls', {'checksum': 1}, {'org': 'Acme'}, ''),
    # mails
    Shape('a mail that is the gzip', mail(gzip.compress(xml())), 'aggregate', {}, USUAL, ''),
    Shape('octet-stream', mail(gzip.compress(xml()), 'application/octet-stream'), 'aggregate', {}, USUAL, ''),
    Shape('x-gzip', mail(gzip.compress(xml()), 'application/x-gzip'), 'aggregate', {}, USUAL, ''),
    Shape('a zip that is called gzip', mail(zipped('r.xml', xml())), 'aggregate', {}, USUAL, ''),
    Shape('a gzip that is called zip', mail(gzip.compress(xml()), 'application/zip', 'r.zip'), 'aggregate', {}, USUAL, ''),
    Shape('ContentType:', mail(gzip.compress(xml()), type_field='ContentType'), 'aggregate', {}, USUAL, ''),
    Shape('a name without dates', mail(gzip.compress(xml()), name='report.xml.gz'), 'aggregate', {}, USUAL, ''),
    Shape('no name, no type', mail(xml()).replace(b'Content-Type: application/gzip; name="acme!example.com!1700006400!1700092799.xml.gz"\r\n', b'').replace(
        b'Content-Disposition: attachment; filename="acme!example.com!1700006400!1700092799.xml.gz"\r\n', b''), 'aggregate', {}, USUAL, ''),
    Shape('text and gzip', parts(PLAIN, attached(gzip.compress(xml()), 'application/gzip', 'r.xml.gz')), 'aggregate', {}, USUAL, ''),
    Shape('XML as text', parts(PLAIN, ('Content-Type: text/xml', xml().decode())), 'aggregate', {}, USUAL, ''),
    Shape('base64 that no field declares', b'From: r@acme.example\r\nSubject: Report Domain: example.com\r\n\r\n' +
          base64.encodebytes(gzip.compress(xml())), 'aggregate', {}, USUAL, ''),
    # TLS
    Shape('TLS', TLS, 'tls', {}, {'org': 'Acme', 'report_id': 't1', 'domain': 'example.com', 'begins': 1700006400, 'ends': 1700092799}, ''),
    Shape('TLS without contact and policies\' hosts', TLS.replace(b'"contact-info": "t@acme.example", ', b'').replace(
        b', "mx-host": ["a.example.com", "b.example.com"]', b''), 'tls', {}, {'domain': 'example.com'}, ''),
    Shape('TLS, packed in a mail', mail(gzip.compress(TLS), 'application/tlsrpt+gzip', 'r.json.gz'), 'tls', {}, {'org': 'Acme'}, ''),
    Shape('TLS with an offset', TLS.replace(b'00:00:00Z', b'01:00:00+01:00'), 'tls', {}, {'begins': 1700006400}, ''),
    Shape('TLS with counts as text', TLS.replace(b'count": 5', b'count": "5"'), 'tls', {}, {'domain': 'example.com'}, ''),
    Shape('TLS with a date that is none', TLS.replace(b'2023-11-15T00:00:00Z', b'today'), 'tls', {'date': 1}, {'begins': None}, ''),
    Shape('TLS without policies', TLS[:TLS.index(b'"policies"')] + b'"policies": []}', 'tls', {'domain': 1, 'empty': 1}, {'org': 'Acme'}, ''),
    # failures
    Shape('ARF', parts(PLAIN, ('Content-Type: message/feedback-report', ARF), ('Content-Type: text/rfc822-headers', HEADER),
                       kind='multipart/report; report-type=feedback-report'), 'failure', {},
          {'domain': 'example.com', 'begins': 1700010000, 'failure.source': '192.0.2.9', 'failure.original_from': 'bounce@example.net',
           'failure.header_from': 'example.com', 'failure.incidents': '4', 'failure.alignment': 'dkim, spf', 'failure.message_id': '<m@example.com>'}, ''),
    Shape('ARF with the whole message', parts(PLAIN, ('Content-Type: message/feedback-report', ARF), ('Content-Type: message/rfc822', HEADER + '\r\nbody'),
                                             kind='multipart/report; report-type=feedback-report'), 'failure', {},
          {'failure.header_from': 'example.com'}, ''),
    Shape('ARF with empty lines between its fields', parts(PLAIN, ('Content-Type: message/feedback-report', ARF.replace('\r\nSource', '\r\n\r\nSource'))),
          'failure', {}, {'failure.source': '192.0.2.9'}, ''),
    Shape('the text of Exim', EXIM, 'failure', {}, {'domain': 'example.com', 'failure.source': '192.0.2.7', 'begins': 1700010000}, ''),
    # what cannot be read
    Shape('an empty attachment', parts(PLAIN, attached(b'', 'application/gzip', 'r.xml.gz')), '', {}, {}, 'empty'),
    Shape('a body `unused`', parts(PLAIN, ('Content-Type: text/xml', 'unused')), '', {}, {}, 'not_xml'),
    Shape('gzip that ends early', mail(gzip.compress(xml() + b' ' * 2000)[:200]), '', {}, {}, 'packed'),
    Shape('another document', mail(b'<?xml version="1.0"?><rss><item/></rss>', 'text/xml', 'r.xml'), '', {}, {}, 'not_xml'),
    Shape('a document type', mail(xml(declaration='<?xml version="1.0"?><!DOCTYPE f [<!ENTITY a "b">]>'), 'text/xml', 'r.xml'), '', {}, {}, 'not_xml'),
    Shape('JSON of another kind', mail(b'{"policies": 5}', 'application/tlsrpt+json', 'r.json'), '', {}, {}, 'not_json'),
    Shape('a letter about reports', b'From: a@example.com\r\nSubject: DMARC\r\n\r\nCall me.\r\n', '', {}, {}, 'no_report'),
]

"""peer.py: aggregate reports as another reader sees them: expat, without any repair."""
import ipaddress
import xml.etree.ElementTree as ET

KNOWN = {'none', 'pass', 'fail', 'softfail', 'policy', 'neutral', 'temperror', 'permerror', 'quarantine', 'reject',
         'local_policy', 'mailing_list', 'other', 'policy_test_mode', 'trusted_forwarder', 'forwarded', 'sampled_out'}


def bare(element):
    """without namespaces of the report; extensions are removed"""
    root = element.tag.rpartition('}')[0]
    for one in element.iter():
        for child in list(one):
            if child.tag.rpartition('}')[0] != root:
                one.remove(child)
    for one in element.iter():
        one.tag = one.tag.rpartition('}')[2]
    return element


def text(element, path):
    found = element.find(path)
    return (found.text or '').strip() if found is not None else ''


def word(value):
    return value.lower() if value.lower() in KNOWN else value


def number(value):
    return int(value) if value.isdigit() else None


def read(octets):
    """{names of in_report: values}, [rows with results]"""
    root = bare(ET.fromstring(octets))
    head = {'org': text(root, 'report_metadata/org_name'), 'report_id': text(root, 'report_metadata/report_id'),
            'email': text(root, 'report_metadata/email'), 'contact': text(root, 'report_metadata/extra_contact_info'),
            'generator': text(root, 'report_metadata/generator'), 'version': text(root, 'version'),
            'begins': number(text(root, 'report_metadata/date_range/begin')),
            'ends': number(text(root, 'report_metadata/date_range/end')),
            'domain': text(root, 'policy_published/domain').lower()}
    for name in ('p', 'sp', 'np', 'adkim', 'aspf', 'pct', 'fo', 'testing'):
        head[name] = text(root, 'policy_published/' + name).lower()
    head['discovery'] = text(root, 'policy_published/discovery_method').lower()
    head['errors'] = '; '.join((e.text or '').strip() for e in root.findall('report_metadata/error') if (e.text or '').strip())
    rows = []
    for record in root.findall('record'):
        results = []
        for one in record.findall('auth_results/*'):
            if one.tag in ('dkim', 'spf'):
                results.append((one.tag, text(one, 'domain').lower(), text(one, 'selector'), text(one, 'scope').lower(),
                                word(text(one, 'result')), text(one, 'human_result')))
        reasons = [(word(text(one, 'type')), text(one, 'comment')) for one in record.findall('row/policy_evaluated/reason')]
        rows.append({
            'source': str(ipaddress.ip_address(text(record, 'row/source_ip'))),
            'messages': int(text(record, 'row/count')),
            'disposition': word(text(record, 'row/policy_evaluated/disposition')),
            'dkim': word(text(record, 'row/policy_evaluated/dkim')), 'spf': word(text(record, 'row/policy_evaluated/spf')),
            'header_from': text(record, 'identifiers/header_from').lower(),
            'envelope_from': text(record, 'identifiers/envelope_from').lower(),
            'envelope_to': text(record, 'identifiers/envelope_to').lower(),
            'reasons': reasons, 'results': results})
    return head, rows

"""attacks.py: what an attacker on the way does to a good message, so that it looks like a list's or
a gateway's doing. Nothing that is said of it may name an innocent cause."""
import re

from mutate import MESSAGES, change, field, get, name, put
import rules  # noqa: F401  (its messages)

EVIL = b'https://pay.evil.example/login'
LIST = b'lists.example.org'
LINE = b'_' * 47 + b'\r\n'


def below(text):
    return lambda fields, body: (fields, body + text)


def above(text):
    return lambda fields, body: (fields, text + body)


def titled(function):
    return lambda fields, body: (change(fields, b'subject', function), body)


def part_added(kind, text, first=False, more=b''):
    part = b'--=_b1\r\nContent-Type: ' + kind + b'\r\n' + more + b'\r\n' + text + b'\r\n'

    def do(fields, body):
        at = body.index(b'--=_b1') if first else body.rindex(b'--=_b1--')
        return fields, body[:at] + part + body[at:]
    return do


def wrapped(kind, text, first=False, more=b''):
    def do(fields, body):
        own = b''.join(f for f in fields if name(f).startswith(b'content-'))
        new = [f for f in put(fields, b'content-type', b'multipart/mixed; boundary="x"')
               if name(f) != b'content-transfer-encoding']
        old = b'--x\r\n' + own + b'\r\n' + body + b'\r\n'
        add = b'--x\r\nContent-Type: ' + kind + b'\r\n' + more + b'\r\n' + text + b'\r\n'
        return new, (add + old if first else old + add) + b'--x--\r\n'
    return do


def from_forged(sender, keep):
    def do(fields, body):
        return put(fields, b'from', sender) + [keep + b': ' + get(fields, b'from') + b'\r\n'], body
    return do


def links(pattern):
    return lambda fields, body: (fields, re.sub(rb'https://[^\s"<>]+', pattern, body))


def inside(old, new):
    return lambda fields, body: (fields, body.replace(old, new))


def chain(*functions):
    def do(fields, body):
        for function in functions:
            fields, body = function(fields, body)
        return fields, body
    return do


TEXTS = {
    'link': b'Please confirm: ' + EVIL + b'\r\n',
    'link-under-line': LINE + b'Club mailing list\r\n' + EVIL + b'\r\n',
    'list-and-link': LINE + b'Club mailing list -- club@' + LIST + b'\r\n' + EVIL + b'\r\n',
    'list-as-user': LINE + b'https://' + LIST + b'@evil.example/\r\n',
    'list-as-label': LINE + b'https://' + LIST + b'.evil.example/\r\n',
    'list-and-number': LINE + b'club@' + LIST + b' Account 4711 0815 1234 5678\r\n',
    'list-and-phone': LINE + b'club@' + LIST + b' call +1 900 555 0100\r\n',
    'list-and-address': LINE + b'club@' + LIST + b' http://192.0.2.1/x\r\n',
    'list-and-short-host': LINE + b'club@' + LIST + b' http://evil/x\r\n',
    'list-and-idn': LINE + b'club@' + LIST + ' https://例え.テスト/x\r\n'.encode(),
    'list-and-mail': LINE + b'club@' + LIST + b' or boss@evil\r\n',
    'list-and-html': LINE + b'club@' + LIST + b' <a href="//evil">x</a>\r\n',
    'long': LINE + b'club@' + LIST + b'\r\n' + b'Please pay the invoice today. ' * 30 + b'\r\n',
    'no-name': b'-- \r\nTransfer the amount to our new account.\r\n',
    'scanned': b'-- \r\nScanned by the gateway, no virus found. Open the attachment: ' + EVIL + b'\r\n',
}
FILES = b'Content-Disposition: attachment; filename="invoice.exe"\r\n'
SENDERS = {
    'boss': b'The Boss <boss@evil.example>', 'list': b'PayPal Security <club@' + LIST + b'>',
    'via': b'PayPal via Club <club@' + LIST + b'>', 'two': b'"Order Desk" <orders@evil.example>',
    'behind': b'Order Desk via PayPal Security <club@' + LIST + b'>',
}


def attacks():
    """(name, message, change) of each."""
    for key, text in TEXTS.items():
        for which in ('plain', 'utf8', 'to-club'):
            yield 'below-' + key, which, below(text)
            yield 'above-' + key, which, above(text + b'\r\n')
        yield 'part-' + key, 'multipart', part_added(b'text/plain', text)
        yield 'first-part-' + key, 'multipart', part_added(b'text/plain', text, True)
        yield 'wrapped-' + key, 'to-club', wrapped(b'text/plain', text)
        yield 'below-and-tag-' + key, 'to-club', chain(below(text), titled(lambda old: b' [Club]' + old))
        yield 'html-' + key, 'html', inside(b'</body>', b'<p>' + text + b'</p></body>')
        yield 'hidden-' + key, 'html', inside(b'<body class="a">', b'<body class="a"><div style="display:none">' + text + b'</div>')
    for key, sender in SENDERS.items():
        for keep in (b'Reply-To', b'X-Original-From', b'Cc'):
            for which in ('plain', 'to-club'):
                yield 'from-%s-%s' % (key, keep.decode()), which, from_forged(sender, keep)
        yield 'from-tag-' + key, 'to-club', chain(from_forged(sender, b'Reply-To'), titled(lambda old: b' [Club]' + old))
    for tag in (b'[URGENT]', b'[Payment due]', b'Invoice:', b'(your account)', b'***PAY***', b'[SAFE]', b'[Clubs]',
                b'[club pay now]', b'<verified>', b'URGENT!!!'):
        for which in ('plain', 'to-club'):
            yield 'subject-' + tag.decode(), which, titled(lambda old, tag=tag: b' ' + tag + old)
            yield 'subject-tail-' + tag.decode(), which, titled(lambda old, tag=tag: old.rstrip() + b' ' + tag + b'\r\n')
    yield 'subject', 'plain', field(b'subject', b'Your account is closed')
    for which in ('links', 'html'):
        yield 'link', which, links(EVIL)
        yield 'link-with-old', which, links(lambda m: EVIL + b'?url=' + m.group(0).replace(b':', b'%3A').replace(b'/', b'%2F'))
        yield 'link-like-filter', which, links(lambda m: b'https://safelinks.protection.outlook.com.evil.example/?url=' + m.group(0).replace(
            b':', b'%3A').replace(b'/', b'%2F').replace(b'&amp;', b'%26').replace(b'?', b'%3F').replace(b'&', b'%26'))
        yield 'link-like-v3', which, links(lambda m: b'https://evil.example/v3/__' + m.group(0) + b'__;!!A!B$')
    for first in (False, True):
        yield 'file', 'multipart', part_added(b'application/octet-stream', b'MZ', first, FILES)
        yield 'html-part', 'multipart', part_added(b'text/html', b'<a href="' + EVIL + b'">Log in</a>', first)
        yield 'wrapped-file', 'to-club', wrapped(b'application/octet-stream', b'MZ', first, FILES)
        yield 'wrapped-html', 'to-club', wrapped(b'text/html', b'<b>club@' + LIST + b'</b>', first)
        yield 'wrapped-named-text', 'to-club', wrapped(b'text/plain', b'club@' + LIST, first, FILES)
    yield 'meta-refresh', 'html', inside(b'<head>\r\n', b'<head>\r\n<meta http-equiv="refresh" content="0;url=' + EVIL + b'">\r\n')
    yield 'base', 'html', inside(b'<head>\r\n', b'<head>\r\n<base href="' + EVIL + b'">\r\n')


MESSAGES['to-club'] = ([f if name(f) != b'to' else b'To: Club <club@lists.example.org>\r\n'
                        for f in MESSAGES['plain'][0]], MESSAGES['plain'][1])
INNOCENT = re.compile(r'mailing list|gateway|server|virus|scanner|forward|\blists?\b', re.I)


def sentences(text):
    """What explain says of the cause: without what is quoted from the message."""
    lines = text.splitlines()
    start = lines.index('What broke it:') + 1
    end = next((k for k in range(start, len(lines)) if not lines[k]), len(lines))
    return [re.sub(r'`[^`]*`', '``', line) for line in lines[start:end]]



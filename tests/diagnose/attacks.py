"""attacks.py: what an attacker on the way does to a good message, so that it looks as if a list or a gateway
did it. No reported cause may be an innocent one."""
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


def added(*lines):
    return lambda fields, body: (fields + [line + b'\r\n' for line in lines], body)


def parts(*kinds):
    """The body in a multipart/mixed, with parts of these headers and texts after it."""
    def do(fields, body):
        fields, body = wrapped(b'text/plain', b'club@' + LIST)(fields, body)
        more = b''.join(b'--x\r\nContent-Type: %s\r\n\r\n%s\r\n' % kind for kind in kinds)
        return fields, body.replace(b'--x--', more + b'--x--')
    return do


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
# names the list and no other host in ASCII, but shows another place or number
HIDDEN = {
    'fullwidth-dot': LINE + b'club@' + LIST + ' evil．example\r\n'.encode(),
    'ideographic-dot': LINE + b'club@' + LIST + ' evil。example\r\n'.encode(),
    'slashed-number': LINE + b'club@' + LIST + b' Account 47/11/08/15\r\n',
    'bracketed-number': LINE + b'club@' + LIST + b' call +49 (30) 1234 (567)\r\n',
    'fullwidth-number': LINE + b'club@' + LIST + ' ４７１１０８１５\r\n'.encode(),
    'other-mailbox': LINE + b'club@' + LIST + b' or write to pay-desk@' + LIST + b'\r\n',
    'only-other-mailbox': LINE + b'write to pay-desk@' + LIST + b'\r\n',
    'path-as-user': LINE + b'club@' + LIST + b' x://' + LIST + b'@evil/\r\n',
}
CLUB = LINE + b'Club mailing list -- club@' + LIST + b'\r\n'     # as the list writes it
TAG = titled(lambda old: b' [Club]' + old)
BASE64 = b'Content-Transfer-Encoding: base64\r\n'
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
    yield from disguised()
    yield 'meta-refresh', 'html', inside(b'<head>\r\n', b'<head>\r\n<meta http-equiv="refresh" content="0;url=' + EVIL + b'">\r\n')
    yield 'base', 'html', inside(b'<head>\r\n', b'<head>\r\n<base href="' + EVIL + b'">\r\n')


def disguised():
    """The changes of a list, and one more change."""
    for key, text in HIDDEN.items():
        yield 'below-' + key, 'to-club', below(text)
        yield 'wrapped-' + key, 'to-club', wrapped(b'text/plain', text)
    yield 'below-dot-as-qp', 'to-club-qp', below(CLUB + b'evil=2Eexample\r\n')
    yield 'below-soft-break', 'to-club-qp', below(CLUB + b'evil=\r\n.example\r\n')
    yield 'below-entity', 'to-club-html', below(CLUB + b'evil&#46;example\r\n')
    yield 'below-the-last-part', 'to-club-multipart', below(
        b'--=_b1\r\nContent-Type: text/plain\r\n' + BASE64 + b'\r\nZXZpbC5leGFtcGxl\r\nclub@' + LIST + b'\r\n')
    yield 'part-base64', 'to-club-multipart', part_added(
        b'text/plain', b'ZXZpbC5leGFtcGxl\r\nclub@' + LIST, more=BASE64)
    yield 'part-qp', 'to-club-multipart', part_added(
        b'text/plain', b'evil=2Eexample club@' + LIST, more=b'Content-Transfer-Encoding: quoted-printable\r\n')
    yield 'part-uuencode', 'to-club-multipart', part_added(
        b'text/plain', b'club@' + LIST, more=b'Content-Transfer-Encoding: x-uuencode\r\n')
    yield 'part-utf7', 'to-club-multipart', part_added(b'text/plain; charset=utf-7', b'evil+AC4-example club@' + LIST)
    yield 'part-twice-typed', 'to-club-multipart', part_added(
        b'text/plain', b'club@' + LIST, more=b'Content-Type: text/html\r\n')
    yield 'many-parts', 'to-club', parts((b'text/plain', b'club@' + LIST), (b'application/x-msdownload; name="a.exe"', b'MZ'))
    yield 'more-parts', 'to-club', parts(*[(b'text/plain', b'club@' + LIST)] * 3 + [(b'text/html', b'<b>evil</b>')])
    for field_ in (b'Reply-To', b'Sender', b'Cc'):
        for value in (b'boss@evil.example', b'pay-desk@' + LIST, b'club@' + LIST + b', boss@evil.example'):
            yield '%s-%s-and-tag' % (field_.decode(), value.decode()), 'to-club', chain(added(field_ + b': ' + value), TAG)
    for lines in ((b'List-Id: <club.lists.example.org>', b'List-Unsubscribe: <https://evil.example/leave>'),
                  (b'List-Id: <club.lists.example.org>', b'List-Post: <mailto:boss@evil.example>'),
                  (b'Sender: boss@evil.example', b'List-Id: <club.lists.example.org>'),
                  (b'List-Id: <club.lists.example.org>', b'List-Help: <http://192.0.2.1/>')):
        yield 'list-fields-%s' % lines[1].decode(), 'to-club', chain(added(*lines), TAG, below(CLUB))
    yield 'to-club-added', 'plain', chain(field(b'to', b'Customer <user@example.net>, club@' + LIST), below(CLUB))
    yield 'unsigned-cc', 'plain', chain(added(b'Cc: club@' + LIST), below(CLUB))
    yield 'name-added', 'bare-from', field(b'from', b'PayPal Security <orders@example.com>')
    yield 'name-and-tag', 'bare-from', chain(field(b'from', b'PayPal Security <orders@example.com>'), TAG)
    yield 'name-in-to', 'bare-to-club', chain(field(b'to', b'Pay at evil.example <club@' + LIST + b'>'), TAG)
    yield 'external-payment', 'to-club', titled(lambda old: b' [external payment due]' + old)


TO_CLUB = put(MESSAGES['plain'][0], b'to', b'Club <club@lists.example.org>')
MESSAGES['to-club'] = (TO_CLUB, MESSAGES['plain'][1])
for key, which in (('qp', 'qp'), ('html', 'html'), ('multipart', 'multipart')):
    MESSAGES['to-club-' + key] = (put(MESSAGES[which][0], b'to', b'Club <club@lists.example.org>'), MESSAGES[which][1])
MESSAGES['bare-from'] = (put(TO_CLUB, b'from', b'orders@example.com'), MESSAGES['plain'][1])
MESSAGES['bare-to-club'] = (put(TO_CLUB, b'to', b'club@lists.example.org'), MESSAGES['plain'][1])
INNOCENT = re.compile(r'mailing list|gateway|server|virus|scanner|forward|\blists?\b', re.I)


LOOK = 'look at what was added before you trust it'
SETTINGS = re.compile(r'^advice-(list-|external-tag|links)')


def section(text, title):
    """The lines under a title, without text quoted from the message."""
    lines = text.splitlines()
    start = lines.index(title) + 1
    end = next((k for k in range(start, len(lines)) if not lines[k]), len(lines))
    return [re.sub(r'`[^`]*`|\bList-\w+', '``', line) for line in lines[start:end]]


# what the attacker did, by the names of the attacks; the first match counts
FAMILIES = (
    (r'below-(fullwidth|ideographic|slashed|bracketed|other|only|path|dot|soft|entity)',
     'a list\'s footer that shows another place, number or mailbox, or hides it by the coding'),
    (r'below-the-last-part', 'a MIME part after the closing delimiter'),
    (r'below-and-tag', 'text below and the list\'s tag in Subject'),
    (r'(below|above)-', 'text below or above the body'),
    (r'(many|more)-parts', 'wrapped, with a list\'s footer, and further parts behind it'),
    (r'wrapped-', 'wrapped into a multipart with a part beside it: text, HTML, a program'),
    (r'(first-)?part-|file|html-part', 'a part added to a multipart: text, HTML, a program, another coding'),
    (r'hidden-|html-', 'text, visible or hidden, put into HTML'),
    (r'meta|base', 'a refresh or another base put into the HTML head'),
    (r'link', 'links replaced, some by addresses that look like a filter\'s'),
    (r'from-tag|name-and-tag|name-in-to', 'From or To forged, and the list\'s tag in Subject'),
    (r'from-|name-added', 'From forged: another address, or a name put before the author\'s'),
    (r'(Reply-To|Sender|Cc)-', 'a Reply-To, Sender or Cc of the attacker\'s, and the list\'s tag in Subject'),
    (r'list-fields', 'list fields that lead to the attacker, with the list\'s tag and footer'),
    (r'to-club-added|unsigned-cc', 'an address of the attacker\'s "list" put into To or Cc, and a footer that names it'),
    (r'subject|external', 'words put into Subject, or all of it replaced'),
)


def family(name_):
    return next(what for pattern, what in FAMILIES if re.match(pattern, name_))


def sentence(text):
    """The report about one message, without what differs between messages."""
    said = next(line for line in text.splitlines() if line.startswith('  the signature of '))
    said = re.sub(r'^  the signature of \S+ \(s=s1\) | \(the limits were .*', '', said)
    return re.sub(r'\d+', 'N', re.sub(r'`[^`]*`', '`…`', said))


def misleads(text, advice):
    """Whatever explain reports although it must not be reported about an attack. advice: the member of JSON."""
    said = section(text, 'What broke it:')
    wrong = [each for each in said if INNOCENT.search(each)]
    wrong += [each for each in said if 'passes again' in each and LOOK not in each]
    wrong += [each['id'] for each in advice if SETTINGS.search(each['id'])]
    # only the one who inserted the text may sign it again
    wrong += [each for each in section(text, 'How to fix it:') if ': sign ' in each and ' if ' not in each]
    return wrong if said else ['nothing is said']

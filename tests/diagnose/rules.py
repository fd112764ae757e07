"""rules.py: one message and one change for every rule of auth/diagnose/, in the form of mutate.py."""

import base64
import quopri
import re

from mutate import (FOOTER, LONG, MESSAGES, MIXED, RELAXED, SIMPLE, TEXT, UTF8, both, change, drop, field,
                    footer, get, head, multipart, name, put, replace, tag)

HTML = '<!DOCTYPE html>\r\n<html>\r\n<head>\r\n<title>Bestellung</title>\r\n</head>\r\n<body class="a">\r\n' \
       '<p>Grüße aus Köln, <a href="https://shop.example.com/o?id=4711&amp;l=de">Bestellung 4711</a></p>\r\n' \
       '<p>Mit freundlichen Grüßen</p>\r\n</body>\r\n</html>\r\n'.encode()
LINKS = b'See https://shop.example.com/o?id=4711&l=de for the order.\r\n'
BANNER = b'<div style="border:1px solid">Caution: this message came from outside.</div>\r\n'
NOTE = b'Scanned on the way.'


def qp(text):
    return quopri.encodestring(text.replace(b'\r\n', b'\n')).replace(b'\n', b'\r\n')


def b64(text):
    return base64.encodebytes(text).replace(b'\n', b'\r\n')


def alternative(encode, word):
    """Plain text and HTML, both with the same transfer encoding."""
    parts = b''.join(
        b'--=_b1\r\nContent-Type: text/%s; charset="utf-8"\r\nContent-Transfer-Encoding: %s\r\n\r\n%s\r\n'
        % (kind, word, encode(text)) for kind, text in ((b'plain', UTF8), (b'html', HTML)))
    return parts + b'--=_b1--\r\n'


ALTERNATIVE = b'multipart/alternative; boundary="=_b1"'
JAPANESE = '=?UTF-8?B?%s?=' % base64.b64encode('注文番号のご案内'.encode()).decode()
JIS = '=?ISO-2022-JP?B?%s?=' % base64.b64encode('注文番号'.encode('iso-2022-jp')).decode()
MANY = b'References: ' + b' '.join(b'<message-%04d@mail.example.com>' % k for k in range(60))

MESSAGES.update({
    'html': (head(kind=b'text/html; charset=utf-8'), HTML),
    'html-qp': (head(kind=b'text/html; charset=utf-8', encoding=b'quoted-printable'), qp(HTML)),
    'html-base64': (head(kind=b'text/html; charset=utf-8', encoding=b'base64'), b64(HTML)),
    'alternative': (head(kind=ALTERNATIVE), alternative(lambda text: text, b'8bit')),
    'alternative-qp': (head(kind=ALTERNATIVE), alternative(qp, b'quoted-printable')),
    'alternative-base64': (head(kind=ALTERNATIVE), alternative(b64, b'base64')),
    'links': (head(encoding=b'7bit'), LINKS * 3),
    'from-lines': (head(encoding=b'7bit'), b'Hello,\r\n\r\nFrom now on.\r\n.hidden\r\n'),
    'long-line': (head(encoding=b'7bit'), b'Hello,\r\n' + b'a long line ' * 300 + b'\r\nBye.\r\n'),
    'japanese': (head(subject=JAPANESE.encode()), UTF8),
    'jis': (head(subject=JIS.encode()), UTF8),
    'reply-upper': (head(subject=b'RE: Your order 4711'), TEXT),
    'references': (head(MANY), TEXT),
    'quoted-name': (None, TEXT),
    'z': (head(encoding=b'7bit'), TEXT),
    'utc': (None, TEXT),
    'flowed': (head(kind=b'text/plain; charset=UTF-8; format=flowed'), UTF8),
    'bare-to': (None, TEXT),
    'empty-first': (head(encoding=b'7bit'), b'\r\n' + TEXT),
    'closing-line': (head(kind=MIXED), multipart(body=UTF8 + b'\r\n')),
})
MESSAGES['quoted-name'] = (put(head(encoding=b'7bit'), b'from', b'"Desk, Order" <orders@example.com>'), TEXT)
MESSAGES['utc'] = (put(head(encoding=b'7bit'), b'date', b'Thu, 1 Jan 2026 00:59:30 GMT'), TEXT)
MESSAGES['bare-to'] = (put(head(encoding=b'7bit'), b'to', b'user@example.net, other@example.org'), TEXT)


def part(old, new, encode=lambda text: text):
    """In an encoded part, replaces old by new, and encodes the part as before."""
    def do(fields, body):
        done = 0
        for text in (UTF8, HTML):
            if old in text and encode(text) in body:
                body = body.replace(encode(text), encode(text.replace(old, new)))
                done += 1
        assert done
        return fields, body
    return do


def added(encode=lambda text: text):
    """A note at the end of each part."""
    def do(fields, body):
        body = body.replace(encode(UTF8), encode(UTF8 + b'\r\n-- \r\n' + NOTE + b'\r\n'))
        return fields, body.replace(encode(HTML), encode(HTML.replace(
            b'</body>', b'<hr><p>' + NOTE + b'</p>\r\n</body>')))
    return do


def safe_link(match, html=False):
    inner = match.group(0).replace(b'&amp;', b'&')
    coded = b''.join(b'%%%02X' % c if c in b':/?=&' else bytes([c]) for c in inner)
    mark = b'&amp;' if html else b'&'
    return b'https://eu1.safelinks.protection.outlook.com/?url=' + coded + mark + b'data=05%7C' + mark + b'reserved=0'


def defense(match):
    return b'https://urldefense.com/v3/__' + match.group(0) + b'__;!!Abc!Def$'


def defense_starred(match):
    return b'https://urldefense.com/v3/__' + match.group(0).replace(b'?', b'*') + b'__;Pw!!Abc!Def$'


def defense_v2(match):
    coded = b''.join(b'-%02X' % c if c in b':?=&' else b'_' if c == 47 else bytes([c]) for c in match.group(0))
    return b'https://urldefense.proofpoint.com/v2/url?u=' + coded + b'&d=DwMF&c=xyz'


def linked(wrap, pattern=rb'https://[^\s"<>]+'):
    return lambda fields, body: (fields, re.sub(pattern, wrap, body))


def linked_part(encode):
    def do(fields, body):
        new = re.sub(rb'https://[^\s"<>]+', lambda m: safe_link(m, True), HTML)
        assert encode(HTML) in body
        return fields, body.replace(encode(HTML), encode(new))
    return do


def long_lines(between, width=998):
    def do(fields, body):
        lines = []
        for line in body.split(b'\r\n'):
            pieces = []
            while len(line) > width:
                pieces.append(line[:width])
                line = line[width:]
            lines.append(between.join(pieces + [line]))
        return fields, b'\r\n'.join(lines)
    return do


def folded(fields, body):
    def break_up(old):
        text = old.strip()
        first = 998 - len('References: ')
        return b' ' + text[:first] + b'\r\n ' + text[first:] + b'\r\n'
    return change(fields, b'references', break_up), body


def munged(keep, reply_to=None):
    """From is the list's, and the author is in another field."""
    def do(fields, body):
        old = get(fields, b'from')
        more = [keep + b': ' + (old if reply_to is None else reply_to % old) + b'\r\n']
        return put(fields, b'from', b'Order Desk via Club <club@lists.example.org>') + more, body
    return do


def list_fields(fields, body):
    return fields + [b'Sender: club-bounces@lists.example.org\r\n', b'List-Id: <club.lists.example.org>\r\n',
                     b'List-Post: <mailto:club@lists.example.org>\r\n',
                     b'List-Unsubscribe: <mailto:club-leave@lists.example.org>\r\n'], body


def part_x(fields, body):
    return fields, re.sub(rb'(Content-Transfer-Encoding: \S+\r\n)', rb'\1X-Exchange-Diagnostics:\r\n\t1;ABC\r\n', body)


def subject(value):
    return field(b'subject', value.encode())


def word(charset, coding, text):
    data = text.encode(charset)
    if coding in 'Bb':
        return '=?%s?%s?%s?=' % (charset, coding, base64.b64encode(data).decode())
    return '=?%s?%s?%s?=' % (charset, coding, ''.join(
        chr(c) if chr(c).isascii() and chr(c).isalnum() else '=%02X' % c for c in data))


LIST = 'as mailing lists do'
LOOK = 'look at what was added before you trust it'
# name: (message, canonicalization, change, what must be reported)
KNOWN = {
    # a block inserted into a part
    'banner-html': ('html', RELAXED, part(b'<body class="a">\r\n', b'<body class="a">\r\n' + BANNER),
                    'that were added to the text/html part, `<div style="border:1px solid">Caution'),
    'banner-html-qp': ('html-qp', RELAXED, part(b'<body class="a">', b'<body class="a">' + BANNER, qp),
                       'that were added to the text/html part'),
    'banner-html-base64': ('html-base64', RELAXED, part(
        b'<body class="a">\r\n', b'<body class="a">\r\n' + BANNER, b64), 'that were added to the text/html part'),
    'banner-in-part': ('alternative-base64', RELAXED, part(
        b'<body class="a">', b'<body class="a">' + BANNER, b64), 'that were added to the text/html part'),
    'banner-and-tag': ('html', RELAXED, both(part(b'<body class="a">', b'<body class="a">' + BANNER), tag), LOOK),
    'meta': ('html', RELAXED, part(b'<head>\r\n', b'<head>\r\n<meta http-equiv="Content-Type" content="text/html">\r\n'),
             'without `<meta http-equiv='),
    'meta-qp': ('alternative-qp', SIMPLE, part(b'<head>\r\n', b'<head>\r\n<meta name="Generator">\r\n', qp), 'without `<meta'),
    # text at the end of parts
    'footers-in-parts': ('alternative', RELAXED, added(), 'added at the end of the text/plain part, `-- ' + NOTE.decode()),
    'footers-in-parts-qp': ('alternative-qp', RELAXED, added(qp), 'added at the end of the text/html part'),
    'footers-in-parts-base64': ('alternative-base64', SIMPLE, added(b64), 'added at the end of the text/html part'),
    'footer-base64': ('base64', RELAXED, lambda f, b: (f, b64(UTF8 * 6 + FOOTER)), 'added at the end of the text/plain part'),
    # Subject
    'tag-and-encoded': ('japanese', RELAXED, subject('[list] ' + word('utf-8', 'Q', '注文番号のご案内')), 'without `[list]` in Subject'),
    'tag-in-word': ('japanese', RELAXED, subject(word('utf-8', 'b', '[list] 注文番号のご案内')), 'without `[list]` in Subject'),
    'encoded-again': ('japanese', SIMPLE, subject(word('utf-8', 'q', '注文番号のご案内')), 'with Subject written as `=?UTF-8?B?'),
    'encoded-jis': ('jis', RELAXED, subject('[list] ' + word('utf-8', 'b', '注文番号')), 'without `[list]` in Subject'),
    'two-tags': ('plain', RELAXED, subject('[EXTERNAL] [list] Your order 4711'), 'without `[EXTERNAL] [list]` in Subject'),
    'tail-tag': ('plain', RELAXED, subject('Your order 4711 [EXTERNAL]'), 'without `[EXTERNAL]` in Subject'),
    'curly-tag': ('plain', RELAXED, subject('{Spam?} Your order 4711'), 'without `{Spam?}` in Subject'),
    'angle-tag': ('plain', RELAXED, subject('<EXT> Your order 4711'), 'without `<EXT>` in Subject'),
    'colon-tag': ('plain', RELAXED, subject('EXTERNAL: Your order 4711'), 'without `EXTERNAL:` in Subject'),
    'one-word': ('plain', RELAXED, subject('Extern Your order 4711'), 'without `Extern` in Subject'),
    're-behind-tag': ('reply-upper', RELAXED, subject('[list] Re: Your order 4711'), 'without `[list]` in Subject'),
    're-before-tag': ('reply-upper', RELAXED, subject('Re: [list] Your order 4711'), 'without `[list]` in Subject'),
    're-letters': ('reply-upper', RELAXED, subject('Re: Your order 4711'), 'with Subject written as `RE: Your order 4711`'),
    'reply-munged': ('reply', RELAXED, both(field(b'subject', b'Re: [list] Your order 4711'), munged(b'Reply-To')),
                     'without `[list]` in Subject'),
    # From
    'from-in-cc': ('plain', RELAXED, munged(b'Cc'), 'with From as Cc has it, `Order Desk <orders@example.com>`'),
    'from-in-reply-to-of-two': ('plain', RELAXED, munged(b'Reply-To', b'%s, Club <club@lists.example.org>'), 'with From as Reply-To has it'),
    'from-quotes': ('quoted-name', RELAXED, munged(b'X-Original-From'), 'with From as X-Original-From has it'),
    'from-google': ('plain', SIMPLE, munged(b'X-Google-Original-From'), 'with From as X-Google-Original-From has it'),
    # Content-Type and related fields
    'charset-quoted': ('utf8', RELAXED, field(b'content-type', b'text/plain; charset="utf-8"'), 'with Content-Type written as `text/plain; charset=utf-8`'),
    'charset-upper': ('utf8', SIMPLE, field(b'content-type', b'text/plain; charset=UTF-8'), 'with Content-Type written as'),
    'flowed-gone': ('flowed', RELAXED, field(b'content-type', b'text/plain; charset=UTF-8'), 'with Content-Type written as `text/plain; charset=UTF-8; format=flowed`'),
    'charset-added': ('multipart', RELAXED, field(b'content-type', MIXED + b'; charset="utf-8"'), 'with Content-Type written as'),
    'encoding-letters': ('utf8', RELAXED, field(b'content-transfer-encoding', b'8BIT'), 'with Content-Transfer-Encoding written as `8bit`'),
    # fields of parts
    'part-x-field': ('alternative', RELAXED, part_x, 'with the header fields of its parts as they were'),
    'part-folded': ('alternative', RELAXED, replace(b'; charset=', b';\r\n\tcharset='), 'with the header fields of its parts as they were'),
    'part-unquoted': ('alternative', SIMPLE, replace(b'charset="utf-8"', b'charset=utf-8'), 'with the header fields of its parts as they were'),
    # long lines
    'broken-space': ('long-line', RELAXED, long_lines(b'\r\n '), 'with its long lines in one piece again'),
    'broken': ('long-line', SIMPLE, long_lines(b'\r\n'), 'with its long lines in one piece again'),
    'broken-bang': ('long-line', RELAXED, long_lines(b'!\r\n ', 989), 'with its long lines in one piece again'),
    'references-broken': ('references', RELAXED, folded, 'with References in one line again'),
    # links
    'safe-links': ('links', RELAXED, linked(safe_link), 'which now lead to `eu1.safelinks.protection.outlook.com`'),
    'safe-links-html': ('html', RELAXED, linked(lambda m: safe_link(m, True)), 'which now lead to `eu1.safelinks.protection.outlook.com`'),
    'safe-links-in-part': ('alternative-qp', RELAXED, linked_part(qp), 'which now lead to'),
    'defense': ('links', RELAXED, linked(defense), 'which now lead to `urldefense.com`'),
    'defense-starred': ('links', RELAXED, linked(defense_starred), 'which now lead to `urldefense.com`'),
    'defense-v2': ('links', RELAXED, linked(defense_v2), 'which now lead to `urldefense.proofpoint.com`'),
    'another-wrapper': ('links', SIMPLE, linked(lambda m: b'https://guard.example.net/r?u=' + m.group(0).replace(
        b':', b'%3a').replace(b'/', b'%2f').replace(b'?', b'%3f').replace(b'&', b'%26') + b'&c=E'), 'which now lead to `guard.example.net`'),
    # list fields
    'list-fields': ('plain', RELAXED, list_fields, 'without the fields Sender, List-Id, List-Post, List-Unsubscribe'),
    'list-fields-tag-footer': ('plain', RELAXED, both(both(list_fields, footer), tag), 'without the fields Sender'),
    # lines
    'from-lines': ('from-lines', RELAXED, replace(b'\r\nFrom ', b'\r\n>From '), 'with `From ` at line starts'),
    'from-lines-footer': ('from-lines', RELAXED, both(replace(b'\r\nFrom ', b'\r\n>From '), footer), 'with `From ` at line starts'),
    'dots-doubled': ('from-lines', RELAXED, replace(b'\r\n.h', b'\r\n..h'), 'with the dots at line starts'),
    'dot-lost': ('from-lines', SIMPLE, replace(b'\r\n.h', b'\r\nh'), 'with the dots at line starts'),
    'closing-line-gone': ('closing-line', RELAXED, replace(b'\r\n\r\n--=_b1\r\n', b'\r\n--=_b1\r\n'), 'with the empty lines before MIME delimiters'),
    'preamble-added': ('multipart', RELAXED, lambda f, b: (f, b'This is a multi-part message.\r\n\r\n' + b), 'before the first part, which were added'),
    'requoted': ('html-qp', RELAXED, replace(b'!', b'=21'), 'with its quoted-printable as another encoder writes it'),
    # dates and addresses
    'date-offset': ('utc', RELAXED, field(b'date', b'Thu, 01 Jan 2026 00:59:30 +0000'), 'with Date written as `Thu, 1 Jan 2026 00:59:30 GMT`'),
    'date-zero': ('plain', RELAXED, field(b'date', b'Thu, 1 Jan 2026 08:59:30 +0900'), 'with Date written as `Thu, 01 Jan'),
    'date-zone': ('plain', SIMPLE, field(b'date', b'Wed, 31 Dec 2025 23:59:30 +0000'), 'with Date written as `Thu, 01 Jan'),
    'to-quoted': ('plain', RELAXED, field(b'to', b'"Customer" <user@example.net>'), 'with To written as `Customer <user@example.net>`'),
    'to-named': ('bare-to', RELAXED, field(b'to', b'"user@example.net" <user@example.net>, "other@example.org" <other@example.org>'), 'with To written as'),
    'to-angle': ('bare-to', RELAXED, field(b'to', b'<user@example.net>, <other@example.org>'), 'with To written as'),
    'to-one-more': ('plain', RELAXED, field(b'to', b'Customer <user@example.net>, club@lists.example.org'), 'with To without `club@lists.example.org`'),
    'message-id-kept': ('plain', RELAXED, lambda f, b: (put(f, b'message-id', b'<new@mail.example.org>') + [
        b'X-Google-Original-Message-ID: ' + get(f, b'message-id') + b'\r\n'], b), 'with Message-ID as X-Google-Original-Message-ID has it'),
    'to-single-quoted': ('plain', RELAXED, field(b'to', b"'Customer' <user@example.net>"), 'with To written as `Customer <user@example.net>`'),
    'message-id-lost': ('plain', RELAXED, lambda f, b: (drop(f, b'message-id') + [
        b'X-Google-Original-Message-ID: ' + get(f, b'message-id') + b'\r\n'], b), 'with Message-ID as X-Google-Original-Message-ID has it'),
    'first-line-gone': ('empty-first', RELAXED, lambda f, b: (f, b[2:]), 'with an empty line at the top of the body, which was removed'),
    'z-two': ('z', RELAXED, both(field(b'subject', b'Another subject'), field(b'from', b'Somebody <x@example.com>')),
              'with From as z= of the signature has it, `Order Desk <orders@example.com>` and with Subject as z= of the signature has it'),
    'z': ('z', RELAXED, field(b'subject', b'Another subject'), 'with Subject as z= of the signature has it, `Your order 4711`'),
    # several together
    'qp-footer-tag': ('utf8', RELAXED, lambda f, b: tag(put(f, b'content-transfer-encoding', b'quoted-printable'), qp(b) + FOOTER),
                      'decoded from quoted-printable again'),
    'parts-qp-and-part-added': ('alternative', RELAXED, lambda f, b: (f, alternative(qp, b'quoted-printable').replace(
        b'--=_b1--\r\n', b'--=_b1\r\nContent-Type: text/plain\r\n\r\n' + FOOTER + b'\r\n--=_b1--\r\n')), 'decoded from quoted-printable again'),
    'parts-base64-to-8bit': ('alternative-base64', RELAXED, lambda f, b: (f, alternative(lambda text: text, b'8bit')), 'in base64 again'),
    'base64-to-qp': ('html-base64', RELAXED, lambda f, b: (put(f, b'content-transfer-encoding', b'quoted-printable'), qp(HTML)),
                     'in base64 again (it was made quoted-printable)'),
    'qp-to-base64': ('html-qp', RELAXED, lambda f, b: (put(f, b'content-transfer-encoding', b'base64'), b64(HTML)),
                     'in quoted-printable again (it was made base64)'),
}

CLUB = b'_' * 47 + b'\r\nClub mailing list -- club@lists.example.org\r\nTo leave: club-leave@lists.example.org\r\n'


def by_list(*functions):
    """The footer and the tag of the list, and another change."""
    def do(fields, body):
        fields, body = field(b'subject', b'[Club] Your order 4711')(fields, body + CLUB)
        for function in functions:
            fields, body = function(fields, body)
        return fields, body
    return do


def from_list(name):
    """From is the list's; the author is in Reply-To."""
    return lambda fields, body: (put(fields, b'from', name + b'<club@lists.example.org>') + [
        b'Reply-To: ' + get(fields, b'from') + b'\r\n'], body)


# what is attributed to a list, by its form: the message is addressed to it (attacks.py)
KNOWN.update({'by-list ' + name: ('to-club', RELAXED, function, LIST) for name, function in {
    'tag and footer': by_list(),
    'From': by_list(from_list(b'Order Desk via Club ')),
    'From without a name': by_list(from_list(b'')),
    'list fields': by_list(list_fields),
    'Sender': by_list(lambda f, b: (f + [b'Sender: club-bounces@lists.example.org\r\n'], b)),
    'Reply-To': by_list(lambda f, b: (f + [b'Reply-To: club@lists.example.org\r\n'], b)),
    'wrapped': lambda f, b: (drop(put(f, b'content-type', b'multipart/mixed; boundary="x"'), b'content-transfer-encoding'),
                             b'--x\r\n' + b''.join(each for each in f if name(each).startswith(b'content-')) + b'\r\n' + b +
                             b'\r\n--x\r\nContent-Type: text/plain; charset="us-ascii"\r\nContent-Transfer-Encoding: 7bit\r\n\r\n' +
                             CLUB + b'\r\n--x--\r\n')}.items()})
KNOWN['by-list qp'] = ('to-club-qp', RELAXED, lambda f, b: (f, b + qp(CLUB)), LIST)
KNOWN['by-list, author without a name'] = ('bare-from', RELAXED, by_list(from_list(b'orders via Club ')), LIST)

# only one half can be proved: name: (message, canonicalization, change, half, what must be reported)
HALVES = {
    'body': ('plain', RELAXED, replace(b'tomorrow', b'today'), 'header', 'still verifies over the header: the body was changed'),
    'body-and-tag': ('plain', RELAXED, both(tag, replace(b'tomorrow', b'today')), 'header', 'verifies over the header without `[list]` in Subject; the body'),
    'subject': ('plain', RELAXED, field(b'subject', b'Something else'), 'body', 'agrees with the body: a signed field was changed'),
    'subject-and-footer': ('plain', RELAXED, both(footer, field(b'subject', b'Something else')), 'body', 'agrees with the body without the last'),
    'both': ('plain', RELAXED, both(replace(b'tomorrow', b'today'), field(b'subject', b'Something else')), 'signature',
             'was made with the published key; header and body were changed'),
}

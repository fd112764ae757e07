"""mutate.py: good messages, and the changes that lists, gateways and servers make after signing.

It shares no code with the program. A message is (fields, body): bytes with CRLF line ends, each field `Name:
value CRLF`; a mutator returns a new one.
"""

import base64
import quopri
import re

TEXT = b'Dear customer,\r\n\r\nyour order 4711 has left our  house today.\r\nIt should arrive ' \
       b'tomorrow.\r\n\r\n-- \r\nExample Trading Company\r\n'
UTF8 = 'Grüße aus Köln,\r\n\r\nihre Bestellung 4711 = unterwegs.\r\n' \
       '注文番号4711の商品を本日発送しました。明日到着の予定です。ご不明な点はお問い合わせください。\r\n\r\n' \
       'Mit freundlichen Grüßen\r\n'.encode()
LONG = base64.encodebytes(UTF8 * 6).replace(b'\n', b'\r\n')
QP = quopri.encodestring(UTF8.replace(b'\r\n', b'\n')).replace(b'\n', b'\r\n')


def multipart(boundary=b'=_b1', encoding=b'8bit', body=UTF8, preamble=b''):
    one = b'--' + boundary + b'\r\nContent-Type: text/plain; charset=utf-8\r\n' \
        b'Content-Transfer-Encoding: ' + encoding + b'\r\n\r\n' + body + b'\r\n'
    two = b'--' + boundary + b'\r\nContent-Type: text/html; charset=us-ascii\r\n\r\n' \
        b'<p>your order 4711 has left</p>\r\n\r\n'
    return preamble + one + two + b'--' + boundary + b'--\r\n'


def head(*more, subject=b'Your order 4711', kind=b'text/plain; charset=utf-8', encoding=b'8bit'):
    fields = [b'From: Order Desk <orders@example.com>', b'To: Customer <user@example.net>',
              b'Subject: ' + subject, b'Date: Thu, 01 Jan 2026 08:59:30 +0900',
              b'Message-ID: <20260101085930.4711@example.com>', b'MIME-Version: 1.0',
              b'Content-Type: ' + kind, b'Content-Transfer-Encoding: ' + encoding]
    return [each + b'\r\n' for each in fields + list(more)]


MIXED = b'multipart/mixed; boundary="=_b1"'
MESSAGES = {
    'plain': (head(encoding=b'7bit'), TEXT),
    'utf8': (head(), UTF8),
    'base64': (head(encoding=b'base64'), LONG),
    'qp': (head(encoding=b'quoted-printable'), QP),
    'multipart': (head(kind=MIXED), multipart()),
    'multipart-base64': (head(kind=MIXED), multipart(encoding=b'base64', body=LONG[:-2])),
    'preamble': (head(kind=MIXED), multipart(
        preamble=b'This is a multi-part message in MIME format.\r\n')),
    'reply': (head(subject=b'Re: Your order 4711'), UTF8),
    'folded': (head(b'References: <a@example.com>\r\n <b@example.com>'), TEXT),
    'one-long-line': (head(encoding=b'base64'), base64.b64encode(UTF8 * 6) + b'\r\n'),
}


def name(field):
    return field.split(b':', 1)[0].strip().lower()


def change(fields, which, function):
    return [f.split(b':', 1)[0] + b':' + function(f.split(b':', 1)[1])
            if name(f) == which else f for f in fields]


def put(fields, which, value):
    return change(fields, which, lambda old: b' ' + value + b'\r\n')


def drop(fields, which):
    return [f for f in fields if name(f) != which]


def get(fields, which):
    return next(f.split(b':', 1)[1].strip() for f in fields if name(f) == which)


# the changes: functions of (fields, body)

FOOTER = b'_' * 47 + b'\r\nClub mailing list\r\nhttps://lists.example.org/club\r\n'


def footer(fields, body):
    return fields, body + FOOTER


def footer_long(fields, body):
    return fields, body + b'\r\n\r\n' + FOOTER * 40


def footer_far_below(fields, body):
    return fields, body + b'\r\n' * 400000 + FOOTER


def top(fields, body):
    return fields, b'[This message came from outside]\r\n\r\n' + body


def both_ends(fields, body):
    return top(*footer(fields, body))


def tag(fields, body):
    return change(fields, b'subject', lambda old: b' [list]' + old), body


def tag_behind_re(fields, body):
    return change(fields, b'subject', lambda old: old.replace(b'Re: ', b'Re: [list] ')), body


def spam_tag(fields, body):
    return change(fields, b'subject', lambda old: b' ***SPAM***' + old), body


def tag_and_footer(fields, body):
    return tag(*footer(fields, body))


def part_added(fields, body):
    last = b'--=_b1--\r\n'
    return fields, body.replace(last, b'--=_b1\r\nContent-Type: text/plain\r\n'
                                b'Content-Disposition: inline\r\n\r\n' + FOOTER + b'\r\n' + last)


def wrapped(fields, body):
    part = b''.join(f for f in fields if name(f).startswith(b'content-'))
    new = drop(put(fields, b'content-type', b'multipart/mixed; boundary="===list=="'),
               b'content-transfer-encoding')
    return new, b'--===list==\r\n' + part + b'\r\n' + body + b'\r\n--===list==\r\n' \
        b'Content-Type: text/plain\r\n\r\n' + FOOTER + b'\r\n--===list==--\r\n'


def wrapped_under_many_fields(fields, body):
    new, text = wrapped(fields, body)
    kind = b'Content-Type: text/plain; charset=utf-8\r\n'
    # different ones: a field that is repeated with the same content would not matter
    return new, text.replace(kind, b''.join(kind[:-2] + b'; n=%d\r\n' % n for n in range(5000)), 1)


def wrapped_and_tag(fields, body):
    return tag(*wrapped(fields, body))


def from_kept(fields, body):
    old = get(fields, b'from')
    return put(fields, b'from', b'Order Desk via Club <club@lists.example.org>') + [
        b'X-Original-From: ' + old + b'\r\n'], body


def from_reply_to(fields, body):
    old = get(fields, b'from')
    return put(fields, b'from', b'Order Desk via Club <club@lists.example.org>') + [
        b'Reply-To: ' + old + b'\r\n'], body


def from_kept_tag_footer(fields, body):
    return tag_and_footer(*from_kept(fields, body))


def trailing_blanks(fields, body):
    return fields, re.sub(rb'(?<=[a-z,.])\r\n', b' \r\n', body)


def dashes(fields, body):
    return fields, body.replace(b'-- \r\n', b'--\r\n')


def more_cr(fields, body):
    return fields, body.replace(b'\r\n', b'\r\r\n')


def lines_doubled(fields, body):
    return fields, body.replace(b'\r\n', b'\r\n\r\n')


def bare_cr(fields, body):
    return fields, body.replace(b'\r\n', b'\r')


def to_qp(fields, body):
    coded = quopri.encodestring(body.replace(b'\r\n', b'\n')).replace(b'\n', b'\r\n')
    return put(fields, b'content-transfer-encoding', b'quoted-printable'), coded


def to_base64(fields, body):
    return put(fields, b'content-transfer-encoding', b'base64'), \
        base64.encodebytes(body).replace(b'\n', b'\r\n')


def decoded_base64(fields, body):
    return put(fields, b'content-transfer-encoding', b'8bit'), base64.b64decode(body)


def decoded_qp(fields, body):
    return put(fields, b'content-transfer-encoding', b'8bit'), quopri.decodestring(body)


def rewrapped(width):
    def wrap(fields, body):
        text = re.sub(rb'\s', b'', body)
        return fields, b''.join(text[k:k + width] + b'\r\n' for k in range(0, len(text), width))
    return wrap


def part_to_qp(fields, body):
    coded = quopri.encodestring(UTF8.replace(b'\r\n', b'\n')).replace(b'\n', b'\r\n')
    return fields, body.replace(b'8bit', b'quoted-printable').replace(UTF8, coded)


def part_rewrapped(fields, body):
    text = re.sub(rb'\s', b'', LONG)
    new = b'\r\n'.join(text[k:k + 60] for k in range(0, len(text), 60))
    return fields, body.replace(LONG[:-2], new)


def boundary_in_header(fields, body):
    return put(fields, b'content-type', b'multipart/mixed; boundary="new-one"'), body


def boundary_in_body(fields, body):
    return fields, body.replace(b'--=_b1', b'--new-one')


def boundary_unquoted(fields, body):
    return put(fields, b'content-type', b"multipart/mixed; boundary==_b1"), body


def preamble_gone(fields, body):
    return fields, body[body.index(b'--=_b1'):]


def sender_added(fields, body):
    return fields + [b'Reply-To: club@lists.example.org\r\n'], body


def doubled(fields, body):
    return fields + [b'Subject: Another one\r\n'], body


def mime_version_gone(fields, body):
    return drop(fields, b'mime-version'), body


def encoding_gone(fields, body):
    return drop(fields, b'content-transfer-encoding'), body


def name_case(fields, body):
    return [f.replace(b'Message-ID:', b'Message-Id:') for f in fields], body


def name_lower(fields, body):
    return [f.replace(b'Subject:', b'subject:') for f in fields], body


def blank_behind(fields, body):
    return change(fields, b'subject', lambda old: old.replace(b'\r\n', b' \r\n')), body


def unfolded(fields, body):
    return fields, body


def refolded(fields, body):
    return change(fields, b'references', lambda old: old.replace(b'\r\n ', b'\r\n\t')), body


def blanks_doubled(fields, body):
    return change(fields, b'to', lambda old: old.replace(b' ', b'  ')), body


def blank_line_gone(fields, body):
    return fields, body[2:]


SIMPLE, RELAXED = 'simple/simple', 'relaxed/relaxed'
# name: (message, canonicalization, change, what must be reported)
KNOWN = {
    'footer': ('plain', RELAXED, footer, 'without the last %d bytes, which begin with `____' % len(FOOTER)),
    'footer-simple': ('utf8', SIMPLE, footer, 'without the last %d bytes' % len(FOOTER)),
    'footer-long': ('plain', RELAXED, footer_long, 'without the last'),
    'footer-far-below': ('plain', RELAXED, footer_far_below, 'without the last'),
    'top': ('plain', RELAXED, top, 'without the first 36 bytes of the body'),
    'both-ends': ('plain', RELAXED, both_ends, 'without the first 36 bytes of the body, '
                  '`[This message came from outside]` and without the last %d bytes' % len(FOOTER)),
    'tag': ('plain', RELAXED, tag, 'without `[list]` in Subject'),
    'tag-simple': ('plain', SIMPLE, tag, 'without `[list]` in Subject'),
    'tag-behind-re': ('reply', RELAXED, tag_behind_re, 'without `[list]` in Subject'),
    'spam-tag': ('plain', RELAXED, spam_tag, 'without `***SPAM***` in Subject'),
    'tag-and-footer': ('plain', RELAXED, tag_and_footer, 'which begin with `'
                       + FOOTER[:47].decode()),
    'part-added': ('multipart', RELAXED, part_added, 'without a MIME part of'),
    'wrapped': ('utf8', RELAXED, wrapped, 'the message was made a multipart'),
    'wrapped-multipart': ('multipart', RELAXED, wrapped, 'the message was made a multipart'),
    'wrapped-base64': ('base64', SIMPLE, wrapped, 'the message was made a multipart'),
    'wrapped-and-tag': ('qp', RELAXED, wrapped_and_tag, 'made a multipart), without a MIME part of'),
    'from-kept': ('plain', RELAXED, from_kept, 'with From as X-Original-From has it'),
    'from-reply-to': ('plain', RELAXED, from_reply_to, 'with From as Reply-To has it'),
    'from-tag-footer': ('plain', RELAXED, from_kept_tag_footer, 'with From as X-Original-From has it, `Order'),
    'from-reply-to-tag': ('plain', RELAXED, lambda f, b: tag(*from_reply_to(f, b)), 'with From as '
                          'Reply-To has it, `Order Desk <orders@example.com>`'),
    'trailing-blanks': ('utf8', SIMPLE, trailing_blanks, 'with the white space at line ends'),
    'dashes': ('plain', SIMPLE, dashes, 'with the white space at line ends'),
    'more-cr': ('plain', RELAXED, more_cr, 'with the line ends as they were'),
    'lines-doubled': ('qp', RELAXED, lines_doubled, 'with the line ends as they were'),
    'bare-cr': ('plain', RELAXED, bare_cr, 'with the line ends as they were'),
    'to-qp': ('utf8', RELAXED, to_qp, 'decoded from quoted-printable again'),
    'to-qp-simple': ('utf8', SIMPLE, to_qp, 'decoded from quoted-printable again'),
    'to-base64': ('utf8', RELAXED, to_base64, 'decoded from base64 again'),
    'to-base64-plain': ('plain', RELAXED, to_base64, 'decoded from base64 again'),
    'decoded-base64': ('base64', RELAXED, decoded_base64, 'in base64 again'),
    'decoded-qp': ('qp', RELAXED, decoded_qp, 'in quoted-printable again'),
    'rewrapped-60': ('base64', RELAXED, rewrapped(60), 'with base64 lines of 7'),
    'rewrapped-72': ('base64', SIMPLE, rewrapped(72), 'with base64 lines of 7'),
    'rewrapped-from-one-line': ('one-long-line', RELAXED, rewrapped(76), 'with its base64 in one line again'),
    'part-to-qp': ('multipart', RELAXED, part_to_qp, 'decoded from quoted-printable again'),
    'part-rewrapped': ('multipart-base64', RELAXED, part_rewrapped, 'with base64 lines of 76'),
    'boundary-in-header': ('multipart', RELAXED, boundary_in_header, 'with the boundary `=_b1`'),
    'boundary-in-body': ('multipart', RELAXED, boundary_in_body, 'with the boundary `=_b1`'),
    'boundary-unquoted': ('multipart', RELAXED, boundary_unquoted, 'with Content-Type written as `multipart/mixed; boundary="=_b1"`'),
    'preamble-gone': ('preamble', RELAXED, preamble_gone, 'with the text before the first part'),
    'field-added': ('plain', RELAXED, sender_added, 'without `Reply-To: club@lists.example.org`, which was added'),
    'field-doubled': ('plain', RELAXED, doubled, 'without `Subject: Another one`, which was added'),
    'mime-version-gone': ('plain', RELAXED, mime_version_gone, 'with `MIME-Version: 1.0`, which'),
    'encoding-gone': ('utf8', RELAXED, encoding_gone, 'with `Content-Transfer-Encoding: 8bit`'),
    'name-case': ('plain', SIMPLE, name_case, 'with the names of the signed fields'),
    'name-lower': ('plain', SIMPLE, name_lower, 'with the names of the signed fields'),
    'blank-behind': ('plain', SIMPLE, blank_behind, 'with the white space of the signed'),
    'refolded': ('folded', SIMPLE, refolded, 'with the white space of the signed'),
    'blanks-doubled': ('plain', SIMPLE, blanks_doubled, 'with the white space of the signed'),
    'footer-to-part-8bit': ('multipart-base64', RELAXED, part_added, 'without a MIME part of'),
}


def replace(old, new):
    def do(fields, body):
        assert old in body
        return fields, body.replace(old, new)
    return do


def field(which, value):
    return lambda fields, body: (put(fields, which, value), body)


def both(one, two):
    return lambda fields, body: two(*one(fields, body))


# what no rule undoes: name: (message, canonicalization, change)
UNKNOWN = {
    'word': ('plain', RELAXED, replace(b'tomorrow', b'today')),
    'number': ('plain', SIMPLE, replace(b'4711', b'4712')),
    'sentence-gone': ('plain', RELAXED, replace(b'It should arrive tomorrow.\r\n', b'')),
    'middle-added': ('plain', RELAXED, replace(b'your order', b'Advertisement\r\nyour order')),
    'link-rewritten': ('multipart', RELAXED, replace(b'<p>', b'<p><a href="https://x.example">')),
    'letter-case': ('utf8', RELAXED, replace(b'Mit', b'mit')),
    'transliterated': ('utf8', RELAXED, replace('ü'.encode(), b'ue')),
    'first-part-gone': ('multipart', RELAXED, lambda f, b: (f, b[b.index(b'--=_b1', 9):])),
    'html-gone': ('multipart', RELAXED, lambda f, b: (f, b.replace(b[b.index(
        b'--=_b1', 9):], b'--=_b1--\r\n'))),
    'both-boundaries': ('multipart', RELAXED, both(boundary_in_header, boundary_in_body)),
    'base64-other-bytes': ('base64', RELAXED, lambda f, b: (f, b.swapcase())),
    'base64-cut': ('base64', RELAXED, lambda f, b: (f, b[400:])),
    'wrapped-under-many-fields': ('plain', RELAXED, wrapped_under_many_fields),
    'empty': ('plain', RELAXED, lambda f, b: (f, b'')),
    'other-body': ('plain', SIMPLE, lambda f, b: (f, b'Hello.\r\n' * 3)),
    'blank-in-word': ('plain', RELAXED, replace(b'customer', b'cust omer')),
    'from': ('plain', RELAXED, field(b'from', b'Other <other@example.com>')),
    'subject': ('plain', RELAXED, field(b'subject', b'Something else')),
    'date': ('plain', RELAXED, field(b'date', b'Thu, 01 Jan 2026 09:00:00 +0900')),
    'to': ('plain', RELAXED, field(b'to', b'undisclosed-recipients:;')),
    'footer-and-word': ('plain', RELAXED, both(footer, replace(b'tomorrow', b'today'))),
    'tag-and-date': ('plain', RELAXED, both(tag, field(b'date', b'Fri, 2 Jan 2026 01:00:00 +0000'))),
    'message-id': ('plain', SIMPLE, field(b'message-id', b'<other@example.com>')),
}

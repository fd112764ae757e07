"""mail.py: messages as lists of fields, with CRLF internally until they are written."""

from maker import sign

NOW = 1767225600  # the clock of every case: 2026-01-01 00:00:00 UTC
DATE = 'Thu, 01 Jan 2026 08:59:30 +0900'

BODY = """Dear customer,

your order 4711 has left our  house \t today.
It should arrive tomorrow.

-- 
Example Trading Company
"""


def crlf(text):
    if isinstance(text, str):
        text = text.encode()
    return text.replace(b'\r\n', b'\n').replace(b'\n', b'\r\n')


class Mail:
    """fields: bytes `Name: value CRLF` from top to bottom; body: bytes, or None for no body."""

    def __init__(self, fields, body=BODY):
        self.fields = [crlf(f) if f.endswith('\n' if isinstance(f, str) else b'\n')
                       else crlf(f) + b'\r\n' for f in fields]
        self.body = None if body is None else crlf(body)

    def copy(self):
        return Mail(list(self.fields), self.body)

    def signed(self, key='rsa-a', d='example.com', s='s1', edit=None, **options):
        """The mail with one more signature on top. edit: bytes -> bytes, on the finished field."""
        options.setdefault('t', NOW - 60)
        options.setdefault('h', [n for n in sign.USUAL if self.has(n)])
        field = sign.signature(self.fields, self.body or b'', key, d, s, **options)
        return self.topped(edit(field) if edit else field)

    def topped(self, *fields):
        """The mail with further fields on top, in this order."""
        new = self.copy()
        new.fields[0:0] = Mail(fields, None).fields
        return new

    def ended(self, *fields):
        new = self.copy()
        new.fields.extend(Mail(fields, None).fields)
        return new

    def has(self, name):
        return any(f.split(b':', 1)[0].strip().lower() == name.encode() for f in self.fields)

    def without(self, name):
        new = self.copy()
        new.fields = [f for f in new.fields
                      if f.split(b':', 1)[0].strip().lower() != name.lower().encode()]
        return new

    def replaced(self, old, value):
        """The mail with another value of the (only) field of that name."""
        new = self.copy()
        prefix = old.lower().encode() + b':'
        new.fields = [f[:len(prefix)] + b' ' + crlf(value) + b'\r\n'
                      if f.lower().startswith(prefix) else f for f in new.fields]
        return new

    def with_body(self, body):
        new = self.copy()
        new.body = None if body is None else crlf(body)
        return new

    def bytes(self, eol='\n'):
        text = b''.join(self.fields)
        if self.body is not None:
            text += b'\r\n' + self.body
        return text if eol == '\r\n' else text.replace(b'\r\n', b'\n')


def mail(author='Order Desk <orders@example.com>', subject='Your order 4711', body=BODY,
         to='Customer <user@example.net>', more=()):
    fields = ['From: ' + author] if author is not None else []
    fields += ['To: ' + to, 'Subject: ' + subject, 'Date: ' + DATE,
               'Message-ID: <20260101085930.4711@example.com>', 'MIME-Version: 1.0',
               'Content-Type: text/plain; charset=utf-8']
    return Mail(fields + list(more), body)

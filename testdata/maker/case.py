"""case.py: one black-box case (tests/program/README.md)."""

import dataclasses

from maker import zone as zones
from maker.mail import NOW, Mail

AUTHSERV_ID = 'mx.example.net'


@dataclasses.dataclass
class Case:
    """expect is the text of the file `expect`, decided by hand from the standards and the manual pages. rest:
    what the output must have below our block, if that is not in.eml unchanged. envelope: the options of
    `--envelope args`; None omits an option.
    """
    name: str                       # AREA/NAME, its folder below build/testdata/
    message: object                 # Mail, or bytes as they are
    zone: str = ''
    expect: str = ''
    exit: object = 0                # a status, or a text with several that are allowed
    args: tuple = ()                # further arguments
    command: tuple = ()             # after `--`
    ip: str = '192.0.2.10'
    helo: str = 'mail.example.com'
    mail_from: str = 'orders@example.com'
    rcpt: str = 'user@example.net'
    bare: bool = False              # only args and command: no envelope, id, zone or clock
    eol: str = '\n'
    rest: object = None
    files: dict = dataclasses.field(default_factory=dict)   # further files: name -> text
    explain: tuple = ()             # what `explain` must say somewhere
    dkimpy: bool = True             # dkimpy and the expectation must agree about pass and fail

    def argv(self):
        if self.bare:
            out = list(self.args)
        else:
            out = ['--authserv-id', AUTHSERV_ID, '--zone', 'zone', '--now', str(NOW)]
            for option, value in (('--client-ip', self.ip), ('--helo', self.helo),
                                  ('--mail-from', self.mail_from), ('--rcpt', self.rcpt)):
                if value is not None:
                    out += [option, value]
            out += list(self.args)
        if self.command:
            out += ['--'] + list(self.command)
        return out

    def contents(self):
        """{file name: bytes} of all generated files; the expected output is recorded, not generated."""
        data = self.message
        if isinstance(data, Mail):
            data = data.bytes(self.eol)
        made = {
            'argv': ''.join(arg + '\n' for arg in self.argv()).encode(),
            'in.eml': data,
            'exit': (str(self.exit) + '\n').encode(),
        }
        if not self.bare or self.zone:
            made['zone'] = zones.master(self.zone).encode()
        if self.expect.strip():
            lines = [each.strip() for each in self.expect.splitlines()]
            made['expect'] = ''.join(each + '\n' for each in lines if each).encode()
        if self.explain:
            made['explain.has'] = ''.join(each + '\n' for each in self.explain).encode()
        if self.rest is not None:
            rest = self.rest
            made['rest'] = rest.bytes(self.eol) if isinstance(rest, Mail) else rest
        for name, text in self.files.items():
            made[name] = text if isinstance(text, bytes) else text.encode()
        return made

"""next_hop.py: an SMTP server that behaves, refuses, lies, stalls or hangs up, by a script."""

import re
import socket
import threading
import time

FULL = ('8BITMIME', 'SIZE 100000000', 'SMTPUTF8',
        'XFORWARD NAME ADDR PROTO HELO SOURCE IDENT')


class Server:
    """One session as script says: {verb: reply, None for the end of the connection}."""

    def __init__(self, script=None, offers=FULL, address=None):
        self.script, self.offers = script or {}, offers
        if address:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(address)
            self.listener.listen(1)
            self.name = 'unix:' + address
        else:
            self.listener = socket.create_server(('127.0.0.1', 0))
            self.name = '127.0.0.1:%d' % self.listener.getsockname()[1]
        self.commands, self.data, self.raw = [], None, b''
        self.ended = threading.Event()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        sock, _ = self.listener.accept()
        try:
            self.session(sock)
        except OSError:
            pass
        sock.close()
        self.ended.set()

    def session(self, sock):
        stream = sock.makefile('rb')
        if not self.say(sock, 'GREETING', b'220 next\r\n'):
            return
        for line in stream:
            self.commands.append(line)
            verb = line.split(None, 1)[0].decode().upper() if line.strip() else ''
            if verb == 'EHLO':
                text = ''.join('250-%s\r\n' % each for each in self.offers) + '250 next\r\n'
                if not self.say(sock, verb, b'250-next\r\n' + text.encode()):
                    return
            elif verb == 'DATA':
                if not self.say(sock, verb, b'354 go\r\n'):
                    return
                if not isinstance(self.script.get(verb, 0.0), float):
                    continue
                self.take(stream)
                if not self.say(sock, 'END', b'250 2.0.0 kept\r\n'):
                    return
            elif not self.say(sock, verb + ('%d' % self.count(b'RCPT') if verb == 'RCPT' else ''),
                              b'250 ok\r\n'):
                return
            if verb == 'QUIT':
                return

    def count(self, verb):
        return len([each for each in self.commands if each.startswith(verb)])

    def take(self, stream):
        """Everything up to CRLF.CRLF and no more."""
        octets = bytearray()
        while not (b'\r\n' + octets[-5:]).endswith(b'\r\n.\r\n'):
            piece = stream.readline()
            if not piece:
                return
            octets += piece
        self.raw = bytes(octets)
        self.data = re.sub(rb'(?m)^\.', b'', self.raw[:-3])

    def say(self, sock, what, usual):
        reply = self.script.get(what, usual)
        if isinstance(reply, float):
            time.sleep(reply)
            reply = usual
        if reply is None:
            return False
        sock.sendall(reply)
        return True

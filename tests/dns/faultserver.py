"""A name server whose faults are chosen by the first label of the query."""
import socket
import struct
import threading
import time

NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED = range(6)
A, NS, SOA, TXT, OPT = 1, 2, 6, 16, 41
LARGE = b"".join(b"\xff" + bytes([97 + i % 26]) * 255 for i in range(255))  # 65,280 octets


def labels(packet, at=12):
    names = []
    while packet[at]:
        names.append(packet[at + 1 : at + 1 + packet[at]])
        at += packet[at] + 1
    return names, at + 1


def record(kind, data, ttl=5):
    return b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, ttl, len(data)) + data


def reply(query, rcode=NOERROR, answers=(), flags=0x8180, question=None):
    """The query with these records as its answer; without an OPT record."""
    _, end = labels(query)
    if question is None:
        question = query[12 : end + 4]
    head = query[:2] + struct.pack(">HHHHH", flags | rcode, 1, len(answers), 0, 0)
    return head + question + b"".join(answers)


def good(query):
    _, end = labels(query)
    kind = struct.unpack(">H", query[end : end + 2])[0]
    data = {A: bytes([192, 0, 2, 1]), TXT: b"\x02ok"}.get(kind)
    return reply(query, NOERROR, [record(kind, data)] if data else [])


def number(name):
    """the digits of b'delay300-x'"""
    return int("".join(chr(c) for c in name.split(b"-")[0] if 48 <= c <= 57) or "0")


class FaultServer:
    """mode: a fault for every query; None: the first label selects it."""

    def __init__(self, address="127.0.0.1", mode=None, port=None):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.mode = mode
        self.seen = {}  # packets for each name, over UDP and TCP
        self.lock = threading.Lock()
        self.udp, self.tcp = bind_both(family, address, port)
        self.other = socket.socket(family, socket.SOCK_DGRAM)  # for answers from elsewhere
        self.port = self.udp.getsockname()[1]
        self.tcp.listen(64)
        for target in (self.serve_udp, self.serve_tcp):
            threading.Thread(target=target, daemon=True).start()

    def count(self, name):
        with self.lock:
            return self.seen.get(name, 0)

    def close(self):
        for each in (self.udp, self.tcp, self.other):
            each.close()

    def serve_udp(self):
        while True:
            try:
                query, client = self.udp.recvfrom(4096)
            except OSError:
                return
            self.answer(query, lambda data, c=client: self.send(data, c), client)

    def send(self, data, client, sock=None):
        try:
            (sock or self.udp).sendto(data, client)
        except OSError:
            pass

    def serve_tcp(self):
        while True:
            try:
                conn, _ = self.tcp.accept()
            except OSError:
                return
            threading.Thread(target=self.serve_conn, args=(conn,), daemon=True).start()

    def serve_conn(self, conn):
        def send(data):
            try:
                conn.sendall(framed(data))
            except OSError:
                pass

        try:
            while True:
                head = conn.recv(2, socket.MSG_WAITALL)
                if len(head) < 2:
                    return
                query = conn.recv(struct.unpack(">H", head)[0], socket.MSG_WAITALL)
                if self.answer_tcp(query, send, conn) == "close":
                    conn.close()
                    return
        except OSError:
            return

    def fault(self, query):
        names, _ = labels(query)
        with self.lock:
            full = b".".join(names)
            self.seen[full] = self.seen.get(full, 0) + 1
            return (self.mode or names[0]), self.seen[full]

    def answer_tcp(self, query, send, conn):
        fault, nth = self.fault(query)
        if fault.startswith(b"tcclose"):
            return "close"
        if fault.startswith(b"tcearly"):  # the answer, without its end
            send_part(conn, good(query), -3)
            return "close"
        if fault.startswith(b"tconce") and nth == 2:  # the first over TCP
            return "close"
        if fault.startswith(b"tcdrip"):
            for octet in framed(good(query)):
                conn.sendall(bytes([octet]))
                time.sleep(0.002)
            return None
        if fault.startswith(b"tcformerr"):
            send(good(query) if query[11] == 0 else reply(query, FORMERR))
            return None
        if fault.startswith(b"tcnever"):
            return None
        if fault.startswith(b"tcslow"):
            later(number(fault), lambda: send(good(query)))
        elif fault.startswith(b"tcgarbage"):
            send(bytes(range(256)))
        elif fault.startswith((b"tconce", b"large")):
            send(good(query))
        elif fault.startswith(b"tcwrongid"):  # then the answer
            send(bytes([query[0] ^ 0x55]) + good(query)[1:])
            send(good(query))
        elif fault.startswith(b"tcservfail"):
            send(reply(query, SERVFAIL))
        elif fault.startswith(b"tctc"):
            send(reply(query, flags=0x8380))
        else:
            send(reply(query, NOERROR, [record(TXT, LARGE)]))
        return None

    def answer(self, query, send, client):
        fault, nth = self.fault(query)
        base = fault.split(b"-")[0].rstrip(b"0123456789")
        wrong_id = bytes([query[0] ^ 0x55, query[1]])
        plain = {
            b"servfail": lambda: reply(query, SERVFAIL),
            b"refused": lambda: reply(query, REFUSED),
            b"notimp": lambda: reply(query, NOTIMP),
            b"nxdomain": lambda: reply(query, NXDOMAIN),
            b"nodata": lambda: reply(query),
            b"malformed": lambda: reply(query, NOERROR, [record(TXT, b"\x09short")]),
            b"cut": lambda: good(query)[:-3],
            b"lies": lambda: reply(query, NOERROR, [record(TXT, b"\x02ok")] * 2)[:-14],
            b"noise": lambda: query[:2] + bytes(range(100)),
            b"wrongid": lambda: wrong_id + good(query)[2:],
            b"wrongname": lambda: reply(
                query, question=b"\x05other\x00" + struct.pack(">HH", TXT, 1)
            ),
            b"othercase": lambda: reply(
                query, NOERROR, [record(TXT, b"\x02ok")], question=upper(query)
            ),
            b"tiny": lambda: query[:2] + b"\x81",
            b"empty": lambda: b"",
            b"large": lambda: reply(query, NOERROR, [record(TXT, b"\x01x" * 3000)]),
            b"header": lambda: query[:2] + b"\x81\x82" + bytes(8),  # SERVFAIL
        }
        if base == b"dropall":
            return
        if base == b"drop":
            if nth > number(fault):
                send(good(query))
        elif base == b"delay":
            later(number(fault), lambda: send(good(query)))
        elif base.startswith(b"tc"):
            send(reply(query, flags=0x8380))
        elif base == b"elsewhere":
            self.send(good(query), client, self.other)
        elif base == b"noedns":
            send(good(query) if query[11] == 0 else reply(query, FORMERR))
        elif base.endswith(b"first") and base[:-5] in plain:
            send(plain[base[:-5]]())
            later(50, lambda: send(good(query)))
        elif base in plain:
            send(plain[base]())
        else:
            send(good(query))


def framed(data):
    return struct.pack(">H", len(data)) + data


def send_part(conn, data, end):
    try:
        conn.sendall(framed(data)[:end])
    except OSError:
        pass


def upper(query):
    """the question section in capitals"""
    _, end = labels(query)
    return query[12:end].upper() + query[end : end + 4]


def later(ms, action):
    timer = threading.Timer(ms / 1000, action)
    timer.daemon = True
    timer.start()


def bind_both(family, address, port=None):
    """A UDP and a TCP socket on the same free port."""
    for _ in range(50):
        udp = socket.socket(family, socket.SOCK_DGRAM)
        tcp = socket.socket(family, socket.SOCK_STREAM)
        try:
            udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            udp.bind((address, port or 0))
            tcp.bind((address, udp.getsockname()[1]))
            return udp, tcp
        except OSError:
            udp.close()
            tcp.close()
            time.sleep(0.01)
    raise OSError("no free port on " + address)


def free_port():
    udp, tcp = bind_both(socket.AF_INET, "127.0.0.1")
    port = udp.getsockname()[1]
    udp.close()
    tcp.close()
    return port

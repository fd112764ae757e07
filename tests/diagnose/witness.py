"""witness.py: dkimpy, which shares no code with the program, checks what --undo wrote."""
import re

try:
    import dkim
except ImportError:     # python3-dkim is not installed
    dkim = None


def verifies(data, records, signature):
    """Does the signature with that b= verify over the message? records: name: TXT record."""
    def txt(name, timeout=5):
        return records.get(name.decode() if isinstance(name, bytes) else name)
    message = dkim.DKIM(data, minkey=1024)
    for index, (key, value) in enumerate(f for f in message.headers if f[0].lower() == b'dkim-signature'):
        tags = dict(re.findall(rb'(\w+)\s*=\s*([^;]*)', value))
        if re.sub(rb'\s', b'', tags.get(b'b', b'')) == signature:
            try:
                return message.verify(idx=index, dnsfunc=txt)
            except dkim.DKIMException:
                return False
    return False


def b_of(data):
    """b= of the first signature, without white space."""
    found = re.search(rb'(?im)^DKIM-Signature:(.*\r?\n(?:[ \t].*\r?\n)*)', data)
    tags = dict(re.findall(rb'(\w+)\s*=\s*([^;]*)', found.group(1)))
    return re.sub(rb'\s', b'', tags[b'b'])


def records_of(zone):
    """TXT records of a master file, by name with the final dot."""
    found = {}
    for line in zone.splitlines():
        name, _, text = line.partition(' IN TXT ')
        if text:
            found[name] = ''.join(re.findall(r'"([^"]*)"', text)).encode()
    return found



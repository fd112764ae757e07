"""libopendkim.py: OpenDKIM's library, called by ctypes in a process of its own: some messages make it corrupt its heap,
and end in abort().
"""
import ctypes
import multiprocessing
import os
import re
import signal

OP_SET, OPTS_MINKEYBITS, SIGFLAG_PASSED, BH_MATCH, CONTINUE, NOT_FOUND = 1, 14, 4, 0, 0, 3
STATUS = ('ok', 'bad signature', 'no signature', 'no key', 'cannot verify', 'syntax', 'no resource', 'internal', 'revoked',
          'invalid', 'not implemented', 'key failure', 'rejected', 'invalid callback', 'try again', 'callback error',
          'several replies', 'not generated')

_lib = ctypes.CDLL('libopendkim.so.11')
_pointer, _text = ctypes.c_void_p, ctypes.c_char_p
for _name, _result, _arguments in (
        ('dkim_init', _pointer, [_pointer, _pointer]),
        ('dkim_options', ctypes.c_int, [_pointer, ctypes.c_int, ctypes.c_int, _pointer, ctypes.c_size_t]),
        ('dkim_verify', _pointer, [_pointer, _text, _pointer, ctypes.POINTER(ctypes.c_int)]),
        ('dkim_chunk', ctypes.c_int, [_pointer, _text, ctypes.c_size_t]),
        ('dkim_eom', ctypes.c_int, [_pointer, _pointer]),
        ('dkim_free', ctypes.c_int, [_pointer]),
        ('dkim_getsiglist', ctypes.c_int, [_pointer, ctypes.POINTER(ctypes.POINTER(_pointer)),
                                           ctypes.POINTER(ctypes.c_int)]),
        ('dkim_sig_process', ctypes.c_int, [_pointer, _pointer]),
        ('dkim_sig_getflags', ctypes.c_uint, [_pointer]),
        ('dkim_sig_getbh', ctypes.c_int, [_pointer]),
        ('dkim_sig_geterror', ctypes.c_int, [_pointer]),
        ('dkim_sig_geterrorstr', _text, [ctypes.c_int]),
        ('dkim_sig_getselector', _text, [_pointer]),
        ('dkim_sig_getdomain', _text, [_pointer]),
        ('dkim_set_key_lookup', ctypes.c_int, [_pointer, _pointer])):
    getattr(_lib, _name).restype = _result
    getattr(_lib, _name).argtypes = _arguments

_find = None


@ctypes.CFUNCTYPE(ctypes.c_int, _pointer, _pointer, _pointer, ctypes.c_size_t)
def _lookup(_dkim, sig, buffer, size):
    name = _lib.dkim_sig_getselector(sig) + b'._domainkey.' + _lib.dkim_sig_getdomain(sig)
    record = _find(name.decode('utf-8', 'surrogateescape').rstrip('.').lower())
    if record is None or len(record) >= size:
        return NOT_FOUND
    ctypes.memmove(buffer, record + b'\0', len(record) + 1)
    return CONTINUE


_library = _lib.dkim_init(None, None)
_lib.dkim_set_key_lookup(_library, ctypes.cast(_lookup, _pointer))
_bits = ctypes.c_uint(1024)
_lib.dkim_options(_library, OP_SET, OPTS_MINKEYBITS, ctypes.byref(_bits), ctypes.sizeof(_bits))


def _verify(message, keys):
    global _find  # pylint: disable=global-statement  # the callback has no argument for it
    _find = keys.get
    status = ctypes.c_int()
    handle = _lib.dkim_verify(_library, b'differential', None, ctypes.byref(status))
    try:
        code = _lib.dkim_chunk(handle, message, len(message))
        if code == 0:
            code = _lib.dkim_chunk(handle, None, 0)
        if code == 0:
            code = _lib.dkim_eom(handle, None)
        return _result(handle, code)
    finally:
        _lib.dkim_free(handle)


def _result(handle, code):
    signatures, number = ctypes.POINTER(_pointer)(), ctypes.c_int()
    why = STATUS[code]
    if _lib.dkim_getsiglist(handle, ctypes.byref(signatures), ctypes.byref(number)) != 0 or number.value < 1:
        return False, why
    if number.value > 1:    # it may have ended with another one
        why = STATUS[_lib.dkim_sig_process(handle, signatures[0])]
    error = _lib.dkim_sig_geterror(signatures[0])
    if error:
        why += ': ' + re.sub(r'\s+', ' ', (_lib.dkim_sig_geterrorstr(error) or b'?').decode())
    good = _lib.dkim_sig_getflags(signatures[0]) & SIGFLAG_PASSED and _lib.dkim_sig_getbh(signatures[0]) == BH_MATCH
    return bool(good) and (code == 0 or number.value > 1), why


def _serve(questions):
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)   # what the C library says about its heap
    while True:
        questions.send(_verify(*questions.recv()))


class Library:
    """The library in a process that is started again if it dies."""

    def __init__(self):
        self.process, self.questions = None, None

    def _start(self):
        self.questions, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=_serve, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()

    def verify(self, message, keys):
        """(does the topmost signature verify, why); keys: {name in lower case: the octets of its record}. A process that
        dies may have been harmed by an earlier message: the second one decides."""
        for _ in range(2):
            if self.process is None:
                self._start()
            try:
                self.questions.send((message, keys))
                return self.questions.recv()
            except (EOFError, OSError):
                self.process.join()
                self.process = None
        return False, 'it dies'

"""shim.py: tests/faults/shim.c, which makes one call of the program fail, for suites other than the fault
harness."""
import errno
import os
import pathlib
import re
import struct
import subprocess

SOURCE = pathlib.Path(__file__).resolve().parent.parent / 'faults/shim.c'

# what each call fails with
FAULTS = {'malloc': errno.ENOMEM, 'mmap': errno.ENOMEM, 'read': errno.EIO, 'write': errno.ENOSPC, 'writev': errno.ENOSPC, 'open': errno.EMFILE,
          'close': errno.EIO, 'lseek': errno.EIO, 'fstat': errno.EIO, 'fsync': errno.EIO, 'fdatasync': errno.EIO, 'ftruncate': errno.EIO,
          'pread': errno.EIO, 'pwrite': errno.ENOSPC, 'unlink': errno.EIO, 'rename': errno.EIO, 'memfd': errno.EMFILE, 'mkostemp': errno.ENOSPC,
          'fork': errno.EAGAIN, 'dup2': errno.EMFILE, 'waitpid': errno.ECHILD, 'socket': errno.EMFILE, 'connect': errno.ECONNREFUSED,
          'send': errno.ECONNRESET, 'recv': errno.ECONNRESET, 'poll': errno.ENOMEM, 'sendmsg': errno.ENOMEM, 'recvmsg': errno.ENOMEM,
          'pipe': errno.EMFILE, 'socketpair': errno.EMFILE, 'dupfd': errno.EMFILE, 'thread': errno.EAGAIN, 'stat': errno.ENOMEM,
          'folder': errno.EMFILE, 'readdir': errno.EIO, 'mremap': errno.ENOMEM, 'realpath': errno.ENOMEM, 'fchmod': errno.EIO,
          'fopen': errno.EMFILE, 'dlopen': errno.ENOMEM, 'access': errno.ENOMEM, 'passwd': errno.EMFILE, 'getline': errno.EIO}
CALLS = re.findall(r'"(\w+)"', re.search(r'names\[C_CALLS\] = {(.*?)}', SOURCE.read_text(), re.S).group(1))


class Shim:
    """Built into folder, which must be kept."""

    def __init__(self, folder):
        self.library, self.counts = pathlib.Path(folder, 'shim.so'), pathlib.Path(folder, 'shim.counts')
        subprocess.run(['gcc', '-shared', '-fPIC', '-O1', '-D_GNU_SOURCE', '-w', '-o', self.library, SOURCE], check=True)

    def counting(self):
        """the environment of a run whose calls are counted"""
        self.counts.write_bytes(bytes(4 * len(CALLS)))
        return {**os.environ, 'LD_PRELOAD': str(self.library), 'FAULT_COUNTS': str(self.counts)}

    def counted(self):
        """how often each function was called"""
        return dict(zip(CALLS, struct.unpack(f'{len(CALLS)}I', self.counts.read_bytes())))

    def failing(self, call, n, error):
        """the environment of a run whose n-th such call fails"""
        return {**os.environ, 'LD_PRELOAD': str(self.library), 'FAULT_CALL': call, 'FAULT_N': str(n),
                'FAULT_ERRNO': str(error)}

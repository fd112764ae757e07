"""shim.py: tests/faults/shim.c, which makes one call of the program fail, for other suites than the fault
harness."""
import os
import pathlib
import re
import struct
import subprocess

SOURCE = pathlib.Path(__file__).resolve().parent.parent / 'faults/shim.c'


class Shim:
    """Built into folder, which must be kept."""

    def __init__(self, folder):
        self.library, self.counts = pathlib.Path(folder, 'shim.so'), pathlib.Path(folder, 'shim.counts')
        subprocess.run(['gcc', '-shared', '-fPIC', '-O1', '-D_GNU_SOURCE', '-w', '-o', self.library, SOURCE], check=True)
        self.calls = re.findall(r'"(\w+)"', re.search(r'names\[C_CALLS\] = {(.*?)}', SOURCE.read_text(), re.S).group(1))

    def counting(self):
        """the environment of a run whose calls are counted"""
        self.counts.write_bytes(bytes(4 * len(self.calls)))
        return {**os.environ, 'LD_PRELOAD': str(self.library), 'FAULT_COUNTS': str(self.counts)}

    def counted(self):
        """how often each function was called"""
        return dict(zip(self.calls, struct.unpack(f'{len(self.calls)}I', self.counts.read_bytes())))

    def failing(self, call, n, error):
        """the environment of a run whose n-th such call fails"""
        return {**os.environ, 'LD_PRELOAD': str(self.library), 'FAULT_CALL': call, 'FAULT_N': str(n),
                'FAULT_ERRNO': str(error)}

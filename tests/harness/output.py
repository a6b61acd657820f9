"""What a process writes, line by line."""

import array
import fcntl
import os
import select
import termios
import threading


class Output:
    """Reads a pipe all the time, so that its process never waits, and knows when there is nothing left in it."""

    def __init__(self, pipe):
        self._pipe = pipe
        self._lines, self._rest = [], b""
        self._changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def lines(self):
        """The lines that were written until now and not asked for yet."""
        with self._changed:
            self._changed.wait_for(self._is_read)
            lines, self._lines = self._lines, []
            return lines

    def _is_read(self):
        waiting = array.array("i", [0])
        fcntl.ioctl(self._pipe, termios.FIONREAD, waiting)
        return waiting[0] == 0

    def _read(self):
        while True:
            select.select([self._pipe], [], [])
            with self._changed:
                data = os.read(self._pipe.fileno(), 1 << 16)
                *whole, self._rest = (self._rest + data).split(b"\n")
                if not data and self._rest:
                    whole.append(self._rest)
                self._lines += [line.decode() for line in whole]
                self._changed.notify_all()
            if not data:
                return

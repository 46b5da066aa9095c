"""Runs a command in a terminal and types: each line when the one before has had its answer."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

PATIENCE = 20
# What is waited for, then what is typed.
STEPS = [
    (b"- open", b"hello\r"),
    (b"< hello", b"half a line"),
    (b"half a line", b"\x03"),
    (b"> ", b"/token " + os.environ["TOKEN"].encode() + b"\r"),
    (b"- authenticated ada", b"/close 4000 done\r"),
    (b"- closed 4000", b"/reconnect\r"),
    (b"- open", b""),
    (b"- authenticated ada", b"\x04"),
]

child, terminal = pty.fork()
if child == 0:
    os.environ["TERM"] = "xterm"
    # Whoever runs the tests in the background has it ignored, and that is inherited.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execvp(sys.argv[1], sys.argv[1:])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 200, 0, 0))

seen = b""


def read():
    """Shows what the command prints next; false when it is over."""
    global seen
    ready, _, _ = select.select([terminal], [], [], 0.2)
    if ready:
        try:
            data = os.read(terminal, 4096)
        except OSError:
            return False
        if not data:
            return False
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
        seen += data
    return True


for awaited, typed in STEPS:
    end = time.monotonic() + PATIENCE
    while awaited not in seen:
        if time.monotonic() > end or not read():
            print("\nnever saw", awaited)
            sys.exit(3)
    seen = seen[seen.index(awaited) + len(awaited) :]
    # A person sees the prompt before they type.
    quiet = time.monotonic() + 0.5
    while time.monotonic() < quiet:
        read()
    os.write(terminal, typed)
while read():
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))

"""measure.py OUTPUT PROGRAM ARGUMENT...: runs a program to its end and prints, as JSON, its exit status, its processor
seconds (user and system, with every process it waited for) and the most memory one of them held, in MiB. OUTPUT gets
what it says. Refuses shells and time limits.

As small as Python can be (-I -S, no modules but os): Linux counts the parent's memory at the fork as the child's.
"""

import os
import sys
import time

output, program = sys.argv[1], sys.argv[2]
said = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
nothing = os.open(os.devnull, os.O_RDONLY)
began = time.monotonic()
child = os.posix_spawn(
    program,
    sys.argv[2:],
    os.environ,
    file_actions=[(os.POSIX_SPAWN_DUP2, nothing, 0), (os.POSIX_SPAWN_DUP2, said, 1), (os.POSIX_SPAWN_DUP2, said, 2)],
)
_, status, used = os.wait4(child, 0)
wall = time.monotonic() - began
print(
    '{"exit": %d, "cpu": %.4f, "wall": %.4f, "peak": %.1f}'
    % (os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024)
)

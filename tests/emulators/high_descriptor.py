"""Whether a function's answer is read whatever number its descriptor has: an emulator that many tests share has more
than the 1023 that `select` can wait for. Ends with a traceback when not.
"""

import fcntl
import os
import resource
import time

from lsexec.executor import HostProcessExecutor

HIGH = 1100

_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
read_end, write_end = os.pipe()
executor = HostProcessExecutor.__new__(HostProcessExecutor)
executor._replies = os.fdopen(fcntl.fcntl(read_end, fcntl.F_DUPFD, HIGH), "rb", buffering=0)
executor._unread = b""

os.write(write_end, b'{"result": 1}\n')
assert executor._read_reply(time.monotonic() + 5) == {"result": 1}
assert executor._read_reply(time.monotonic() + 0.05) is None, "an answer that does not come"
os.close(write_end)
assert executor._read_reply(time.monotonic() + 5) is None, "a function that ended"
print("read")

"""Runs a command in a folder and says as JSON how it ended, how long it took, and the most memory that it held.

In a small process of its own: the kernel counts what the one that starts a process holds as the most that this one held. Called with a
JSON object of command, environment, folder.
"""

import json
import os
import sys
import time

given = json.loads(sys.argv[1])
os.chdir(given["folder"])
out = os.open("stdout", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
errors = os.open("stderr", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
actions = [(os.POSIX_SPAWN_DUP2, out, 1), (os.POSIX_SPAWN_DUP2, errors, 2)]
begin = time.perf_counter()
child = os.posix_spawn(given["command"][0], given["command"], given["environment"], file_actions=actions)
_, status, usage = os.wait4(child, 0)
seconds = time.perf_counter() - begin
print(json.dumps({
    "status": os.waitstatus_to_exitcode(status), "seconds": seconds, "processor": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss / 1024,
}))

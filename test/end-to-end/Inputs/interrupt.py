"""Ends a compilation by a signal while its folder of files in the making is there."""

import os
import signal
import subprocess
import sys
import time


def interrupt(network, folder, number):
    command = ["sinter", "compile", network, "-o", os.path.join(folder, "out.so"), "--weights", "random:1"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    while process.poll() is None and not os.listdir(folder):
        time.sleep(0.01)
    time.sleep(0.1)
    process.send_signal(number)
    status = process.wait(60)
    if status >= 0 or os.listdir(folder):
        sys.exit(f"signal {number}: status {status}, left {os.listdir(folder)}")


for number in (signal.SIGINT, signal.SIGTERM):
    interrupt(sys.argv[1], sys.argv[2], number)

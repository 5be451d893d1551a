"""Keeps the real `az` loaded for a file of tests: each command runs in a fork of it, and does not load its modules again.

    warm_az.py FOLDER    listens at FOLDER/az.sock; `warm-az/az` on PATH sends it what it was called with

It changes when the code of `az` is loaded, and one more thing: its waits are cut short, as a fake Azure needs no time.
"""

import importlib
import json
import os
import runpy
import signal
import socket
import sys
import time
from pathlib import Path

_sleep = time.sleep


def main(folder: Path) -> None:
    time.sleep = lambda seconds: _sleep(min(seconds, 0.02))
    modules = folder / "az-modules"
    modules.mkdir()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / "az.sock"))
    listener.listen()
    # Forks are not waited for: the one who asked hears from its fork.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        caller, _ = listener.accept()
        _load_what_others_needed(modules)
        if os.fork() == 0:
            listener.close()
            _answer(caller, modules)
        caller.close()


def _load_what_others_needed(modules: Path) -> None:
    for report in modules.glob("*.json"):
        for name in json.loads(report.read_text("utf-8")):
            if name not in sys.modules:
                try:
                    importlib.import_module(name)
                except Exception as error:
                    # Then every command loads it for itself, as it did.
                    print(f"{name} is not kept: {error!r}", flush=True)
        report.unlink()


def _answer(caller: socket.socket, modules: Path) -> None:
    """Runs one command as the caller would have, with its files, folder and environment; never returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, files, _, _ = socket.recv_fds(caller, 1, 3)
    message = b""
    while not message.endswith(b"\n"):
        message += caller.recv(1 << 20)
    asked = json.loads(message)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    sys.stdin, sys.stdout, sys.stderr = open(0, closefd=False), open(1, "w", closefd=False), open(2, "w", closefd=False)
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["folder"])
    sys.argv = ["az", *asked["arguments"]]
    before, code = set(sys.modules), 1
    try:
        runpy.run_module("azure.cli", run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else int(left.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    sys.stdout.flush()
    sys.stderr.flush()
    new = modules / f"{os.getpid()}.new"
    new.write_text(json.dumps([name for name in sys.modules if name not in before]), "utf-8")
    new.rename(new.with_suffix(".json"))
    caller.sendall(str(code).encode())
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Shortens the waits of the `az` under test: on a fake Azure there is nothing to wait for."""

import time

_sleep = time.sleep
time.sleep = lambda seconds: _sleep(min(seconds, 0.02))

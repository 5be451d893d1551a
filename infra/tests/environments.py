"""Programs that the checks use, each lock of packages in an environment of its own under target/infra."""

import importlib.util
import os
import shutil
import subprocess
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
ENVIRONMENTS = ROOT / "target" / "infra"
UV = "uv==0.13.9"


def environment(name: str) -> Path:
    """The folder of programs of `requirements-{name}.txt`, a lock of every package, installed on first use."""
    lock = HERE / f"requirements-{name}.txt"
    folder = ENVIRONMENTS / name
    stamp = folder / "installed.txt"
    if not stamp.is_file() or stamp.read_text("utf-8") != lock.read_text("utf-8"):
        _system_tools()
        print(f"installing {name} into {folder}", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=False)
        _install(folder, lock)
        stamp.write_text(lock.read_text("utf-8"), "utf-8")
    return folder / "bin"


def _system_tools() -> None:
    """What the scripts themselves need; from Debian's packages where something is missing and we may."""
    needed = {"jq": "jq", "curl": "curl", "openssl": "openssl", "ps": "procps"}
    missing = [package for program, package in needed.items() if shutil.which(program) is None]
    if importlib.util.find_spec("ensurepip") is None:
        missing.append("python3-venv")
    if missing:
        print(f"installing {', '.join(missing)} from the system's packages", flush=True)
        surroundings = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update", "--quiet=2"], ["install", "--quiet=2", "--yes", "--no-install-recommends", *missing]):
            subprocess.run(["apt-get", *words], env=surroundings, check=True)


def _install(folder: Path, lock: Path) -> None:
    """By uv, which takes seconds where pip takes minutes for the same packages; by pip where uv cannot be had."""
    tools = ENVIRONMENTS / "uv"
    if not (tools / "bin" / "pip").is_file():
        venv.create(tools, with_pip=True)
    pip = [tools / "bin" / "pip", "--quiet", "--disable-pip-version-check"]
    what = ["--no-deps", "--requirement", lock]
    if not (tools / "bin" / "uv").is_file():
        subprocess.run([*pip, "install", UV], check=False)
    # Where this machine finds packages, and whom it trusts, it has told pip.
    index = subprocess.run([*pip, "config", "get", "global.index-url"], capture_output=True, text=True, check=False).stdout.strip()
    index = os.environ.get("PIP_INDEX_URL", index)
    told = {"UV_SYSTEM_CERTS": "true"} | ({"UV_DEFAULT_INDEX": index} if index else {})
    try:
        subprocess.run([tools / "bin" / "uv", "pip", "install", "--quiet", "--python", folder / "bin" / "python", *what], env=os.environ | told, check=True)
    except (OSError, subprocess.CalledProcessError):
        subprocess.run([*pip, "--python", folder / "bin" / "python", "install", "--no-compile", *what], check=True)

"""Credentials by reference: our files never hold a password, only where to find it."""

from __future__ import annotations

import os
import re
import select
import shlex
import signal
import stat
import subprocess
import threading
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from agent.model.terms import Scalar, Text
from agent.support.errors import ConfigError

_REFERENCE = re.compile(
    r"env:[A-Za-z_][A-Za-z0-9_]*|file:(?:/|~/)[^\r\n]+|keyring:[^\s/][^\r\n]*/[^\s/]+|command:[^\s\0][^\r\n\0]*"
)
_MAX_BYTES = 1 << 16
_environment = threading.RLock()  # held while passwords are taken out of it
_POLL_S = 0.05
COMMAND_TIMEOUT_S = 60.0  # somebody may have to unlock a store
# Variables for programs that we start. Other variables may hold passwords.
_HARMLESS = ("HOME", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "MPLCONFIGDIR", "PATH", "TMPDIR", "TZ", "USER")
_HARMLESS_GROUPS = ("FONTCONFIG_", "LC_", "PYTHON", "XDG_")


class Secret(str):
    """Text that drivers can use as it is, while ``str``, ``repr``, f-strings and ``%s`` show only asterisks."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret('***')"

    def __str__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return format("***", spec)


def reveal_secret(secret: str) -> str:
    """Return plain text for a library that asks for ``str`` of what it is given; keep it out of whatever lasts."""
    return "".join(secret)


def is_reference(text: object) -> bool:
    """Whether it is ``env:NAME``, ``file:/path`` or ``file:~/path``, ``keyring:service/user``, ``command:program``."""
    return isinstance(text, str) and _REFERENCE.fullmatch(text) is not None


def harmless_environment() -> dict[str, str]:
    """Return the environment for a program that needs no password of ours, such as a browser."""
    return {name: value for name, value in os.environ.items() if name in _HARMLESS or name.startswith(_HARMLESS_GROUPS)}


@contextmanager
def hide_passwords(needed: Collection[str] = ()) -> Iterator[None]:
    """Keep only the harmless environment for the time of the block, which may start programs itself.

    ``needed`` are further variables that such a program needs. Threads that ask for a reference meanwhile wait.
    """
    with _environment:
        whole = dict(os.environ)
        for name in whole.keys() - harmless_environment().keys() - set(needed):
            del os.environ[name]
        try:
            yield
        finally:
            os.environ.update(whole)


def list_needed_variables(references: Iterable[str | None]) -> frozenset[str]:
    """Return the variables that a process needs to resolve these references; texts that are none need nothing.

    A command or a keyring may need any, so all that there are.
    """
    found = [text for text in references if text and is_reference(text)]
    if any(text.startswith(("command:", "keyring:")) for text in found):
        return frozenset(os.environ)
    return frozenset(text.removeprefix("env:") for text in found if text.startswith("env:"))


def resolve_reference(reference: str) -> Secret:
    """Return the secret that a reference points to. Raises ConfigError, which names the reference, never the secret."""
    if not is_reference(reference):
        # The text is not repeated: it may be the password itself.
        raise ConfigError(
            "This is no password reference; write env:NAME, file:/path, keyring:service/user or command:program"
        )
    scheme, _, where = reference.partition(":")
    if scheme == "command":
        return Secret(_read_command(where))
    if scheme == "file":
        value = read_private(Path(os.path.expanduser(where))).removesuffix("\n").removesuffix("\r")
    else:
        value = {"env": _read_environment, "keyring": _read_keyring}[scheme](reference, where)
    if not value:
        raise _build_reference_error(
            "The password reference {reference} points to nothing; store the password there", reference
        )
    return Secret(value)


def _build_reference_error(msgid: str, reference: str, **args: str) -> ConfigError:
    return ConfigError(Text(msgid, {"reference": reference, **args}))


def _read_environment(reference: str, name: str) -> str:
    try:
        with _environment:
            return os.environ[name]
    except KeyError:
        text = "The password reference {reference} needs an environment variable that is not set; export {name}"
        raise _build_reference_error(text, reference, name=name) from None


def read_private(path: Path) -> str:
    """Return the text of a file that only its owner can use. Raises ConfigError for any other file."""
    try:
        # Non-blocking, so that a named pipe cannot block us. The checks apply to the file that was opened.
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise _build_file_error("{path} holds a secret and must be a plain file; correct the path", path)
            if status.st_mode & 0o077:
                raise _build_file_error("{path} holds a secret and can be used by others; run: chmod 600 {path}", path)
            return file.read(_MAX_BYTES).decode()
    except UnicodeDecodeError:
        raise _build_file_error("{path} holds no text in UTF-8, so no secret; name the right file", path) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "invalid path"
        raise _build_file_error(
            "{path} cannot be read ({reason}); check the path and its owner", path, reason=reason
        ) from None


def _build_file_error(msgid: str, path: Path, **args: str) -> ConfigError:
    return ConfigError(Text(msgid, {"path": str(path), **args}))


def _read_keyring(reference: str, where: str) -> str:
    import keyring
    from keyring.errors import KeyringError

    service, _, user = where.rpartition("/")
    try:
        value = keyring.get_password(service, user)
    except KeyringError as error:
        text = "The keyring of {reference} cannot be used ({reason}); unlock it, or use env: or file: instead"
        raise _build_reference_error(text, reference, reason=type(error).__name__) from None
    if value is None:
        text = "The keyring holds nothing for {reference}; run: keyring set {service} {user}"
        raise _build_reference_error(text, reference, service=service, user=user)
    return value


def _read_command(line: str) -> str:
    """Return the first line that a program such as ``pass`` prints. Drop other output: it may hold the secret."""
    try:
        words = shlex.split(line)
    except ValueError:
        raise ConfigError("The command of a password reference has a quote that is not closed; close it") from None
    program = words[0]  # its arguments are not repeated: they may be secret as well
    try:
        code, output = _run_program(words)
        password = output.split(b"\n")[0].removesuffix(b"\r").decode()
    except TimeoutError:
        text = "The password program {program} was not done within {limit_s}; run it in a terminal, it may wait for you"
        raise _build_program_error(text, program, limit_s=COMMAND_TIMEOUT_S) from None
    except _TooMuchError:
        text = "The password program {program} printed more than {most_bytes}; name one that prints a password and ends"
        raise _build_program_error(text, program, most_bytes=_MAX_BYTES) from None
    except UnicodeDecodeError:
        raise _build_program_error(
            "The password program {program} printed no UTF-8 text; correct it", program
        ) from None
    except OSError as error:
        text = "The password program {program} cannot be run ({reason}); check its path and permissions"
        raise _build_program_error(text, program, reason=error.strerror or type(error).__name__) from None
    if code:
        text = "The password program {program} failed (exit code {code}); run it in a terminal to see why"
        raise _build_program_error(text, program, code=str(code))
    if not password:
        raise _build_program_error("The password program {program} printed no password in its first line", program)
    return password


class _TooMuchError(Exception):
    """A program prints more than a password."""


def _run_program(words: Sequence[str]) -> tuple[int, bytes]:
    """Return the exit code of a program and what it printed.

    Raises OSError if it cannot be run, TimeoutError if it takes longer than ``COMMAND_TIMEOUT_S``, and _TooMuchError if
    it prints more than ``_MAX_BYTES``; its child processes are then ended with it. A child process that outlives it,
    such as an agent that keeps a key, is left alone.
    """
    with subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, process_group=0
    ) as process:
        try:
            with _lend_terminal(process.pid):
                output = _read_output(process, time.monotonic() + COMMAND_TIMEOUT_S)
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
    return process.returncode, output


def _read_output(process: subprocess.Popen[bytes], until: float) -> bytes:
    assert process.stdout is not None
    pipe, output, ended = process.stdout.fileno(), b"", False
    os.set_blocking(pipe, False)
    while not ended:
        ended = process.poll() is not None
        if time.monotonic() > until:
            raise TimeoutError
        if not ended:
            select.select([pipe], [], [], _POLL_S)
        with suppress(BlockingIOError):
            while chunk := os.read(pipe, _MAX_BYTES):
                output += chunk
                if len(output) > _MAX_BYTES:
                    raise _TooMuchError
            if not ended:
                time.sleep(_POLL_S)  # it has closed its output and may go on
    return output


def _open_terminal() -> int | None:
    if threading.current_thread() is not threading.main_thread():
        return None  # only the main thread may say what a signal does
    try:
        return os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:
        return None


@contextmanager
def _lend_terminal(group: int) -> Iterator[None]:
    """Let a process group ask somebody at the terminal, if we have one and it is ours."""
    terminal = _open_terminal()
    if terminal is None:
        yield
        return
    before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # only so may we take the terminal back
    ours = os.tcgetpgrp(terminal) == os.getpgrp()
    try:
        if ours:
            with suppress(OSError):  # it has ended already
                os.tcsetpgrp(terminal, group)
                os.killpg(group, signal.SIGCONT)  # it may have been stopped for asking too early
        yield
    finally:
        if ours:
            os.tcsetpgrp(terminal, os.getpgrp())
        signal.signal(signal.SIGTTOU, before)
        os.close(terminal)


def _build_program_error(msgid: str, program: str, **args: Scalar) -> ConfigError:
    return ConfigError(Text(msgid, {"program": program, **args}))

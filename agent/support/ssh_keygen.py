"""Signs files with OpenSSH's own program, which reaches keys that we cannot: with a passphrase, or in an ssh-agent."""

from __future__ import annotations

from pathlib import Path

from agent.support.programs import run_program

SIGN_S = 30.0


def sign_by_program(file: Path, key: Path, namespace: str) -> Path:
    """Let ``ssh-keygen`` sign a file for this purpose, and return the path of the signature, ``file`` with ``.sig``.

    A key with a passphrase is used through the ssh-agent. Raises OSError if there is no ``ssh-keygen``, RenderError if
    it does not sign.
    """
    signature = file.with_name(file.name + ".sig")
    signature.unlink(missing_ok=True)  # ssh-keygen would ask whether to overwrite it
    command = ["ssh-keygen", "-Y", "sign", "-n", namespace, "-f", str(key), str(file)]
    run_program(command, "ssh-keygen", SIGN_S, more=("SSH_AUTH_SOCK",))
    signature.chmod(0o600)
    return signature

"""Runs a Lambda function version as a process of this host.

One process serves one execution environment, one invocation at a time, as on AWS. A request is a JSON line on its
standard input, an answer a JSON line on descriptor 3; what the function prints goes to the log.
"""

import json
import os
import select
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

from localemu import config
from localemu.services.lambda_.invocation.lambda_models import InvocationResult
from localemu.services.lambda_.invocation.runtime_executor import LambdaRuntimeException, RuntimeExecutor

BOOTSTRAP = Path(__file__).parent / "bootstrap"
REPLY_FD = 3
# The last lines a function prints travel through another pipe than its answer; this is how long they may lag behind.
LOG_GRACE_SECONDS = 0.005


def _command(runtime: str) -> list[str]:
    if runtime.startswith("nodejs"):
        node = os.environ.get("LSEXEC_NODE") or shutil.which("node")
        if not node:
            raise LambdaRuntimeException("local executor: no `node` on the path")
        return [node, str(BOOTSTRAP / "node.mjs")]
    if runtime.startswith("python"):
        return [os.environ.get("LSEXEC_PYTHON") or sys.executable, "-u", str(BOOTSTRAP / "python.py")]
    raise LambdaRuntimeException(f"local executor: unsupported runtime {runtime!r}")


class HostProcessExecutor(RuntimeExecutor):
    """localemu's executor interface over one child process."""

    _process: subprocess.Popen | None = None
    _stopped = False

    def start(self, env_vars: dict[str, str]) -> None:
        function = self.function_version.config
        function.code.prepare_for_execution()
        root = str(function.code.get_unzipped_code_location())
        command = _command(function.runtime or "")

        # Nothing of the emulator's own environment reaches the function, except what it needs to start.
        environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("TMPDIR", "/tmp")}
        environment.update({name: str(value) for name, value in env_vars.items() if value is not None})
        environment.update(LAMBDA_TASK_ROOT=root, _HANDLER=function.handler)

        read_end, write_end = os.pipe()
        self._replies = os.fdopen(read_end, "rb", buffering=0)
        self._unread = b""
        self._log: list[str] = []
        self._timeout = function.timeout
        self._process = subprocess.Popen(
            command,
            cwd=root,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(write_end, REPLY_FD),
            preexec_fn=lambda: os.dup2(write_end, REPLY_FD, inheritable=True),
        )
        os.close(write_end)
        threading.Thread(target=self._drain_output, daemon=True).start()
        if self._stopped:
            # localemu gave up waiting, and would take an environment that starts after all for a ready one.
            self.stop()
            raise LambdaRuntimeException("local executor: stopped while it was starting")

    def stop(self) -> None:
        self._stopped = True
        if self._process is None:
            return
        try:
            self._process.kill()
            self._process.wait(2)
        except (OSError, subprocess.TimeoutExpired):
            pass  # already gone, or about to be: the process group ends with the emulator

    def invoke(self, payload: dict[str, str], function_timeout: int | None = None) -> InvocationResult:
        request_id = payload["invoke-id"]
        timeout = function_timeout or self._timeout
        first_line = len(self._log)
        started = time.monotonic()

        request = {
            "id": request_id,
            "arn": payload.get("invoked-function-arn"),
            "payload": payload.get("payload") or "null",
            "timeoutMs": timeout * 1000,
        }
        reply = self._ask(request, started + timeout)
        milliseconds = (time.monotonic() - started) * 1000

        if reply is None:
            body, is_error = self._abandon(request_id, timeout), True
        elif "error" in reply:
            body, is_error = reply["error"], True
        else:
            body, is_error = reply["result"], False

        time.sleep(LOG_GRACE_SECONDS)
        printed = "".join(self._log[first_line:])
        logs = (
            f"START RequestId: {request_id} Version: $LATEST\n{printed}END RequestId: {request_id}\n"
            f"REPORT RequestId: {request_id}\tDuration: {milliseconds:.2f} ms\t"
            f"Billed Duration: {int(milliseconds) + 1} ms\n"
        )
        return InvocationResult(
            request_id=request_id,
            payload=json.dumps(body, separators=(",", ":")).encode(),
            is_error=is_error,
            logs=logs,
            executed_version=self.function_version.id.qualifier,
        )

    def get_logs(self) -> str:
        return "".join(self._log)

    def get_address(self) -> str:
        return "127.0.0.1"

    def get_endpoint_from_executor(self) -> str:
        return "127.0.0.1"

    def get_runtime_endpoint(self) -> str:
        return f"http://127.0.0.1:{config.GATEWAY_LISTEN[0].port}/_lsexec/{self.id}"

    @classmethod
    def prepare_version(cls, function_version) -> None:
        if function_version.config.code:
            function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version) -> None:
        pass

    @classmethod
    def validate_environment(cls) -> bool:
        return True

    def _ask(self, request: dict, deadline: float) -> dict | None:
        """The answer to a request, or None when the deadline passes or the process ends first."""
        try:
            self._process.stdin.write((json.dumps(request) + "\n").encode())
            self._process.stdin.flush()
        except BrokenPipeError:
            return None
        return self._read_reply(deadline)

    def _read_reply(self, deadline: float) -> dict | None:
        # Not `select`, which takes no descriptor above 1023: an emulator that many tests share has more of them.
        readable = select.poll()
        readable.register(self._replies, select.POLLIN | select.POLLHUP)
        while b"\n" not in self._unread:
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            if not readable.poll(min(left, 1) * 1000):
                continue
            chunk = self._replies.read(65536)
            if not chunk:
                return None
            self._unread += chunk
        line, self._unread = self._unread.split(b"\n", 1)
        return json.loads(line)

    def _abandon(self, request_id: str, timeout: float) -> dict:
        """Ends a process that did not answer; AWS's own words for why."""
        exited = self._process.poll() is not None
        self.stop()
        if exited:
            return {"errorType": "Runtime.ExitError", "errorMessage": f"RequestId: {request_id} Error: Runtime exited"}
        return {
            "errorType": "Sandbox.Timedout",
            "errorMessage": f"RequestId: {request_id} Error: Task timed out after {timeout:.2f} seconds",
        }

    def _drain_output(self) -> None:
        for line in self._process.stdout:
            self._log.append(line.decode("utf8", "replace"))

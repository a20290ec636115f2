"""What localemu finds through this package's entry points. Nothing else may import localemu at load time of the package."""

import os

from localemu.runtime import hooks
from localemu.services.lambda_.invocation.plugins import RuntimeExecutorPlugin


class HostProcessPlugin(RuntimeExecutorPlugin):
    """Chosen with ``LAMBDA_RUNTIME_EXECUTOR=local``."""

    name = "local"

    def load(self, *args, **kwargs):
        from lsexec.executor import HostProcessExecutor

        return HostProcessExecutor


@hooks.on_infra_start()
def apply_patches():
    """Applies the fidelity patches when ``LSEXEC_PATCH=1``; says so on standard output, so that a harness can check."""
    if os.environ.get("LSEXEC_PATCH") != "1":
        return
    from lsexec.patches import apply

    apply()
    print("lsexec: fidelity patches applied", flush=True)

"""Corrections of localemu 1.3.2, each in the module of its subject. ``apply`` installs them once."""

from lsexec.patches import authorizer, imports, permission, throttle

_applied = False


def apply() -> None:
    global _applied
    if _applied:
        return
    _applied = True
    # Order matters: the permission check wraps the authorizer call that `authorizer` uses.
    for patch in (permission, authorizer, throttle, imports):
        patch.apply()

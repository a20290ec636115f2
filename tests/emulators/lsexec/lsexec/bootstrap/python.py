"""Loads a Python Lambda handler and serves invocations: JSON lines in on standard input, JSON lines out on descriptor 3."""

import importlib
import json
import os
import sys
import time
import traceback

REPLY_FD = 3


class Context:
    """The part of Lambda's context object that handlers use."""

    def __init__(self, request):
        self._deadline = time.time() + request["timeoutMs"] / 1000
        self.aws_request_id = request["id"]
        self.invoked_function_arn = request["arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]

    def get_remaining_time_in_millis(self):
        return int((self._deadline - time.time()) * 1000)


def describe(error, error_type=None):
    return {
        "errorType": error_type or type(error).__name__,
        "errorMessage": str(error),
        "stackTrace": traceback.format_tb(error.__traceback__),
    }


def load_handler():
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    module, function = os.environ["_HANDLER"].rsplit(".", 1)
    return getattr(importlib.import_module(module.replace("/", ".")), function)


def main():
    replies = os.fdopen(REPLY_FD, "w")
    handler = load_error = None
    try:
        handler = load_handler()
    except BaseException as error:  # a module that calls sys.exit must not end the environment
        load_error = describe(error, "Runtime.ImportModuleError")

    for line in sys.stdin:
        request = json.loads(line)
        try:
            if load_error:
                answer = {"id": request["id"], "error": load_error}
            else:
                event = json.loads(request["payload"] or "null")
                answer = {"id": request["id"], "result": handler(event, Context(request))}
            text = json.dumps(answer)
        except BaseException as error:
            text = json.dumps({"id": request["id"], "error": describe(error)})
        replies.write(text + "\n")
        replies.flush()
        sys.stdout.flush()


main()

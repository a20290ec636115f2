"""A stage's throttle limits follow later changes; stock localemu freezes them at the first request."""

from localemu.services.apigateway.next_gen.execute_api.handlers.throttle import ThrottleHandler

# What an account has before anything is set on the stage.
ACCOUNT_RATE = 10_000
ACCOUNT_BURST = 5_000


def apply() -> None:
    get_or_create = ThrottleHandler._get_or_create_bucket

    def current_bucket(self, key, context):
        settings = ((context.stage_configuration or {}).get("methodSettings") or {}).get("*/*") or {}
        wanted = (
            float(settings.get("throttlingRateLimit") or ACCOUNT_RATE),
            int(settings.get("throttlingBurstLimit") or ACCOUNT_BURST),
        )
        with self._lock:
            bucket = self._buckets.get(key)
            if bucket is not None and (bucket._rate, bucket._burst) != wanted:
                self._buckets.pop(key, None)
        return get_or_create(self, key, context)

    ThrottleHandler._get_or_create_bucket = current_bucket

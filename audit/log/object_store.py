"""Checkpoints in an object store that speaks S3, best in a bucket with object lock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from audit.given import given
from audit.log.checkpoints import Signed
from audit.log.publishing import NEWEST, PUBLISH_SECONDS, Unpublished, kept_name

TIMEOUT_SECONDS = 10
ATTEMPTS_MAX = 2


@dataclass(frozen=True, slots=True)
class ObjectStore:
    """A bucket. Its keys stand in the environment variables named; without these names, where botocore looks."""

    bucket: str
    prefix: str = ""
    endpoint: str | None = None
    region: str = "us-east-1"
    access_key_env: str | None = None
    secret_key_env: str | None = None
    every_seconds: int = PUBLISH_SECONDS

    @property
    def name(self) -> str:
        return f"bucket {self.bucket}/{self.prefix}"

    def put(self, signed: Signed) -> None:
        """The note under its size, never written over, and as `checkpoint`, the newest."""
        for name, condition in ((kept_name(signed), {"IfNoneMatch": "*"}), (NEWEST, {})):
            self._ask("put_object", name, Body=signed.note.encode(), ContentType="text/plain", **condition)

    def newest(self) -> str | None:
        found = self._ask("get_object", NEWEST)
        return None if found is None else found["Body"].read().decode()

    def _ask(self, action: str, name: str, **parameters: Any) -> Any:
        """None: it is not there, or (with a condition) there already."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return getattr(self._client(), action)(Bucket=self.bucket, Key=self.prefix + name, **parameters)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "?")
            if code in ("NoSuchKey", "PreconditionFailed"):
                return None
            raise Unpublished(f"the object store refused it ({code})") from None
        except BotoCoreError as error:
            raise Unpublished(f"the object store cannot be reached ({type(error).__name__})") from None

    def _client(self) -> Any:
        try:
            from botocore.config import Config
            from botocore.session import Session
        except ImportError:
            raise Unpublished("an object store needs the package botocore: `pip install botocore`") from None
        return Session().create_client(
            "s3",
            region_name=self.region,
            endpoint_url=self.endpoint,
            aws_access_key_id=_secret(self.access_key_env),
            aws_secret_access_key=_secret(self.secret_key_env),
            config=Config(
                connect_timeout=TIMEOUT_SECONDS,
                read_timeout=TIMEOUT_SECONDS,
                retries={"total_max_attempts": ATTEMPTS_MAX},
                s3={"addressing_style": "path"} if self.endpoint else {},
            ),
        )


def _secret(variable: str | None) -> str | None:
    if variable is None:
        return None
    value = given(variable)
    if not value:
        raise Unpublished(f"the environment variable {variable} is not set")
    return value

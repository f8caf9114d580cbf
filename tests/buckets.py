"""A real S3 over HTTP, by moto's server."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import fsspec
import pytest

SECRET = "hidden-word"


@contextmanager
def bucket(name: str, content: Mapping[str, bytes] | None = None) -> Iterator[str]:
    """Serve a bucket with some files; give its address. The environment names the server and the keys."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "key")
        patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        # s3fs keeps its clients, and with them the server of another test module.
        kept = fsspec.get_filesystem_class("s3")
        kept.clear_instance_cache()
        system = fsspec.filesystem("s3")
        system.mkdir(name)
        for path, data in (content or {}).items():
            system.pipe(f"{name}/{path}", data)
        yield f"s3://{name}"
        kept.clear_instance_cache()
    server.stop()

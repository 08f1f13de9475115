"""A real S3 server on this machine, which counts what it is asked and can be made to fail."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

BUCKET = "runs"
Answer = Callable[[str, str], int]  # method, path → a status to fail with; 0 to answer


@dataclass
class Server:
    """What the server was asked since `forget`."""

    url: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)  # method, path with query
    ranges: list[tuple[str, str]] = field(default_factory=list)  # path, the bytes asked for
    failing: Answer = lambda method, path: 0
    stalls: bool = False  # a failure comes only when the next test begins
    released: threading.Event = field(default_factory=threading.Event)

    def forget(self) -> None:
        self.asked, self.ranges = [], []
        self.failing = lambda method, path: 0
        self.stalls = False
        self.released.set()
        self.released = threading.Event()

    def answer(self, application: Any, environment: Any, start: Any) -> Any:
        path = environment["PATH_INFO"]
        method = environment["REQUEST_METHOD"]
        self.asked.append((method, f"{path}?{environment['QUERY_STRING']}"))
        if "HTTP_RANGE" in environment:
            self.ranges.append((path, environment["HTTP_RANGE"]))
        status = self.failing(method, path)
        if status == 0:
            return application(environment, start)
        if self.stalls:
            self.released.wait()
        start(f"{status} Slow Down", [("Content-Type", "text/plain")])
        return [b"not now"]


@pytest.fixture(scope="session")
def served() -> Iterator[Server]:
    """moto's server, on whatever port is free."""
    server = Server()
    application = DomainDispatcherApplication(create_backend_app)

    def entry(environment: Any, start: Any) -> Any:
        return server.answer(application, environment, start)

    http = make_server("127.0.0.1", 0, entry, threaded=True)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    server.url = f"http://127.0.0.1:{http.server_port}"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": server.url,
        }.items():
            patch.setenv(name, value)
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        yield server
    http.shutdown()
    thread.join()


@pytest.fixture
def s3(served: Server) -> Server:
    """The server, as if it had not been asked yet."""
    served.forget()
    return served


def put(folder: Path, prefix: str) -> str:
    """Copy a folder into the bucket; its URL."""
    client = boto3.client("s3")
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            key = f"{prefix}/{path.relative_to(folder).as_posix()}"
            client.put_object(Bucket=BUCKET, Key=key, Body=path.read_bytes())
    return f"s3://{BUCKET}/{prefix}"

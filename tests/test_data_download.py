"""Where data files come from: the reader's folder, the cache, a download; and what goes wrong."""

import gzip
import os
import subprocess
import sys
import threading
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from aeutils.data import download

NAME = "toy/numbers"
CONTENT = bytes(range(256)) * 40
PACKED = gzip.compress(CONTENT, mtime=0)
RESOURCE_SUM = sha256(CONTENT).hexdigest()


class Server(ThreadingHTTPServer):
    """A mirror on this machine whose paths say how it behaves; `asked` lists the requests."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked = []
        self.meeting = threading.Barrier(2, timeout=30)

    def url(self, path):
        return f"http://127.0.0.1:{self.server_port}/{path}"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):  # noqa: N802, the name that http.server asks for
        kind = self.path.split("/")[1]
        self.server.asked.append(kind)
        if kind == "missing":
            self.send_error(404)
            return
        if kind == "together":  # answers only once two have asked
            self.server.meeting.wait()
        body = {
            "other": gzip.compress(b"another file", mtime=0),
            "page": b"<html>log in</html>",
            "plain": CONTENT,
        }.get(kind, PACKED)
        self.send_response(200)
        if kind != "cut-unsaid":
            self.send_header("Content-Length", str(len(body)))
        if kind == "encoded":
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if kind.startswith("cut") else body)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server():
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.delenv("AEUTILS_DATA_DIR", raising=False)
    monkeypatch.setenv("AEUTILS_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return tmp_path / "cache"


@pytest.fixture
def own(tmp_path, monkeypatch, cache):
    folder = tmp_path / "own"
    monkeypatch.setenv("AEUTILS_DATA_DIR", str(folder))
    return folder


@pytest.fixture
def mirrors(monkeypatch, server, cache):
    """Register the toy file with the mirrors that behave as the given words say."""

    def register(*kinds):
        urls = tuple(server.url(f"{kind}/numbers.gz") for kind in kinds)
        monkeypatch.setitem(download.REGISTRY, NAME, download.Resource(RESOURCE_SUM, urls))

    register("good")
    return register


def put(folder, content, name=NAME):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def files(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


@pytest.mark.parametrize("mine", [True, False])
def test_sound_file_beside_a_damaged_one(mine, request, cache, mirrors):
    folder = request.getfixturevalue("own") if mine else cache
    mirrors("missing")
    put(folder, CONTENT[:-1])
    put(folder, PACKED, f"{NAME}.gz")
    assert download.read_bytes(NAME) == CONTENT


def test_registry_names_the_eight_files_with_sums_and_mirrors():
    assert len(download.REGISTRY) == 8
    for name, resource in download.REGISTRY.items():
        assert len(resource.sha256) == 64 and len(resource.mirrors) >= 2
        assert all(url.endswith(f"/{name.split('/')[1]}.gz") for url in resource.mirrors)
        assert sum(url.startswith("https://") for url in resource.mirrors) >= 2


def test_folders(monkeypatch, tmp_path):
    monkeypatch.delenv("AEUTILS_CACHE_DIR", raising=False)
    assert download.cache_dir().name == "aeutils"
    monkeypatch.setenv("AEUTILS_CACHE_DIR", "~/here")
    assert download.cache_dir() == download.Path.home() / "here"
    monkeypatch.setenv("AEUTILS_DATA_DIR", "")
    assert download.data_dir() is None
    monkeypatch.setenv("AEUTILS_DATA_DIR", str(tmp_path))
    assert download.data_dir() == tmp_path


def test_unknown_name():
    with pytest.raises(ValueError, match="name is 'mnist'; expected one of mnist/train-images"):
        download.read_bytes("mnist")


def test_download_is_unpacked_kept_and_used_again(mirrors, server, cache):
    assert download.read_bytes(NAME) == CONTENT
    assert download.read_bytes(NAME) == CONTENT
    assert server.asked == ["good"]
    assert files(cache) == [NAME]
    assert (cache / NAME).read_bytes() == CONTENT


@pytest.mark.parametrize("kind", ["plain", "encoded"])
def test_download_of_an_unpacked_file(mirrors, kind):
    mirrors(kind)
    assert download.read_bytes(NAME) == CONTENT


@pytest.mark.parametrize("suffix, content", [("", CONTENT), (".gz", PACKED)])
def test_own_folder_comes_before_the_cache(mirrors, server, cache, own, suffix, content):
    put(cache, b"never read")
    put(own, content, NAME + suffix)
    assert download.read_bytes(NAME) == CONTENT
    assert server.asked == []
    assert not (cache / "toy" / "numbers.gz").exists()


@pytest.mark.parametrize("suffix, content", [("", CONTENT), (".gz", PACKED)])
def test_cache_comes_before_the_network(mirrors, server, cache, suffix, content):
    put(cache, content, NAME + suffix)
    assert download.read_bytes(NAME) == CONTENT
    assert server.asked == []


@pytest.mark.parametrize("content", [b"", CONTENT[:-1], PACKED[: len(PACKED) // 2]])
def test_damaged_cache_is_replaced(mirrors, server, cache, content):
    put(cache, content)
    assert download.read_bytes(NAME) == CONTENT
    assert server.asked == ["good"]
    assert (cache / NAME).read_bytes() == CONTENT


def test_own_folder_without_the_file_is_an_error_though_the_cache_has_it(
    mirrors, server, cache, own
):
    put(cache, CONTENT)
    with pytest.raises(FileNotFoundError) as error:
        download.read_bytes(NAME)
    assert str(own) in str(error.value) and f"{NAME}.gz" in str(error.value)
    assert "Put the file there, or unset AEUTILS_DATA_DIR to download it." in str(error.value)
    assert server.asked == []


CORRUPT = PACKED[:10] + b"\xff" * 20  # a sound header, then a block of no known type


@pytest.mark.parametrize(
    "content, says",
    [
        (PACKED[: len(PACKED) // 2], "is a damaged or incomplete gzip file"),
        (PACKED[:5], "is a damaged or incomplete gzip file"),
        (CORRUPT, "is a damaged or incomplete gzip file"),
        (PACKED[:-8] + bytes(8), "is a damaged or incomplete gzip file"),
        (gzip.compress(b"another file", mtime=0), "has the wrong content"),
        (b"", "has the wrong content"),
    ],
)
def test_own_file_that_is_damaged_or_another(mirrors, server, own, content, says):
    path = put(own, content, f"{NAME}.gz")
    with pytest.raises(ValueError) as error:
        download.read_bytes(NAME)
    assert str(error.value).startswith(f"{path} {says}")
    assert "Replace it by a whole copy, or unset AEUTILS_DATA_DIR" in str(error.value)
    assert server.asked == [] and path.read_bytes() == content


def test_file_that_cannot_be_read(mirrors, own, monkeypatch):
    path = put(own, CONTENT)

    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(download.Path, "read_bytes", refuse)
    with pytest.raises(
        OSError, match="Permission denied. Check the path and its permissions"
    ) as error:
        download.read_bytes(NAME)
    assert str(path) in str(error.value)


@pytest.mark.parametrize("bad", ["missing", "cut", "cut-unsaid", "other", "page"])
def test_next_mirror_when_one_fails(mirrors, server, cache, bad):
    mirrors(bad, "good")
    assert download.read_bytes(NAME) == CONTENT
    assert server.asked == [bad, "good"]
    assert files(cache) == [NAME]


@pytest.mark.parametrize(
    "bad, reason",
    [
        ("missing", "HTTPError"),
        ("cut", "ChunkedEncodingError"),
        ("cut-unsaid", "what it sent is a damaged or incomplete gzip file"),
        ("other", "what it sent has the wrong content"),
    ],
)
def test_failed_download_leaves_nothing(mirrors, server, cache, bad, reason):
    mirrors(bad, bad)
    with pytest.raises(OSError) as error:
        download.read_bytes(NAME)
    message = str(error.value)
    assert message.startswith(f"No mirror delivered {NAME} (127.0.0.1:{server.server_port}: ")
    assert message.count(reason) == 2
    assert f"download {server.url(bad)}/numbers.gz elsewhere" in message
    assert message.endswith(f"and put it at {cache / 'toy' / 'numbers.gz'}.")
    assert files(cache) == []
    mirrors("good")  # and nothing stands in the way of the next try
    assert download.read_bytes(NAME) == CONTENT


def test_failed_download_keeps_the_file_that_was_there(mirrors, cache):
    mirrors("missing")
    put(cache, b"damaged")
    with pytest.raises(OSError, match="No mirror delivered"):
        download.read_bytes(NAME)
    assert (cache / NAME).read_bytes() == b"damaged"


def test_no_network(monkeypatch, mirrors, server, cache):
    server.server_close()  # so nobody listens at its port
    with pytest.raises(OSError, match=f"No mirror delivered {NAME} .*ConnectionError") as error:
        download.read_bytes(NAME)
    assert "Connect to the network, or download" in str(error.value)
    assert files(cache) == []
    put(cache, PACKED, f"{NAME}.gz")  # what the message asks for
    assert download.read_bytes(NAME) == CONTENT


def test_cache_that_cannot_be_made(mirrors, server, cache):
    cache.write_text("a file where the folder should be")
    with pytest.raises(OSError) as error:
        download.read_bytes(NAME)
    assert str(error.value).startswith(f"Cannot write {NAME} into the cache {cache}: ")
    assert str(error.value).endswith("Set AEUTILS_CACHE_DIR to a folder that can be written.")
    assert server.asked == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a disk that is full")
def test_cache_on_a_full_disk(mirrors, server, cache, monkeypatch):
    def full(self, content):
        with open("/dev/full", "wb", buffering=0) as file:
            file.write(content)

    mirrors("good", "good")
    monkeypatch.setattr(download.Path, "write_bytes", full)
    with pytest.raises(
        OSError, match=rf"Cannot write {NAME} into the cache {cache}: No space left"
    ):
        download.read_bytes(NAME)
    assert server.asked == ["good"]
    assert files(cache) == []


def test_two_processes_at_once(mirrors, server, cache):
    mirrors("together")
    script = (
        "from hashlib import sha256; from aeutils.data import download as d\n"
        f"d.REGISTRY[{NAME!r}] = d.Resource({RESOURCE_SUM!r}, "
        f"({server.url('together/numbers.gz')!r},))\n"
        f"print(sha256(d.read_bytes({NAME!r})).hexdigest())"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    outputs = [process.communicate(timeout=120)[0].strip() for process in processes]
    assert outputs == [RESOURCE_SUM, RESOURCE_SUM]
    assert server.asked == ["together", "together"]
    assert files(cache) == [NAME]


def test_wrong_content_is_told_by_the_first_twelve_digits_of_both_sums(mirrors, own):
    path = put(own, b"another file")
    with pytest.raises(ValueError) as error:
        download.read_bytes(NAME)
    found = sha256(b"another file").hexdigest()
    assert str(error.value).startswith(
        f"{path} has the wrong content (SHA-256 {found[:12]}..., not {RESOURCE_SUM[:12]}...)."
    )


def test_plain_file_comes_before_the_packed_one(mirrors, own):
    put(own, CONTENT)
    put(own, b"never read", f"{NAME}.gz")
    assert download.read_bytes(NAME) == CONTENT


def test_folder_of_the_reader_may_begin_with_a_tilde(monkeypatch):
    monkeypatch.setenv("AEUTILS_DATA_DIR", "~/data")
    assert download.data_dir() == download.Path.home() / "data"
    monkeypatch.delenv("AEUTILS_DATA_DIR")
    assert download.data_dir() is None

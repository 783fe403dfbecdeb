"""A file is whole or absent: the old one stays until the new one is complete."""

import pytest

from showergrid.core.atomic import replacing


@pytest.mark.parametrize("before", [None, b"before"])
def test_failure_leaves_what_was_there(tmp_path, before):
    path = tmp_path / "folder/metrics.json"
    if before is not None:
        path.parent.mkdir()
        path.write_bytes(before)
    with pytest.raises(RuntimeError, match="half way"), replacing(path) as beside:  # noqa: PT012
        beside.write_bytes(b"half")
        raise RuntimeError("half way")
    assert [file.read_bytes() for file in path.parent.iterdir()] == ([] if before is None else [before])


def test_success_leaves_one_file(tmp_path):
    path = tmp_path / "folder/metrics.json"
    for content in (b"one", b"two"):
        with replacing(path) as beside:
            assert beside.suffix == path.suffix
            beside.write_bytes(content)
        assert {file.name: file.read_bytes() for file in path.parent.iterdir()} == {"metrics.json": content}

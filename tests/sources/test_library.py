"""The library of a source is what was made, or is refused."""

import numpy as np
import pytest

from showergrid.core.errors import InputError
from showergrid.sources.parts.library import read_library, write_library


def test_arrays_come_back_and_a_part_of_the_file_is_refused(tmp_path):
    path = tmp_path / "library.safetensors"
    arrays = {"energies": np.arange(5, dtype=np.float32), "faces": np.arange(6).reshape(2, 3).T}
    write_library(path, arrays)
    back = read_library(path)
    assert all(np.array_equal(back[name], array) for name, array in arrays.items())
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(InputError, match=r"library\.safetensors: not a whole library .*it is made again"):
        read_library(path)

"""Every column map of docs/ingest.md, taken from the page, reads a file laid out as the page says."""

import re
from collections.abc import Callable
from pathlib import Path

import awkward as ak
import h5py
import numpy as np
import pytest
import uproot
from hit_files import Block, csv, joined, showers, starts
from test_ingest import read

PAGE = (Path(__file__).parents[2] / "docs/ingest.md").read_text()
MAPS = {re.match(r"# (\w+)\.yaml", text)[1]: text for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)}

# Two events a class, in voxels of 3 mm: x and y from -115.2 cm on, z from 0
BLOCK = joined([showers(2, 11), showers(2, 22, first=2)])
FIRST = starts(BLOCK)
SIZE = np.diff(FIRST, append=BLOCK["x"].size)
INDEX = np.random.default_rng(0).integers(0, 768, (BLOCK["x"].size, 3))
CENTRE = INDEX * 0.3 + [-115.05, -115.05, 0.15]
PDG, ENERGY = BLOCK["pdg"][FIRST], BLOCK["energy"][FIRST]

Expected = dict[str, np.ndarray | None]


def of_rows(block: Block, path: Path) -> list[Path]:
    csv(path, [block], list(block))
    return [path]


def hdf5(path: Path, **datasets: np.ndarray) -> list[Path]:
    with h5py.File(path, "w") as file:
        for name, values in datasets.items():
            file[name.replace("__", "/")] = values
    return [path]


def compound(**columns: np.ndarray) -> np.ndarray:
    records = np.zeros(len(next(iter(columns.values()))), [(name, values.dtype) for name, values in columns.items()])
    for name, values in columns.items():
        records[name] = values
    return records


def tree(path: Path, name: str, **branches: np.ndarray) -> list[Path]:
    """Write one entry for each event; a branch with a value for each hit becomes lists."""
    branches = {
        key: ak.unflatten(values, SIZE) if len(values) == SIZE.sum() else values for key, values in branches.items()
    }
    kinds = {
        key: f"var * {values.type.content.content}" if isinstance(values, ak.Array) else values.dtype
        for key, values in branches.items()
    }
    with uproot.recreate(path) as file:
        file.mktree(name, kinds).extend(branches)
    return [path]


def table(folder: Path) -> tuple[list[Path], Expected]:
    b = BLOCK
    block = {"evt": b["event"], "x_mm": 10 * (b["x"] + 200), "y_mm": 10 * (b["y"] + 200), "z_mm": 10 * b["z"]}
    block |= {"electrons": b["charge"] / 6.3e-3, "tick": b["time"] / 500, "energy": 1000 * b["energy"]}
    return of_rows({**block, "label": (b["pdg"] == 11).astype(int)}, folder / "a.csv"), {}


def classes(folder: Path) -> tuple[list[Path], Expected]:
    files = []
    for name, pdg in (("electrons.csv", 11), ("gammas.csv", 22)):
        rows = BLOCK["pdg"] == pdg
        columns = {"event": "event", "x": "x", "y": "y", "z": "z", "q": "charge"}
        files += of_rows({name: BLOCK[column][rows] for name, column in columns.items()}, folder / name)
    return files, {"time": None, "energy": None}


def arrays(folder: Path) -> tuple[list[Path], Expected]:
    """The hits of padded events, taken out of the padding as the page says."""
    points = np.column_stack([BLOCK[name] for name in ("x", "y", "z", "charge")])
    padded = np.zeros((4, SIZE.max(), 4))
    padded[np.arange(SIZE.max()) < SIZE[:, None]] = points
    hits, n_hits = padded[padded[:, :, 3] > 0], (padded[:, :, 3] > 0).sum(1)
    assert "`padded[padded[:, :, 3] > 0]`" in PAGE
    assert "`(padded[:, :, 3] > 0).sum(1)`" in PAGE
    np.savez(folder / "a.npz", hits=hits, n_hits=n_hits, labels=PDG, energies=ENERGY)
    return [folder / "a.npz"], {"time": None}


def unlabelled(folder: Path) -> tuple[list[Path], Expected]:
    columns = {"event": "event", "x": "x", "y": "y", "z": "z", "q": "charge"}
    block = {name: BLOCK[column] for name, column in columns.items()} | {"run": BLOCK["event"] // 3}
    return of_rows(block, folder / "a.csv"), {"sorted": None, "time": None, "pdg": None, "energy": None}


def lists(folder: Path) -> tuple[list[Path], Expected]:
    hits = {f"hit_{name}": BLOCK[name] for name in ("x", "y", "z", "charge", "time")}
    labels = {"event": np.array([7, 7, 9, 3]), "true_pdg": PDG, "true_energy": ENERGY}
    return tree(folder / "a.root", "hits", **hits, **labels), {"number": labels["event"]}


def edepsim(folder: Path) -> tuple[list[Path], Expected]:
    half = np.random.default_rng(1).normal(0, 1, (BLOCK["x"].size, 3))
    branches = {}
    for i, axis in enumerate("xyz"):
        branches |= {f"start_{axis}": 10 * BLOCK[axis] - half[:, i], f"stop_{axis}": 10 * BLOCK[axis] + half[:, i]}
    branches |= {"start_t": BLOCK["time"] - 0.5, "stop_t": BLOCK["time"] + 0.5, "energy_deposit": BLOCK["charge"] / 171}
    labels = {"primary_pdg": PDG, "primary_energy": 1000 * ENERGY}
    return tree(folder / "a.root", "segments", **branches, **labels), {"sorted": None, "number": np.arange(4)}


def larndsim(folder: Path) -> tuple[list[Path], Expected]:
    step = np.linspace(0.01, 0.2, BLOCK["x"].size)
    columns = {"event_id": BLOCK["event"].astype("u4"), "dE": BLOCK["charge"] / 171, "t": BLOCK["time"] / 1000}
    for axis in "xyz":
        columns |= {f"{axis}_start": BLOCK[axis] + step, f"{axis}_end": BLOCK[axis] - step}
    trajectories = compound(  # each primary with a daughter, the events in another order
        event_id=np.array([3, 3, 0, 0, 1, 1, 2, 2], "u4"),
        parent_id=np.array([-1, 0] * 4, "i4"),
        pdg_id=np.array([PDG[3], 11, PDG[0], 22, PDG[1], 22, PDG[2], 11], "i4"),
        E_start=np.array([ENERGY[3], 0, ENERGY[0], 0, ENERGY[1], 0, ENERGY[2], 0]) * 1000,
    )
    return hdf5(folder / "a.h5", segments=compound(**columns), trajectories=trajectories), {}


def pilarnet(folder: Path) -> tuple[list[Path], Expected]:
    points = np.column_stack([INDEX, *[BLOCK["charge"] / 171] * 2, BLOCK["time"], *[np.ones(BLOCK["x"].size)] * 2])
    lists = np.empty(4, object)
    lists[:] = [part.reshape(-1).astype(np.float32) for part in np.split(points, FIRST[1:])]
    with h5py.File(folder / "a.h5", "w") as file:
        file.create_dataset("point", data=lists, dtype=h5py.vlen_dtype(np.float32))
    return [folder / "a.h5"], {"voxels": None, "pdg": None, "energy": None}


def offsets(folder: Path) -> tuple[list[Path], Expected]:
    points = np.column_stack([BLOCK[name] for name in ("x", "y", "z", "charge")])
    return hdf5(folder / "a.h5", points=points, offsets=FIRST, labels=PDG, energies=ENERGY), {"time": None}


def larcv(folder: Path) -> tuple[list[Path], Expected]:
    number = (INDEX[:, 0] * 768 + INDEX[:, 1]) * 768 + INDEX[:, 2]
    extents = {"ID": np.zeros(4, "u8")}
    particles = compound(
        parent_pdg=np.array([0, 22, 0, 0, 11, 0]),
        pdg=np.array([PDG[0], 11, PDG[1], PDG[2], 22, PDG[3]]),
        energy_init=np.array([ENERGY[0], 0, ENERGY[1], ENERGY[2], 0, ENERGY[3]]) * 1000,
    )
    return hdf5(
        folder / "a.h5",
        Data__sparse3d_pcluster_group__voxels=compound(id=number.astype("u8"), value=BLOCK["charge"] / 171),
        Data__sparse3d_pcluster_group__voxel_extents=compound(first=FIRST.astype("u8"), N=SIZE.astype("u8"), **extents),
        Data__particle_mcst_group__particles=particles,
        Data__particle_mcst_group__extents=compound(first=np.array([0, 2, 3, 5], "u8"), N=np.array([2, 1, 2, 1], "u8")),
    ), {"voxels": None, "time": None}


def runs(event: np.ndarray) -> np.ndarray:
    """Run, subrun and event, (N, 3), none of which alone tells the events apart."""
    return np.column_stack([event // 2, event % 2, np.full(event.size, 8)]).astype(np.int32)


def pynuml(folder: Path) -> tuple[list[Path], Expected]:
    columns = {f"edep_table/{axis}_position": BLOCK[axis] for axis in "xyz"} | {
        "edep_table/energy": BLOCK["charge"] / 171
    }
    columns |= {"edep_table/event_id": runs(BLOCK["event"]), "particle_table/event_id": runs(np.array([0, 0, 1, 2, 3]))}
    columns |= {"particle_table/parent_id": np.array([0, 1, 0, 0, 0]), "particle_table/type": np.insert(PDG, 1, 22)}
    return hdf5(folder / "a.h5", **columns, **{"particle_table/momentum": np.insert(ENERGY, 1, 0)}), {"time": None}


def spacepoints(folder: Path) -> tuple[list[Path], Expected]:
    position = CENTRE + np.array([128, 0, 0])
    columns = {
        "spacepoint_table/event_id": runs(BLOCK["event"]),
        "spacepoint_table/position": position.astype(np.float32),
    }
    columns |= {"spacepoint_table/charge": BLOCK["charge"], "event_table/event_id": runs(np.arange(4))}
    columns |= {"event_table/nu_pdg": np.array([12, 12, 14, 14]), "event_table/nu_energy": ENERGY}
    return hdf5(folder / "a.h5", **columns), {"voxels": None, "time": None, "pdg": np.array([12, 12, 14, 14])}


FILES: dict[str, Callable[[Path], tuple[list[Path], Expected]]] = {
    made.__name__: made
    for made in (
        table,
        classes,
        arrays,
        unlabelled,
        lists,
        edepsim,
        larndsim,
        pilarnet,
        offsets,
        larcv,
        pynuml,
        spacepoints,
    )
}


def test_every_map_is_tried():
    assert MAPS.keys() == FILES.keys()


@pytest.mark.parametrize("name", FILES)
def test_a_map_of_the_page(tmp_path, name):
    files, expected = FILES[name](tmp_path)
    hits, events = read(tmp_path, files, MAPS[name], 100)
    position = CENTRE if "voxels" in expected else np.column_stack([BLOCK[axis] for axis in "xyz"])
    rows = np.column_stack([BLOCK["event"], position, BLOCK["charge"], BLOCK["time"]])
    actual = np.column_stack([hits[name].to_numpy() for name in ("event", "x", "y", "z", "charge", "time")])
    if "time" in expected:
        assert hits["time"].null_count == hits.num_rows
        rows, actual = rows[:, :-1], actual[:, :-1]
    if "sorted" in expected:  # the map asks for another order
        rows, actual = (table[np.lexsort(table.T[:4])] for table in (rows, actual))
    assert np.allclose(actual, rows, rtol=1e-5, atol=1e-3)
    for column, values in (("pdg", PDG), ("energy", ENERGY)):
        values = expected.get(column, values)
        if values is None:
            assert events[column].null_count == 4
        else:
            assert np.allclose(events[column].to_numpy(), values, rtol=1e-6)
    if "number" in expected:
        assert events["number"].to_pylist() == expected["number"].tolist()


def test_every_key_is_explained():
    from showergrid.sources.reading.settings import ColumnMap, MapFile

    explained = set(re.findall(r"`([a-z_]+)`", PAGE))
    assert ColumnMap.model_fields.keys() <= explained
    assert MapFile.model_fields.keys() <= explained | {"codes"}
    for field in ("column", "unit", "flip", "offset", "values", "constant", "files", "shape", "fastest", "where"):
        assert field in explained, field

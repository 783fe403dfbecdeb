"""Hits are coloured by the class of their prong: which events, which prong, and which are grey."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from showergrid.events.hits import HITS
from showergrid.events.questions import Question
from showergrid.report.figures.prongs import coloured_hits, hits_of_prongs

CLASSES = [{"name": name, "values": [name]} for name in ("muon", "proton")]
ASKED = Question(name="particle", of="prong", column="kind", classes=CLASSES)


def test_hits_have_truth_and_answer_of_their_prong(tmp_path):
    """Events 1 and 4 are test events; 1 has too few prongs, 4 has one that is not asked of, its fourth."""
    of = {
        "event": [1, 1, 2, 2, 2, 4, 4, 4],
        "prong": pa.array([0, 1, 0, 1, 2, 0, 1, 2], pa.int32()),
        "split": ["test"] * 2 + ["train"] * 3 + ["test"] * 3,
        "particle": ["muon", "proton", "muon", "proton", "proton", "muon", "proton", "proton"],
        "particle.muon": [0.9, 0.9, 0.9, 0.9, 0.9, 0.2, 0.3, 0.9],
    }
    of["particle.proton"] = [1 - p for p in of["particle.muon"]]
    pq.write_table(pa.table(of), tmp_path / "predictions.prongs.parquet")
    prong = np.array([0, 1, 0, 2, 1, 0, 3, -1, 2])
    columns = {name: np.arange(9.0) for name in ("x", "y", "z", "charge", "time")} | {
        "event": [1, 1, 2, 4, 4, 4, 4, 4, 4]
    }
    hits = pa.table([pa.array(columns[field.name]).cast(field.type) for field in HITS], schema=HITS)
    pq.write_table(hits.append_column("prong", pa.array(prong, pa.int32())), tmp_path / "hits.parquet")

    [shown] = hits_of_prongs(tmp_path / "predictions.prongs.parquet", tmp_path / "hits.parquet", ASKED, 4)
    assert shown.event == 4
    assert shown.position[:, 0].tolist() == [3, 4, 5, 6, 7, 8]
    assert shown.truth.tolist() == [1, 1, 0, -1, -1, 1]
    assert shown.answer.tolist() == [0, 1, 1, -1, -1, 0]
    for events, name in (([shown], "drawn.pdf"), ([], "blank.pdf")):
        coloured_hits(events, ASKED.names, "3 prongs", tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(b"%PDF")

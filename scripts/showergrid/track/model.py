"""A cell as an MLflow model: hits in, scores out.

MLflow stores this file and the code that it needs with the weights, and runs it where the model is loaded. Only there
is PyTorch needed, not where the model is logged: hence the imports inside the methods.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel


class CellModel(PythonModel):
    """The network of one cell, applied to images that are made from hits."""

    def load_context(self, context) -> None:
        """Read the weights and the description of their cell."""
        from showergrid.training.model_file import read_model

        self.weights, self.cell = read_model(Path(context.artifacts["model"]))

    def predict(self, context, model_input: pd.DataFrame, params=None) -> pd.DataFrame:
        """The probability of each class for every event: a frame with event and `{question}.{class}`, sorted by event.

        `model_input` is a frame like hits.parquet: event, x, y, z [cm], charge [tick ADC], the hits of an event in
        the study's order.
        """
        from showergrid.apply.scoring import score
        from showergrid.evaluation.predictions import columns_of
        from showergrid.training.data import questions_of

        event, answers = score(self.weights, self.cell, [self._hits(model_input)])
        columns = {"event": event}
        for question in questions_of(self.cell):
            columns |= dict(zip(columns_of(question), answers[question.name].T, strict=True))
        return pd.DataFrame(columns)

    @staticmethod
    def _hits(frame):
        import numpy as np

        from showergrid.events.hits import AXES, Hits

        frame = frame.sort_values("event", kind="stable")
        event, first = np.unique(frame["event"].to_numpy(np.int64), return_index=True)
        return Hits(
            event=event,
            offsets=np.append(first, len(frame)),
            position=frame[list(AXES)].to_numpy(np.float64),
            charge=frame["charge"].to_numpy(np.float64),
            time=frame["time"].to_numpy(np.float64) if "time" in frame else None,
        )


set_model(CellModel())

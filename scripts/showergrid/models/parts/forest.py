"""A forest of decision trees as plain arrays, so that no pickle has to be trusted.

The arrays hold all N nodes of T trees, tree after tree. left, right (N,) int32: the child nodes, -1 for a leaf. feature
(N,) int32, threshold (N,) float64: go left if the feature is not above the threshold. share (N, classes) float64: the
classes' shares of the training events in the node, or (N, 1) their mean value. root (T,) int32: the first node of each
tree.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

EVENTS_A_BLOCK = 1000  # so that events x trees stay small


def tensors(trees: Sequence[Any], labels: np.ndarray, n_classes: int) -> dict[str, Tensor]:
    """The arrays of scikit-learn's `trees` (sklearn.tree._tree.Tree); `labels` (k,) are the classes they have seen."""
    import torch

    root = np.cumsum([0, *(tree.node_count for tree in trees[:-1])])
    share = np.zeros((sum(tree.node_count for tree in trees), n_classes))
    share[:, labels] = np.concatenate([tree.value[:, 0, :] for tree in trees])
    arrays = {
        "left": _moved([tree.children_left for tree in trees], root),
        "right": _moved([tree.children_right for tree in trees], root),
        "feature": np.concatenate([tree.feature for tree in trees]).astype(np.int32),
        "threshold": np.concatenate([tree.threshold for tree in trees]),
        "share": share,
        "root": root.astype(np.int32),
    }
    return {name: torch.from_numpy(values) for name, values in arrays.items()}


def _moved(below: Sequence[np.ndarray], root: np.ndarray) -> np.ndarray:
    """(N,) int32: child nodes, numbered within each tree, renumbered among all nodes; -1 stays."""
    moved = [np.where(nodes < 0, -1, nodes + first) for nodes, first in zip(below, root, strict=True)]
    return np.concatenate(moved).astype(np.int32)


def predict(tensors: dict[str, Tensor], values: np.ndarray) -> np.ndarray:
    """(E, classes) float64 of values (E, F) float32: the mean over the trees of the shares in the event's leaf."""
    kept = {name: tensor.numpy() for name, tensor in tensors.items()}
    blocks = [values[first : first + EVENTS_A_BLOCK] for first in range(0, len(values), EVENTS_A_BLOCK)]
    return np.concatenate([np.empty((0, kept["share"].shape[1])), *(_block(kept, block) for block in blocks)])


def _block(kept: dict[str, np.ndarray], values: np.ndarray) -> np.ndarray:
    node = np.repeat(kept["root"][None], len(values), axis=0)  # (E, T)
    event = np.arange(len(values))[:, None]
    while (inner := kept["left"][node] >= 0).any():
        feature = np.maximum(kept["feature"][node], 0)  # scikit-learn writes -2 in leaves, whose answer is not used
        low = values[event, feature] <= kept["threshold"][node]
        node = np.where(inner, np.where(low, kept["left"][node], kept["right"][node]), node)
    return kept["share"][node].mean(axis=1)

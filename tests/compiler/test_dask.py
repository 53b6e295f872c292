"""A real Dask cluster: worker processes, one of them killed."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from autograd.errors import AutogradError
from tests import needs

distributed = needs.package("distributed")


@pytest.fixture
def client() -> Iterator[Any]:
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_gives_what_one_process_gives(client: Any) -> None:
    x, w = Value(0.5), Value(2.0)
    program = ag.compile((w * x).tanh() * w, inputs=[x])
    xs = np.random.default_rng(1).normal(size=20_000)
    alone = program.gradients(xs)
    found = program.gradients(xs, executor=client.get_executor())
    assert found.outputs.tobytes() == alone.outputs.tobytes()
    assert found.inputs[0].tobytes() == alone.inputs[0].tobytes()
    np.testing.assert_allclose(found.parameters, alone.parameters, rtol=1e-13)


@pytest.mark.filterwarnings("ignore")
def test_a_killed_worker_gives_the_right_answer_or_an_error(client: Any) -> None:
    x, w = Value(0.5), Value(2.0)
    program = ag.compile((w * x).tanh() * w, inputs=[x])
    xs = np.random.default_rng(1).normal(size=200_000)
    alone = program.gradients(xs)
    victim = next(iter(client.run(os.getpid).values()))
    os.kill(victim, signal.SIGKILL)
    found = None
    with contextlib.suppress(AutogradError):
        found = program.gradients(xs, executor=client.get_executor())
    if found is not None:
        assert found.outputs.tobytes() == alone.outputs.tobytes()
        np.testing.assert_allclose(found.parameters, alone.parameters, rtol=1e-13)

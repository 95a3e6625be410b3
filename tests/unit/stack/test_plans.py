"""Plans travel through a pipe unchanged and keep their secrets out of logs."""

from pathlib import Path

import pytest

from harness.stack.plans import ClusterPlan, DatabasePlan


@pytest.mark.parametrize("seed", [None, Path("/home/seeds/x")])
def test_a_cluster_plan_survives_the_pipe(seed: Path | None) -> None:
    plan = ClusterPlan(
        instance=Path("/i"),
        run_dir=Path("/r"),
        uid=1,
        gid=2,
        switch=True,
        postgres=Path("/p"),
        data=Path("/d"),
        seed=seed,
    )
    assert ClusterPlan.loads(plan.dumps()) == plan


def test_a_database_plan_survives_the_pipe_and_hides_its_secrets() -> None:
    plan = DatabasePlan(
        instance=Path("/i"),
        run_dir=Path("/r"),
        uid=1,
        gid=2,
        switch=False,
        postgrest=Path("/p"),
        database="parity_1",
        postgrest_uri="secret-1",
        admin_uri="secret-2",
        jwt_secret="secret-3",
        anon_key="secret-4",
        service_role_key="secret-5",
    )
    assert DatabasePlan.loads(plan.dumps()) == plan
    assert "secret-" not in repr(plan)
    assert plan.socket == Path("/r/parity_1.sock")

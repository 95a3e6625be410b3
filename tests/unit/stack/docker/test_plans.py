"""Plans of containers travel through a pipe unchanged and keep their secrets out of logs."""

from pathlib import Path

import pytest

from harness.stack.docker.labels import DATABASE, MACHINE, STACK, of_stack, this_machine
from harness.stack.docker.plans import ApiPlan, PostgresPlan, container_plan
from harness.stack.records import Images, StackRecord

LABELS = {STACK: "/i", "run": "r"}


def record(images: Images) -> StackRecord:
    return StackRecord(
        instance="/i",
        supervisor_pid=1,
        supervisor_started=2.0,
        port=54321,
        superuser_password="secret-1",
        owner_password="secret-2",
        authenticator_password="secret-3",
        jwt_secret="secret-4",
        anon_key="secret-5",
        service_role_key="secret-6",
        postgres_version="17.10",
        postgrest_version="12.0.2",
        migrations_hash="h",
        servers=images,
        host="engine",
    )


@pytest.fixture
def plan() -> ApiPlan:
    images = Images(
        network="parity-1",
        postgres_host="postgres",
        postgres_port=5432,
        postgrest="rest:1",
        gateway="python:3",
        labels=LABELS,
    )
    return container_plan(record(images), images, "parity_1", pool_size=3, pool_wait_s=4, logs=Path("/l"))


def test_a_database_plan_survives_the_pipe_and_hides_its_secrets(plan: ApiPlan) -> None:
    assert ApiPlan.loads(plan.dumps()) == plan
    assert "secret-" not in repr(plan)


def test_containers_reach_postgres_where_they_are_and_the_supervisor_where_it_is(plan: ApiPlan) -> None:
    assert plan.postgrest_uri == "postgresql://authenticator:secret-3@postgres:5432/parity_1?sslmode=disable"
    assert "@engine:54321/postgres" in plan.admin_uri
    assert plan.labels == {**LABELS, DATABASE: "parity_1"}


def test_a_cluster_plan_survives_the_pipe_and_hides_its_password() -> None:
    plan = PostgresPlan(
        instance=Path("/i"),
        run_dir=Path("/r"),
        name="parity-1",
        image="postgres:17",
        network="host",
        labels=LABELS,
        password="secret-1",
        logs=Path("/l"),
    )
    assert PostgresPlan.loads(plan.dumps()) == plan
    assert "secret-" not in repr(plan)


@pytest.mark.parametrize("run_id", [None, "run-1"])
def test_labels_say_whose_a_container_is(run_id: str | None) -> None:
    labels = of_stack(Path("/i"), run_id)
    assert labels[STACK] == "/i"
    assert labels[MACHINE] == this_machine()
    assert (run_id in labels.values()) == (run_id is not None)

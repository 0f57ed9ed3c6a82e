"""``make check-compose``: the file against the specification, against the native layout, and for secrets."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from srx_issu.stack.processes.home import Home
from srx_issu.stack.processes.postgres_wheel import programs
from srx_issu.stack.production import databases, images, secrets
from srx_issu.stack.production.__main__ import arguments
from srx_issu.stack.production.composition import ComposeService, read_services
from srx_issu.stack.production.layout import (
    CODE,
    DATA_STORES,
    EVIDENCE,
    FILES,
    JOURNAL_KEY,
    Layout,
    instances,
)
from srx_issu.stack.production.preloaded import DAG_PROCESSOR
from srx_issu.stack.production.preparing import KEY_FILE
from tests.places import ROOT

COMPOSE = ROOT / "docker-compose.yaml"
TEXT = COMPOSE.read_text(encoding="utf-8")
SETTINGS = "".join(line for line in TEXT.splitlines(keepends=True) if not line.startswith("#"))
VALUES = secrets.new()
WRITERS = {"triggerer", "worker"}  # of the journal; Celery: schedulers run no task
AIRFLOW = ("init", "api-server", "scheduler", "dag-processor", "triggerer", "worker", "flower")


@pytest.fixture(scope="module")
def services() -> dict[str, ComposeService]:
    return read_services(COMPOSE, VALUES)


@pytest.fixture(scope="module")
def raw() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(TEXT)
    return found


@pytest.fixture
def layout(tmp_path: Path, services: dict[str, ComposeService]) -> Layout:
    names = ["postgres", "redis", "api-server", "flower", *instances(services["scheduler"])]
    ports = {name: 40_000 + number for number, name in enumerate(names)}
    return Layout(home=Home(root=tmp_path), repository=ROOT, files=tmp_path / "files", ports=ports)


def test_keeps_the_compose_specification(raw: dict[str, Any]) -> None:
    path = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    faults = jsonschema.Draft7Validator(schema).iter_errors(raw)
    assert [f"{'/'.join(map(str, fault.path))}: {fault.message}" for fault in faults] == []


def test_every_layer_of_the_layout_is_there(services: dict[str, ComposeService]) -> None:
    assert set(services) == {*DATA_STORES, *AIRFLOW}
    assert {name for name, s in services.items() if s.profiles} == {"flower"}
    assert all(services[name].replicas == 2 for name in ("scheduler", "triggerer", "worker"))


def test_no_secret_stands_in_a_tracked_file(raw: dict[str, Any]) -> None:
    for service in raw["services"].values():
        for name, value in (service.get("environment") or {}).items():
            if re.search("PASSWORD|SECRET|KEY", name) and not name.endswith("_FILE"):
                assert value.startswith("${"), f"{name} has a value in the file"
    passwords = re.findall(r"://\w*:([^@\n]*)@", TEXT)
    assert len(passwords) >= 5
    assert [password for password in passwords if not password.startswith("${")] == []
    assert "/.env\n" in (ROOT / ".gitignore").read_text()
    assert "!.env" not in (ROOT / ".dockerignore").read_text()


def test_no_secret_is_on_a_command_line(services: dict[str, ComposeService]) -> None:
    """Arguments are in everybody's process list, also outside the container."""
    for service in services.values():
        words = " ".join((*service.command, *service.health))
        assert [name for name, value in VALUES.items() if value in words] == [], service.name


def test_only_init_knows_the_owners_and_the_superusers_passwords(services: dict[str, ComposeService]) -> None:
    powerful = [VALUES[name] for name in ("POSTGRES_PASSWORD", "JOURNAL_OWNER_PASSWORD")]
    for name in AIRFLOW[1:]:
        shown = " ".join(services[name].environment.values())
        assert not any(value in shown for value in powerful), name


# Who has which secret, and why it cannot do without: the whole of it.
HOLDERS = {
    "AIRFLOW_DB_PASSWORD": {"init", "api-server", "scheduler", "dag-processor", "triggerer"},
    # Hands out accounts of firewalls; starts waits from serialized triggers; runs them.
    "FERNET_KEY": {"init", "api-server", "scheduler", "triggerer"},
    # Signs the tokens of people; signs a token with each task (BaseExecutor.jwt_generator).
    "JWT_SECRET": {"init", "api-server", "scheduler"},
    "API_SECRET_KEY": {"init", "api-server"},
    "REDIS_PASSWORD": {"init", "redis", "scheduler", "worker", "flower"},
    "CELERY_RESULTS_PASSWORD": {"init", "scheduler", "worker"},
    "JOURNAL_PASSWORD": {"init", "triggerer", "worker"},
    # Shows the journal; builds the DAG of an open campaign whose file is gone.
    "JOURNAL_READER_PASSWORD": {"init", "api-server", "dag-processor"},
    "JOURNAL_KEY": {"init"},  # it writes the file that WRITERS read
    "JOURNAL_OWNER_PASSWORD": {"init"},
    "POSTGRES_PASSWORD": {"init", "postgres"},
    "SEAL_PUBLIC_KEY": {"init", "worker"},
    "FLOWER_PASSWORD": {"flower"},
    **{f"{who}_PASSWORD": {"init"} for who in ("ADMIN", "APPROVER", "OPERATOR", "VIEWER")},
}


def test_each_secret_is_where_it_is_used_and_nowhere_else(services: dict[str, ComposeService]) -> None:
    assert set(HOLDERS) == set(secrets.NAMES)
    found = {
        name: {s.name for s in services.values() if VALUES[name] in "\n".join(s.environment.values())}
        for name in HOLDERS
    }
    assert found == HOLDERS


def test_no_service_has_the_key_that_opens_configurations(services: dict[str, ComposeService]) -> None:
    assert "UNSEAL" not in SETTINGS
    for service in services.values():
        assert VALUES[secrets.UNSEAL_KEY] not in "\n".join(service.environment.values())


def test_a_native_process_has_no_secret_that_its_container_has_not(
    services: dict[str, ComposeService], layout: Layout
) -> None:
    surroundings = {**VALUES, "AIRFLOW__API_AUTH__JWT_SECRET": VALUES["JWT_SECRET"]}
    for name, holders in HOLDERS.items():
        for service in services.values():
            told = layout.variables(service, instances(service)[0], surroundings)
            assert (VALUES[name] in "\n".join(told.values())) is (service.name in holders), (
                name,
                service.name,
            )


def test_every_service_of_airflow_has_the_same_image_code_and_settings(
    services: dict[str, ComposeService], raw: dict[str, Any]
) -> None:
    first, settings = services["api-server"], set(raw["x-airflow-environment"])
    told = "\n".join(str(raw["x-airflow-environment"][name]) for name in settings)
    assert not {name for name in VALUES if name in told}
    for name in AIRFLOW:
        service = services[name]
        mounts = tuple(mount for mount in service.mounts if mount.target != JOURNAL_KEY)
        assert (service.image, mounts) == (first.image, first.mounts), name
        shared = {key: service.environment[key] for key in settings}
        assert shared == {key: first.environment[key] for key in settings}, name


def test_the_journal_is_written_by_its_writers_and_read_by_the_others(
    services: dict[str, ComposeService],
) -> None:
    urls = {name: s.environment.get("SRX_ISSU_JOURNAL_URL", "") for name, s in services.items()}
    roles = {name: url.partition("://")[2].partition(":")[0] for name, url in urls.items() if url}
    readers = dict.fromkeys(("api-server", "dag-processor"), databases.READER)
    assert roles == {**readers, **dict.fromkeys(WRITERS, databases.WRITER)}
    assert len({url.rpartition("@")[2] for url in urls.values() if url}) == 1


def test_who_writes_the_journal_signs_it_and_nobody_else_has_the_key(
    services: dict[str, ComposeService], layout: Layout
) -> None:
    told = {name: s.environment[KEY_FILE] for name, s in services.items() if KEY_FILE in s.environment}
    assert told == dict.fromkeys({"init", *WRITERS}, f"{JOURNAL_KEY}/journal.key")
    mounted = {
        name: mount.read_only
        for name, service in services.items()
        for mount in service.mounts
        if mount.target == JOURNAL_KEY
    }
    assert mounted == {"init": False, **dict.fromkeys(WRITERS, True)}
    recipe = (ROOT / "include" / "docker" / "Dockerfile").read_text(encoding="utf-8")
    assert JOURNAL_KEY in recipe.partition("-m 0700")[2].partition("&&")[0], "a new volume takes this mode"
    assert {layout.place(path) for path in told.values()} == {
        str(layout.home.root / "journal-key" / "journal.key")
    }


def test_a_worker_is_told_where_celerys_results_are_and_no_other_database_of_airflows(
    services: dict[str, ComposeService],
) -> None:
    worker = services["worker"].environment
    assert "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN" not in worker
    results = worker["AIRFLOW__CELERY__RESULT_BACKEND"]
    assert results == services["scheduler"].environment["AIRFLOW__CELERY__RESULT_BACKEND"]
    assert f"://{databases.RESULTS}:" in results
    assert databases.DATABASES[results.rpartition("/")[2]] == databases.RESULTS
    assert databases.PASSWORD_OF[databases.RESULTS] == "CELERY_RESULTS_PASSWORD"


def test_nothing_of_an_image_changes_while_it_runs(raw: dict[str, Any]) -> None:
    for name, service in raw["services"].items():
        assert service["read_only"] is True, name
        assert any(each.startswith("/tmp") for each in service["tmpfs"]), name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert ("cap_add" in service) is (name == "postgres"), name
        assert not {"privileged", "pid", "ipc", "network_mode", "devices"} & service.keys(), name
    assert not {"SYS_ADMIN", "NET_ADMIN", "ALL"} & set(raw["services"]["postgres"]["cap_add"])
    home = [each for each in raw["services"]["worker"]["tmpfs"] if each.startswith("/opt/airflow:")]
    assert "uid=50000" in home[0], "the user of Airflow's image writes its configuration there"


def test_processes_are_limited_in_the_one_place_that_compose_takes(raw: dict[str, Any]) -> None:
    """Beside ``deploy.resources.limits`` compose refuses the service's ``pids_limit`` as a second value."""
    for name, service in raw["services"].items():
        assert "pids_limit" not in service, name
        assert 64 <= service["deploy"]["resources"]["limits"]["pids"] <= 2048, name


def test_schedulers_hand_out_what_the_workers_have_slots_for(
    services: dict[str, ComposeService], raw: dict[str, Any]
) -> None:
    """In the broker the first that came goes first: there no recovery overtakes a copy."""
    told, workers = services["worker"].environment, raw["services"]["worker"]["deploy"]["replicas"]
    concurrency = int(told["AIRFLOW__CELERY__WORKER_CONCURRENCY"])
    assert int(told["AIRFLOW__CORE__PARALLELISM"]) == workers * concurrency


def test_init_is_told_every_image_that_runs(services: dict[str, ComposeService], raw: dict[str, Any]) -> None:
    told = services["init"].environment
    assert {services[name].image for name in AIRFLOW} == {told["SRX_ISSU_IMAGE"]}
    assert [services[name].image for name in DATA_STORES] == [told["POSTGRES_IMAGE"], told["REDIS_IMAGE"]]
    with pytest.raises(images.ImagesRefused):
        images.refuse_unpinned(told)
    recipe = (ROOT / raw["services"]["init"]["build"]["dockerfile"]).read_text(encoding="utf-8")
    assert f"ENV {images.BUILT_FROM}=${{{images.BASE}}}" in recipe
    assert raw["services"]["init"]["build"]["args"].keys() == {images.BASE}


def test_no_digest_is_written_from_memory() -> None:
    """They come from a registry, into .env."""
    for name in ("docker-compose.yaml", ".env.example", "include/docker/Dockerfile"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert re.findall("sha256:[0-9a-f]+", text) == [], name


def test_the_example_names_the_images_that_the_file_names() -> None:
    example = secrets.read(ROOT / ".env.example")
    defaults = dict(re.findall(r"\$\{(\w+_IMAGE):-([^}]+)\}", SETTINGS))
    assert defaults == {name: example[name] for name in defaults}
    assert set(defaults) == {images.OURS, images.BASE, *images.STORES}


def test_the_operators_files_are_read_only_and_evidence_is_kept(services: dict[str, ComposeService]) -> None:
    mounts = {mount.target: mount for mount in services["worker"].mounts}
    assert mounts[FILES].read_only
    assert services["worker"].environment["SRX_ISSU_FILES"] == FILES
    assert services["worker"].environment["SRX_ISSU_EVIDENCE"] == f"file://{EVIDENCE}"
    assert set(mounts) == {FILES, EVIDENCE, JOURNAL_KEY, "/opt/airflow/logs"}


def test_every_service_is_watched_limited_and_started_again(
    services: dict[str, ComposeService], raw: dict[str, Any]
) -> None:
    for name, service in services.items():
        limits = raw["services"][name]["deploy"]["resources"]["limits"]
        assert limits.keys() == {"cpus", "memory", "pids"}, name
        assert service.restarts is (name != "init"), name
        assert bool(service.health) is (name != "init"), name
        assert "no-new-privileges:true" in raw["services"][name]["security_opt"], name


def test_ports_are_open_on_this_machine_only(raw: dict[str, Any]) -> None:
    ports = [port for service in raw["services"].values() for port in service.get("ports", ())]
    assert len(ports) == 2
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert raw["networks"]["inside"]["internal"] is True
    assert all(raw["services"][name]["networks"] == ["inside"] for name in DATA_STORES)


def test_what_is_scaled_has_no_fixed_name_or_port(raw: dict[str, Any]) -> None:
    for name in ("worker", "scheduler", "triggerer"):
        assert not {"container_name", "hostname", "ports"} & raw["services"][name].keys()


def test_the_native_layout_leaves_no_name_or_folder_of_a_container(
    services: dict[str, ComposeService], layout: Layout
) -> None:
    for service in services.values():
        for instance in instances(service):
            told = layout.variables(service, instance, {"PATH": "/usr/bin"})
            words = [*told.values(), *map(layout.place, (*service.command, *service.health))]
            for theirs in (
                f"{CODE}/",
                "/opt/airflow",
                EVIDENCE,
                FILES,
                "@postgres",
                "@redis",
                "//api-server",
            ):
                left = [word for word in words if theirs in word and str(ROOT) not in word]
                assert left == [], f"{instance}: {theirs}"


def test_the_native_layout_changes_no_other_variable(
    services: dict[str, ComposeService], layout: Layout
) -> None:
    """Everything that the compose file sets is set natively, and but for places it has the same value."""
    for service in services.values():
        instance = instances(service)[0]
        told = layout.variables(service, instance, {})
        added = layout.added(service, instance)
        for name, value in service.environment.items():
            assert told[name] == added.get(name, layout.place(value))


def test_variables_of_the_file_are_all_explained_in_the_example() -> None:
    wanted = set(re.findall(r"(?<!\$)\$\{(\w+)", SETTINGS))
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert wanted == set(re.findall(r"^(\w+)=", example, re.MULTILINE))


def test_what_a_dag_file_reads_from_the_environment_is_told_to_every_service(
    services: dict[str, ComposeService],
) -> None:
    read = {
        name
        for path in (ROOT / "dags").glob("*.py")
        for name in re.findall(r"environ\S*\(\"(\w+)\"", path.read_text(encoding="utf-8"))
    }
    assert "SRX_ISSU_AUDIT_SCHEDULE" in read
    values = yaml.safe_load((ROOT / "include" / "kubernetes" / "values.yaml").read_text(encoding="utf-8"))
    assert read <= {each["name"] for each in values["env"]}
    for name in AIRFLOW:
        assert read <= services[name].environment.keys(), name


def test_postgresql_is_of_the_version_that_is_tested(services: dict[str, ComposeService]) -> None:
    ours = subprocess.run(
        [programs() / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout
    assert services["postgres"].image == f"postgres:{re.findall(r'[0-9]+', ours)[0]}"


def test_the_image_is_the_pinned_airflow_with_the_pinned_requirements(raw: dict[str, Any]) -> None:
    recipe = (ROOT / raw["services"]["init"]["build"]["dockerfile"]).read_text(encoding="utf-8")
    pinned = re.findall(r"^apache-airflow==([^\s;]+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert f"apache/airflow:{pinned[0]}-python3.12" in recipe
    assert "--requirement requirements.txt" in recipe
    copied = [
        word for line in recipe.splitlines() if line.startswith("COPY") for word in shlex.split(line)[2:-1]
    ]
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8")
    for name in copied:
        assert (ROOT / name).exists(), name
        assert f"!{name.removeprefix('./')}\n" in ignored, f".dockerignore keeps {name} out of the build"


def test_every_airflow_command_is_one_that_airflow_has(services: dict[str, ComposeService]) -> None:
    """The options, too: Airflow's parser reads each command; nothing is started."""
    commands = [list(s.command[1:]) for s in services.values() if s.command[0] == "airflow"]
    commands.append(list(DAG_PROCESSOR))
    checks = [
        shlex.split(s.health[-1]) for s in services.values() if "airflow jobs" in (s.health or ("",))[-1]
    ]
    commands += [check[1:] for check in checks]
    assert len(commands) == 7
    ask = (
        "import json, sys\nfrom airflow.cli.cli_parser import get_parser\n"
        "for words in json.loads(sys.argv[1]):\n    get_parser().parse_args(words)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", ask, json.dumps(commands)],
        capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor", "PYTHONWARNINGS": "ignore"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_kubernetes_values_have_the_same_settings(services: dict[str, ComposeService]) -> None:
    values = yaml.safe_load((ROOT / "include" / "kubernetes" / "values.yaml").read_text(encoding="utf-8"))
    for name, value in values["config"].items():
        for key, setting in value.items():
            variable = f"AIRFLOW__{name.upper()}__{key.upper()}"
            assert services["worker"].environment[variable] == str(setting), variable


def test_the_kubernetes_values_start_what_the_compose_file_starts(
    services: dict[str, ComposeService],
) -> None:
    values = yaml.safe_load((ROOT / "include" / "kubernetes" / "values.yaml").read_text(encoding="utf-8"))
    for name, service in (("workers", "worker"), ("dagProcessor", "dag-processor")):
        assert tuple(values[name]["command"]) == services[service].command
    for name, service in (("scheduler", "scheduler"), ("triggerer", "triggerer"), ("workers", "worker")):
        assert values[name]["replicas"] == services[service].replicas


def test_the_kubernetes_values_give_the_journal_to_whom_the_compose_file_gives_it(
    services: dict[str, ComposeService],
) -> None:
    values = yaml.safe_load((ROOT / "include" / "kubernetes" / "values.yaml").read_text(encoding="utf-8"))
    of = {"apiServer": "api-server", "dagProcessor": "dag-processor", "workers": "worker"}
    components = {of.get(name, name): values[name] for name in (*of, "scheduler", "triggerer")}
    common = [*values["secret"], *values["env"]]
    assert not [each for each in common if "JOURNAL" in f"{each.get('envName')} {each.get('name')}"]
    for service, component in components.items():
        told = {each["name"]: each for each in component.get("env", ())}
        assert (KEY_FILE in told) is (service in WRITERS), service
        given = services[service].environment
        assert told.keys() == given.keys() & {"SRX_ISSU_JOURNAL_URL", KEY_FILE}, service
        if told:
            secret = told["SRX_ISSU_JOURNAL_URL"]["valueFrom"]["secretKeyRef"]["name"]
            assert secret == ("srx-issu-journal" if service in WRITERS else "srx-issu-journal-reader")
        mounts = [each["mountPath"] for each in component.get("extraVolumeMounts", ())]
        assert mounts == ([told[KEY_FILE]["value"].rpartition("/")[0]] if service in WRITERS else []), service
        for volume in component.get("extraVolumes", ()):
            assert volume["secret"]["defaultMode"] & 0o007 == 0, "read by nobody else"


def test_commands_of_our_own_are_ones_that_we_have(services: dict[str, ComposeService]) -> None:
    ours = [
        s.command for s in services.values() if s.command[:3] == ("python", "-m", "srx_issu.stack.production")
    ]
    assert {command[3] for command in ours} == {"init", "worker", "dag-processor"}
    for command in ours:
        assert arguments().parse_args(command[3:]).verb == command[3]

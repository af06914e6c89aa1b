"""The manifests hold against the schemas that packages bring, and each process has only what it needs.

What no test here shows: that an image builds, and that a cluster takes all of it (deploy/README.md).
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

import kubernetes_validate
import pytest
import yaml

from assistant.paths import ROOT
from assistant.server import engines
from assistant.server.system import StopError
from assistant.settings import names

DEPLOY = ROOT / "deploy"
KUBERNETES = "1.28"  # the newest whose schemas fit beside Rasa's pinned jsonschema
SECRETS = {
    *("DATABASE_URL", "REDIS_URL", "SENDER_KEY", "CONSOLE_KEY", "ACTIONS_TOKEN"),
    *("WHATSAPP_PHONE_ID", "WHATSAPP_TOKEN", "WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN"),
}
COMPOSE = {
    **dict.fromkeys(("POSTGRES_PASSWORD", "REDIS_PASSWORD"), "word"),
    **dict.fromkeys(("SENDER_KEY", "CONSOLE_KEY", "ACTIONS_TOKEN"), "k" * 64),
    "ASSISTANT_HOST_NAME": "dalil.example.org",
    "CONSOLE_HOST_NAME": "console.example.org",
    "TLS_FOLDER": "/tmp",
}
Object = dict[str, Any]


@cache
def files() -> list[Object]:
    """Every object as it stands in the files."""
    found = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    objects = [one for file in found for one in yaml.load_all(file.read_text(encoding="utf-8"), yaml.CSafeLoader)]
    return [one for one in objects if one["kind"] != "Kustomization"]


def kustomization() -> Object:
    return dict(yaml.safe_load((DEPLOY / "kubernetes/kustomization.yaml").read_text(encoding="utf-8")))


def literals(name: str) -> dict[str, str]:
    """What the kustomization puts into a ConfigMap."""
    (found,) = [one for one in kustomization()["configMapGenerator"] if one["name"] == name]
    return dict(line.split("=", 1) for line in found["literals"])


def of_kind(kind: str) -> dict[str, Object]:
    return {one["metadata"]["name"]: one for one in files() if one["kind"] == kind}


def pods() -> dict[str, Object]:
    """Pods of deployments and jobs, by name."""
    owners = {**of_kind("Deployment"), **of_kind("Job")}
    return {name: owner["spec"]["template"] for name, owner in owners.items()}


def containers() -> Iterator[tuple[str, Object]]:
    for name, pod in pods().items():
        for container in pod["spec"].get("initContainers", []) + pod["spec"]["containers"]:
            yield f"{name}/{container['name']}", container


def test_every_object_is_as_kubernetes_has_it() -> None:
    assert len(files()) > 15
    for one in files():
        kubernetes_validate.validate(one, KUBERNETES, strict=True)


def test_a_word_that_kubernetes_does_not_know_is_found() -> None:
    wrong = deepcopy(of_kind("Deployment")["assistant"])
    wrong["spec"]["template"]["spec"]["containers"][0]["readynessProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, KUBERNETES, strict=True)


@pytest.mark.long
def test_kustomize_builds_all_of_it() -> None:
    if not shutil.which("kubectl"):
        pytest.skip("kubectl is not installed: apt-get install kubernetes-client")
    command = ["kubectl", "kustomize", str(DEPLOY / "kubernetes")]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    objects = list(yaml.safe_load_all(built.stdout))
    assert {one["kind"] for one in objects} >= {one["kind"] for one in files()} | {"ConfigMap"}
    for one in objects:
        kubernetes_validate.validate(one, KUBERNETES, strict=True)
    listed = {file.name for file in (DEPLOY / "kubernetes").glob("*.yaml")} - {"kustomization.yaml"}
    assert listed <= set(kustomization()["resources"]), "a file that is never applied"


def test_no_process_can_do_more_than_it_must() -> None:
    for name, pod in pods().items():
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["securityContext"]["runAsNonRoot"] and spec["securityContext"]["runAsUser"] > 0, name
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec), name
        claimed = {"persistentVolumeClaim"} if name == "transcripts" else set()
        assert all({"emptyDir", "configMap", "secret", *claimed} & set(volume) for volume in spec["volumes"]), name
    for name, container in containers():
        allowed = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
        assert container["securityContext"] == allowed, name
        assert set(container["resources"]["limits"]) == {"cpu", "memory"}, name
        assert not re.search(r":latest$", container["image"]), name


def test_secrets_are_named_and_nowhere_written() -> None:
    for name, container in containers():
        assert "env" not in container, name
        refs = [ref for source in container["envFrom"] for ref in source]
        assert refs == (["configMapRef"] if container["name"] == "nginx" else ["configMapRef", "secretRef"]), name
    assert not SECRETS & set(literals("settings"))
    assert of_kind("Secret") == {}


def test_settings_are_settings() -> None:
    known = {name.upper() for name in names()}
    assert set(literals("settings")) <= known
    assert known >= SECRETS


def test_who_serves_is_asked_whether_it_is_alive_and_ready() -> None:
    served = {name: one["spec"]["selector"] for name, one in of_kind("Service").items()}
    assert set(served) == {"assistant", "console", "nginx"}
    for name in served:
        first = pods()[name]["spec"]["containers"][0]
        assert {"livenessProbe", "readinessProbe"} <= set(first), name
    asked = pods()["assistant"]["spec"]["containers"][0]
    assert asked["livenessProbe"]["httpGet"]["path"] == "/webhooks/web/health"
    assert asked["readinessProbe"]["httpGet"]["path"] == "/webhooks/web/ready"


def test_an_update_takes_nobody_away_before_another_answers() -> None:
    budgets = {name: one["spec"]["minAvailable"] for name, one in of_kind("PodDisruptionBudget").items()}
    assert budgets == {"assistant": 1, "console": 1, "nginx": 1}
    for name in budgets:
        deployment = of_kind("Deployment")[name]
        assert deployment["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
        assert deployment["spec"].get("replicas", 2) > 1
        for container in pods()[name]["spec"]["containers"]:
            assert container["lifecycle"]["preStop"], f"{name}/{container['name']}"
    # Replies in hand: 15 s on the web, 10 s on WhatsApp (docs/operation.md).
    assert pods()["assistant"]["spec"]["terminationGracePeriodSeconds"] >= 5 + 15 + 10
    assert of_kind("Deployment")["transcripts"]["spec"]["strategy"] == {"type": "Recreate"}


def test_more_assistants_come_when_messages_wait() -> None:
    scaler = of_kind("HorizontalPodAutoscaler")["assistant"]["spec"]
    external = [metric["external"]["metric"]["name"] for metric in scaler["metrics"] if metric["type"] == "External"]
    assert external == ["dalil_inbox_oldest_seconds"]
    assert scaler["scaleTargetRef"]["name"] == "assistant" and scaler["minReplicas"] == 2
    assert "replicas" not in of_kind("Deployment")["assistant"]["spec"], "each update would undo the autoscaler"


def test_who_may_speak_with_whom() -> None:
    policies = {name: one["spec"] for name, one in of_kind("NetworkPolicy").items()}
    assert policies["nobody"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    open_to_all = [name for name, spec in policies.items() for rule in spec.get("ingress", []) if "from" not in rule]
    assert open_to_all == ["nginx"]
    people, prometheus = policies["assistant"]["ingress"]
    assert people["from"] == [{"podSelector": {"matchLabels": {"app": "nginx"}}}]
    metrics = {int(value) for name, value in literals("settings").items() if name.endswith("_METRICS_PORT")}
    watched = [*prometheus["ports"], *policies["transcripts"]["ingress"][0]["ports"]]
    assert {port["port"] for port in watched} == metrics and people["ports"] == [{"protocol": "TCP", "port": 5005}]
    for name, pod in pods().items():
        labels = pod["metadata"]["labels"]
        uses_database = any("secretRef" in source for one in pod["spec"]["containers"] for source in one["envFrom"])
        assert (labels.get("database") == "yes") == uses_database, name
    assert pods()["assistant"]["metadata"]["labels"]["redis"] == "yes"


def test_nginx_takes_the_configuration_of_the_cluster(tmp_path: Path) -> None:
    door = literals("door")
    _accepted(door, tmp_path)
    compose = yaml.safe_load((DEPLOY / "compose.yml").read_text(encoding="utf-8"))["services"]["nginx"]["environment"]
    assert set(compose) == set(door)
    named = {key: value.replace("$$", "$") for key, value in compose.items()}
    named.update(ASSISTANT_NAME="dalil.example.org", CONSOLE_NAME="console.example.org")
    _accepted(named, tmp_path)


def _accepted(door: dict[str, str], folder: Path) -> None:
    """Fill in the template as envsubst does, and let nginx read it; names of other machines are this one's."""
    try:
        nginx = engines.program("nginx", "nginx-light")
    except StopError as missing:
        pytest.skip(str(missing))
    template = (DEPLOY / "nginx/nginx.conf.template").read_text(encoding="utf-8")
    allowed = re.compile(door["NGINX_ENVSUBST_FILTER"])
    text = Template(template).safe_substitute({name: value for name, value in door.items() if allowed.match(name)})
    assert not re.findall(r"\$\{[A-Z_]+\}", re.sub(r"(?m)^#.*", "", text)), "a value is missing"
    make = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-subj",
        "/CN=x",
    ]
    files = ["-keyout", str(folder / "tls.key"), "-out", str(folder / "tls.crt")]
    subprocess.run([*make, *files], check=True, capture_output=True)
    text = (
        text.replace("/tls/", f"{folder}/").replace("/run/nginx", str(folder)).replace("/dev/stdout", f"{folder}/log")
    )
    text = re.sub(r"server (assistant|console):", "server 127.0.0.1:", text)
    file = folder / "nginx.conf"
    file.write_text(text, encoding="utf-8")
    command = [nginx, "-t", "-e", "stderr", "-p", str(folder), "-c", str(file)]
    tried = subprocess.run(command, capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    assert "warn" not in tried.stderr, tried.stderr


def test_compose_takes_its_file() -> None:
    if not shutil.which("docker-compose"):
        pytest.skip("docker-compose is not installed: apt-get install docker-compose")
    command = ["docker-compose", "--file", str(DEPLOY / "compose.yml"), "config", "--quiet"]
    env = {**os.environ, **COMPOSE}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    del env["SENDER_KEY"]
    refused = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert refused.returncode != 0 and "openssl rand" in refused.stderr


def test_services_of_compose_can_do_no_more_than_they_must() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yml").read_text(encoding="utf-8"))
    for name, service in compose["services"].items():
        assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory"}, name
        assert not {"privileged", "network_mode", "pid"} & set(service), name
        if name != "postgres":  # its image begins as root and changes its data's owner
            assert service["read_only"] and service["cap_drop"] == ["ALL"], name
            assert service["security_opt"] == ["no-new-privileges:true"], name
            assert not service["user"].startswith("0"), name
    assert compose["networks"]["back"] == {"internal": True}
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["nginx"]
    known = {name.upper() for name in names()}
    assert set(compose["services"]["assistant"]["environment"]) <= known


def test_the_dockerfile_has_no_fault_that_hadolint_knows() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([hadolint, DEPLOY / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_neither_secrets_nor_conversations_come_into_an_image() -> None:
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").split()
    assert {".env", "var", ".git"} <= set(ignored)

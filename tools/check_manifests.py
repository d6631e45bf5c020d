"""Checks deploy/ against KServe's own resource definitions and Kubernetes' own schemas, which the repository does not hold.

    pip install pyyaml jsonschema kubernetes-validate
    python tools/check_manifests.py CRD.yaml...

CRD.yaml are files of kserve's config/crd/full (the minimal ones accept anything), and those of others, such as the Prometheus
operator's. A structure that the definition does not know is an error, as it is for `kubectl apply --server-side` with strict
validation. test/deploy holds the same facts as types, so that nobody needs this script to test.
"""

import copy
import sys
from pathlib import Path

import jsonschema
import kubernetes_validate
import yaml

DEPLOY = Path(__file__).parent.parent / "deploy"


def strict(schema):
    """The schema with integers or strings as such, and nothing beside the properties that it names."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    result = {key: strict(value) for key, value in schema.items() if not key.startswith("x-kubernetes-")}
    open_ended = schema.get("x-kubernetes-preserve-unknown-fields")
    if "properties" in result and isinstance(result["properties"], dict) and not open_ended:
        result.setdefault("additionalProperties", False)
    return result


def definitions(files):
    """Schemas by `group/version kind`."""
    found = {}
    for file in files:
        for document in yaml.safe_load_all(Path(file).read_text()):
            spec = document["spec"]
            for version in spec["versions"]:
                schema = copy.deepcopy(version["schema"]["openAPIV3Schema"])
                # Kubernetes itself checks metadata.
                schema["properties"]["metadata"] = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
                found[f"{spec['group']}/{version['name']} {spec['names']['kind']}"] = strict(schema)
    return found


def main():
    # A validator that was made once does not check its definition again for each document: that takes a minute for KServe's.
    schemas = {kind: jsonschema.Draft202012Validator(schema) for kind, schema in definitions(sys.argv[1:]).items()}
    failures = 0
    for path in sorted(DEPLOY.rglob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text()):
            if "kind" not in document or document["kind"] == "Kustomization":
                continue
            kind = f"{document['apiVersion']} {document['kind']}"
            name = f"{path.relative_to(DEPLOY)}: {kind}"
            try:
                if kind in schemas:
                    schemas[kind].validate(document)
                elif "." in document["apiVersion"].split("/")[0]:
                    print(f"skipped  {name}: no definition given")
                    continue
                else:
                    kubernetes_validate.validate(document, "1.33", strict=True)
                print(f"ok       {name}")
            except Exception as error:  # noqa: BLE001 - both libraries' errors say what is wrong
                failures += 1
                place = getattr(error, "json_path", "")
                print(f"REFUSED  {name}: {place} {str(error).splitlines()[0]}")
    sys.exit(1 if failures else 0)


main()

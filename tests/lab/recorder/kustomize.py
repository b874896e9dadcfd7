"""As much of kustomize as the repository uses: resources, namespace, replicas, configMapGenerator with files."""

import yaml


def render(folder):
    """The resources a folder with a `kustomization.yaml` stands for, as plain data."""
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text())
    resources = []
    for entry in kustomization.get("resources", []):
        path = (folder / entry).resolve()
        if path.is_dir():
            resources += render(path)
        else:
            resources += [document for document in yaml.safe_load_all(path.read_text()) if document]
    for generator in kustomization.get("configMapGenerator", []):
        generate(resources, generator, folder)
    for replicas in kustomization.get("replicas", []):
        for resource in resources:
            if "replicas" in resource.get("spec", {}) and resource["metadata"]["name"] == replicas["name"]:
                resource["spec"]["replicas"] = replicas["count"]
    if "namespace" in kustomization:
        for resource in resources:
            resource["metadata"]["namespace"] = kustomization["namespace"]
    return resources


def generate(resources, generator, folder):
    """Adds a ConfigMap, or merges into the one of that name key by key."""
    data = {name: (folder / name).read_text() for name in generator.get("files", [])}
    existing = [item for item in resources if item["kind"] == "ConfigMap" and item["metadata"]["name"] == generator["name"]]
    if generator.get("behavior") == "merge":
        if not existing:
            raise ValueError(f"there is no ConfigMap {generator['name']} to merge into, in {folder}")
        existing[0]["data"].update(data)
    else:
        resources.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": generator["name"]}, "data": data})


def find(resources, *kinds):
    """The resources of these kinds."""
    return [resource for resource in resources if resource["kind"] in kinds]

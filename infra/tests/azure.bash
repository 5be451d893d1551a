# shellcheck shell=bash
# Begins and ends a fake Azure for the tests, with the real `az` signed in to it.

TESTS="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)"
INFRA="$(dirname -- "${TESTS}")"
# The staff's application in the fake's directory.
STAFF_CLIENT_ID=00000000-0000-0000-0000-0000000000cc

# Once a file of tests: a certificate, the fake, a cloud of its own, a signed-in az. Everything lies in BATS_FILE_TMPDIR.
begin_azure() {
  AZURE="${BATS_FILE_TMPDIR}"
  export AZURE INFRA TESTS
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout "${AZURE}/key.pem" -out "${AZURE}/certificate.pem" \
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE 2>/dev/null
  "${PYTHON:-python3}" "${TESTS}/fake_azure.py" "${AZURE}" >"${AZURE}/fake.log" 2>&1 3>&- &
  echo $! >"${AZURE}/pid"
  local tries=0
  until [[ -s "${AZURE}/ports.json" ]]; do
    tries=$((tries + 1))
    ((tries < 1200)) || { cat "${AZURE}/fake.log" && return 1; }
    sleep 0.05
  done
  local port identity
  port="$(jq .azure "${AZURE}/ports.json")"
  identity="$(jq .identity "${AZURE}/ports.json")"
  export AZURE_CONFIG_DIR="${AZURE}/config" REQUESTS_CA_BUNDLE="${AZURE}/certificate.pem" CURL_CA_BUNDLE="${AZURE}/certificate.pem"
  export IDENTITY_ENDPOINT="http://127.0.0.1:${identity}/msi/token" IDENTITY_HEADER=x
  export AZURE_CORE_COLLECT_TELEMETRY=false AZURE_CORE_NO_COLOR=true AFTERSIGHT_PAUSE=0
  local real
  real="$(command -v az)"
  export WARM_AZ="${AZURE}/az.sock"
  "$(dirname -- "${real}")/python3" "${TESTS}/warm_az.py" "${AZURE}" >"${AZURE}/az.log" 2>&1 3>&- &
  echo $! >"${AZURE}/az-pid"
  until [[ -S "${WARM_AZ}" ]]; do
    tries=$((tries + 1))
    ((tries < 1200)) || { cat "${AZURE}/az.log" && return 1; }
    sleep 0.05
  done
  export PATH="${TESTS}/warm-az:${TESTS}/stand-ins:${PATH}"
  jq --null-input --arg url "https://localhost:${port}" '{endpoints: {resourceManager: $url, management: $url,
    activeDirectory: $url, activeDirectoryResourceId: $url, activeDirectoryGraphResourceId: $url, microsoftGraphResourceId: $url, appServiceResourceId: $url},
    suffixes: {storageEndpoint: "localhost", keyvaultDns: ".localhost"}}' >"${AZURE}/cloud.json"
  az cloud register --name fake --skip-endpoint-discovery --cloud-config "@${AZURE}/cloud.json"
  az cloud set --name fake
  az login --identity --output none
}

end_azure() {
  local pid
  for pid in "${AZURE}/pid" "${AZURE}/az-pid"; do
    [[ ! -s "${pid}" ]] || kill "$(cat "${pid}")"
  done
}

# A copy of the project as an administrator has it, with the blanks filled in; the scripts find the rest beside themselves.
clone_project() {
  mkdir -p "${AZURE}/bicep" "${AZURE}/tests"
  cp -R "${INFRA}" "${AZURE}/infra"
  ln -s "$(dirname -- "${INFRA}")/tests/golden" "${AZURE}/tests/golden"
  sed -i -e "s/^param staffClientId = .*/param staffClientId = '${STAFF_CLIENT_ID}'/" -e "s/'FILL IN'/'filled-in'/" "${AZURE}/infra/dev.bicepparam"
}

# Stands where the program would: says what differs; writes down how it was called and what it was told, unless it was only to look.
play_the_program() {
  printf '#!/usr/bin/env bash\ncat %q/differences\n[[ "$*" == *--check ]] && exit\nprintf "%%s\\n" "$*" >>%q/applied\nenv >%q/applied-with\n' "${AZURE}" "${AZURE}" "${AZURE}" >"${AZURE}/handlers"
  chmod +x "${AZURE}/handlers"
}

# What Azure is like for the next command: `scene '{"hsts": false}'`.
scene() { printf '%s' "$1" >"${AZURE}/scene.json"; }

# cut_after N SCRIPT…: runs it and kills it, as a machine that goes down would, once its N-th write is done.
cut_after() {
  local number="$1"
  shift
  # shellcheck disable=SC2016 # for the inner shell
  run setsid --wait bash -c 'echo "$0 $$" >"${AZURE}/cut.tmp" && mv "${AZURE}/cut.tmp" "${AZURE}/cut" && exec "$@"' "${number}" "$@"
  rm -f "${AZURE}/cut"
  local tries=0
  # What the killed one had asked of `az` comes to its end.
  while [[ -n "$(ps --no-headers --ppid "$(<"${AZURE}/az-pid")" -o pid)" ]]; do
    tries=$((tries + 1))
    ((tries < 600)) || return 1
    sleep 0.05
  done
}

# What stands in Azure since the scene was set, without what time or chance made of it.
stands() { cat "${AZURE}/stands.json"; }

forget_requests() { : >"${AZURE}/requests.jsonl"; }

# Requests that changed something, one a line: METHOD path.
writes() { jq --raw-output 'select(.write) | "\(.method) \(.path | split("?")[0])"' "${AZURE}/requests.jsonl"; }

# Shown where a test fails: what was said, and what the fake did not know.
explain() {
  printf '%s\n' "${output}"
  grep -h NotInTheFake "${AZURE}/fake.log" || true
}

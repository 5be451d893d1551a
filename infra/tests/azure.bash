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

# What Azure is like for the next command: `scene '{"hsts": false}'`.
scene() { printf '%s' "$1" >"${AZURE}/scene.json"; }

forget_requests() { : >"${AZURE}/requests.jsonl"; }

# Requests that changed something, one a line: METHOD path.
writes() { jq --raw-output 'select(.write) | "\(.method) \(.path | split("?")[0])"' "${AZURE}/requests.jsonl"; }

# Shown where a test fails: what was said, and what the fake did not know.
explain() {
  printf '%s\n' "${output}"
  grep -h NotInTheFake "${AZURE}/fake.log" || true
}

#!/usr/bin/env bats
# The way back to an older version of a secret, with the real `az` against a fake Azure.

bats_require_minimum_version 1.5.0
load azure.bash

setup_file() {
  begin_azure
  clone_project
}

teardown_file() { end_azure; }

OLDER='{"currentLinkKey": 2, "linkKeys": {"1": "b25l", "2": "dHdv"}, "numberKey": "bnVtYmVy"}'
NEWER='{"currentLinkKey": 1, "linkKeys": {"1": "bmV3"}, "numberKey": "bmV3LW51bWJlcg=="}'

setup() {
  scene "{\"deployed\": true, \"older\": ${OLDER}, \"ring\": ${NEWER}}"
  forget_requests
}

take_back() { run "${AZURE}/infra/take-back-secret.sh" dev handler-keys --from 203.0.113.7 "$@"; }

# The last word to the vault was that it is shut.
vault_was_shut() {
  [[ "$(jq --raw-output --slurp '[.[] | select(.method == "PATCH" and (.path | test("vaults/kv-fake\\?"))).body.properties.publicNetworkAccess] | last' "${AZURE}/requests.jsonl")" == Disabled ]]
}

@test "versions are listed by name and time, no value is shown, and nothing is put" {
  take_back
  [[ "${status}" -eq 0 && "${output}" == *newest*older* && "${output}" != *b25l* && "${output}" != *bnVtYmVy* ]] || { explain && false; }
  [[ "$(writes | grep -c secrets/)" -eq 0 ]]
  vault_was_shut
}

@test "an older ring is put back once it is asked, after it was said what that costs" {
  take_back --version older --yes
  [[ "${status}" -eq 0 && "${output}" == *"The number key is another"*"Links made with the link key 1 of the newer version are dead"* ]] || { explain && false; }
  [[ "${output}" != *b25l* && "${output}" != *bnVtYmVy* && "${output}" != *bmV3* ]] || { explain && false; }
  jq --exit-status --slurp --argjson older "${OLDER}" '[.[] | select(.method == "PUT" and (.path | contains("secrets/handler-keys"))).body.properties.value | fromjson] == [$older]' \
    "${AZURE}/requests.jsonl" >/dev/null
  vault_was_shut
  forget_requests
  take_back --version older --yes
  [[ "${status}" -eq 0 && "${output}" == *"says the same"* && "$(writes | grep -c secrets/)" -eq 0 ]] || { explain && false; }
}

@test "without the word that is asked for nothing is put, and the vault is shut" {
  run "${AZURE}/infra/take-back-secret.sh" dev handler-keys --from 203.0.113.7 --version older <<<yes
  [[ "${status}" -ne 0 && "${output}" == *"nothing was changed"* && "$(writes | grep -c secrets/)" -eq 0 ]] || { explain && false; }
  vault_was_shut
}

@test "a version that is not there, and one that is no ring, are not put" {
  take_back --version other --yes
  [[ "${status}" -ne 0 && "${output}" == *"has no version other"* && "$(writes | grep -c secrets/)" -eq 0 ]] || { explain && false; }
  scene "{\"deployed\": true, \"older\": {\"keys\": 1}, \"ring\": ${NEWER}}"
  take_back --version older --yes
  [[ "${status}" -ne 0 && "${output}" == *"no ring of keys"* && "$(writes | grep -c secrets/)" -eq 0 ]] || { explain && false; }
  vault_was_shut
}

@test "a vault that does not list versions is waited for aloud, and then it is said what to do" {
  scene '{"deployed": true, "sick": ["secrets/handler-keys/versions", 403, "json"]}'
  take_back --version older --yes
  [[ "${status}" -ne 0 && "${output}" == *"waiting for the vault to list the versions"*"az keyvault secret recover"* && "$(writes | grep -c secrets/)" -eq 0 ]] || { explain && false; }
  vault_was_shut
}

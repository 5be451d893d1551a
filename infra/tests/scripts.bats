#!/usr/bin/env bats
# The other scripts, with the real `az` against a fake Azure: what they refuse, and what they write.

bats_require_minimum_version 1.5.0
load azure.bash

setup_file() {
  begin_azure
  clone_project
}

teardown_file() { end_azure; }

setup() {
  scene '{"deployed": true}'
  forget_requests
}

script() { run "${AZURE}/infra/$1" "${@:2}"; }

# The vault was opened for one address, and the last word to it was that it is shut.
vault_was_shut() {
  jq --exit-status --slurp '[.[] | select((.method | IN("PUT", "PATCH")) and (.path | test("vaults/kv-fake\\?"))).body.properties | select(. != null)]
    | (.[0].publicNetworkAccess | ascii_downcase) == "enabled" and (.[-1].publicNetworkAccess | ascii_downcase) == "disabled"
      and any(.[]; .networkAcls.ipRules? // [] | any(.value == "203.0.113.7/32")) and (.[-1].networkAcls.ipRules? // [] == [])' "${AZURE}/requests.jsonl" >/dev/null
}

@test "smoke names everything that is wrong, and says so in its exit" {
  scene '{"deployed": true, "apiStatus": 503, "eventStatus": 202, "hsts": false, "mediaStatus": 200, "withoutTimer": true, "poison": {"sms-poison": 2}}'
  script smoke.sh dev
  [[ "${status}" -ne 0 ]] || { explain && false; }
  local words
  for words in 'the host does not proxy' 'POST /dispatch-sms from outside answers 202' 'no Strict-Transport-Security' \
    'without a signature answers 200' 'not listed, or with another schedule: expire-records' 'sms-poison holds 2 messages'; do
    [[ "${output}" == *"${words}"* ]] || { explain && echo "missing: ${words}" && false; }
  done
  [[ -z "$(writes)" ]] || { writes && false; }
}

@test "the vault is opened for a named address only" {
  script rotate-keys.sh dev links --yes
  [[ "${status}" -ne 0 && "${output}" == *"--from ADDRESS"* ]] || { explain && false; }
  [[ -z "$(writes)" ]] || { writes && false; }
}

@test "a secret that is handed over is in no argument and in no output" {
  run "${AZURE}/infra/put-secret.sh" dev notify-riverside-api-key <<<'made-up-notify-key'
  [[ "${status}" -eq 0 && "${output}" != *made-up-notify-key* ]] || { explain && false; }
  jq --exit-status --slurp 'any(.[]; .body.properties.value? == "made-up-notify-key")' "${AZURE}/requests.jsonl" >/dev/null
}

@test "only production is locked" {
  script lock-audit.sh dev
  [[ "${status}" -ne 0 && "${output}" == *"only production"* ]] || { explain && false; }
  [[ -z "$(writes)" ]]
}

@test "links: a rotation adds a key, keeps the older ones, and shuts the vault" {
  scene '{"deployed": true, "ring": {"currentLinkKey": 1, "linkKeys": {"1": "b25l"}, "numberKey": "bnVtYmVy"}}'
  script rotate-keys.sh dev links --from 203.0.113.7 --yes
  [[ "${status}" -eq 0 ]] || { explain && false; }
  jq --exit-status --slurp '[.[] | select(.method == "PUT" and (.path | contains("secrets/handler-keys"))).body.properties.value | fromjson]
    | length == 1 and .[0].currentLinkKey == 2 and .[0].linkKeys["1"] == "b25l" and (.[0].linkKeys["2"] | length) == 44 and .[0].numberKey == "bnVtYmVy"' \
    "${AZURE}/requests.jsonl" >/dev/null
  [[ "${output}" != *"$(jq --raw-output 'select(.path | contains("secrets/handler-keys")) | .body.properties.value? // empty | fromjson | .linkKeys["2"]' "${AZURE}/requests.jsonl")"* ]]
  vault_was_shut
}

@test "links: a ring that cannot be read is left as it is, and the vault is shut" {
  scene '{"deployed": true, "ring": null}'
  script rotate-keys.sh dev links --from 203.0.113.7 --yes
  [[ "${status}" -ne 0 && "${output}" == *"nothing was changed"* ]] || { explain && false; }
  [[ "$(writes | grep -c 'PUT .*secrets')" -eq 0 ]]
  vault_was_shut
}

@test "signatures: all that were made are revoked, once asked" {
  script rotate-keys.sh dev signatures --yes
  [[ "${status}" -eq 0 ]] || { explain && false; }
  [[ "$(writes)" == *"POST "*"storageAccounts/stmediafake/revokeUserDelegationKeys" ]] || { writes && false; }
  forget_requests
  run "${AZURE}/infra/rotate-keys.sh" dev signatures </dev/null
  [[ "${status}" -ne 0 ]]
  [[ -z "$(writes)" ]] || { writes && false; }
}

@test "encryption: each of the three keys gets a new version, and the vault is shut" {
  script rotate-keys.sh dev encryption --from 203.0.113.7 --yes
  [[ "${status}" -eq 0 ]] || { explain && false; }
  local key
  for key in private-storage media-storage documents; do
    [[ "$(writes | grep -c "POST /keys/${key}/rotate")" -eq 1 ]] || { writes && false; }
  done
  vault_was_shut
}

@test "what to rotate has to be said" {
  script rotate-keys.sh dev everything --yes
  [[ "${status}" -ne 0 && "${output}" == *"links, signatures or encryption"* ]] || { explain && false; }
  [[ -z "$(writes)" ]]
}

@test "a secret of another name is refused" {
  run "${AZURE}/infra/put-secret.sh" dev handler-keys <<<'made-up'
  [[ "${status}" -ne 0 && "${output}" == *"notify-CONTROLLER-api-key"* ]] || { explain && false; }
  run "${AZURE}/infra/put-secret.sh" dev notify-riverside-api-key </dev/null
  [[ "${status}" -ne 0 && "${output}" == *"nothing came in"* ]] || { explain && false; }
  [[ -z "$(writes)" ]] || { writes && false; }
}

@test "a secret that is handed over twice is there once more, under the same name" {
  run "${AZURE}/infra/put-secret.sh" dev notify-riverside-callback-token <<<'made-up-token'
  run "${AZURE}/infra/put-secret.sh" dev notify-riverside-callback-token <<<'made-up-token'
  [[ "${status}" -eq 0 ]] || { explain && false; }
  [[ "$(writes | sort -u | wc -l)" -eq 1 ]] || { writes && false; }
}

@test "lock-audit: locks by the policy's own version after the words were typed; twice is as once" {
  run "${AZURE}/infra/lock-audit.sh" prod <<<'yes'
  [[ "${status}" -ne 0 && -z "$(writes)" ]] || { explain && false; }
  run "${AZURE}/infra/lock-audit.sh" prod <<<'lock for 2922 days'
  [[ "${status}" -eq 0 && "${output}" == *Locked.* ]] || { explain && false; }
  [[ "$(writes | grep -c 'POST .*immutabilityPolicies/default/lock')" -eq 1 ]]
  forget_requests
  script lock-audit.sh prod
  [[ "${status}" -eq 0 && "${output}" == *"The policy is locked"* ]] || { explain && false; }
  [[ -z "$(writes)" ]] || { writes && false; }
}

@test "nothing that needs a deployment runs without one" {
  scene '{}'
  local name
  for name in smoke.sh lock-audit.sh restore-drill.sh; do
    script "${name}" prod
    [[ "${status}" -ne 0 && "${output}" == *"is not deployed"* ]] || { explain && false; }
  done
  [[ -z "$(writes)" ]] || { writes && false; }
}

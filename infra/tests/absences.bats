#!/usr/bin/env bats
# What cannot be read is not taken for absent: Azure has no time (429) or refuses (403), or a proxy's page comes in its place. Whatever a
# script asks for then, it ends with words, and nothing is written. Only Azure's own 404 means that something is not there.

bats_require_minimum_version 1.5.0
load azure.bash

setup_file() {
  begin_azure
  clone_project
  printf 'a package' >"${AZURE}/package.zip"
}

teardown_file() { end_azure; }

setup() { forget_requests; }

# The proxy's page with a status of its own, with a success's, and with the status that Azure says "absent" by; and that status about
# something else than what was asked for.
SICKNESSES=('429, "json"' '403, "json"' '502, "html"' '407, "html"' '404, "html"' '200, "html"' '404, "json"')

# sick PATH SICKNESS [MORE]: Azure stands, and what has PATH in its address does not answer as it should.
sick() { scene "{\"deployed\": true, \"secrets\": [\"handler-keys\"], \"package\": \"older\", \"sick\": [\"$1\", $2]${3:+, $3}}"; }

# stops_with WORDS SCRIPT…: the script ends, says so, and nothing was written.
stops_with() {
  local words="$1"
  shift
  run "$@"
  [[ "${status}" -ne 0 && "${output}" == *"${words}"* && -z "$(writes)" ]] || { explain && writes && return 1; }
}

deploy() { "${AZURE}/infra/deploy.sh" dev --yes --package "${AZURE}/package.zip" "$@"; }
teardown_dev() { "${AZURE}/infra/teardown.sh" dev --from 203.0.113.7 --hand-back "${AZURE}/back" <<<'delete aftersight-dev'; }
look() {
  # shellcheck source=../session.sh
  source "${AZURE}/infra/session.sh"
  SUBSCRIPTION=00000000-0000-0000-0000-0000000000aa GROUP=rg-aftersight-dev
  if look_up "the secret" Microsoft.KeyVault/vaults/kv-fake/secrets/handler-keys 2024-11-01; then echo there; else echo absent; fi
}

@test "what is there, what Azure says is not, and what nobody knows are three" {
  scene '{"deployed": true, "secrets": ["handler-keys"]}'
  run look
  [[ "${status}" -eq 0 && "${output}" == there ]] || { explain && false; }
  scene '{"deployed": true}'
  run look
  [[ "${status}" -eq 0 && "${output}" == absent ]] || { explain && false; }
  local sickness
  for sickness in "${SICKNESSES[@]}"; do
    sick secrets/handler-keys "${sickness}"
    run look
    [[ "${status}" -ne 0 && "${output}" == *"nobody says whether the secret is there"* && "${output}" != *absent ]] || { explain && echo "${sickness}" && false; }
  done
}

@test "deploy: outputs that cannot be read are no first deployment" {
  local sickness
  for sickness in '429, "json"' '403, "json"' '502, "html"'; do
    sick deploymentStacks/aftersight-dev "${sickness}"
    stops_with "nobody says whether the stack aftersight-dev is there" deploy
  done
}

@test "deploy: a lock that cannot be read is no open policy" {
  local sickness
  for sickness in '429, "json"' '403, "json"' '407, "html"'; do
    sick immutabilityPolicies/default "${sickness}"
    stops_with "nobody says whether the policy of the audit trail is there" deploy
  done
}

@test "deploy: a package's tag that cannot be read is no app without a package" {
  local sickness
  for sickness in '429, "json"' '403, "json"' '502, "html"'; do
    sick 'Microsoft.Web/sites?' "${sickness}"
    stops_with "nobody says whether the app of rg-aftersight-dev is there" deploy
  done
}

@test "deploy: a stack that stands without outputs after a failed deployment still tells of the lock" {
  scene '{"deployed": true, "withoutOutputs": true, "auditState": "Locked"}'
  run "${AZURE}/infra/deploy.sh" dev --check
  [[ "${status}" -eq 0 ]] || { explain && false; }
  jq --exit-status --slurp 'any(.[]; .path | contains("whatIf")) and all(.[] | select(.path | contains("whatIf")); .body.properties.parameters.auditIsLocked.value == true)' \
    "${AZURE}/requests.jsonl" >/dev/null
}

@test "deploy: a registration that cannot be read is not passed over" {
  local sickness
  for sickness in '429, "json"' '200, "html"'; do
    sick /v1.0/applications "${sickness}"
    stops_with "nobody says how staff sign in" deploy
  done
}

@test "deploy: keys that cannot be read are not put anew, and keys that are gone only when that is said" {
  local sickness
  # The stack and the app as a whole run leaves them.
  scene '{}'
  run deploy
  [[ "${status}" -eq 0 && "$(writes | grep -c 'PUT .*secrets/handler-keys')" -eq 1 ]] || { explain && false; }
  for sickness in '429, "json"' '403, "json"' '407, "html"'; do
    forget_requests
    sick secrets/handler-keys "${sickness}"
    stops_with "nobody says whether the secret handler-keys is there" deploy
  done
  forget_requests
  scene '{"lost": ["handler-keys"]}'
  stops_with "Take the old ones back" deploy
  run deploy --new-keys
  [[ "${status}" -eq 0 && "$(writes | grep -c 'PUT .*secrets/handler-keys')" -eq 1 ]] || { explain && false; }
}

@test "deploy: where openssl gives no chance, no key is put" {
  scene '{"deployed": true, "lost": ["handler-keys"]}'
  mkdir -p "${AZURE}/without-chance"
  printf '#!/bin/sh\nexit 1\n' >"${AZURE}/without-chance/openssl"
  chmod +x "${AZURE}/without-chance/openssl"
  PATH="${AZURE}/without-chance:${PATH}" run deploy --new-keys
  [[ "${status}" -ne 0 && "${output}" == *"openssl gives no chance"* && "$(writes | grep -c secrets/)" -eq 0 ]] || { explain && writes && false; }
}

@test "links: what is no ring of keys is not replaced by an empty one" {
  local ring
  for ring in '{"keys": 1}' '{"currentLinkKey": 1, "linkKeys": {"1": "b25l"}, "numberKey": ""}' '"text"'; do
    scene "{\"deployed\": true, \"ring\": ${ring}}"
    forget_requests
    run "${AZURE}/infra/rotate-keys.sh" dev links --from 203.0.113.7 --yes
    [[ "${status}" -ne 0 && "${output}" == *"no ring of keys"* && "$(writes | grep -c secrets/)" -eq 0 ]] || { explain && writes && false; }
  done
}

@test "lock-audit: a policy that cannot be read, or is not there, is not locked" {
  local sickness
  for sickness in '429, "json"' '403, "json"' '502, "html"'; do
    sick immutabilityPolicies/default "${sickness}"
    stops_with "nobody says whether the policy of the audit trail is there" "${AZURE}/infra/lock-audit.sh" prod
  done
}

@test "teardown: a lock that cannot be read deletes nothing, and the app runs again" {
  sick immutabilityPolicies/default '429, "json"'
  rm -rf "${AZURE:?}/back"
  run teardown_dev
  [[ "${status}" -ne 0 && "${output}" == *"nobody says whether the policy of the audit trail is there"* ]] || { explain && false; }
  [[ "$(writes | grep -c 'DELETE .*deploymentStacks')" -eq 0 && "$(writes | tail -n 1)" == *"/start" ]] || { writes && false; }
}

@test "teardown: what an earlier run did is not guessed where the group cannot be read" {
  local what
  for what in resourcegroups/rg-aftersight-dev? 'Microsoft.Web/sites?'; do
    sick "${what}" '403, "json"' "\"handedBack\": $(date --utc +%s)"
    stops_with "nobody says whether" teardown_dev
  done
}

@test "teardown: a database that names no part of itself holds who knows what, and nothing is deleted" {
  scene '{"deployed": true, "noRanges": true}'
  rm -rf "${AZURE:?}/back"
  run teardown_dev
  [[ "${status}" -ne 0 && "${output}" == *"names no part of patients"* && "$(writes | grep -c 'DELETE .*deploymentStacks')" -eq 0 ]] || { explain && false; }
}

@test "restore-drill: copies that cannot be listed are not taken for none" {
  sick 'Microsoft.DocumentDB/databaseAccounts?' '429, "json"'
  stops_with "nobody says whether the list of databases in rg-aftersight-dev is there" "${AZURE}/infra/restore-drill.sh" dev --yes
}

@test "smoke: no count of a poison queue is not none, and no answer is not a refusal of TLS 1.1" {
  scene '{"deployed": true, "uncounted": true, "minTls": "1.0", "mediaStatus": 403}'
  run "${AZURE}/infra/smoke.sh" dev
  [[ "${status}" -ne 0 && "${output}" == *"sms-poison holds nobody says how many messages"* && "${output}" == *"the app takes TLS from 1.0 on"* && "${output}" == *"phones cannot send"* ]] || { explain && false; }
  sick queues/sms-poison '502, "html"'
  stops_with "nobody says whether the queue sms-poison is there" "${AZURE}/infra/smoke.sh" dev
}

#!/usr/bin/env bats
# deploy.sh before it asks Azure to do anything: whether the parameters can be meant so, and whether staff will be able to sign in. What cannot work is refused with words
# that say what to do; the real `az` asks a fake directory.

bats_require_minimum_version 1.5.0
load azure.bash

setup_file() {
  begin_azure
  clone_project
  cp "${AZURE}/infra/dev.bicepparam" "${AZURE}/as-filled-in"
}

teardown_file() { end_azure; }

setup() {
  scene '{}'
  forget_requests
  cp "${AZURE}/as-filled-in" "${AZURE}/infra/dev.bicepparam"
}

client_id() { sed -i "s|^param staffClientId = .*|param staffClientId = '$1'|" "${AZURE}/infra/dev.bicepparam"; }
and_says() { printf '%s\n' "$1" >>"${AZURE}/infra/dev.bicepparam"; }

# refused_with WORDS: --check fails and says so.
refused_with() {
  run "${AZURE}/infra/deploy.sh" dev --check
  [[ "${status}" -ne 0 && "${output}" == *"$1"* ]] || { explain && false; }
  [[ -z "$(writes)" ]] || { writes && false; }
}

# refused_at_once WORDS: and Azure was not asked for anything.
refused_at_once() {
  refused_with "$1"
  [[ ! -s "${AZURE}/requests.jsonl" ]]
}

@test "a client id that is empty, a name, an address or in capitals is refused at once" {
  local wrong
  for wrong in '' 'aftersight-staff' "api://${STAFF_CLIENT_ID}" "${STAFF_CLIENT_ID^^}"; do
    client_id "${wrong}"
    refused_at_once 'It is the "Application (client) ID" of the registration'
  done
}

@test "an audience that Entra ID's tokens do not name is refused at once" {
  local wrong
  for wrong in 'api://aftersight' "api://${STAFF_CLIENT_ID}" '' '00000000-0000-0000-0000-0000000000bb'; do
    cp "${AZURE}/as-filled-in" "${AZURE}/infra/dev.bicepparam"
    and_says "param staffAudience = '${wrong}'"
    refused_at_once 'Take the line out: it is staffClientId by itself'
  done
}

@test "a scope that Entra ID does not renew is refused at once" {
  and_says "param staffScope = 'openid offline_access api://${STAFF_CLIENT_ID}/staff'"
  refused_at_once 'Entra ID then renews a token only for'
}

@test "an issuer of every tenant or of version 1.0 is refused at once" {
  local wrong
  for wrong in https://login.microsoftonline.com/common/v2.0 https://login.microsoftonline.com/00000000-0000-0000-0000-0000000000bb https://sts.windows.net/00000000-0000-0000-0000-0000000000bb/; do
    cp "${AZURE}/as-filled-in" "${AZURE}/infra/dev.bicepparam"
    and_says "param staffIssuer = '${wrong}'"
    refused_at_once 'with the id of one tenant'
  done
}

@test "an issuer outside of Entra ID needs its own audience and scope" {
  and_says "param staffIssuer = 'https://identity.example.org'"
  refused_at_once 'it has to say staffAudience too'
  and_says "param staffAudience = 'https://photos.example.org'"
  and_says "param staffScope = 'openid photos'"
  run "${AZURE}/infra/deploy.sh" dev --check
  [[ "${status}" -eq 0 && "${output}" == *"Nothing was written."* ]] || { explain && false; }
  [[ "$(grep -c /v1.0/applications "${AZURE}/requests.jsonl")" -eq 0 ]]
}

@test "the other environment's name, and an origin with a path, are refused at once" {
  sed -i "s/^param environmentName = .*/param environmentName = 'prod'/" "${AZURE}/infra/dev.bicepparam"
  refused_at_once 'this would change another environment'
  cp "${AZURE}/as-filled-in" "${AZURE}/infra/dev.bicepparam"
  sed -i "s|^param publicOrigin = .*|param publicOrigin = 'https://www.example.org/photos'|" "${AZURE}/infra/dev.bicepparam"
  refused_at_once 'and nothing after it'
}

@test "the tenant's id in place of the client's is refused" {
  client_id 00000000-0000-0000-0000-0000000000bb
  refused_with 'is the id of the tenant'
}

@test "an application that the tenant does not have is refused" {
  scene '{"registration": null}'
  refused_with "has no application with the client id ${STAFF_CLIENT_ID}"
}

@test "a registration whose tokens are of version 1.0, or that has no scope, is refused" {
  scene '{"registration": {"api": {"requestedAccessTokenVersion": null, "oauth2PermissionScopes": [{"value": "staff", "isEnabled": true}]}}}'
  refused_with 'asks for tokens of version 1.0'
  scene '{"registration": {"api": {"requestedAccessTokenVersion": 2, "oauth2PermissionScopes": []}}}'
  refused_with 'has no scope'
}

@test "a registration that may not be looked at is said, and stops nothing" {
  scene '{"registration": {"hidden": true}}'
  run "${AZURE}/infra/deploy.sh" dev --check
  [[ "${status}" -eq 0 && "${output}" == *"so nobody looked at it"* && "${output}" == *"Nothing was written."* ]] || { explain && false; }
}

@test "after a deployment the redirect addresses that Entra ID does not know are named, and only those" {
  local origin
  origin="https://localhost:$(jq .azure "${AZURE}/ports.json")/front/staff"
  scene "{\"registration\": {\"spa\": {\"redirectUris\": [\"${origin}/signed-in\"]}}}"
  printf 'a package' >"${AZURE}/package.zip"
  run "${AZURE}/infra/deploy.sh" dev --yes --package "${AZURE}/package.zip"
  [[ "${status}" -eq 0 && "${output}" == *"All well."*"Nobody on the staff can sign in"*"${origin}/signed-out"* && "${output}" != *"${origin}/signed-in"* ]] || { explain && false; }
  scene "{\"registration\": {\"spa\": {\"redirectUris\": [\"${origin}/signed-in\", \"${origin}/signed-out\"]}}}"
  run "${AZURE}/infra/deploy.sh" dev --yes --package "${AZURE}/package.zip"
  [[ "${status}" -eq 0 && "${output}" != *"Nobody on the staff"* ]] || { explain && false; }
}

#!/usr/bin/env bats
# deploy.sh with the real `az` against a fake Azure: what it looks at, what it writes, and that twice is as once.

bats_require_minimum_version 1.5.0
load azure.bash

setup_file() {
  begin_azure
  clone_project
  printf 'a package' >"${AZURE}/package.zip"
}

teardown_file() { end_azure; }

setup() {
  scene '{}'
  forget_requests
}

deploy() { run "${AZURE}/infra/deploy.sh" "$@"; }

@test "an environment that does not exist is refused before anything is asked" {
  deploy staging --check
  [[ "${status}" -ne 0 && "${output}" == *"say which environment"* ]] || { explain && false; }
  [[ ! -s "${AZURE}/requests.jsonl" ]]
}

@test "blanks in the parameters are named by line" {
  run "${INFRA}/deploy.sh" prod --check
  [[ "${status}" -ne 0 && "${output}" == *"blanks to fill in, on lines"* ]] || { explain && false; }
}

@test "--check says what would be made, and writes nothing" {
  deploy dev --check
  [[ "${status}" -eq 0 && "${output}" == *"Create  Microsoft.KeyVault/vaults/kv-fake"* ]] || { explain && false; }
  [[ "${output}" == *"Nothing was written."* ]]
  [[ "$(grep -c whatIf "${AZURE}/requests.jsonl")" -ge 1 ]]
  [[ -z "$(writes)" ]] || { writes && false; }
}

@test "templates that Azure refuses stop it before anything is written" {
  scene '{"refuseTemplate": "the template is refused"}'
  deploy dev --yes --package "${AZURE}/package.zip"
  [[ "${status}" -ne 0 && "${output}" == *"Azure refuses the templates"* ]] || { explain && false; }
  [[ -z "$(writes)" ]] || { writes && false; }
}

@test "a region without Flex Consumption stops it" {
  scene '{"regions": ["westeurope"]}'
  deploy dev --check
  [[ "${status}" -ne 0 && "${output}" == *"is not offered in uksouth"* ]] || { explain && false; }
}

@test "a region whose custom handlers are of another version stops it" {
  scene '{"runtime": "2.0"}'
  deploy dev --check
  [[ "${status}" -ne 0 && "${output}" == *"asks for 1.0"* ]] || { explain && false; }
}

@test "a vault that an earlier deployment left deleted stops it, with the words to take it back" {
  scene '{"deletedVault": true}'
  deploy dev --check
  [[ "${status}" -ne 0 && "${output}" == *"az keyvault recover --name kv-older"* && -z "$(writes)" ]] || { explain && false; }
}

@test "no package stops it before anything is asked" {
  deploy dev --yes --package "${AZURE}/none.zip"
  [[ "${status}" -ne 0 && "${output}" == *"cargo xtask package"* ]] || { explain && false; }
  [[ ! -s "${AZURE}/requests.jsonl" ]]
}

@test "a provider that is not registered is named by --check, and registered by --yes" {
  scene '{"unregistered": ["Microsoft.App"], "stackFailures": 3}'
  deploy dev --check
  [[ "${status}" -eq 0 && "${output}" == *"To be registered in this subscription: Microsoft.App"* && -z "$(writes)" ]] || { explain && false; }
  # Nothing is registered that was not asked for, and it is before Azure checks the templates.
  run "${AZURE}/infra/deploy.sh" dev --package "${AZURE}/package.zip" </dev/null
  [[ "${status}" -ne 0 && "${output}" == *"Register Microsoft.App in this subscription?"* && -z "$(writes)" ]] || { explain && false; }
  run "${AZURE}/infra/deploy.sh" dev --package "${AZURE}/package.zip" < <(printf 'register\ndev\n')
  [[ "$(writes | grep -c 'POST .*/providers/Microsoft.App/register')" -eq 1 ]] || { explain && false; }
  jq --exit-status --slurp '[.[].path] | (map(test("/register\\?")) | index(true)) < (map(test("/validate\\?")) | rindex(true))' "${AZURE}/requests.jsonl" >/dev/null
  # It tries three times, and publishes nothing on what does not stand.
  [[ "${status}" -ne 0 && "${output}" == *"could not deploy"* && "$(writes | grep -c 'PUT .*/deploymentStacks/')" -eq 3 ]] || { explain && false; }
  [[ "$(writes | grep -c 'POST /api/publish')" -eq 0 ]]
}

@test "a provider that is never registered is waited for aloud, and then it is said what to do" {
  scene '{"unregistered": ["Microsoft.App"], "registering": true}'
  deploy dev --yes --package "${AZURE}/package.zip"
  [[ "${status}" -ne 0 && "${output}" == *"waiting for Microsoft.App to be registered (try 28 of 30)"*"in vain. See what Azure says"* ]] || { explain && false; }
  [[ "$(writes | grep -c deploymentStacks)" -eq 0 ]]
}

@test "without --yes and without an answer nothing is changed" {
  run "${AZURE}/infra/deploy.sh" dev --package "${AZURE}/package.zip" </dev/null
  [[ "${status}" -ne 0 && "${output}" == *"nothing was changed"* ]] || { explain && false; }
  [[ -z "$(writes)" ]] || { writes && false; }
}

@test "--yes makes the stack, puts the secrets, publishes and passes smoke; a role that is late is waited for" {
  scene '{"stackFailures": 1}'
  deploy dev --yes --package "${AZURE}/package.zip"
  [[ "${status}" -eq 0 && "${output}" == *"All well."* ]] || { explain && false; }
  local words
  for words in "HTTP arrives with the proxy's mark" 'event functions answer 404 from outside' 'timers with their schedules' 'the poison queues are empty'; do
    [[ "${output}" == *"  ok     "*"${words}"* ]] || { explain && echo "missing: ${words}" && false; }
  done
  [[ "$(writes | grep -c 'PUT .*/deploymentStacks/aftersight-dev')" -eq 2 ]]
  [[ "$(writes | grep -c 'PUT .*/secrets/handler-keys')" -eq 1 ]]
  [[ "$(writes | grep -c 'POST /api/publish')" -eq 1 ]]
  # What is let go is never deleted, and nobody deletes by hand.
  jq --exit-status --slurp 'map(select(.method == "PUT" and (.path | contains("deploymentStacks"))).body.properties)
    | all(.actionOnUnmanage.resources == "detach" and .actionOnUnmanage.resourceGroups == "detach" and .denySettings.mode == "denyDelete")' \
    "${AZURE}/requests.jsonl" >/dev/null
  # No secret is an argument of a process or stands in what was printed.
  [[ "${output}" != *"$(jq --raw-output 'select(.path | contains("secrets/handler-keys")) | .body.properties.value // empty' "${AZURE}/requests.jsonl" | tail -n 1)"* ]]
}

@test "run twice it changes nothing" {
  deploy dev --yes --package "${AZURE}/package.zip"
  [[ "${status}" -eq 0 && "${output}" == *"Azure stands as the templates say."* && "${output}" == *"runs this package already"* ]] \
    || { explain && false; }
  [[ -z "$(writes)" ]] || { writes && false; }
}

@test "templates that read otherwise than what stands are deployed, though what-if sees no change" {
  sed -i 's/^param monthlyBudget = .*/param monthlyBudget = 61/' "${AZURE}/infra/dev.bicepparam"
  deploy dev --yes --package "${AZURE}/package.zip"
  [[ "${status}" -eq 0 && "$(writes | grep -c 'PUT .*/deploymentStacks/')" -eq 1 ]] || { explain && false; }
}

@test "another package is published without touching the stack" {
  printf 'an older package' >"${AZURE}/older.zip"
  deploy dev --yes --package "${AZURE}/older.zip"
  [[ "${status}" -eq 0 ]] || { explain && false; }
  [[ "$(writes | grep -c 'POST /api/publish')" -eq 1 ]]
  [[ "$(writes | grep -c deploymentStacks)" -eq 0 ]]
}

@test "a locked audit policy is told to the templates" {
  scene '{"auditState": "Locked"}'
  deploy dev --check
  [[ "${status}" -eq 0 ]] || { explain && false; }
  jq --exit-status --slurp 'any(.[]; .path | contains("whatIf")) and all(.[] | select(.path | contains("whatIf"));
    .body.properties.parameters.auditIsLocked.value == true)' "${AZURE}/requests.jsonl" >/dev/null
}

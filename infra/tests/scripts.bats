#!/usr/bin/env bats
# The other scripts, with the real `az` against a fake Azure: what they refuse, what they write, and that every door is shut again.

bats_require_minimum_version 1.5.0
load azure.bash

setup_file() {
  begin_azure
  clone_project
  # `az cosmosdb` and the like read documents of the account that they change.
  export ADDRESS=203.0.113.7
}

teardown_file() { end_azure; }

setup() {
  scene '{"deployed": true}'
  forget_requests
}

script() { run "${AZURE}/infra/$1" "${@:2}"; }

# The database was opened and shut again, in this order.
door_was_shut() {
  local last
  last="$(jq --raw-output 'select(.write and (.path | test("databaseAccounts/cosmos-fake\\?"))) | .body.properties.publicNetworkAccess' \
    "${AZURE}/requests.jsonl" | tail -n 1)"
  [[ "${last^^}" == DISABLED ]]
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

@test "a new key for links has the next number, and none is taken away" {
  script rotate-keys.sh dev links --yes
  [[ "${status}" -eq 0 && "${output}" == *"link-key-1"* ]] || { explain && false; }
  script rotate-keys.sh dev links --yes
  [[ "${status}" -eq 0 && "${output}" == *"link-key-2"* ]] || { explain && false; }
  [[ "$(writes | grep -c 'PUT .*/secrets/link-key-')" -eq 2 ]]
  ! writes | grep -q DELETE
}

@test "a secret that is handed over is in no argument and in no output" {
  run "${AZURE}/infra/put-secret.sh" dev notify-api-key <<<'made-up-notify-key'
  [[ "${status}" -eq 0 && "${output}" != *made-up-notify-key* ]] || { explain && false; }
  jq --exit-status --slurp 'any(.[]; .body.properties.value? == "made-up-notify-key")' "${AZURE}/requests.jsonl" >/dev/null
}

@test "only production is locked" {
  script lock-audit.sh dev
  [[ "${status}" -ne 0 && "${output}" == *"only production"* ]] || { explain && false; }
  [[ -z "$(writes)" ]]
}

@test "an environment with a legal hold is not ended, and the door is shut" {
  scene '{"deployed": true, "holds": ["one", "two"]}'
  script teardown.sh dev --from "${ADDRESS}" --hand-back "${AZURE}/held"
  [[ "${status}" -ne 0 && "${output}" == *"2 legal holds stand"* ]] || { explain && false; }
  ! writes | grep -q 'DELETE .*deploymentStacks'
  door_was_shut
}

@test "everything is handed back before anything is deleted" {
  run "${AZURE}/infra/teardown.sh" dev --from "${ADDRESS}" --hand-back "${AZURE}/back" <<<'delete aftersight-dev'
  [[ "${status}" -eq 0 ]] || { explain && false; }
  [[ "$(cat "${AZURE}/back/documents/patients.jsonl")" == '{"id":"patient","body":{}}' ]]
  (cd "${AZURE}/back" && sha256sum --check --quiet SHA256SUMS)
  [[ "$(wc -l <"${AZURE}/back/SHA256SUMS")" -eq 6 ]]
  writes | grep -q 'DELETE .*deploymentStacks/aftersight-dev'
  door_was_shut
}

@test "a restored copy is taken down even where the drill fails" {
  script restore-drill.sh dev --yes
  [[ "${status}" -ne 0 && "${output}" == *"Deleting the copy"* ]] || { explain && false; }
  writes | grep -q 'DELETE .*/databaseAccounts/drill-'
}

@test "controllers are compared before anything is written" {
  printf '#!/usr/bin/env bash\necho applied\n' >"${AZURE}/handlers" && chmod +x "${AZURE}/handlers"
  HANDLERS="${AZURE}/handlers" script controllers.sh dev "$(dirname -- "${INFRA}")/handlers/functions/demo/controllers.json" --from "${ADDRESS}" --check
  [[ "${status}" -eq 0 && "${output}" == *'+      "controller": "riverside"'* && "${output}" != *applied* ]] || { explain && false; }
  door_was_shut
}

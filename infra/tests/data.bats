#!/usr/bin/env bats
# The scripts that reach patients' data, with the real `az` against a fake Azure: they open one door, and shut it whatever happens.

bats_require_minimum_version 1.5.0
load azure.bash

setup_file() {
  begin_azure
  clone_project
  cp "${INFRA}/../handlers/functions/demo/controllers.json" "${AZURE}/controllers.json"
  play_the_program
  export HANDLERS="${AZURE}/handlers"
}

teardown_file() { end_azure; }

setup() {
  scene '{"deployed": true}'
  forget_requests
  rm -rf "${AZURE:?}/applied" "${AZURE}/back"
  echo '+ controller riverside: Riverside Hospital' >"${AZURE}/differences"
}

script() { run "${AZURE}/infra/$1" "${@:2}"; }

# The database was opened for one address, and the last word to it was that it is shut.
door_was_shut() {
  jq --exit-status --slurp '[.[] | select(.method == "PATCH" and (.path | contains("databaseAccounts"))).body.properties]
    | .[0].publicNetworkAccess == "ENABLED" and (.[0].ipRules | map(.ipAddressOrRange)) == ["203.0.113.7"]
      and .[-1].publicNetworkAccess == "DISABLED" and .[-1].ipRules == []' "${AZURE}/requests.jsonl" >/dev/null
  [[ "$(writes | grep -c 'PUT .*sqlRoleAssignments')" -eq "$(writes | grep -c 'DELETE .*sqlRoleAssignments')" ]]
}

@test "controllers: the document is shown, applied with the app's own settings, and the door is shut" {
  script controllers.sh dev "${AZURE}/controllers.json" --from 203.0.113.7 --yes
  [[ "${status}" -eq 0 && "${output}" == *'+ controller riverside: Riverside Hospital'* && "${output}" == *Written.* ]] || { explain && false; }
  [[ "$(<"${AZURE}/applied")" == "apply ${AZURE}/controllers.json" ]]
  grep -q '^COSMOS_ENDPOINT=https://' "${AZURE}/applied-with"
  run ! grep -q '^AZURE_CLIENT_ID=' "${AZURE}/applied-with"
  door_was_shut
}

@test "controllers: the same document twice changes nothing" {
  : >"${AZURE}/differences"
  script controllers.sh dev "${AZURE}/controllers.json" --from 203.0.113.7 --yes
  [[ "${status}" -eq 0 && "${output}" == *"says so already"* ]] || { explain && false; }
  [[ ! -e "${AZURE}/applied" ]]
  door_was_shut
}

@test "controllers: --check writes nothing into the register" {
  script controllers.sh dev "${AZURE}/controllers.json" --from 203.0.113.7 --check
  [[ "${status}" -eq 0 && "${output}" == *'Riverside Hospital'* && ! -e "${AZURE}/applied" ]] || { explain && false; }
  door_was_shut
}

@test "controllers: without an answer nothing is applied, and the door is shut all the same" {
  run "${AZURE}/infra/controllers.sh" dev "${AZURE}/controllers.json" --from 203.0.113.7 </dev/null
  [[ "${status}" -ne 0 && "${output}" == *"nothing was changed"* && ! -e "${AZURE}/applied" ]] || { explain && false; }
  door_was_shut
}

@test "controllers: no address and no document are refused before anything is opened" {
  script controllers.sh dev "${AZURE}/controllers.json" --yes
  [[ "${status}" -ne 0 && "${output}" == *"--from ADDRESS"* ]] || { explain && false; }
  script controllers.sh dev "${AZURE}/ports.json" --from 203.0.113.7
  [[ "${status}" -ne 0 && "${output}" == *"no document of controllers"* ]] || { explain && false; }
  [[ -z "$(writes)" ]] || { writes && false; }
}

@test "teardown: a legal hold stops it; nothing is deleted, and the door is shut" {
  scene '{"deployed": true, "holds": ["h1", "h2"]}'
  run "${AZURE}/infra/teardown.sh" dev --from 203.0.113.7 --hand-back "${AZURE}/back" <<<'delete aftersight-dev'
  [[ "${status}" -ne 0 && "${output}" == *"2 legal holds stand"* ]] || { explain && false; }
  [[ "$(writes | grep -c 'DELETE .*deploymentStacks')" -eq 0 && ! -e "${AZURE}/back" ]]
  door_was_shut
}

@test "teardown: hands everything back with its sums, then deletes; twice there is nothing to do" {
  run "${AZURE}/infra/teardown.sh" dev --from 203.0.113.7 --hand-back "${AZURE}/back" <<<'delete aftersight-dev'
  [[ "${status}" -eq 0 && "${output}" == *"No legal hold stands."* && "${output}" == *"Deleted."* ]] || { explain && false; }
  [[ "$(jq --raw-output .id "${AZURE}/back/documents/patients.jsonl")" == patient ]]
  [[ "$(<"${AZURE}/back/pictures/picture.jpg")" == jpg ]]
  (cd "${AZURE}/back" && sha256sum --quiet --check SHA256SUMS && [[ "$(wc -l <SHA256SUMS)" -eq 6 ]])
  [[ "$(writes | grep -c 'DELETE .*deploymentStacks/aftersight-dev')" -eq 1 ]]
  door_was_shut
  forget_requests
  script teardown.sh dev --from 203.0.113.7 --hand-back "${AZURE}/again"
  [[ "${status}" -ne 0 && "${output}" == *"is not deployed"* ]] || { explain && false; }
  [[ -z "$(writes)" ]] || { writes && false; }
}

@test "teardown: a picture that did not come back stops it" {
  scene '{"deployed": true, "lostPictures": 1}'
  run "${AZURE}/infra/teardown.sh" dev --from 203.0.113.7 --hand-back "${AZURE}/back" <<<'delete aftersight-dev'
  [[ "${status}" -ne 0 && "${output}" == *"nothing was deleted"* ]] || { explain && false; }
  [[ "$(writes | grep -c 'DELETE .*deploymentStacks')" -eq 0 && "$(writes | grep -c 'DELETE .*/roleAssignments/')" -eq 1 ]]
  door_was_shut
}

@test "teardown: nobody is sure beforehand, and nothing is handed back into a folder that holds something" {
  script teardown.sh dev --from 203.0.113.7 --hand-back "${AZURE}/back" --yes
  [[ "${status}" -ne 0 && "${output}" == *"do not know --yes"* ]] || { explain && false; }
  script teardown.sh dev --from 203.0.113.7 --hand-back "${AZURE}/infra"
  [[ "${status}" -ne 0 && "${output}" == *"is not empty"* ]] || { explain && false; }
  script teardown.sh dev --from 203.0.113.7
  [[ "${status}" -ne 0 && "${output}" == *"--hand-back FOLDER"* ]] || { explain && false; }
  [[ -z "$(writes)" ]] || { writes && false; }
}

@test "teardown: another word than the one asked for deletes nothing" {
  run "${AZURE}/infra/teardown.sh" dev --from 203.0.113.7 --hand-back "${AZURE}/back" <<<yes
  [[ "${status}" -ne 0 && "${output}" == *"nothing was changed"* ]] || { explain && false; }
  [[ "$(writes | grep -c 'DELETE .*deploymentStacks')" -eq 0 ]]
}

@test "teardown: a locked audit trail stays, and the rest goes" {
  scene '{"deployed": true, "auditState": "Locked"}'
  run "${AZURE}/infra/teardown.sh" prod --from 203.0.113.7 --hand-back "${AZURE}/back" <<<'delete aftersight-prod'
  [[ "${status}" -eq 0 && "${output}" == *"but for the locked audit trail"* ]] || { explain && false; }
  [[ "$(writes | grep -c 'DELETE .*storageAccounts/stmediafake$')" -eq 1 && "$(writes | grep -c 'DELETE .*storageAccounts/stprivatefake$')" -eq 0 ]]
  [[ "$(writes | grep -c 'DELETE .*databaseAccounts/cosmos-fake$')" -eq 1 ]]
  jq --exit-status --slurp 'all(.[] | select(.method == "DELETE" and (.path | contains("deploymentStacks"))); .path | contains("unmanageAction.Resources=detach"))' \
    "${AZURE}/requests.jsonl" >/dev/null
}

@test "restore-drill: the copy is shut, compared, and taken down" {
  script restore-drill.sh dev --yes
  [[ "${status}" -eq 0 && "${output}" == *"The copy has the same containers"* ]] || { explain && false; }
  jq --exit-status --slurp 'any(.[]; .method == "PUT" and (.path | contains("databaseAccounts/drill-")) and .body.properties.createMode == "Restore"
    and (.body.properties.publicNetworkAccess | ascii_downcase) == "disabled")' "${AZURE}/requests.jsonl" >/dev/null
  [[ "$(writes | grep -c 'DELETE .*databaseAccounts/drill-')" -eq 1 && "$(writes | grep -c 'DELETE .*databaseAccounts/cosmos-fake')" -eq 0 ]]
}

@test "restore-drill: a copy that lacks a container is named, and taken down all the same" {
  scene '{"deployed": true, "copyLacks": "inbox"}'
  script restore-drill.sh dev --yes
  [[ "${status}" -ne 0 && "${output}" == *"the copy has other containers"* ]] || { explain && false; }
  [[ "$(writes | grep -c 'DELETE .*databaseAccounts/drill-')" -eq 1 ]]
}

@test "teardown: what was handed back long ago is handed back anew" {
  scene '{"deployed": true, "handedBack": 1}'
  run "${AZURE}/infra/teardown.sh" dev --from 203.0.113.7 --hand-back "${AZURE}/back" <<<'delete aftersight-dev'
  [[ "${status}" -eq 0 && "${output}" == *"Handed back to"* ]] || { explain && false; }
}

@test "teardown: an app that was started again has what it took since handed back too" {
  scene "{\"deployed\": true, \"handedBack\": $(date --utc +%s)}"
  run "${AZURE}/infra/teardown.sh" dev --from 203.0.113.7 --hand-back "${AZURE}/back" <<<'delete aftersight-dev'
  [[ "${status}" -eq 0 && "${output}" == *"Handed back to"* && "${output}" != *"goes on with that"* ]] || { explain && false; }
}

@test "a database that lets nobody in is waited for aloud, and then it is said what to do" {
  scene '{"deployed": true, "doorStatus": 403}'
  script controllers.sh dev "${AZURE}/controllers.json" --from 203.0.113.7 --yes
  [[ "${status}" -ne 0 && "${output}" == *"waiting for the database to let 203.0.113.7 in (try 28 of 30)"* ]] || { explain && false; }
  [[ "${output}" == *"error: 403"*"in vain. Is 203.0.113.7 the address"* && ! -e "${AZURE}/applied" ]] || { explain && false; }
  door_was_shut
}

@test "a database that gives the same page for ever stops the hand-back" {
  scene '{"deployed": true, "samePage": true}'
  run "${AZURE}/infra/teardown.sh" dev --from 203.0.113.7 --hand-back "${AZURE}/back" <<<'delete aftersight-dev'
  [[ "${status}" -ne 0 && "${output}" == *"the same page of patients again and again"* ]] || { explain && false; }
  [[ "$(writes | grep -c 'DELETE .*deploymentStacks')" -eq 0 ]]
  door_was_shut
}

@test "restore-drill: without an answer nothing is restored" {
  run "${AZURE}/infra/restore-drill.sh" dev </dev/null
  [[ "${status}" -ne 0 && "${output}" == *"nothing was changed"* ]] || { explain && false; }
  [[ -z "$(writes)" ]] || { writes && false; }
}
